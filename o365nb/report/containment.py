"""Containment from a notebook: a dry run, or, with the id of the plan that was read, the steps themselves."""

from __future__ import annotations

import json

from o365nb.model import Phase, Step
from o365nb.report.dossier import Dossier
from o365nb.report.markup import Column, Table, View, sheet
from o365nb.report.measures import action_name, response_log

#: Steps that hand out a secret. A notebook keeps what it shows, so they are left to the terminal.
TERMINAL_ONLY = ("reset_password",)


def contain(of: Dossier, approve: str = "") -> View:
    """Apply the containment steps of the plan `approve`; without an id, show what would be sent.

    Raises NotApproved for any other id, and BadInput for a case made from files, before anything is sent.
    """
    from o365nb.response import part_of_the_whole

    plan = of.found.plan
    steps = [step for step in plan.steps if step.phase is Phase.CONTAIN and part_of_the_whole(step)]
    here = [step for step in steps if step.action not in TERMINAL_ONLY]
    if not approve:
        return _dry_run(of, steps)
    from o365nb import response
    from o365nb.doors import tenant_of

    response.require_approval(plan, approve)
    if not here:
        return _dry_run(of, steps)
    with tenant_of(of.case, print, to_change=True) as tenant:
        response.apply(of.case, tenant, plan, approve, [step.id for step in here])
    return response_log(Dossier(of.case, of.results))


def _dry_run(of: Dossier, steps: list[Step]) -> View:
    from o365nb.response import actions

    rows = []
    for step in steps:
        action = actions().get(step.action)
        requests = action.requests(step) if action and step.action not in TERMINAL_ONLY else ()
        sent = [f"{one.method} {one.url} {json.dumps(one.body, ensure_ascii=False)}" for one in requests]
        by_hand = f"left to the terminal: o365nb respond apply --step {step.id}" if step.action in TERMINAL_ONLY else ""
        rows.append(
            {
                "step": step.id,
                "what": {"title": action_name(step.action), "text": step.target, "codes": ()},
                "sent": sent or [by_hand],
            }
        )
    columns = (
        Column("step", "Step", "code"),
        Column("what", "Change", "titled"),
        Column("sent", "What would be sent", "codes"),
    )
    table = Table(
        "Dry run of the containment", columns, rows, "The plan has no step of containment: nothing would be sent."
    )
    lead = [f"Dry run: nothing was sent. To apply, set APPROVE to the plan id: {of.found.plan.plan_id}"] if rows else []
    return sheet(of.clock, rows, lead[0] if lead else table.empty, table, lead=lead)
