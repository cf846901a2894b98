"""One reading of one source: a new one, or the one before that was killed or broke off, with what it holds already."""

from __future__ import annotations

import uuid
import zlib
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from o365nb.case import Case
from o365nb.collectors.base import Collector, Raw
from o365nb.model import Window, iso, utc

#: State that began to be read longer ago is read anew: half of it would be of another time.
STATE_STAYS = timedelta(hours=6)


@dataclass(slots=True)
class Reading:
    """`id` is what its answers have in common; `reach` the part of the window that the service had when it began."""

    id: str
    reach: Window | None = None
    _answers: dict[str, deque[str]] = field(default_factory=dict)
    _case: Case | None = None

    def take(self, key: str) -> bytes | None:
        """The next stored answer to a request of that key; None where it must be asked for."""
        paths = self._answers.get(key)
        if not paths or self._case is None:
            return None
        try:
            return self._case.raw(paths.popleft())
        except (OSError, EOFError, zlib.error):
            return None  # `o365nb verify` names the damage; here it is simply not there


def reading_of(
    case: Case, collector: Collector, about: str, asked: Window | None, now: datetime, *, anew: bool
) -> Reading:
    """The reading to go on with: the last one, unless it is whole, for another window, or state of another time."""
    lines = case.last_reading(collector.source, about)
    if anew or not lines or lines[0].get("window") != window_text(asked):
        return Reading(uuid.uuid4().hex)
    read = str(lines[0]["read"])
    if any(entry.read == read and entry.outcome.seen for entry in case.ledger.lines()):
        return Reading(uuid.uuid4().hex)
    if collector.retention is None and now - utc(str(lines[0]["tenant_time"])) > STATE_STAYS:
        return Reading(uuid.uuid4().hex)
    answers: dict[str, deque[str]] = {}
    for line in lines:
        if line.get("request"):
            answers.setdefault(str(line["request"]), deque()).append(str(line["path"]))
    reach = lines[0].get("reach")
    return Reading(read, Window(utc(reach[0]), utc(reach[1])) if reach else None, answers, case)


def window_text(window: Window | None) -> list[str | None] | None:
    """A window as custody has it."""
    return [iso(window.start), iso(window.end)] if window else None


def listing_fields(raw: Raw) -> dict[str, Any]:
    """What custody says of an answer's place among the requests of its reading; only what is not plain."""
    fields = {"request": raw.key, "listing": raw.listing, "restart": raw.restart, "abandons": list(raw.abandons)}
    return {name: value for name, value in fields.items() if value}
