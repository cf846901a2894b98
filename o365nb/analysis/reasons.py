"""The verdict's reasons, in sentences that name findings by number and time."""

from __future__ import annotations

from datetime import datetime

from o365nb.analysis.base import Labels, attackers, entry_time, moment, short
from o365nb.model import Context, Finding, Severity, Verdict
from o365nb.text import plural

#: Contexts in which a finding is held against the attacker.
OURS = (Context.YES, Context.LIKELY)


def because(
    verdict: Verdict, found: list[Finding], labels: Labels, missing: list[str], subjects: tuple[str, ...]
) -> list[str]:
    """Why the verdict is what it is: who acted when, the weightiest findings, what was excused and what not seen."""
    said = []
    mine, entry = attackers(labels), entry_time(labels)
    if mine and entry is None:
        said.append(
            f"{plural(len(mine), 'mail')} came from outside under imitated or forged names,"
            f" {_when(mine[0].time, mine[-1].time)}. Nothing that was read shows anybody but the user in the account."
        )
    if entry:
        house = {subject.rpartition("@")[2] for subject in subjects}
        acted = {label.actor for label in mine if label.source != "message_trace" or label.actor in subjects}
        people = len({actor for actor in acted if actor.rpartition("@")[2] in house})  # not services, nor strangers
        said.append(
            f"{plural(len(mine), 'event')} of {plural(people, 'account')} could be tied to an attacker,"
            f" who acted {_when(entry, mine[-1].time)}."
        )
    told: set[str] = set()
    others = [finding for finding in found if finding.subject and finding.subject not in subjects]
    found = [finding for finding in found if finding.subject in subjects or not finding.subject]
    for finding in found:
        if finding.context in OURS and finding.severity is not Severity.INFO and finding.slug not in told:
            told.add(finding.slug)
            said.append(sentence(finding))
    if not told:
        said += [sentence(finding) for finding in found if finding.context is not Context.NO and finding.score >= 1][:3]
    said = said[:9]
    if theirs := sorted({finding.subject for finding in others if finding.context in OURS}):
        more = f" and {len(theirs) - 3:,} more" if len(theirs) > 3 else ""
        said.append(f"Findings about other accounts point to the attacker too: {', '.join(theirs[:3])}{more}.")
    excused = [finding for finding in found if finding.context is Context.NO and finding.severity is not Severity.INFO]
    if excused and verdict not in (Verdict.CONFIRMED, Verdict.PROBABLE):
        said.append(f"{plural(len(excused), 'finding')} turned out to be the user's own doing: {titles(excused)}.")
    if missing:
        said.append(f"Not seen whole: {', '.join(missing[:6])}. What happened there is not known.")
    elif not said:
        said.append("No detection found anything in the sources that were read; the coverage says which those are.")
    return said


def sentence(finding: Finding) -> str:
    """A finding in one plain sentence with its number and time."""
    when = f" ({_span(finding.first, finding.last)})" if finding.first else ""
    title = finding.title.rstrip(".")
    return f"{title}{when}: {short(finding.summary, 200).rstrip('.')} [{finding.id}, {finding.severity}]."


def _when(first: datetime, last: datetime) -> str:
    return f"at {moment(first)}" if moment(first) == moment(last) else f"from {moment(first)} to {moment(last)}"


def _span(first: datetime | None, last: datetime | None) -> str:
    if last is None or moment(last) == moment(first):
        return moment(first)
    return f"{moment(first)} to {moment(last)}"


def titles(found: list[Finding]) -> str:
    """The titles of the first findings, each once."""
    return "; ".join(dict.fromkeys(finding.title.rstrip(".").lower() for finding in found[:4]))
