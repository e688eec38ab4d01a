"""Makes exports with the program and loads them with DuckDB, Polars, pandas, Hugging Face datasets and csv.

check.py CONVEXPORT FAKE: the binaries of the program and of its fake vendors.
"""

import csv
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import datasets
import duckdb
import metrics
import pandas
import polars

CONVERSATIONS, EACH, CHANGE = 1000, 40, 30_000
ROWS = CONVERSATIONS * EACH
COLUMNS = (
    "source account conversation_id conversation_created_at channel title tags user_name seq message_id created_at role "
    "user_id author type text options attachments raw"
).split()
DOCUMENT = Path(__file__).parents[2] / "docs/data-tools.md"
CONVEXPORT, FAKE = (Path(path).resolve() for path in sys.argv[1:])


def payload(row):
    """What a vendor may send: from one row on it has another shape, and keys that no sample of the first has seen."""
    if row < CHANGE:
        return {"value": row, "list": [1, 2]}
    return [
        {"value": f"text {row}", "list": {"a": None}, f"key {row}": {"deep": [row, "x", 1.5]}},
        [row, "mixed", {"z": True}],
        f"only text {row}",
    ][row % 3]


def message(row):
    number = row % EACH
    time = f"2026-{1 + row // 4000:02}-02T{number // 4:02}:{number % 60:02}:00.{row:06}+00:00"
    text = ["hello", "=1+1", "+47 22 22 22 22", 'a "quote", a comma; and\nlines', " -2", "ja", "@me"][row % 7]
    said = {"id": row, "time": time, "payload": payload(row)}
    if number % 2:
        return said | {"type": "question", "question": {"input": text}}
    # Nobody is named in the rows that a tool guesses its schema from.
    agent = {"human_agent": {"name": "Kari"}, "is_human_chat": True} if row >= CHANGE else {}
    return said | agent | {"type": "answer", "content": [{"type": "text", "text": f"<p>{row}: é 🎉 &lt;</p>"}]}


def answer():
    """What boost.ai would send, and the messages in it."""
    messages = [message(row) for row in range(ROWS)]
    conversations = [
        {
            "type": "conversation",
            "id": 1000 + index,
            "time": {"created": f"2026-01-02T00:00:00.{index:06}+00:00"},
            "messages": messages[index * EACH : (index + 1) * EACH],
        }
        for index in range(CONVERSATIONS)
    ]
    tail = {"type": "post_query_info", "conversations": CONVERSATIONS}
    return json.dumps([{"type": "query_info"}, *conversations, tail]), messages


def run(*args):
    subprocess.run([str(arg) for arg in args], check=True)


def assert_rows(tool, rows, expected):
    """The last rows are whole, wherever their shape changed."""
    assert len(rows) == len(expected), (tool, len(rows))
    for found, theirs in zip(rows[-10:] + rows[CHANGE - 2 : CHANGE + 2], expected[-10:] + expected[CHANGE - 2 : CHANGE + 2]):
        assert list(found) == COLUMNS, (tool, list(found))
        assert json.loads(found["raw"]) == theirs, (tool, found["raw"])
        assert json.loads(found["options"]) == [], tool
        assert found["author"] == theirs.get("human_agent", {}).get("name"), (tool, found["author"])
    print(f"{tool}: {len(rows)} rows, the last raw {rows[-1]['raw'][:60]}...")


