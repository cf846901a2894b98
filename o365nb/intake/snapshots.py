"""What was read from a tenant more than once: which of the stored answers still stand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from o365nb.case import Ledger
from o365nb.model import Outcome, utc

_WHOLE = (Outcome.COMPLETE, Outcome.EMPTY, Outcome.DAMAGED)


def standing(lines: list[dict[str, Any]], ledger: Ledger) -> list[dict[str, Any]]:
    """The lines of custody without what a later answer replaced.

    State that a later, whole reading replaced: what is gone must not stay. A later reading that broke off replaces
    nothing: it stands beside the one before. And listings that were given up and begun anew; logs stand otherwise.
    """
    whole: dict[tuple[str, str], tuple[str, datetime]] = {}
    known: set[str] = set()
    for entry in ledger.lines():
        if entry.read and entry.read not in known and entry.at and entry.outcome in _WHOLE:
            known.add(entry.read)  # later lines about the same reading only add counts
            whole[(entry.source, entry.subject)] = (entry.read, entry.at)
    return [line for line in _last_listings(lines) if not _replaced(line, whole)]


def _last_listings(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the listings that another took the place of, and of one begun anew only the last time."""
    given_up, restarts = set[tuple[str, str]](), dict[tuple[str, str], int]()
    for line in lines:
        given_up |= {(str(line.get("read")), listing) for listing in line.get("abandons") or ()}
        of = (str(line.get("read")), str(line.get("listing")))
        restarts[of] = max(restarts.get(of, 0), line.get("restart", 0))
    return [
        line
        for line in lines
        for of in [(str(line.get("read")), str(line.get("listing")))]
        if not line.get("listing") or (of not in given_up and line.get("restart", 0) == restarts[of])
    ]


def _replaced(line: dict[str, Any], whole: dict[tuple[str, str], tuple[str, datetime]]) -> bool:
    last = whole.get((str(line.get("source")), str(line.get("subject"))))
    if last is None or not line.get("snapshot") or line.get("read") == last[0]:
        return False
    return utc(str(line["time"])) <= last[1]
