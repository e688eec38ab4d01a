"""Conversations in the shape of jsonl that the metrics have to cope with: of both vendors, handed over and not, without an
answer, with times that are missing or in another order than the messages, with odd names. The same every time."""

import json
import random
from datetime import datetime, timedelta, timezone

NAMES = ["Kari Nordmann", "O'Brien, \"Pat\"", "Zoë 🌻", "李小龍", "a\\b/c", "tab\tand\nline", "=1+1", ""]
LANGUAGES = ["nb-NO", "en-US", "en-US", "de \"AT\"", 7, None, {"a": 1}]
ROLES = ["user"] * 5 + ["bot"] * 4 + ["agent"] * 3 + ["system"] * 2


def text(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def times(rand, count):
    """Mostly later and later; some are missing, some equal, some earlier."""
    time = datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=rand.randrange(300 * 24 * 3600 * 10**6))
    for _ in range(count):
        step = rand.choice([0, 1, 999_999, rand.randrange(10**7), rand.randrange(10**11), -rand.randrange(10**8)])
        time += timedelta(microseconds=step)
        yield None if rand.random() < 0.1 else text(time)


def record(rand, source, role):
    """The vendor's record. What looks like boost.ai's language elsewhere is none."""
    if rand.random() < 0.2:
        return {"question": None, "payload": [1.5, {"a": None}]}
    if source == "boost" and role == "user":
        if rand.random() < 0.5:
            return {"id": 1, "is_customer": True, "predicted_language": rand.choice(LANGUAGES)}
        return {"id": 1, "question": {"input": "x", "predicted_language": rand.choice(LANGUAGES)}}
    return {"question": {"predicted_language": "xx"}}


def tags(rand):
    """Tags of the bot's owner, and those that tell what boost.ai's API v4 knows. Elsewhere the same tags mean nothing."""
    known = {
        "feedback": rand.choice(["thumbs_up", "thumbs_down"]),
        "goals": rand.choice([["Sold"], ["Sold", "a \"b\""], ["7"]]),
        "unknown_answers": rand.randrange(4),
        "transfer_to_human": rand.choice([True, False]),
    }
    own = rand.choice([{}, {"topic": "a \"b\""}, {"n": [1, {"é": None}], "price": 1.5}])
    return own | {key: value for key, value in known.items() if rand.random() < 0.3}


def message(rand, source, number, time):
    role = rand.choice(ROLES)
    ids = {"user": ["u1", "u2", None], "agent": ["a1", "bot"], "bot": ["bot"], "system": [None]}[role]
    return {
        "id": str(number),
        "created_at": time,
        "role": role,
        "user_id": rand.choice(ids),
        "author": rand.choice(NAMES) if rand.random() < 0.5 else None,
        "type": "text",
        "text": rand.choice(["Hello", "=1+1", "two\nlines", ""]),
        "options": [],
        "attachments": [],
        "raw": record(rand, source, role),
    }


def talk(rand, number):
    source = rand.choice(["botpress", "boost"])
    count = rand.choice([0, 1, 2, rand.randrange(3, 15)])
    began = next(times(rand, 1))
    people = [{"id": id, "name": rand.choice([*NAMES, None]), "tags": {}, "role": rand.choice(["user", "user", "bot"])}
              for id in ["u2", "bot", "u1"]]
    known = {
        "source": source,
        "account": rand.choice(["one", "two"] if source == "botpress" else ["site.boost.ai", None]),
        "id": str(number),
        "created_at": began,
        "updated_at": rand.choice([None, began]),
        "channel": rand.choice(["webchat", "whatsapp", None]),
        "title": rand.choice([None, *NAMES]),
        "tags": tags(rand),
        "handover": None,
        "messages": [message(rand, source, index, time) for index, time in enumerate(times(rand, count))],
        "raw": {},
    }
    return known | ({"users": people} if rand.random() < 0.5 else {})


def write(path, count):
    """Writes conversations as jsonl. Returns how many of them have messages."""
    rand = random.Random(13)
    talks = [talk(rand, number) for number in range(count)]
    with open(path, "w", encoding="utf-8") as file:
        for known in talks:
            file.write(json.dumps(known, ensure_ascii=False) + "\n")
    return sum(bool(known["messages"]) for known in talks)
