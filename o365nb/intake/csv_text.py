"""CSV as exports really write it: `#TYPE` first lines, newlines in cells, twice the same column, blanks in headers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from o365nb.errors import BadEvidence

csv.field_size_limit(1 << 30)  # AuditData cells run far over Python's 128 KiB

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: the line it begins on (from 1), its cells by column, whether it has a cell for every column, and
    whether its last line is ended (a file that stops without a line end may have been cut there)."""

    line: int
    cells: Row
    whole: bool
    ended: bool


@lru_cache(maxsize=4)
def header(head: str) -> tuple[str, ...]:
    """The column names of a CSV file from its beginning, without blanks around them; () for what is no CSV."""
    start, _ = _body(head)
    line = head[start:].split("\n", 1)[0]
    if line.lstrip()[:1] in ("{", "[", "<"):
        return ()
    try:
        columns = next(csv.reader([line], delimiter=_delimiter(line), strict=True), [])
    except csv.Error:
        return ()
    return tuple(column.strip() for column in columns)


def dialect(head: str) -> str:
    """The delimiter of a CSV file whose first line is its header, every name once; "" where it is not so plain."""
    names = header(head)
    if not names or len(set(names)) < len(names) or _body(head) != (0, 0):
        return ""
    return _delimiter(head.split("\n", 1)[0])


def rows(path: str, text: str) -> Iterator[CsvRow]:
    """Every row that is not blank. A column named twice keeps its first cell; the second is called `Name#2`.

    Raises BadEvidence for a file that ends inside a cell or a row: something is missing, and nobody knows how much.
    """
    start, skipped = _body(text)
    body = text[start:]
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=_delimiter(body.split("\n", 1)[0]), strict=True)
    columns: list[str] = []
    named: list[str] = []
    line = skipped + 1
    unended = 0 if body.endswith(("\n", "\r")) else sum(1 for _ in io.StringIO(body, newline=""))
    try:
        for cells in reader:
            begins, line = line, skipped + reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns, named = _unique(cells), cells
                continue
            if cells[0].lstrip("\ufeff").strip('"') == named[0] and cells[1:] == named[1:]:
                continue  # the header again: files were put behind one another
            whole, ended = len(cells) >= len(columns), reader.line_num != unended
            if not whole and not ended:
                raise cut(path, begins)
            yield CsvRow(begins, dict(zip(columns, cells, strict=False)), whole, ended)
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise cut(path, line) from None
        raise BadEvidence(
            path, f"a cell is quoted wrongly ({error})", "Export it again; a spreadsheet may have changed it", line
        ) from None


def cut(path: str, line: int) -> BadEvidence:
    """The error for a file that stops inside a record."""
    return BadEvidence(
        path,
        "the file ends in the middle of this record: the export or the copy was cut, and what followed is missing",
        "Export or copy it again; if this is all there is, keep it and give a copy that ends before this record",
        line,
    )


def _body(text: str) -> tuple[int, int]:
    """Where the header begins, and how many lines come before it: blanks, PowerShell's #TYPE, Excel's sep=."""
    position, lines = 0, 0
    while position < len(text):
        end = text.find("\n", position)
        line = text[position : end if end >= 0 else len(text)].strip()
        if line and not line.startswith("#TYPE") and not line.startswith("sep="):
            break
        position, lines = (end + 1 if end >= 0 else len(text)), lines + 1
    return position, lines


def _delimiter(line: str) -> str:
    """Comma, or what a spreadsheet of another locale wrote."""
    return max((",", ";", "\t"), key=line.count)


def _unique(cells: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    unique = []
    for cell in cells:
        name = cell.strip()
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return unique
