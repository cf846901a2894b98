"""Receipts: what the kit sent, what stood before and after, and who did it. A hash chain in the case folder.

Before a change is sent its *intent* is written, so that a process killed in between leaves the state that stood
before; the *result* follows. A receipt never holds a secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from o365nb.case import Case
from o365nb.model import Phase, Plan, Step, iso, utc
from o365nb.response.base import Request, Sent, State
from o365nb.response.plan import actions
from o365nb.response.removal import Removal
from o365nb.safe import one_line

#: What an undo leaves of a step that removed an object by its id.
PUT_BACK = "it was put back, and has another id now; collect and analyse again"
#: An action and its arguments.
Thing = tuple[str, tuple[tuple[str, str], ...]]


class Result(StrEnum):
    """How one step ended. `unverified`: sent, but the tenant does not show it (yet)."""

    APPLIED = "applied"
    ALREADY_HELD = "already_held"
    REFUSED = "refused"
    FAILED = "failed"
    UNVERIFIED = "unverified"
    INTENDED = "intended"

    @property
    def sent(self) -> bool:
        """True when the tenant may have been changed."""
        return self in (Result.APPLIED, Result.UNVERIFIED)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One line of `receipts.jsonl`. Times are the tenant's own; `seq` is 0 until it is written."""

    step_id: str
    plan_id: str
    action: str
    target: str
    at: datetime
    before: State | None
    outcome: Result
    by: str
    reversible: bool
    request: tuple[Request, ...] = ()
    response: Sent | None = None
    after: State | None = None
    checked_at: datetime | None = None
    undo: bool = False
    note: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    app_id: str = ""
    request_ids: tuple[str, ...] = ()
    seq: int = 0

    @classmethod
    def from_line(cls, line: dict[str, Any]) -> Receipt:
        """A receipt as it was written."""
        known = {item.name: line[item.name] for item in fields(cls) if item.name in line}
        known["at"] = utc(line["at"])
        known["checked_at"] = utc(line["checked_at"]) if line["checked_at"] else None
        known["outcome"] = Result(line["outcome"])
        known["request"] = tuple(Request(**request) for request in line["request"])
        known["response"] = Sent(**line["response"]) if line["response"] else None
        known["request_ids"] = tuple(line["request_ids"])
        return cls(**known)

    @property
    def step(self) -> Step:
        """As much of the step as an undo needs."""
        return Step(
            id=self.step_id,
            phase=Phase.CONTAIN,
            action=self.action,
            target=self.target,
            reason="",
            finding_ids=(),
            automatic=True,
            reversible=self.reversible,
            order=0,
            command_equivalent="",
            arguments=self.arguments,
        )


def write(case: Case, receipt: Receipt) -> Receipt:
    """Append to the chain, flushed to disk before this returns."""
    line = {item.name: getattr(receipt, item.name) for item in fields(receipt) if item.name != "seq"}
    return Receipt.from_line(case.receipts.append(line))


def read(case: Case) -> list[Receipt]:
    """Every receipt of the case, oldest first."""
    return [Receipt.from_line(line) for line in case.receipts.entries()]


def thing_of(one: Step | Receipt) -> Thing:
    """What a step or receipt is about, whichever plan named it and under whichever number."""
    return one.action, tuple(sorted(item for item in one.arguments.items() if item[0] != "not_before"))


def standing(case: Case, thing: Thing) -> Receipt | None:
    """The last change of this kind to this object that was not undone: sent, or intended without a result."""
    found: Receipt | None = None
    for receipt in read(case):
        if thing_of(receipt) != thing:
            continue
        if receipt.undo:
            found = None if receipt.outcome in (Result.APPLIED, Result.ALREADY_HELD) else found
        elif receipt.outcome.sent:
            found = receipt
        elif receipt.outcome is Result.INTENDED:
            found = found or receipt
        elif receipt.outcome is Result.FAILED and found and found.outcome is Result.INTENDED:
            found = None
    return found


def last_sent(case: Case, step: Step) -> Receipt | None:
    """The last time this was sent, by this plan or an earlier one; not when the attacker was seen after it."""
    found = (one for one in reversed(read(case)) if one.outcome.sent and not one.undo)
    sent = next((one for one in found if thing_of(one) == thing_of(step)), None)
    return sent if sent and _still_counts(sent, step) else None


