"""Running detections: make the shared tables once, ask each query, and say found, clear or blind."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from o365nb.case.ledger import Coverage, Ledger
from o365nb.detections import lists
from o365nb.detections.base import EVERYONE, SEVERAL, Detection, Hit, Rows, in_words
from o365nb.detections.primitives import PRIMITIVES
from o365nb.engine import Engine
from o365nb.events.schema import STATE_TABLES
from o365nb.model import Answer, DetectionAnswer, Outcome, Window, utc
from o365nb.safe import one_line

LONGEST_SUMMARY = 400
#: Logs rarely begin and end on the minute: so much may be missing at the ends of a window and between pieces.
SLACK = timedelta(days=1)


def prepare(engine: Engine, query: str | None = None) -> None:
    """Make the tables that detections share: the lists that ship (`list_<name>`) and the primitives. Once per case.

    For a `query` that is asked alone, only what it reads.
    """
    read = _read_by(query) if query is not None else None
    for name, columns in lists.COLUMNS.items():
        if read is None or f"list_{name}" in read:
            engine.table(f"list_{name}", columns, lists.rows(name))
    if read is None or "case_events" in read:
        engine.case_events()
    if read is None or "case_properties" in read:
        engine.case_properties()
    for name, select in PRIMITIVES.items():
        if read is None or name in read:
            engine.derive(name, select)


def _read_by(query: str) -> set[str]:
    """Every word of the query and of the primitives below it; a primitive reads only those before it."""
    words = set(re.findall(r"\w+", query))
    for name, select in reversed(PRIMITIVES.items()):
        if name in words:
            words.update(re.findall(r"\w+", select))
    return words


def run(
    detection: Detection, engine: Engine, ledger: Ledger, subjects: Sequence[str], window: Window
) -> tuple[DetectionAnswer, list[Hit]]:
    """Ask one detection. Silence counts as clear only when everything it needs was seen whole, else it is blind.

    Evidence outside the window teaches what is usual, but is not reported.
    """
    rows = [_floats(row) for row in engine.rows(detection.query())]
    if detection.refine:
        rows = detection.refine(rows)
    hits = _hits(detection, [row for row in rows if _within(row["time"], window)])
    if hits:
        return DetectionAnswer(Answer.FOUND, _count(hits)), hits
    gaps = [gap for need in detection.needs for upn in subjects if (gap := _gap(need, upn, ledger, window))]
    if gaps:
        return DetectionAnswer(Answer.BLIND, "; ".join(dict.fromkeys(gaps))), []
    return DetectionAnswer(Answer.CLEAR, f"nothing found; {_words(detection.needs)} seen whole"), []


def _hits(detection: Detection, rows: Rows) -> list[Hit]:
    """Rows with equal subject and object (or summary) are one hit; the first row in time gives its words."""
    groups: dict[tuple[str, str], Rows] = {}
    for row in sorted(rows, key=_order):
        key = (row["subject"] or "", str(row.get("object") or row["summary"]))
        groups.setdefault(key, []).append(row)
    return [_hit(detection, subject, group) for (subject, _), group in groups.items()]


def _hit(detection: Detection, subject: str, rows: Rows) -> Hit:
    times = [utc(row["time"]) for row in rows if row["time"] is not None]
    sure = max((row["confidence"] for row in rows if row.get("confidence") is not None), default=detection.confidence)
    return Hit(
        slug=detection.slug,
        subject=subject,
        evidence=tuple(dict.fromkeys(str(row["evidence"]) for row in rows)),
        first=min(times, default=None),
        last=max(times, default=None),
        summary=_short(one_line(rows[0]["summary"])),
        confidence=round(min(1.0, max(0.3, float(sure))), 2),
        size=max((int(row.get("size") or 0) for row in rows), default=0),
    )


def _floats(row: dict[str, Any]) -> dict[str, Any]:
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()}


def _order(row: dict[str, Any]) -> tuple[float, str, str]:
    at = utc(row["time"]).timestamp() if row["time"] is not None else math.inf
    return at, str(row["evidence"]), str(row["summary"])


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 1] + "…"


def _within(time: datetime | None, window: Window) -> bool:
    return time is None or window.start <= utc(time) < window.end


def _count(hits: list[Hit]) -> str:
    evidence = len({item for hit in hits for item in hit.evidence})
    return f"{len(hits)} finding{'s' * (len(hits) > 1)} on {evidence} piece{'s' * (evidence > 1)} of evidence"


def _words(needs: Sequence[str]) -> str:
    return ", ".join(map(in_words, needs)) or "the case"


def _gap(need: str, subject: str, ledger: Ledger, window: Window) -> str:
    """Why a need is not met for a subject, in words; "" when it is. One of its alternatives is enough."""
    reasons = []
    for source in need.split("|"):
        name = source.removeprefix(EVERYONE).removeprefix(SEVERAL)
        known = ledger.about(name, subject)
        wide = [entry for entry in known if not entry.subject] if source.startswith(EVERYONE) else known
        if known and not wide:
            reason = f"{name} was read of single accounts only, and others are compared here"
        else:
            reason = _missing(name, subject, wide, window)
        if not reason and source.startswith(SEVERAL) and _alone(name, ledger):
            reason = f"{name} was read of one account only, and several are compared here"
        if not reason:
            return ""
        reasons.append(reason)
    return ", and ".join(reasons)


def _alone(source: str, ledger: Ledger) -> bool:
    """Whether a source was read of a single account."""
    entries = [entry for entry in ledger.entries() if entry.source == source]
    return all(entry.subject for entry in entries) and len({entry.subject for entry in entries}) == 1


def _missing(source: str, subject: str, entries: list[Coverage], window: Window) -> str:
    if not entries:
        return f"{source} of {subject} was never collected"
    bad = [entry for entry in entries if not entry.outcome.seen]
    if bad:
        entry = bad[0]
        spoken = Outcome(entry.outcome).value.replace("_", " ")
        told = entry.cause or entry.reason
        why = f" ({one_line(told)})" if told else ""
        return f"{source} of {subject} was not seen whole: {spoken}{why}"
    if source.partition(".")[0] in STATE_TABLES or _covers(entries, window):
        return ""
    return f"{source} of {subject} does not cover the whole window"


def _covers(entries: list[Coverage], window: Window) -> bool:
    """True when the entries' windows, laid together, leave no hole in the window. No window means all of it."""
    if any(entry.window is None for entry in entries):
        return True
    reached = window.start
    for span in sorted(entry.window for entry in entries if entry.window):
        if span.start <= reached + SLACK:
            reached = max(reached, span.end)
    return reached + SLACK >= window.end
