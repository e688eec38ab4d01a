"""People who are known from the record, and how their names stand in what is said."""

import random
import re
import unicodedata

from convexport import redact
from faker import Faker

LOCALES = ["en_US", "en_GB", "de_DE", "no_NO", "fr_FR", "es_ES", "pt_PT", "pt_BR", "ja_JP"]
CONVERSATIONS = 1000

# Where a name stands. A name that is also a word is written with a capital letter here, as people write it.
FRAMES = [
    "Hi {}, how can I help?", "thanks {}", "I spoke with {} yesterday", "this is {}", "the account of {} is closed",
    "({})", "- {}!", "is that you, {}?", "\"{}\" it says", "ask {}; or me", "hei {}", "Guten Tag {}, willkommen", "je suis {}",
    "me llamo {}", "I saw {}’s bill", "it is for {}.",
]

# Words that are also names, and sentences in which they are words.
WORDS = {
    "Will": ["Will you send it?", "I will call you", "it will, I hope", "WILL IT WORK", "Yes. Will do", "thanks, will do", "There is a will"],
    "Mark": ["Mark as read", "please mark it", "a mark on the screen", "Question mark. Mark it again", "Check Mark", "mark my words"],
    "Rose": ["the price rose", "a rose for her", "Rose is a colour", "It rose by 5 %", "rose water", "prices rose again"],
    "Grace": ["a grace period", "Grace period ends", "with grace", "no grace"],
    "May": ["may I ask", "May I?", "in May", "on 3 May we meet", "maybe, or may be not", "it may rain"],
    "Bill": ["my bill is wrong", "Bill me later", "the bill", "I got a bill of 90"],
    "Hope": ["I hope so", "Hope to hear from you", "we hope", "no hope"],
    "Mason": ["a mason came", "the mason jar"],
    "Summer": ["in summer", "Summer sale", "this summer", "summer is over"],
    "Dag": ["god dag", "en dag til", "Hver dag", "i dag"],
    "Liv": ["et liv", "hele mitt liv", "Livet er godt", "liv og død"],
    "Wolf": ["ein Wolf im Wald", "der Wolf ist da", "den Wolf gesehen"],
    "Klein": ["zu klein", "Klein, aber fein", "sehr klein"],
    "Petit": ["un petit souci", "Petit problème", "le petit"],
    "Blanco": ["un coche blanco", "Blanco o negro", "en blanco"],
    "Rosa": ["una rosa", "cor de rosa", "es rosa"],
    "Cruz": ["una cruz", "la cruz roja"],
    "Page": ["the page is empty", "Page 3 of 5", "this page"],
    "King": ["a king size bed", "King size, please"],
    "Price": ["the price is high", "Price list", "a fair price"],
}
# More of them. The first half was added when the code was done, and the second when the misses of the first were mended.
HELD_OUT = {
    "Joy": ["what a joy", "Joy to the world", "with joy I tell you"],
    "Faith": ["in good faith", "Have faith"],
    "Dean": ["ask the dean of the school", "the dean signed it"],
    "Frank": ["to be frank, it is late", "Frankly, no", "ein paar Frank"],
    "Miles": ["ten miles away", "Miles and points", "my miles expired"],
    "Art": ["state of the art", "Art is long", "jede Art von Hilfe", "eine Art Konto"],
    "Penny": ["not a penny more", "every penny counts"],
    "Jack": ["the headphone jack", "Jack of all trades"],
    "Chase": ["please do not chase me", "Chase it up"],
    "Ray": ["an x ray", "a ray of light"],
    "Sol": ["sol og regn", "hace sol", "ved sol"],
    "Stein": ["ein Stein im Schuh", "Stein auf Stein", "kast en stein"],
    "Even": ["not even close", "Even so, no", "even if it works"],
    "Claire": ["une eau claire", "la réponse est claire", "Claire et simple"],
    "Blanche": ["une page blanche", "carte blanche"],
    "Luz": ["no hay luz", "la luz roja", "Luz verde"],
    "Paz": ["en paz", "Paz y amor"],
    "Flores": ["unas flores", "Flores para ella"],
    "Long": ["how long is it", "Long ago", "so long"],
    "Young": ["too young", "Young people too"],
    "Winter": ["in winter", "Winter is coming", "im Winter ist es kalt"],
    "Sommer": ["im Sommer", "Der Sommer kommt", "til sommer"],
    "Day": ["have a good day", "Day by day", "the next day"],
    "Good": ["good, thanks", "Good morning", "as good as new"],
    "Best": ["all the best", "Best regards", "what works best"],
    "Cook": ["I cook at home", "Cook it well"],
    "Bo": ["jeg vil bo her", "bo hos oss", "Bo og leve"],
    "Odd": ["how odd", "Odd numbers", "an odd thing"],
    "Hall": ["the town hall", "Hall of fame", "city hall"],
    "Baker": ["the baker is closed", "Baker wanted"],
    "Fisher": ["a fisher of men", "Fisher boats"],
    "Star": ["a five star hotel", "Star rating", "one star"],
    "Amber": ["the light is amber", "Amber alert"],
    "Ivy": ["ivy on the wall", "Ivy league"],
    "Olive": ["olive oil", "Olive green", "an olive tree"],
    "Grant": ["I applied for a grant", "Grant me access", "please grant it"],
    "Rich": ["a rich text", "Rich text only"],
    "Noble": ["a noble cause", "Noble metals"],
    "Berg": ["der Berg ist hoch", "am Berg", "berg og dal"],
    "Jung": ["zu jung", "Jung und alt"],
    "Schneider": ["der Schneider näht", "zum Schneider"],
    "Grand": ["un grand merci", "Grand format", "le grand modèle"],
    "Marine": ["bleu marine", "une base marine"],
    "Leon": ["el león duerme", "un león"],
    "Campos": ["los campos vacíos", "Campos obligatorios"],
    "Cruz": ["en cruz", "cruz verde"],
    "Reis": ["arroz e reis", "os reis magos"],
    "Sand": ["sand in my shoes", "der Sand ist heiß", "sand og stein"],
    "Vik": ["ei lita vik", "i ei vik"],
    "Park": ["park here", "Park and ride", "the park is near"],
    "Stone": ["a stone fell", "Stone cold", "made of stone"],
    "Mai": ["den 5. mai", "am 3. Mai", "le 8 mai"],
    "June": ["in June", "June is fine", "by june"],
}
SURNAME = "Kowalczyk"


