"""What to ask the customer for next: whole sources that are missing, and the stretches that exports left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from o365nb.analysis.gap_words import words_of
from o365nb.model import Gap, Outcome
from o365nb.text import csv_rows

_STRETCHES = 3  # of one source


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing to ask for: what it is called, and how the customer gets it."""

    what: str
    how: str


@cache
def rows() -> list[tuple[tuple[str, ...], str, str]]:
    """Sources, their name, and how to get them, in order of weight."""
    text = (files("o365nb.analysis") / "ask_for.csv").read_text("utf-8")
    return [(tuple(row["sources"].split()), row["what"], row["how"]) for row in csv_rows(text)]


def missing(gaps: Iterable[Gap]) -> list[str]:
    """The sources that are not among the evidence at all, in order of weight."""
    never = {gap.source for gap in gaps if gap.reason == "never asked for"}
    return [source for sources, _, _ in rows() for source in sources if source in never]


def asks(gaps: Sequence[Gap], subjects: Sequence[str]) -> list[Ask]:
    """What to ask for: first the logs that were given with holes or cut off, then what is missing altogether."""
    absent = set(missing(gaps))
    who = " and ".join(subjects[:2]) or "the account"
    whole = [Ask(what, how.format(who=who)) for sources, what, how in rows() if absent.intersection(sources)]
    return [*_again(gaps), *whole]


def _again(gaps: Iterable[Gap]) -> list[Ask]:
    said: dict[str, Ask] = {}
    for gap in gaps:
        if gap.outcome.seen or not gap.file or "/" in gap.source:
            continue
        name = words_of(gap.source).name
        if gap.holes:
            stretches = [f"{hole.start:%Y-%m-%d %H:%M} to {hole.end:%Y-%m-%d %H:%M}" for hole in gap.holes[:_STRETCHES]]
            more = f" and {len(gap.holes) - _STRETCHES} more stretches" if len(gap.holes) > _STRETCHES else ""
            said.setdefault(f"{name} holes", Ask(f"{name}, again", f"for {', '.join(stretches)} UTC{more}"))
        if gap.outcome is Outcome.CAPPED:
            how = "in shorter periods, each well below the limit at which the export was cut off"
            said.setdefault(f"{name} cut", Ask(f"{name}, again", how))
    return list(said.values())
