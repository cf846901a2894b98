"""What the analyst's corrections mean for this case: for events, for objects, and for what detections cite."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from o365nb.analysis.base import Seed, short
from o365nb.analysis.corrections import FILE, Correction
from o365nb.analysis.reconcile import Origin
from o365nb.analysis.seeds import PLACES
from o365nb.analysis.trail import Event
from o365nb.engine import Engine
from o365nb.model import CaseVerdict, Label, Persistence
from o365nb.text import plural

#: Somebody who looked and knows is surer than any trace, and may still be wrong.
SURE_SAID = 0.99
#: Of an address or application that many use: their own, unless a trace says otherwise.
SHARED_SAID = 0.9
_LABELS = {"user": Label.USER, "ours": Label.USER, "attacker": Label.ATTACKER, "responder": Label.RESPONDER}
#: What many people use: it excuses itself, not what an intruder does by it.
_SHARED = {("address", "ours"), ("app", "ours"), ("app", "user")}
#: Where the objects of a kind stand, and by which columns they are named.
_NAMED = {
    "rule": (("inbox_rules", ("name", "rule_id")),),
    "device": (("devices", ("device_id", "object_id")), ("auth_methods", ("device_tag",))),
    "app": (("oauth_grants", ("app_id", "client_id")),),
}


class Rulings:
    """The corrections of a case beside its events. The nearest to an event counts: itself, its session, its rule,
    the object that it made, its device, its application, its address."""

    def __init__(self, engine: Engine, corrections: Iterable[Correction], events: Iterable[Event]) -> None:
        self.corrections = tuple(corrections)
        self._engine = engine
        self._known: dict[str, Correction | None] = {}
        self._addresses = [(one, network) for one in self.corrections if (network := one.network)]
        self._addresses.sort(key=lambda pair: -pair[1].prefixlen)
        self._named: dict[tuple[str, str], list[Correction]] = {}
        for one in self.corrections:
            self._named.setdefault((one.what, one.value), []).append(one)
        self._made: dict[str, Correction] = {}
        self._about = self._rule_changes()
        self._events = {event.event_id: event for event in events} if self.corrections else {}

    def __bool__(self) -> bool:
        return bool(self.corrections)

    def of(self, event: Event) -> Correction | None:
        """The correction that is nearest to an event; None when none speaks of it."""
        if not self.corrections:
            return None
        if event.event_id not in self._known:
            self._known[event.event_id] = self._nearest(event)
        return self._known[event.event_id]

    def _nearest(self, event: Event) -> Correction | None:
        told = (
            ("event", (event.event_id.lower(),)),
            ("session", (event.session_id,)),
            ("rule", self._about.get(event.event_id, ())),
        )
        for what, values in told:
            if found := self._find(what, values, event):
                return found
        if made := self._made.get(event.event_id):
            return made
        found = self._find("device", (event.device_id,), event) or self._find("app", (event.app_id,), event)
        # Who uses what many use, the address tells.
        place = self._place(event) if event.client_ip and event.source != "message_trace" else None
        return place if place and (not found or _shared(found)) else found

    def settled(self, label: Label) -> dict[str, Correction]:
        """Event id → the correction that leaves no doubt that its owner is this one."""
        return {
            key: one
            for key, event in self._events.items()
            if (one := self.of(event)) and not _shared(one) and _LABELS[one.whose] is label
        }

    @cached_property
    def networks(self) -> frozenset[str]:
        """The networks that no longer lead from one event to another, because somebody knows whose they are."""
        return frozenset(
            event.network
            for event in self._events.values()
            if event.network and (one := self._place(event)) and one.whose != "attacker"
        )

    def own(self, event: Event) -> tuple[float, str] | None:
        """How surely an event is the user's own by the analyst's word, and the word; None where there is none."""
        one = self.of(event)
        if one is None or _LABELS[one.whose] is not Label.USER:
            return None
        return (SHARED_SAID if _shared(one) else SURE_SAID), one.said()

    def spares(self, event: Event, slug: str, *, everyday: bool) -> bool:
        """Whether a detection's hit on the event is explained: what remains of it points at no attacker.

        `everyday`: the detection is one that honest people set off.
        """
        one = self.of(event)
        if one is None or one.whose == "attacker":
            return False
        if not _shared(one):
            return True
        return everyday or slug in PLACES if one.what == "address" else slug.startswith("pe-oauth")

    def excuses(self, event_id: str, slug: str, *, everyday: bool) -> bool:
        """`spares` for an event by its id; what is no event of the case is not excused."""
        event = self._events.get(event_id)
        return event is not None and self.spares(event, slug, everyday=everyday)

    def seeds(self) -> dict[str, Seed]:
        """The events that the analyst calls the attacker's: they start a closure whatever is usual."""
        return {
            key: Seed(SURE_SAID, one.said(), said=True, slugs=("pe-oauth",) if one.what == "app" else ())
            for key, one in self.settled(Label.ATTACKER).items()
        }

    def origins(self, found: Mapping[str, Origin]) -> dict[str, Origin]:
        """The origins of objects with the analyst's word on them in place of what was worked out."""
        made = dict(found)
        for key, one in self._objects.items():
            was = found.get(key) or Origin(Label.UNKNOWN, "")
            made[key] = Origin(_LABELS[one.whose], one.said(), was.created, was.events)
        return made

    def learn(self, found: Mapping[str, Origin]) -> bool:
        """Take over the events that made corrected objects; True when that says something new of an event."""
        before = len(self._made)
        for key, one in self._objects.items():
            for event in found[key].events if key in found else ():
                known = self._events.get(event)
                if known and self.of(known) is None:
                    self._made[event] = one
        self._known.clear()
        return len(self._made) > before

    def items(self, kept: Iterable[Persistence], standing: Iterable[str]) -> list[Persistence]:
        """The inventory with the analyst's verdict where there is one; what does not stand is not to be removed."""
        stands = set(standing)
        return [self._item(item, stands) for item in kept]

    def mention(self, verdict: CaseVerdict, objects: Iterable[str]) -> CaseVerdict:
        """The verdict, saying that corrections were followed, and which of them speak of nothing in the case.

        `objects` are the keys of everything that stands or is in the inventory.
        """
        if not self.corrections:
            return verdict
        met = {one for event in self._events.values() if (one := self.of(event))}
        met |= {one for key in objects if (one := self._objects.get(key))}
        people = ", ".join(sorted({short(one.by, 60) for one in self.corrections}))
        said = [f"Followed: {plural(len(met), 'correction')} by {people}."] if met else []
        if idle := [str(one.line) for one in self.corrections if one not in met]:
            said.append(f"Nothing in the case is what {FILE} names in line {', '.join(idle)}.")
        return replace(verdict, because=(*verdict.because, *said))

    def _item(self, item: Persistence, standing: set[str]) -> Persistence:
        one = self._objects.get(item.id)
        if one is None or one.whose == "responder":
            return item
        verdict = _LABELS[one.whose]
        because = f"{one.said()}."
        remove = verdict is Label.ATTACKER and (item.id in standing or item.remove)
        return replace(item, verdict=verdict, because=because[:1].upper() + because[1:], remove=remove)

    @cached_property
    def _objects(self) -> dict[str, Correction]:
        """Key of a state row → the correction that speaks of it."""
        found: dict[str, Correction] = {}
        for what, places in _NAMED.items():
            if not any(one.what == what for one in self.corrections):
                continue
            for table, columns in places:
                names = ", ".join(columns)
                for row in self._engine.rows(f"SELECT key, lower(owner) AS owner, {names} FROM {table} ORDER BY key"):
                    for column in columns:
                        if one := self._one(what, _written(what, row[column]), row["owner"] or ""):
                            found.setdefault(row["key"], one)
        found.update({one.value: one for one in self.corrections if one.what == "object"})
        return found

    def _rule_changes(self) -> dict[str, tuple[str, ...]]:
        """Event id → by what the rule is known that the event is about."""
        if not any(one.what == "rule" for one in self.corrections):
            return {}
        rows = self._engine.rows("SELECT event_id, name, rule_id FROM rule_changes")
        return {row["event_id"]: (_written("rule", row["name"]), _written("rule", row["rule_id"])) for row in rows}

    def _find(self, what: str, values: Iterable[str], event: Event) -> Correction | None:
        people = {event.actor, event.mailbox_owner}
        for value in values:
            for one in self._named.get((what, value), ()):
                if value and (not one.account or one.account in people):
                    return one
        return None

    def _one(self, what: str, value: str, owner: str) -> Correction | None:
        told = self._named.get((what, value), ()) if value else ()
        return next((one for one in told if one.account in ("", owner)), None)

    def _place(self, event: Event) -> Correction | None:
        for one, network in self._addresses:
            if (not one.account or one.account == event.actor) and _inside(event.client_ip, network):
                return one
        return None


def _inside(client_ip: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(client_ip) in network
    except ValueError:
        return False


def _shared(one: Correction) -> bool:
    return (one.what, one.whose) in _SHARED


def _written(what: str, value: str | None) -> str:
    """A name as a correction writes it."""
    flat = " ".join((value or "").split())
    return flat if what == "rule" else flat.lower()
