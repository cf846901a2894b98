"""The story in plain sentences, each with the findings that carry it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from o365nb.model import Assessment, Attribution, Context, Label, Verdict
from o365nb.report.clock import Clock, length
from o365nb.report.facts import elsewhere, undecided
from o365nb.report.markup import chance
from o365nb.report.words import Deed, deed_of, imitated_only
from o365nb.text import plural

#: Verdicts that speak of an intruder as a fact.
TAKEN = (Verdict.CONFIRMED, Verdict.PROBABLE)
#: Past this many kinds of operation, the rest is counted instead of named.
NAMED = 6
NAMED_PEOPLE = 5
#: The section that says what silence means.
LIMITS = "Coverage and limits"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, when it happened, and the ids of the findings behind it. The text is not yet escaped."""

    text: str
    findings: tuple[str, ...] = ()
    when: tuple[datetime, datetime] | None = None
    see: str = ""  # the section of the report that carries it, where no finding does


@dataclass(frozen=True, slots=True)
class Chapter:
    """A short heading and its sentences; `see` is the section that carries those without findings."""

    title: str
    sentences: tuple[Sentence, ...]
    see: str = ""


def attacker_events(found: Assessment) -> list[Attribution]:
    """What the attacker did, in order of time."""
    return sorted((e for e in found.attributions if e.label is Label.ATTACKER), key=lambda e: (e.time, e.event_id))


def tell(found: Assessment, clock: Clock) -> list[Chapter]:
    """The whole story, but for the response, which `receipts` tell."""
    chapters = [
        Chapter("In short", tuple(_opening(found, clock)), "Timeline"),
        Chapter(
            "The way in" if found.verdict.verdict in TAKEN else "What may explain it",
            tuple(_entry(found)),
            "The way in",
        ),
        Chapter("What looked odd", tuple(_odd(found)), "What was found"),
        Chapter("What was done", tuple(_deeds(found)), "Timeline"),
        Chapter("What was left behind", tuple(_left_behind(found)), "Back doors"),
        Chapter("Who else is concerned", tuple(_others(found)), "Who received mail"),
    ]
    return [chapter for chapter in chapters if chapter.sentences]


def _opening(found: Assessment, clock: Clock) -> Iterable[Sentence]:
    verdict, strongest = found.verdict, tuple(f.id for f in found.findings[:3])
    who = _listed(verdict.subjects)
    yield {
        Verdict.CONFIRMED: Sentence(f"The account {who} was taken over.", strongest),
        Verdict.PROBABLE: Sentence(f"The account {who} was very probably taken over.", strongest),
        Verdict.SUSPECTED: Sentence(
            f"There are signs around the account {who} that need an explanation; they do not prove a takeover.",
            strongest,
        ),
        Verdict.NOT_SUPPORTED: Sentence(f"Nothing examined supports a takeover of the account {who}.", see=LIMITS),
        Verdict.CANNOT_TELL: Sentence(
            f"Whether the account {who} was taken over cannot be told from this evidence.", see=LIMITS
        ),
    }[verdict.verdict]
    first, last = verdict.first_attacker_event, verdict.last_attacker_event
    if first and last:
        yield Sentence(
            f"The first act of an intruder is dated {clock.when(first)}, the last {clock.when(last)}:"
            f" {length(last - first)} in all."
        )
    elif imitated_only(found.attributions):
        mails = plural(len(attacker_events(found)), "mail")
        yield Sentence(
            f"{mails} came in names that are imitated or forged; nobody but the owner is shown in the account."
        )
    elif verdict.verdict in (Verdict.SUSPECTED, Verdict.NOT_SUPPORTED):
        yield Sentence("No recorded event is attributed to an intruder.")
    if open_ := undecided(found):
        yield Sentence(f"{plural(open_, 'event')} could not be attributed to anybody: neither intruder nor owner.")


def _entry(found: Assessment) -> Iterable[Sentence]:
    cause = found.cause
    top = next((h for h in cause.hypotheses if h.id == cause.top), None)
    explained = found.verdict.verdict is not Verdict.NOT_SUPPORTED or imitated_only(found.attributions)
    if not explained or not top or not top.supporting:
        return
    sure = chance(top.probability)
    if found.verdict.verdict not in TAKEN:
        yield Sentence(f"What fits the evidence best: {_lower(top.title)} ({sure}).")
    elif cause.determined:
        yield Sentence(f"The way in is established: {_lower(top.title)} ({sure}).", cited(found, top.supporting))
    else:
        yield Sentence(f"The way in is not settled. Most likely so far: {_lower(top.title)} ({sure}).")
    if cause.next_question and not (cause.determined and found.verdict.verdict in TAKEN):
        yield Sentence(f"What would help most to settle it is the answer to {cause.next_question}")


