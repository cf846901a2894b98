"""Other victims: on which accounts the attacker's artefacts were met, how strongly that speaks, and what next."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from o365nb.analysis.artefacts import Artefact, artefacts
from o365nb.analysis.base import Labels, entry_time, short, subjects_of
from o365nb.analysis.sightings import Sighting, sightings
from o365nb.analysis.trail import Event
from o365nb.engine import Engine
from o365nb.model import OtherVictim, Persistence
from o365nb.text import plural

#: How surely a sighting makes the account a victim, and the same where it was never let in. Kinds of one class tell
#: the same thing twice: only the best of a class counts, and classes add up as independent witnesses.
_WEIGHTS: dict[str, tuple[str, float, float]] = {
    "session": ("identity", 0.95, 0.6),
    "token": ("identity", 0.95, 0.6),
    "device": ("identity", 0.9, 0.4),
    "device_name": ("identity", 0.6, 0.6),
    "address": ("network", 0.75, 0.3),
    "pair": ("network", 0.4, 0.1),
    "agent": ("program", 0.5, 0.2),
    "app": ("application", 0.85, 0.3),
    "mailbox": ("mailbox", 0.95, 0.95),
    "phone": ("method", 0.95, 0.95),
    "forward": ("mail", 0.95, 0.95),
    "rule_name": ("rule", 0.45, 0.45),
    "lure": ("lure", 0.3, 0.3),
}
#: On a rented network a shared address or pair is rarely chance.
_HOSTED = {"address": 0.9, "pair": 0.65}
_WORDS = {
    "session": "the attacker's session {0}",
    "token": "the attacker's token {0}",
    "device": "the attacker's device {0}",
    "device_name": 'a device of the attacker\'s name "{0}"',
    "address": "the attacker's address {0}",
    "pair": "the attacker's network and program together ({0})",
    "agent": "the attacker's tool {0}",
    "app": "the attacker's application {0}",
    "mailbox": "its mailbox was used by the attacker with another account's rights",
    "phone": "the attacker's telephone {0}",
    "forward": "mail goes to the attacker's address {0}",
    "rule_name": 'an inbox rule of the attacker\'s name "{0}"',
    "lure": "mail from the lure's domain {0}",
}
STRONG, LIKELY = 0.8, 0.5
_OBJECTS = ("phone", "forward", "rule_name", "device_name")
#: A sign-in that got past the password.
_STOPPED = 0.6
#: Ways of reaching an account that mean it is in the attacker's hands when the sign is strong.
_OPEN = ("entered", "changed")
_STRENGTHS = ("strong", "likely", "weak")
_SHOWN = 3
_LATEST = datetime.max.replace(tzinfo=UTC)
_LETTERS = re.compile(r"[^\W_]")
_TAKEN = (
    "Treat the account as taken over: investigate it too (--user), and take every step of the response for it:"
    " block, revoke, reset, clean up, verify."
)
_NEXT = {
    "entered": "Ask the owner whether that was them, collect the account's evidence and investigate it (--user).",
    "changed": "Ask the owner who made it, collect the account's evidence and investigate it (--user).",
    "stopped": "The password may be known: somebody got past it, no further. Reset it and look at the second factor.",
    "tried": "No attempt was let in: make sure that a second factor is required, and watch the account's sign-ins.",
    "opened": "Its mail was read with another account's rights: take those away, and treat what was opened as seen.",
    "mailed": "Ask the owner whether the mail was opened or answered, remove it, and watch the account's sign-ins.",
}
_EXAMINED = "Examined in this case: the same attacker, so plan the response for all these accounts at one time."


def other_victims(
    engine: Engine, labels: Labels, events: Iterable[Event], kept: Iterable[Persistence]
) -> list[OtherVictim]:
    """Every account with an artefact that was learned from another one; the surest victims first.

    `events` are the subjects' own, `kept` the inventory: the attacker's objects carry artefacts too.
    """
    sought = artefacts(engine, labels, events, kept)
    if not sought:
        return []
    subjects = frozenset(subjects_of(engine))
    by_account: dict[str, list[Sighting]] = {}
    # Others may have been hit before: what counts is when it began for the accounts of the case.
    mine = {key: label for key, label in labels.items() if label.actor.lower() in subjects}
    for one in sightings(engine, sought, entry_time(mine)):
        if _foreign(one, sought[(one.kind, one.value)], subjects):
            by_account.setdefault(one.account, []).append(one)
    found = [_victim(account, seen, examined=account in subjects) for account, seen in by_account.items()]
    return sorted(found, key=lambda one: (_STRENGTHS.index(one.strength), one.first or _LATEST, one.account))


def _foreign(one: Sighting, artefact: Artefact, subjects: frozenset[str]) -> bool:
    """Learned from another account: what an account itself taught is no news about it."""
    return one.account not in subjects or bool(artefact.subjects - {one.account})


def _victim(account: str, seen: list[Sighting], *, examined: bool) -> OtherVictim:
    best: dict[str, float] = {}
    for one in seen:
        group, weight = _weight(one)
        best[group] = max(best.get(group, 0.0), weight)
    sure = 1 - math.prod(1 - weight for weight in best.values())
    strength = "strong" if sure >= STRONG else "likely" if sure >= LIKELY else "weak"
    reached = _reached(seen)
    first, last = [one.first for one in seen if one.first], [one.last for one in seen if one.last]
    ordered = sorted(seen, key=lambda one: (-_weight(one)[1], one.first or _LATEST, one.kind, one.value))
    return OtherVictim(
        account,
        strength,
        reached,
        _told(ordered),
        _events(seen),
        min(first, default=None),
        max(last, default=None),
        ordered[0].evidence,
        _EXAMINED if examined else _TAKEN if strength == "strong" and reached in _OPEN else _NEXT[reached],
    )


def _events(seen: Iterable[Sighting]) -> int:
    """How many events at least: one event may show artefacts of several kinds."""
    times: dict[str, int] = {}
    for one in seen:
        times[one.kind] = times.get(one.kind, 0) + one.times
    return max(times.values())


def _weight(one: Sighting) -> tuple[str, float]:
    group, inside, outside = _WEIGHTS[one.kind]
    if one.kind == "rule_name" and not _LETTERS.search(one.value):
        inside = outside = 0.6  # a name of dots is chosen for hiding, hardly ever twice by chance
    if not one.let_in:
        return group, max(outside, _STOPPED) if one.stopped else outside
    return group, _HOSTED.get(one.kind, inside) if one.hosted else inside


def _reached(seen: Iterable[Sighting]) -> str:
    kinds = {one.kind for one in seen if one.let_in}
    if kinds & {"session", "token", "device", "address", "pair", "agent", "app"}:
        return "entered"
    if kinds & set(_OBJECTS):
        return "changed"
    if "mailbox" in kinds:
        return "opened"
    if any(one.stopped for one in seen):
        return "stopped"
    return "mailed" if {one.kind for one in seen} == {"lure"} else "tried"


def _told(seen: list[Sighting]) -> str:
    """The sightings in words, the heaviest first, each kind at most three times."""
    shown: dict[str, int] = {}
    parts = []
    distinct: dict[tuple[str, str], Sighting] = {}
    for one in seen:
        distinct.setdefault((one.kind, one.value), one)
    for (kind, value), one in distinct.items():
        shown[kind] = shown.get(kind, 0) + 1
        if shown[kind] <= _SHOWN:
            said = value[:2].upper() + value[2:] if kind == "pair" else value
            parts.append(_WORDS[kind].format(short(said, 80)) + _count(one))
    rest = sum(count - _SHOWN for count in shown.values() if count > _SHOWN)
    return "; ".join(parts) + (f"; and {rest} more" if rest else "")


def _count(one: Sighting) -> str:
    if one.kind in (*_OBJECTS, "mailbox"):
        return ""
    if one.kind == "lure":
        return f" ({plural(one.times, 'mail')})"
    inside = f", {one.let_in:,} let in" if one.let_in else ", none let in"
    inside += f", {one.stopped:,} stopped after the password" if one.stopped else ""
    return f" ({plural(one.times, 'event')}{inside})"
