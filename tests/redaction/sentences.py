"""Sentences with personal data whose places are known: from presidio-evaluator's templates and our own."""

import contextlib
import io
import re

from faker import Faker
from presidio_evaluator.data_generator import PresidioSentenceFaker, presidio_templates_file_path
from presidio_evaluator.data_generator import presidio_additional_entity_providers as providers
from providers import Chat
from templates import TEMPLATES

# Which regions a user of each locale would give.
REGIONS = {
    "en_US": "US,GB,IN", "en_GB": "GB,US,IN", "de_DE": "DE", "no_NO": "NO", "fr_FR": "FR", "es_ES": "ES", "pt_PT": "PT",
    "pt_BR": "BR", "ja_JP": "JP",
}

# The class of each provider whose values have a shape. Names, places and other words have none.
CLASSES = {
    "email": "email", "phone_number": "phone", "credit_card_number": "card", "iban": "iban", "ip_address": "ip",
    "ipv4": "ip", "ipv6": "ip", "mac_address": "ip", "ssn": "national-id", "national_id": "national-id",
    "date_of_birth": "birth-date", "birth_date": "birth-date", "coordinates": "coordinates", "signed_url": "url",
    "credentials_url": "url",
}


def sentences(locale, seed, count):
    """`count` sentences: the text, and the places and classes of what is in it."""
    # The hospitals are asked of the network; the numbers of telephones are those of English alone.
    foreign = {"HospitalProvider"} if locale.startswith("en") else {"HospitalProvider", "PhoneNumberProviderNew", "AddressProviderNew"}
    own = [line for line in TEMPLATES[locale[:2]].splitlines() if line]
    theirs = presidio_templates_file_path.read_text(encoding="utf-8", errors="replace").splitlines()
    # They write the end of a line as `\\n`.
    theirs = [line.replace("\\n", "\n").replace("\\,", ",") for line in theirs]
    chosen = [one for one in providers if one.__name__ not in foreign]
    chosen.append(type("Chat", (Chat,), {"locale": locale} | lent(theirs, locale, chosen)))
    result = []
    for templates in (own, theirs):
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            faker = PresidioSentenceFaker(
                locale, 0.05, templates, chosen, [{"unused": ""}],
                {name: name for name in [*PresidioSentenceFaker.ENTITY_TYPE_MAPPING, *CLASSES, *OTHERS]}, random_seed=seed,
            )
            made = faker.generate_new_fake_sentences(count // 2)
        result += [(one.full_text, [(span.start_position, span.end_position, CLASSES.get(span.entity_type)) for span in one.spans]) for one in made]
    return result


def lent(templates, locale, chosen):
    """What the templates need and the locale does not have, from English."""
    own, english = Faker(locale), Faker("en_US")
    has = lambda name: hasattr(own, name) or any(hasattr(one, name) for one in [*chosen, Chat])
    aliases = {alias for _, alias in PresidioSentenceFaker.PROVIDER_ALIASES}
    names = set(re.findall(r"{{(\w+)}}", "\n".join(templates))) - aliases
    return {name: lambda self, name=name: getattr(english, name)() for name in names if not has(name)}


OTHERS = ["order", "recent_date", "amount", "time", "version", "small", "age", "religion"]
