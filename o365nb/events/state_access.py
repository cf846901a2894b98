"""Who may do what, as Graph shows it → rows: roles, applications with their credentials, conditional access."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from o365nb.events.state import Row, Seen, lower, many, moment, text, truth
from o365nb.events.state_exchange import Makes


def role_assignment(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph `unifiedRoleAssignment` and the instances and requests of just-in-time roles → roles."""
    definition = data.get("roleDefinition")
    definition = definition if isinstance(definition, dict) else {}
    schedule = data.get("scheduleInfo")
    start = schedule.get("startDateTime") if isinstance(schedule, dict) else data.get("startDateTime")
    state = _state(data)
    yield {
        **seen.row(f"role.{state}", str(data.get("id"))),
        "role": text(definition.get("displayName")) or str(data.get("roleDefinitionId")),
        "role_id": text(data.get("roleDefinitionId")),
        "state": state,
        "principal_id": text(data.get("principalId")),
        "via": _via(data),
        "scope": text(data.get("directoryScopeId")) or text(data.get("appScopeId")),
        "start": moment(start or data.get("createdDateTime")),
        "end": moment(data.get("endDateTime")),
        "reason": text(data.get("justification")),
    }


def _state(data: Row) -> str:
    if "action" in data:
        return "requested"
    if "roleEligibilityScheduleId" in data:
        return "eligible"
    if lower(data.get("assignmentType")) == "activated":
        return "activated"
    return "scheduled" if "roleAssignmentScheduleId" in data else "active"


def _via(data: Row) -> str | None:
    """What the role comes through where it is not the account itself: a group's id, or that it is inherited."""
    if action := text(data.get("action")):
        return f"{action}: {data.get('status')}"
    return text(data.get("memberType")) if lower(data.get("memberType")) not in ("", "direct") else None


