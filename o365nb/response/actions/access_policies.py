"""Policies of conditional access that the attacker made: switched off; places that they had trusted: no longer.

A policy that stood before and was only changed is put right by a person: switching it off could open the door wider.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from o365nb.model import Persistence, Phase, Step
from o365nb.response import account
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State, sentence
from o365nb.response.removal import records, send
from o365nb.response.situation import Row, Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, powershell, segment
from o365nb.tenant.permissions import Right

_ROOT = "/identity/conditionalAccess"
_PATHS = {"policy": f"{_ROOT}/policies", "location": f"{_ROOT}/namedLocations"}
_PLACE = "#microsoft.graph.ipNamedLocation"
_SOON = timedelta(minutes=10)  # between the making and the log's word of it


class DisableAccessPolicy(Action):
    """Off, not deleted: it is evidence."""

    kinds = ("conditional_access",)
    name = "disable_access_policy"
    title = "Take back an access policy of the attacker's"
    needs = (
        Right(
            "Policy.ReadWrite.ConditionalAccess",
            licence="Microsoft Entra ID P1",
            role="Conditional Access Administrator",
        ),
        Right("Policy.Read.All"),
    )

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("conditional_access", item, "policy_id")
            made = row is not None and _made_then(row, item) and (row["kind"] == "policy" or row["trusted"])
            kind = str(row["kind"]) if row else "policy"
            policy = str(row["policy_id"] or "") if row and made else ""
            reason = sentence(item.because)
            if not policy:
                reason += " It stood before, or was not read: compare it with how it should be, and put it right."
                command = f"Get-MgIdentityConditionalAccess{'Policy' if kind == 'policy' else 'NamedLocation'} -All"
            elif kind == "policy":
                command = powershell(
                    "Update-MgIdentityConditionalAccessPolicy", ConditionalAccessPolicyId=policy, State="disabled"
                )
            else:
                command = powershell("Update-MgIdentityConditionalAccessNamedLocation", NamedLocationId=policy)
                command += " -AdditionalProperties @{'@odata.type'='" + _PLACE + "'; isTrusted=$false}"
            yield self.draft(
                "X16",
                Phase.ERADICATE,
                one_line(item.description),
                reason,
                command + account.comment(item.description),
                automatic=bool(policy),
                finding_ids=item.finding_ids,
                arguments={
                    "upn": item.owner,
                    "kind": kind,
                    "policy": policy,
                    "name": str(row["name"] or "") if row else "",
                },
            )

    def before(self, tenant: Tenant, step: Step) -> State:
        if not step.arguments["policy"]:
            return {"present": None}
        listed = records(tenant, _PATHS[step.arguments["kind"]])
        found = next((one for one in listed if one.get("id") == step.arguments["policy"]), None)
        if found is None:
            return {"present": False}
        value = found.get("state") if step.arguments["kind"] == "policy" else found.get("isTrusted")
        return {"present": True, "name": str(found.get("displayName") or ""), "value": value}

    def changed(self, step: Step, state: State) -> str:
        if state["present"] is None:
            return "its id is not known"
        if state["present"] and state["name"] != step.arguments["name"]:
            return f"it is now called {one_line(state['name'])!r}; collect and analyse again"
        return ""

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return state["present"] is False or (state["present"] is True and state["value"] in ("disabled", False))

    def requests(self, step: Step) -> tuple[Request, ...]:
        off = "disabled" if step.arguments["kind"] == "policy" else False
        return (_request(step, off),) if step.arguments["policy"] else ()

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return send(tenant.graph, self.requests(step)[0])

    def undo_requests(self, step: Step, before: State) -> tuple[Request, ...]:
        return (_request(step, before["value"]),)

    def undo(self, tenant: Tenant, step: Step, before: State) -> Sent:
        return send(tenant.graph, _request(step, before["value"]))

    def undone(self, state: State, before: State) -> bool:
        return bool(state["present"] and state["value"] == before["value"])

    def words(self, state: State) -> str:
        if not state["present"]:
            return "not read" if state["present"] is None else "not there"
        said = {True: "trusted", False: "not trusted"}.get(state["value"], state["value"])
        return one_line(f"{state['name']!r}: {said}")


def _made_then(row: Row, item: Persistence) -> bool:
    """Whether it was made by the very event that made it the attacker's, not merely changed by it."""
    if not row["created"] or not item.created:
        return False
    made: datetime = row["created"].replace(tzinfo=item.created.tzinfo)
    return abs(made - item.created) < _SOON


def _path(step: Step) -> str:
    return f"{_PATHS[step.arguments['kind']]}/{segment(step.arguments['policy'])}"


def _request(step: Step, value: Any) -> Request:
    if step.arguments["kind"] == "policy":
        return Request("PATCH", _path(step), {"state": value})
    return Request("PATCH", _path(step), {"@odata.type": _PLACE, "isTrusted": value})
