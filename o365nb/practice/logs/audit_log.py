"""The unified audit log's outer form: Graph's auditLogRecord around the classic AuditData."""

from __future__ import annotations

from o365nb.practice.ids import Json

RECORD_TYPES = {
    1: "ExchangeAdmin",
    2: "ExchangeItem",
    3: "ExchangeItemGroup",
    6: "SharePointFileOperation",
    8: "AzureActiveDirectory",
    14: "SharePointSharingOperation",
    15: "AzureActiveDirectoryStsLogon",
    25: "MicrosoftTeams",
    29: "HygieneEvent",
    50: "ExchangeItemAggregated",
    101: "ExchangeSearch",
}
_USER_TYPES = {0: "Regular", 2: "Admin", 3: "DcAdmin", 4: "System", 5: "Application"}


def graph_record(data: Json) -> Json:
    """The record as a Graph audit query returns it; `data` is the AuditData inside."""
    client_ip = data.get("ClientIP") or data.get("ClientIPAddress") or ""
    return {
        "@odata.type": "#microsoft.graph.security.auditLogRecord",
        "id": data["Id"],
        "createdDateTime": f"{data['CreationTime']}Z",
        "auditLogRecordType": RECORD_TYPES[data["RecordType"]],
        "operation": data["Operation"],
        "organizationId": data["OrganizationId"],
        "userType": _USER_TYPES[data["UserType"]],
        "userId": data["UserKey"],
        "service": data["Workload"],
        "objectId": data.get("ObjectId", ""),
        "userPrincipalName": data["UserId"],
        "clientIp": client_ip,
        "administrativeUnits": [""],
        "auditData": {"@odata.type": "#microsoft.graph.security.defaultAuditData", **data},
    }
