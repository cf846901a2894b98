"""Directory changes, the audit log as tables, and message traces in every form in which they are exported."""

from __future__ import annotations

import json
from typing import Any

from exports import (
    AUDIT_COLUMNS,
    CLOUD_APP_COLUMNS,
    EMAIL_EVENT,
    EXTENDED_COLUMNS,
    MODELS,
    SUMMARY_COLUMNS,
    TRACE_COLUMNS,
    envelope,
    portal_audit,
    table,
    tables_answer,
)
from intake.audit_samples import made, ual
from intake.samples import ANNA, BOB, EVE, IP, SEEN, WHEN, Sample, guid

# -- changes in the directory -----------------------------------------------------------------------------------------


def changed(number: int, **given: Any) -> dict[str, Any]:
    """A consent to all, as Graph gives it: values are JSON inside a string."""
    parts = [{"displayName": "ConsentContext.IsAdminConsent", "oldValue": None, "newValue": '"True"'}]
    user = {"userPrincipalName": "Anna@contoso.example", "ipAddress": IP}
    return {
        "id": f"Directory_{guid(number)}_X_1",
        "activityDateTime": "2026-11-17T08:41:00.123456+00:00",
        "activityDisplayName": "Consent to application.",
        "category": "ApplicationManagement",
        "result": "success",
        "loggedByService": "Core Directory",
        "operationType": "Assign",
        "correlationId": "c-1",
        "initiatedBy": {"user": user, "app": None},
        "targetResources": [{"Type": "ServicePrincipal", "displayName": "eM Client", "modifiedProperties": parts}],
        "additionalDetails": [{"key": "User-Agent", "value": "EvoSTS"}],
        **given,
    }


def consented(number: int, **given: Any) -> dict[str, Any]:
    return {
        "event_id": f"Directory_{guid(number)}_X_1",
        "time": f"{SEEN}.123456",
        "source": "directory_audit",
        "operation": "Consent to application",
        "actor": ANNA,
        "actor_kind": "user",
        "client_ip": IP,
        "target": "eM Client",
        "result": "success",
        "ModifiedProperties.ConsentContext.IsAdminConsent": "True",
        "AdditionalDetails.User-Agent": "EvoSTS",
        **given,
    }


def table_of_changes(number: int) -> dict[str, Any]:
    record = changed(number)
    return {
        "TimeGenerated": "2026-11-17T09:00:00Z",
        "ActivityDateTime": record["activityDateTime"],
        "Id": record["id"],
        "OperationName": record["activityDisplayName"],
        "Result": "success",
        "LoggedByService": "Core Directory",
        "InitiatedBy": json.dumps(record["initiatedBy"]),
        "TargetResources": json.dumps(record["targetResources"]),
        "AdditionalDetails": json.dumps(record["additionalDetails"]),
    }


DIRECTORY = (
    Sample("graph audit.json", json.dumps({"value": [changed(201)]}), "graph-directory-audit-json", [consented(201)]),
    Sample("portal audit.json", json.dumps([changed(202)]), "graph-directory-audit-json", [consented(202)]),
    Sample(
        "AuditLogs of the portal.csv",
        table(AUDIT_COLUMNS, portal_audit(Target1ModifiedProperty1Name="StrongAuthenticationMethod",
              Target1ModifiedProperty1NewValue='"[{\\"MethodType\\":6}]"')),
        "entra-portal-audit-csv",
        [{"time": SEEN, "operation": "User registered security info", "actor": ANNA, "target": ANNA,
          "result": "success", "ModifiedProperties.StrongAuthenticationMethod": '[{"MethodType":6}]'}],
    ),
    Sample(
        "Get-MgAuditLogDirectoryAudit.csv",
        table("ActivityDateTime,ActivityDisplayName,Category,Id,InitiatedBy,Result",
              {"ActivityDateTime": "17/11/2026 08:41:00", "ActivityDisplayName": "Update user", "Id": guid(203),
               "InitiatedBy": f"{MODELS}MicrosoftGraphAuditActivityInitiator", "Result": "success"}),
        "powershell-directory-audit-csv",
        [{"event_id": guid(203), "time": SEEN, "operation": "Update user", "actor": None, "result": "success"}],
        said=("Who made 1 of the changes, and to what, is lost in this export.",),
    ),
    Sample("AuditLogs.json", json.dumps([table_of_changes(204)]), "sentinel-audit-logs-json", [consented(204)]),
    Sample("AuditLogs tables.json", tables_answer(table_of_changes(205)), "sentinel-audit-logs-json", [consented(205)]),
    Sample("AuditLogs.csv", table(",".join(table_of_changes(0)), table_of_changes(206)), "sentinel-audit-logs-csv",
           [consented(206)]),
    Sample("event hub audit.json", json.dumps({"records": [envelope("AuditLogs", changed(207))]}), "azure-monitor-json",
           [consented(207)]),
)  # fmt: skip


# -- the audit log in tables ------------------------------------------------------------------------------------------

