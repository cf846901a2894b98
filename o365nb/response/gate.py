"""The gate before an account is unblocked: what still speaks against it, read from the tenant now."""

from __future__ import annotations

from collections.abc import Collection

from o365nb.case import Case
from o365nb.errors import O365nbError
from o365nb.model import Phase, Plan, Step, utc
from o365nb.response import account, receipts
from o365nb.response.plan import action_of
from o365nb.safe import one_line
from o365nb.tenant import Tenant, redact

#: What is about the user's devices.
DEVICE_CHECKS = ("check_devices", "check_device", "update_signatures", "scan_device", "sync_device")
#: Judged apart: devices by the operator's word, sessions by their order after the password, the account by itself.
_APART = (
    *DEVICE_CHECKS,
    *("revoke_sessions", "block_sign_in", "reset_password", "confirm_compromised"),
)


def unmet(
    case: Case,
    tenant: Tenant,
    plan: Plan,
    step: Step,
    *,
    devices_checked: bool = False,
    confirmed: Collection[str] = (),
) -> list[str]:
    """Every reason not to unblock the account of `step`; empty when it may be done."""
    upn = step.arguments["upn"]
    mine = [one for one in plan.steps if one.arguments.get("upn") in (upn, "")]
    reasons = [reason for one in mine if _in_the_way(one) if (reason := _still_stands(case, tenant, one, confirmed))]
    reasons += _password_and_sessions(case, tenant, step, mine)
    if not devices_checked:
        reasons.append("the user's devices were not confirmed as clean (--devices-checked)")
    return reasons


def _in_the_way(step: Step) -> bool:
    """Whether a step must hold first: what eradicates, and what of the containment is about more than the account."""
    if step.action in _APART or action_of(step).optional:
        return False
    return step.phase is Phase.ERADICATE or (step.phase is Phase.CONTAIN and step.automatic)


def _still_stands(case: Case, tenant: Tenant, step: Step, confirmed: Collection[str]) -> str:
    action = action_of(step)
    try:
        state = action.before(tenant, step)
    except O365nbError as error:
        return f"{step.id} could not be read: {redact(error)}"
    if state["present"] is None:
        return "" if step.id in confirmed else f"{step.id} is done by hand and not confirmed ({one_line(step.target)})"
    if receipts.put_back(case, step):
        return f"{step.id}: {receipts.PUT_BACK}"
    if state["present"] is False or action.holds(step, state, None):
        return ""
    return f"{step.id} is not done: {one_line(step.target)} ({action.words(state)})"


def _password_and_sessions(case: Case, tenant: Tenant, step: Step, mine: list[Step]) -> list[str]:
    """The password changed in this response, and sessions were revoked after that."""
    try:
        state = account.read(tenant, step)
    except O365nbError as error:
        return [f"the account could not be read: {redact(error)}"]
    resets = [one for one in mine if one.action == "reset_password"]
    sent = {one.id: receipts.last_sent(case, one) for one in mine}
    for reset in resets:
        last = sent[reset.id]
        if not action_of(reset).holds(reset, state, last.at if last else None):
            return ["the password was not reset in this response"]
    reset_seq = max((last.seq for one in resets if (last := sent[one.id])), default=0)
    revokes = [last for one in mine if one.action == "revoke_sessions" and (last := sent[one.id])]
    changed, valid_from = state.get("password_changed"), state.get("sessions_valid_from")
    after = [one for one in revokes if one.seq > reset_seq]
    if not after or not changed or not valid_from or utc(str(valid_from)) < utc(str(changed)):
        return ["the sessions were not revoked after the password was reset"]
    return []
