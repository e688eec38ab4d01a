"""Fills a database from conversations, one per line, as people would: Python's sqlite3 with executemany."""

import json
import sqlite3
import sys

BATCH = 1000

source, target = sys.argv[1:]
database = sqlite3.connect(target)
database.executescript(
    """
    CREATE TABLE conversations (id TEXT PRIMARY KEY, created_at TEXT, raw TEXT);
    CREATE TABLE messages (id TEXT, conversation_id TEXT, created_at TEXT, role TEXT, text TEXT, raw TEXT);
    CREATE VIRTUAL TABLE words USING fts5(text, content='messages', content_rowid='rowid');
    """
)


def write(conversations):
    database.executemany(
        "INSERT OR REPLACE INTO conversations VALUES (?, ?, ?)",
        ((talk["id"], talk["created_at"], json.dumps(talk.get("raw"))) for talk in conversations),
    )
    database.executemany(
        "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)",
        (
            (said["id"], talk["id"], said["created_at"], said["role"], said["text"], json.dumps(said.get("raw")))
            for talk in conversations
            for said in talk["messages"]
        ),
    )
    database.commit()


with open(source, encoding="utf-8") as lines:
    batch = []
    for line in lines:
        batch.append(json.loads(line))
        if len(batch) == BATCH:
            write(batch)
            batch.clear()
    write(batch)
database.execute("INSERT INTO words(words) VALUES ('rebuild')")
database.commit()
