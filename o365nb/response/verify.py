"""Verification: every step of the plan is read back from the tenant as it stands now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from o365nb.case import Case
from o365nb.errors import O365nbError
from o365nb.model import Phase, Plan, Step, iso
from o365nb.response import receipts
from o365nb.response.base import State
from o365nb.response.plan import action_of
from o365nb.response.run import WAITS
from o365nb.safe import one_line
from o365nb.tenant import Tenant, redact


@dataclass(frozen=True, slots=True)
class Check:
    """One step as the tenant shows it. `holds` is None where nothing can be read or nothing is expected yet."""

    step_id: str
    phase: Phase
    action: str
    target: str
    holds: bool | None
    read: str
    state: State
    at: datetime
    note: str = ""
    #: Seconds from the request until the tenant was first seen to show it; None where nothing was sent.
    took: float | None = None


def verify(case: Case, tenant: Tenant, plan: Plan, *, patient: bool = False) -> list[Check]:
    """Read every step back. A step that cannot be read does not hold: the note says why.

    `patient` reads what was sent and does not show yet again, for a minute: directories agree with themselves late.
    """
    checks = [_check(case, tenant, plan, step) for step in plan.steps]
    for seconds in WAITS[1:] if patient else ():
        late = [number for number, check in enumerate(checks) if _may_come(case, plan.steps[number], check)]
        if not late:
            break
        tenant.pause(seconds)
        for number in late:
            checks[number] = _check(case, tenant, plan, plan.steps[number])
    return checks


def _may_come(case: Case, step: Step, check: Check) -> bool:
    """Whether a step was sent, never seen to hold, and may do so yet."""
    stands = receipts.standing(case, receipts.thing_of(step))
    return bool(check.holds is False and stands and stands.outcome is receipts.Result.UNVERIFIED)


def _check(case: Case, tenant: Tenant, plan: Plan, step: Step) -> Check:
    action = action_of(step)
    took: float | None = None
    try:
        state = action.before(tenant, step)
    except O365nbError as error:
        holds: bool | None = False
        read, note, state = "not read", f"could not be read: {redact(error)}", {"present": None}
    else:
        holds, note = _judged(case, plan, step, state)
        read = action.words(state)
        took = _took(case, tenant, step) if holds else None
    return Check(step.id, step.phase, step.action, step.target, holds, read, state, tenant.now(), note, took)


def _took(case: Case, tenant: Tenant, step: Step) -> float | None:
    """How long the tenant took to show what was sent: by the receipt, or, seen only now, until now."""
    stands = receipts.standing(case, receipts.thing_of(step))
    if stands is None or not stands.outcome.sent:
        return None
    seen = stands.checked_at if stands.outcome is receipts.Result.APPLIED else tenant.now()
    return (seen - stands.at).total_seconds() if seen else None


def _judged(case: Case, plan: Plan, step: Step, state: State) -> tuple[bool | None, str]:
    """Whether the step holds in this state, and what must be said about it."""
    if state["present"] is None:
        return None, "only people can say"
    if lifted := receipts.unblocked_since(case, step, plan):
        return None, f"taken back on purpose by {lifted.step_id} at {iso(lifted.at)}"
    if receipts.put_back(case, step):
        return False, receipts.PUT_BACK
    last = receipts.last_sent(case, step)
    stands = receipts.standing(case, receipts.thing_of(step))
    if (step.phase is Phase.RECOVER or action_of(step).optional) and not stands:
        return None, "not asked for yet"
    if action_of(step).holds(step, state, last.at if last else None):
        return True, _moved_on(step, state, stands)
    if stands and stands.outcome is receipts.Result.INTENDED:
        return False, "it was begun and the kit was stopped; apply it again"
    if stands and action_of(step).took(step, state, action_of(step).since(stands.at)):
        return None, "asked for and accepted; its result is still to come"
    if stands:
        return False, "it was applied and does not hold any more"
    if last:
        return False, "undone after it was applied"
    return False, "not applied" if step.automatic else "done by hand, and not done yet"


def _moved_on(step: Step, state: State, stands: receipts.Receipt | None) -> str:
    """A password changed again after ours: by the user, one hopes."""
    ours = (stands.after or {}).get("password_changed") if stands else None
    if step.action == "reset_password" and ours and state["password_changed"] != ours:
        return "it was changed again since; ask the user whether that was they"
    return ""


def check_lines(checks: list[Check]) -> list[str]:
    """Checks for a terminal, one per line."""
    words = {True: "holds", False: "DOES NOT", None: "-"}
    return [
        f"{check.step_id:<26} {words[check.holds]:<9} {one_line(check.target)}: {check.read}"
        + (f" ({said})" if (said := "; ".join(filter(None, (check.note, _shown_after(check))))) else "")
        for check in checks
    ]


def _shown_after(check: Check) -> str:
    return "" if check.took is None else f"shown {check.took:.0f} s after it was sent"
