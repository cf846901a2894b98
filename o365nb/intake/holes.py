"""Hours without events although there usually are some: holes in a log, told apart from nights, weekends and leave.

What is usual is learned from the log itself, by weekday and hour, without the silence in question. Times are UTC;
a day here begins in the log's quietest hour, so that an office in Sydney has whole working days too. Public holidays
and leave cannot be known, nor who sits in a meeting: one person's silent afternoon or day is told, but only what
neither explains limits: several actors silent at once, the services' own records among them, or silence for longer.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from o365nb.model import Window

#: So many days with events, in so many weeks, before anything counts as usual.
WARM_UP_DAYS = 10
WARM_UP = timedelta(days=14)
#: An hour is usual when events are expected in it more often than not.
_USUAL = 0.5
#: How unlikely a silence must be by chance: on its own, and when other evidence or the files' ends speak for it.
_ALONE, _HELPED = 1e-3, 0.05
#: A whole silent day is judged by the days, not by their hours: who is away is away all day. Of ten days, none silent.
_DAY = 0.05
#: So many of the other days are ordinary: one hole must not make the next one look usual.
_ORDINARY = 0.9
#: The hours of one day are no independent witnesses: each counts for so much of one.
_WITNESS = 0.7
#: A day with fewer usual hours is no working day: nobody would miss it.
_BUSY = 4
#: Of so many accounts not all are on leave on the same day.
MANY = 5
_HOUR = timedelta(hours=1)
#: What lies further from the middle of the evidence than this teaches nothing: times can be wrong by centuries.
_REACH = timedelta(days=400)
_PRIOR = 2.0  # what a weekday borrows from the other working days, in days


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch without events. `usual`: the hours of it that usually have some. `limits`: leave does not explain it.

    `why` says what speaks for a hole: "at work" (other evidence shows deeds in it), "between files", "within a day"
    (of several actors at once), "many" (accounts), "days" (more than one whole day); "" for what may as well be leave
    or a meeting.
    """

    window: Window
    usual: int
    why: str = ""

    @property
    def limits(self) -> bool:
        return bool(self.why)


@dataclass(frozen=True, slots=True)
class _Usual:
    """One silent hour that usually has events, the day that it belongs to, and how likely an event in it is."""

    hour: datetime
    day: date
    chance: float


