"""From seeds to everything the same hand did: up to three hops over shared traces, stopping at what is normal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from o365nb.analysis.base import SURE_ENOUGH, Seed, domain_of, short
from o365nb.analysis.baseline import Baseline
from o365nb.analysis.trail import SIGN_INS, Event, Trace, network_of, traces
from o365nb.text import plural

HOPS = 3
#: How much of the confidence one shared trace carries over.
CARRIES = {
    "token": 0.98,
    "session": 0.97,
    "message": 0.96,
    "correlation": 0.95,
    "device": 0.95,
    "rule": 0.92,
    "address": 0.92,
    "app": 0.9,
    "domain": 0.9,
    "burst": 0.88,
    "pair": 0.8,
    "turn": 0.85,
}
#: Where the trace says attacker and the wider network or program says user, the trace carries less.
DOUBTED = {"session": 0.75, "token": 0.75, "correlation": 0.75, "address": 0.95}
#: From this on what speaks for the person outweighs part of a trace; a provider that thousands use does not.
TELLING = 0.7
_SAID = {
    "token": "has the same token {0} as",
    "session": "has the same session {0} as",
    "message": "is about the same mail {0} as",
    "correlation": "is in the same sign-in flow {0} as",
    "device": "is from the same unmanaged device {0} as",
    "rule": "is about the same rule ({0}) as",
    "address": "has the same address {0} as",
    "app": "is by the same malicious application {0} as",
    "domain": "is from the same sending domain {0} as",
    "pair": "has the same network and program ({0}) as",
}
#: An attacker's address does not reach further back than this before the first seed; a session does.
BACK = timedelta(days=1)
#: One flow of sign-in pages, or one change written to two logs.
FLOW = timedelta(hours=1)
#: An access token lives an hour, where the service is told of changes up to 28; a name that lasts longer is no token's.
TOKEN = timedelta(hours=28)
#: So long after an act from an address, a record that names nothing but the address is of the same hand.
TURN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Claim:
    """One event taken for the attacker's: how surely, over how many hops, and the chain of reasons."""

    event: Event
    confidence: float
    hop: int
    because: str

    def told(self) -> str:
        """This event as the reason for another."""
        return f"{self.event.said()}, which {self.because}"


def seeded(event: Event, seed: Seed) -> Claim:
    """The claim that a seed makes."""
    how = "is the attacker's own" if seed.said else "is evidence of"
    return Claim(event, seed.confidence, 0, f"{how}: {short(seed.why, 300)}")


@dataclass(slots=True)
class Ground:
    """What the closure needs to know of the world besides the events."""

    subjects: frozenset[str]
    baselines: Mapping[str, Baseline]
    shared: frozenset[str]
    own_domains: frozenset[str]
    first: datetime  # the first seed on the account itself
    extra: Mapping[str, tuple[Trace, ...]] = field(default_factory=dict)  # rules and devices, by event id

    def normal(self, event: Event) -> Baseline | None:
        return self.baselines.get(event.actor)

    def traces(self, event: Event) -> list[Trace]:
        """Every trace of the event; mail from outside has only its domain, mail of a colleague's only its id: somebody
        may have sent it in the colleague's name."""
        if event.source == "message_trace" and event.actor not in self.subjects:
            domain = domain_of(event.actor)
            if domain in self.own_domains:
                return [("message", event.message_id)] if event.message_id else []
            return [("domain", domain)] if domain else []
        found = [*traces(event), *self.extra.get(event.event_id, ())]
        if event.source == "message_trace" and event.client_ip and not event.by_microsoft:
            # From where it was handed in. It leads nowhere (see `leads_on`): it may be a relay of the whole house.
            found.append(("address", network_of(event.client_ip)))
        return found


def close(events: Iterable[Event], seeds: Mapping[str, Seed], ground: Ground) -> dict[str, Claim]:
    """Event id → claim. Breadth first, every trace expanded once: time grows with the number of events."""
    by_trace: dict[Trace, list[Event]] = {}
    claims: dict[str, Claim] = {}
    for event in events:
        for trace in ground.traces(event):
            by_trace.setdefault(trace, []).append(event)
        if seed := seeds.get(event.event_id):
            claims[event.event_id] = seeded(event, seed)
    malicious = {
        claim.event.app_id
        for claim in claims.values()
        if claim.event.app_id and any(slug.startswith("pe-oauth") for slug in seeds[claim.event.event_id].slugs)
    }
    frontier, expanded = list(claims.values()), set[Trace]()
    for hop in range(1, HOPS + 1):
        best: dict[Trace, Claim] = {}
        for claim in frontier:
            for trace in ground.traces(claim.event):
                if trace not in expanded and leads_on(trace, claim.event, ground, malicious):
                    held = best.get(trace)
                    if held is None or claim.confidence > held.confidence:
                        best[trace] = claim
        expanded.update(best)
        frontier = _reach(best, by_trace, claims, ground, hop)
    return claims


