"""Applying an approved plan: the state is read anew before each step, and read back after it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from o365nb.case import Case
from o365nb.errors import BadInput, NotApproved, O365nbError
from o365nb.model import Phase, Plan, Step
from o365nb.progress import Progress
from o365nb.response import receipts
from o365nb.response.base import Action, State
from o365nb.response.gate import unmet
from o365nb.response.plan import action_of
from o365nb.response.receipts import Receipt, Result
from o365nb.response.run import WAITS, Change, by, perform, read_back
from o365nb.safe import one_line
from o365nb.tenant import Tenant, redact

#: Called once with the target of the step and what is to be handed over: a new password, a one-time pass.
OnPassword = Callable[[str, str], None]

_UP_TO_ERADICATE = (Phase.PRESERVE, Phase.CONTAIN, Phase.SCOPE, Phase.ERADICATE)


def require_approval(plan: Plan, approve: str) -> None:
    """Raise NotApproved unless exactly this plan was approved."""
    if not approve:
        raise NotApproved(
            "Nothing was sent: no plan was approved. Read the plan (`o365nb respond plan`), then pass its id:"
            f" --approve {plan.plan_id}."
        )
    if approve != plan.plan_id:
        raise NotApproved(
            f"Nothing was sent: {approve!r} is not the id of the present plan ({plan.plan_id}). The plan changed since"
            " it was approved, or the id was mistyped. Read `o365nb respond plan` again."
        )


def apply(
    case: Case,
    tenant: Tenant,
    plan: Plan,
    approve: str,
    steps: Collection[str] | None = None,
    *,
    on_password: OnPassword | None = None,
    progress: Progress | None = None,
    devices_checked: bool = False,
    confirmed: Collection[str] = (),
    typed: Mapping[str, str] | None = None,
    operator: str = "",
) -> list[Receipt]:
    """Apply the automatic steps up to eradication, or only those named in `steps`; one receipt per step.

    Steps by choice, and those that ask for a word to be typed, are never part of the whole: they must be named.
    `devices_checked` and `confirmed` (ids of steps done by hand) are the operator's word for the gate before an
    account is unblocked; `typed` holds the word for each step that asks for one. Raises NotApproved, or BadInput for
    a step that is not in the plan, before anything is sent.
    """
    require_approval(plan, approve)
    run = _Run(
        case, tenant, plan, on_password, devices_checked, frozenset(confirmed), by(tenant, operator), dict(typed or {})
    )
    chosen = _chosen(plan, steps)
    done: list[Receipt] = []
    again: list[Step] = []
    with (progress or Progress()).task("Applying the plan", total=len(chosen), unit="steps") as task:
        for step in chosen:
            receipt = run.step(step)
            done.append(receipt)
            if receipt.outcome is Result.FAILED and action_of(step).try_again_last:
                again.append(step)
            task.advance(note=step.target)
        done += [run.step(step) for step in again]
    return done


def _chosen(plan: Plan, steps: Collection[str] | None) -> list[Step]:
    if not steps:
        return [step for step in plan.steps if part_of_the_whole(step)]
    known = {step.id for step in plan.steps}
    if strangers := sorted(set(steps) - known):
        raise BadInput(f"Nothing was sent: the plan has no step {', '.join(strangers)}. See `o365nb respond plan`.")
    return [step for step in plan.steps if step.id in steps]


def part_of_the_whole(step: Step) -> bool:
    """Whether approving the whole plan covers this step; the others must be named."""
    action = action_of(step)
    return step.automatic and step.phase in _UP_TO_ERADICATE and not action.optional and not action.asks(step)


@dataclass(frozen=True, slots=True)
class _Run:
    case: Case
    tenant: Tenant
    plan: Plan
    on_password: OnPassword | None
    devices_checked: bool
    confirmed: frozenset[str]
    by: str
    typed: dict[str, str] = field(default_factory=dict)

    def step(self, step: Step) -> Receipt:
        """One step, one receipt: refused, already held, or carried out."""
        action = action_of(step)
        if not step.automatic:
            return self._note(step, None, Result.REFUSED, "it is done by hand; the plan says how")
        try:
            before = action.before(self.tenant, step)
        except O365nbError as error:
            return self._note(step, None, Result.FAILED, f"the present state could not be read: {redact(error)}")
        if reason := action.changed(step, before) or self._refusal(step, action, before):
            return self._note(step, before, Result.REFUSED, reason)
        last = receipts.last_sent(self.case, step)
        if action.holds(step, before, last.at if last else None):
            return self._note(step, before, Result.ALREADY_HELD, "")
        begun = receipts.standing(self.case, receipts.thing_of(step))
        if action.once and begun and action.took(step, before, action.since(begun.at)):
            return self._note(step, before, Result.ALREADY_HELD, "asked for and accepted; its result is still to come")
        if begun and begun.outcome is Result.INTENDED and (shown := self._came_through(step, action, begun)):
            return self._note(step, shown, Result.ALREADY_HELD, "it was begun before, and had come through")
        return perform(self.case, self.tenant, self._intent(step, action, before), self._change(step, action))

    def _came_through(self, step: Step, action: Action, begun: Receipt) -> State | None:
        """The state in which a change shows that was begun by a run that was stopped; None when it does not.

        The tenant gets the time that it would have had: a change that is on its way is not sent a second time. A new
        password that nobody was told is set again in any case.
        """
        if action.secret() is not None:
            return None
        state, shows, _ = read_back(
            self.tenant,
            lambda: action.before(self.tenant, step),
            lambda one: action.took(step, one, action.since(begun.at)),
            WAITS,
        )
        return state if shows else None

    def _refusal(self, step: Step, action: Action, before: State) -> str:
        if receipts.put_back(self.case, step):
            return receipts.PUT_BACK
        if lifted := receipts.unblocked_since(self.case, step, self.plan):
            return f"{lifted.step_id} let the user in again on purpose; undo that step to block the account"
        if action.behind_the_gate and not action.holds(step, before, None):
            reasons = unmet(
                self.case, self.tenant, self.plan, step, devices_checked=self.devices_checked, confirmed=self.confirmed
            )
            if reasons:
                return "; ".join(reasons)
        if action.secret() is not None and self.on_password is None:
            return f"nobody is there to be handed {action.hands_over}"
        if (wanted := action.asks(step)) and self.typed.get(step.id) != wanted:
            return f"it cannot simply be put back: confirm it by typing {one_line(wanted)!r}"
        return ""

    def _change(self, step: Step, action: Action) -> Change:
        secret = action.secret()
        since = action.since(self.tenant.now())
        hand_over = self.on_password
        return Change(
            send=lambda: action.apply(self.tenant, step, secret),
            read=lambda: action.before(self.tenant, step),
            took=lambda state: action.took(step, state, since),
            secret=secret,
            hand_over=(lambda text: hand_over(step.target, text)) if hand_over else None,
        )

    def _intent(self, step: Step, action: Action, before: State) -> Receipt:
        note = ""
        if action.behind_the_gate:
            note = "Devices checked and found clean: the operator's word."
            if self.confirmed:
                note += f" Done by hand, the operator's word: {', '.join(sorted(self.confirmed))}."
        return self._receipt(step, before, Result.INTENDED, note, action)

    def _note(self, step: Step, before: State | None, outcome: Result, note: str) -> Receipt:
        return receipts.write(self.case, self._receipt(step, before, outcome, note, None))

    def _receipt(self, step: Step, before: State | None, outcome: Result, note: str, action: Action | None) -> Receipt:
        now = self.tenant.now()
        return Receipt(
            step.id,
            self.plan.plan_id,
            step.action,
            step.target,
            now,
            before,
            outcome,
            self.by,
            step.reversible,
            request=action.requests(step) if action else (),
            checked_at=None if action or before is None else now,
            note=note,
            arguments=step.arguments,
            app_id=self.tenant.profile.client_id,
        )
