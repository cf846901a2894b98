"""From what was found to what to do about it. Pure: nothing is sent, equal input gives an equal plan."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable
from functools import cache

from o365nb.engine import Engine
from o365nb.errors import BadInput
from o365nb.model import CaseVerdict, Finding, Indicator, Persistence, Plan, Recipient, Step
from o365nb.response import actions as units
from o365nb.response.base import PLACES, Action, Draft
from o365nb.response.guide import GUIDES, GuidedStep, RemoveByHand, ReviewByHand
from o365nb.response.situation import Situation


@cache
def actions() -> dict[str, Action]:
    """Every action by name: those found in `response/actions/`, and the guided steps."""
    found: dict[str, Action] = {}
    for info in sorted(pkgutil.iter_modules(units.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{units.__name__}.{info.name}")
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, Action) and kind.__module__ == module.__name__ and not kind.__name__.startswith("_"):
                made = kind()
                found[made.name] = made
    known = frozenset(kind for action in found.values() for kind in action.kinds)
    guided = [*(GuidedStep(guide) for guide in GUIDES), RemoveByHand(known), ReviewByHand()]
    return {**found, **{step.name: step for step in guided}}


def action_of(step: Step) -> Action:
    """The action behind a step. Raises BadInput for a plan made by another version."""
    try:
        return actions()[step.action]
    except KeyError:
        raise BadInput(
            f"Step {step.id}: this version knows no action {step.action!r}. Run `o365nb analyse` again."
        ) from None


def make_plan(
    verdict: CaseVerdict,
    findings: Iterable[Finding],
    persistence: Iterable[Persistence],
    engine: Engine,
    indicators: Iterable[Indicator] = (),
    recipients: Iterable[Recipient] = (),
) -> Plan:
    """The response to a case: steps on the attacker's objects only, in the order of PLACES.

    Below *probable* nothing is changed: people ask the user, and stop those who only imitate others.
    """
    return plan_for(Situation.read(verdict, findings, persistence, engine, indicators, recipients))


def plan_for(situation: Situation) -> Plan:
    """The plan for a situation; ids number the steps in their order."""
    drafts = [
        draft
        for action in actions().values()
        if situation.acts or _harmless(action)
        for draft in action.plan(situation)
    ]
    drafts.sort(key=lambda draft: (PLACES.index(draft.place), draft.rank, draft.target, draft.command))
    return Plan(tuple(_step(draft, number) for number, draft in enumerate(drafts, 1)))


def _harmless(action: Action) -> bool:
    """Whether an action is for accounts that nobody is shown to have taken: done by people, nothing is changed."""
    return isinstance(action, GuidedStep) and (action.guide.always or action.guide.untouched)


def _step(draft: Draft, number: int) -> Step:
    return Step(
        id=f"S{number:02d}-{draft.action}",
        phase=draft.phase,
        action=draft.action,
        target=draft.target,
        reason=draft.reason,
        finding_ids=draft.finding_ids,
        automatic=draft.automatic,
        reversible=draft.reversible,
        order=number,
        command_equivalent=draft.command,
        arguments={**draft.arguments, "playbook": draft.place},
    )
