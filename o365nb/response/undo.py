"""Putting one step back, from the state that its receipt kept."""

from __future__ import annotations

from dataclasses import replace

from o365nb.case import Case
from o365nb.errors import BadInput
from o365nb.response import receipts
from o365nb.response.plan import action_of
from o365nb.response.receipts import Receipt, Result
from o365nb.response.run import Change, by, perform
from o365nb.tenant import Tenant


def undo(case: Case, tenant: Tenant, step_id: str, *, operator: str = "") -> Receipt:
    """Restore what stood before a step, and read it back. `PLAN_ID:STEP` names a step of an earlier plan.

    Raises BadInput when nothing was applied under that id, when two plans used it for different things, or when
    the step cannot be undone.
    """
    stands = standing_step(case, step_id)
    step, action = stands.step, action_of(stands.step)
    if not stands.reversible:
        raise BadInput(f"{stands.step_id} cannot be undone: {action.irreversible_because}. Nothing was sent.")
    before, now = stands.before or {}, action.before(tenant, step)
    receipt = Receipt(
        stands.step_id,
        stands.plan_id,
        stands.action,
        stands.target,
        tenant.now(),
        now,
        Result.INTENDED,
        by(tenant, operator),
        stands.reversible,
        request=action.undo_requests(step, before),
        undo=True,
        note=_warning(stands),
        arguments=stands.arguments,
        app_id=tenant.profile.client_id,
    )
    if reason := action.changed(step, now):
        return receipts.write(case, _closed(receipt, Result.REFUSED, reason))
    if action.undone(now, before):
        return receipts.write(case, _closed(receipt, Result.ALREADY_HELD, ""))
    change = Change(
        send=lambda: action.undo(tenant, step, before),
        read=lambda: action.before(tenant, step),
        took=lambda state: action.undone(state, before),
    )
    return perform(case, tenant, receipt, change)


def reopens(stands: Receipt) -> bool:
    """Whether putting a step back opens an account that was closed."""
    return stands.action == "block_sign_in"


def standing_step(case: Case, step_id: str) -> Receipt:
    """The receipt of the step that `undo` would put back. Raises BadInput as it does."""
    plan, _, name = step_id.rpartition(":")
    named = [one for one in receipts.read(case) if one.step_id == name and plan in ("", one.plan_id)]
    things = {receipts.thing_of(one): one.plan_id for one in named}
    found = {thing: stands for thing in things if (stands := receipts.standing(case, thing))}
    if not found:
        raise BadInput(f"Nothing to undo: {step_id} was not applied, or was undone already. See the receipts.")
    if len(found) > 1:
        choices = " or ".join(f"{things[thing]}:{name}" for thing in found)
        raise BadInput(f"{name} was applied to different things by different plans. Say which: {choices}.")
    return next(iter(found.values()))


def _closed(receipt: Receipt, outcome: Result, note: str) -> Receipt:
    """The receipt of an undo that sends nothing."""
    return replace(receipt, outcome=outcome, note=note, request=(), checked_at=receipt.at)


def _warning(stands: Receipt) -> str:
    return "The account was opened again without the gate." if reopens(stands) else ""
