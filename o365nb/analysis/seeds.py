"""Where attribution starts: events that a strong detection calls the attacker's own.

Without one, several independent weaker hits that meet on one unfamiliar address or session will do, with a
lower confidence. Geography alone never will: people travel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from o365nb.analysis.base import Facts, HitLike, Hits, Seed, short
from o365nb.analysis.habits import habitual
from o365nb.analysis.trail import Event, Trace, index
from o365nb.model import Severity

#: Evidence as strong as this starts a closure.
STRONG = 0.75
#: The most that several weak hits together are worth: alone, and where a strong one proves an incident already.
WEAK_CEILING, WEAK_CEILING_BESIDE = 0.65, 0.72
#: Where they run through three phases of an attack, from one unfamiliar place: chance does not tell such a story.
WEAK_CEILING_CHAIN = 0.85
#: Hits about mail that came in: they mark the lure, not an act on the account.
LURES = {"ia-phish-delivered": 0.75, "im-lookalike-domain": 0.8, "im-invoice-fraud": 0.8}
#: Hits about mail that came from outside whatever name it bears, the subject's own too.
FORGED = {"ia-spoof-not-compromise": 0.8}
#: What counts without anybody having used the account: somebody writes under a name that is not theirs.
_IMITATIONS = {"im-lookalike-domain", "im-invoice-fraud", *FORGED}
#: Hits about strangers who wrote in a chat: lures too, but among events of nobody in the case.
_CHATS = {"la-teams-phish": 0.8}
#: Guesses at the subject's password: the attacker's own acts, but only beside a guess that was right.
GUESSES, RIGHT_GUESS = {"ia-spray": 0.8}, "ia-spray-hit"
#: Hits that an address explains when somebody knows whose it is, beside those that honest people make every day.
PLACES = frozenset({"ia-aitm-session-split", "ia-session-stolen"})
_WEIGHT = {
    Severity.INFO: 0.0,
    Severity.LOW: 0.15,
    Severity.MEDIUM: 0.35,
    Severity.HIGH: 0.5,
    Severity.CRITICAL: 0.6,
}


@dataclass(slots=True)
class _Gathered:
    """What speaks for one event, address or session: the weight by detection, and the events.

    `everyday`: detections that an honest person sets off too; all of them count as one.
    """

    everyday: frozenset[str]
    weights: dict[str, float] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)

    @property
    def together(self) -> float:
        """Independent pieces of evidence combined: one minus the chance that all are wrong."""
        doubt = 1.0
        places = [weight for slug, weight in self.weights.items() if slug in self.everyday]
        others = [weight for slug, weight in self.weights.items() if slug not in self.everyday]
        for weight in [*others, max(places, default=0.0)]:
            doubt *= 1 - weight
        return 1 - doubt

    @property
    def telling(self) -> frozenset[str]:
        """The detections that an honest person does not set off."""
        return frozenset(self.weights) - self.everyday


def choose_seeds(
    events: Iterable[Event], subjects: Iterable[str], hits: Hits, facts: Facts, said: Mapping[str, Seed] | None = None
) -> dict[str, Seed]:
    """Event id → seed, those that a person `said` among them. Empty when nothing points at an attacker's own event.

    A phishing mail alone makes nobody a victim: lures count beside other seeds, or for an imitated name.
    """
    events, hits = list(events), list(hits)
    usual = habitual(events, hits, facts)
    by_id = {event.event_id: event for event in events}
    mail = {event.event_id for event in events if inbound(event, frozenset(subjects))}
    hit = {one.subject for one in hits if one.slug == RIGHT_GUESS}
    seeds = {
        **_strong([one for one in hits if one.slug not in GUESSES or one.subject in hit], facts, mail, usual),
        **(said or {}),
    }
    incident = any(key not in by_id or by_id[key].source != "message_trace" for key in seeds)
    weak = _weak(events, hits, facts, by_id, usual, WEAK_CEILING_BESIDE if incident else WEAK_CEILING)
    if incident or weak:
        return {**_chats(hits, facts), **weak, **seeds}
    return {key: seed for key, seed in seeds.items() if _IMITATIONS.intersection(seed.slugs)}


def inbound(event: Event, subjects: frozenset[str]) -> bool:
    """A delivery to a subject: somebody else's act."""
    return event.source == "message_trace" and event.actor not in subjects


