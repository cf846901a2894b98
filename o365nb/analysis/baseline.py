"""What is normal for a person: the devices, addresses and programs used before the incident.

A closure that starts at an attacker's event must stop here, or one shared address makes everything the
attacker's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from o365nb.analysis.base import moment, short
from o365nb.analysis.trail import Event, Trace, network_of
from o365nb.engine import Engine
from o365nb.text import plural

#: A trace seen on so many days before the incident is the person's own.
DAYS = 2
#: Where no incident is known, nothing says which day was the last good one. A trace then has to be there before the
#: event in question, with the opening of the log (its first days), or on so many days that it is a habit anyway.
DAYS_SETTLED, OPENING = 5, 3
#: A line moves when the chance that its next address is new is at least this, by the share of addresses seen on one
#: day only (Good and Turing's estimate). Where it does not, a new address in the network is not the person's as such.
MOVES = 0.1
#: A hosting or VPN address has to prove itself longer: an intruder who stays two days also has two days.
DAYS_HOSTED = 5
_HOSTED = ("hosting", "vpn")
#: At addresses of these kinds many people meet, so that one person's computer vouches for nobody else there.
_CROWDED = (*_HOSTED, "mobile", "microsoft")
#: Sources that tell of a person what the person did not do there: mail servers' addresses, others' suspicions.
_TOLD = ("message_trace", "risk_detection", "alert")


@dataclass(slots=True)
class Baseline:
    """One person's normal. `until` is when the incident begins; nothing after it counts as normal."""

    person: str
    until: datetime | None
    days: dict[Trace, set[date]] = field(default_factory=dict)
    hosted: set[Trace] = field(default_factory=set)
    managed: set[str] = field(default_factory=set)  # device ids
    carried: dict[tuple[str, date], str] = field(default_factory=dict)  # network, day → the managed device seen there
    lines: dict[str, dict[str, set[date]]] = field(default_factory=dict)  # wider network → address → days
    rooted: set[Trace] = field(default_factory=set)  # tied to what the log opens with, where no incident is known
    opening: date | None = None  # the last day of the log's opening, where no incident is known

    def knows(self, kind: str, value: str, on: date | None = None) -> int:
        """On how many days the person used it before the incident; 0 when too few to be normal.

        `on`: the day of the event in question, which proves nothing for itself where no incident is known.
        """
        trace = (kind, value)
        days = self.days.get(trace, set())
        enough = DAYS_HOSTED if trace in self.hosted and kind in ("address", "place", "pair") else DAYS
        if len(days) < enough:
            return 0
        if self.until is None and on and self.opening and min(days) > self.opening:
            if trace not in self.rooted:
                return 0
            if len(days) < DAYS_SETTLED:
                return len(days) if sum(day < on for day in days) >= enough else 0
        return len(days)

    def moves(self, place: str) -> bool:
        """Whether the person's line in a wider network gets new addresses, so that one more is nothing unusual."""
        line = self.lines.get(place, {})
        once = sum(len(days) == 1 for days in line.values())
        return once >= MOVES * sum(map(len, line.values()))

    @property
    def settled(self) -> bool:
        """True when enough was seen to speak of habits at all."""
        return any(
            len(days) >= DAYS for (kind, _), days in self.days.items() if kind in ("address", "device", "session")
        )

    def trusts(self, event: Event) -> bool:
        """From a managed device that was there before the incident."""
        return bool(event.device_managed) and (not event.device_id or event.device_id in self.managed)

    def protects(self, event: Event) -> bool:
        """The person's own beyond doubt: no trace shared with the attacker outweighs it."""
        on = event.time.date()
        return self.trusts(event) or bool(
            (event.device_id and self.knows("device", event.device_id, on))
            or (event.network and self._vouches(event) and self._usual_client(event))
        )

    def _vouches(self, event: Event) -> int:
        """On how many days the address was used; 0 where it says nothing: many share a rented one, so there the
        session or the program must be the person's too.
        """
        on = event.time.date()
        days = self.knows("address", event.network, on)
        if ("address", event.network) not in self.hosted or self.knows("session", event.session_id, on):
            return days
        if event.os or event.browser:
            return days if self.knows("client", event.client, on) else 0
        # A rented machine that runs a script is nobody's habit: neither the person's nor surely an intruder's.
        return 0 if event.session_id or event.user_agent or event.app_id else days

    def _usual_client(self, event: Event) -> bool:
        return not event.user_agent or bool(self.knows("client", event.client, event.time.date()))

    def own(self, event: Event) -> tuple[float, str] | None:
        """How surely the event is the person's own, and why; None when nothing speaks for it."""
        if self.trusts(event):
            return 0.98, f"from the managed device {event.device_id or '(no id)'}"
        on, moves = event.time.date(), not event.place or self.moves(event.place)
        checks = (
            (0.95, "device", event.device_id, "from the device {0}"),
            (0.92, "address", event.network, "from {1}"),
            (0.85, "session", event.session_id, "in the session {0}"),
            (0.8, "pair", pair_of(event) if moves else "", "with the usual program in the usual network {0}"),
            (0.6, "place", event.place if moves else "", "from the network {0}"),
        )
        for confidence, kind, value, text in checks:
            if value and (days := self._vouches(event) if kind == "address" else self.knows(kind, value, on)):
                said = text.format(short(value, 40), event.client_ip)
                return confidence, f"{said}, used by {self.person} on {plural(days, 'day')} {self._before()}"
        # What names no session is the managed computer's that signed in from this very line on the day.
        device = "" if event.session_id else self.carried.get((event.network, on), "")
        if device in self.managed:
            return 0.75, f"from {event.client_ip}, where the managed device {device} signed in on that day"
        return None

    def _before(self) -> str:
        return f"before {moment(self.until)}" if self.until else "in the window"


