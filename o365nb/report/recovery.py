"""May the account be opened again? What must be true before, as far as this case knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from o365nb.model import Phase, Step
from o365nb.report.dossier import Dossier
from o365nb.report.markup import Column, Table, View, sheet
from o365nb.report.measures import OPEN, action_name, states
from o365nb.report.results import pill
from o365nb.text import plural

_MET = ("yes", "good", "●")
_OPEN = ("not yet", "bad", "✕")
_ASK = ("ask", "warn", "?")
_COLUMNS = (Column("what", "Before the account is opened", "strong"), Column("state", "So?", "pill"))


def recovery(of: Dossier) -> View:
    """The gate before the account is unblocked: each condition, whether it holds, and what is still open."""
    if not any(step.phase is Phase.CONTAIN for step in of.found.plan.steps):
        empty = "This case gives no reason to close the account, so there is none to open."
        return sheet(of.clock, [], empty, Table("Before the account is opened again", (), [], empty))
    rows: list[dict[str, Any]] = [
        {"what": what, "state": state, "open": still, "why": why} for what, state, still, why in _conditions(of)
    ]
    columns = (*_COLUMNS, Column("open", "Still open", "list"), Column("why", "Why it matters"))
    unmet = [row for row in rows if row["state"]["text"] != _MET[0]]
    said = (
        f"{plural(len(unmet), 'condition')} of {len(rows)} not met: the account stays closed."
        if unmet
        else "Every condition that this case knows of is met."
    )
    table = Table("Before the account is opened again", columns, rows, "")
    told = (
        "As the receipts of this case have it. Before it unblocks the account, o365nb respond apply reads the tenant"
        " itself, and refuses while anything still stands."
    )
    plain = [{**row, "state": row["state"]["text"]} for row in rows]
    return sheet(of.clock, plain, said, table, lead=[said], tail=(told,))


def _conditions(of: Dossier) -> Iterator[tuple[str, dict[str, Any], list[str], str]]:
    from o365nb.response import DEVICE_CHECKS, part_of_the_whole

    steps = of.found.plan.steps
    removal = [s for s in steps if s.phase is Phase.ERADICATE and s.action not in (*DEVICE_CHECKS, "revoke_sessions")]
    contain = [s for s in steps if s.phase is Phase.CONTAIN and s.automatic and part_of_the_whole(s)]
    devices = [s for s in steps if s.action in DEVICE_CHECKS]
    closed = _still_open(of)
    yield (
        "The account is closed, its password is new", *_state(closed(contain), by_hand=_by_hand(of)),
        "Whoever holds the old password or a session is still inside.",
    )  # fmt: skip
    yield (
        "What the intruder left is removed", *_state(closed(removal), by_hand=_by_hand(of)),
        "A sign-in method, a rule or an application of theirs opens the account again, whatever the password.",
    )  # fmt: skip
    yield (
        "Sessions were ended once more, after the password", *_state(_sessions(of), by_hand=_by_hand(of)),
        "What was handed out between the first revocation and the reset lives on.",
    )  # fmt: skip
    yield (
        "The user's devices are clean", pill(*_ASK, rank=1), closed(devices),
        "Software that took the old password takes the new one.",
    )  # fmt: skip
    cause = of.found.cause
    yield (
        "The way in is known", pill(*(_MET if cause.determined else _OPEN), rank=not cause.determined),
        [] if cause.determined else [cause.next_question], "What was not closed is used again.",
    )  # fmt: skip


def _by_hand(of: Dossier) -> bool:
    """Whether the case was made from files: then the kit changes nothing, and has no receipts."""
    return of.case.info.door == "export"


def _state(still: list[str], *, by_hand: bool) -> tuple[dict[str, Any], list[str]]:
    word = _MET if not still else _ASK if by_hand else _OPEN
    return pill(*word, rank=len(still)), still


def _still_open(of: Dossier) -> Callable[[Sequence[Step]], list[str]]:
    held = states(of)

    def still(steps: Sequence[Step]) -> list[str]:
        left = [step for step in steps if held.get(step.id, OPEN)["tone"] != "good"]
        return [f"{action_name(step.action)}: {step.target}" for step in left]

    return still


def _sessions(of: Dossier) -> list[str]:
    """Nothing, when some revocation was applied after the last reset."""
    done = [row["step_id"] for row in of.receipts if row["outcome"] in ("applied", "unverified")]
    acts = {step.id: step.action for step in of.found.plan.steps}
    order = [acts.get(step, "") for step in done]
    reset = max((n for n, action in enumerate(order) if action == "reset_password"), default=len(order))
    return [] if "revoke_sessions" in order[reset:] else ["Revoke the sessions, after the password was reset"]
