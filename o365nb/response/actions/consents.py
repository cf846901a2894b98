"""Consent given to the attacker's application: the application is switched off first, then the grant goes.

A password reset leaves a consent standing, so the check is of the grant itself. Tokens that were given out under it
live out their hour: the sessions are revoked once more afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from o365nb.errors import NotFound
from o365nb.model import Phase, Step
from o365nb.response import account
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State, sentence
from o365nb.response.removal import Removal, records, send
from o365nb.response.situation import Row, Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, literal, powershell, segment
from o365nb.tenant.permissions import Right

#: Microsoft's own tenants: their applications serve everybody, and refuse to be switched off.
_MICROSOFT = ("f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47")
_APPLICATIONS = Right("Application.ReadWrite.All", role="Cloud Application Administrator")
_READ = Right("Directory.Read.All")


class DisableApplication(Action):
    """For the whole tenant: nobody gets a token for it any more, and what it was stays to be looked at."""

    name = "disable_application"
    title = "Switch the application off"
    needs = (_APPLICATIONS, _READ)

    def plan(self, situation: Situation) -> Iterator[Draft]:
        attackers = _attackers(situation)
        for client in sorted({str(row["client_id"]) for _, row in attackers if row["client_id"]}):
            mine = [(item, row) for item, row in attackers if row["client_id"] == client]
            row = mine[0][1]
            if str(row["app_owner_tenant"] or "").lower() in _MICROSOFT:
                continue  # only the grant goes
            keys = {one["key"] for _, one in mine}
            others = sorted(
                {
                    str(one["owner"] or "everybody")
                    for one in situation.tables["oauth_grants"]
                    if one["client_id"] == client and one["key"] not in keys
                }
            )
            reason = "While it is on, it gets new tokens with the consent that it was given, whatever the password is."
            if others:
                reason += f" Others gave it a consent that is not the attacker's ({', '.join(others)}): ask them first,"
                reason += " for it stops for everybody."
            yield self.draft(
                "C7",
                Phase.CONTAIN,
                f"application '{one_line(_name(row))}'",
                reason,
                powershell("Update-MgServicePrincipal", ServicePrincipalId=client, AccountEnabled=False)
                + account.comment(_name(row)),
                automatic=not others,
                finding_ids=tuple(sorted({one for item, _ in mine for one in item.finding_ids})),
                arguments={
                    "upn": mine[0][0].owner,
                    "client": client,
                    "grants": " ".join(sorted(str(row["grant_id"]) for _, row in mine)),
                },
            )

    def before(self, tenant: Tenant, step: Step) -> State:
        client = step.arguments["client"]
        try:
            app = tenant.graph.get(f"/servicePrincipals/{segment(client)}").data
        except NotFound:
            return {"present": False}
        grants = records(tenant, "/oauth2PermissionGrants", {"$filter": f"clientId eq {literal(client)}"})
        return {
            "present": True,
            "enabled": app.get("accountEnabled"),
            "name": str(app.get("displayName") or ""),
            "grants": sorted(str(grant.get("id")) for grant in grants),
        }

    def changed(self, step: Step, state: State) -> str:
        known = step.arguments["grants"].split()
        if step.automatic and state["present"] and state["enabled"] and set(state["grants"]) - set(known):
            return "others gave it a consent too since planning, or none that was collected; collect and analyse again"
        return ""

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return state["present"] is False or state["enabled"] is False

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (_switch(step, enabled=False),)

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return send(tenant.graph, _switch(step, enabled=False))

    def undo_requests(self, step: Step, before: State) -> tuple[Request, ...]:
        return (_switch(step, enabled=bool(before["enabled"])),)

    def undo(self, tenant: Tenant, step: Step, before: State) -> Sent:
        return send(tenant.graph, _switch(step, enabled=bool(before["enabled"])))

    def undone(self, state: State, before: State) -> bool:
        return bool(state["present"] and state["enabled"] == before["enabled"])

    def words(self, state: State) -> str:
        if not state["present"]:
            return "application not there"
        return f"application {one_line(state['name'])!r} {'on' if state['enabled'] else 'off'}"


class RemoveConsent(Removal):
    """The grant itself. Putting it back gives an equal one, with an id of its own."""

    kinds = ("oauth_grant",)
    name = "remove_consent"
    title = "Remove application consent"
    handle = "grant"
    kept = ("clientId", "consentType", "principalId", "resourceId", "scope")
    needs = (Right("DelegatedPermissionGrant.ReadWrite.All", role="Cloud Application Administrator"), _READ)

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("oauth_grants", item, "grant_id")
            grant, client = (str(row["grant_id"] or ""), str(row["client_id"] or "")) if row else ("", "")
            reason = f"{sentence(item.because)} It works without the password until it is removed."
            everybody = bool(row and row["consent_type"] == "AllPrincipals")
            if everybody:
                reason += " It was given for everybody in the tenant: ask what else uses it before removing it."
            if grant:
                command = powershell("Remove-MgOauth2PermissionGrant", OAuth2PermissionGrantId=grant)
            else:
                command = "Get-MgOauth2PermissionGrant -All"
                reason += " Its id is not known: find it in the Entra admin centre, Enterprise applications."
            yield self.draft(
                "X4",
                Phase.ERADICATE,
                f"consent to an application by {item.owner or 'the tenant'}: {one_line(item.description)}",
                reason,
                command + account.comment(item.description),
                automatic=bool(grant),
                finding_ids=item.finding_ids,
                arguments={
                    "upn": item.owner,
                    "grant": grant,
                    "client": client,
                    # Typed to confirm: its id, since whoever made the application chose its name.
                    **({"everybody": str(row["app_id"] or row["client_id"])} if row and everybody else {}),
                },
            )

    def listing(self, tenant: Tenant, step: Step) -> Iterator[dict[str, Any]]:
        client = step.arguments["client"]
        narrowed = {"$filter": f"clientId eq {literal(client)}"} if client else None
        return records(tenant, "/oauth2PermissionGrants", narrowed)

    def asks(self, step: Step) -> str:
        return step.arguments.get("everybody", "")

    def removal(self, step: Step) -> Request:
        return Request("DELETE", f"/oauth2PermissionGrants/{segment(step.arguments['grant'])}")

    def restoring(self, step: Step, before: State) -> Request:
        body = {name: before[name] for name in self.kept if before[name] is not None}
        return Request("POST", "/oauth2PermissionGrants", body)

    def words(self, state: State) -> str:
        if state["present"] is None:
            return "not read"
        return f"consent given: {' '.join(one_line(state['scope']).split())}" if state["present"] else "consent gone"


def _attackers(situation: Situation) -> list[tuple[Any, Row]]:
    found = ((item, situation.row("oauth_grants", item, "grant_id")) for item in situation.objects("oauth_grant"))
    return [(item, row) for item, row in found if row]


def _name(row: Row) -> str:
    return str(row["app_name"] or row["app_id"] or row["client_id"] or "an application")


def _switch(step: Step, *, enabled: bool) -> Request:
    return Request("PATCH", f"/servicePrincipals/{segment(step.arguments['client'])}", {"accountEnabled": enabled})
