"""How far it went: what was seen, who received mail, what to look for elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from o365nb.case.stix import defang
from o365nb.model import Recipient, plain
from o365nb.report.dossier import Dossier
from o365nb.report.facts import boundless, unclaimed_mail, unseen
from o365nb.report.markup import Column, Table, View, sheet
from o365nb.report.results import pill
from o365nb.text import plural

#: A table with more rows than this starts folded: the numbers are said above it, the rows are an annex.
ANNEX = 25
_MANY = {"search": "searches"}


def exposure(of: Dossier) -> View:
    """What was seen for certain, and what must be assumed to have been seen."""
    items = sorted(of.found.exposure, key=lambda e: (e.certainty != "certain", e.time, e.item))
    rows = [
        {
            "sure": pill(e.certainty, "bad" if e.certainty == "certain" else "warn", rank=e.certainty != "certain"),
            "kind": e.kind,
            "item": e.item,
            "time": e.time,
            "why": e.why,
            "events": [e.event_id],
        }
        for e in items
    ]
    columns = (
        Column("sure", "Seen", "pill"),
        Column("kind", "Kind"),
        Column("item", "Item", "code"),
        Column("time", "When", "time"),
        Column("why", "Why"),
        Column("events", "Evidence", "codes"),
    )
    missing = unseen(of.found, ("ual", "ual/Exchange"))
    empty = f"Cannot tell: {missing}." if missing else "No item is recorded as seen by an intruder."
    counts = Counter((e.kind, e.certainty) for e in items if not e.boundless)
    sums = ", ".join(f"{plural(n, kind, _MANY.get(kind, ''))} {sure}" for (kind, sure), n in sorted(counts.items()))
    lead = [f"{sums}."] if sums else []
    warning = (
        f"The record is not whole ({missing}): more may have been seen than is listed." if missing and items else ""
    )
    lead += boundless(of.found)
    fold = f"{plural(len(rows), 'item')} (also in exposure.csv)" if len(rows) > ANNEX else ""
    table = Table("What was seen", columns, rows, empty, fold, file="exposure.csv")
    return sheet(of.clock, [plain(e) for e in items], " ".join(lead) or empty, table, lead=lead, warning=warning)


def recipients(of: Dossier) -> View:
    """Who received the attacker's mail: those inside and those who reacted first."""
    items = sorted(
        of.found.recipients,
        key=lambda r: (not _reacted(r.clicked_or_signed_in_after), not r.internal, r.address, r.time),
    )
    rows = [
        {
            "address": r.address,
            "side": "inside" if r.internal else "outside",
            "time": r.time,
            "after": r.clicked_or_signed_in_after or "not known",
            "message": r.message_id,
        }
        for r in items
    ]
    columns = (
        Column("address", "Address", "code"),
        Column("side", "Organisation"),
        Column("time", "When", "time"),
        Column("after", "What came after"),
        Column("message", "Message", "code"),
    )
    missing = unclaimed_mail(of.found) or unseen(of.found, ("message_trace",))
    empty = f"Cannot tell: {missing}." if missing else "No mail of an intruder is recorded."
    domains = Counter(r.address.rpartition("@")[2] for r in {r.address: r for r in items}.values())
    people = len({r.address for r in items})
    lead = []
    if items:
        top = ", ".join(f"{domain} ({count})" for domain, count in domains.most_common(3))
        lead = [f"{plural(people, 'address', 'addresses')} at {plural(len(domains), 'domain')}. Most at: {top}."]
        lead.append(_reactions(items))
    fold = f"{plural(len(rows), 'recipient')} (also in recipients.csv)" if len(rows) > ANNEX else ""
    table = Table("Who received the attacker's mail", columns, rows, empty, fold, file="recipients.csv")
    return sheet(of.clock, [plain(r) for r in items], " ".join(lead) or empty, table, lead=lead)


def _reactions(items: Sequence[Recipient]) -> str:
    """What is known of clicks and later sign-ins; not having looked is said, not counted as a no."""
    reacted = len({r.address for r in items if _reacted(r.clicked_or_signed_in_after)})
    blind = len({r.address for r in items if r.clicked_or_signed_in_after.lower().startswith("unknown")})
    parts = []
    if reacted:
        parts.append(f"{plural(reacted, 'recipient')} clicked, answered, sent it on or signed in strangely.")
    if blind:
        parts.append(f"Cannot tell for {plural(blind, 'recipient')}: neither clicks nor sign-ins of theirs were read.")
    return " ".join(parts) or "None of them is seen to have signed in from the attacker's addresses afterwards."


def _reacted(text: str) -> bool:
    return text.lower().startswith(("yes", "true"))


def indicators(of: Dossier) -> View:
    """What to look for elsewhere, defanged so that nobody opens it by accident."""
    rows = [
        {"kind": i.kind.replace("_", " "), "value": defang(i.value), "time": i.first, "last": i.last, "why": i.why}
        for i in of.found.indicators
    ]
    columns = (
        Column("kind", "Kind"),
        Column("value", "Indicator (defanged)", "code"),
        Column("time", "First", "time"),
        Column("last", "Last", "time"),
        Column("why", "Why"),
    )
    none = "No indicator: no event is attributed to an intruder."
    table = Table("Indicators of compromise", columns, rows, none, file="iocs.csv")
    tail = ("Also as iocs.csv and iocs.stix.json beside this report.",) if rows else ()
    return sheet(of.clock, rows, plural(len(rows), "indicator"), table, tail=tail)