def plain(text):
    """Without diacritics."""
    text = text.translate(str.maketrans("øæåœłđðß", "oaaoldds")) if text.isascii() is False else text
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def forms(first, last, is_common):
    """The name as people write it."""
    whole = f"{first} {last}"
    every = [
        whole, whole.lower(), whole.upper(), plain(whole), plain(whole).lower(), f"{first}\n{last}", f"{last}, {first}",
        f"{first}.{last}".lower(), f"{first}_{last}", first, last, first.upper() if not is_common else first,
        first.lower() if not is_common else first, last.lower(), plain(first), plain(last), f"{first}, {last}",
    ]
    return [one for one in every if one]


def addresses(first, last):
    """E-mail addresses with the name in them."""
    first, last = (re.sub(r"[^a-z]", "", plain(name).lower()) for name in (first, last))
    if not first or not last:
        return []
    return [f"{first}.{last}@example.com", f"{first}{last}@mail.example", f"{first[0]}{last}@example.org", f"{last}_{first}99@x.example"]


def measure(program, seed):
    """Names that are known are found, and the same words as words are left."""
    random.seed(seed)
    fakers = [Faker(locale) for locale in LOCALES]
    for faker in fakers:
        faker.seed_instance(seed)
    made, wanted = [], []
    for number in range(CONVERSATIONS):
        faker = fakers[number % len(fakers)]
        first, last = faker.first_name(), faker.last_name()
        is_common = number % 10 == 9
        if is_common:
            first, last = random.choice([*WORDS]), SURNAME
        texts, names = [], []
        chosen = random.sample(forms(first, last, is_common), 5) + ([] if is_common else addresses(first, last)[number % 4 :][:1])
        for form in chosen:
            if form in ("May", "Wolf", "Summer") or is_common and form == first:
                frame = random.choice(FRAMES[:4])
            else:
                frame = random.choice(FRAMES)
            texts.append(frame.format(form))
            names.append((first, last, form))
        made.append((texts, {"user_information": {"name": f"{first} {last}", "email": f"user{number}@example.net"}}))
        wanted.append(names)
    after = redact(program, made)
    total, missed = 0, []
    for (texts, _), shown, names in zip(made, after, wanted, strict=True):
        for text, result, (first, last, form) in zip(texts, shown, names, strict=True):
            total += 1
            parts = [part for part in re.split(r"[\s,._@\n]+", form) if len(part) > 1 and part not in ("com", "mail", "example", "org", "x")]
            if any(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", result) for part in parts) or result == text:
                missed.append((first, last, form, result))
    words = WORDS | HELD_OUT
    decoys = [(texts, {"user_information": {"name": f"{name} {SURNAME}"}}) for name, texts in words.items()]
    shown = redact(program, decoys)
    wrong = [
        (before, result)
        for (texts, _), results in zip(decoys, shown, strict=True)
        for before, result in zip(texts, results, strict=True)
        if before != result
    ]
    count = sum(map(len, words.values()))
    recall, false = 1 - len(missed) / total, len(wrong) / count
    print(f"\nidentities: {CONVERSATIONS} conversations, {total} places, recall {recall:.4f}")
    print(f"the same words as words: {count} sentences, {len(wrong)} false hits ({false:.3f})")
    with open("target/redaction-misses.txt", "a", encoding="utf-8") as log:
        print("\nidentities", *missed, "words", *wrong, sep="\n", file=log)
    return recall >= 0.99 and false <= 0.01
