"""Reads an export of boost.ai as it streams and writes one conversation per line."""
import json
import os
import sys

import ijson
import requests

answer = requests.post(
    os.environ["BOOST_SITE"] + "/api/export/v3",
    headers={"Authorization": "Bearer " + os.environ["BOOST_TOKEN"]},
    json={"from": "2020-01-01", "to": "2022-01-01"},
    stream=True,
)
answer.raise_for_status()
answer.raw.decode_content = True
for element in ijson.items(answer.raw, "item", use_float=True):
    if element["type"] == "conversation":
        sys.stdout.write(json.dumps(element, ensure_ascii=False) + "\n")
