"""Parses one untrusted file; runs as a process of its own (see :mod:`trainingops.imports.reading`).

Reads the bytes on stdin, writes JSON on stdout. It knows nothing of Django and of the database, and what it may use of
memory and time is limited before the first byte is parsed. Exit code 3: a message for the user is on stdout.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import resource
import sys
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from typing import Any, NoReturn

import puremagic

MEMORY = 768 * 1024 * 1024
CPU_SECONDS = 40
MEMBERS = 500
UNPACKED_BYTES = 300 * 1024 * 1024
COLUMNS = 200
CELL_CHARACTERS = 5_000
#: Other sheets are read for what they explain (legends), so only small ones.
OTHER_SHEETS = 5
OTHER_ROWS = 1_000
#: Formats of their own that workbooks have, and the bytes in which they are looked for.
FORMATS = 100
STYLES_BYTES = 1 << 20
#: Texts that are no table, by their beginnings.
_TEXTS: dict[str, tuple[bytes, ...]] = {
    "PDF": (b"%pdf",),
    "HTML": (b"<!doctype html", b"<html", b"<table"),
    "XML": (b"<?xml",),
    "RTF": (b"{\\rtf",),
    "JSON": (b'{"', b"[{"),
}
#: Bytes of no type that is known.
UNKNOWN = "?"
REFUSED = 3


def refuse(code: str, found: str = "") -> NoReturn:
    """End with a code that the parent turns into a message, and what the file is instead, such as ``PNG``."""
    sys.stdout.write(json.dumps({"refused": code, "found": found}))
    sys.stdout.flush()
    sys.exit(REFUSED)


def check_archive(content: bytes, max_rows: int) -> None:
    """Declared and real sizes, number of members and rows, before the parser sees anything."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        refuse("damaged")
    if len(members) > MEMBERS or sum(member.file_size for member in members) > UNPACKED_BYTES:
        refuse("too_large_unpacked")
    if "xl/workbook.xml" not in {member.filename.lower().replace("\\", "/") for member in members}:
        refuse("not_a_workbook")
    total = 0
    for member in members:
        if member.flag_bits & 1:
            refuse("encrypted")
        rows = 0
        tail = b""
        for block in unpacked(content, member):
            total += len(block)
            if total > UNPACKED_BYTES:
                refuse("too_large_unpacked")
            if member.filename.lower().startswith("xl/worksheets/"):
                rows += (tail + block).count(b"<row")
                tail = block[-3:]
                if rows > max_rows + 100:
                    refuse("too_many_rows")