def _reach(
    best: dict[Trace, Claim], by_trace: dict[Trace, list[Event]], claims: dict[str, Claim], ground: Ground, hop: int
) -> list[Claim]:
    found: dict[str, Claim] = {}
    for trace, claim in best.items():
        for event in by_trace.get(trace, ()):
            if event.event_id not in claims and (made := join(trace, claim, event, ground, hop)):
                held = found.get(event.event_id)
                if held is None or made.confidence > held.confidence:
                    found[event.event_id] = made
    claims.update(found)
    return list(found.values())


def leads_on(trace: Trace, event: Event, ground: Ground, malicious: Iterable[str] = ()) -> bool:
    """Whether an attacker's trace may make other events the attacker's: not when it is somebody's normal."""
    kind, value = trace
    normal = ground.normal(event)
    if kind == "app":
        return value in malicious
    if kind == "address":
        return bool(event.network) and value not in ground.shared and not (normal and normal.knows("address", value))
    if kind == "pair":
        usual = normal and (normal.knows("place", event.place) or normal.knows("address", event.network))
        return not usual and event.network not in ground.shared
    if kind == "device":
        return not event.device_managed and not (normal and normal.knows("device", value))
    if kind == "session":
        return not (normal and normal.knows("session", value))
    return True


def join(trace: Trace, claim: Claim, event: Event, ground: Ground, hop: int) -> Claim | None:
    """The claim on an event that shares a trace with one already claimed; None where the trace does not hold."""
    kind, value = trace
    normal = ground.normal(event)
    carried = CARRIES[kind]
    if kind not in ("message", "domain") and normal:
        if normal.protects(event):
            return None
        if said := normal.own(event):
            if kind not in DOUBTED:
                return None
            carried *= DOUBTED[kind] if said[0] >= TELLING or kind == "address" else 1.0
    if kind in ("address", "pair") and event.time < ground.first - BACK:
        return None
    if kind == "token" and abs(event.time - claim.event.time) > TOKEN:
        return None
    if kind == "correlation" and not _one_flow(claim.event, event):
        return None
    if kind == "rule" and (event.time < claim.event.time or event.network):
        return None
    if kind == "pair" and event.actor != claim.event.actor:
        return None
    confidence = claim.confidence * carried
    if confidence < SURE_ENOUGH:
        return None
    return Claim(event, confidence, hop, f"{_SAID[kind].format(short(value, 60))} {claim.told()}")


def turns(events: Iterable[Event], claims: Mapping[str, Claim], ground: Ground) -> dict[str, Claim]:
    """Records that name an address and nothing else, where both hands use that address: whose turn it was."""
    last: dict[tuple[str, str], Event] = {}
    found: dict[str, Claim] = {}
    for event in events:
        if not event.network or event.result == "failure":
            continue
        at = (event.actor, event.network)
        if event.session_id or event.client or event.event_id in claims:
            last[at] = event
            continue
        before = last.get(at)
        if before is None or before.event_id not in claims or event.time - before.time > TURN:
            continue
        claim = claims[before.event_id]
        if claim.confidence * CARRIES["turn"] >= SURE_ENOUGH and event.actor in ground.subjects:
            because = f"names only {event.client_ip}, where just before there was {claim.told()}"
            found[event.event_id] = Claim(event, claim.confidence * CARRIES["turn"], claim.hop + 1, because)
    return found


def _one_flow(one: Event, other: Event) -> bool:
    near = abs(one.time - other.time) <= FLOW
    return near and (other.source in (*SIGN_INS, "directory_audit") or other.workload == "AzureActiveDirectory")


def bursts(events: Iterable[Event], claims: dict[str, Claim], subjects: frozenset[str]) -> dict[str, Claim]:
    """Outgoing mail without a trace of its own: one subject line in one run with mail that is the attacker's."""
    lines: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        if event.actor in subjects and (event.source == "message_trace" or event.sends) and event.message_subject:
            lines.setdefault((event.actor, event.message_subject.strip().lower()), []).append(event)
    found: dict[str, Claim] = {}
    for sent in lines.values():
        for run in _runs(sent):
            known = [claims[event.event_id] for event in run if event.event_id in claims]
            if not known or len(run) < RUN:
                continue
            best = max(known, key=lambda claim: claim.confidence)
            because = f"is one of {plural(len(run), 'mail')} with one subject line in one run with {best.told()}"
            for event in run:
                if event.event_id not in claims:
                    confidence = best.confidence * CARRIES["burst"]
                    if confidence >= SURE_ENOUGH:
                        found[event.event_id] = Claim(event, confidence, best.hop + 1, because)
    return found


#: Fewer mails with one subject line are not a mass mailing.
RUN = 10
_GAP = timedelta(minutes=15)


def _runs(sent: list[Event]) -> Iterable[list[Event]]:
    run: list[Event] = []
    for event in sent:
        if run and event.time - run[-1].time > _GAP:
            yield run
            run = []
        run.append(event)
    if run:
        yield run
