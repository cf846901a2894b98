"""Whose each event and object was: seeds, closure and origins, with the analyst's word on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from o365nb.analysis.attribution import attribute
from o365nb.analysis.base import COPIED, Facts, HitLike, Hits, Labels, Responder, entry_time
from o365nb.analysis.corrections import Correction
from o365nb.analysis.persistence_state import standing_origins
from o365nb.analysis.reconcile import Log, Origin, origins
from o365nb.analysis.rulings import Rulings
from o365nb.analysis.seeds import choose_seeds
from o365nb.analysis.trail import Event, of_subjects
from o365nb.engine import Engine
from o365nb.model import Attribution, Label, Severity

_GRAVE = (Severity.HIGH, Severity.CRITICAL)


@dataclass(frozen=True, slots=True)
class Whose:
    """The events of the case, their labels, the origins of objects, and the corrections that were followed."""

    events: list[Event]
    labels: dict[str, Attribution]
    origins: dict[str, Origin]
    rulings: Rulings


@dataclass(frozen=True, slots=True)
class _Spared:
    """A hit without the evidence that a correction explains."""

    slug: str
    subject: str
    evidence: tuple[str, ...]
    first: datetime | None
    last: datetime | None
    summary: str
    confidence: float
    size: int


def whose(
    engine: Engine,
    subjects: tuple[str, ...],
    hits: Hits,
    facts: Facts,
    responder: Responder,
    corrections: Iterable[Correction] = (),
) -> Whose:
    """Labels and origins. An object that is corrected corrects the events that made it, so these are judged again."""
    events, hits = of_subjects(engine), list(hits)
    rulings = Rulings(engine, corrections, events)
    while True:
        left = [_spared(hit, rulings, facts) for hit in hits] if rulings else hits
        seeds = choose_seeds(events, subjects, left, facts, rulings.seeds())
        copied = frozenset(key for hit in left if hit.slug == COPIED for key in hit.evidence)
        labels = attribute(engine, seeds, responder, events, rulings, copied)
        found = {**origins(engine, labels), **standing_origins(engine, Log(engine, labels))}
        found = _doubted(found, left, facts, labels)
        if not rulings.learn(found):
            return Whose(events, labels, rulings.origins(found), rulings)


def _doubted(found: Mapping[str, Origin], hits: Iterable[HitLike], facts: Facts, labels: Labels) -> dict[str, Origin]:
    """The origins; what does an intruder's work is nobody's where no event made it.

    It may be older than the log, or the log may lack the event: silence does not make it the user's. One grave feature
    is enough in a taken account; elsewhere it takes two of one object, since people give rules odd names, too.
    """
    features: dict[str, set[str]] = {}
    for hit in hits:
        if hit.slug in facts and facts[hit.slug].severity in _GRAVE:
            for key in hit.evidence:
                features.setdefault(key, set()).add(hit.slug)
    enough = 1 if entry_time(labels) else 2
    grave = {key for key, slugs in features.items() if len(slugs) >= enough}
    return {
        key: replace(origin, label=Label.UNKNOWN, because=f"{origin.because}, or made by an event that was not logged")
        if key in grave and origin.label is Label.USER and not origin.events and origin.created is None
        else origin
        for key, origin in found.items()
    }


def _spared(hit: HitLike, rulings: Rulings, facts: Facts) -> HitLike:
    everyday = hit.slug in facts and facts[hit.slug].everyday
    left = tuple(key for key in hit.evidence if not rulings.excuses(key, hit.slug, everyday=everyday))
    if len(left) == len(hit.evidence):
        return hit
    return _Spared(hit.slug, hit.subject, left, hit.first, hit.last, hit.summary, hit.confidence, hit.size)
