"""What remains: each open step with who does it and by when, and the risks that no step closes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from o365nb.model import Label, Phase, Step, Verdict
from o365nb.report.dossier import Dossier
from o365nb.report.facts import boundless, undecided, whole
from o365nb.report.markup import Column, Table, View, anchor, sheet
from o365nb.report.measures import OPEN, action_name, states
from o365nb.report.results import beside_findings
from o365nb.text import plural

#: Who does what nobody else may do for them.
_WHO = {
    "ask_user": "The analyst, with the account's owner",
    "bank_recall": "Finance, with the bank",
    "stop_payment": "Finance, with the bank",
    "freeze_pay": "Payroll",
    "check_device": "IT support, at the device",
    "check_devices": "IT support, at the devices",
    "notify_recipients": "The account's owner, with communications",
    "warn_correspondents": "The account's owner, with communications",
    "refuse_imitations": "The mail administrator",
    "review_delegate": "The mailbox's owner, with their manager",
    "verify_again": "The analyst",
    "snapshot_evidence": "The analyst",
}
_WHEN = {
    Phase.PRESERVE: "At once, before any change",
    Phase.CONTAIN: "At once",
    Phase.SCOPE: "Today",
    Phase.ERADICATE: "Before the account is given back",
    Phase.RECOVER: "Once the account is clean",
    Phase.VERIFY: "After an hour, a day and a week",
    Phase.LESSONS: "Within 30 days",
}


def remaining(of: Dossier) -> View:
    """Open steps by the time they are due, and who does them; then what stays uncertain, and who can settle it."""
    held, by_hand = states(of), of.case.info.door == "export"
    steps = sorted(of.found.plan.steps, key=lambda step: step.order)
    open_ = [step for step in steps if held.get(step.id, OPEN)["tone"] != "good"]
    rows = [_row(step, held.get(step.id, OPEN), by_hand=by_hand) for step in open_]
    columns = (
        *(Column("what", "What", "titled"), Column("who", "Who"), Column("why", "Why")),
        Column("findings", "Evidence", "findings"),
    )
    tables = [Table(when, columns, list(due), "") for when, due in groupby(rows, key=lambda row: str(row["when"]))]
    if not rows:
        empty = "Nothing is left to do." if steps else "No step is proposed."
        tables = [Table("What remains", columns, [], empty)]
    risks = list(_risks(of))
    asked = (
        *(Column("risk", "Open question", "strong"), Column("cost", "What it means")),
        Column("who", "Who can tell"),
    )
    tables.append(Table("What stays uncertain", asked, risks, "Nothing known is left uncertain."))
    lead = f"{plural(len(rows), 'step')} open, {len(steps) - len(open_):,} done; {plural(len(risks), 'open question')}."
    kit = any(step.automatic for step in open_) and not by_hand
    waits = f" What this kit can do waits until somebody approves plan {of.found.plan.plan_id}." if kit else ""
    return sheet(of.clock, rows, lead, *tables, lead=[lead + waits])


def _row(step: Step, state: dict[str, Any], *, by_hand: bool) -> dict[str, Any]:
    tried = "" if state["text"] == OPEN["text"] else f" ({state['text']})"
    return {
        "anchor": f"do-{anchor(step.id)}",
        "what": {"title": action_name(step.action) + tried, "text": step.target, "codes": ()},
        "who": who(step, by_hand=by_hand),
        "when": _WHEN[step.phase],
        "state": state["text"],
        "why": beside_findings(step.reason, step.finding_ids),
        "findings": step.finding_ids,
    }


def who(step: Step, *, by_hand: bool = False) -> str:
    """Whose work a step is."""
    if step.action in _WHO:
        return _WHO[step.action]
    if step.automatic and not by_hand:
        return "An administrator, with this kit"
    return "An administrator"


def _risks(of: Dossier) -> Iterator[dict[str, str]]:
    found = of.found
    if found.verdict.verdict is Verdict.CANNOT_TELL:
        yield _risk(
            "Was the account taken over?", "The evidence at hand does not tell.", "The analyst, with more evidence"
        )
    for why in boundless(found):
        yield _risk("What else was read?", why, "Nobody: it was not recorded")
    if found.cause.hypotheses and not found.cause.determined and found.verdict.verdict is not Verdict.NOT_SUPPORTED:
        asked = found.cause.next_question or "More evidence about the first sign-in"
        yield _risk("How did they get in?", f"Not settled; the same way may be open still. Ask: {asked}", "The owner")
    if unknown := sum(item.verdict is Label.UNKNOWN for item in found.persistence):
        yield _risk(
            "Whose are these objects?", f"{plural(unknown, 'object')} of unknown origin under back doors.", "The owner"
        )
    if events := undecided(found):
        yield _risk(
            "Whose acts were these?", f"{plural(events, 'event')} could not be attributed.", "The owner, the analyst"
        )
    if heavy := [one for one in found.other_victims if one.strength != "weak"]:
        named = ", ".join(one.account for one in heavy[:5])
        yield _risk(
            "Were others taken over too?", f"{plural(len(heavy), 'account')} to examine: {named}.", "The analyst"
        )
    if gaps := sum(not whole(gap) for gap in found.coverage):
        said = f"{plural(gaps, 'source was', 'sources were')} not seen whole; see coverage and limits."
        yield _risk("What is not in the evidence?", said, "Whoever may grant the right or the licence")


def _risk(risk: str, cost: str, person: str) -> dict[str, str]:
    return {"risk": risk, "cost": cost, "who": person}
