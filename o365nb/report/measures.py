"""What was done, what remains, what to do next, and which duties may run."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from o365nb.model import Step, Verdict, plain, utc
from o365nb.report.advice import CLOCKS, recommendations
from o365nb.report.clock import amount
from o365nb.report.dossier import Dossier
from o365nb.report.markup import Column, Table, View
from o365nb.report.words import PHASES

_OUTCOMES = {
    "applied": ("applied", "good", "●"), "verified": ("done and verified", "good", "●"), "already": ("held already", "good", "○"),
    "undone": ("undone", "warn", "↺"), "unverified": ("sent, not verified", "warn", "◐"), "gone": ("no longer there", "mute", "○"),
    "refused": ("refused", "bad", "✕"), "failed": ("failed", "bad", "✕"), "skipped": ("skipped", "mute", "○"),
}  # fmt: skip
_OPEN = {"text": "open", "tone": "mute", "sign": "○", "note": "", "rank": 5}


def response_log(of: Dossier) -> View:
    """Every change the kit made: when, what stood before, what stands after, and the proof."""
    rows = [_receipt(line) for line in of.receipts]
    columns = (
        Column("time", "When", "time"), Column("step", "Step", "code"), Column("what", "Change", "titled"),
        Column("before", "Before"), Column("after", "After"), Column("state", "Outcome", "pill"), Column("proof", "Proof", "codes"),
    )  # fmt: skip
    table = Table("Changes made, with proof", columns, rows, "Nothing has been changed with this kit so far.")
    tail = ("Every line is a sealed receipt in receipts.jsonl; a change made by hand elsewhere does not show here.",)
    return View("tables", of.clock, of.receipts, amount(len(rows), "receipt"), lead=(), warning="", tables=[table], tail=tail)


def _receipt(line: dict[str, Any]) -> dict[str, Any]:
    word, tone, sign = _OUTCOMES.get(str(line.get("outcome", "")), (str(line.get("outcome", "recorded")), "mute", ""))
    return {
        "time": utc(str(line["time"])) if line.get("time") else None,
        "step": str(line.get("step", "")),
        "what": {"title": action_name(str(line.get("action", "change"))), "text": str(line.get("target", "")), "codes": ()},
        "before": _state(line.get("before")),
        "after": _state(line.get("after")),
        "state": {"text": word, "tone": tone, "sign": sign, "note": str(line.get("reason") or ""), "rank": word},
        "proof": [str(item) for item in line.get("request_ids") or ()] + [f"receipt {line['seq']}"],
    }


def _state(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_state(item)}" for name, item in value.items())
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def plan(of: Dossier, phase: str = "") -> View:
    """The proposed response in order, each step with its reason and where it stands."""
    steps = sorted(of.found.plan.steps, key=lambda step: step.order)
    chosen = [step for step in steps if not phase or step.phase.value == phase]
    states = _states(of)
    phases = [
        {"title": PHASES[key], "steps": [_step(step, states.get(step.id, _OPEN)) for step in group]}
        for key, group in groupby(chosen, key=lambda step: step.phase)
    ]
    rest = sum(states.get(step.id, _OPEN)["tone"] != "good" for step in chosen)
    lead = [f"{amount(len(chosen), 'step')}, {rest} still open. Nothing is changed before somebody approves plan {of.found.plan.plan_id}."]
    empty = "No step is proposed." if not phase else "No step of this phase is proposed."
    tail = f"To preview or apply: o365nb respond plan --case {of.case.info.name}" if chosen else ""
    rows = [{**plain(step), "state": states.get(step.id, _OPEN)["text"]} for step in chosen]
    words = lead[0] if chosen else empty
    return View("plan", of.clock, rows, words, lead=lead if chosen else [], phases=phases, empty=empty, tail=tail)


def _states(of: Dossier) -> dict[str, dict[str, Any]]:
    """Where each step of this plan stands: its last receipt."""
    return {str(line.get("step", "")): _receipt(line)["state"] for line in of.receipts}


def _step(step: Step, state: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": step.id, "action": action_name(step.action), "target": step.target, "reason": step.reason, "finding_ids": step.finding_ids,
        "automatic": step.automatic, "reversible": step.reversible, "command": step.command_equivalent, "state": state,
    }  # fmt: skip


def action_name(action: str) -> str:
    """`block_sign_in` as words."""
    return action.replace("_", " ").replace("-", " ").capitalize()


def recommended(of: Dossier) -> View:
    """What would have stopped this, or shown it sooner."""
    rows = [{"term": one.term, "what": one.what, "why": one.why} for one in recommendations(of.found)]
    columns = (Column("term", "By when"), Column("what", "What to do", "strong"), Column("why", "Why, in this case"))
    table = Table("Recommendations", columns, rows, "This case gives no reason for a recommendation.")
    return View("tables", of.clock, rows, amount(len(rows), "recommendation"), lead=(), warning="", tables=[table], tail=())


def duties(of: Dossier) -> View:
    """The clocks that may be running, as a worksheet to fill in with counsel."""
    if of.found.verdict.verdict is Verdict.NOT_SUPPORTED:
        table = Table("Duties to notify", (), [], "The evidence gives no reason to notify anybody.")
        return View("tables", of.clock, [], table.empty, lead=(), warning="", tables=[table], tail=())
    rows = [{"duty": duty, "whom": whom, "when": when, "decision": ""} for duty, whom, when in CLOCKS]
    columns = (
        Column("duty", "Duty", "strong"), Column("whom", "To whom"), Column("when", "Time allowed"), Column("decision", "Decision, by whom, when", "blank"),
    )  # fmt: skip
    lead = (
        "Which of these apply is a question for counsel, and the clock mostly starts when the organisation became aware."
        " Write down that moment first.",
        "Became aware: ______________________   Kinds of data: ______________________   Persons concerned: ______________",
    )
    table = Table("Duties to notify: a worksheet, not legal advice", columns, rows, "")
    return View("tables", of.clock, rows, "Duties that may apply", lead=lead, warning="", tables=[table], tail=())


