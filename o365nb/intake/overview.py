"""What came in, when, how complete: the evidence of a case by file and by source, for people to look at.

Everything is counted by SQL or was counted before; no event is loaded, however many there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from o365nb.case import Case, Coverage
from o365nb.engine import Engine
from o365nb.intake.activity import Activity
from o365nb.intake.counts import FileCount, TableCounts
from o365nb.intake.recognition import shape_named
from o365nb.model import Outcome, Window

#: How long one mark of a strip may stand for, in hours: the shortest with which the strip fits.
_STEPS = (1, 2, 3, 4, 6, 24, 48, 72, 168, 336, 720, 2160, 8760)
#: The logs in the order in which they are told; lists of how things stand follow by name.
_ORDER = ("ual", "sign_in", "sign_in_noninteractive", "directory_audit", "message_trace")
#: The worse an outcome, the later it stands here.
_WORSE = (Outcome.EMPTY, Outcome.COMPLETE, Outcome.PARTIAL, Outcome.CAPPED, Outcome.DAMAGED)


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file: rows = events and objects + duplicates + lost. `damaged` also counts rows that were saved in part."""

    name: str
    path: str
    shape: str
    title: str
    rows: int
    kept: int
    duplicates: int
    lost: int
    damaged: int
    first: datetime | None
    last: datetime | None
    outcome: Outcome
    why: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source of one account ("" for many): its figures, and its records by mark of the strip.

    `reached`: which marks any file of it spans. A mark without records that is reached was silent; one that is not
    reached is unknown. Lists of how things stand have no times and no marks.
    """

    source: str
    person: str
    files: int
    rows: int
    kept: int
    lost: int
    damaged: int
    first: datetime | None
    last: datetime | None
    outcome: Outcome
    causes: tuple[str, ...]
    holes: tuple[Window, ...]
    marks: tuple[int, ...] = ()
    reached: tuple[bool, ...] = ()

    @property
    def duplicates(self) -> int:
        return self.rows - self.kept - self.lost


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole of it. `step` is how long one mark stands for; `start` is where the strips begin."""

    window: Window
    start: datetime
    step: timedelta
    marks: int
    files: tuple[FileLine, ...]
    sources: tuple[SourceLine, ...]
    refused: tuple[tuple[str, str], ...]
    #: What else of what was given a reader must know: a column map that nobody named, files that were passed over.
    noted: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    @property
    def kept(self) -> int:
        return sum(file.kept for file in self.files)

    @property
    def duplicates(self) -> int:
        return sum(file.duplicates for file in self.files)

    @property
    def lost(self) -> int:
        return sum(file.lost for file in self.files)

    @property
    def logs(self) -> tuple[SourceLine, ...]:
        """The sources with times."""
        return tuple(line for line in self.sources if line.first)

    @property
    def state(self) -> tuple[SourceLine, ...]:
        """Lists of how things stand."""
        return tuple(line for line in self.sources if not line.first)

    def mark(self, moment: datetime) -> int:
        """The mark of the strips that a moment falls on, the nearest one when it lies outside."""
        return min(max(int((moment - self.start) / self.step), 0), self.marks - 1)


@dataclass(slots=True)
class _Gathered:
    """What is summed up of one source while its files are gone through."""

    files: list[FileCount] = field(default_factory=list)
    rows: int = 0
    kept: int = 0
    lost: int = 0
    damaged: int = 0
    spans: list[tuple[datetime, datetime]] = field(default_factory=list)


def overview(case: Case, marks: int = 56) -> Overview:
    """The evidence of a case whose tables stand, with strips of at most so many marks."""
    counts = TableCounts.load(case.tables)
    files = counts.files if counts else []
    entries = case.ledger.entries()
    gathered = _gathered(files, case.info.subjects, _kept(case))
    start, step, marks = _scale(gathered.values(), case.info.window, marks)
    with Activity(case) as activity:
        counted = activity.counted(marks, start, step.total_seconds())
    strips: dict[tuple[str, str], Counter[int]] = {}
    for path, source, place, records in counted:
        strips.setdefault((path, source), Counter())[place] += records
    whole = Overview(case.info.window, start, step, marks, (), (), ())
    sources = tuple(_source(key, gathered[key], entries, strips, whole) for key in sorted(gathered, key=_place))
    lines = tuple(_file(file, entries) for file in files)
    refused = tuple((e.file, e.reason) for e in entries if e.source == "files" and e.outcome is Outcome.FAILED)
    noted = tuple(e.reason for e in entries if e.source == "files" and e.outcome in (Outcome.PARTIAL, Outcome.COMPLETE))
    return Overview(case.info.window, start, step, marks, lines, sources, refused, noted)


