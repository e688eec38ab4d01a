"""Makes workbooks with the program, and compares every cell that openpyxl and LibreOffice find with the rows of
`messages` and `conversations`.

check.py CONVEXPORT FAKE: the binaries of the program and of its fake vendors.
"""

import csv
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
from openpyxl.utils.escape import unescape

CONVEXPORT, FAKE = (Path(path).resolve() for path in sys.argv[1:])
ZONE = "Europe/Oslo"
# What Excel takes.
LONGEST, MOST_ROWS, MOST_LINKS, LONGEST_LINK = 32_767, 1_048_576, 65_530, 2_079
MEMORY = 60_000_000


def run(*args):
    subprocess.run([str(arg) for arg in args], check=True)


def row_files(name):
    """The rows as the program writes them for programs."""
    sheets = {}
    for form, title in [("conversations", "Conversations"), ("messages", "Messages")]:
        with open(f"{name}.{form}", encoding="utf-8") as file:
            sheets[title] = [json.loads(line) for line in file]
    for row in sheets["Messages"]:
        row.pop("raw", None)
    return sheets


def in_utf16(text):
    return len(text.encode("utf-16-le")) // 2


def expected(value, name):
    """A value of a row as a cell has it: None for an empty one."""
    if name.endswith("_at") and value is not None and value >= "1900-03":
        time = datetime.fromisoformat(value)
        return time.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
    if value == "":
        return None
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n")
    return value


def assert_cell(found, value, name, where):
    wanted = expected(value, name)
    if isinstance(wanted, str) and in_utf16(wanted) > LONGEST:
        begin, note = re.fullmatch(r"(.*)… (\[cut: .*\])", found, re.DOTALL).groups()
        assert wanted.startswith(begin) and in_utf16(begin) > LONGEST - 200, where
        assert in_utf16(found) <= LONGEST and str(in_utf16(value)) in note, (where, note)
    elif isinstance(wanted, datetime) and isinstance(found, datetime):
        assert abs(found - wanted) < timedelta(milliseconds=1), (where, found, wanted)
    else:
        assert found == wanted and isinstance(found, bool) == isinstance(wanted, bool), (where, found, wanted)


def check_openpyxl(name, sheets):
    cells = 0
    book = openpyxl.load_workbook(f"{name}.xlsx")
    assert book.sheetnames == list(sheets), book.sheetnames
    for sheet, rows in zip(book, sheets.values()):
        assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref == sheet.dimensions, sheet.title
        header, *found = sheet.iter_rows()
        assert len(found) == len(rows), (sheet.title, len(found), len(rows))
        names = [cell.value for cell in header]
        for line, row in zip(found, rows):
            assert names == list(row), names
            for cell, (column, value) in zip(line, row.items()):
                where = (name, sheet.title, cell.coordinate)
                assert cell.data_type != "f", where
                text = unescape(cell.value) if isinstance(cell.value, str) else cell.value
                assert_cell(text, value, column, where)
                check_link(cell, column, value, where)
                cells += 1
    print(f"openpyxl: {name}.xlsx, {cells} cells, none a formula, equal to those of messages and conversations")


def check_link(cell, column, value, where):
    """Attachments link to the first of them that is in the web."""
    addresses = [file["url"] for file in json.loads(value)] if column == "attachments" else []
    webs = [address for address in addresses if address.startswith(("http://", "https://"))]
    if not webs:
        assert cell.hyperlink is None, where
    elif cell.hyperlink is None:
        assert len(webs[0]) > LONGEST_LINK - 100, where
    else:
        link = cell.hyperlink.target + (f"#{cell.hyperlink.location}" if cell.hyperlink.location else "")
        assert link.rstrip("/") == webs[0].rstrip("/") and len(link) <= LONGEST_LINK, (where, link, webs[0])


def shown(value, name):
    """A value of a row as LibreOffice writes it into a csv."""
    value = expected(value, name)
    if isinstance(value, bool):
        return str(value).upper()
    return "" if value is None else str(value)


def check_libreoffice(name, sheets):
    if not shutil.which("soffice"):
        assert os.environ.get("CI") != "true", "there is no LibreOffice"
        print("xlsx: skipped LibreOffice, which is not here")
        return
    # Separator, quotes, UTF-8, from the first line, quoted texts, cells as shown, no formulas, every sheet.
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,false,true,false,false,-1"
    profile = f"-env:UserInstallation=file://{os.getcwd()}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", form, f"{name}.xlsx"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    cells = 0
    for title, rows in sheets.items():
        with open(f"{name}-{title}.csv", encoding="utf-8", newline="") as file:
            header, *found = csv.reader(file, strict=True)
        assert header == list(rows[0]) and len(found) == len(rows), (title, len(found), len(rows))
        for number, (line, row) in enumerate(zip(found, rows)):
            for text, (column, value) in zip(line, row.items()):
                where = (name, title, number, column)
                wanted = expected(value, column)
                if isinstance(wanted, datetime):
                    assert abs(datetime.fromisoformat(text) - wanted) <= timedelta(seconds=1), (where, text, value)
                elif isinstance(value, float):
                    assert float(text) == value, (where, text, value)
                elif isinstance(value, str):
                    assert_cell(text or None, value, column, where)
                else:
                    assert text == shown(value, column), (where, text, value)
                cells += 1
    print(f"LibreOffice: {name}.xlsx, {cells} cells as csv, equal to those of messages and conversations")


