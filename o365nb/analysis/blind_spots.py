"""What each exported form can never show, in sentences (`blind_spots.csv`): silence there proves nothing."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

from o365nb.model import Gap
from o365nb.text import csv_rows

STATE = "state"


@cache
def rows() -> list[tuple[str, str, str]]:
    """Source pattern, shape pattern and sentence, the weightiest first."""
    text = (files("o365nb.analysis") / "blind_spots.csv").read_text("utf-8")
    return [(row["source"], row["shape"], f"{row['never']}.") for row in csv_rows(text)]


def never_shown(source: str, shape: str, *, state: bool) -> tuple[str, ...]:
    """The sentences for one source of a file of that shape; `state`: a list of how things stand, without times."""
    names = (source.partition("/")[0], STATE) if state else (source.partition("/")[0],)
    return tuple(
        said
        for pattern, form, said in rows()
        if fnmatchcase(shape, form) and any(fnmatchcase(name, pattern) for name in names)
    )


def never_shown_by(gaps: Iterable[Gap]) -> dict[str, int]:
    """Every sentence that holds for these lines of the ledger, the weightiest first, and for how many files."""
    told: dict[str, set[str]] = {}
    for gap in gaps:
        for sentence in gap.never:
            told.setdefault(sentence, set()).add(gap.file)
    return {said: len(told[said]) for _, _, said in rows() if said in told}
