"""Removing what the attacker registered to pass MFA. Only that: the user's own methods stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from o365nb.errors import NotFound
from o365nb.model import Persistence, Phase, Step
from o365nb.response import account
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State, sentence
from o365nb.response.situation import Row, Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, powershell, segment
from o365nb.tenant.permissions import Right

#: Method type → the typed collection that can delete it (Graph v1.0), and the noun of its PowerShell cmdlet.
_TYPED = {
    "phone": ("phoneMethods", "Phone"),
    "microsoftAuthenticator": ("microsoftAuthenticatorMethods", "MicrosoftAuthenticator"),
    "fido2": ("fido2Methods", "Fido2"),
    "temporaryAccessPass": ("temporaryAccessPassMethods", "TemporaryAccessPass"),
    "email": ("emailMethods", "Email"),
    "softwareOath": ("softwareOathMethods", "SoftwareOath"),
    "windowsHelloForBusiness": ("windowsHelloForBusinessMethods", "WindowsHelloForBusiness"),
    "platformCredential": ("platformCredentialMethods", "PlatformCredential"),
    "external": ("externalAuthenticationMethods", "External"),
}


class RemoveAuthMethod(Action):
    """While the account is blocked: the attacker's phone could approve a sign-in or reset the password itself."""

    kinds = ("auth_method",)
    name = "remove_auth_method"
    title = "Remove authentication method"
    needs = (Right("UserAuthenticationMethod.ReadWrite.All", role="Authentication Administrator"),)
    reversible = False
    irreversible_because = "only the owner of a device can register it; the user registers again after recovery"
    # The service refuses the default method while others remain, and does not say which is the default.
    try_again_last = True

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("auth_methods", item, "method_id")
            typed = _TYPED.get(str(row["method_type"])) if row else None
            if row and typed and row["method_id"]:
                yield self._draft(situation, item, row, typed)
            else:
                yield self._by_hand(situation, item)

    def _draft(self, situation: Situation, item: Persistence, row: Row, typed: tuple[str, str]) -> Draft:
        collection, noun = typed
        user, method_id = situation.user_id(item.owner), str(row["method_id"])
        label = str(row["display_name"] or row["phone_number"] or row["method_type"])
        command = powershell(
            f"Remove-MgUserAuthentication{noun}Method",
            **{"UserId": user, f"{noun}AuthenticationMethodId": method_id},
        )
        return self.draft(
            "X6",
            Phase.ERADICATE,
            f"{row['method_type']} '{one_line(label)}' of {item.owner}",
            f"{sentence(item.because)} It can approve sign-ins and reset the password. It cannot be put back.",
            command,
            finding_ids=item.finding_ids,
            arguments={
                "user": user,
                "upn": item.owner,
                "method": method_id,
                "collection": collection,
                "label": label,
            },
        )

    def _by_hand(self, situation: Situation, item: Persistence) -> Draft:
        return self.draft(
            "X6",
            Phase.ERADICATE,
            f"authentication method of {item.owner}: {one_line(item.description)}",
            f"{sentence(item.because)} The kit cannot address it: remove it in the Entra admin centre,"
            " Authentication methods.",
            powershell("Get-MgUserAuthenticationMethod", UserId=situation.user_id(item.owner))
            + account.comment(item.description),
            automatic=False,
            finding_ids=item.finding_ids,
            arguments={"user": situation.user_id(item.owner), "upn": item.owner, "method": "", "collection": ""},
        )

    def before(self, tenant: Tenant, step: Step) -> State:
        if not step.arguments["method"]:
            return {"present": None}
        # From the list of all: it is there for every type, and the absence of one is an answer, not an error.
        try:
            shown = tenant.graph.get(f"{account.path(step)}/authentication/methods").records
        except NotFound:
            shown = []  # the account itself is gone
        found = [method for method in shown if method.get("id") == step.arguments["method"]]
        return {"present": True, "label": _label(found[0])} if found else {"present": False}

    def changed(self, step: Step, state: State) -> str:
        if state["present"] is None:
            return "its id is not known"
        if state["present"] and state["label"] and state["label"] != step.arguments["label"]:
            return "another method now has its id; collect and analyse again"
        return ""

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return state["present"] is False

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (Request("DELETE", _path(step)),)

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return account.sent(tenant.graph.delete(_path(step)))

    def words(self, state: State) -> str:
        if state["present"] is None:
            return "not read"
        return f"registered: {one_line(state['label'])}" if state["present"] else "not registered"


def _path(step: Step) -> str:
    method, collection = segment(step.arguments["method"]), segment(step.arguments["collection"])
    return f"{account.path(step)}/authentication/{collection}/{method}"


def _label(method: dict[str, Any]) -> str:
    named = (method.get(name) for name in ("displayName", "emailAddress", "model", "phoneNumber"))
    return next((str(name) for name in named if name), "")