def put_back(case: Case, step: Step) -> Receipt | None:
    """The undo that made an equal object in the place of the one that this step removed, where nothing came after it.

    The new one has an id of its own: that ours is gone proves nothing then.
    """
    action = actions().get(step.action)
    if not isinstance(action, Removal) or not action.renumbered:
        return None
    changes = [one for one in read(case) if thing_of(one) == thing_of(step) and one.outcome.sent]
    return changes[-1] if changes and changes[-1].undo else None


def unblocked_since(case: Case, step: Step, plan: Plan) -> Receipt | None:
    """The receipt that deliberately took back a block, where it still stands and the attacker has not come back."""
    if step.action != "block_sign_in":
        return None
    upn = step.arguments["upn"]
    lifts = [one for one in plan.steps if one.action == "unblock_sign_in" and one.arguments["upn"] == upn]
    found = ((standing(case, thing_of(lift)), lift) for lift in lifts)
    return next((receipt for receipt, lift in found if receipt and _still_counts(receipt, lift)), None)


def _still_counts(receipt: Receipt, step: Step) -> bool:
    """False for what was done before the attacker's last trace (the service keeps whole seconds)."""
    not_before = step.arguments.get("not_before")
    return not not_before or receipt.at >= utc(not_before).replace(microsecond=0)


def receipt_lines(receipts: Iterable[Receipt]) -> list[str]:
    """Receipts for a terminal, one per line, with a second one where something must be said."""
    return [line for receipt in receipts for line in _lines(receipt)]


def _lines(receipt: Receipt) -> Iterator[str]:
    said = "undone" if receipt.undo and receipt.outcome is Result.APPLIED else receipt.outcome.value.replace("_", " ")
    yield f"{receipt.step_id:<26} {said:<12} {one_line(receipt.target)}{_change(receipt)}"
    if receipt.note:
        yield f"{'':<26} {one_line(receipt.note)}"


def _change(receipt: Receipt) -> str:
    before, after = _words(receipt, receipt.before), _words(receipt, receipt.after)
    if not before or not after or before == after:
        return f": {after or before}" if after or before else ""
    return f": {before} → {after}"


def _words(receipt: Receipt, state: State | None) -> str:
    action = actions().get(receipt.action)
    return action.words(state) if action and state else ""


def receipts_view(case: Case) -> list[dict[str, Any]]:
    """What was done, for the report: one row per result, in words; texts of evidence are not yet escaped.

    An intent whose result was never written (the kit was stopped in between) has a row too.
    """
    rows = []
    done = read(case)
    ended = {(thing_of(one), one.undo, one.at) for one in done if one.outcome is not Result.INTENDED}
    for receipt in done:
        if receipt.outcome is Result.INTENDED and (thing_of(receipt), receipt.undo, receipt.at) in ended:
            continue
        action = actions().get(receipt.action)
        requests = [f"{one.method} {one.url}" for one in receipt.request]
        rows.append(
            {
                "step_id": receipt.step_id,
                "plan_id": receipt.plan_id,
                "action": receipt.action,
                "title": ("Undo: " if receipt.undo else "") + (action.title if action else receipt.action),
                "target": receipt.target,
                "at": iso(receipt.at),
                "before": _words(receipt, receipt.before),
                "after": _words(receipt, receipt.after),
                "outcome": receipt.outcome.value,
                "proof": _proof(receipt),
                "checked_at": iso(receipt.checked_at),
                "request": "; ".join(requests),
                "request_ids": list(receipt.request_ids),
                "by": receipt.by,
                "reversible": receipt.reversible,
                "undo": receipt.undo,
                "note": receipt.note,
            }
        )
    return rows


def _proof(receipt: Receipt) -> str:
    """One sentence: what was read back, and when."""
    when = iso(receipt.checked_at)
    match receipt.outcome:
        case Result.APPLIED:
            return f"Read back at {when}: {_words(receipt, receipt.after)}."
        case Result.ALREADY_HELD:
            return f"Nothing was sent: at {when} it was so already ({_words(receipt, receipt.before)})."
        case Result.UNVERIFIED:
            return f"Sent, but not seen in the tenant until {when}. Run verify again."
        case Result.REFUSED:
            return f"Nothing was sent: {receipt.note}."
        case Result.INTENDED:
            return (
                "Begun, and no result was written: the kit was stopped. The tenant may have been changed; run verify."
            )
        case _:
            return f"Not done: {receipt.note}"
