"""What was found: findings, detections, back doors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from o365nb.model import Answer, Context, Finding, Label, Persistence, Severity, plain
from o365nb.report.attack import TACTICS, TECHNIQUES, tactic_of
from o365nb.report.dossier import Dossier
from o365nb.report.facts import unseen
from o365nb.report.markup import MOST_ROWS, Column, Table, View, anchor, sheet
from o365nb.report.words import LABELS
from o365nb.text import plural

_SEVERITIES = {
    Severity.CRITICAL: "bad",
    Severity.HIGH: "bad",
    Severity.MEDIUM: "warn",
    Severity.LOW: "mute",
    Severity.INFO: "mute",
}
_CONTEXTS = {
    Context.YES: ("attacker's", "attacker"),
    Context.LIKELY: ("likely attacker's", "attacker"),
    Context.UNKNOWN: ("not known", "mute"),
    Context.NO: ("not the attacker's", "user"),
}
_ANSWERS = {
    Answer.FOUND: ("found", "bad", "●"),
    Answer.BLIND: ("blind", "warn", "◐"),
    Answer.CLEAR: ("clear", "good", "○"),
}
#: The findings that an event is evidence of: the column beside it names them.
_EVIDENCE = re.compile(r" \(is evidence of: .*?\)\.")
#: Who knows of an object.
SIDES = {"graph": "Entra", "exchange": "Exchange", "export": "a file", "intune": "Intune", "defender": "Defender"}
_KINDS = {
    "inbox_rule": "Inbox rule",
    "sweep_rule": "Sweep rule",
    "oauth_grant": "Application access",
    "auth_method": "Sign-in method",
    "device": "Registered device",
    "mailbox": "Mailbox forwarding",
    "forwarding": "Mailbox forwarding",
    "mailbox_forwarding": "Mailbox forwarding",
    "service_principal": "Application",
    "delegate": "Delegate",
    "folder_permission": "Permission on a folder",
    "transport_rule": "Mail-flow rule of the tenant",
    "connector": "Connector of the tenant",
    "forwarding_policy": "Forwarding policy of the tenant",
    "audit_setting": "Audit setting",
    "role": "Directory role",
    "application": "Application and its credentials",
    "federated_domain": "Federated domain",
    "conditional_access": "Conditional access",
}


def findings(of: Dossier) -> View:
    """What was found, ordered as an attack runs (ATT&CK tactics), each with its evidence."""
    found = of.found.findings
    heaviest = sorted(map(_finding, found[:MOST_ROWS]), key=lambda row: (row["order"], -row["weight"], row["id"]))
    rows = [*heaviest, *map(_finding, found[MOST_ROWS:])]
    columns = (
        Column("id", "Id", "code"),
        Column("what", "What was found", "titled"),
        Column("attack", "ATT&CK", "list"),
        Column("severity", "Severity", "pill"),
        Column("whose", "Whose", "pill"),
        Column("time", "First seen", "time"),
        Column("score", "Score", "number"),
    )
    title, empty = "Findings along the course of an attack", nothing_found(of)
    table = Table(title, columns, rows, empty, name="findings", file="findings.json")
    tactics = Counter(tactic_of(one.attack) for one in found)
    lead = (
        [
            plural(len(found), "finding")
            + ": "
            + ", ".join(f"{t.lower()} {tactics[t]}" for t in (*TACTICS, "Other") if tactics[t])
            + "."
        ]
        if found
        else []
    )
    return sheet(of.clock, [plain(one) for one in found], table.caption, table, lead=lead)


def _finding(one: Finding) -> dict[str, Any]:
    tactic = tactic_of(one.attack)
    word, tone = _CONTEXTS[one.context]
    severity = "mute" if one.context is Context.NO else _SEVERITIES[one.severity]
    techniques = [f"{t} {TECHNIQUES[t][0]}" if t in TECHNIQUES else t for t in one.attack]
    return {
        "id": one.id,
        "anchor": anchor(one.id),
        "order": TACTICS.index(tactic) if tactic in TACTICS else len(TACTICS),
        "weight": one.severity.weight,
        "what": {"title": one.title.rstrip("."), "text": one.summary, "codes": one.evidence},
        "attack": techniques,
        "severity": pill(one.severity.value, severity, rank=-one.severity.weight),
        "whose": pill(word, tone, note=f"sure to {one.confidence:.0%}", rank=-one.context.factor),
        "time": one.first,
        "score": round(one.score, 1),
    }


def nothing_found(of: Dossier) -> str:
    """The sentence for no findings: whether that may be believed."""
    blind = sum(answer.verdict is Answer.BLIND for answer in of.found.detections.values())
    if not blind:
        return "Nothing was found, and every detection saw the evidence it needs."
    return f"Nothing was found; {plural(blind, 'detection')} could not see the evidence needed and cannot tell."


def detections(of: Dossier) -> View:
    """Every detection with its answer: found, clear or blind, what innocently looks like it, what it cannot see."""
    from o365nb.detections import facts

    known = facts()
    rows = []
    for slug, answer in sorted(
        of.found.detections.items(), key=lambda item: (list(_ANSWERS).index(item[1].verdict), item[0])
    ):
        unit = known.get(slug)
        word, tone, sign = _ANSWERS[answer.verdict]
        rows.append(
            {
                "slug": slug,
                "title": {"title": unit.title.rstrip(".") if unit else slug, "text": slug, "codes": ()},
                "answer": pill(word, tone, sign, rank=list(_ANSWERS).index(answer.verdict)),
                "reason": answer.reason,
                "benign": unit.benign if unit else "",
                "misses": unit.misses if unit else "",
            }
        )
    counts = Counter(answer.verdict for answer in of.found.detections.values())
    lead = (
        f"{plural(len(rows), 'detection')} asked. Found something: {counts[Answer.FOUND]}; clear, with their evidence"
        f" seen whole: {counts[Answer.CLEAR]}; blind: {counts[Answer.BLIND]}. A blind one cannot tell; that is never"
        " read as a no."
    )
    columns = (
        Column("title", "Detection", "titled"),
        Column("answer", "Answer", "pill"),
        Column("reason", "Why"),
        Column("benign", "Innocent look-alikes"),
        Column("misses", "What it cannot see"),
    )
    table = Table(
        "Every detection and its answer", columns, rows, "No detection was run.", fold="Every detection and its answer"
    )
    return sheet(of.clock, rows, lead, table, lead=[lead] if rows else [])


#: What decides where mail goes, and who may read or send it; with the sources that tell of it.
MAIL_DOORS = (
    *("transport_rule", "journal_rule", "connector", "forwarding_policy", "inbox_rule", "sweep_rule", "mailbox"),
    *("forwarding", "mailbox_forwarding", "delegate", "folder_permission"),
)
_MAIL_STATE = (
    *("inbox_rules", "inbox_rules.hidden", "sweep_rules", "mailboxes", "mailbox_permissions", "folder_permissions"),
    *("transport_rules", "connectors", "remote_domains"),
)


def mail_doors(of: Dossier) -> View:
    """What stands in the way of mail: rules, forwarding, connectors, delegates, with whose each is."""
    return back_doors(of, MAIL_DOORS, _MAIL_STATE)


def back_doors(of: Dossier, kinds: Sequence[str] = (), sources: Sequence[str] = ()) -> View:
    """Everything that could let somebody back in, the innocent too; of some kinds only, with the sources of these."""
    among = [item for item in of.found.persistence if not kinds or item.kind in kinds]
    items = sorted(among, key=lambda item: (_order(item), item.kind, item.id))
    done = _dealt_with(of)
    rows = [_back_door(item, done.get(item.id.rpartition(":")[2], "")) for item in items]
    columns = (
        Column("whose", "Whose", "pill"),
        Column("what", "Object", "titled"),
        Column("because", "Why"),
        Column("created", "Since", "time"),
        Column("seen", "Seen by"),
        Column("findings", "Findings", "findings"),
    )
    theirs = [row for row, item in zip(rows, items, strict=True) if item.verdict is not Label.USER]
    innocent = [row for row, item in zip(rows, items, strict=True) if item.verdict is Label.USER]
    missing = [text for text in (unseen(of.found, (source,)) for source in sources or _STATE) if text]
    empty = "No object of an intruder was found." + (" Not everything could be read." if missing else "")
    fold = f"{plural(len(innocent), 'object')} of the owner, left alone"
    tables = [Table("Theirs, or of unknown origin", columns, theirs, empty, file="persistence.json")]
    tables += [Table("The owner's own", columns, innocent, "", fold, file="persistence.json")] if innocent else []
    limits = [f"Cannot tell for all: {'; '.join(missing)}."] if missing else []
    counts = Counter(item.verdict for item in items)
    told = (
        f"{plural(len(items), 'object')} examined: {counts[Label.ATTACKER]} of the attacker,"
        f" {counts[Label.UNKNOWN]} of unknown origin, {counts[Label.USER]} of the owner."
    )
    lead = [told] if items else []
    return sheet(of.clock, [plain(item) for item in items], " ".join(lead) or empty, *tables, lead=lead, tail=limits)


_STATE = (
    *("inbox_rules", "inbox_rules.hidden", "sweep_rules", "mailboxes", "mailbox_permissions", "folder_permissions"),
    *("transport_rules", "connectors", "remote_domains", "oauth_grants", "auth_methods", "devices", "mobile_devices"),
)


def _order(item: Persistence) -> int:
    return {Label.ATTACKER: 0, Label.UNKNOWN: 1}.get(item.verdict, 2)


def _dealt_with(of: Dossier) -> dict[str, str]:
    """What the receipts say was done about an object, by the object's own id."""
    last = {row["step_id"]: row for row in of.receipts if row["outcome"] in ("applied", "undone")}
    done = {}
    for step in of.found.plan.steps:
        if (row := last.get(step.id)) and row["outcome"] == "applied":
            for name in ("rule", "method"):
                if thing := step.arguments.get(name):
                    done[thing] = row["after"]
    return done