def message(number, text="", urls=(), time="2026-03-29T01:59:59.812345Z"):
    files = [{"type": "file", "url": url, "title": None} for url in urls]
    return {
        "id": f"m{number}", "created_at": time, "role": ["user", "bot"][number % 2], "user_id": None, "author": None,
        "type": "text", "text": text, "options": [], "attachments": files,
    }  # fmt: skip


def conversation(name, messages, **more):
    base = {
        "source": "boost", "account": "a.boost.ai", "id": name, "created_at": "2026-03-29T00:59:59Z",
        "updated_at": None, "channel": "=chat", "title": None, "tags": {"=tag": "+1", "deep": [{"a": None}]},
        "handover": None,
    }  # fmt: skip
    return base | more | {"messages": messages}


def odd():
    """Texts, times and links that a spreadsheet could take for something else, or not take at all."""
    texts = ["=1+1", "+47 22", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "'quoted", "1", "0012", "1e5", "2026-01-01", "TRUE"]
    texts += ["#REF!", "{=1}", "a\r\nb\rc\nd", "  blanks  ", "<b>&amp;\"'</b>", "]]>", "_x0041_", "_x005F_x0041_", "_X0041_"]
    texts += ["_x00zz_ __x0041_x", "".join(map(chr, range(32))), "\x7f\x85\u2028\u202e", "\ufffe\uffff\ufeff", "🎉é", "line\n" * 300]
    texts += ["x" * LONGEST, "x" * (LONGEST + 1), "🎉" * 16_384, "é" * LONGEST, "\n=1" * 20_000]
    said = [message(number, text) for number, text in enumerate(texts)]
    links = ["https://a.example/x?a=1&b=%20", "http://a.example:8080/#part&2", "https://a.example/_x0041_"]
    others = ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "mailto:a@b.example", "no address", ""]
    long = ["https://a.example/" + "x" * (length - 18) for length in [LONGEST_LINK, LONGEST_LINK + 1, 5000]]
    for urls in [[link] for link in links + others + long] + [others + links]:
        said.append(message(len(said), "file", urls))
    years = ["0001-01-01", "1899-12-31", "1900-02-28", "1900-03-01", "1969-12-31", "2090-06-01", "9998-12-31"]
    times = [message(number, "time", time=f"{year}T12:00:00.000001Z") for number, year in enumerate(years)]
    return [conversation("=odd", said), conversation("-times", times, title="=1"), conversation("empty", [])]


def check_odd():
    with open("odd.jsonl", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(one) + "\n" for one in odd())
    for form in ["messages", "conversations"]:
        run(CONVEXPORT, "render", "odd.jsonl", "-f", form, "-o", f"odd.{form}")
    run(CONVEXPORT, "render", "odd.jsonl", "--timezone", ZONE, "-o", "odd.xlsx")
    sheets = row_files("odd")
    check_openpyxl("odd", sheets)
    check_libreoffice("odd", sheets)


def check_bot():
    """The fake's bot has every type of message."""
    for form in ["messages", "conversations", "xlsx"]:
        args = ["--timezone", ZONE, "--with-users", "-f", form, "-o", f"bot.{form}"]
        run(FAKE, "--conversations", 200, CONVEXPORT, "botpress", *args)
    sheets = row_files("bot")
    check_openpyxl("bot", sheets)
    check_libreoffice("bot", sheets)


def check_limits():
    """More messages and links than a sheet takes."""
    each, all_links = 2_000, 2 * MOST_LINKS
    with open("large.jsonl", "w", encoding="utf-8") as file:
        for first in range(0, 1_060_000, each):
            numbers = range(first, first + each)
            urls = [[f"https://a.example/{number}"] if number < all_links else [] for number in numbers]
            said = [message(number, f"text {number}", link) for number, link in zip(numbers, urls)]
            file.write(json.dumps(conversation(f"c{first}", said)) + "\n")
    run(CONVEXPORT, "render", "large.jsonl", "-o", "large.xlsx")
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    rows, links = {}, {}
    with zipfile.ZipFile("large.xlsx") as package:
        assert package.testzip() is None
        titles = re.findall(r'<sheet name="([^"]*)"', package.read("xl/workbook.xml").decode())
        parts = re.findall(r'Target="(worksheets/[^"]*)"', package.read("xl/_rels/workbook.xml.rels").decode())
        for title, part in zip(titles, parts, strict=True):
            text = package.read(f"xl/{part}")
            rows[title] = [text.count(b"<row "), int(re.findall(rb'<row r="(\d+)"', text)[-1])]
            links[title] = text.count(b"<hyperlink ")
            if title == "Messages 2":
                assert f"text {MOST_ROWS - 1}<".encode() in text
    second = 1_060_000 - (MOST_ROWS - 1) + 1
    assert rows == {
        "Conversations": [531, 531], "Messages": [MOST_ROWS, MOST_ROWS], "Messages 2": [second, second],
    }, rows  # fmt: skip
    assert links == {"Conversations": 0, "Messages": MOST_LINKS, "Messages 2": 0}, links
    print(f"limits: {rows}, {MOST_LINKS} links, {memory // 1_000_000} MB of memory")
    return memory


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        memory = check_limits()
        assert memory < MEMORY, memory
        check_odd()
        check_bot()
        os.chdir("/")
    print("xlsx: all is as it should be")


if __name__ == "__main__":
    main()
