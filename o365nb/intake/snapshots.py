"""State read from a tenant more than once: which of the stored answers still stand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from o365nb.case import Ledger
from o365nb.model import Outcome, utc

_WHOLE = (Outcome.COMPLETE, Outcome.EMPTY, Outcome.DAMAGED)


def standing(lines: list[dict[str, Any]], ledger: Ledger) -> list[dict[str, Any]]:
    """The lines of custody without the state that a later, whole reading replaced: what is gone must not stay.

    A later reading that broke off replaces nothing: it stands beside the one before. Logs stand always.
    """
    whole: dict[tuple[str, str], tuple[str, datetime]] = {}
    known: set[str] = set()
    for entry in ledger.lines():
        if entry.read and entry.read not in known and entry.at:
            known.add(entry.read)  # later lines about the same reading only add counts
            if entry.outcome in _WHOLE:
                whole[(entry.source, entry.subject)] = (entry.read, entry.at)
    return [line for line in lines if not _replaced(line, whole)]


def _replaced(line: dict[str, Any], whole: dict[tuple[str, str], tuple[str, datetime]]) -> bool:
    last = whole.get((str(line.get("source")), str(line.get("subject"))))
    if last is None or not line.get("snapshot") or line.get("read") == last[0]:
        return False
    return utc(str(line["time"])) <= last[1]