def group_role(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph's just-in-time group membership or ownership → roles."""
    eligible = "eligibilityScheduleId" in data
    group = data.get("group")
    named = text(group.get("displayName")) if isinstance(group, dict) else None
    yield {
        **seen.row("role.group", str(data.get("id"))),
        "role": f"{data.get('accessId')} of group {named or data.get('groupId')}",
        "role_id": text(data.get("groupId")),
        "state": "eligible"
        if eligible
        else "activated"
        if lower(data.get("assignmentType")) == "activated"
        else "active",
        "principal_id": text(data.get("principalId")),
        "via": None,
        "scope": "group",
        "start": moment(data.get("startDateTime")),
        "end": moment(data.get("endDateTime")),
        "reason": None,
    }


# -- applications -----------------------------------------------------------------------------------------------------


def application(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph `application` → applications: the registration, and each credential, owner and trusted issuer."""
    if "passwordCredentials" in data:
        yield _of_app(data, seen, "registration", "", text(data.get("publisherDomain")), data.get("createdDateTime"))
    yield from _credentials(data, seen)
    for trust in many(data.get("federatedIdentityCredentials")):
        if isinstance(trust, dict):
            value = f"{trust.get('issuer')} {trust.get('subject') or ''}".strip()
            yield {
                **_of_app(data, seen, "federated_credential", str(trust.get("id")), value, None),
                "name": text(trust.get("name")),
            }


def service_principal(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph `servicePrincipal` → applications: only its own credentials and owners, for it is no registration."""
    yield from _credentials(data, seen)


def _credentials(data: Row, seen: Seen) -> Iterator[Row]:
    for item, listed in (("secret", "passwordCredentials"), ("certificate", "keyCredentials")):
        for credential in many(data.get(listed)):
            if isinstance(credential, dict):
                hint = text(credential.get("hint")) or text(credential.get("customKeyIdentifier"))
                yield {
                    **_of_app(data, seen, item, str(credential.get("keyId")), hint, credential.get("startDateTime")),
                    "name": text(credential.get("displayName")),
                    "expires": moment(credential.get("endDateTime")),
                }
    for owner in many(data.get("owners")):
        if isinstance(owner, dict):
            named = lower(owner.get("userPrincipalName")) or text(owner.get("displayName"))
            yield _of_app(data, seen, "owner", str(owner.get("id")), named, None)


def _of_app(data: Row, seen: Seen, item: str, identity: str, value: str | None, created: Any) -> Row:
    """A row of applications. `owner` is "": applications are the tenant's, whoever owns them."""
    side = "service_principal" if "servicePrincipalType" in data else "application"
    return {
        **seen.row("application", ":".join(part for part in (str(data.get("id")), item, identity) if part), ""),
        "app_id": text(data.get("appId")),
        "object_id": text(data.get("id")),
        "app_name": text(data.get("displayName")),
        "side": side,
        "item": item,
        "item_id": identity or None,
        "name": None,
        "value": value,
        "created": moment(created),
        "expires": None,
        "owner_tenant": text(data.get("appOwnerOrganizationId")),
        "enabled": truth(data.get("accountEnabled")),
    }


def app_role(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph `appRoleAssignment` → applications: what an application may do, or who may use it (item `app_access`)."""
    person = lower(data.get("principalType")) == "user"
    client = "resource" if person else "principal"
    identity = str(data.get("id"))
    row = _of_app({"id": data.get(f"{client}Id")}, seen, "app_access" if person else "app_role", identity, None, None)
    yield {
        **row,
        "owner": seen.owner if person else "",
        "key": f"application:{seen.owner if person else ''}:{data.get(f'{client}Id')}:{row['item']}:{identity}",
        "app_name": text(data.get(f"{client}DisplayName")),
        "side": "service_principal",
        "name": text(data.get("appRoleId")),
        "value": text(data.get("principalDisplayName" if person else "resourceDisplayName")),
        "created": moment(data.get("createdDateTime")),
        "resource_id": text(data.get("resourceId")),
    }


def name_rights(rows: Iterable[Row], apps: Mapping[str, Row]) -> None:
    """Put the names of rights in the place of their ids, and app ids beside object ids, as far as `apps` tell them."""
    names = {
        (identity, str(role.get("id"))): text(role.get("value"))
        for identity, app in apps.items()
        for role in many(app.get("appRoles"))
        if isinstance(role, dict)
    }
    for row in rows:
        if row["item"] in ("app_role", "app_access"):
            row["name"] = names.get((str(row.pop("resource_id", "")), str(row["name"]))) or row["name"]
            row["app_id"] = row["app_id"] or text(apps.get(str(row["object_id"]), {}).get("appId"))


# -- conditional access -----------------------------------------------------------------------------------------------


def conditional_access(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph `conditionalAccessPolicy` → conditional_access."""
    conditions = _part(data, "conditions")
    users, apps = _part(conditions, "users"), _part(conditions, "applications")
    places, grant = _part(conditions, "locations"), _part(data, "grantControls")
    yield {
        **_rule(data, seen, "policy"),
        "state": text(data.get("state")),
        "controls": [
            *_texts(grant.get("builtInControls")),
            *(["authenticationStrength"] if grant.get("authenticationStrength") else []),
        ],
        "include_users": [*_texts(users.get("includeUsers")), *_texts(users.get("includeRoles"))],
        "exclude_users": [*_texts(users.get("excludeUsers")), *_texts(users.get("excludeRoles"))],
        "include_groups": _texts(users.get("includeGroups")),
        "exclude_groups": _texts(users.get("excludeGroups")),
        "applications": _texts(apps.get("includeApplications")),
        "client_apps": _texts(conditions.get("clientAppTypes")),
        "exclude_locations": _texts(places.get("excludeLocations")),
    }


def named_location(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph `namedLocation` → conditional_access of the kind location."""
    ranges = [entry for entry in many(data.get("ipRanges")) if isinstance(entry, dict)]
    yield {
        **_rule(data, seen, "location"),
        "trusted": truth(data.get("isTrusted")),
        "ranges": [
            str(entry.get("cidrAddress") or f"{entry.get('lowerAddress')}-{entry.get('upperAddress')}")
            for entry in ranges
        ],
        "countries": _texts(data.get("countriesAndRegions")),
    }


def _rule(data: Row, seen: Seen, kind: str) -> Row:
    return {
        **seen.row(f"conditional_access.{kind}", str(data.get("id")), ""),
        "kind": kind,
        "policy_id": text(data.get("id")),
        "name": text(data.get("displayName")),
        "created": moment(data.get("createdDateTime")),
        "changed": moment(data.get("modifiedDateTime")),
    }


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> list[str]:
    return [str(entry) for entry in many(value)]


#: Kind → its table, the ledger's source for it, and how its records become rows.
ROWS: dict[str, Makes] = {
    "role_assignment": ("roles", "roles", role_assignment),
    "group_role": ("roles", "pim", group_role),
    "application": ("applications", "applications", application),
    "service_principal": ("applications", "oauth_grants", service_principal),
    "app_role": ("applications", "app_roles", app_role),
    "conditional_access": ("conditional_access", "conditional_access", conditional_access),
    "named_location": ("conditional_access", "conditional_access", named_location),
}
