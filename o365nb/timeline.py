"""From thousands of events to a timeline that a person can read: lanes, rows and bundled points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter

from o365nb.model import Attribution, Label
from o365nb.report.words import deed_of, imitated_only

#: A row of the timeline with more points than this is bundled until it has no more: more would only overlap.
POINTS_PER_ROW = 120
_WIDTHS = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 1440, 4320, 10080)]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

LANES = (Label.ATTACKER, Label.USER, Label.RESPONDER, Label.UNKNOWN, Label.SYSTEM)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event came from, as far as its record says."""

    address: str = ""
    network: str = ""
    app: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.address, self.network, self.app) if part)


@dataclass(frozen=True, slots=True)
class Point:
    """One mark: an event, or several of one row bundled by time."""

    lane: Label
    row: str
    first: datetime
    last: datetime
    count: int
    operations: tuple[tuple[str, int], ...]
    actors: tuple[str, ...]
    places: tuple[str, ...]
    because: tuple[str, ...]
    event_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing on the timeline before bundling."""

    lane: Label
    row: str
    time: datetime
    operation: str
    actor: str
    place: str
    because: str
    event_id: str


def acts_of(events: Iterable[Attribution], subjects: Sequence[str], places: Mapping[str, Place]) -> list[Act]:
    """Every judged event as an act; the attacker's have a row per sort of deed, the others one row."""
    mine, acts, events = set(subjects), [], list(events)
    imitated = imitated_only(events)
    for event in events:
        deed = deed_of(event.operation, event.source, by_subject=event.actor in mine, imitated=imitated)
        row = deed.lane if event.label is Label.ATTACKER else ""
        place = str(places.get(event.event_id, ""))
        acts.append(
            Act(event.label, row, event.time, event.operation, event.actor, place, event.because, event.event_id)
        )
    return acts


def points_of(acts: Iterable[Act], limit: int = POINTS_PER_ROW) -> list[Point]:
    """The acts as points, no more than about `limit` in a row, ordered by lane, first time of the row, and time."""
    rows: dict[tuple[Label, str], list[Act]] = {}
    for act in sorted(acts, key=lambda act: (act.time, act.event_id)):
        rows.setdefault((act.lane, act.row), []).append(act)
    ordered = sorted(rows.items(), key=lambda item: (LANES.index(item[0][0]), item[1][0].time, item[0][1]))
    return [point for _, row in ordered for point in _bundled(row, limit)]


def steps_of(acts: Iterable[Act], pause: timedelta = timedelta(minutes=30)) -> list[Point]:
    """Acts told one after the other: an unbroken run of one operation by one actor from one place is one step."""
    runs: list[list[Act]] = []
    open_runs: dict[tuple[str, ...], list[Act]] = {}
    for act in sorted(acts, key=lambda act: (act.time, act.event_id)):
        key = (act.lane, act.row, act.operation, act.actor, act.place)
        run = open_runs.get(key)
        if run is None or act.time - run[-1].time > pause:
            run = open_runs[key] = []
            runs.append(run)
        run.append(act)
    return [_point(run) for run in runs]


def _bundled(row: list[Act], limit: int) -> list[Point]:
    if len(row) <= limit:
        return [_point([act]) for act in row]
    for width in _WIDTHS:
        bins = [(act.time - _EPOCH) // width for act in row]
        keyed = [[act for _, act in group] for _, group in groupby(zip(bins, row, strict=True), key=itemgetter(0))]
        if len(keyed) <= limit:
            break
    return [_point(group) for group in keyed]


def _point(acts: Sequence[Act]) -> Point:
    return Point(
        lane=acts[0].lane,
        row=acts[0].row,
        first=acts[0].time,
        last=acts[-1].time,
        count=len(acts),
        operations=tuple(Counter(act.operation for act in acts).most_common()),
        actors=_most(act.actor for act in acts),
        places=_most(act.place for act in acts),
        because=_most(act.because for act in acts),
        event_ids=tuple(act.event_id for act in acts),
    )


def _most(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(value for value, _ in Counter(value for value in values if value).most_common())