def recipe():
    """The SQL of the document, which names every column."""
    return re.search(r"```sql\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)[1]


def guarded(cell):
    return "'" + cell if cell.lstrip()[:1] in tuple("=+-@") else cell


def shown(name, value):
    """A value as csv has it. Times are of UTC here, and without their fraction."""
    if value is None:
        return ""
    return value[:19].replace("T", " ") if name.endswith("_at") else guarded(str(value))


def cells(row):
    """A row as csv has it."""
    return [shown(name, row[name]) for name in COLUMNS[:-1]]


def check_csv(path, delimiter, rows):
    encoding = "utf-8-sig" if delimiter == ";" else "utf-8"
    with open(path, encoding=encoding, newline="") as file:
        header, *found = csv.reader(file, delimiter=delimiter, strict=True)
    assert header == COLUMNS[:-1], header
    assert found == [cells(row) for row in rows]
    assert sum(cell.startswith("'") for row in found for cell in row) > 10_000
    # A data frame reads the times as dates.
    frame = pandas.read_csv(path, sep=delimiter, encoding=encoding, parse_dates=["conversation_created_at", "created_at"])
    assert all(str(frame[name].dtype).startswith("datetime64") for name in ["conversation_created_at", "created_at"])
    print(f"csv with {delimiter}: {len(found)} rows, equal to those of messages")


def check_messages(theirs):
    path = "messages.jsonl"
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    assert_rows("json", rows, theirs)
    with gzip.open("messages.jsonl.gz", "rt", encoding="utf-8") as packed, open(path, encoding="utf-8") as plain:
        assert packed.read() == plain.read()

    for script in ["SELECT * FROM 'messages.jsonl'", "SELECT * FROM 'messages.jsonl.gz'"]:
        [(count,)] = duckdb.sql(f"SELECT count(*) FROM ({script})").fetchall()
        [(last,)] = duckdb.sql(f"SELECT raw FROM ({script}) ORDER BY message_id::INT DESC LIMIT 1").fetchall()
        assert (count, json.loads(last)) == (ROWS, theirs[-1])
    duckdb.sql(recipe())
    # Times with a zone would need one package more in Python.
    times = "conversation_created_at::VARCHAR AS conversation_created_at, created_at::VARCHAR AS created_at"
    found = duckdb.sql(f"SELECT * REPLACE ({times}) FROM 'messages.parquet' ORDER BY message_id::INT")
    assert_rows("duckdb", [dict(zip(found.columns, row)) for row in found.fetchall()], theirs)

    schema = {name: polars.Int64 if name == "seq" else polars.String for name in COLUMNS}
    assert_rows("polars", polars.read_ndjson(path, schema=schema).to_dicts(), theirs)
    assert_rows("polars, guessing", polars.read_ndjson(path, infer_schema_length=None).to_dicts(), theirs)

    frame = pandas.read_json(path, lines=True, dtype=False)
    assert_rows("pandas", frame.astype(object).where(frame.notna(), None).to_dict("records"), theirs)
    return rows


def check_chat():
    loaded = datasets.load_dataset("json", data_files="chat.jsonl", split="train", cache_dir="cache")
    assert len(loaded) == CONVERSATIONS, len(loaded)
    last = loaded[-1]
    assert last["metadata"] == {"source": "boost", "id": str(999 + CONVERSATIONS)}, last["metadata"]
    roles = [turn["role"] for turn in last["messages"]]
    assert roles == ["system"] + ["assistant", "user"] * (EACH // 2 - 1) + ["assistant"], roles
    assert all(turn["content"] for turn in last["messages"])
    print(f"datasets: {len(loaded)} chats of {len(roles)} turns, {loaded.features}")

    files = {"train": "split.train.jsonl.gz", "test": "split.test.jsonl.gz"}
    split = datasets.load_dataset("json", data_files=files, cache_dir="cache")
    found = {name: {line["id"] for line in split[name]["metadata"]} for name in files}
    assert found == parts({metadata["id"] for metadata in loaded["metadata"]}), found
    print(f"datasets: {len(found['train'])} chats to train and {len(found['test'])} to test")


def parts(ids):
    """Which conversations are in which part, as docs/chat.md says."""

    def point(number):
        key = f"boost\n\n{number}".encode()
        return int.from_bytes(hashlib.sha256(key).digest()[:8], "big") * 10**9 >> 64

    train = {number for number in ids if point(number) < 900_000_000}
    return {"train": train, "test": ids - train}


def check_botpress():
    """The fake's bot has every type of message."""
    for form in ["jsonl", "messages", "csv"]:
        command = [CONVEXPORT, "botpress", "--timezone", "utc", "-f", form, "-o", f"bot.{form}"]
        run(FAKE, "--conversations", 400, *command)
    with open("bot.jsonl", encoding="utf-8") as file:
        theirs = [message for line in file for message in json.loads(line)["messages"]]
    with open("bot.messages", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    assert [row["message_id"] for row in rows] == [message["id"] for message in theirs]
    schema = {name: polars.Int64 if name == "seq" else polars.String for name in COLUMNS}
    frame = polars.read_ndjson("bot.messages", schema=schema)
    [(count,)] = duckdb.sql("SELECT count(raw) FROM read_json('bot.messages', format='newline_delimited')").fetchall()
    assert len(rows) == len(frame) == count
    for name in ["options", "attachments", "raw"]:
        assert [json.loads(cell) for cell in frame[name]] == [message[name] for message in theirs]
    with open("bot.csv", encoding="utf-8", newline="") as file:
        assert list(csv.reader(file, strict=True))[1:] == [cells(row) for row in rows]
    print(f"botpress: {count} rows in duckdb, polars and csv")


def main():
    text, theirs = answer()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("answer.json").write_text(text, encoding="utf-8")
        for args in [
            ["-f", "messages", "-o", "messages.jsonl"],
            ["-f", "messages", "-o", "messages.jsonl.gz"],
            ["-o", "messages.csv"],
            ["-o", "excel.csv", "--excel=semicolon"],
            ["-f", "chat", "-o", "chat.jsonl", "--system", "You help."],
            ["-f", "chat", "-o", "split.jsonl.gz", "--split", "train=0.9,test=0.1"],
        ]:
            run(CONVEXPORT, "boost", "--input", "answer.json", "--timezone", "utc", *args)
        rows = check_messages(theirs)
        check_csv("messages.csv", ",", rows)
        check_csv("excel.csv", ";", rows)
        check_chat()
        check_botpress()
        metrics.check(run, FAKE, CONVEXPORT)
        os.chdir("/")
    print("data tools: all is loaded")


if __name__ == "__main__":
    main()
