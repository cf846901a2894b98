"""From hits to findings, and from findings to the verdict.

A finding's score is severity weight × confidence × context factor. The case's score takes the best finding of
each phase of an attack, strongest first, and adds each next one at half the weight of the one before: one deed
seen by five detections counts once, an attack that was followed through its phases counts more.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from o365nb.analysis.base import (
    PHASES,
    SURE,
    DetectionLike,
    Facts,
    HitLike,
    Hits,
    Labels,
    attackers,
    aware,
    entry_time,
)
from o365nb.analysis.delegates import by_colleagues, told
from o365nb.analysis.journeys import by_journey
from o365nb.analysis.reasons import OURS, because, titles
from o365nb.analysis.reconcile import Origin
from o365nb.case import Coverage, Ledger
from o365nb.model import Attribution, CaseVerdict, Context, Finding, Label, Severity, Verdict
from o365nb.text import plural

PROBABLE = 12.0
SUSPECTED = 5.0
#: So many grave features of what is tied to an intruder's hand are more than a suspicion.
FEATURES = 3
#: What must have been seen whole for every subject before "not supported" may be said; "|" means either will do.
REQUIRED = {
    "the sign-ins": "sign_in|ual/AzureActiveDirectory",
    "the mailbox audit log": "ual/Exchange",
    "the inbox rules": "inbox_rules.hidden|inbox_rules|ual/Exchange",
}
#: What must have been seen besides before it is said that everything needed was read: the audit log's own sign-ins
#: name no network and seldom a device.
WHOLE = REQUIRED | {"the sign-in log": "sign_in"}
_HEAVY = (Severity.HIGH, Severity.CRITICAL)
#: The detections of a mailing and of what comes back of one, and so long it may take to come.
MAILING, BOUNCES = "im-mass-send", "im-ndr-storm"
_ANSWERED = timedelta(days=1)
#: So many looks into a mailbox or a drive of which nobody knows whose they were cannot be passed over in silence; of
#: what goes out to others or goes on by itself afterwards, one act.
UNPLACED = 3
_TAKING = frozenset({
    "MailItemsAccessed", "AttachmentAccess", "FileDownloaded", "FileAccessed", "FileSyncDownloadedFull",
    "FilePreviewed", "SearchQueryInitiatedExchange", "SearchQueryPerformed",
})  # fmt: skip
_DOING = frozenset({
    "Send", "SendAs", "SendOnBehalf", "New-InboxRule", "Set-InboxRule", "UpdateInboxRules", "Set-Mailbox",
    "Add-MailboxPermission", "SharingSet", "SharingLinkCreated", "AnonymousLinkCreated", "SecureLinkCreated",
    "AddedToSecureLink", "MessageSent", "Consent to application", "User registered security info",
})  # fmt: skip


def findings(hits: Hits, facts: Facts, labels: Labels, origins: Mapping[str, Origin]) -> list[Finding]:
    """Hits judged: whose evidence it is, what it weighs; the heaviest is F-001."""
    hits = list(hits)
    judged = [_finding(hit, facts[hit.slug], labels, origins) for hit in hits if hit.slug in facts]
    judged = [_answered(finding, judged, facts) for finding in judged]
    weights = {slug: fact.severity.weight for slug, fact in facts.items()}
    judged = by_journey([told(finding, judged, labels, weights) for finding in judged], hits, labels)
    judged.sort(key=lambda f: (-f.score, -f.severity.weight, f.slug, f.subject, str(f.first), f.summary))
    return [_numbered(finding, number) for number, finding in enumerate(judged, 1)]


def _finding(hit: HitLike, fact: DetectionLike, labels: Labels, origins: Mapping[str, Origin]) -> Finding:
    context = context_of(hit.evidence, labels, origins, hit.subject)
    if context is Context.UNKNOWN and hit.slug.startswith("im-") and follows(hit.evidence, labels):
        context = Context.LIKELY
    return Finding(
        id="",
        slug=hit.slug,
        title=fact.title,
        severity=fact.severity,
        attack=fact.attack,
        subject=hit.subject,
        first=aware(hit.first),
        last=aware(hit.last),
        context=context,
        confidence=hit.confidence,
        score=round(fact.severity.weight * hit.confidence * context.factor, 2),
        evidence=hit.evidence,
        summary=hit.summary,
        actions=fact.respond,
    )


def _answered(finding: Finding, judged: Iterable[Finding], facts: Facts) -> Finding:
    """Bounces answer what was sent: within a day of a mailing that is the user's own they are its consequence."""
    if finding.slug != BOUNCES or finding.context is not Context.UNKNOWN:
        return finding
    mailings = (one for one in judged if one.slug == MAILING and one.subject == finding.subject)
    if not any(one.context is Context.NO and _begins_in(finding, one, _ANSWERED) for one in mailings):
        return finding
    score = round(facts[finding.slug].severity.weight * finding.confidence * Context.NO.factor, 2)
    return replace(finding, context=Context.NO, score=score)


