"""Reads an archive of both vendors with Python's sqlite3, Datasette and DuckDB, and compares the views with exports.

check.py CONVEXPORT: the binary. The fake vendors are in the environment.
"""

import json
import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import duckdb_extension_sqlite_scanner

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import corpus

CONVEXPORT = Path(sys.argv[1]).resolve()
COLUMNS = (
    "source account conversation_id conversation_created_at channel title tags user_name seq message_id created_at role "
    "user_id author type text options attachments raw"
).split()


def run(*args, folder):
    done = subprocess.run([CONVEXPORT, *args], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def by_key(rows):
    return sorted(rows, key=lambda row: (row["source"], row["account"] or "", row["conversation_id"], row.get("seq")))


def python(archive, expected, people):
    """The view has the rows of `-f messages`, in its columns."""
    database = sqlite3.connect(f"file:{archive}?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    rows = [dict(row) for row in database.execute("SELECT * FROM message_rows")]
    assert list(rows[0]) == COLUMNS, list(rows[0])
    assert by_key(rows) == expected
    found = {(row["user_id"], row["name"]) for row in database.execute("SELECT user_id, name FROM users")}
    assert found == people, (len(found), len(people))
    one = "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version"
    assert tuple(database.execute(one).fetchone()) == (0x63766578, 1)
    assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    words = "SELECT count(*) FROM message_words WHERE message_words MATCH 'parcel'"
    count = database.execute(words).fetchone()[0]
    assert count == sum("parcel" in row["text"].lower() for row in expected) > 0


def typed(value, like):
    """A value as the type of another one. DuckDB takes all columns of this view as text."""
    if isinstance(like, (bool, int, float)) and isinstance(value, str):
        return type(like)(float(value))
    return value


def metrics(archive, folder):
    """The view of conversations has the rows of `-f conversations`, in its columns, for SQLite and for DuckDB."""
    expected = by_key(lines(run("render", archive.name, "-f", "conversations", folder=folder)))
    columns = list(expected[0])
    for database, view in [(sqlite3.connect(archive), "conversation_rows"), (attached(archive), "bot.conversation_rows")]:
        found = database.execute(f"SELECT * FROM {view}")
        assert [column[0] for column in found.description] == columns, found.description
        rows = by_key([dict(zip(columns, row)) for row in found.fetchall()])
        assert len(rows) == len(expected), (len(rows), len(expected))
        for ours, theirs in zip(expected, rows):
            for name in columns:
                assert ours[name] == typed(theirs[name], ours[name]), (view, name, ours, theirs)
    return len(expected)


def documented(archive):
    """docs/archive.md names every table and view with its columns, in their order."""
    text = (Path(__file__).parents[2] / "docs/archive.md").read_text()
    text = text[text.index("## The format") : text.index("## Backup")]
    parts = re.findall(r"^\*\*`(\w+)`\*\*(.*?)(?=^\*\*`|^### |\Z)", text, re.M | re.S)
    known = {name: re.findall(r"^\| `(\w+)` \|", part, re.M) for name, part in parts}
    database = sqlite3.connect(archive)
    names = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'message_words\\__%' ESCAPE '\\'"
    real = {}
    for (name,) in database.execute(names).fetchall():
        real[name] = [column[1] for column in database.execute(f"PRAGMA table_info({name})")]
    assert known == real, {name: (known.get(name), real.get(name)) for name in known | real if known.get(name) != real.get(name)}


def datasette(archive, rows, conversations):
    def get(path):
        command = [sys.executable, "-m", "datasette", str(archive), "--get", path]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    table = archive.stem
    for view, count in [("message_rows", rows), ("conversation_rows", conversations)]:
        found = get(f"/{table}.json?_shape=array&sql=select+count(*)+as+n+from+{view}")
        assert found == [{"n": count}], (view, found)
    assert list(get(f"/{table}/message_rows.json?_shape=array&_size=1")[0]) == COLUMNS


def attached(archive):
    database = duckdb.connect()
    # The package has the file alone, for this version of DuckDB.
    package = Path(duckdb_extension_sqlite_scanner.__file__).parent
    (extension,) = package.glob("extensions/*/sqlite_scanner.duckdb_extension")
    database.execute(f"LOAD '{extension}'")
    database.execute(f"ATTACH '{archive}' AS bot (TYPE sqlite, READ_ONLY)")
    return database


def duck(archive, expected):
    database = attached(archive)
    found = database.execute("SELECT * FROM bot.message_rows").fetchall()
    rows = by_key([dict(zip(COLUMNS, row)) for row in found])
    assert rows == expected
    assert database.execute("SELECT count(*) FROM bot.messages").fetchone()[0] == len(expected)


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        archive = folder / "bot.db"
        run("botpress", "--archive", "bot.db", "--with-users", folder=folder)
        run("boost", "--archive", "bot.db", "--since", "2026-01-01", folder=folder)
        expected = by_key(lines(run("render", "bot.db", "-f", "messages", folder=folder)))
        whole = lines(run("render", "bot.db", "-f", "jsonl", folder=folder))
        people = {(user["id"], user["name"]) for one in whole for user in one.get("users") or []}
        python(archive, expected, people)
        conversations = metrics(archive, folder)
        assert conversations == len(whole)
        documented(archive)
        datasette(archive, len(expected), conversations)
        duck(archive, expected)
        corpus.write(folder / "corpus.jsonl", 3000)
        run("render", "corpus.jsonl", "--archive", "corpus.db", folder=folder)
        conversations += metrics(folder / "corpus.db", folder)
        duck(folder / "corpus.db", by_key(lines(run("render", "corpus.db", "-f", "messages", folder=folder))))
        print(f"archive tools: {len(expected)} messages read by sqlite3, Datasette and DuckDB, {conversations} conversations")


main()
