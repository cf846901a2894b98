"""What somebody read on the way, told once: a journey is one question, not one for every hotel and every day.

Only where nobody knows whose hand it was. What is an attacker's stays apart, place by place and session by session.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import chain

from o365nb.analysis.base import HitLike, Labels, moment
from o365nb.analysis.delegates import by_colleagues
from o365nb.model import Context, Finding, Severity
from o365nb.text import plural

#: The detection of single mails opened by an unfamiliar hand.
OPENED = "co-mia-bind"
#: After so long a pause another journey begins.
PAUSE = timedelta(days=3)
#: Fewer opened mails than this are a look into the mailbox, as everybody takes in a café: asked about, not grave.
FEW = 5


def by_journey(judged: Iterable[Finding], hits: Iterable[HitLike], labels: Labels) -> list[Finding]:
    """The findings; those of opened mail whose reader is unknown are one for each journey, and medium where few.

    `hits` say of how many mails a finding is; where one does not count, nothing is taken for few.
    """
    sizes = {(hit.subject, hit.evidence): hit.size for hit in hits if hit.slug == OPENED}
    judged = list(judged)
    open_ = [one for one in judged if _open(one, labels)]
    rest = [one for one in judged if one not in open_]
    return [*rest, *(_one(journey, sizes) for journey in _journeys(open_))]


def _open(finding: Finding, labels: Labels) -> bool:
    asked = finding.slug == OPENED and finding.context is Context.UNKNOWN
    return asked and finding.first is not None and not by_colleagues(finding, labels)


def _journeys(found: list[Finding]) -> Iterator[list[Finding]]:
    """The findings of one account that follow each other without a long pause, in the order of time."""
    journey: list[Finding] = []
    for finding in sorted(found, key=lambda one: (one.subject, str(one.first), one.evidence)):
        if journey and not _goes_on(journey, finding):
            yield journey
            journey = []
        journey.append(finding)
    if journey:
        yield journey


def _goes_on(journey: list[Finding], finding: Finding) -> bool:
    left = max((one.last for one in journey if one.last), default=None)
    near = left is not None and finding.first is not None and finding.first - left <= PAUSE
    return near and journey[0].subject == finding.subject


def _one(journey: list[Finding], sizes: dict[tuple[str, tuple[str, ...]], int]) -> Finding:
    first, mails = journey[0], [sizes.get((one.subject, one.evidence), 0) for one in journey]
    severity = Severity.MEDIUM if all(mails) and sum(mails) < FEW else first.severity
    last = max((one.last for one in journey if one.last), default=first.last)
    sure = max(one.confidence for one in journey)
    more = f"; {plural(len(journey) - 1, 'more place or session', 'more places or sessions')} until {moment(last)}"
    return replace(
        first,
        severity=severity,
        last=last,
        confidence=sure,
        score=round(severity.weight * sure * first.context.factor, 2),
        evidence=tuple(dict.fromkeys(chain.from_iterable(one.evidence for one in journey))),
        summary=first.summary + (more if len(journey) > 1 else ""),
    )
