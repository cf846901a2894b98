"""What CISA's Untitled Goose Tool writes in forms of its own; the rest of its files are Graph's answers, line by line.

Sources: cisagov/untitledgoosetool, goosey/m365_datadumper.py and goosey/entra_id_datadumper.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from o365nb.events.state_identity import DOMAIN
from o365nb.intake import json_text
from o365nb.intake.base import OWNER, Damaged, Item, Note, Origin, Record, Shape
from o365nb.intake.objects import graph_shape

_UPN = "userPrincipalName"
#: What the objects asked about are called: each child carries the whole of its parent under this name.
_PARENTS = (
    *("users", "groups", "applications", "servicePrincipals", "directoryRoles", "domains", "riskyUsers"),
    *("identityProtection/riskyServicePrincipals", "identityProtectionriskyServicePrincipals"),
)
#: Goose takes the type of each object away: what only one kind of method has.
_METHODS = {
    "phoneNumber": "phone",
    "emailAddress": "email",
    "phoneAppVersion": "microsoftAuthenticator",
    "deviceTag": "microsoftAuthenticator",
    "aaGuid": "fido2",
    "keyStrength": "windowsHelloForBusiness",
    "secretKey": "softwareOath",
    "isUsableOnce": "temporaryAccessPass",
    "password": "password",
}
_PASSWORD = "28c10230-6103-485e-b985-444c60001490"  # noqa: S105 - the id that every account's password method has


class GooseInboxRulesJson(Shape):
    """EXO_InboxRules_Graph.json: a line per account, its rules and then its name in one list."""

    name = "goose-inbox-rules-json"
    title = "Inbox rules of Untitled Goose Tool (JSON)"

    def recognise(self, text: str) -> float:
        found = json_text.sample(text)
        named = [data for data in found if data.keys() == {_UPN}]
        return 1.0 if named and {"sequence", "isEnabled"} <= found[0].keys() else 0.0

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        waiting: list[Record] = []
        for item in json_text.items(text):
            if isinstance(item, Damaged):
                yield item
                continue
            line, data = item
            if isinstance(data, dict) and data.keys() == {_UPN}:
                owner = str(data[_UPN]).replace("%27", "'")
                yield from (Record(rule.line, rule.kind, {**rule.data, OWNER: owner}) for rule in waiting)
                waiting.clear()
            elif isinstance(data, dict) and {"sequence", "isEnabled"} <= data.keys():
                waiting.append(Record(line, "message_rule", data))
            else:
                yield Damaged(line, "neither an inbox rule nor the account that they are of")
        yield from waiting
        if waiting:
            yield Note(f"{len(waiting)} of the rules do not say whose they are.", limits=True)


class GooseChildrenJson(Shape):
    """users_methods.json, directoryRoles_members.json, domains_federationConfiguration.json and the like: each line
    an object that belongs to another, which it carries whole."""

    name = "goose-children-json"
    title = "Objects with their owners of Untitled Goose Tool (JSON)"

    def recognise(self, text: str) -> float:
        found = json_text.sample(text)
        return sum(_parent(data)[0] != "" for data in found) / len(found) if found else 0.0

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        unknown: Counter[str] = Counter()
        for item in json_text.items(text):
            if isinstance(item, Damaged):
                yield item
                continue
            line, data = item
            parents, parent = _parent(data) if isinstance(data, dict) else ("", {})
            if not parents:
                yield Damaged(line, "it does not say to what it belongs")
                continue
            records = list(_child(line, parents, parent, {name: data[name] for name in data if name != parents}))
            unknown[parents] += not records
            yield from records
        for parents, count in unknown.items():
            if count:
                yield Note(f"{count} objects that belong to {parents} are kept as they are: they are not judged.")


def _parent(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    for name in _PARENTS:
        value = data.get(name)
        if isinstance(value, dict) and "id" in value:
            return name, value
    return "", {}


def _child(line: int, parents: str, parent: dict[str, Any], data: dict[str, Any]) -> Iterator[Item]:
    match parents:
        case "directoryRoles":
            role = {
                "id": f"{parent['id']}:{data.get('id')}",
                "principalId": data.get("id"),
                "roleDefinitionId": parent.get("roleTemplateId") or parent["id"],
                "roleDefinition": {"displayName": parent.get("displayName")},
                "directoryScopeId": "/",
            }
            yield Record(line, "role_assignment", {**role, OWNER: str(data.get(_UPN) or "")})
            return
        case "users":
            data = {**data, OWNER: str(parent.get(_UPN) or "")}
            if method := _method(data):
                kind = f"#microsoft.graph.{method}AuthenticationMethod"
                yield Record(line, "auth_method", {**data, "@odata.type": kind})
                return
        case "domains":
            data = {**data, DOMAIN: str(parent["id"])}
    shape = graph_shape(data)
    if shape:
        yield from shape.records(line, data)


def _method(data: dict[str, Any]) -> str:
    if data.get("id") == _PASSWORD:
        return "password"
    if "deviceId" in data:  # a registered device
        return ""
    return next((method for name, method in _METHODS.items() if name in data), "")
