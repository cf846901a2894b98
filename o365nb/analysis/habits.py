"""Habits that outweigh a tool's name or a rented network: what began with the log and went on, harming nobody.

A developer's scripts, a monitoring service, a VPN of every day look like an intruder's hand to detections that look
at one event. What tells them apart is time and deeds: a habit was there from the log's opening, on many days, and
nothing that hides, stays or does harm came of it. An intruder who was there before the log began is told by the deeds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from o365nb.analysis.base import Facts, HitLike
from o365nb.analysis.trail import Event
from o365nb.model import Severity

#: On so many days, and on this share of the days since it began, something is done out of habit.
DAYS, SHARE = 5, 1 / 3
#: Within this share of the time before the first harm, what began is as old as the log.
OPENING = 1 / 3
#: Phases of an attack whose hits are deeds, not only presence.
_DEEDS = frozenset({"pe", "de", "im", "la"})
_HEAVY = (Severity.HIGH, Severity.CRITICAL)
#: Actor, network, program.
Habit = tuple[str, str, str]


def habitual(events: Iterable[Event], hits: Iterable[HitLike], facts: Facts) -> set[str]:
    """The ids of events that are part of a habit."""
    events = [event for event in events if event.source != "message_trace" and event.result != "failure"]
    deeds = _deeds(events, hits, facts)
    harm = min((event.time for event in deeds), default=None)
    sessions = {event.session_id for event in deeds if event.session_id}
    # A deed whose record names no session is told by its address, unless deeds with a session from there tell more.
    told = {event.network for event in deeds if event.session_id}
    bare = {event.network for event in deeds if event.network and not event.session_id} - told
    tainted = {
        habit
        for event in events
        if (habit := habit_of(event)) and (event.session_id in sessions or event.network in bare)
    }
    days: dict[Habit, set[date]] = {}
    active: dict[str, set[date]] = {}
    for event in events:
        if harm is None or event.time < harm:
            active.setdefault(event.actor, set()).add(event.time.date())
            if habit := habit_of(event):
                days.setdefault(habit, set()).add(event.time.date())
    kept = {habit for habit, seen in days.items() if habit not in tainted and _old(seen, active[habit[0]])}
    # The mailbox names another program than the sign-in of the same session does: what is in it, from there, is of it.
    of_it = {(event.session_id, _where(event)) for event in events if event.session_id and habit_of(event) in kept}
    return {
        event.event_id
        for event in events
        if habit_of(event) in kept or ((event.session_id, _where(event)) in of_it and event.session_id not in sessions)
    }


def habit_of(event: Event) -> Habit | None:
    """Whose, from which wider network, with which program; None where the event names no program."""
    where = _where(event)
    return (event.actor, where, event.client) if where and event.client else None


def _where(event: Event) -> str:
    return event.place or ("Microsoft" if event.by_microsoft else "")


def _old(seen: set[date], active: set[date]) -> bool:
    start, end = min(active), max(active)
    since = [day for day in active if day >= min(seen)]
    opened = (min(seen) - start).days <= (end - start).days * OPENING
    return opened and len(seen) >= DAYS and len(seen) >= len(since) * SHARE


def _deeds(events: list[Event], hits: Iterable[HitLike], facts: Facts) -> list[Event]:
    told: set[str] = set()
    for hit in hits:
        fact = facts.get(hit.slug)
        if fact and fact.severity in _HEAVY and hit.slug.partition("-")[0] in _DEEDS and not fact.everyday:
            told.update(hit.evidence)
    return [event for event in events if event.event_id in told]