class Habits:
    """What is usual in a log, learned from its hours with events; `without` leaves out the days in question."""

    def __init__(self, hours: Collection[datetime]) -> None:
        told = sorted(hour for hour in hours if 1 < hour.year < 9999)
        self.hours = [hour for hour in told if abs(hour - told[len(told) // 2]) <= _REACH]
        self._turn = timedelta(hours=_quietest(self.hours))
        self.days: dict[date, set[int]] = {}
        if self.hours:
            first, last = self.place(self.hours[0])[0], self.place(self.hours[-1])[0]
            self.days = {first + timedelta(days=n): set() for n in range((last - first).days + 1)}
        for hour in self.hours:
            day, which = self.place(hour)
            self.days[day].add(which)
        #: The first and the last day begin and end with the evidence: they are no whole days.
        self._whole = dict(list(self.days.items())[1:-1])
        self._all = _Counts()
        for day, held in self._whole.items():
            self._all.add(day, held, 1)

    @property
    def known(self) -> bool:
        """Whether there is enough to tell what is usual."""
        active = [day for day, held in self.days.items() if held]
        return len(active) >= WARM_UP_DAYS and max(active) - min(active) >= WARM_UP - timedelta(days=1)

    def place(self, hour: datetime) -> tuple[date, int]:
        """The day that an hour belongs to, and which hour of it it is, counted from where the day turns."""
        moved = hour - self._turn
        return moved.date(), moved.hour

    def without(self, days: Collection[date]) -> _Counts:
        """The counts of all other days."""
        rest = self._all.copy()
        for day in days:
            if day in self._whole:
                rest.add(day, self._whole[day], -1)
        return rest

    @cached_property
    def longest(self) -> dict[date, int]:
        """Of every day with events: the most usual hours in a row that passed without one."""
        return {day: self._run(day, held) for day, held in self._whole.items() if held}

    def _run(self, day: date, held: set[int]) -> int:
        rest, run, longest = self.without({day}), 0, 0
        for hour in range(24):
            if hour in held:
                run = 0
            elif rest.chance(day, hour) >= _USUAL:
                run += 1
                longest = max(longest, run)
        return longest


class _Counts:
    """Per weekday: the days, those with events, and how many of them have events in each hour."""

    def __init__(self) -> None:
        self.days, self.active = [0] * 7, [0] * 7
        self.held = [[0] * 24 for _ in range(7)]

    def copy(self) -> _Counts:
        made = _Counts()
        made.days, made.active, made.held = [*self.days], [*self.active], [[*held] for held in self.held]
        return made

    def add(self, day: date, held: Collection[int], sign: int) -> None:
        which = day.weekday()
        self.days[which] += sign
        self.active[which] += sign * bool(held)
        for hour in held:
            self.held[which][hour] += sign

    def chance(self, day: date, hour: int) -> float:
        """How likely an event in that hour of such a day is: by its weekday, helped by all days of its kind."""
        alike, which = self._alike(day), day.weekday()
        pooled = (sum(self.held[one][hour] for one in alike) + 0.5) / (sum(self.days[one] for one in alike) + 1)
        return (self.held[which][hour] + _PRIOR * pooled) / (self.days[which] + _PRIOR)

    def absence(self, day: date) -> float:
        """How likely a day of this kind is to be silent as a whole."""
        alike = self._alike(day)
        days = sum(self.days[one] for one in alike)
        return (days - sum(self.active[one] for one in alike) + 0.5) / (days + 1)

    def _alike(self, day: date) -> list[int]:
        """The weekdays that are worked, or those that are not: of whichever kind the day is."""
        worked = [active * 2 > days for active, days in zip(self.active, self.days, strict=True)]
        return [one for one in range(7) if worked[one] == worked[day.weekday()]]


def _quietest(hours: Collection[datetime]) -> int:
    """The hour at the middle of the six in which the least happens."""
    held = [0] * 24
    for hour in hours:
        held[hour.hour] += 1
    begin = min(range(24), key=lambda start: (sum(held[(start + n) % 24] for n in range(6)), start))
    return (begin + 3) % 24


def holes(
    habits: Habits,
    *,
    at_work: Collection[datetime] = (),
    seams: Collection[Window] = (),
    actors: Mapping[str, Collection[datetime]] | None = None,
) -> list[Hole]:
    """The holes in a log, in order; none where too little is known of what is usual.

    `at_work`: hours in which other evidence shows deeds. `seams`: between the end of one file and the begin of the
    next. `actors`: the hours of everybody who acts in the log, the services' under ""; None: one person's.
    """
    if not habits.known:
        return []
    acts = actors or {}
    found = (_judged(habits, silence, at_work, seams, acts) for silence in _silences(habits))
    return [hole for hole in found if hole]


def _silences(habits: Habits) -> Iterator[list[datetime]]:
    """Every unbroken run of hours without events between the first and the last."""
    for before, after in itertools.pairwise(habits.hours):
        count = int((after - before) / _HOUR) - 1
        if count > 0:
            yield [before + _HOUR * (n + 1) for n in range(count)]


def _judged(
    habits: Habits,
    silence: list[datetime],
    at_work: Collection[datetime],
    seams: Collection[Window],
    actors: Mapping[str, Collection[datetime]],
) -> Hole | None:
    places = [(hour, *habits.place(hour)) for hour in silence]
    without = {day for _, day, _ in places}
    rest = habits.without(without)
    usual = [_Usual(hour, day, chance) for hour, day, which in places if (chance := rest.chance(day, which)) >= _USUAL]
    if not usual:
        return None
    window = Window(usual[0].hour, usual[-1].hour + _HOUR)
    whole = [day for day in sorted({one.day for one in usual}) if not habits.days[day]]
    worked = sum(window.start <= hour < window.end for hour in at_work) > 1
    seam = any(seam.start < window.end and window.start < seam.end for seam in seams)
    others = sorted(length for day, length in habits.longest.items() if day not in without)
    longest = others[int(len(others) * _ORDINARY) - 1] if others else 0
    busy = [day for day in whole if sum(one.day == day for one in usual) >= _BUSY]
    away = any(rest.absence(day) <= _DAY for day in busy)
    if not away and not _unlikely(usual, longest, helped=worked or seam):
        return None
    why = (
        "at work" if worked
        else "between files" if seam
        else "within a day" if not whole and _within_a_day(habits, usual) and _together(habits, usual, actors)
        else "many" if sum(bool(actor) for actor in actors) >= MANY
        else "days" if len(busy) > 1
        else ""
    )  # fmt: skip
    return Hole(window, len(usual), why)


def _unlikely(usual: list[_Usual], longest: int, *, helped: bool) -> bool:
    """Whether chance and other days do not explain the silence."""
    likelihood = math.exp(_WITNESS * sum(math.log(max(1 - one.chance, 1e-9)) for one in usual))
    if helped:
        return len(usual) > 1 and likelihood <= _HELPED
    return len(usual) > max(longest, 2) and likelihood <= _ALONE


def _within_a_day(habits: Habits, usual: list[_Usual]) -> bool:
    """Whether the day has events before the silence and after it: nobody came late or left early."""
    day, held = usual[0].day, habits.days[usual[0].day]
    first, last = habits.place(usual[0].hour)[1], habits.place(usual[-1].hour)[1]
    return usual[-1].day == day and bool(held) and min(held) < first and max(held) > last


def _together(habits: Habits, usual: list[_Usual], actors: Mapping[str, Collection[datetime]]) -> bool:
    """Whether more than one actor fell silent, or the services' own records, which sit in no meeting.

    Who is missed: who acts in those hours on most of the days on which anybody does.
    """
    span = {habits.place(one.hour)[1] for one in usual}
    days = {day for day, held in habits.days.items() if held & span} - {one.day for one in usual}
    missed = [
        actor
        for actor, hours in actors.items()
        if 2 * len(days & {day for day, which in map(habits.place, hours) if which in span}) > len(days)
    ]
    return len(missed) > 1 or "" in missed
