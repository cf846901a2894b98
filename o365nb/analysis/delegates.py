"""What colleagues did in somebody's account: measured against the colleague's own habits, and named.

A detection of unfamiliar hands knows the owner's hand only. Whoever works in another's mailbox by right has a hand of
their own; where attribution knows it, nothing unfamiliar happened. Whether that colleague may read there is another
question, which the detections of rights and of new readers ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from o365nb.analysis.base import Labels, short
from o365nb.model import Context, Finding, Label
from o365nb.text import plural

#: Detections of an unfamiliar hand in the mailbox.
UNFAMILIAR = ("co-mia-", "co-mail-", "co-attachment")
#: Detections of somebody who only lately reads there, or was only now let in.
NEW_READERS = ("co-nonowner", "pe-delegate")
_NAMED = 3


def by_colleagues(finding: Finding, labels: Labels) -> bool:
    """Whether all of it was done by known people other than the account's owner: open, but nobody's break-in."""
    known = [labels[key] for key in finding.evidence if key in labels]
    return len(known) == len(finding.evidence) > 0 and all(
        label.label is Label.USER and label.actor != finding.subject for label in known
    )


def told(finding: Finding, judged: Iterable[Finding], labels: Labels, weights: Mapping[str, float]) -> Finding:
    """A finding of an unfamiliar hand that is a colleague's known one: the colleague named, and excused who is not new
    there. `weights`: slug → the weight of its severity."""
    if not finding.slug.startswith(UNFAMILIAR) or not by_colleagues(finding, labels):
        return finding
    readers = {labels[key].actor for key in finding.evidence}
    named = all(reader in finding.summary for reader in readers)
    who = "" if named else f"; it was {_listed(readers)}, not the owner"
    said = replace(finding, summary=f"{finding.summary.rstrip('.')}{who}")
    if finding.context is not Context.UNKNOWN or readers & _new(finding.subject, judged, labels):
        return said
    score = round(weights[finding.slug] * finding.confidence * Context.NO.factor, 2)
    return replace(said, context=Context.NO, score=score)


def _new(subject: str, judged: Iterable[Finding], labels: Labels) -> set[str]:
    """Who only lately reads in an account, by what is open about it; everybody where only a right is new."""
    open_ = [
        one
        for one in judged
        if one.subject == subject and one.slug.startswith(NEW_READERS) and one.context is not Context.NO
    ]
    cited = {labels[key].actor for one in open_ for key in one.evidence if key in labels}
    rights = any(one.slug.startswith("pe-delegate") for one in open_)
    return cited | ({label.actor for label in labels.values()} if rights else set())


def _listed(people: Iterable[str]) -> str:
    known = sorted(people)
    more = f" and {plural(len(known) - _NAMED, 'more colleague')}" if len(known) > _NAMED else ""
    return ", ".join(short(one, 80) for one in known[:_NAMED]) + more
