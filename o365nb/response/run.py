"""One change, whichever way it goes: write the intent, send, read back until it shows, write the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from o365nb.case import Case
from o365nb.errors import NotFound, O365nbError, RequestFailed
from o365nb.response import receipts
from o365nb.response.base import Secret, Sent, State
from o365nb.response.receipts import Receipt, Result
from o365nb.tenant import Tenant, redact

#: Seconds before each reading back. Directory writes show within seconds to minutes.
WAITS = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


@dataclass(frozen=True, slots=True)
class Change:
    """What to send, how to read the target, and how to tell that it took effect."""

    send: Callable[[], Sent]
    read: Callable[[], State]
    took: Callable[[State], bool]
    secret: Secret | None = None
    hand_over: Callable[[str], None] | None = None


def by(tenant: Tenant, operator: str) -> str:
    """Who did it: the app that was signed in, the way it signed in, and the operator where known."""
    how = {"secret": "client secret"}.get(tenant.profile.method.value, tenant.profile.method.value.replace("_", " "))
    app = f"app {tenant.profile.client_id} (signed in by {how})"
    return f"{operator} with {app}" if operator else app


def perform(case: Case, tenant: Tenant, intent: Receipt, change: Change) -> Receipt:
    """Carry a change out. `intent` says what and why; the result is written even when the request fails."""
    receipts.write(case, intent)
    sent, error = _send(change)
    # What is not found may be gone by our own hand, in a request whose answer was lost: that may show late.
    definite = isinstance(error, RequestFailed) and 400 <= error.status < 500 and not isinstance(error, NotFound)
    after, seen, trouble = read_back(tenant, change.read, change.took, WAITS[:1] if definite else WAITS)
    missed = Result.FAILED if definite else Result.UNVERIFIED
    outcome = Result.APPLIED if seen else missed
    if outcome.sent and change.hand_over and change.secret and change.secret.reveal():
        # Before the result is written: killed here, the step counts as not done, and another password is set.
        change.hand_over(change.secret.reveal())
    hidden = (change.secret.reveal(),) if change.secret and change.secret.reveal() else ()
    notes = [redact(problem, *hidden) for problem in (error, trouble) if problem]
    request_id = sent.request_id if sent else getattr(error, "request_id", "")
    return receipts.write(
        case,
        replace(
            intent,
            outcome=outcome,
            response=sent or (Sent(error.status, error.request_id) if isinstance(error, RequestFailed) else None),
            after=after,
            checked_at=tenant.now(),
            note=" ".join([*([intent.note] if intent.note else []), *notes]),
            request_ids=(request_id,) if request_id else (),
        ),
    )


def _send(change: Change) -> tuple[Sent | None, O365nbError | None]:
    try:
        return change.send(), None
    except O365nbError as error:
        return None, error


def read_back(
    tenant: Tenant, read: Callable[[], State], took: Callable[[State], bool], waits: tuple[float, ...]
) -> tuple[State | None, bool, O365nbError | None]:
    """The last state read, whether the change shows in it, and what kept us from reading it."""
    after: State | None = None
    trouble: O365nbError | None = None
    for seconds in waits:
        if seconds:
            tenant.pause(seconds)
        try:
            after, trouble = read(), None
        except O365nbError as error:  # whatever it is, a new password must still be handed over
            trouble = error
        else:
            if took(after):
                return after, True, None
    return after, False, trouble
