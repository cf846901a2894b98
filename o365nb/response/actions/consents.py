"""Consent given to the attacker's application: disabled and removed by hand, read back by the kit.

A password reset leaves a consent standing, so the check is of the grant itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from o365nb.model import Phase, Step
from o365nb.response import account
from o365nb.response.base import Action, Draft, State, sentence
from o365nb.response.situation import Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, literal, powershell
from o365nb.tenant.permissions import Right


class RemoveConsent(Action):
    """First the application is switched off for the whole tenant, then the grant goes."""

    kinds = ("oauth_grant",)
    name = "remove_consent"
    title = "Remove application consent"
    needs = (Right("Directory.Read.All"),)
    automatic = False
    reversible = False
    irreversible_because = "the user would have to consent again"

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("oauth_grants", item, "grant_id")
            grant, client = (str(row["grant_id"] or ""), str(row["client_id"] or "")) if row else ("", "")
            lines = []
            if client:
                lines.append(powershell("Update-MgServicePrincipal", ServicePrincipalId=client, AccountEnabled=False))
            if grant:
                lines.append(powershell("Remove-MgOauth2PermissionGrant", OAuth2PermissionGrantId=grant))
            reason = f"{sentence(item.because)} It works without the password until it is removed."
            if row and row["consent_type"] == "AllPrincipals":
                reason += " It was given for everybody in the tenant: ask what else uses it before removing it."
            yield self.draft(
                "X4",
                Phase.ERADICATE,
                f"consent to an application by {item.owner or 'the tenant'}: {one_line(item.description)}",
                reason,
                ("; ".join(lines) or "Get-MgOauth2PermissionGrant -All") + account.comment(item.description),
                finding_ids=item.finding_ids,
                arguments={"upn": item.owner, "grant": grant, "client": client},
            )

    def before(self, tenant: Tenant, step: Step) -> State:
        if not step.arguments["grant"]:
            return {"present": None}
        client = step.arguments["client"]
        narrowed = {"$filter": f"clientId eq {literal(client)}"} if client else None
        pages = tenant.graph.pages("/oauth2PermissionGrants", narrowed)
        found = [grant for page in pages for grant in page.records if grant.get("id") == step.arguments["grant"]]
        if not found:
            return {"present": False}
        return {"present": True, "scope": " ".join(str(found[0].get("scope") or "").split())}

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return state["present"] is False

    def words(self, state: State) -> str:
        if state["present"] is None:
            return "not read"
        return f"consent given: {one_line(state['scope'])}" if state["present"] else "consent gone"
