"""JSON as exports really write it: one value, lines, values behind one another, wrapped lists, cut ends."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import orjson

from o365nb.intake.base import Damaged

#: A longer text is read value by value: all its records at once may be larger than memory.
WHOLE = 16 * 1024 * 1024
#: Keys under which services and tools wrap a list of records.
_WRAPPERS = ("value", "records", "Records")
_GAP = re.compile(r"[\s,\ufeff]*")  # files put behind one another bring their byte order marks along
_OPENING = re.compile(
    r'(?:\{\s*"d"\s*:\s*)?\{\s*(?:"@[^"]*"\s*:\s*(?:"(?:[^"\\]|\\.)*"|\[\s*\])\s*,\s*)*"(?:value|records|Records|results)"\s*:\s*\['
)
_TABLES = re.compile(r'\s*\{\s*"tables"\s*:\s*\[', re.IGNORECASE)
_COLUMNS = re.compile(r'"columns"\s*:\s*(?=\[)', re.IGNORECASE)
_ROWS = re.compile(r'"rows"\s*:\s*\[', re.IGNORECASE)
_NEW_LINE_VALUE = re.compile(r"^[\[{]", re.MULTILINE)
_BLANKS = " \t\r\n\x0b\x0c\ufeff"
_CONTEXT = re.compile(r'"@odata\.context"\s*:\s*"((?:[^"\\]|\\.)*)"')
_SLOW = json.JSONDecoder(strict=False)

Item = tuple[int, Any]


def loads(text: str) -> Any:
    """One JSON value. Raises ValueError. Falls back to the patient parser: attackers write lone surrogates."""
    try:
        return orjson.loads(text)
    except ValueError:
        pass
    try:
        return json.loads(text, strict=False)
    except RecursionError:
        raise ValueError("nested too deep") from None


def items(text: str) -> Iterator[Item | Damaged]:
    """Every record of a JSON text with its place: the line for JSON lines, else its ordinal, from 1.

    Lists, `{"value": [...]}`, `{"records": [...]}` and `{"tables": [{columns, rows}]}` are opened; nulls (PowerShell's
    absent list) are no records.
    """
    if len(text) > WHOLE and not _TABLES.match(text):
        yield from line_items(enumerate(_each_line(text), 1)) if _is_lines(text) else _salvage(text)
        return
    try:
        whole = loads(text)
    except ValueError:
        if _TABLES.match(text):
            yield from _cut_table(text)
        else:
            yield from line_items(enumerate(_each_line(text), 1)) if _is_lines(text) else _salvage(text)
        return
    yield from enumerate(_opened(whole), 1)


def unwrap(value: Any) -> list[Any]:
    """The records inside one JSON value."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        tables = value.get("tables") or value.get("Tables")
        if isinstance(tables, list) and tables and all(isinstance(table, dict) for table in tables):
            return [row for table in tables for row in _table_rows(table)]
        if "schema" in value or "Schema" in value:  # advanced hunting
            results = value.get("results") or value.get("Results")
            return list(results) if isinstance(results, list) else []
        for key in _WRAPPERS:
            if isinstance(value.get(key), list):
                return list(value[key])
        if value.keys() == {"d"}:  # OData 2, the reporting service's: {"d": {"results": [...]}}
            inner = value["d"].get("results", value["d"]) if isinstance(value["d"], dict) else value["d"]
            return list(inner) if isinstance(inner, list) else [inner]
    return [value]


def _opened(value: Any) -> list[Any]:
    """The records inside one value of a file; a record that a tool wrote as text into a string is one all the same."""
    found: list[Any] = []
    for item in unwrap(value):
        # DFIR-O365RC writes each page of an answer as a list inside one list.
        found += item if isinstance(item, list) else [item]
    return [loaded for item in found if (loaded := _from_text(item)) is not None]


def _from_text(item: Any) -> Any:
    if isinstance(item, str) and item.lstrip()[:1] == "{":
        try:
            return loads(item)
        except ValueError:
            return item
    return item


@lru_cache(maxsize=4)
def sample(head: str, count: int = 5) -> tuple[dict[str, Any], ...]:
    """The first few objects of a JSON file, from its beginning (which may end anywhere)."""
    start = head.lstrip(_BLANKS)[:1]
    if start not in ("{", "[") and not (start == '"' and _is_lines(head)):
        return ()
    found: list[dict[str, Any]] = []
    for item in items(head):
        if isinstance(item, tuple) and isinstance(item[1], dict):
            found.append(item[1])
        if len(found) >= count:
            break
    return tuple(found)