def unpacked(content: bytes, member: zipfile.ZipInfo) -> Any:
    """The member's bytes as they really unpack, whatever size the directory declares."""
    at = member.header_offset
    if content[at : at + 4] != b"PK\x03\x04":
        refuse("damaged")
    start = at + 30 + int.from_bytes(content[at + 26 : at + 28], "little")
    start += int.from_bytes(content[at + 28 : at + 30], "little")
    packed = content[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        yield packed
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        refuse("damaged")
    stream = zlib.decompressobj(-15)
    try:
        while not stream.eof:
            block = stream.decompress(packed, 1 << 20)
            packed = stream.unconsumed_tail
            if not block and not packed:
                return
            yield block
    except zlib.error:
        refuse("damaged")


def what_it_is(content: bytes) -> str:
    """The usual name of a type that holds no rows, by its first bytes; empty for a text that may be a table."""
    start = content[:8192]
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ""
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    for name, beginnings in _TEXTS.items():
        if text.startswith(beginnings):
            return name
    controls = sum(byte < 32 and byte not in b"\t\n\v\f\r" for byte in start)
    if b"\0" not in start and controls * 100 <= len(start):
        return ""
    try:
        return puremagic.from_string(start).lstrip(".").upper() or UNKNOWN
    except (puremagic.PureError, ValueError):
        return UNKNOWN


def number_formats(content: bytes) -> list[str]:
    """The number formats of its own that a workbook names: some write a maximum only there (``0" / 10"``)."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)).open("xl/styles.xml") as styles:
            text = styles.read(STYLES_BYTES).decode("utf-8", errors="replace")
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):
        return []
    return [html.unescape(code) for code in re.findall(r'formatCode="([^"]{1,200})"', text)[:FORMATS]]


def read_workbook(content: bytes, max_rows: int) -> dict[str, Any]:
    """The first sheet that holds anything, which of its cells are merged, and small sheets beside it."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    check_archive(content, max_rows)
    answer: dict[str, Any] = {"rows": [], "merged": [], "others": [], "formats": number_formats(content)}
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet in workbook.sheets_metadata:
            if sheet.typ != SheetTypeEnum.WorkSheet or sheet.visible != SheetVisibleEnum.Visible:
                continue
            found = workbook.get_sheet_by_name(sheet.name)
            if not (found.height and found.width):
                continue
            if answer["rows"]:
                if found.height <= OTHER_ROWS and found.width <= COLUMNS and len(answer["others"]) < OTHER_SHEETS:
                    answer["others"].append([sheet.name, found.to_python(skip_empty_area=False)])
                continue
            if found.width > COLUMNS:
                refuse("too_many_columns")
            if found.height > max_rows + 100:
                refuse("too_many_rows")
            answer["rows"] = found.to_python(skip_empty_area=False)
            answer["merged"] = [[*first, *last] for first, last in found.merged_cell_ranges or []]
    except CalamineError:
        refuse("damaged")
    return answer


def read_text(content: bytes, max_rows: int) -> list[list[Any]]:
    """CSV with ``;``, ``,``, ``|`` or tab; UTF-8 with or without BOM, UTF-16, else Windows-1252."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    if text.count("\n") + text.count("\r") > 2 * (max_rows + 100):
        refuse("too_many_rows")
    head = text[:20_000]
    delimiter = max(";,\t|", key=head.count)
    # A cell that is too long is named with its row and column later; it is no longer than the file.
    csv.field_size_limit(len(text) + 1)
    lines = io.StringIO(text, newline="").readlines()
    rows: list[list[Any]] = []
    first = 0
    try:
        reader = csv.reader(lines, delimiter=delimiter)
        for row in reader:
            end = reader.line_num
            if (end - first > 1 or end == len(lines)) and is_open(lines[first:end], delimiter):
                refuse("open_quote", str(first + 1))
            if len(row) > COLUMNS:
                refuse("too_many_columns")
            rows.append(row)
            if len(rows) > max_rows + 100:
                refuse("too_many_rows")
            first = end
    except csv.Error:
        refuse("damaged")
    return rows


def is_open(lines: list[str], delimiter: str) -> bool:
    """Whether the lines that were read as one row begin a quotation mark that only a later cell, or nothing, closes.

    The mark that closes such a cell opened another one, so that its text follows where a delimiter should.
    """
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return len(lines) > 1 or "unexpected end" in str(error)
    return False


def plain(cell: Any) -> Any:
    """A cell as JSON: texts as they are, other types as ``[kind, text]``."""
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, str):
        return cell[:CELL_CHARACTERS]
    if isinstance(cell, datetime):
        return ["datetime", cell.isoformat()]
    if isinstance(cell, date):
        return ["date", cell.isoformat()]
    if isinstance(cell, time):
        return ["time", cell.isoformat()]
    if isinstance(cell, timedelta):
        return ["time", (datetime(2000, 1, 1) + cell).time().isoformat()]  # noqa: DTZ001 (a duration of a sheet)
    if isinstance(cell, (int, float)):
        whole = isinstance(cell, int) or cell.is_integer()
        return ["int", str(int(cell))] if whole else ["decimal", repr(cell)]
    return str(cell)[:CELL_CHARACTERS]


def main() -> None:
    max_rows = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content = sys.stdin.buffer.read()
    try:
        if content[:4] == b"PK\x03\x04":
            answer = read_workbook(content, max_rows)
        elif content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            refuse("encrypted" if "EncryptedPackage".encode("utf-16-le") in content else "old_workbook")
        elif found := what_it_is(content):
            refuse("not_a_table", found)
        else:
            answer = {"rows": read_text(content, max_rows), "merged": [], "others": [], "formats": []}
    except MemoryError:
        refuse("too_large_unpacked")
    answer["rows"] = [[plain(cell) for cell in row] for row in answer["rows"]]
    answer["others"] = [[name, [[plain(cell) for cell in row] for row in rows]] for name, rows in answer["others"]]
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