def _strong(hits: list[HitLike], facts: Facts, mail: set[str], usual: set[str]) -> dict[str, Seed]:
    gathered: dict[str, _Gathered] = {}
    everyday = _everyday(facts)
    for hit in hits:
        fact = facts.get(hit.slug)
        excused = usual if fact and fact.by_habit else ()
        for key in (key for key in hit.evidence if key not in excused):
            named = LURES if key in mail else GUESSES
            lure = FORGED.get(hit.slug) or named.get(hit.slug, 0.0)
            weight = max(fact.seed if fact else 0.0, lure) * min(1.0, hit.confidence / 0.6)
            if weight > 0:
                found = gathered.setdefault(key, _Gathered(everyday))
                found.weights[hit.slug] = max(weight, found.weights.get(hit.slug, 0.0))
    strong = {key: found for key, found in gathered.items() if found.together >= STRONG}
    return {key: _seed(found, facts, 0.99) for key, found in strong.items()}


def _everyday(facts: Facts) -> frozenset[str]:
    return frozenset(slug for slug, fact in facts.items() if fact.everyday)


def _chats(hits: list[HitLike], facts: Facts) -> dict[str, Seed]:
    """What strangers wrote, once it is known that somebody got in."""
    found = {key: hit.slug for hit in hits if hit.slug in _CHATS and hit.slug in facts for key in hit.evidence}
    return {key: Seed(_CHATS[slug], short(facts[slug].title.rstrip("."), 120), (slug,)) for key, slug in found.items()}


def _weak(
    events: list[Event],
    hits: list[HitLike],
    facts: Facts,
    by_id: dict[str, Event],
    usual: set[str],
    ceiling: float,
) -> dict[str, Seed]:
    gathered: dict[Trace, _Gathered] = {}
    everyday = _everyday(facts)
    for hit in hits:
        fact = facts.get(hit.slug)
        excused = usual if fact and fact.by_habit else ()
        for event in (by_id[key] for key in hit.evidence if key in by_id and key not in excused):
            if fact is None or event.device_managed:
                continue
            for trace in (("address", event.network), ("session", event.session_id)):
                if trace[1]:
                    found = gathered.setdefault(trace, _Gathered(everyday))
                    weight = max(_WEIGHT[fact.severity], fact.seed) * hit.confidence
                    found.weights[hit.slug] = max(weight, found.weights.get(hit.slug, 0.0))
                    found.events[event.event_id] = event
    traced = index(events)
    seeds: dict[str, Seed] = {}
    for trace, found in gathered.items():
        if _enough(found) and _unfamiliar(found, traced.get(trace, [])):
            most = WEAK_CEILING_CHAIN if _chain(found) else ceiling
            seeds.update(dict.fromkeys(found.events, _seed(found, facts, most)))
    return seeds


def _enough(found: _Gathered) -> bool:
    phases = {slug.partition("-")[0] for slug in found.weights}
    return found.together >= 0.5 and bool(found.telling) and (len(phases) >= 2 or len(found.telling) >= 3)


def _chain(found: _Gathered) -> bool:
    """Whether telling hits themselves, everyday ones left out, stand for two phases and the rest for a third."""
    telling = {slug.partition("-")[0] for slug in found.telling}
    return len(telling) >= 2 and len({slug.partition("-")[0] for slug in found.weights}) >= 3


def _unfamiliar(found: _Gathered, sharing: list[Event]) -> bool:
    """Nobody of the case used the address or session on two days before the first hit on it."""
    first = min(event.time for event in found.events.values())
    before = {(event.actor, event.time.date()) for event in sharing if event.time < first and event.result != "failure"}
    return len(before) < 2 and not any(event.device_managed for event in sharing)


def _seed(found: _Gathered, facts: Facts, ceiling: float) -> Seed:
    slugs = sorted(found.weights, key=lambda slug: -found.weights[slug])
    titles = [short(facts[slug].title.rstrip("."), 120) if slug in facts else slug for slug in slugs[:3]]
    return Seed(min(ceiling, found.together), "; ".join(titles), tuple(slugs))
