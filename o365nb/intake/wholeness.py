"""How whole a log is that several exported files tell together: its ends, its holes, the caps that cut exports off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from o365nb.intake.activity import Activity
from o365nb.intake.counts import FileCount
from o365nb.intake.holes import MANY, Habits, Hole, holes
from o365nb.model import Window, utc

#: An export ends where events end, not where the window ends: a day on each side is no gap.
SLACK = timedelta(days=1)
#: Evidence shorter than this tells nothing of what is usual; alone it is no period to give an answer about.
TELLING = timedelta(days=3)
#: Where exports stop: rows, and whose limit it is (domain facts: Microsoft's pages on each of them).
CAPS = {
    5_000: "a page of Search-UnifiedAuditLog or Get-MessageTraceV2 ends",
    50_000: "Purview's search, the portals' CSV files and a Search-UnifiedAuditLog session end",
    100_000: "the Entra portal's downloads end",
    1_000_000: "an audit log query of Microsoft Graph ends",
}
_PAGE = 5_000
#: Logs that somebody who works fills: mail and alerts come whether or not.
_OF_DEEDS = ("ual", "sign_in", "sign_in_noninteractive")
_NAMED = 3  # holes told in words; the rest are counted
_WHY = {
    "at work": "other evidence shows work in that time",
    "between files": "it lies between two files",
    "within a day": "there are events before and after it on that day, and several fell silent at once",
    "many": "and the log is of many accounts",
    "days": "leave and public holidays are not known here",
    "": "a meeting, leave or a public holiday may explain it",
}


@dataclass(frozen=True, slots=True)
class Wholeness:
    """What the files of one log show together. `cause` says why it is not whole, "" when it is; `remarks` are told
    beside it and limit nothing."""

    cause: str
    holes: tuple[Hole, ...]
    remarks: str


class Logs:
    """Every log of the evidence, each judged once however many files and lines of the ledger it has."""

    def __init__(
        self,
        files: Sequence[FileCount],
        activity: Activity,
        window: Window,
        *,
        brief: bool,
        barred: Sequence[Window] = (),
    ) -> None:
        """`barred`: when all subjects' accounts were disabled, so that nobody could act."""
        self._files, self._activity, self.window, self._brief = files, activity, window, brief
        self._barred = barred
        self._known: dict[tuple[str, str], Wholeness] = {}

    def judged(self, source: str, person: str) -> Wholeness:
        """The log `source` (no workload) of one account, "" for many."""
        if (source, person) not in self._known:
            self._known[source, person] = self._judge(source, person)
        return self._known[source, person]

    def spans(self, source: str, person: str) -> dict[str, Window]:
        """The spans of all files that tell of that log, by path."""
        told = {file.path: file.spans.get(source) for file in self._files}
        return {
            path: between(span.first, span.last)
            for path, span in told.items()
            if span and span.first and span.last and span.person in ("", person)
        }

    def _judge(self, source: str, person: str) -> Wholeness:
        spans = self.spans(source, person)
        ends = list(spans.values())
        if self._brief:
            return Wholeness(f"less than {TELLING.days} days, and no period was stated (--from, --to)", (), "")
        own = [file.path for file in self._files if file.path in spans and file.spans[source].person == person]
        log = self._activity.log(source, person, own, [path for path in spans if path not in own])
        habits = Habits(log.hours)
        at_work = self._activity.deeds(person, source) if source in _OF_DEEDS else ()
        found = holes(habits, at_work=at_work, seams=seams(ends), actors=log.actors)
        found = [hole for hole in found if hole.window.start < self.window.end and self.window.start < hole.window.end]
        if log.people < MANY:
            found = [
                hole for hole in found if not any(span.start <= hole.window.start < span.end for span in self._barred)
            ]
        causes = _short(ends, self.window) + _told([hole for hole in found if hole.limits])
        remarks = [f"{said[:1].upper()}{said[1:]}." for said in _told([hole for hole in found if not hole.limits])]
        if not habits.known and ends:
            remarks.append("Too little to tell its usual hours by, so hours missing inside it were not looked for.")
        return Wholeness(
            "; ".join(causes), tuple(found), " ".join(remark[:1].upper() + remark[1:] for remark in remarks)
        )


def cap(file: FileCount, files: Iterable[FileCount]) -> str:
    """Why a file was probably cut off at a service's limit, in words; "" when it was not.

    A full page is no cut when another file of the same form is a page that is not full.
    """
    limit = CAPS.get(file.received, "")
    if not limit or not any(span.first for span in file.spans.values()):
        return ""
    if file.received == _PAGE and any(0 < other.received < _PAGE for other in files if other.shape == file.shape):
        return ""
    return f"exactly {file.received:,} rows, where {limit}: the rest was probably cut off"


def covers(spans: Iterable[Window], window: Window) -> bool:
    """Whether the spans together reach over the window, with no more than the slack missing anywhere."""
    return not _missing(spans, window)


def seams(spans: Iterable[Window]) -> list[Window]:
    """What lies between the end of one file and the begin of the next, where that is an hour or more."""
    found, reached = [], None
    for span in sorted(spans):
        if reached and span.start - reached >= timedelta(hours=1):
            found.append(Window(reached, span.start))
        reached = max(reached, span.end) if reached else span.end
    return found


def between(first: datetime, last: datetime, pad: timedelta = timedelta(0)) -> Window:
    """The window with both ends inside."""
    return Window(utc(first) - pad, utc(last) + pad + timedelta(microseconds=1))


def moments(window: Window) -> str:
    """A stretch of time in few words: the second day only when it is another."""
    start, end = window.start, window.end
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%a %Y-%m-%d %H:%M}"
    return f"{start:%a %Y-%m-%d %H:%M} to {until} UTC"


def _missing(spans: Iterable[Window], window: Window) -> list[Window]:
    """What of the window no span reaches, where that is more than the slack."""
    found, reached = [], window.start
    for span in sorted(spans):
        if span.start > reached + SLACK and reached < window.end:
            found.append(Window(reached, min(span.start, window.end)))
        reached = max(reached, span.end)
    if window.end > reached + SLACK:
        found.append(Window(reached, window.end))
    return found


def _short(spans: Sequence[Window], window: Window) -> list[str]:
    """At which ends, and between which files, the case's window is not reached."""
    said = []
    for gap in _missing(spans, window) if spans else []:
        where = "begins late" if gap.start == window.start else "ends early" if gap.end == window.end else "has a hole"
        length = gap.end - gap.start
        days = f"{length.days} days" if length.days > 1 else f"{length / timedelta(hours=1):.0f} hours"
        said.append(f"{where}: {days} of the case's window are missing, from {moments(gap)}")
    return said


def _told(found: Sequence[Hole]) -> list[str]:
    """Holes in words, the first ones; the rest are counted."""
    said = [
        f"no event from {moments(hole.window)}, in {hole.usual} hours that usually have some ({_WHY[hole.why]})"
        for hole in found[:_NAMED]
    ]
    return said + ([f"and {len(found) - _NAMED} more such holes"] if len(found) > _NAMED else [])
