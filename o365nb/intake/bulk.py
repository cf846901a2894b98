"""Big files of plain records, read by the engine itself; what it is unsure of is left to the exact reader.

DuckDB reads a million audit records many times as fast as Python does, one by one. It reads what it cannot as nothing,
without a word: so a file counts as read only when it gave a row for every line, and a row that does not hold all that
its kind must have is read again, exactly, from its line.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import BinaryIO

import duckdb

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


def lines_of(file: BinaryIO, form: str = "lines") -> int | None:
    """How many lines a file has; None when it is not clean: not UTF-8, with NUL, or an old Mac's line ends.

    A byte order mark is clean in a "csv" only: the engine passes over it there, and Purview writes one always."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, last = 0, b""
    while block := file.read(_BLOCK):
        block += file.read(1) if block.endswith(b"\r") else b""
        joined = last[-5:] + block  # an escape may lie across two blocks
        if (
            b"\\u0000" in joined
            or b"\x00" in block
            or (form != "csv" and not last and block.startswith(codecs.BOM_UTF8))
        ):
            return None
        if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
            return None
        try:
            if not block.isascii() or decoder.getstate()[0]:
                decoder.decode(block)
        except UnicodeDecodeError:
            return None
        lines += block.count(b"\n")
        last = block
    return None if decoder.getstate()[0] else lines + bool(last and not last.endswith(b"\n"))


def take(events: EventTable, number: int, plain: Plain, path: Path, lines: int) -> list[int] | None:
    """Normalise the file `number` (`path`: plain, or packed as .gz or .zst) of so many lines.

    Returns the lines that are left to the exact reader; None when all of it is, and nothing was taken.
    """
    first = 2 if plain.form == "csv" else 1
    try:
        events.connection.execute(f"CREATE OR REPLACE TEMP VIEW records AS {_reading(number, plain, path)}")
        part, rows = events.part(plain.kind)
    except duckdb.Error:  # what the engine cannot read at all; the exact reader says what is wrong with it
        return None
    sure = f"event_id IS NOT NULL AND time IS NOT NULL AND {_SURE[plain.kind]}"
    sure += " AND actor IS NOT NULL" if plain.form == "csv" else ""  # else the cells beside it have the word
    found = f"SELECT file_row_number FROM read_parquet('{quoted(part)}', file_row_number = true) WHERE NOT ({sure})"
    unsure = sorted(row for (row,) in events.connection.execute(found).fetchall())
    if rows != lines - (first - 1) or len(unsure) > _TOO_MANY * rows or (unsure and plain.form != "lines"):
        part.unlink()
        return None
    events.accept(part, number, first, unsure)
    return [row + first for row in unsure]


def _reading(number: int, plain: Plain, path: Path) -> str:
    """The SELECT of `records`: nothing is guessed, every scalar is text and every part JSON."""
    packed = {".gz": "gzip", ".zst": "zstd"}.get(path.suffix, "none")
    source = quoted(path)
    fields = LOGS[plain.kind].FIELDS
    head = f"SELECT {number} AS file, NULL::BIGINT AS raw_line, NULL::BIGINT AS seq, NULL::JSON AS record"
    if plain.form == "csv":
        structure = ", ".join(f'"{name}":"{kind}"' for name, kind in fields.items())
        style = f"header = true, all_varchar = true, delim = '{plain.delimiter}', quote = '\"', escape = '\"'"
        return (
            f"SELECT *, unnest(r) FROM ({head}, from_json(AuditData, '{{{structure}}}') AS r"
            f" FROM read_csv('{source}', {style}, sample_size = 100, compression = '{packed}'))"
        )
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in fields.items())
    return (
        f"{head}, r, r.* FROM read_json('{source}', format = 'newline_delimited', records = true, ignore_errors = true,"
        f" maximum_object_size = {_LARGEST}, compression = '{packed}', columns = {{{columns}}}) AS r"
    )
