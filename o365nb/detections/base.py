"""What a detection is: declarative facts and one query. Detections do no I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from o365nb.model import Severity

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing a detection found, before anybody knows whose it was."""

    slug: str
    subject: str
    evidence: tuple[str, ...]
    first: datetime | None
    last: datetime | None
    summary: str
    confidence: float
    size: int = 0  # how many things it is about, where the detection counts them


@dataclass(frozen=True, slots=True)
class Detection:
    """One detection. `needs` are ledger sources (`sign_in`, `ual/Exchange`, `inbox_rules.hidden`, ...).

    Inside `needs`, "a|b" means that either will do, "everyone:a" that the subject's own log is not enough, and
    "several:a" that it must have been read of more than one account.
    `seed` is how surely the evidence events are the attacker's own (0: they are not taken as a start for attribution).
    `confidence` is the second factor of a finding's score, 0.3 to 1. `everyday`: an honest traveller makes such hits
    too, by reading mail in a hotel, switching a VPN on or answering that one is away; together they prove a place, not
    a thief, so all of them count as one. `by_habit`: what somebody does out of habit explains the hit; so it does for
    everyday ones.
    """

    slug: str
    title: str
    severity: Severity
    attack: tuple[str, ...]
    needs: tuple[str, ...]
    benign: str
    misses: str
    respond: tuple[str, ...]
    confidence: float
    seed: float
    query: Callable[[], str]
    refine: Callable[[Rows], Rows] | None = None
    everyday: bool = False
    by_habit: bool = False


REGISTRY: dict[str, Detection] = {}
#: Before a source in `needs`: it must have been read for the whole tenant, because other accounts are compared.
EVERYONE = "everyone:"
#: Before a source of state: it must have been read of at least two accounts, because these are compared.
SEVERAL = "several:"


def in_words(need: str) -> str:
    """A need as people read it."""
    return need.replace("|", " or ").replace(EVERYONE, "everybody's ").replace(SEVERAL, "several accounts' ")


def detection(
    *,
    slug: str,
    severity: str,
    attack: list[str],
    needs: list[str],
    benign: str,
    misses: str,
    respond: list[str] | None = None,
    confidence: float = 0.8,
    seed: float = 0.0,
    refine: Callable[[Rows], Rows] | None = None,
    everyday: bool = False,
    by_habit: bool = False,
) -> Callable[[Callable[[], str]], Detection]:
    """Register a function returning SQL as a detection; its docstring's first line is the title.

    The query gives one row per piece of evidence: `subject`, `evidence` (event_id or state key), `time`
    (NULL for state), `summary`, and optionally `object` (rows with equal subject and object are one
    finding; default: the summary), `confidence` and `size`. `refine` is a small Python step over those rows for
    what SQL cannot say (text heuristics).
    """

    def register(query: Callable[[], str]) -> Detection:
        made = Detection(
            slug,
            (query.__doc__ or slug).strip().splitlines()[0],
            Severity(severity),
            tuple(attack),
            tuple(needs),
            benign,
            misses,
            tuple(respond or ()),
            confidence,
            seed,
            query,
            refine,
            everyday,
            by_habit or everyday,
        )
        if slug in REGISTRY:
            raise ValueError(f"two detections are called {slug}")
        REGISTRY[slug] = made
        return made

    return register