def _begins_in(finding: Finding, other: Finding, after: timedelta) -> bool:
    """Whether a finding begins while another lasts, or so long after it."""
    if finding.first is None or other.first is None or other.last is None:
        return False
    return other.first <= finding.first <= other.last + after


def _numbered(finding: Finding, number: int) -> Finding:
    return replace(finding, id=f"F-{number:03d}")


def context_of(evidence: Iterable[str], labels: Labels, origins: Mapping[str, Origin], subject: str = "") -> Context:
    """Whether the evidence is the attacker's: most of it surely (yes), some (likely), none (no), or nobody knows.

    What a colleague did to the account of `subject` is not excused by having been done by the colleague.
    """
    sure = some = theirs = known = 0
    for key in evidence:
        label, confidence = _whose(key, labels, origins)
        if label is Label.ATTACKER:
            some += 1
            sure += confidence >= SURE
        elif label is Label.RESPONDER or (label is Label.USER and _own(key, labels, subject)):
            theirs += 1
        known += label is not None
    if some:
        return Context.YES if sure and 2 * sure >= some + theirs else Context.LIKELY
    return Context.NO if theirs and theirs == known else Context.UNKNOWN


def follows(evidence: Iterable[str], labels: Labels) -> bool:
    """Whether the evidence is what a service did within a day of an attacker's act: its consequence."""
    done = [labels[key].time for key in evidence if key in labels and labels[key].label is Label.SYSTEM]
    acts = [label.time for label in attackers(labels)] if done else []
    return any((at := bisect_right(acts, time)) and time - acts[at - 1] <= timedelta(days=1) for time in done)


def _own(key: str, labels: Labels, subject: str) -> bool:
    return not subject or key not in labels or labels[key].actor in (subject, "")


def _whose(key: str, labels: Labels, origins: Mapping[str, Origin]) -> tuple[Label | None, float]:
    if found := labels.get(key):
        return found.label, found.confidence
    if origin := origins.get(key):
        made = [labels[event].confidence for event in origin.events if event in labels]
        return origin.label, max(made, default=SURE)
    return None, 0.0


def case_score(found: Iterable[Finding]) -> float:
    """The best finding of every phase, strongest first, each next one at half weight."""
    best: dict[str, float] = {}
    for finding in found:
        phase = finding.slug.partition("-")[0]
        best[phase] = max(best.get(phase, 0.0), finding.score)
    return round(sum(score * 0.5**rank for rank, score in enumerate(sorted(best.values(), reverse=True))), 2)


def judge(
    found: list[Finding], labels: Labels, sessions: Mapping[str, str], ledger: Ledger, subjects: tuple[str, ...]
) -> CaseVerdict:
    """The answer for the case. `sessions` maps the ids of the subjects' events to session ids.

    What was done to other accounts is told, but says nothing of these: nobody is taken over by a neighbour's loss.
    """
    entry = entry_time(labels)
    own = [finding for finding in found if finding.subject in subjects or not finding.subject]
    entered = entry and _entered(own, labels, sessions, subjects)
    score = case_score(own if entered else [finding for finding in own if not _of_others(finding, labels, subjects)])
    missing, open_ended = uncovered(ledger, subjects), undecided(own, labels, subjects)
    verdict = (
        _verdict(own, score, labels, sessions, missing=bool(missing or open_ended))
        if entered
        else (_without_entry(score, missing=bool(missing or open_ended)))
    )
    last = max((label.time for label in attackers(labels)), default=None)
    return CaseVerdict(
        verdict,
        score,
        (*because(verdict, found, labels, missing, subjects), *open_ended),
        subjects,
        entry,
        last,
    )


def _entered(own: Iterable[Finding], labels: Labels, sessions: Mapping[str, str], subjects: tuple[str, ...]) -> bool:
    """Whether an act of an attacker was on an account of the case, not only on others."""
    cited = {key for finding in own for key in finding.evidence}
    return any(
        label.source != "message_trace"
        and (label.actor in subjects or label.event_id in sessions or label.event_id in cited)
        for label in attackers(labels)
    )