def context(head: str) -> str:
    """The @odata.context of a service's answer: it says what the list holds even when it is empty."""
    match = _CONTEXT.search(head[:8192])
    try:
        return str(loads(f'"{match[1]}"')) if match else ""
    except ValueError:  # an escape that is none: words all the same
        return match[1] if match else ""


def is_lines(head: str) -> bool:
    """Whether the text is JSON lines: each line a value of its own."""
    return "\n" in head.strip() and _is_lines(head)


def _is_lines(text: str) -> bool:
    first = next((line for line in itertools.islice(_each_line(text), 100) if line.strip()), "")
    try:
        return len(first) <= WHOLE and isinstance(_from_text(loads(first.strip(_BLANKS))), (dict, list))
    except ValueError:
        return False


def _each_line(text: str) -> Iterator[str]:
    """One line after the other: a list of all of them would be the text once more."""
    position = 0
    while position <= len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        yield text[position:end]
        position = end + 1


def line_items(lines: Iterable[tuple[int, str]]) -> Iterator[Item | Damaged]:
    """Every record of some lines of a JSON lines file, each with its number."""
    for number, written in lines:
        line = written.strip(_BLANKS)
        if not line:
            continue
        try:
            value = loads(line)
        except ValueError as error:
            yield Damaged(number, f"not JSON: {error}"[:200])
            continue
        for item in _opened(value):
            yield number, item


def _salvage(text: str) -> Iterator[Item | Damaged]:
    """Values behind one another, and what can be had of a list that is cut; the break is reported with its line."""
    position, ordinal = _past_gap(text, 0), 0
    while position < len(text):
        opening = _OPENING.match(text, position)
        if opening or text[position] == "[":
            position = opening.end() if opening else position + 1
        elif text[position] == "]":
            position += 1
            closing = re.compile(r"[\s,]*(?:\"@[^\"]*\"\s*:\s*\"(?:[^\"\\]|\\.)*\"[\s,]*)*\}(?:\s*\})?").match(
                text, position
            )
            position = closing.end() if closing else position
        else:
            try:
                value, position = _SLOW.raw_decode(text, position)
            except (ValueError, RecursionError):
                line = text.count("\n", 0, position) + 1
                yield Damaged(line, "the JSON is cut or damaged from here on")
                resume = _NEW_LINE_VALUE.search(text, position + 1)
                if not resume:
                    return
                position = resume.start()
                continue
            for item in _opened(value):
                ordinal += 1
                yield ordinal, item
        position = _past_gap(text, position)


def _table_rows(table: dict[str, Any]) -> list[Any]:
    """The rows of a Log Analytics answer as objects; a row that is no list stays as it is."""
    names = _column_names(table.get("columns") or table.get("Columns"))
    rows = table.get("rows") or table.get("Rows")
    return [_named(names, row) for row in rows] if isinstance(rows, list) else []


def _column_names(columns: Any) -> list[str]:
    listed = [column for column in columns if isinstance(column, dict)] if isinstance(columns, list) else []
    return [str(column.get("name") or column.get("ColumnName") or "") for column in listed]


def _named(names: list[str], row: Any) -> Any:
    return dict(zip(names, row, strict=False)) if isinstance(row, list) else row


def _cut_table(text: str) -> Iterator[Item | Damaged]:
    """The rows of the first table, as far as they go."""
    ordinal = 0
    try:
        columns = _COLUMNS.search(text)
        found, position = _SLOW.raw_decode(text, columns.end()) if columns else ([], 0)
        rows = _ROWS.search(text, position)
        position = rows.end() if rows else len(text)
        names = _column_names(found)
        while (position := _past_gap(text, position)) < len(text) and text[position] != "]":
            row, position = _SLOW.raw_decode(text, position)
            ordinal += 1
            yield ordinal, _named(names, row)
    except (ValueError, RecursionError):
        pass
    yield Damaged(ordinal + 1, "the JSON is cut or damaged from here on")


def _past_gap(text: str, position: int) -> int:
    """Where the blanks and commas from `position` on end."""
    gap = _GAP.match(text, position)
    return gap.end() if gap else position
