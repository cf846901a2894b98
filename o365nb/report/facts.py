"""The six numbers, and how much each may claim: the coverage ledger decides between a count and *cannot tell*."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from o365nb.model import Assessment, Gap, Label, Verdict
from o365nb.report.clock import Clock, length
from o365nb.report.words import OUTCOMES, source_name
from o365nb.text import plural

#: The sections of the report that carry the numbers, in their order.
_SECTIONS = ("What was found", "Timeline", "What was seen", "What was seen", "Who received mail", "")
#: A reason up to this long fits beside a number.
BRIEF = 60


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the summary: what is counted, the count in words, what it leaves open, and where it comes from."""

    label: str
    value: str
    note: str
    see: str = ""


def six_numbers(found: Assessment, clock: Clock) -> list[Number]:
    """Accounts, dwell time, mails, files, recipients, money."""
    numbers = [
        _accounts(found),
        _dwell(found, clock),
        _seen(found, "Mails seen", ("mail", "folder"), ("ual", "ual/Exchange"), "MailItemsAccessed"),
        _seen(found, "Files seen", ("file", "link"), ("ual", "ual/SharePoint", "ual/OneDrive"), "File"),
        _recipients(found),
        Number(
            "Money",
            "Not known",
            "Payments leave no trace in these logs. Ask the account's owner, accounting and the bank.",
        ),
    ]
    return [replace(number, see=section) for number, section in zip(numbers, _SECTIONS, strict=True)]


def gaps_of(found: Assessment, sources: Iterable[str]) -> list[Gap]:
    """The ledger's lines of these sources that were not seen whole."""
    wanted = set(sources)
    return [gap for gap in found.coverage if gap.source in wanted and not whole(gap)]


def whole(gap: Gap) -> bool:
    """Whether this line lets silence mean that nothing was there: seen to its end, and no limit has to be told."""
    return gap.outcome.seen and not gap.sentence


def boundless(found: Assessment) -> list[str]:
    """For each mailbox whose reading stopped being recorded: why nobody can say what was not read."""
    return [f"{seen.why[:1].upper()}{seen.why[1:]}." for seen in found.exposure if seen.boundless]


def undecided(found: Assessment, operation: str = "") -> int:
    """How many events, of operations that begin so, could not be attributed to anybody."""
    return sum(e.label is Label.UNKNOWN and e.operation.startswith(operation) for e in found.attributions)


def unclaimed_mail(found: Assessment) -> str:
    """That mail went out which could not be attributed to anybody, in words; "" when there is none."""
    traced = sum(e.label is Label.UNKNOWN and e.source == "message_trace" for e in found.attributions)
    sent = undecided(found, "Send")
    told = plural(sent, "mail") if sent else plural(traced, "delivery", "deliveries") + " of mail"
    return f"{told} could not be attributed to anybody" if sent or traced else ""


def unseen(found: Assessment, sources: Sequence[str]) -> str:
    """Why these sources cannot carry a "no": "" when at least one was seen whole and none has a gap."""
    gaps = gaps_of(found, sources)
    if gaps:
        reason = gaps[0].reason.strip().rstrip(".")
        known = reason and len(reason) <= BRIEF  # the rest is told under "Coverage and limits"
        return f"{source_name(gaps[0].source)}: {reason if known else OUTCOMES[gaps[0].outcome][0]}"
    if not any(gap.source in sources for gap in found.coverage):
        return f"{source_name(sources[0])}: not among the evidence"
    return ""


def _accounts(found: Assessment) -> Number:
    total = len(found.verdict.subjects)
    hit = {e.actor for e in found.attributions if e.label is Label.ATTACKER}.intersection(found.verdict.subjects)
    if found.verdict.verdict is Verdict.CANNOT_TELL:
        return Number("Accounts taken over", "Cannot tell", f"{plural(total, 'account')} examined.")
    if found.verdict.verdict in (Verdict.SUSPECTED, Verdict.NOT_SUPPORTED):
        return Number("Accounts taken over", "None shown", f"{plural(total, 'account')} examined.")
    count = max(len(hit), 1)
    return Number("Accounts taken over", f"{count}", f"of {plural(total, 'account')} examined; {_beyond(found)}.")


def elsewhere(found: Assessment) -> list[str]:
    """Accounts that are no subjects and yet show events of the attacker: who must be looked at next."""
    events = (e for e in found.attributions if e.label is Label.ATTACKER and e.source != "message_trace")
    return sorted({e.actor for e in events if "@" in e.actor} - set(found.verdict.subjects))


def _beyond(found: Assessment) -> str:
    others = elsewhere(found)
    if not others:
        return "others were not examined"
    return f"{plural(len(others), 'more account')} must be examined, the attacker's traces lead there"


def _dwell(found: Assessment, clock: Clock) -> Number:
    first, last = found.verdict.first_attacker_event, found.verdict.last_attacker_event
    if not first or not last:
        missing, open_ = unseen(found, ("sign_in", "sign_in_noninteractive", "ual")), undecided(found)
        if missing:
            return Number("Dwell time", "Cannot tell", missing)
        note = f" {plural(open_, 'event')} could not be attributed to anybody." if open_ else ""
        value = "Cannot tell" if open_ > len(found.attributions) / 2 else "None shown"
        return Number("Dwell time", value, f"No event is attributed to an intruder.{note}")
    return Number("Dwell time", length(last - first), f"First act {clock.when(first)}.")


def _seen(found: Assessment, label: str, kinds: tuple[str, ...], sources: tuple[str, ...], operation: str) -> Number:
    """A count of things seen; a zero needs a whole log, and a log in which such an access shows up at all."""
    certain = {e.item for e in found.exposure if e.kind in kinds and e.certainty == "certain"}
    possible = {e.item for e in found.exposure if e.kind in kinds and e.certainty != "certain"} - certain
    missing = unseen(found, sources)
    more = f"{plural(len(possible), 'more item')} must be assumed seen. " if possible else ""
    if any(e.boundless for e in found.exposure if e.kind in kinds):
        note = "The record stops there: that the whole mailbox was read cannot be excluded."
        return Number(label, f"At least {len(certain):,}", note)
    if open_ := undecided(found, operation):
        value = f"At least {len(certain):,}" if certain else "Cannot tell"
        return Number(
            label, value, f"{more}{plural(open_, 'recorded access', 'recorded accesses')} could not be attributed."
        )
    if missing:
        value = f"At least {len(certain):,}" if certain else "Cannot tell"
        return Number(label, value, f"{more}Not the whole record was available ({missing}).")
    if certain or possible:
        return Number(label, f"{len(certain):,}", more or "Each is named in the log.")
    if not any(event.operation.startswith(operation) for event in found.attributions):
        return Number(
            label, "Cannot tell", "Not even the owner's own access is recorded, so this tenant may not log it."
        )
    return Number(label, "0", "The log records what the owner opened, and nothing that an intruder did.")


def _recipients(found: Assessment) -> Number:
    people = {r.address: r.internal for r in found.recipients}
    missing = unseen(found, ("message_trace",)) and unseen(found, ("ual", "ual/Exchange"))
    open_ = unclaimed_mail(found)
    doubt = f"{open_}." if open_ else missing
    if not people:
        note = doubt or "No mail of an intruder is recorded."
        return Number("Recipients of their mail", "Cannot tell" if doubt else "0", note)
    inside = sum(people.values())
    value = f"At least {len(people):,}" if doubt else f"{len(people):,}"
    note = f"{len(people) - inside:,} outside the organisation, {inside:,} inside."
    return Number("Recipients of their mail", value, f"{note} {doubt}" if open_ else note)