def _verdict(
    found: list[Finding], score: float, labels: Labels, sessions: Mapping[str, str], *, missing: bool
) -> Verdict:
    context = [finding for finding in found if finding.context is Context.YES]
    proven = [f for f in context if f.severity is Severity.CRITICAL and has_session(f, labels, sessions)]
    phases = {finding.slug.partition("-")[0] for finding in context if finding.severity in _HEAVY}
    if proven or len(phases & set(PHASES)) >= 2:
        return Verdict.CONFIRMED
    likely = {finding.slug for finding in found if finding.context in OURS and finding.severity in _HEAVY}
    phases = {slug.partition("-")[0] for slug in likely} & set(PHASES)
    if score >= PROBABLE or len(phases) >= 2 or len(likely) >= FEATURES:
        return Verdict.PROBABLE
    return _without_entry(score, missing=missing)


def _without_entry(score: float, *, missing: bool) -> Verdict:
    """The verdict where no act on the account could be tied to an attacker: nothing may be changed on its strength."""
    if score >= SUSPECTED:
        return Verdict.SUSPECTED
    return Verdict.CANNOT_TELL if missing else Verdict.NOT_SUPPORTED


def _of_others(finding: Finding, labels: Labels, subjects: Iterable[str]) -> bool:
    """Whether a finding is only about mail that others sent: it says nothing of who used the account."""
    known = [labels[key] for key in finding.evidence if key in labels]
    mine = set(subjects)
    return (
        len(known) == len(finding.evidence) > 0
        and all(
            label.source == "message_trace" and (label.actor not in mine or label.label is not Label.ATTACKER)
            for label in known
        )
        and any(label.actor not in mine for label in known)
    )


def has_session(finding: Finding, labels: Labels, sessions: Mapping[str, str]) -> bool:
    """True when an attacker's event of the evidence belongs to a session that was seen."""
    return any(sessions.get(key) and key in labels and labels[key].label is Label.ATTACKER for key in finding.evidence)


def uncovered(ledger: Ledger, subjects: Iterable[str], required: Mapping[str, str] = REQUIRED) -> list[str]:
    """What of the required sources was not seen whole, in words."""
    entries = ledger.entries()
    return [
        f"{name} of {subject}"
        for subject in subjects
        for name, sources in required.items()
        if not any(_seen(source, subject, entries) for source in sources.split("|"))
    ]


def undecided(found: Iterable[Finding], labels: Labels, subjects: Iterable[str]) -> list[str]:
    """Why silence is no answer although the sources were seen, in sentences: events or findings nobody could place.

    Evidence that begins with the incident has no earlier activity to tell the user's hand by.
    """
    said = []
    for subject in subjects:
        own = [label for label in labels.values() if label.actor == subject and label.source != "message_trace"]
        unknown = sum(label.label is Label.UNKNOWN for label in own)
        if unknown * 2 > len(own):
            said.append(
                f"For {unknown:,} of {plural(len(own), 'event')} of {subject} nothing shows whose they were:"
                " there is too little earlier activity to compare with."
            )
        elif acts := _unplaced(own):
            said.append(
                f"Of {plural(acts, 'act')} of reading, sending or changing in the account {subject} nothing shows"
                " whose they were, so ask."
            )
    heavy = [
        finding
        for finding in found
        if finding.severity in _HEAVY and finding.context is Context.UNKNOWN and not by_colleagues(finding, labels)
    ]
    if heavy:
        said.append(f"Whether the user did this is open, so ask: {titles(heavy)}.")
    return said


def _unplaced(own: Iterable[Attribution]) -> int:
    """The acts of which nobody knows whose they were; 0 where they are too few and too slight to ask about."""
    unknown = [label.operation for label in own if label.label is Label.UNKNOWN]
    seen, done = (sum(one in kind for one in unknown) for kind in (_TAKING, _DOING))
    return seen + done if done or seen >= UNPLACED else 0


def _seen(source: str, subject: str, entries: list[Coverage]) -> bool:
    whole = source.partition("/")[0]
    mine = [entry for entry in entries if entry.subject in (subject, "") and entry.source in (source, whole)]
    exact = [entry for entry in mine if entry.source == source]
    return bool(exact or mine) and all(entry.outcome.seen for entry in exact or mine)
