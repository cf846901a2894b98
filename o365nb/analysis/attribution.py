"""Whose event was it? Every event of the subjects gets a label and a reason that a person can check."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from o365nb.analysis.base import Responder, Seed, accepted_domains, moment, short, subjects_of
from o365nb.analysis.baseline import Baseline, build, shared_networks
from o365nb.analysis.closure import BACK, Claim, Ground, bursts, close, seeded, turns
from o365nb.analysis.neighbours import baselines_of, claims_on_others, object_traces
from o365nb.analysis.rulings import SURE_SAID, Rulings
from o365nb.analysis.seeds import STRONG, inbound
from o365nb.analysis.trail import SIGN_INS, Event, load, of_subjects
from o365nb.engine import Engine
from o365nb.model import Attribution, Label
from o365nb.text import plural

_SYSTEM = ("system", "service_principal")
_NEAR = timedelta(hours=1)
_COPIED = "the session or device that would vouch for it was in use at its usual place at the time"
_NEVER = datetime.max.replace(tzinfo=UTC)


def attribute(
    engine: Engine, seeds: Mapping[str, Seed], responder: Responder | None = None,
    events: list[Event] | None = None, rulings: Rulings | None = None, copied: frozenset[str] = frozenset(),
) -> dict[str, Attribution]:  # fmt: skip
    """Event id → label, for every event of the subjects and every attacker's event of anyone.

    `events` are those of `trail.of_subjects`, when the caller has them already; `rulings` the analyst's word on them.
    `copied`: ids of events for which neither session nor device vouches, being in use elsewhere at the time.
    """
    events = of_subjects(engine) if events is None else events
    subjects = frozenset(subjects_of(engine))
    kit = responder or Responder()
    rulings = rulings or Rulings(engine, (), ())
    kits = {event.event_id: why for event in events if (why := _by_kit(event, kit, subjects))}
    kits.update({key: one.said() for key, one in rulings.settled(Label.RESPONDER).items()})
    own = rulings.settled(Label.USER)
    theirs = [event for event in events if event.event_id not in kits]
    ground, held = _ground(engine, theirs, seeds, subjects, rulings.networks)
    claims = _claims([event for event in theirs if event.event_id not in own], held, ground)
    claims.update(_elsewhere(engine, seeds, {event.event_id for event in events}, rulings))
    if claims:
        claims.update(claims_on_others(engine, claims, ground))
    judge = _Judge(ground, claims, theirs, rulings, copied)
    labels = {
        claim.event.event_id: _label(claim.event, Label.ATTACKER, claim.confidence, claim.because)
        for claim in claims.values()
    }
    for event in events:
        if event.event_id in kits:
            labels[event.event_id] = _label(event, Label.RESPONDER, 0.95, kits[event.event_id])
        elif event.event_id in own:
            labels[event.event_id] = _label(event, Label.USER, SURE_SAID, own[event.event_id].said())
        elif event.event_id not in labels:
            labels[event.event_id] = judge.label(event)
    return labels


def _claims(events: list[Event], seeds: Mapping[str, Seed], ground: Ground) -> dict[str, Claim]:
    """The closure of the strong seeds, then that of the weak ones among what is left."""
    claims: dict[str, Claim] = {}
    for strong in (True, False):
        some = {key: seed for key, seed in seeds.items() if (seed.confidence >= STRONG) is strong and key not in claims}
        if some:
            left = [event for event in events if event.event_id not in claims]
            claims.update(close(left, some, ground))
            claims.update(bursts(events, claims, ground.subjects))
    claims.update(turns(events, claims, ground))
    return claims


def _ground(
    engine: Engine, events: list[Event], seeds: Mapping[str, Seed], subjects: frozenset[str], known: frozenset[str]
) -> tuple[Ground, dict[str, Seed]]:
    """The world around the events, and the seeds that stand: one on the person's own device or address falls."""
    by_id = {event.event_id: event for event in events}
    held = {key: seed for key, seed in seeds.items() if key in by_id}
    others = {event.actor for event in events if event.actor not in subjects and event.source != "message_trace"}
    baselines: dict[str, Baseline] = {}
    first: datetime | None = None
    for _ in range(2):  # the second time without the seeds that fell, so that normal reaches up to the first true one
        acts = [by_id[key].time for key in held if by_id[key].source != "message_trace"]
        first = min(acts, default=None)
        baselines = {person: build(person, events, first) for person in subjects}
        held = {key: seed for key, seed in held.items() if seed.said or _stands(by_id[key], baselines)}
    baselines |= baselines_of(engine, others, first)
    shared = shared_networks(engine, first) | known
    extra = object_traces(engine, events)
    return Ground(subjects, baselines, shared, accepted_domains(engine), first or _NEVER, extra), held


def _elsewhere(engine: Engine, seeds: Mapping[str, Seed], known: set[str], rulings: Rulings) -> dict[str, Claim]:
    """Seeds among the events of people outside the case."""
    missing = sorted(set(seeds) - known)
    if not missing:
        return {}
    engine.table("analysis_seeds", {"event_id": "VARCHAR"}, [(key,) for key in missing])
    found = load(engine, "event_id IN (SELECT event_id FROM analysis_seeds)")
    theirs = [event for event in found if not event.device_managed and rulings.own(event) is None]
    return {event.event_id: seeded(event, seeds[event.event_id]) for event in theirs}


def _stands(event: Event, baselines: Mapping[str, Baseline]) -> bool:
    normal = baselines.get(event.actor)
    return not (normal and event.source != "message_trace" and normal.protects(event))