def _place(key: tuple[str, str]) -> tuple[int, str, bool, str]:
    source, person = key
    return _ORDER.index(source) if source in _ORDER else len(_ORDER), source, not person, person


def _kept(case: Case) -> dict[tuple[str, str], int]:
    """Events by file and source, of those that stand."""
    with Engine(case) as engine:
        rows = engine.rows("SELECT raw_file, source, count(*) AS records FROM events GROUP BY raw_file, source")
    return {(row["raw_file"], row["source"]): row["records"] for row in rows}


def _gathered(
    files: Iterable[FileCount], subjects: Iterable[str], kept: dict[tuple[str, str], int]
) -> dict[tuple[str, str], _Gathered]:
    found: dict[tuple[str, str], _Gathered] = {}
    known = set(subjects)
    for file in files:
        spans = {source: span for source, span in file.spans.items() if "/" not in source}
        most = max(spans, key=lambda source: spans[source].received, default="")
        for source, span in spans.items():
            person = span.person if file.from_file else file.owner
            one = found.setdefault((source, person if person in known else ""), _Gathered())
            one.files.append(file)
            lost, damaged = (file.lost, file.damaged) if source == most else (0, 0)
            one.rows += span.received + lost
            one.kept += kept.get((file.path, source), 0) if span.first else span.received
            one.lost += lost
            one.damaged += damaged
            if span.first and span.last:
                one.spans.append((span.first, span.last))
    return found


def _scale(found: Iterable[_Gathered], window: Window, most: int) -> tuple[datetime, timedelta, int]:
    """Where the strips begin, what a mark stands for, how many there are: the window, and evidence around it.

    Evidence further away than the window is long stays outside, or a single wrong year would flatten everything.
    """
    length = window.end - window.start
    times = [time for one in found for span in one.spans for time in span]
    near = [time for time in times if window.start - length <= time < window.end + length]
    start, end = min([window.start, *near]), max([window.end, *near])
    for hours in _STEPS:
        step = timedelta(hours=hours)
        begin = start.replace(minute=0, second=0, microsecond=0)
        begin -= timedelta(hours=begin.hour % min(hours, 24))
        marks = int((end - begin) / step) + 1
        if marks <= most:
            break
    return begin, step, min(marks, most)


def _source(
    key: tuple[str, str], one: _Gathered, entries: list[Coverage], strips: dict[tuple[str, str], Counter[int]],
    whole: Overview,
) -> SourceLine:  # fmt: skip
    source, person = key
    names = {file.name for file in one.files}
    about = [e for e in entries if e.source == source and (e.file in names if e.file else e.subject in (person, ""))]
    total: Counter[int] = Counter()
    for file in one.files:
        total.update(strips.get((file.path, source), {}))
    reached = [False] * whole.marks
    for first, last in one.spans:
        for mark in range(whole.mark(first), whole.mark(last) + 1):
            reached[mark] = True
    times = bool(one.spans)
    return SourceLine(
        source,
        person,
        len(one.files),
        one.rows,
        one.kept,
        one.lost,
        one.damaged,
        min((first for first, _ in one.spans), default=None),
        max((last for _, last in one.spans), default=None),
        _worst(entry.outcome for entry in about),
        tuple(dict.fromkeys(e.cause or e.reason for e in about if not e.outcome.seen)),
        tuple(sorted({hole for entry in about for hole in entry.holes})),
        tuple(total[mark] for mark in range(whole.marks)) if times else (),
        tuple(reached) if times else (),
    )


def _file(file: FileCount, entries: list[Coverage]) -> FileLine:
    known = shape_named(file.shape)
    about = [e for e in entries if e.file == file.name and "/" not in e.source] if file.name else []
    times = [time for span in file.spans.values() for time in (span.first, span.last) if time]
    return FileLine(
        file.name or file.path,
        file.path,
        file.shape,
        known.title if known else file.shape,
        file.received,
        file.kept,
        file.duplicates,
        file.lost,
        file.damaged,
        min(times, default=None),
        max(times, default=None),
        _worst(entry.outcome for entry in about),
        "; ".join(dict.fromkeys(e.cause or e.reason for e in about if not e.outcome.seen)),
    )


def _worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The one that says least of completeness; what nobody judged counts as partial."""
    return max(outcomes, key=lambda one: _WORSE.index(one) if one in _WORSE else len(_WORSE), default=Outcome.PARTIAL)
