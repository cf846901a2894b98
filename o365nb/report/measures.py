"""What was done, what remains, what to do next, and which duties may run."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import groupby
from typing import Any

from o365nb.model import Step, Verdict, plain, utc
from o365nb.report.advice import CLOCKS, FRAUD, recommendations
from o365nb.report.dossier import Dossier
from o365nb.report.markup import Column, Table, View, sheet
from o365nb.report.results import beside_findings
from o365nb.report.words import PHASES, imitated_only
from o365nb.text import plural

_OUTCOMES = {
    "applied": ("done and read back", "good", "●"),
    "already_held": ("was so already", "good", "○"),
    "unverified": ("sent, not yet seen", "warn", "◐"),
    "intended": ("begun, not finished", "warn", "◐"),
    "refused": ("refused", "warn", "✕"),
    "failed": ("failed", "bad", "✕"),
}
#: Where a step stands of which there is no receipt.
OPEN = {"text": "open", "tone": "mute", "sign": "○", "note": "", "rank": 5}


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
    return sheet(of.clock, of.receipts, plural(len(rows), "receipt"), table, tail=tail)


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
    held, by_hand = states(of), of.case.info.door == "export"
    phases = [
        {"title": PHASES[key], "steps": [_step(step, held.get(step.id, OPEN), by_hand=by_hand) for step in group]}
        for key, group in groupby(chosen, key=lambda step: step.phase)
    ]
    rest = sum(held.get(step.id, OPEN)["tone"] != "good" for step in chosen)
    lead = [f"{plural(len(chosen), 'step')}, {rest} still open."]
    if not held and not by_hand and any(step.automatic for step in chosen):
        lead.append(f"Nothing is changed before somebody approves plan {of.found.plan.plan_id}.")
    empty = "No step is proposed." if not phase else "No step of this phase is proposed."
    tail = f"To read the exact requests: o365nb respond plan --case {of.case.info.name}" if chosen else ""
    rows = [{**plain(step), "state": held.get(step.id, OPEN)["text"]} for step in chosen]
    words = lead[0] if chosen else empty
    return View("plan", of.clock, rows, words, lead=lead if chosen else [], phases=phases, empty=empty, tail=tail)


def states(of: Dossier) -> dict[str, dict[str, Any]]:
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
    """What would have stopped this, or shown it sooner; each with what it follows from."""
    advice = recommendations(of.found)
    rows = [{"term": one.term, "what": one.what, "why": one.why, "findings": one.findings} for one in advice]
    columns = (
        *(Column("term", "By when"), Column("what", "What to do", "strong"), Column("why", "Why, in this case")),
        Column("findings", "Evidence", "findings"),
    )
    table = Table("Recommendations", columns, rows, "This case gives no reason for a recommendation.")
    return sheet(of.clock, rows, plural(len(rows), "recommendation"), table)


def duties(of: Dossier) -> View:
    """The clocks that may be running, as a worksheet to fill in with counsel."""
    imitated = imitated_only(of.found.attributions)
    if of.found.verdict.verdict is Verdict.NOT_SUPPORTED and not imitated:
        table = Table("Duties to notify", (), [], "The evidence gives no reason to notify anybody.")
        return sheet(of.clock, [], table.empty, table)
    begun = of.begun
    rows = [
        {
            "duty": duty.name,
            "whom": duty.whom,
            "when": duty.allowed,
            "ends": [f"{word}: {of.clock.when(begun + timedelta(hours=hours))}" for word, hours in duty.clocks]
            if begun
            else [],
            "decision": "",
        }
        for duty in CLOCKS
        if duty.name in FRAUD or not imitated
    ]
    columns = (
        *(Column("duty", "Duty", "strong"), Column("whom", "To whom"), Column("when", "Time allowed")),
        *(Column("ends", "Would end", "list"), Column("decision", "Decision, by whom, when", "blank")),
    )
    lead = (
        "Which of these apply is a question for counsel. The clock mostly starts when the organisation became aware."
        + (
            f" “Would end” counts from {of.clock.when(begun)}, when this examination began: put in the real moment."
            if begun
            else ""
        ),
        *_known_for_duties(of),
    )
    table = Table("Duties to notify: a worksheet, not legal advice", columns, rows, "")
    fields = Table("To fill in", (Column("field", "Field", "strong"), Column("known", "From the evidence"),
                                  Column("blank", "To fill in", "blank")), _fields(of), "")  # fmt: skip
    return sheet(of.clock, rows, "Duties that may apply", table, fields, lead=lead)


def _known_for_duties(of: Dossier) -> list[str]:
    seen = Counter(item.kind for item in of.found.exposure if not item.boundless)
    told = ", ".join(
        plural(count, kind, "searches" if kind == "search" else "") for kind, count in sorted(seen.items())
    )
    return [f"Seen by the intruder or to be assumed seen: {told}; listed under “What was seen”."] if told else []


def _fields(of: Dossier) -> list[dict[str, str]]:
    """The worksheet's fields, with what the evidence says already."""
    found = of.found
    people = len({one.address for one in found.recipients})
    first = found.verdict.first_attacker_event
    return [
        {"field": "Became aware", "known": "not in the evidence", "blank": ""},
        {"field": "Began", "known": of.clock.when(first) if first else "no act of an intruder is known", "blank": ""},
        {"field": "Accounts", "known": ", ".join(of.subjects), "blank": ""},
        {"field": "Kinds of data", "known": "to be judged from the list of what was seen", "blank": ""},
        {"field": "Persons concerned", "known": f"{people:,} received mail of the intruder" if people else "not known",
         "blank": ""},
        {"field": "Risk to them", "known": "", "blank": ""},
        {"field": "Decision, by whom", "known": "", "blank": ""},
    ]  # fmt: skip
