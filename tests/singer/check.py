"""Feeds the tap's output to programs from PyPI and compares what they keep with what the program exports as jsonl.

check.py CONVEXPORT TOOLS DATABASE: the binary of the program, the folder with the virtual environments, and the URL of an
empty database. To be run by the fake vendors, which set the variables that the program wants.
"""

import json
import subprocess
import sys
from pathlib import Path

import psycopg

CONVEXPORT, TOOLS = (Path(path).resolve() for path in sys.argv[1:3])
DATABASE = sys.argv[3]
SOURCES = {"botpress": {"with_users": True}, "boost": {"start_date": "2026-01-01"}}
STREAMS = ["conversations", "messages"]


def tool(name):
    return next(TOOLS.glob(f"*/bin/{name}"))


def run(args, text=None):
    done = subprocess.run([str(arg) for arg in args], input=text, capture_output=True, text=True)
    assert done.returncode == 0, (args, done.returncode, done.stderr)
    return done.stdout


def write(name, value):
    Path(name).write_text(json.dumps(value), encoding="utf-8")
    return name


def tap(source, *args):
    config = write("config.json", {"source": source, **SOURCES[source]})
    return run([CONVEXPORT, "tap", "--config", config, *args])


def truth(source):
    """What whole conversations hold, by the keys of the streams."""
    since = ["--since", SOURCES[source]["start_date"]] if source == "boost" else ["--with-users"]
    lines = run([CONVEXPORT, source, "-f", "jsonl", *since]).splitlines()
    talks = [json.loads(line) for line in lines]
    return {
        "conversations": {(source, talk["id"]): talk for talk in talks},
        "messages": {(source, talk["id"], message["id"]): message for talk in talks for message in talk["messages"]},
    }


def check_jsonl(source, lines, expected):
    folder = Path(source)
    folder.mkdir()
    config = write("target.json", {"destination_path": str(folder)})
    state = run([tool("target-jsonl"), "--config", config], lines)
    for stream in STREAMS:
        [path] = folder.glob(f"{stream}-*.jsonl")
        with path.open(encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        assert len(rows) == len(expected[stream]), (stream, len(rows))
    print(f"target-jsonl, {source}: {len(rows)} messages")
    return json.loads(state.splitlines()[-1])


def load(lines):
    config = write("target.json", {"sqlalchemy_url": DATABASE, "default_target_schema": "chats"})
    run([tool("target-postgres"), "--config", config], lines)


def rows(source):
    """What the database holds of a vendor, by the keys of the streams."""
    with psycopg.connect(DATABASE) as database:
        database.execute("SET timezone TO 'UTC'")
        talks = "SELECT id, created_at::text, channel, raw FROM chats.conversations WHERE source = %s"
        messages = "SELECT conversation_id, message_id, role, author, text, raw FROM chats.messages WHERE source = %s"
        return {
            "conversations": {(source, row[0]): row[1:] for row in database.execute(talks, [source])},
            "messages": {(source, *row[:2]): row[2:] for row in database.execute(messages, [source])},
            "counts": [database.execute(f"SELECT count(*) FROM chats.{stream}").fetchone()[0] for stream in STREAMS],
        }


def check_rows(source, expected):
    found = rows(source)
    for stream in STREAMS:
        assert found[stream].keys() == expected[stream].keys(), stream
    for key, row in found["messages"].items():
        message = expected["messages"][key]
        text = message["text"].replace("\0", "\ufffd")
        assert row[:3] == (message["role"], message["author"], text), (row, message)
        assert json.loads(row[3]) == message["raw"], row
    for key, (created, channel, raw) in found["conversations"].items():
        talk = expected["conversations"][key]
        assert created.replace(" ", "T")[:19] == talk["created_at"][:19], (created, talk["created_at"])
        assert (channel, json.loads(raw)) == (talk["channel"], talk["raw"])
    return found["counts"]


def main():
    sizes = []
    for source in SOURCES:
        lines, expected = tap(source), truth(source)
        print(run([tool("singer-check-tap")], lines))
        assert all(len(expected[stream]) > 50 for stream in STREAMS), "that proves nothing"
        state = write("state.json", check_jsonl(source, lines, expected))
        load(lines)
        once = check_rows(source, expected)
        load(lines)
        assert check_rows(source, expected) == once, "a second run doubled rows"
        # By what the target kept of the STATE, nothing is new.
        assert '"RECORD"' not in tap(source, "--state", state)
        sizes.append([len(expected[stream]) for stream in STREAMS])
        print(f"target-postgres, {source}: {once} rows in all, twice the same")
    assert once == [sum(size) for size in zip(*sizes)]


main()
