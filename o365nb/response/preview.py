"""The dry run: what would be sent, word for word, and nothing sent."""

from __future__ import annotations

import json
from collections.abc import Iterator

from o365nb.case import Case
from o365nb.errors import O365nbError
from o365nb.model import Plan, Step
from o365nb.response import receipts
from o365nb.response.base import Request
from o365nb.response.plan import action_of
from o365nb.response.tempo import tempo
from o365nb.response.undo import reopens, standing_step
from o365nb.safe import one_line
from o365nb.tenant import Tenant, redact


def preview(plan: Plan, case: Case | None = None, tenant: Tenant | None = None, *, by_hand: bool = False) -> list[str]:
    """The plan for a terminal: per step the reason, the exact request, the same as PowerShell.

    `by_hand` is for a case without a tenant: a person does every step, by its command.
    With a case and a tenant, each target is also read (never written), and its present state is shown.
    """
    lines = [f"plan {plan.plan_id}: {len(plan.steps)} step{'' if len(plan.steps) == 1 else 's'}"]
    if advice := tempo(plan):
        lines += ["", f"tempo    {advice.why}"]
    for step in plan.steps:
        lines += ["", *_step(step, by_hand=by_hand)]
        if case and tenant and step.automatic:
            lines.append(f"    now      {_now(case, tenant, step)}")
    return lines


def undo_preview(case: Case, step_id: str) -> list[str]:
    """What putting a step back would send, and what to mind. Sends nothing; raises BadInput as `undo` does."""
    stands = standing_step(case, step_id)
    action = action_of(stands.step)
    lines = [f"{stands.step_id}  undo  {action.title}: {one_line(stands.target)}"]
    if not stands.reversible:
        return [*lines, f"    cannot be undone: {one_line(action.irreversible_because)}"]
    lines += [f"    sends    {_sent(request)}" for request in action.undo_requests(stands.step, stands.before or {})]
    if reopens(stands):
        lines.append("    mind     the account may sign in again, past the gate that the plan's own unlock step has")
    return lines


def _sent(request: Request) -> str:
    return one_line(f"{request.method} {request.url} {json.dumps(request.body)}")


def _step(step: Step, *, by_hand: bool) -> Iterator[str]:
    action = action_of(step)
    automatic = step.automatic and not by_hand
    marks = ["automatic" if automatic else "by hand"]
    if automatic and not step.reversible and action.requests(step):
        marks.append("cannot be undone")
    if automatic and action.optional:
        marks.append("only when named")
    if automatic and (wanted := action.asks(step)):
        marks.append(f"type {one_line(wanted)!r} to confirm")
    yield f"{step.id}  {step.phase.value}  {action.title}: {one_line(step.target)}  [{', '.join(marks)}]"
    yield f"    why      {one_line(step.reason)}"
    if step.finding_ids:
        yield f"    findings {', '.join(step.finding_ids)}"
    for request in action.requests(step) if automatic else ():
        yield f"    sends    {_sent(request)}"
    if step.command_equivalent:
        yield f"    {'same as ' if automatic else 'command '} {one_line(step.command_equivalent)}"


def _now(case: Case, tenant: Tenant, step: Step) -> str:
    action = action_of(step)
    try:
        state = action.before(tenant, step)
    except O365nbError as error:
        return f"could not be read: {redact(error)}"
    if reason := action.changed(step, state):
        return f"would be refused: {reason}"
    last = receipts.last_sent(case, step)
    held = action.holds(step, state, last.at if last else None)
    return f"{action.words(state)}; {'holds already, nothing would be sent' if held else 'would be changed'}"