def _by_kit(event: Event, kit: Responder, subjects: frozenset[str]) -> str:
    """Why the event is the kit's own doing; "" when it is not."""
    if event.app_id and event.app_id in kit.app_ids:
        return "done by the kit's own application"
    if event.correlation_id and event.correlation_id in kit.request_ids:
        return f"a receipt carries its request id {event.correlation_id}"
    if event.actor in subjects or event.source == "message_trace":
        return ""
    for change in kit.changes:
        late = event.time - change.time
        if (
            timedelta(minutes=-2) <= late <= timedelta(minutes=15)
            and change.target
            and change.target in event.target.lower()
        ):
            return f"a receipt says that the kit changed {short(change.target, 60)} at {moment(change.time)}"
    return ""


@dataclass(slots=True)
class _Judge:
    """Labels for what is not the attacker's."""

    ground: Ground
    claims: Mapping[str, Claim]
    rulings: Rulings
    copied: frozenset[str]
    sessions: dict[str, str]
    mails: dict[str, tuple[float, str]]
    busy: list[datetime]
    doubtful: list[datetime]

    def __init__(
        self, ground: Ground, claims: Mapping[str, Claim], events: Iterable[Event], rulings: Rulings,
        copied: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        self.ground, self.claims, self.rulings, self.copied = ground, claims, rulings, copied
        acts = (claim.event for claim in claims.values() if claim.event.source != "message_trace")
        self.busy = sorted(event.time for event in acts)
        self.sessions, self.mails = {}, {}
        attackers = {claim.event.session_id for claim in claims.values()}
        strange: list[Event] = []
        for event in events:
            if event.event_id in claims:
                continue
            if not (reason := self._usual(event)):
                if _entered(event) and event.network and event.actor in ground.subjects:
                    strange.append(event)
                continue
            if event.session_id and event.session_id not in attackers and reason[0] >= 0.8:
                self.sessions.setdefault(event.session_id, event.said())
            if event.sends and event.message_id:
                self.mails.setdefault(event.message_id, reason)
        self.doubtful = sorted(event.time for event in strange if event.session_id not in self.sessions)

    def label(self, event: Event) -> Attribution:
        if inbound(event, self.ground.subjects):
            return _label(event, Label.SYSTEM, 0.9, "a delivery to the mailbox; no detection flagged its sender")
        if event.source == "message_trace" and (sent := self.mails.get(event.message_id)):
            return _label(event, Label.USER, sent[0] * 0.95, f"the mail was sent {sent[1]}")
        if event.actor_kind in _SYSTEM:
            return _label(event, Label.SYSTEM, 0.9, f"done by the service: {short(event.actor, 80)}")
        if reason := self._usual(event):
            return _label(event, Label.USER, reason[0], reason[1])
        if event.event_id in self.copied:
            return _label(event, Label.UNKNOWN, 0.0, _COPIED)
        if said := self.sessions.get(event.session_id):
            return _label(event, Label.USER, 0.85, f"same session {short(event.session_id, 40)} as {said}")
        if reason := self._bare(event) or self._house(event):
            return _label(event, Label.USER, reason[0], reason[1])
        return _label(event, Label.UNKNOWN, 0.0, self._doubt(event))

    def _usual(self, event: Event) -> tuple[float, str] | None:
        if said := self.rulings.own(event):
            return said
        if event.event_id in self.copied:
            return None
        normal = self.ground.normal(event)
        return normal.own(event) if normal and event.source != "message_trace" else None

    def _bare(self, event: Event) -> tuple[float, str] | None:
        """The person's own by default: nothing to tell by, and neither attacker nor doubtful sign-in near in time."""
        if event.network or event.session_id or event.actor not in self.ground.subjects:
            return None
        if not self.busy:
            near = bisect_right(self.doubtful, event.time)
            if near and event.time - self.doubtful[near - 1] <= BACK:
                return None
            known = self.ground.baselines[event.actor].settled
            return (0.55, "nobody else used the account, and its habits are known") if known else None
        if event.time < self.busy[0] - BACK:
            return 0.55, f"more than a day before the attacker's first event at {moment(self.busy[0])}"
        return None

    def _house(self, event: Event) -> tuple[float, str] | None:
        """A colleague's act from an address that a subject uses every day: the office."""
        if not event.network or event.actor in self.ground.subjects:
            return None
        for person in self.ground.subjects:
            if days := self.ground.baselines[person].knows("address", event.network):
                return (
                    0.7,
                    f"by {short(event.actor, 80)} from {event.client_ip}, which {person} used on {plural(days, 'day')}",
                )
        return None

    def _doubt(self, event: Event) -> str:
        if event.network:
            return f"{event.client_ip} is neither known for {event.actor or 'this actor'} nor tied to the attacker"
        at = bisect_left(self.busy, event.time - _NEAR)
        near = at < len(self.busy) and self.busy[at] <= event.time + _NEAR
        addition = ", and the attacker was active within the hour" if near else ""
        return f"the record names no address, session or device to tell by{addition}"


def _entered(event: Event) -> bool:
    return event.result == "success" and (event.source in SIGN_INS or event.operation == "UserLoggedIn")


def _label(event: Event, label: Label, confidence: float, because: str) -> Attribution:
    operation = event.operation or event.source
    return Attribution(
        event.event_id, event.time, event.source, operation, event.actor, label, round(confidence, 3), because
    )
