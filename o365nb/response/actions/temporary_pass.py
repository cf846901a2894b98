"""A pass for one sign-in, so that the user can register new methods after the old ones were taken away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from o365nb.model import Phase, Step, iso
from o365nb.response import account
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State
from o365nb.response.situation import Situation
from o365nb.tenant import Tenant, powershell
from o365nb.tenant.permissions import Right

_MINUTES = 60
_BODY = {"lifetimeInMinutes": _MINUTES, "isUsableOnce": True}


class IssueTemporaryPass(Action):
    """Made by the service, shown to the operator once, good for one sign-in within the hour."""

    name = "issue_temporary_pass"
    title = "Issue a Temporary Access Pass"
    needs = (Right("UserAuthenticationMethod.ReadWrite.All", role="Authentication Administrator"),)
    reversible = False
    irreversible_because = "whoever was told the pass knows it; it ends by itself within the hour"
    behind_the_gate = True
    hands_over = "the Temporary Access Pass"

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for upn in situation.victims:
            user = situation.user_id(upn)
            yield self.draft(
                "R1",
                Phase.RECOVER,
                upn,
                f"After you have seen {upn} in person or by video: one sign-in within {_MINUTES} minutes, to register a"
                " phishing-resistant method under supervision. Shown to you once; never by mail or Teams. The tenant's"
                " policy must allow such passes. Applied only when named.",
                powershell("New-MgUserAuthenticationTemporaryAccessPassMethod", UserId=user)
                + f" -LifetimeInMinutes {_MINUTES} -IsUsableOnce:$true",
                finding_ids=situation.finding_ids(upn, self.name),
                arguments={"user": user, "upn": upn, "not_before": iso(situation.verdict.last_attacker_event) or ""},
                rank=1,
            )

    def before(self, tenant: Tenant, step: Step) -> State:
        state = account.read(tenant, step)
        if not state["present"]:
            return state
        shown = tenant.graph.get(f"{account.path(step)}/authentication/temporaryAccessPassMethods").records
        usable = [str(one.get("startDateTime")) for one in shown if one.get("isUsable")]
        return {"present": True, "user": state["user"], "usable": max(usable, default=None)}

    def changed(self, step: Step, state: State) -> str:
        return account.changed(step, state)

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return bool(state["present"] and since and account.reached(state["usable"], since))

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (Request("POST", f"{account.path(step)}/authentication/temporaryAccessPassMethods", dict(_BODY)),)

    def secret(self) -> Secret:
        return Secret()  # the service makes it up

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        request = self.requests(step)[0]
        page = tenant.graph.post(request.url, request.body, idempotent=False)
        if secret is not None:
            secret.fill(str(page.data.get("temporaryAccessPass") or ""))
        return account.sent(page)

    def words(self, state: State) -> str:
        if not state["present"]:
            return "account not there"
        return f"a pass is usable since {state['usable']}" if state["usable"] else "no usable pass"


class ReviewAppPasswords(Action):
    """Passwords for old programs outlive a reset, and no interface lists or deletes them. They need per-user MFA."""

    name = "review_app_passwords"
    title = "Delete app passwords"
    needs = (Right("Policy.Read.All"),)
    automatic = False
    reversible = False
    irreversible_because = "an app password is shown once, when it is made"

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for upn in situation.victims:
            if situation.fact(upn, "perUserMfaState").lower() in ("enabled", "enforced"):
                yield self.draft(
                    "X13",
                    Phase.ERADICATE,
                    upn,
                    "Multifactor authentication is set for this account alone, so it may have app passwords: they let"
                    " old programs in without a second factor, and a reset does not end them. No interface lists them:"
                    " delete them in the portal of per-user MFA, and confirm this step.",
                    "Entra admin centre, Users, Per-user MFA, the user, Manage user settings, Delete all existing app"
                    " passwords",
                    finding_ids=situation.finding_ids(upn, self.name),
                    arguments={"user": situation.user_id(upn), "upn": upn},
                )

    def before(self, tenant: Tenant, step: Step) -> State:
        found = tenant.graph.get(f"{account.path(step)}/authentication/requirements", beta=True).data
        per_user = str(found.get("perUserMfaState") or "unknown")
        return {"present": False if per_user.lower() == "disabled" else None, "per_user": per_user}

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return state["present"] is False

    def words(self, state: State) -> str:
        if state["present"] is False:
            return "per-user MFA is off: app passwords cannot be used"
        return f"per-user MFA is {state['per_user']}: app passwords may exist, and none of them is shown"
