"""Loads an export of boost.ai whole and writes one conversation per line."""
import json
import os
import sys

import requests

answer = requests.post(
    os.environ["BOOST_SITE"] + "/api/export/v3",
    headers={"Authorization": "Bearer " + os.environ["BOOST_TOKEN"]},
    json={"from": "2020-01-01", "to": "2022-01-01"},
)
answer.raise_for_status()
for element in json.loads(answer.content):
    if element["type"] == "conversation":
        sys.stdout.write(json.dumps(element, ensure_ascii=False) + "\n")
