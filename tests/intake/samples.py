"""What a sample is: a file of a shape or with an oddity, and what must come of it, value by value.

Ids are numbers, so that a sample is found again among all others when they go in together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ANNA, BOB, EVE = "anna@contoso.example", "bob@contoso.example", "eve@evil.example"
WHEN, SEEN = "2026-11-17T08:41:00Z", "2026-11-17 08:41:00"
IP = "203.0.113.10"


def guid(number: int) -> str:
    """The id of the sample with that number."""
    return f"00000000-0000-4000-8000-{number:012d}"


def cell(text: str) -> str:
    """A cell of a CSV file."""
    return '"' + text.replace('"', '""') + '"'


@dataclass(frozen=True)
class Sample:
    """One file, and what it must become: rows of a table (only the columns named; `A.b` is a property of an event),
    the figures (received, duplicates, lost, damaged), and what is said of it."""

    name: str
    content: str | bytes
    shape: str
    rows: list[dict[str, Any]]
    table: str = "events"
    figures: tuple[int, int, int, int] | None = None
    said: tuple[str, ...] = ()
