"""What Identity Protection is told: that the account was taken, and, at the end, that it is clean again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from o365nb.errors import NotFound
from o365nb.model import Phase, Step, iso
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State
from o365nb.response.removal import send
from o365nb.response.situation import Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, powershell, segment
from o365nb.tenant.permissions import Right

_P2 = "AAD_PREMIUM_P2"
_LICENCE = "Microsoft Entra ID P2"
_AT_RISK = ("atrisk", "confirmedcompromised")


class _Risk(Action):
    """The word of an administrator about one user."""

    needs = (
        Right("IdentityRiskyUser.ReadWrite.All", licence=_LICENCE, role="Security Administrator"),
        Right("IdentityRiskyUser.Read.All", licence=_LICENCE),
    )
    verb: str

    def before(self, tenant: Tenant, step: Step) -> State:
        try:
            risk = tenant.graph.get(f"/identityProtection/riskyUsers/{segment(step.arguments['user'])}").data
        except NotFound:
            return {"present": True, "risk": "none", "level": "none"}  # never at risk
        return {"present": True, "risk": str(risk.get("riskState")), "level": str(risk.get("riskLevel"))}

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (_request(step, self.verb),)

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return send(tenant.graph, _request(step, self.verb))

    def words(self, state: State) -> str:
        return one_line(f"risk {state['risk']}, level {state['level']}")


class ConfirmCompromised(_Risk):
    """Raises the risk to high: services that re-check their tokens drop the account's at once."""

    name = "confirm_compromised"
    title = "Confirm the account as compromised"
    verb = "confirmCompromised"

    def plan(self, situation: Situation) -> Iterator[Draft]:
        if not situation.licensed(_P2):
            return
        for upn in situation.victims:
            user = situation.user_id(upn)
            yield self.draft(
                "C5",
                Phase.CONTAIN,
                upn,
                "Identity Protection is told that it was taken: services that re-check their tokens drop them within"
                " minutes, and policies on risk take hold. Dismissed again at the end.",
                powershell("Confirm-MgRiskyUserCompromised", UserIds=[user]),
                finding_ids=situation.finding_ids(upn, self.name),
                arguments={"user": user, "upn": upn, "not_before": iso(situation.verdict.last_attacker_event) or ""},
            )

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return bool(state["risk"].lower() == "confirmedcompromised")

    def undo_requests(self, step: Step, before: State) -> tuple[Request, ...]:
        return (_request(step, "dismiss"),)

    def undo(self, tenant: Tenant, step: Step, before: State) -> Sent:
        return send(tenant.graph, _request(step, "dismiss"))

    def undone(self, state: State, before: State) -> bool:
        return state["risk"].lower() not in _AT_RISK


class DismissRisk(_Risk):
    """The last word: a risk that stands would lock the user out again, or ask for another password."""

    name = "dismiss_risk"
    title = "Dismiss the risk"
    verb = "dismiss"
    reversible = False
    irreversible_because = "what was dismissed is dismissed; confirm the account as compromised again"
    behind_the_gate = True

    def plan(self, situation: Situation) -> Iterator[Draft]:
        if not situation.licensed(_P2):
            return
        for upn in situation.victims:
            user = situation.user_id(upn)
            yield self.draft(
                "R6",
                Phase.RECOVER,
                upn,
                "The account is clean again: a risk that stands would lock its user out. Applied only when named.",
                powershell("Invoke-MgDismissRiskyUser", UserIds=[user]),
                finding_ids=situation.finding_ids(upn, self.name),
                arguments={"user": user, "upn": upn, "not_before": iso(situation.verdict.last_attacker_event) or ""},
            )

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return state["risk"].lower() not in _AT_RISK


def _request(step: Step, verb: str) -> Request:
    return Request("POST", f"/identityProtection/riskyUsers/{verb}", {"userIds": [step.arguments["user"]]})
