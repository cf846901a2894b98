"""What the analysis takes in: hits and facts of the detections (by shape, not by import), seeds, the responder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from o365nb.engine import Engine
from o365nb.model import Attribution, Label, Severity, utc

#: The first part of a slug says in which phase of an attack a detection looks.
PHASES = {
    "ia": "getting in",
    "pe": "staying in",
    "de": "hiding",
    "co": "reading and taking",
    "la": "spreading",
    "im": "doing harm",
}
#: The detection whose evidence was in two places at once: what would vouch for it was copied.
COPIED = "ia-two-places"
#: Below this an event is not called the attacker's.
SURE_ENOUGH = 0.5
#: From this on a label carries "certain" statements; below it they are "possible".
SURE = 0.7


class HitLike(Protocol):
    """One thing a detection found, before anybody knows whose it was."""

    @property
    def slug(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def evidence(self) -> tuple[str, ...]: ...
    @property
    def first(self) -> datetime | None: ...
    @property
    def last(self) -> datetime | None: ...
    @property
    def summary(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def size(self) -> int: ...


class DetectionLike(Protocol):
    """The facts of one detection that judgement needs."""

    @property
    def slug(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def attack(self) -> tuple[str, ...]: ...
    @property
    def respond(self) -> tuple[str, ...]: ...
    @property
    def seed(self) -> float: ...
    @property
    def everyday(self) -> bool: ...
    @property
    def by_habit(self) -> bool: ...


Hits = Iterable[HitLike]
Facts = Mapping[str, DetectionLike]


@dataclass(frozen=True, slots=True)
class Seed:
    """Why one event is taken for the attacker's before any closure; `slugs` are the detections that say so.

    `said`: a person says so, and what is usual for the account does not speak against it.
    """

    confidence: float
    why: str
    slugs: tuple[str, ...] = ()
    said: bool = False


#: Outcomes of a receipt after which the tenant may have been changed.
_CHANGED = ("applied", "unverified", "intended")


@dataclass(frozen=True, slots=True)
class Change:
    """One change the kit made: when it was sent, and to what."""

    time: datetime
    target: str


@dataclass(frozen=True, slots=True)
class Responder:
    """How the kit's own traces are told from everybody else's: what it changed, with which app and requests."""

    app_ids: frozenset[str] = frozenset()
    request_ids: frozenset[str] = frozenset()
    changes: tuple[Change, ...] = ()

    @classmethod
    def from_receipts(cls, receipts: Iterable[dict[str, Any]]) -> Responder:
        """The responder as `receipts.jsonl` tells it; a step that was refused or held already changed nothing."""
        apps, requests, changes = set[str](), set[str](), list[Change]()
        for line in receipts:
            if line.get("outcome") not in _CHANGED:
                continue
            apps |= {str(line["app_id"]).lower()} if line.get("app_id") else set()
            requests |= {str(item).lower() for item in line.get("request_ids") or () if item}
            targets = {str(line.get("target") or ""), str((line.get("arguments") or {}).get("upn") or "")} - {""}
            changes += [Change(utc(str(line["at"])), target.lower()) for target in sorted(targets)]
        return cls(frozenset(apps), frozenset(requests), tuple(changes))


Labels = Mapping[str, Attribution]


def attackers(labels: Labels) -> list[Attribution]:
    """Every event that is called the attacker's, in order of time."""
    found = [label for label in labels.values() if label.label is Label.ATTACKER]
    return sorted(found, key=lambda label: (label.time, label.event_id))


def entry_time(labels: Labels) -> datetime | None:
    """The attacker's first own act; mail that came in does not count, nor a trace of mail, which may be forged."""
    return min((label.time for label in attackers(labels) if label.source != "message_trace"), default=None)


def subjects_of(engine: Engine) -> tuple[str, ...]:
    """The accounts under investigation, lower case."""
    return tuple(row["upn"].lower() for row in engine.rows("SELECT upn FROM subjects ORDER BY upn"))


def accepted_domains(engine: Engine) -> frozenset[str]:
    """The organisation's own mail domains, lower case."""
    return frozenset(row["domain"].lower() for row in engine.rows("SELECT domain FROM accepted_domains"))


def domain_of(address: str | None) -> str:
    """The part after the last @, lower case; "" when there is none."""
    _, at, domain = (address or "").rpartition("@")
    return domain.lower().strip(" >.") if at else ""


def aware(value: datetime | None) -> datetime | None:
    """The engine's naive UTC times as aware ones."""
    return None if value is None else utc(value)


def moment(value: datetime | None) -> str:
    """A time for people, to the minute, UTC."""
    return "an unknown time" if value is None else f"{utc(value):%Y-%m-%d %H:%M} UTC"


def _shown(char: str) -> str:
    return " " if char.isspace() else f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"


def short(value: str, length: int = 80) -> str:
    """A text of evidence cut to fit a sentence; what cannot be seen is written as \\uXXXX, line breaks as blanks."""
    flat = " ".join("".join(char if char.isprintable() else _shown(char) for char in value).split())
    if len(flat) <= length:
        return flat
    cut = flat[: length - 1]
    words, blank, rest = cut.rpartition(" ")
    return f"{words if blank and len(rest) < 20 else cut}…"  # at a word, unless one word fills the end