def _back_door(item: Persistence, done: str) -> dict[str, Any]:
    tone = {Label.ATTACKER: "attacker", Label.USER: "user"}.get(item.verdict, "warn")
    kind = _KINDS.get(item.kind, item.kind.replace("_", " "))
    return {
        "whose": pill(
            LABELS[item.verdict],
            tone,
            note=f"now: {done}" if done else ("to be removed" if item.remove else ""),
            rank=_order(item),
        ),
        "what": {
            "title": item.description,
            "text": f"{kind} · {item.owner or 'the whole tenant'}",
            "codes": (item.id,),
        },
        "because": beside_findings(item.because, item.finding_ids),
        "created": item.created,
        "seen": ", ".join(SIDES.get(side, side) for side in item.seen_by),
        "findings": item.finding_ids,
    }


def beside_findings(reason: str, finding_ids: Sequence[str]) -> str:
    """A reason without the titles of the findings whose numbers stand beside it."""
    return _EVIDENCE.sub(".", reason) if finding_ids else reason


def pill(text: str, tone: str, sign: str = "", *, note: str = "", rank: float = 0) -> dict[str, Any]:
    """The content of a cell that is shown as a coloured word; `rank` orders it among its like."""
    return {"text": text, "tone": tone, "sign": sign, "note": note, "rank": rank}
