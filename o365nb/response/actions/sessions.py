"""Revoking sessions: refresh tokens and browser cookies issued before this moment die."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from o365nb.model import Phase, Step, iso
from o365nb.response import account
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State
from o365nb.response.situation import Situation
from o365nb.tenant import Tenant, powershell
from o365nb.tenant.permissions import Right

#: The service keeps whole seconds: two revocations within one would look like one.
_SECOND = timedelta(seconds=1)


class RevokeSessions(Action):
    """Proof is `signInSessionsValidFromDateTime`. Access tokens live on for up to 90 minutes without CAE."""

    name = "revoke_sessions"
    title = "Revoke sessions"
    needs = (Right("User.RevokeSessions.All"), Right("User.Read.All"))
    reversible = False
    irreversible_because = "a revoked session cannot be given back; the user signs in again"

    def plan(self, situation: Situation) -> Iterator[Draft]:
        again = (
            "Once more: tokens minted in the minutes before the first revocation took effect, or while attacker"
            " objects still stood, end here."
        )
        first = (
            "The attacker holds a session that a password reset alone does not end. Access tokens already given out"
            " can live up to 90 minutes longer where the service does not re-check them."
        )
        last = iso(situation.verdict.last_attacker_event) or ""
        for upn in situation.victims:
            user = situation.user_id(upn)
            for place, phase, reason in (("C2", Phase.CONTAIN, first), ("C2b", Phase.ERADICATE, again)):
                yield self.draft(
                    place,
                    phase,
                    upn,
                    reason,
                    powershell("Revoke-MgUserSignInSession", UserId=user),
                    finding_ids=situation.finding_ids(upn, self.name),
                    arguments={"user": user, "upn": upn, "not_before": last},
                )

    def before(self, tenant: Tenant, step: Step) -> State:
        return account.read(tenant, step)

    def changed(self, step: Step, state: State) -> str:
        return account.changed(step, state)

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return self.took(step, state, self.since(since) if since else None)

    def took(self, step: Step, state: State, since: datetime | None) -> bool:
        return bool(state["present"] and account.reached(state["sessions_valid_from"], since))

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (Request("POST", f"{account.path(step)}/revokeSignInSessions"),)

    def since(self, now: datetime) -> datetime:
        """The next full second: what the service shows from then on can be of no earlier revocation."""
        return now.replace(microsecond=0) + _SECOND

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        tenant.pause(_SECOND.total_seconds())
        return account.sent(tenant.graph.post(f"{account.path(step)}/revokeSignInSessions", idempotent=True))

    def words(self, state: State) -> str:
        if not state["present"]:
            return "account not there"
        return f"sessions valid from {state['sessions_valid_from'] or 'an unknown time'}"
