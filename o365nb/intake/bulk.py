"""Big files of plain records, read by the engine itself; what it is unsure of is left to the exact reader.

DuckDB reads a million audit records many times as fast as Python does, one by one. It reads what it cannot as nothing,
without a word: so a file counts as read only when it gave a row for every line, and a row that does not hold all that
its kind must have is read again, exactly, from its line.
"""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path
from typing import BinaryIO

import duckdb

from o365nb.events import audit_record
from o365nb.intake.base import Plain
from o365nb.intake.event_table import LOGS, EventTable, quoted

#: Smaller files are read exactly: starting the engine costs more than it gains.
FROM = 1024 * 1024
#: One record may be this large; a larger one is no audit record, and the exact reader says so.
_LARGEST = 8 * 1024 * 1024
_BLOCK = 4 * 1024 * 1024
#: Above this share of unsure lines a file is not what it seemed: all of it is read exactly.
_TOO_MANY = 0.2
#: What a row must hold besides its id and time, by kind of record; a row without is unsure.
_SURE = {
    "audit_record": "operation_raw IS NOT NULL AND workload IS NOT NULL",
    "sign_in": "client_ip IS NOT NULL AND actor IS NOT NULL",
    "directory_audit": "operation_raw IS NOT NULL",
    "message_trace": "actor IS NOT NULL AND target IS NOT NULL",
}


#: What ConvertTo-Json writes for an object that is deeper than its -Depth: the exact reader takes it apart.
_POWERSHELL = '"@{'
_DECODER = json.JSONDecoder()
_SIGN = re.compile(r"[^ \t\r\n]")


def lines_of(file: BinaryIO, form: str = "lines") -> int | None:
    """How many lines a file has, or objects if it is an "array"; None when it is not clean: not UTF-8, with NUL, or an
    old Mac's line ends.

    A byte order mark is clean in a "csv" only: the engine passes over it there, and Purview writes one always."""
    if form == "array":
        return _objects_of(file)
    try:
        return _lines_of(file, form)
    except ValueError:  # not UTF-8, or not what it was to be brought to UTF-8 from
        return None


def _lines_of(file: BinaryIO, form: str) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, last, kept = 0, b"", b""
    while block := kept + file.read(_BLOCK):
        kept = b"\r" if block.endswith(b"\r") and block != b"\r" else b""  # its line feed may come with the next block
        block = block[: len(block) - len(kept)]
        joined = last[-5:] + block  # an escape may lie across two blocks
        if (
            b"\\u0000" in joined
            or b"\x00" in block
            or _POWERSHELL.encode() in joined
            or (form != "csv" and not last and block.startswith(codecs.BOM_UTF8))
        ):
            return None
        if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
            return None
        if not block.isascii() or decoder.getstate()[0]:
            decoder.decode(block)
        lines += block.count(b"\n")
        last = block
    return None if decoder.getstate()[0] else lines + bool(last and not last.endswith(b"\n"))


def _objects_of(file: BinaryIO) -> int | None:
    """How many objects the one list has that a file is; None when it is anything else. Never holds the file whole."""
    text, count, wanted = "", 0, "["
    try:
        for block in codecs.iterdecode(iter(lambda: file.read(_BLOCK), b""), "utf-8"):
            joined = text[-5:] + block
            if "\x00" in block or "\\u0000" in joined or _POWERSHELL in joined:
                return None
            found, wanted, text = _objects(text + block, wanted)
            count += found
            if len(text) > _LARGEST:
                return None
    except (ValueError, RecursionError):
        return None
    return None if wanted or text else count


def _objects(text: str, wanted: str) -> tuple[int, str, str]:
    """How many objects of a list end in a piece of it, which signs may come next (none behind the list), and the rest.

    Raises ValueError for a sign that may not come.
    """
    found = place = 0
    while next_sign := _SIGN.search(text, place):
        sign, place = next_sign[0], next_sign.start()
        if sign not in wanted:
            raise ValueError
        if sign == "{":
            try:
                _, place = _DECODER.raw_decode(text, place)
            except ValueError:  # its end is in the next piece, or it has none
                return found, wanted, text[place:]
            found, wanted = found + 1, ",]"
        else:
            place, wanted = place + 1, {"[": "{]", ",": "{", "]": ""}[sign]
    return found, wanted, ""


