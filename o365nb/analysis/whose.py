"""Whose each event and object was: seeds, closure and origins, with the analyst's word on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from o365nb.analysis.attribution import attribute
from o365nb.analysis.base import Facts, HitLike, Hits, Responder
from o365nb.analysis.corrections import Correction
from o365nb.analysis.persistence_state import standing_origins
from o365nb.analysis.reconcile import Log, Origin, origins
from o365nb.analysis.rulings import Rulings
from o365nb.analysis.seeds import choose_seeds
from o365nb.analysis.trail import Event, of_subjects
from o365nb.engine import Engine
from o365nb.model import Attribution


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
        left = [_spared(hit, rulings) for hit in hits] if rulings else hits
        seeds = choose_seeds(events, subjects, left, facts, rulings.seeds())
        labels = attribute(engine, seeds, responder, events, rulings)
        found = {**origins(engine, labels), **standing_origins(engine, Log(engine, labels))}
        if not rulings.learn(found):
            return Whose(events, labels, rulings.origins(found), rulings)


def _spared(hit: HitLike, rulings: Rulings) -> HitLike:
    left = tuple(key for key in hit.evidence if not rulings.excuses(key, hit.slug))
    if len(left) == len(hit.evidence):
        return hit
    return _Spared(hit.slug, hit.subject, left, hit.first, hit.last, hit.summary, hit.confidence)
