"""What was done, what remains, what to do next, and which duties may run."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from o365nb.model import Step, Verdict, plain, utc
from o365nb.report.advice import CLOCKS, FRAUD, recommendations
from o365nb.report.clock import amount
from o365nb.report.dossier import Dossier
from o365nb.report.markup import Column, Table, View, sheet
from o365nb.report.results import beside_findings
from o365nb.report.words import PHASES, imitated_only

_OUTCOMES = {
    "applied": ("done and read back", "good", "●"),
    "already_held": ("was so already", "good", "○"),
    "unverified": ("sent, not yet seen", "warn", "◐"),
    "intended": ("begun, not finished", "warn", "◐"),
    "refused": ("refused", "warn", "✕"),
    "failed": ("failed", "bad", "✕"),
}
_OPEN = {"text": "open", "tone": "mute", "sign": "○", "note": "", "rank": 5}


def response_log(of: Dossier) -> View:
    """Every change the kit made: when, what stood before, what stands after, and the proof."""
    rows = [_receipt(row) for row in of.receipts]
    columns = (
        Column("time", "When", "time"),
        Column("what", "Change", "titled"),
        Column("before", "Before"),
        Column("after", "After"),
        Column("state", "Outcome", "pill"),
        Column("proof", "Proof"),
    )
    table = Table("Changes made, with proof", columns, rows, "Nothing has been changed with this kit so far.")
    tail = ("Every line is a sealed receipt in receipts.jsonl; a change made by hand elsewhere does not show here.",)
    return sheet(of.clock, of.receipts, amount(len(rows), "receipt"), table, tail=tail)


def _receipt(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "time": utc(row["at"]),
        "what": {"title": row["title"], "text": row["target"], "codes": (row["step_id"], *row["request_ids"])},
        "before": row["before"],
        "after": row["after"],
        "state": _state(row),
        "proof": f"{row['proof'].rstrip('.')}. Done by {row['by']}.",
    }


def _state(row: dict[str, Any]) -> dict[str, Any]:
    word, tone, sign = _OUTCOMES.get(row["outcome"], (row["outcome"].replace("_", " "), "mute", ""))
    if row["undo"] and tone == "good":
        word, tone, sign = "undone", "warn", "↺"
    return {"text": word, "tone": tone, "sign": sign, "note": row["note"], "rank": word}


def plan(of: Dossier, phase: str = "") -> View:
    """The proposed response in order, each step with its reason and where it stands."""
    steps = sorted(of.found.plan.steps, key=lambda step: step.order)
    chosen = [step for step in steps if not phase or step.phase.value == phase]
    states, by_hand = _states(of), of.case.info.door == "export"
    phases = [
        {"title": PHASES[key], "steps": [_step(step, states.get(step.id, _OPEN), by_hand=by_hand) for step in group]}
        for key, group in groupby(chosen, key=lambda step: step.phase)
    ]
    rest = sum(states.get(step.id, _OPEN)["tone"] != "good" for step in chosen)
    lead = [f"{amount(len(chosen), 'step')}, {rest} still open."]
    if not states and not by_hand and any(step.automatic for step in chosen):
        lead.append(f"Nothing is changed before somebody approves plan {of.found.plan.plan_id}.")
    empty = "No step is proposed." if not phase else "No step of this phase is proposed."
    tail = f"To read the exact requests: o365nb respond plan --case {of.case.info.name}" if chosen else ""
    rows = [{**plain(step), "state": states.get(step.id, _OPEN)["text"]} for step in chosen]
    words = lead[0] if chosen else empty
    return View("plan", of.clock, rows, words, lead=lead if chosen else [], phases=phases, empty=empty, tail=tail)


def _states(of: Dossier) -> dict[str, dict[str, Any]]:
    """Where each step of this plan stands: its last receipt that changed something, else its last one."""
    last: dict[str, dict[str, Any]] = {}
    for row in of.receipts:
        idle = row["outcome"] in ("already_held", "refused")
        if row["plan_id"] == of.found.plan.plan_id and not (idle and row["step_id"] in last):
            last[row["step_id"]] = row
    return {step: _state(row) for step, row in last.items()}


def _step(step: Step, state: dict[str, Any], *, by_hand: bool) -> dict[str, Any]:
    return {
        "id": step.id,
        "action": action_name(step.action),
        "target": step.target,
        "reason": beside_findings(step.reason, step.finding_ids),
        "finding_ids": step.finding_ids,
        "automatic": step.automatic and not by_hand,
        "reversible": step.reversible,
        "command": step.command_equivalent,
        "state": state,
    }


def action_name(action: str) -> str:
    """An action's title; one that this version does not know is named by its own words."""
    from o365nb.response import actions

    known = actions().get(action)
    return known.title if known else action.replace("_", " ").capitalize()


def recommended(of: Dossier) -> View:
    """What would have stopped this, or shown it sooner."""
    rows = [{"term": one.term, "what": one.what, "why": one.why} for one in recommendations(of.found)]
    columns = (Column("term", "By when"), Column("what", "What to do", "strong"), Column("why", "Why, in this case"))
    table = Table("Recommendations", columns, rows, "This case gives no reason for a recommendation.")
    return sheet(of.clock, rows, amount(len(rows), "recommendation"), table)


def duties(of: Dossier) -> View:
    """The clocks that may be running, as a worksheet to fill in with counsel."""
    imitated = imitated_only(of.found.attributions)
    if of.found.verdict.verdict is Verdict.NOT_SUPPORTED and not imitated:
        table = Table("Duties to notify", (), [], "The evidence gives no reason to notify anybody.")
        return sheet(of.clock, [], table.empty, table)
    rows = [
        {"duty": duty, "whom": whom, "when": when, "decision": ""}
        for duty, whom, when in CLOCKS
        if duty in FRAUD or not imitated
    ]
    columns = (
        Column("duty", "Duty", "strong"),
        Column("whom", "To whom"),
        Column("when", "Time allowed"),
        Column("decision", "Decision, by whom, when", "blank"),
    )
    lead = (
        "Which of these apply is a question for counsel. The clock mostly starts when the organisation became aware.",
        "Became aware: ____________________  Kinds of data: ____________________  Persons concerned: ____________",
    )
    table = Table("Duties to notify: a worksheet, not legal advice", columns, rows, "")
    return sheet(of.clock, rows, "Duties that may apply", table, lead=lead)
