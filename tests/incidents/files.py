"""The shapes in which an incident's records are exported: what each tool writes around the same records."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

Json = dict[str, Any]


def _csv(header: list[str], rows: Iterable[list[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def purview(audit: list[Json]) -> list[tuple[str, str]]:
    """The portal's audit search as it is exported now."""
    header = [
        "RecordId",
        "CreationDate",
        "RecordType",
        "Operation",
        "UserId",
        "AuditData",
        "AssociatedAdminUnits",
        "AssociatedAdminUnitsNames",
    ]
    rows = (
        [r["Id"], r["CreationTime"] + ".0000000Z", r["RecordType"], r["Operation"], r["UserId"], json.dumps(r), "", ""]
        for r in audit
    )
    return [("AuditSearch.csv", "\ufeff" + _csv(header, rows))]


def management(audit: list[Json]) -> list[tuple[str, str]]:
    """Blobs of the Office 365 Management Activity API, one array after the other."""
    step = 200
    return [("activity.json", "\n".join(json.dumps(audit[at : at + step]) for at in range(0, len(audit), step)))]


def search(audit: list[Json]) -> list[tuple[str, str]]:
    """Search-UnifiedAuditLog | ConvertTo-Json: AuditData as text."""
    rows = [
        {
            "RecordType": str(r["RecordType"]),
            "CreationDate": "2026-10-01T00:00:00",
            "UserIds": r["UserId"],
            "Operations": r["Operation"],
            "AuditData": json.dumps(r),
            "ResultIndex": number,
            "ResultCount": len(audit),
            "Identity": r["Id"],
        }
        for number, r in enumerate(audit, 1)
    ]
    return [("ual.json", json.dumps(rows, indent=1))]


def office_activity(audit: list[Json]) -> list[tuple[str, str]]:
    """Sentinel's OfficeActivity: it has no directory workload."""
    header = [
        "TimeGenerated [UTC]",
        "OfficeWorkload",
        "Operation",
        "UserId",
        "OfficeId",
        "ClientIP",
        "Client_IPAddress",
        "OfficeObjectId",
        "MailboxOwnerUPN",
        "SessionId",
        "ClientInfoString",
        "AppId",
        "UserAgent",
        "Parameters",
        "OperationProperties",
        "Folders",
        "Item",
        "AffectedItems",
        "Folder",
        "AppAccessContext",
        "ResultStatus",
        "UserType",
        "RecordType",
        "IsManagedDevice",
        "QueryText",
        "Logon_Type",
        "TargetUserOrGroupName",
        "TargetUserOrGroupType",
    ]
    own = {
        "TimeGenerated [UTC]": "CreationTime",
        "OfficeWorkload": "Workload",
        "OfficeId": "Id",
        "Client_IPAddress": "ClientIPAddress",
        "OfficeObjectId": "ObjectId",
        "Logon_Type": "LogonType",
    }

    def cell(record: Json, column: str) -> str:
        value = record.get(own.get(column, column))
        if column.startswith("Time"):
            at = datetime.fromisoformat(record["CreationTime"])
            return f"{at.month}/{at.day}/{at.year}, {at:%I:%M:%S}.000 {at:%p}"
        return json.dumps(value) if isinstance(value, (list, dict)) else "" if value is None else str(value)

    kept = [record for record in audit if record["Workload"] != "AzureActiveDirectory"]
    return [("OfficeActivity.csv", "\ufeff" + _csv(header, ([cell(r, column) for column in header] for r in kept)))]


def signin_logs(found: list[Json]) -> str:
    """Sentinel's SigninLogs."""
    header = [
        "TimeGenerated [UTC]",
        "CreatedDateTime [UTC]",
        "UserPrincipalName",
        "AppDisplayName",
        "AppId",
        "IPAddress",
        "ResultType",
        "Id",
        "CorrelationId",
        "UserAgent",
        "ClientAppUsed",
        "DeviceDetail_dynamic",
        "LocationDetails",
        "AuthenticationRequirement",
        "AutonomousSystemNumber",
        "SessionId",
        "IsInteractive",
        "Status",
    ]
    rows = (
        [
            r["createdDateTime"],
            r["createdDateTime"],
            r["userPrincipalName"],
            r["appDisplayName"],
            r["appId"],
            r["ipAddress"],
            r["status"]["errorCode"],
            r["id"],
            r["correlationId"],
            r["userAgent"],
            r["clientAppUsed"],
            json.dumps(r["deviceDetail"]),
            json.dumps(r["location"]),
            r["authenticationRequirement"],
            r["autonomousSystemNumber"],
            r["sessionId"] or "",
            r["isInteractive"],
            json.dumps(r["status"]),
        ]
        for r in found
    )
    return _csv(header, rows)


def _us(time: str) -> str:
    """The collector's locale writes the outer date; nobody should read it."""
    at = datetime.fromisoformat(time)
    return f"{at.month}/{at.day}/{at.year} {at:%I:%M:%S %p}"


def search_csv(audit: list[Json]) -> list[tuple[str, str]]:
    """Search-UnifiedAuditLog | Export-Csv, without -NoTypeInformation."""
    header = ["RecordType", "CreationDate", "UserIds", "Operations", "AuditData", "ResultIndex", "ResultCount"]
    header += ["Identity", "IsValid", "ObjectState"]
    rows = (
        [
            f"Type{r['RecordType']}",
            _us(r["CreationTime"]),
            r["UserId"],
            r["Operation"],
            json.dumps(r),
            number,
            len(audit),
            r["Id"],
            "True",
            "Unchanged",
        ]
        for number, r in enumerate(audit, 1)
    )
    kind = "#TYPE Selected.System.Management.Automation.PSCustomObject\r\n"
    return [("UnifiedAuditLog.csv", kind + _csv(header, rows))]


