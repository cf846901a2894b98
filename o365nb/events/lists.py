"""The lists that ship with the normalisers: small CSV files whose comment lines say source and date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from o365nb.text import csv_rows

_DATE = re.compile(r"\bDate: (\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Listed:
    """One list: what it is made from, the day it was made, and its rows."""

    source: str
    date: str
    rows: tuple[dict[str, str], ...]


@cache
def read(name: str) -> Listed:
    """The list `events/<name>.csv`. Raises ValueError for one that does not say its date or breaks its header."""
    text = files(__package__).joinpath(f"{name}.csv").read_text("utf-8")
    about = " ".join(line.lstrip("# ") for line in text.splitlines() if line.startswith("#"))
    date = _DATE.search(about)
    if date is None:
        raise ValueError(f"list {name} does not say its date")
    return Listed(about, date[1], rows(text))


def rows(text: str) -> tuple[dict[str, str], ...]:
    """The rows of a list's text, comments left out. Raises ValueError for one that does not fit the header."""
    found = tuple(csv_rows(text))
    if broken := [row for row in found if None in row or None in row.values()]:
        raise ValueError(f"{broken[0]} does not fit the header")
    return found