def build(person: str, events: Iterable[Event], until: datetime | None) -> Baseline:
    """The normal of one person, from what the person did before `until` (None: the whole window).

    Failed sign-ins say nothing: anybody can fail to sign in.
    """
    base = Baseline(person, until)
    managed_later: set[str] = set()
    events = list(events)
    if until is None:
        active = sorted({event.time.date() for event in events if event.actor == person and event.source not in _TOLD})
        base.opening = active[:OPENING][-1] if active else None
    for event in events:
        if event.actor != person or event.result == "failure" or event.source in _TOLD:
            continue
        before = until is None or event.time < until
        if event.device_managed and event.device_id:
            (base.managed if before else managed_later).add(event.device_id)
        if before:
            _count(base, event)
    if until is None:
        _root(base, events)
    _carry(base, events)
    # A managed device that turns up only after the incident began is trusted in a known place, nowhere else.
    for event in events if managed_later - base.managed else ():
        if event.device_id in managed_later and base.knows("address", event.network):
            base.managed.add(event.device_id)
    return base


def _carry(base: Baseline, events: Iterable[Event]) -> None:
    """Note at which lines a managed computer of the person signed in, day by day."""
    for event in events:
        if event.actor != base.person or event.result == "failure" or event.network_kind in _CROWDED:
            continue
        if event.device_managed and event.device_id and event.network:
            base.carried.setdefault((event.network, event.time.date()), event.device_id)


def _root(base: Baseline, events: Iterable[Event]) -> None:
    """Find what hangs together with the habits that the log opens with, by a session, a device or an address.

    What began later and shares none of these recurs by somebody's will, but its days do not say by whose.
    """
    opening = base.opening
    if opening is None:
        return
    rooted = {trace for trace, days in base.days.items() if min(days) <= opening}
    mine = [event for event in events if event.actor == base.person and event.result != "failure"]
    for _ in range(2):  # a telephone may show by its later days at home whose it was on the way
        for event in mine:
            ties = {("session", event.session_id), ("device", event.device_id), ("address", event.network)}
            if base.trusts(event) or (ties & rooted) - base.hosted:
                rooted.update(part for part in _parts(event) if part[1])
    base.rooted = rooted


def _parts(event: Event) -> tuple[Trace, ...]:
    return (
        ("session", event.session_id),
        ("device", event.device_id),
        ("address", event.network),
        ("pair", pair_of(event)),
        ("client", event.client),
        ("place", event.place),
    )


def _count(base: Baseline, event: Event) -> None:
    day = event.time.date()
    parts = _parts(event)
    if event.place:
        base.lines.setdefault(event.place, {}).setdefault(event.network, set()).add(day)
    hosted = event.network_kind in _HOSTED and not event.device_managed
    for kind, value in parts:
        if value:
            base.days.setdefault((kind, value), set()).add(day)
            if hosted:
                base.hosted.add((kind, value))


def pair_of(event: Event) -> str:
    """Network and program family together; Microsoft's own networks with the application instead."""
    place, program = (f"AS{event.asn}", event.app_id) if event.by_microsoft else (event.place, event.client)
    return f"{place} {program}" if place and program else ""


def shared_networks(engine: Engine, before: datetime | None, others: int = 3) -> frozenset[str]:
    """Networks that at least `others` people outside the case used without failing, before the incident.

    An office, a VPN, a carrier's gateway: an attacker behind one does not make its other users attackers.
    """
    limit = "time < ?" if before else "TRUE"
    # Only the addresses of IPv6 have to be gathered into networks; of the others the crowded ones alone come here.
    sql = f"""
        WITH used AS (
            SELECT DISTINCT lower(client_ip) AS client_ip, lower(actor) AS actor FROM events
            WHERE client_ip IS NOT NULL AND result IS DISTINCT FROM 'failure' AND source <> 'message_trace'
              AND actor_kind IN ('user', 'admin', 'guest') AND lower(actor) NOT IN (SELECT upn FROM subjects)
              AND {limit}
        ),
        crowded AS (SELECT client_ip FROM used GROUP BY client_ip HAVING count(*) >= {others})
        SELECT client_ip, '' AS actor, TRUE AS crowded FROM crowded
        UNION ALL SELECT client_ip, actor, FALSE FROM used WHERE client_ip LIKE '%:%'
    """
    people: dict[str, set[str]] = {}
    shared: set[str] = set()
    for row in engine.rows(sql, [before.replace(tzinfo=None)] if before else []):
        if row["crowded"]:
            shared.add(network_of(row["client_ip"]))
        else:
            people.setdefault(network_of(row["client_ip"]), set()).add(row["actor"])
    return frozenset(shared | {network for network, actors in people.items() if len(actors) >= others})
