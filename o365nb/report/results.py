"""What was found: findings, detections, back doors, exposure, recipients, indicators."""

from __future__ import annotations

from collections import Counter
from typing import Any

from o365nb.case.stix import defang
from o365nb.model import Answer, Context, Finding, Label, Persistence, Severity, plain
from o365nb.report.clock import amount
from o365nb.report.dossier import Dossier
from o365nb.report.facts import unseen
from o365nb.report.markup import Column, Table, View, anchor
from o365nb.report.words import LABELS, TACTICS, TECHNIQUES, tactic_of

_SEVERITIES = {
    Severity.CRITICAL: "bad", Severity.HIGH: "bad", Severity.MEDIUM: "warn", Severity.LOW: "mute", Severity.INFO: "mute",
}  # fmt: skip
_CONTEXTS = {
    Context.YES: ("attacker's", "attacker"),
    Context.LIKELY: ("likely attacker's", "attacker"),
    Context.UNKNOWN: ("not known", "mute"),
    Context.NO: ("not the attacker's", "user"),
}
_ANSWERS = {Answer.FOUND: ("found", "bad", "●"), Answer.BLIND: ("blind", "warn", "◐"), Answer.CLEAR: ("clear", "good", "○")}
_KINDS = {
    "inbox_rule": "Inbox rule", "sweep_rule": "Sweep rule", "oauth_grant": "Application access", "auth_method": "Sign-in method",
    "device": "Registered device", "mailbox": "Mailbox forwarding", "forwarding": "Mailbox forwarding",
    "mailbox_forwarding": "Mailbox forwarding", "service_principal": "Application", "delegate": "Delegate",
}  # fmt: skip
#: A table with more rows than this starts folded: the numbers are said above it, the rows are an annex.
ANNEX = 25


def findings(of: Dossier) -> View:
    """What was found, ordered as an attack runs (ATT&CK tactics), each with its evidence."""
    found = of.found.findings
    rows = sorted((_finding(one) for one in found), key=lambda row: (row["order"], -row["weight"], row["id"]))
    columns = (
        Column("id", "Id", "code"), Column("what", "What was found", "titled"), Column("attack", "ATT&CK", "list"),
        Column("severity", "Severity", "pill"), Column("whose", "Whose", "pill"), Column("time", "First seen", "time"),
        Column("score", "Score", "number"),
    )  # fmt: skip
    table = Table("Findings along the course of an attack", columns, rows, _nothing_found(of), name="findings")
    tactics = Counter(tactic_of(one.attack) for one in found)
    lead = [
        amount(len(found), "finding") + ": " + ", ".join(f"{t.lower()} {tactics[t]}" for t in (*TACTICS, "Other") if tactics[t]) + "."
    ] if found else []  # fmt: skip
    return View("tables", of.clock, [plain(one) for one in found], table.caption, lead=lead, warning="", tables=[table], tail=())


def _finding(one: Finding) -> dict[str, Any]:
    tactic = tactic_of(one.attack)
    word, tone = _CONTEXTS[one.context]
    techniques = [f"{t} {TECHNIQUES[t][0]}" if t in TECHNIQUES else t for t in one.attack]
    return {
        "id": one.id,
        "anchor": anchor(one.id),
        "order": TACTICS.index(tactic) if tactic in TACTICS else len(TACTICS),
        "weight": one.severity.weight,
        "what": {"title": one.title, "text": one.summary, "codes": one.evidence},
        "attack": techniques,
        "severity": _pill(one.severity.value, _SEVERITIES[one.severity], rank=-one.severity.weight),
        "whose": _pill(word, tone, note=f"sure to {one.confidence:.0%}", rank=-one.context.factor),
        "time": one.first,
        "score": round(one.score, 1),
    }


def _nothing_found(of: Dossier) -> str:
    blind = sum(answer.verdict is Answer.BLIND for answer in of.found.detections.values())
    if not blind:
        return "Nothing was found, and every detection saw the evidence it needs."
    return f"Nothing was found; {amount(blind, 'detection')} could not see the evidence needed and cannot tell."