def graph_records(audit: list[Json]) -> list[tuple[str, str]]:
    """The audit search of Graph: a few outer fields, the record itself inside."""
    found = [
        {
            "@odata.type": "#microsoft.graph.security.auditLogRecord",
            "id": r["Id"],
            "createdDateTime": r["CreationTime"] + "Z",
            "auditLogRecordType": str(r["RecordType"]),
            "operation": r["Operation"],
            "organizationId": r["OrganizationId"],
            "userType": "Regular",
            "userId": r["UserId"],
            "service": r["Workload"],
            "objectId": r.get("ObjectId"),
            "userPrincipalName": r["UserId"],
            "clientIp": r.get("ClientIP"),
            "administrativeUnits": [""],
            "auditData": r,
        }
        for r in audit
    ]
    context = "https://graph.microsoft.com/beta/$metadata#security/auditLog/queries('1')/records"
    return [("records.json", json.dumps({"@odata.context": context, "value": found}))]


def _milliseconds(time: str) -> str:
    at = datetime.fromisoformat(time + "+00:00")
    return f"/Date({int(at.timestamp() * 1000)})/"


def extractor_suite(audit: list[Json]) -> list[tuple[str, str]]:
    """A folder of Microsoft-Extractor-Suite: one file per stretch of time, dates as PowerShell 5.1 writes them."""
    step = 500
    files = []
    for at in range(0, len(audit), step):
        rows = [
            {
                "RecordType": str(r["RecordType"]),
                "CreationDate": _milliseconds(r["CreationTime"]),
                "UserIds": r["UserId"],
                "Operations": r["Operation"],
                "AuditData": r,
                "ResultIndex": number,
                "ResultCount": len(audit),
                "Identity": r["Id"],
            }
            for number, r in enumerate(audit[at : at + step], 1)
        ]
        text = json.dumps(rows if len(rows) > 1 else rows[0], indent=4).replace("\n", "\r\n")
        files.append((f"Output/UnifiedAuditLog/UAL-{at:06}.json", "  " + text))
    return files


def no_audit(audit: list[Json]) -> list[tuple[str, str]]:
    """Nobody exported the audit log."""
    return []


AUDIT_FILES = {
    "purview": purview,
    "management": management,
    "search": search,
    "search_csv": search_csv,
    "graph": graph_records,
    "mes": extractor_suite,
    "sentinel": office_activity,
    "none": no_audit,
}

_TOKENS = {"none": "None", "refreshToken": "Refresh token", "primaryRefreshToken": "Primary refresh token"}


def portal_sign_ins(found: list[Json]) -> str:
    """The sign-in page's own download, its odd headers included."""
    header = (
        "Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,Incoming token type,"
        "Authentication Protocol,Unique token identifier,Application,Application ID ,Resource,Resource ID ,"
        "IP address,Location,Status,Sign-in error code,Failure reason,Client app,Device ID,Browser,"
        "Operating System,Compliant,Managed,Authentication requirement,Session ID,Autonomous system  number"
    )
    rows = (
        [
            r["createdDateTime"],
            r["id"],
            r["userAgent"],
            r["correlationId"],
            r["userId"],
            r["userPrincipalName"].split("@")[0],
            r["userPrincipalName"],
            "Member",
            _TOKENS.get(r["incomingTokenType"], "None"),
            "Device code" if r["authenticationProtocol"] == "deviceCode" else "None",
            r["uniqueTokenIdentifier"],
            r["appDisplayName"],
            r["appId"],
            r["resourceDisplayName"],
            r["resourceId"],
            r["ipAddress"],
            f"{r['location']['city']}, {r['location']['city']}, {r['location']['countryOrRegion']}",
            "Failure" if r["status"]["errorCode"] else "Success",
            r["status"]["errorCode"] or "",
            r["status"]["failureReason"],
            r["clientAppUsed"],
            r["deviceDetail"]["deviceId"],
            r["deviceDetail"]["browser"],
            r["deviceDetail"]["operatingSystem"],
            r["deviceDetail"]["isCompliant"],
            r["deviceDetail"]["isManaged"],
            "Multifactor authentication"
            if r["authenticationRequirement"] == "multiFactorAuthentication"
            else "Single-factor authentication",
            r["sessionId"] or "",
            r["autonomousSystemNumber"],
        ]
        for r in found
    )
    return _csv(header.split(","), rows)


_EVENTS = {"failed": "Fail", "quarantined": "Quarantine", "expanded": "Expand", "resolved": "Resolve"}


def trace_summary(found: list[Json]) -> str:
    """The message trace's enhanced summary: one line per message, its recipients in one cell."""
    header = (
        "origin_timestamp_utc,sender_address,recipient_status,message_subject,total_bytes,message_id,"
        "network_message_id,original_client_ip,directionality,connector_id,delivery_priority"
    )
    rows = (
        [
            r["receivedDateTime"].replace("Z", ".0000000Z"),
            r["senderAddress"],
            f"{r['recipientAddress']}##Receive, {_EVENTS.get(r['status'], 'Deliver')}",
            r["subject"],
            r["size"],
            r["messageId"],
            r["id"],
            r["fromIP"],
            "Originating",
            "",
            "Normal",
        ]
        for r in found
    )
    return _csv(header.split(","), rows)
