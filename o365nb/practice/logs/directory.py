"""Directory audits: Graph's directoryAudit, and the audit log's own record of the same change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from o365nb.practice.ids import Json, naive
from o365nb.practice.people import TENANT_ID

#: How the ids of a service's records begin.
_PREFIXES = {"Core Directory": "Directory", "Device Registration Service": "DRS"}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who made the change: a user (with address) or an app (with its service principal)."""

    id: str
    name: str
    upn: str = ""
    ip: str = ""
    app_id: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One change in the directory. `modified` maps a property to (old, new), any JSON value or None."""

    correlation: str
    at: datetime
    activity: str
    category: str
    actor: Actor
    target_type: str
    target_id: str
    target_name: str
    target_upn: str | None = None
    modified: Mapping[str, tuple[object, object]] = field(default_factory=dict)
    service: str = "Core Directory"
    operation_type: str = "Update"
    reason: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Entra's own pattern: service, correlation, a tail."""
        tail = int(self.correlation[:6], 16)
        prefix = _PREFIXES.get(self.service, "AuthMeth")
        return f"{prefix}_{self.correlation}_{tail % 100000:05}_{tail * 7919 % 1000000000}"


def graph_record(change: Change) -> Json:
    """The record as Graph v1.0 returns it; old and new values are JSON inside a string."""
    actor = change.actor
    user = app = None
    if actor.app_id:
        app = {
            "appId": actor.app_id,
            "displayName": actor.name,
            "servicePrincipalId": actor.id,
            "servicePrincipalName": None,
        }
    else:
        user = {"id": actor.id, "displayName": None, "userPrincipalName": actor.upn, "ipAddress": actor.ip}
    return {
        "id": change.id,
        "category": change.category,
        "correlationId": change.correlation,
        "result": "success",
        "resultReason": change.reason,
        "activityDisplayName": change.activity,
        "activityDateTime": _fine(change.at, change.correlation),
        "loggedByService": change.service,
        "operationType": change.operation_type,
        "initiatedBy": {"app": app, "user": user},
        "targetResources": [
            {
                "id": change.target_id,
                "displayName": change.target_name,
                "type": change.target_type,
                "userPrincipalName": change.target_upn,
                "groupType": None,
                "modifiedProperties": [
                    {"displayName": name, "oldValue": _text(old), "newValue": _text(new)}
                    for name, (old, new) in change.modified.items()
                ],
            }
        ],
        "additionalDetails": [{"key": key, "value": value} for key, value in change.details.items()],
    }


def audit_data(change: Change, record_id: str) -> Json:
    """The change as the unified audit log has it (record type 8): the activity with a full stop."""
    actor = change.actor
    by = f"ServicePrincipal_{actor.id}" if actor.app_id else actor.upn
    return {
        "CreationTime": naive(change.at),
        "Id": record_id,
        "Operation": f"{change.activity}.",
        "OrganizationId": TENANT_ID,
        "RecordType": 8,
        "ResultStatus": "Success",
        "UserKey": actor.id,
        "UserType": 5 if actor.app_id else 0,
        "Version": 1,
        "Workload": "AzureActiveDirectory",
        "ClientIP": actor.ip,
        "ObjectId": change.target_upn or change.target_id,
        "UserId": by,
        "AzureActiveDirectoryEventType": 1,
        "ExtendedProperties": [
            {"Name": "additionalDetails", "Value": json.dumps(dict(change.details))},
            {"Name": "extendedAuditEventCategory", "Value": change.target_type},
        ],
        "ModifiedProperties": [
            {"Name": name, "NewValue": _text(new) or "", "OldValue": _text(old) or ""}
            for name, (old, new) in change.modified.items()
        ],
        "Actor": [{"ID": actor.name if actor.app_id else actor.upn, "Type": 1 if actor.app_id else 5}],
        "ActorContextId": TENANT_ID,
        "ActorIpAddress": actor.ip,
        "InterSystemsId": change.correlation,
        "IntraSystemId": record_id,
        "SupportTicketId": "",
        "Target": [{"ID": f"{change.target_type}_{change.target_id}", "Type": 2}, {"ID": change.target_id, "Type": 2}],
        "TargetContextId": TENANT_ID,
    }


def _text(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _fine(at: datetime, correlation: str) -> str:
    """Directory audits carry seven decimals; a story's whole seconds get theirs from the correlation id."""
    decimals = at.microsecond * 10 or int(correlation[:6], 16) % 10_000_000
    return f"{naive(at)}.{decimals:07}Z"