def take(events: EventTable, number: int, plain: Plain, path: Path, lines: int) -> list[int] | None:
    """Normalise the file `number` (`path`: plain, or packed as .gz or .zst) of so many lines.

    Returns the lines that are left to the exact reader; None when all of it is, and nothing was taken.
    """
    first = 2 if plain.form == "csv" else 1
    if not (made := _alike(events, number, plain, path) or _any(events, number, plain, path)):
        return None
    part, rows = made
    sure = f"event_id IS NOT NULL AND time IS NOT NULL AND {_SURE[plain.kind]}"
    sure += " AND actor IS NOT NULL" if plain.form == "csv" else ""  # else the cells beside it have the word
    found = f"SELECT file_row_number FROM read_parquet('{quoted(part)}', file_row_number = true) WHERE NOT ({sure})"
    unsure = sorted(row for (row,) in events.connection.execute(found).fetchall())
    if rows != lines - (first - 1) or len(unsure) > _TOO_MANY * rows or (unsure and plain.form != "lines"):
        part.unlink()
        return None
    events.accept(part, number, first, unsure)
    return [row + first for row in unsure]


def _alike(events: EventTable, number: int, plain: Plain, path: Path) -> tuple[Path, int] | None:
    """Read a file in which every part looks as it always does; the first that does not ends it."""
    if plain.kind != audit_record.KIND or plain.form == "csv":
        return None
    try:
        records = _of_json(number, audit_record.FIELDS_ALIKE, plain.form, path)
        return events.part(records, audit_record.SELECT_ALIKE)
    except duckdb.Error:
        return None


def _any(events: EventTable, number: int, plain: Plain, path: Path) -> tuple[Path, int] | None:
    """Read a file whatever its parts look like: each as JSON first."""
    log = LOGS[plain.kind]
    if plain.form == "csv":
        records = _of_csv(number, log.FIELDS, path, plain.delimiter)
    else:
        records = _of_json(number, log.FIELDS, plain.form, path, passes=plain.form == "lines")
    try:
        return events.part(records, log.SELECT)
    except duckdb.Error:  # what the engine cannot read at all; the exact reader says what is wrong with it
        return None


def _head(number: int) -> str:
    return f"SELECT {number} AS file, NULL::BIGINT AS raw_line, NULL::BIGINT AS seq, NULL::JSON AS record"


def _packed(path: Path) -> str:
    return {".gz": "gzip", ".zst": "zstd"}.get(path.suffix, "none")


def _of_csv(number: int, fields: dict[str, str], path: Path, delimiter: str) -> str:
    """The SELECT of `records`: nothing is guessed, every scalar is text and every part JSON."""
    structure = ", ".join(f'"{name}":"{kind}"' for name, kind in fields.items())
    style = f"header = true, all_varchar = true, delim = '{delimiter}', quote = '\"', escape = '\"'"
    return (
        f"SELECT *, unnest(r) FROM ({_head(number)}, from_json(AuditData, '{{{structure}}}') AS r"
        f" FROM read_csv('{quoted(path)}', {style}, sample_size = 100, compression = '{_packed(path)}'))"
    )


def _of_json(number: int, fields: dict[str, str], form: str, path: Path, *, passes: bool = False) -> str:
    """The same from JSON. A line that does not fit becomes nothing where it `passes`, else an error."""
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in fields.items())
    form = "array" if form == "array" else "newline_delimited"
    return (
        f"{_head(number)}, r, r.* FROM read_json('{quoted(path)}', format = '{form}', records = true,"
        f" ignore_errors = {passes}, maximum_object_size = {_LARGEST}, compression = '{_packed(path)}',"
        f" columns = {{{columns}}}) AS r"
    )
