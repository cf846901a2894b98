"""Answers of Microsoft Graph about how things stand: users, rules, grants, methods, devices, the organisation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from o365nb.intake import json_text
from o365nb.intake.base import OWNER, Item, Record
from o365nb.intake.forms import JsonShape

_METHOD_LIST = re.compile(r"authentication/(\w+?)Methods\b", re.IGNORECASE)


class GraphUserJson(JsonShape):
    """`user`: one object, or a list."""

    name = "graph-user-json"
    title = "Users from Microsoft Graph (JSON)"
    kind = "user"
    must = frozenset({"id", "userPrincipalName"})
    never = frozenset({"ipAddress", "auditData", "methodsRegistered"})
    entity = r"#users(\([^')]*\))?$"

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Item]:
        """DFIR-O365RC puts a user's registered methods inside the user."""
        methods = data.get("userRegisteredAuthenticationMethods")
        yield Record(line, self.kind, data)
        for method in methods if isinstance(methods, list) else ():
            if isinstance(method, dict):
                yield Record(line, "auth_method", {**method, OWNER: str(data["userPrincipalName"])})


class GraphMessageRuleJson(JsonShape):
    """`messageRule`: the inbox rules that Outlook shows; hidden ones are not among them."""

    name = "graph-message-rule-json"
    title = "Inbox rules from Microsoft Graph (JSON)"
    kind = "message_rule"
    must = frozenset({"displayName", "isEnabled", "sequence"})
    entity = r"messageRules"


class GraphOauthGrantJson(JsonShape):
    """`oAuth2PermissionGrant`: delegated consent."""

    name = "graph-oauth-grant-json"
    title = "Consent grants from Microsoft Graph (JSON)"
    kind = "oauth_grant"
    must = frozenset({"clientId", "consentType", "scope"})
    entity = r"oauth2PermissionGrants"


class GraphServicePrincipalJson(JsonShape):
    """`servicePrincipal`: an application as it exists in the tenant."""

    name = "graph-service-principal-json"
    title = "Service principals from Microsoft Graph (JSON)"
    kind = "service_principal"
    must = frozenset({"id", "appId"})
    any_of = frozenset(
        {"servicePrincipalType", "appOwnerOrganizationId", "servicePrincipalNames", "replyUrls", "verifiedPublisher"}
    )
    never = frozenset({"ipAddress", "requiredResourceAccess"})  # the latter is an application registration's
    entity = r"servicePrincipals"


class GraphAuthMethodJson(JsonShape):
    """`authenticationMethod`: every registered way to prove who one is; the type says which."""

    name = "graph-auth-method-json"
    title = "Authentication methods from Microsoft Graph (JSON)"
    kind = "auth_method"
    must = frozenset({"id"})
    entity = r"authentication/\w*methods"

    def fits(self, data: dict[str, Any]) -> bool:
        return super().fits(data) and str(data.get("@odata.type", "")).lower().endswith("authenticationmethod")

    def complete(self, data: dict[str, Any], context: str) -> dict[str, Any]:
        """A list of one type says the type in its context only: `.../authentication/phoneMethods`."""
        listed = _METHOD_LIST.search(context)
        if not listed or "@odata.type" in data:
            return data
        return {**data, "@odata.type": f"#microsoft.graph.{listed[1]}AuthenticationMethod"}

    def recognise(self, text: str) -> float:
        listed = _METHOD_LIST.search(json_text.context(text))
        return 0.9 if listed else super().recognise(text)


class GraphDeviceJson(JsonShape):
    """`device`: registered and owned devices."""

    name = "graph-device-json"
    title = "Devices from Microsoft Graph (JSON)"
    kind = "device"
    must = frozenset({"deviceId", "displayName", "operatingSystem"})
    entity = r"registeredDevices|ownedDevices|#devices|microsoft\.graph\.device"


class GraphOrganizationJson(JsonShape):
    """`organization`: the tenant, its domains and plans."""

    name = "graph-organization-json"
    title = "Organisation from Microsoft Graph (JSON)"
    kind = "organization"
    must = frozenset({"verifiedDomains"})
    entity = r"#organization"
