"""Ten thousand values planted in every place of a record: none of them is in any output or side file."""

import json
import os
import subprocess
import tempfile
import zipfile
from pathlib import Path

from faker import Faker

CONVERSATIONS = 1000
FORMATS = {
    "text": "txt", "markdown": "md", "html": "html", "json": "json", "jsonl": "jsonl", "messages": "jsonl", "conversations": "jsonl",
    "csv": "csv", "xlsx": "xlsx", "chat": "jsonl",
}
TIME = "2026-01-02T00:00:00+00:00"


def conversation(number, faker):
    """A conversation, and the ten values that are planted in it."""
    first, last = f"{faker.first_name()}", f"{faker.last_name()}quist{number:04}".translate(str.maketrans("0123456789", "abcdefghij"))
    name = f"{first} {last}"
    email, other = f"person{number}@example.net", f"{last.lower()}@mail.example"
    phone = f"+47 22{number:04}{number % 90 + 10:02}"
    handle, identifier = f"handle_{number:05}", f"auth0-{number:06}-{faker.hexify('^^^^^^^^')}"
    card, iban, address = faker.credit_card_number("visa16"), faker.iban(), f"198.51.{number // 250}.{number % 250 + 1}"
    signed = f"https://files.example.com/{number}.pdf?sig={faker.hexify('^' * 20)}"
    user = {"name": name, "email": email, "phone": phone, "username": handle}
    question = lambda index, text: {"id": index, "time": TIME, "type": "question", "question": {"input": text}}
    answer = lambda index, *content, **more: {"id": index, "time": TIME, "type": "answer", "content": list(content)} | more
    text = lambda html: {"type": "text", "text": html}
    button = {"id": "b", "button_type": "url", "text": f"Write to {other}", "url": signed}
    messages = [
        question(1, f"I am {name}, {email}, {phone}"),
        answer(2, text(f"<p>Hello {last}! Your card {card}?</p>"), {"type": "link", "buttons": [button]}),
        question(3, f"yes {card}, and {iban} from {address}; {handle} {identifier}"),
        answer(4, {"type": "image", "url": signed}, {"type": "link", "buttons": [button]}, button_clicked=button),
        answer(5, text(f"<p>{first} {last}</p>"), is_human_chat=True, human_agent={"name": f"Agent {last}"}),
        answer(6, {"type": "json", "json": {"user": user, "ip": address}}),
    ]
    planted = [last, email, other, phone, handle, identifier, card, iban, address, signed]
    record = {"type": "conversation", "id": number, "time": {"created": TIME}, "messages": messages}
    return record | {"user_information": user, "authentication_identifier": identifier}, planted


def leaks(folder, planted):
    """The planted values in the files of a folder."""
    for book in folder.rglob("*.xlsx"):
        with zipfile.ZipFile(book) as packed:
            packed.extractall(book.with_suffix(".d"))
    (folder.parent / "planted").write_text("\n".join(planted), encoding="utf-8")
    names = "\n".join(map(str, folder.rglob("*")))
    (folder / "names").write_text(names, encoding="utf-8")
    command = ["grep", "-r", "-a", "-i", "-F", "-o", "-h", "-f", str(folder.parent / "planted"), str(folder)]
    # The locale of bytes: with others grep takes minutes to ignore case.
    return subprocess.run(command, stdout=subprocess.PIPE, env=os.environ | {"LC_ALL": "C"}).stdout.decode().split("\n")[:-1]


def measure(program, seed):
    """Writes the conversations in every way, and looks for what was planted."""
    faker = Faker("no_NO")
    faker.seed_instance(seed)
    made = [conversation(number, faker) for number in range(CONVERSATIONS)]
    planted = [value for _, values in made for value in values]
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        out = work / "out"
        out.mkdir()
        tail = {"type": "post_query_info", "conversations": len(made)}
        answer = json.dumps([{"type": "query_info"}, *(record for record, _ in made), tail], ensure_ascii=False)
        (work / "answer.json").write_text(answer, encoding="utf-8")
        (work / "key").write_text("a key of more than sixteen bytes")
        redact = ["--redact", "--redact-key-file", "key", "--region", "NO"]

        def run(name, *args):
            with open(out / f"{name}.log", "wb") as log, open(out / f"{name}.out", "wb") as stdout:
                subprocess.run([program, *args], cwd=work, check=True, stdout=stdout, stderr=log)

        side = lambda name: ["-v", "--summary", f"out/{name}.summary.json"]
        source = ["boost", "--input", "answer.json"]
        for kind, extension in FORMATS.items():
            run(kind, *source, "-f", kind, "-o", f"out/{kind}.{extension}", *redact, *side(kind))
        run("raw", *source, "-f", "jsonl", "--redact-raw", *redact, *side("raw"))
        run("ids", *source, "-f", "json", "-d", "out/ids", "--redact-ids", *redact, *side("ids"))
        run("folder", *source, "-f", "text", "-d", "out/folder", "--name", "{year}/{channel}_{id}", *redact, *side("folder"))
        subprocess.run([program, *source, "--archive", "bot.db", "-q"], cwd=work, check=True)
        run("rendered", "render", "bot.db", "-f", "html", "-o", "out/rendered.html", *redact, *side("rendered"))
        run("found", "search", "bot.db", "hello", "-f", "jsonl", *redact, *side("found"))
        found = leaks(out, planted)
        # What proves that the search finds what is there.
        plain = work / "plain"
        plain.mkdir()
        subprocess.run([program, *source, "-f", "jsonl", "-o", "plain/all.jsonl", "-q"], cwd=work, check=True)
        there = len({value.lower() for value in leaks(plain, planted)})
    print(f"\nplanted: {len(set(planted))} values, {there} of them in an export without --redact; {len(found)} found after it")
    for value in sorted(set(found))[:10]:
        print("  left:", value)
    return not found and there > len(planted) * 0.8
