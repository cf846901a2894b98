"""A small incident out of plain rows: three weeks of one person's normal, and an intruder in the middle of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tables import SUBJECT, T0, event, make_case, sign_in

from o365nb import detections
from o365nb.analysis.attribution import attribute
from o365nb.analysis.base import Responder, Seed
from o365nb.engine import Engine
from o365nb.model import Label, Severity, utc

HOME, OFFICE = "203.0.113.10", "203.0.113.77"
EVIL, EVIL2 = "198.51.100.7", "198.51.100.99"
LAPTOP = "0d0d0d0d-0000-4000-8000-000000000001"
THEIRS = "aaaaaaaa-0000-4000-8000-00000000000a"
NOW = utc(T0)
MINE = "bbbbbbbb-0000-4000-8000-00000000000b"
KIT = "axios/1.7.2"

#: An event from the intruder's server.
INTRUDER: dict[str, Any] = {
    "client_ip": EVIL,
    "country": "NL",
    "asn": 64666,
    "as_org": "Swiftbyte VPS",
    "network_kind": "hosting",
}
STOLEN: dict[str, Any] = {**INTRUDER, "session_id": THEIRS, "device_id": None, "device_managed": False}


def at(**after: float) -> str:
    """A time after the intruder's first sign-in (before, where negative)."""
    return (utc(T0) + timedelta(**after)).isoformat()


def normal(days: int = 20, person: str = SUBJECT) -> list[dict[str, Any]]:
    """Two events a day from home: a sign-in on the managed laptop and a mail read in its session."""
    rows = []
    for day in range(1, days + 1):
        shared = {"actor": person, "client_ip": HOME, "session_id": f"session of day {day} of {person}"}
        rows.append(sign_in(**shared, time=at(days=-day), event_id=f"sign-in {person} {day}"))
        rows.append(
            event(
                **shared, operation="MailItemsAccessed", time=at(days=-day, minutes=5), event_id=f"read {person} {day}"
            )
        )
    return rows


def entry(**given: Any) -> dict[str, Any]:
    """The intruder's first sign-in: the event that the tests seed."""
    return sign_in(**{**STOLEN, "event_id": "entry", **given})


SEED = {"entry": Seed(0.95, "One session on two networks", ("ia-aitm-session-split",))}


def labels(
    root: Any,
    events: list[dict[str, Any]],
    seeds: dict[str, Seed] | None = None,
    responder: Responder | None = None,
    **tables: Any,
) -> dict[str, Any]:
    """Event id → attribution, over a case made of these events."""
    with Engine(make_case(root, events=events, **tables)) as engine:
        return attribute(engine, SEED if seeds is None else seeds, responder)


def only(found: dict[str, Any], label: Label) -> set[str]:
    """The events with one label."""
    return {key for key, one in found.items() if one.label is label}


@dataclass(frozen=True)
class Hit:
    """A detection's hit, as the analysis needs it."""

    slug: str
    evidence: tuple[str, ...]
    subject: str = SUBJECT
    summary: str = "something was seen"
    confidence: float = 0.8
    first: datetime | None = NOW
    last: datetime | None = NOW
    size: int = 0


@dataclass(frozen=True)
class Fact:
    """A detection's facts, as the analysis needs them."""

    slug: str
    severity: Severity
    seed: float = 0.0
    title: str = "Something bad."
    attack: tuple[str, ...] = ("T1078",)
    respond: tuple[str, ...] = ()
    everyday: bool = False
    by_habit: bool = False


def facts(**severities: str) -> dict[str, Fact]:
    """facts(ia_spray="high") → {"ia-spray": Fact}; a seed may follow: "high 0.9"."""
    found = {}
    for name, said in severities.items():
        severity, _, seed = said.partition(" ")
        slug = name.replace("_", "-")
        real = detections.facts().get(slug)
        kind = {"everyday": real.everyday, "by_habit": real.by_habit} if real else {}
        found[slug] = Fact(slug, Severity(severity), float(seed or 0), **kind)
    return found
