"""Compares the rows of conversations with the query of docs/rows.md over the rows of messages, column by column."""

import json
import re
import sys
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import corpus

TIMES = ["created_at", "first_message_at", "last_message_at", "first_agent_at"]


def queries():
    """The SQL of the page: how to load messages, the metrics, and an example over conversations."""
    return re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "rows.md").read_text(encoding="utf-8"), re.DOTALL)


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def key(row):
    return row["source"], row["account"] or "", row["conversation_id"]


def computed(path):
    """The rows that the query makes of a file, with times as JSON has them."""
    load, query, _ = queries()
    database = duckdb.connect()
    database.sql(load.replace("messages.jsonl", path))
    as_text = ", ".join(f"strftime({name} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ') AS {name}" for name in TIMES)
    found = database.sql(f"SELECT * REPLACE ({as_text}) FROM ({query.strip().rstrip(';')})")
    return sorted((dict(zip(found.columns, row)) for row in found.fetchall()), key=key)


def compare(run, convexport, name):
    """Renders an export as both kinds of rows, and compares them."""
    for form in ["messages", "conversations"]:
        run(convexport, "render", f"{name}.jsonl", "-f", form, "-o", f"{name}-{form}.jsonl")
    expected = sorted((row for row in lines(f"{name}-conversations.jsonl") if row["messages"]), key=key)
    found = computed(f"{name}-messages.jsonl")
    # No message says when its conversation was updated.
    columns = [column for column in expected[0] if column != "updated_at"]
    assert list(found[0]) == columns, list(found[0])
    assert len(found) == len(expected), (len(found), len(expected))
    for ours, theirs in zip(expected, found):
        for column in columns:
            assert ours[column] == theirs[column], (name, column, ours, theirs)
    print(f"metrics, {name}: {len(found)} rows, each equal to that of the query")
    return expected


def check(run, fake, convexport):
    """Conversations that were made for this, and those of the fake vendors."""
    full = corpus.write("corpus.jsonl", 3000)
    rows = compare(run, convexport, "corpus")
    assert len(rows) == full and len(lines("corpus-conversations.jsonl")) == 3000
    # A column that is always the same would prove nothing.
    for column in rows[0]:
        assert len({row[column] for row in rows}) > 1, column
    for vendor, flags in [("botpress", ["--with-users"]), ("boost", ["--since", "2026-01-01"])]:
        run(fake, "--conversations", 400, convexport, vendor, *flags, "-o", f"{vendor}.jsonl")
        compare(run, convexport, vendor)
    example = queries()[2].replace("conversations.jsonl", "corpus-conversations.jsonl").strip().rstrip(";")
    [(weeks,)] = duckdb.sql(f"SELECT count(*) FROM ({example})").fetchall()
    assert weeks > 10, weeks