def detections(of: Dossier) -> View:
    """Every detection with its answer: found, clear or blind, what innocently looks like it, what it cannot see."""
    from o365nb.detections import facts

    known = facts()
    rows = []
    for slug, answer in sorted(of.found.detections.items(), key=lambda item: (list(_ANSWERS).index(item[1].verdict), item[0])):
        unit = known.get(slug)
        word, tone, sign = _ANSWERS[answer.verdict]
        rows.append({
            "slug": slug, "title": {"title": unit.title if unit else slug, "text": slug, "codes": ()},
            "answer": _pill(word, tone, sign, rank=list(_ANSWERS).index(answer.verdict)), "reason": answer.reason,
            "benign": unit.benign if unit else "", "misses": unit.misses if unit else "",
        })  # fmt: skip
    counts = Counter(answer.verdict for answer in of.found.detections.values())
    lead = (
        f"{amount(len(rows), 'detection')} asked: {counts[Answer.FOUND]} found something, {counts[Answer.CLEAR]} saw their"
        f" evidence and are clear, {counts[Answer.BLIND]} are blind. A blind detection cannot tell; it is never read as a no."
    )
    columns = (
        Column("title", "Detection", "titled"), Column("answer", "Answer", "pill"), Column("reason", "Why"),
        Column("benign", "Innocent look-alikes"), Column("misses", "What it cannot see"),
    )  # fmt: skip
    table = Table("Every detection and its answer", columns, rows, "No detection was run.", fold="Every detection and its answer")
    return View("tables", of.clock, rows, lead, lead=[lead] if rows else [], warning="", tables=[table], tail=())


def back_doors(of: Dossier) -> View:
    """Everything that could let somebody back in, the innocent too."""
    items = sorted(of.found.persistence, key=lambda item: (_order(item), item.kind, item.id))
    rows = [_back_door(item) for item in items]
    columns = (
        Column("whose", "Whose", "pill"), Column("what", "Object", "titled"), Column("because", "Why"),
        Column("created", "Since", "time"), Column("seen", "Seen by"), Column("findings", "Findings", "findings"),
    )  # fmt: skip
    theirs = [row for row, item in zip(rows, items, strict=True) if item.verdict is not Label.USER]
    innocent = [row for row, item in zip(rows, items, strict=True) if item.verdict is Label.USER]
    missing = [text for text in (unseen(of.found, (source,)) for source in _STATE) if text]
    empty = "No object of an intruder was found." + (" Not everything could be read; see the limits below." if missing else "")
    tables = [Table("Theirs, or of unknown origin", columns, theirs, empty)]
    if innocent:
        tables.append(Table("The owner's own", columns, innocent, "", fold=f"{amount(len(innocent), 'object')} of the owner, left alone"))
    limits = [f"Cannot tell for all: {'; '.join(missing)}."] if missing else []
    counts = Counter(item.verdict for item in items)
    lead = [
        f"{amount(len(items), 'object')} examined: {counts[Label.ATTACKER]} of the attacker,"
        f" {counts[Label.UNKNOWN]} of unknown origin, {counts[Label.USER]} of the owner."
    ] if items else []  # fmt: skip
    return View("tables", of.clock, [plain(item) for item in items], " ".join(lead) or empty, lead=lead, warning="", tables=tables, tail=limits)


_STATE = ("inbox_rules", "inbox_rules.hidden", "mailboxes", "oauth_grants", "auth_methods", "devices")


def _order(item: Persistence) -> int:
    return {Label.ATTACKER: 0, Label.UNKNOWN: 1}.get(item.verdict, 2)


def _back_door(item: Persistence) -> dict[str, Any]:
    tone = {Label.ATTACKER: "attacker", Label.USER: "user"}.get(item.verdict, "warn")
    kind = _KINDS.get(item.kind, item.kind.replace("_", " "))
    return {
        "whose": _pill(LABELS[item.verdict], tone, note="to be removed" if item.remove else "", rank=_order(item)),
        "what": {"title": item.description, "text": f"{kind} · {item.owner or 'the whole tenant'}", "codes": (item.id,)},
        "because": item.because,
        "created": item.created,
        "seen": ", ".join(item.seen_by),
        "findings": item.finding_ids,
    }


