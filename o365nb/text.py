"""Small things of text that every part of the kit needs: a counted noun, the tables that ship with the code."""

from __future__ import annotations

import csv
from collections.abc import Iterator


def plural(count: int, thing: str, things: str = "") -> str:
    """A number and its noun: `1 mail`, `1,354 events`; `things` where the plural is no added s."""
    return f"{count:,} {thing if count == 1 else things or f'{thing}s'}"


def csv_lines(text: str) -> Iterator[str]:
    """The lines of a shipped CSV: neither empty ones nor comments (`#`), which say source and date."""
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def csv_rows(text: str) -> list[dict[str, str]]:
    """The rows of a shipped CSV by its header, comments left out."""
    return list(csv.DictReader(csv_lines(text)))