_OFFICE = {
    "TimeGenerated": WHEN,
    "OfficeId": guid(301),
    "RecordType": "ExchangeAdmin",
    "Operation": "New-InboxRule",
    "OfficeWorkload": "Exchange",
    "ResultStatus": "True",
    "UserType": "Admin",
    "UserId": ANNA,
    "ClientIP": "",
    "ClientIP_": f"{IP}:4711",
    "Parameters": json.dumps(ual(0)["Parameters"]),
}
_CLOUD_APP = {
    "Timestamp": WHEN,
    "ActionType": "New-InboxRule",
    "Application": "Microsoft Exchange Online",
    "AccountObjectId": "u-1",
    "RawEventData": json.dumps(ual(305)),
}
TABLES = (
    Sample("OfficeActivity.csv", table(",".join(_OFFICE), _OFFICE), "sentinel-office-activity-csv", [made(301)]),
    Sample("OfficeActivity.json", json.dumps([{**_OFFICE, "OfficeId": guid(302)}]), "sentinel-office-activity-json",
           [made(302)]),
    Sample("OfficeActivity tables.json", tables_answer({**_OFFICE, "OfficeId": guid(303)}),
           "sentinel-office-activity-json", [made(303)]),
    Sample("CloudAppEvents.json", json.dumps([{**_CLOUD_APP, "RawEventData": ual(304)}]),
           "hunting-cloud-app-events-json", [made(304)]),
    Sample("CloudAppEvents.csv", table(CLOUD_APP_COLUMNS, _CLOUD_APP), "hunting-cloud-app-events-csv", [made(305)]),
)  # fmt: skip


# -- message traces ---------------------------------------------------------------------------------------------------


def sent(number: int, **given: Any) -> dict[str, Any]:
    return {
        "event_id": f"{guid(number)}|{EVE}",
        "time": SEEN,
        "source": "message_trace",
        "actor": ANNA,
        "target": EVE,
        "message_id": "<m-1@contoso.example>",
        "message_subject": "Invoice",
        "result": "success",
        "client_ip": IP,
        **given,
    }


def traced(number: int, **given: Any) -> dict[str, Any]:
    return {
        "Organization": "contoso",
        "MessageId": "<m-1@contoso.example>",
        "Received": "2026-11-17T08:41:00.0000000",
        "SenderAddress": "Anna@contoso.example",
        "RecipientAddress": EVE,
        "Subject": "Invoice",
        "Status": "Delivered",
        "ToIP": None,
        "FromIP": IP,
        "Size": 1,
        "MessageTraceId": guid(number),
        "Index": 0,
        **given,
    }


_ODATA = {"__metadata": {"id": "x", "type": "TenantReporting.MessageTrace"}, "StartDate": "/Date(1763280000000)/"}
_LISTED = {
    "origin_timestamp_utc": WHEN,
    "sender_address": ANNA,
    "message_subject": "Invoice",
    "message_id": "<m-1@contoso.example>",
    "original_client_ip": IP,
}
_TWO = f"{EVE}##Receive, Deliver;{BOB}##Receive, Fail"


def step(number: int, event: str) -> dict[str, Any]:
    return {**_LISTED, "network_message_id": guid(number), "recipient_address": EVE, "event_id": event}


def mailed(number: int) -> dict[str, Any]:
    return {**EMAIL_EVENT, "NetworkMessageId": guid(number), "RecipientEmailAddress": EVE}


TRACES = (
    Sample(
        "graph trace.json",
        json.dumps({"value": [{"id": guid(401), "senderAddress": ANNA, "recipientAddress": EVE, "subject": "Invoice",
                   "messageId": "<m-1@contoso.example>", "receivedDateTime": WHEN, "fromIP": IP, "toIP": "",
                   "size": 45678, "status": "Delivered"}]}),
        "graph-message-trace-json",
        [sent(401)],
    ),
    Sample("Get-MessageTrace.json", json.dumps([traced(402, MessageId="m-1@contoso.example")]),
           "exchange-message-trace-json", [sent(402)]),
    Sample(
        "reporting service.json",
        json.dumps({"d": {"results": [traced(403, Received="/Date(1763368860000)/", **_ODATA)]}}),
        "exchange-message-trace-json",
        [sent(403, time="2025-11-17 08:41:00")],
    ),
    Sample("Get-MessageTraceV2.csv", table(TRACE_COLUMNS, traced(404, Received="11/17/2026 8:41:00 AM")),
           "message-trace-csv", [sent(404)]),
    Sample("enhanced summary.csv",
           table(SUMMARY_COLUMNS, {**_LISTED, "network_message_id": guid(405), "recipient_status": _TWO}),
           "message-trace-summary-csv",
           [sent(405, event_id=f"{guid(405)}|{BOB}", target=BOB, result="failure"), sent(405)]),
    Sample(
        "extended.csv",
        table(EXTENDED_COLUMNS, step(406, "RECEIVE"), step(406, "DELIVER"), step(407, "FAIL")).encode("utf-16-le"),
        "message-trace-extended-csv",
        [sent(406), sent(407, result="failure")],
        figures=(3, 1, 0, 0),
        said=("the steps before the last count as duplicates",),
    ),
    Sample("EmailEvents.json", json.dumps([mailed(408)]), "sentinel-email-events-json", [sent(408)]),
    Sample("EmailEvents.csv", table(",".join(EMAIL_EVENT), mailed(409)), "sentinel-email-events-csv", [sent(409)]),
    Sample("EmailEvents tables.json", tables_answer(mailed(410)), "sentinel-email-events-json", [sent(410)]),
)  # fmt: skip
