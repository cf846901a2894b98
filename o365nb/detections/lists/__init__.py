"""The lists that ship with the detections: small CSV files, compiled by hand; comment lines say source and date."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from o365nb.text import csv_lines

#: List name → its columns and their SQL types; every list becomes a table `list_<name>`.
COLUMNS: dict[str, dict[str, str]] = {
    "kit_user_agents": {"pattern": "VARCHAR", "tool": "VARCHAR"},
    "legacy_clients": {"kind": "VARCHAR", "value": "VARCHAR"},
    "bad_apps": {"app_id": "VARCHAR", "name": "VARCHAR"},
    "risky_scopes": {"pattern": "VARCHAR", "opens": "VARCHAR"},
    "password_valid_codes": {"code": "VARCHAR", "meaning": "VARCHAR"},
    "folders": {"role": "VARCHAR", "name": "VARCHAR"},
    "lexicon": dict.fromkeys(("topic", "concept", "language"), "VARCHAR") | {"whole": "BIGINT", "term": "VARCHAR"},
    "own_publishers": {"tenant_id": "VARCHAR", "name": "VARCHAR"},
    "countries": {"country": "VARCHAR", "latitude": "DOUBLE", "longitude": "DOUBLE", "radius_km": "DOUBLE"},
}


def text(name: str) -> str:
    """The file of one list as it ships."""
    return files(__package__).joinpath(f"{name}.csv").read_text("utf-8")


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of one list, in the order of COLUMNS. Raises ValueError for a list that breaks its own header."""
    reader = csv.reader(csv_lines(text(name)))
    header = next(reader)
    if header != list(COLUMNS[name]):
        raise ValueError(f"list {name} has the columns {header}, expected {list(COLUMNS[name])}")
    return tuple(_checked(name, reader, len(header)))


def _checked(name: str, reader: Iterator[list[str]], width: int) -> Iterator[tuple[str, ...]]:
    for row in reader:
        if len(row) != width:
            raise ValueError(f"list {name}: {row} has {len(row)} fields, expected {width}")
        yield tuple(row)