def exposure(of: Dossier) -> View:
    """What was seen for certain, and what must be assumed to have been seen."""
    items = sorted(of.found.exposure, key=lambda e: (e.certainty != "certain", e.time, e.item))
    rows = [
        {"sure": _pill(e.certainty, "bad" if e.certainty == "certain" else "warn", rank=e.certainty != "certain"), "kind": e.kind,
         "item": e.item, "time": e.time, "why": e.why, "events": [e.event_id]}
        for e in items
    ]  # fmt: skip
    columns = (
        Column("sure", "Seen", "pill"), Column("kind", "Kind"), Column("item", "Item", "code"), Column("time", "When", "time"),
        Column("why", "Why"), Column("events", "Evidence", "codes"),
    )  # fmt: skip
    missing = unseen(of.found, ("ual", "ual/Exchange"))
    empty = f"Cannot tell: {missing}." if missing else "No item is recorded as seen by an intruder."
    counts = Counter((e.kind, e.certainty) for e in items)
    lead = [", ".join(f"{amount(n, kind)} {sure}" for (kind, sure), n in sorted(counts.items())) + "."] if items else []
    warning = f"The record is not whole ({missing}): more may have been seen than is listed." if missing and items else ""
    fold = f"All {amount(len(rows), 'item')} (also in exposure.csv)" if len(rows) > ANNEX else ""
    table = Table("What was seen", columns, rows, empty, fold)
    return View("tables", of.clock, [plain(e) for e in items], " ".join(lead) or empty, lead=lead, warning=warning, tables=[table], tail=())


def recipients(of: Dossier) -> View:
    """Who received the attacker's mail: those inside and those who reacted first."""
    items = sorted(of.found.recipients, key=lambda r: (not _reacted(r.clicked_or_signed_in_after), not r.internal, r.address, r.time))
    rows = [
        {"address": r.address, "side": "inside" if r.internal else "outside", "time": r.time, "after": r.clicked_or_signed_in_after or "not known",
         "message": r.message_id}
        for r in items
    ]  # fmt: skip
    columns = (
        Column("address", "Address", "code"), Column("side", "Organisation"), Column("time", "When", "time"),
        Column("after", "Clicked or signed in after"), Column("message", "Message", "code"),
    )  # fmt: skip
    missing = unseen(of.found, ("message_trace",))
    empty = f"Cannot tell: {missing}." if missing else "No mail of an intruder is recorded."
    domains = Counter(r.address.rpartition("@")[2] for r in {r.address: r for r in items}.values())
    people = len({r.address for r in items})
    lead = []
    if items:
        top = ", ".join(f"{domain} ({count})" for domain, count in domains.most_common(5))
        lead = [f"{amount(people, 'address', 'addresses')} at {amount(len(domains), 'domain')}. Most at: {top}."]
        reacted = len({r.address for r in items if _reacted(r.clicked_or_signed_in_after)})
        lead.append(f"{amount(reacted, 'recipient')} signed in from the attacker's addresses or clicked afterwards, as far as that was recorded.")
    fold = f"All {amount(len(rows), 'recipient')} (also in recipients.csv)" if len(rows) > ANNEX else ""
    table = Table("Who received the attacker's mail", columns, rows, empty, fold)
    return View("tables", of.clock, [plain(r) for r in items], " ".join(lead) or empty, lead=lead, warning="", tables=[table], tail=())


def _reacted(text: str) -> bool:
    return text.lower().startswith(("yes", "true"))


def indicators(of: Dossier) -> View:
    """What to look for elsewhere, defanged so that nobody opens it by accident."""
    rows = [
        {"kind": i.kind.replace("_", " "), "value": defang(i.value), "time": i.first, "last": i.last, "why": i.why}
        for i in of.found.indicators
    ]  # fmt: skip
    columns = (
        Column("kind", "Kind"), Column("value", "Indicator (defanged)", "code"), Column("time", "First", "time"),
        Column("last", "Last", "time"), Column("why", "Why"),
    )  # fmt: skip
    table = Table("Indicators of compromise", columns, rows, "No indicator: no event is attributed to an intruder.")
    tail = ("Also as iocs.csv and iocs.stix.json beside this report.",) if rows else ()
    return View("tables", of.clock, rows, amount(len(rows), "indicator"), lead=(), warning="", tables=[table], tail=tail)


def _pill(text: str, tone: str, sign: str = "", *, note: str = "", rank: float = 0) -> dict[str, Any]:
    return {"text": text, "tone": tone, "sign": sign, "note": note, "rank": rank}
