"""Runs the program on chats that are made up."""

import json
import re
import subprocess
import tempfile
from pathlib import Path

PLACEHOLDER = re.compile(r"\[([A-Z][A-Z0-9-]*)-[0-9a-f]{6,16}\]")


def answer(conversations):
    """What boost.ai would send. A conversation is its messages, and what is known of its user."""
    made = []
    for number, (messages, user) in enumerate(conversations):
        said = [
            {"id": index, "time": "2026-01-02T00:00:00+00:00", "type": "question", "question": {"input": text}}
            for index, text in enumerate(messages)
        ]
        made.append({"type": "conversation", "id": number, "time": {"created": "2026-01-02T00:00:00+00:00"}, "messages": said} | user)
    tail = {"type": "post_query_info", "conversations": len(made)}
    return json.dumps([{"type": "query_info"}, *made, tail], ensure_ascii=False)


def redact(program, conversations, *flags):
    """The texts of the conversations after the redaction."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "answer.json").write_text(answer(conversations), encoding="utf-8")
        (folder / "key").write_text("a key of more than sixteen bytes")
        command = [program, "boost", "--input", "answer.json", "-f", "jsonl", "--redact-key-file", "key", "--redact", *flags]
        run = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    # Not splitlines: a text may have U+2028 in it.
    lines = [json.loads(line) for line in run.stdout.split("\n") if line]
    return [[message["text"] for message in line["messages"]] for line in lines]


def replaced(before, after):
    """The places of the text before that were replaced, with the word of each placeholder."""
    if before == after:
        return []
    labels = [found[1] for found in PLACEHOLDER.finditer(after)]
    literals = PLACEHOLDER.split(after)[::2]
    match = re.fullmatch("(.+?)".join(map(re.escape, literals)), before, re.DOTALL)
    assert match and len(labels) == len(literals) - 1, (before, after)
    return [(*match.span(index + 1), label) for index, label in enumerate(labels)]
