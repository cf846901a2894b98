"""By choice only: no sign-in from the attacker's addresses. After scoping, for whoever is blocked takes another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from o365nb.model import Phase, Step, content_id
from o365nb.response import account
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State
from o365nb.response.removal import records, send
from o365nb.response.situation import Address, Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, segment
from o365nb.tenant.permissions import Right

_PLACES = "/identity/conditionalAccess/namedLocations"
_POLICIES = "/identity/conditionalAccess/policies"
_NEEDS = (
    Right(
        "Policy.ReadWrite.ConditionalAccess",
        licence="Microsoft Entra ID P1",
        role="Conditional Access Administrator",
    ),
    Right("Policy.Read.All"),
)
_MOST = 50  # addresses named in one place


class _Made(Action):
    """A thing of conditional access that did not stand before: known by the name that it is given here."""

    optional = True
    needs = _NEEDS
    path: str

    def _named(self, tenant: Tenant, step: Step) -> dict[str, Any] | None:
        name = step.arguments["name"]
        return next((one for one in records(tenant, self.path) if one.get("displayName") == name), None)

    def before(self, tenant: Tenant, step: Step) -> State:
        found = self._named(tenant, step)
        return {"present": True, "made": found is not None, "id": str(found.get("id")) if found else ""}

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return bool(state["made"])

    def undo_requests(self, step: Step, before: State) -> tuple[Request, ...]:
        return (Request("DELETE", f"{self.path}/(the id that it was given)"),)

    def undo(self, tenant: Tenant, step: Step, before: State) -> Sent:
        found = self._named(tenant, step) or {}
        return account.sent(tenant.graph.delete(f"{self.path}/{segment(str(found.get('id') or ''))}"))

    def undone(self, state: State, before: State) -> bool:
        return not state["made"]

    def words(self, state: State) -> str:
        return "it stands" if state["made"] else "it is not there"


class NameAddresses(_Made):
    """A named location; by itself it blocks nothing."""

    name = "name_addresses"
    title = "Name the attacker's addresses"
    path = _PLACES

    def plan(self, situation: Situation) -> Iterator[Draft]:
        if listed := _blockable(situation):
            name = _name_of(listed)
            yield self.draft(
                "C8",
                Phase.CONTAIN,
                name,
                f"By choice, and by itself it blocks nothing: a named place of {len(listed)} address"
                f"{'' if len(listed) == 1 else 'es'} that only the attacker came from: {_shown(listed)}.",
                "New-MgIdentityConditionalAccessNamedLocation" + account.comment(_shown(listed)),
                finding_ids=_all_ids(situation),
                arguments={"upn": "", "name": name, "addresses": " ".join(one.address for one in listed)},
            )

    def requests(self, step: Step) -> tuple[Request, ...]:
        ranges = [_range(address) for address in step.arguments["addresses"].split()]
        body = {
            "@odata.type": "#microsoft.graph.ipNamedLocation",
            "displayName": step.arguments["name"],
            "isTrusted": False,
            "ipRanges": ranges,
        }
        return (Request("POST", _PLACES, body),)

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return send(tenant.graph, self.requests(step)[0], idempotent=False)


class BlockAddresses(_Made):
    """A policy that refuses sign-ins from that place. The emergency accounts stay out of it."""

    name = "block_addresses"
    title = "Block the attacker's addresses"
    path = _POLICIES

    def plan(self, situation: Situation) -> Iterator[Draft]:
        if listed := _blockable(situation):
            spared = _emergency(situation)
            reason = f"By choice. In the evidence it would have met {_what(listed)}."
            reason += (
                " Left out are the groups that every policy in force leaves out."
                if spared
                else " No group is left out by every policy in force, so none is here: make sure of an emergency"
                " account first."
            )
            yield self.draft(
                "C8",
                Phase.CONTAIN,
                f"sign-ins from {_name_of(listed)}",
                reason,
                "New-MgIdentityConditionalAccessPolicy" + account.comment(_shown(listed)),
                finding_ids=_all_ids(situation),
                arguments={
                    "upn": "",
                    "name": f"{_name_of(listed)}: block",
                    "place": _name_of(listed),
                    "spared": " ".join(spared),
                },
                rank=1,
            )

    def asks(self, step: Step) -> str:
        return "block"

    def before(self, tenant: Tenant, step: Step) -> State:
        place = step.arguments["place"]
        found = next((one for one in records(tenant, _PLACES) if one.get("displayName") == place), {})
        return {**super().before(tenant, step), "place": str(found.get("id") or "")}

    def changed(self, step: Step, state: State) -> str:
        return "" if state["place"] or state["made"] else "the place is not named yet: apply that step first"

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (self._request(step, "(the id of the named place)"),)

    def _request(self, step: Step, place: str) -> Request:
        body = {
            "displayName": step.arguments["name"],
            "state": "enabled",
            "conditions": {
                "clientAppTypes": ["all"],
                "applications": {"includeApplications": ["All"]},
                "users": {"includeUsers": ["All"], "excludeGroups": step.arguments["spared"].split()},
                "locations": {"includeLocations": [place]},
            },
            "grantControls": {"operator": "OR", "builtInControls": ["block"]},
        }
        return Request("POST", _POLICIES, body)

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        place = self.before(tenant, step)["place"]
        return send(tenant.graph, self._request(step, place), idempotent=False)


def _blockable(situation: Situation) -> list[Address]:
    """Addresses that nobody but an attacked account signed in from, where the tenant has conditional access."""
    if not situation.acts or not situation.licensed("AAD_PREMIUM"):
        return []
    return list(situation.addresses[:_MOST])


def _all_ids(situation: Situation) -> tuple[str, ...]:
    return tuple(sorted({one for upn in situation.victims for one in situation.finding_ids(upn, "block_addresses")}))


def _name_of(listed: list[Address]) -> str:
    return f"o365nb attacker addresses {content_id([one.address for one in listed], 8)}"


def _shown(listed: list[Address]) -> str:
    first = ", ".join(one_line(one.address) for one in listed[:5])
    return first + (f" and {len(listed) - 5} more" if len(listed) > 5 else "")


def _what(listed: list[Address]) -> str:
    """What such a policy would have refused, by the sign-ins of the evidence."""
    counts: dict[str, int] = {}
    for one in listed:
        for actor, times in one.sign_ins:
            counts[actor] = counts.get(actor, 0) + times
    if not counts:
        return "no sign-in that is known"
    most = sorted(counts, key=lambda name: (-counts[name], name))
    named = ", ".join(f"{counts[name]} of {one_line(name or 'nobody named')}" for name in most[:5])
    more = f" and of {len(most) - 5} other accounts" if len(most) > 5 else ""
    return f"{sum(counts.values())} sign-ins: {named}{more}"


def _range(address: str) -> dict[str, str]:
    version = ip_address(address).version
    kind = {4: "iPv4CidrRange", 6: "iPv6CidrRange"}[version]
    return {"@odata.type": f"#microsoft.graph.{kind}", "cidrAddress": f"{address}/{32 if version == 4 else 128}"}


def _emergency(situation: Situation) -> list[str]:
    """The groups that every policy in force leaves out: those of the accounts for emergencies."""
    rows = [row for row in situation.tables["conditional_access"] if row["kind"] == "policy"]
    in_force = [set(row["exclude_groups"] or ()) for row in rows if row["state"] == "enabled"]
    return sorted(set.intersection(*in_force)) if in_force else []
