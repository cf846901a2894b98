"""The choice before the first step: contain at once, or look first and then strike everywhere at once."""

from __future__ import annotations

from dataclasses import dataclass

from o365nb.model import Plan

#: Steps that are planned where money moves, or mail is sent in masses, now.
_URGENT = ("bank_recall", "stop_payment", "freeze_pay")
#: A role of the account's makes the whole tenant its concern.
_PRIVILEGED = ("remove_role", "end_role_activation", "remove_role_eligibility", "review_role")


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast, and why. `contain_first`: close the account within minutes, collect meanwhile."""

    contain_first: bool
    why: str


def tempo(plan: Plan) -> Tempo | None:
    """What the plan speaks for; None where it closes no account. The choice is a person's."""
    victims = sorted({step.arguments["upn"] for step in plan.steps if step.action == "block_sign_in"})
    if not victims:
        return None
    urgent = sorted({step.action for step in plan.steps} & set(_URGENT))
    if urgent:
        return Tempo(
            contain_first=True,
            why="Contain first: money may be moving, or mail is being sent in masses. Apply the steps of the phase"
            " contain now, call the bank meanwhile, and go on looking for further accounts and objects afterwards.",
        )
    many = f"all {len(victims)} accounts" if len(victims) > 1 else "the account"
    more = (
        " One of them holds a role: other administrators, the access policies and the emergency access are checked"
        " before anything is changed."
        if any(step.action in _PRIVILEGED for step in plan.steps)
        else ""
    )
    return Tempo(
        contain_first=False,
        why="Look first, then strike everywhere at once: finish the scope, read-only, until no further account or"
        f" object turns up; then close {many} in one window. One closed session warns whoever holds others.{more}",
    )