def _odd(found: Assessment) -> Iterable[Sentence]:
    """Where nothing supports a takeover: what raised the question, and why it is the owner's own."""
    if found.verdict.verdict is not Verdict.NOT_SUPPORTED:
        return
    innocent = [one for one in found.findings if one.context is Context.NO]
    for one in innocent[:NAMED]:
        yield Sentence(f"{one.title.rstrip('.')}: {one.summary.rstrip('.')}.", (one.id,))
    if len(innocent) > NAMED:
        yield Sentence(f"{plural(len(innocent) - NAMED, 'more finding')} of the kind.")
    if innocent:
        are = "It is" if len(innocent) == 1 else "They are"
        yield Sentence(
            f"{are} judged to be the owner's own doing; the events behind are shown with their reasons.", see="Timeline"
        )


def _deeds(found: Assessment) -> Iterable[Sentence]:
    subjects, imitated = set(found.verdict.subjects), imitated_only(found.attributions)

    def deed(event: Attribution) -> Deed:
        return deed_of(event.operation, event.source, by_subject=event.actor in subjects, imitated=imitated)

    events = attacker_events(found)
    sorts = sorted(events, key=lambda event: deed(event).key)
    groups = [list(group) for _, group in groupby(sorts, key=lambda event: deed(event).key)]
    for group in sorted(groups, key=lambda group: (group[0].time, group[0].event_id)):
        ids = {event.event_id for event in group}
        carried = tuple(f.id for f in found.findings if ids.intersection(f.evidence))
        yield Sentence(_told(deed(group[0]), group), carried[:6], (group[0].time, group[-1].time))


def _told(deed: Deed, events: Sequence[Attribution]) -> str:
    traced = [event for event in events if event.source == "message_trace"]
    events = traced or events  # a mail that both the trace and the audit log tell of is one mail
    kinds = Counter(event.operation for event in events).most_common()
    named = ", ".join(f"{operation} ({count:,})" if count > 1 else operation for operation, count in kinds[:NAMED])
    rest = sum(count for _, count in kinds[NAMED:])
    return deed.sentence.format(
        records=plural(len(events), "record"),
        times="once" if len(events) == 1 else f"{len(events):,} times",
        list=f"{named} and {plural(rest, 'more record')}" if rest else named,
    )


def _left_behind(found: Assessment) -> Iterable[Sentence]:
    theirs = [item for item in found.persistence if item.verdict is Label.ATTACKER]
    for item in theirs[:8]:
        yield Sentence(f"{item.description.rstrip('.')}.", item.finding_ids)
    if len(theirs) > 8:
        yield Sentence(f"{plural(len(theirs) - 8, 'more object')} of theirs, listed under “Back doors”.")
    unknown = [item for item in found.persistence if item.verdict is Label.UNKNOWN]
    if unknown:
        verb = "is" if len(unknown) == 1 else "are"
        yield Sentence(f"{plural(len(unknown), 'further object')} {verb} of unknown origin: ask the owner.")


def _others(found: Assessment) -> Iterable[Sentence]:
    if others := elsewhere(found):
        more = f" and {len(others) - NAMED_PEOPLE:,} more" if len(others) > NAMED_PEOPLE else ""
        yield Sentence(
            f"Traces of the intruder, failed attempts among them, lead to {plural(len(others), 'more account')}, to be"
            f" examined next: {', '.join(others[:NAMED_PEOPLE])}{more}.",
            see="Other victims",
        )
    if not found.recipients:
        return
    addresses = {r.address: r for r in found.recipients}
    inside = sum(r.internal for r in addresses.values())
    reacted = {r.address for r in found.recipients if r.clicked_or_signed_in_after.lower().startswith("yes")}
    people = plural(len(addresses), "address", "addresses")
    whose = "Mail in forged names" if imitated_only(found.attributions) else "The intruder's mail"
    yield Sentence(
        f"{whose} went to {people}: {inside:,} inside the organisation, {len(addresses) - inside:,} outside."
    )
    if reacted:
        yield Sentence(
            f"{plural(len(reacted), 'recipient')} reacted (a click, an answer, a strange sign-in, mail sent on) and"
            " must be looked at next."
        )


def cited(found: Assessment, sentences: Sequence[str]) -> tuple[str, ...]:
    """The findings that these sentences name."""
    said = " ".join(sentences)
    return tuple(f.id for f in found.findings if f.slug in said or f.id in said)[:6]


def _listed(names: Sequence[str]) -> str:
    return (
        names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" and {names[-1]}" if names else "under investigation"
    )


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:] if title[1:2].islower() or title[1:2] == " " else title
