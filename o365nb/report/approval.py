"""Approving the response: every step with its reason and its exact requests, chosen one by one, sent by one button.

A step is sent only under the id of the plan that was read. In JupyterLab the button stands for that id; papermill has
no hands, and must be given it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from o365nb.errors import BadInput
from o365nb.model import Step
from o365nb.report.containment import TERMINAL_ONLY
from o365nb.report.dossier import Dossier
from o365nb.report.markup import Column, Table, View, sheet
from o365nb.report.measures import OPEN, action_name, response_log, states
from o365nb.report.shell import watched

if TYPE_CHECKING:
    from o365nb.response import Receipt

#: Steps whose secret a notebook would keep: they are left to the terminal.
HANDED_OVER = (*TERMINAL_ONLY, "issue_temporary_pass")


class Approval:
    """The steps of a plan, which of them are chosen, and what the operator typed for those that ask for it."""

    def __init__(self, of: Dossier) -> None:
        from o365nb.response import part_of_the_whole

        self.of = of
        self.plan = of.found.plan
        self.steps = sorted(self.plan.steps, key=lambda step: step.order)
        held = {step for step, state in states(of).items() if state["tone"] == "good"}
        self.chosen = {
            step.id for step in self.steps if self.may(step) and part_of_the_whole(step) and step.id not in held
        }
        self.typed: dict[str, str] = {}

    def may(self, step: Step) -> bool:
        """Whether a step can be sent from here: known, automatic, in a case that has a tenant, and without a secret."""
        from o365nb.response import actions

        here = self.of.case.info.door != "export" and step.action not in HANDED_OVER
        return step.automatic and here and step.action in actions()

    def asks(self, step: Step) -> str:
        """What must be typed before a step is sent; "" for nothing."""
        from o365nb.response import actions

        known = actions().get(step.action)
        return known.asks(step) if known and self.may(step) else ""

    @property
    def unconfirmed(self) -> list[Step]:
        """The chosen steps whose word is not typed, in the plan's order: they would be refused."""
        chosen = (step for step in self.steps if step.id in self.chosen)
        return [step for step in chosen if (wanted := self.asks(step)) and self.typed.get(step.id) != wanted]

    @property
    def advice(self) -> str:
        """Why now or later, in the words of the plan; "" without a reason for either."""
        from o365nb.response import tempo

        found = tempo(self.plan)
        return found.why if found else ""

    def standing(self) -> dict[str, dict[str, Any]]:
        """Where each step stands by the receipts of now; steps without one are left out."""
        return states(Dossier(self.of.case, self.of.results))

    def requests(self, step: Step) -> list[str]:
        """Exactly what would be sent, without secrets."""
        from o365nb.response import actions

        known = actions().get(step.action)
        sent = known.requests(step) if known and self.may(step) else ()
        return [f"{one.method} {one.url} {json.dumps(one.body, ensure_ascii=False)}" for one in sent]

    def choose(self, *steps: str) -> None:
        """Choose exactly these steps. Raises BadInput for one that the plan has not, or that is not sent from here."""
        known = {step.id: step for step in self.steps}
        if strangers := [one for one in steps if one not in known]:
            raise BadInput(f"The plan has no step {', '.join(strangers)}. See `o365nb respond plan`.")
        if others := [one for one in steps if not self.may(known[one])]:
            raise BadInput(
                f"{', '.join(others)} is not sent from a notebook: it is done by hand, or hands over a secret. Use"
                f" `o365nb respond apply --case {self.of.case.info.name} --step {others[0]}`."
            )
        self.chosen = set(steps)

    def apply(self, approve: str, *, operator: str = "") -> list[Receipt]:
        """Send the chosen steps, in the plan's order. Raises NotApproved for any id but the plan's own."""
        from o365nb import response
        from o365nb.doors import tenant_of

        response.require_approval(self.plan, approve)
        chosen = [step.id for step in self.steps if step.id in self.chosen]
        if not chosen:
            return []
        with tenant_of(self.of.case, print, to_change=True) as tenant:
            return response.apply(self.of.case, tenant, self.plan, approve, chosen, typed=self.typed, operator=operator)

    @property
    def done(self) -> View:
        """Every change so far, with its proof."""
        return response_log(Dossier(self.of.case, self.of.results))

    @property
    def view(self) -> View:
        """Every step: chosen or not, why, and exactly what would be sent."""
        held = states(self.of)
        rows = [self._row(step, held.get(step.id, OPEN)) for step in self.steps]
        columns = (
            Column("chosen", "Chosen"), Column("what", "Step", "titled"), Column("why", "Why"),
            Column("sent", "What would be sent", "codes"), Column("state", "State", "pill"),
        )  # fmt: skip
        table = Table("What would be done", columns, rows, "No step is proposed.")
        lead = [self.advice] if self.advice else []
        if self.chosen:
            many = f"{len(self.chosen)} of {len(rows)} steps are chosen"
            lead.append(f"Nothing was sent. {many}; they are sent under plan {self.plan.plan_id}.")
        plain = [{**row, "what": row["what"]["title"], "state": row["state"]["text"]} for row in rows]
        return sheet(self.of.clock, plain, lead[-1] if lead else table.empty, table, lead=lead)

    def _row(self, step: Step, state: Mapping[str, Any]) -> dict[str, Any]:
        by_hand = f"left to the terminal: o365nb respond apply --step {step.id}" if step.action in HANDED_OVER else ""
        return {
            "id": step.id,
            "chosen": "yes" if step.id in self.chosen else "no" if self.may(step) else "by hand",
            "what": {"title": action_name(step.action), "text": step.target, "codes": (step.id,)},
            "why": step.reason,
            "sent": self.requests(step) or [line for line in (by_hand or step.command_equivalent,) if line],
            "state": dict(state),
        }

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        shown = {"text/html": self.view._repr_html_(), "text/plain": repr(self.view)}
        if not watched() or not any(self.may(step) for step in self.steps):
            return shown
        from o365nb.report.approval_form import form

        return {**form(self)._repr_mimebundle_(), **shown}

    def __repr__(self) -> str:
        return repr(self.view)


def respond(
    of: Dossier, approve: str = "", steps: Sequence[str] = (), typed: Mapping[str, str] | None = None
) -> Approval | View:
    """The approval of a case's plan; with the plan's id, the chosen steps are sent and what was done is shown.

    Raises NotApproved for any other id, before anything is sent.
    """
    approval = Approval(of)
    approval.typed = dict(typed or {})
    if steps:
        approval.choose(*steps)
    if not approve:
        return approval
    approval.apply(approve)
    return approval.done
