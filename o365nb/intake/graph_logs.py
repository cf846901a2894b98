"""Answers of Microsoft Graph about what happened: sign-ins, directory audits, audit log records, message traces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from o365nb.events.times import iso_time
from o365nb.intake.audit_data import audit_record
from o365nb.intake.base import Damaged, Item, Note, Origin, Record
from o365nb.intake.forms import JsonShape


class GraphSignInJson(JsonShape):
    """`signIn`, v1.0 or beta; interactive, non-interactive or service principal."""

    name = "graph-sign-in-json"
    title = "Entra sign-ins from Microsoft Graph (JSON)"
    kind = "sign_in"
    must = frozenset({"createdDateTime", "ipAddress"})
    any_of = frozenset({"appDisplayName", "userPrincipalName", "servicePrincipalName", "status"})
    entity = r"auditLogs/signIns"
    as_it_stands = True


class GraphDirectoryAuditJson(JsonShape):
    """`directoryAudit`: what was changed in the directory, by whom."""

    name = "graph-directory-audit-json"
    title = "Entra audit log from Microsoft Graph (JSON)"
    kind = "directory_audit"
    must = frozenset({"activityDateTime", "activityDisplayName"})
    entity = r"auditLogs/directoryAudits"
    as_it_stands = True


class GraphAuditLogRecordJson(JsonShape):
    """`auditLogRecord` of a Graph audit query: AuditData as an object, with outer scalars."""

    name = "graph-audit-log-record-json"
    title = "Audit log query records from Microsoft Graph (JSON)"
    kind = "audit_record"
    must = frozenset({"auditData", "operation"})
    any_of = frozenset({"auditLogRecordType", "createdDateTime", "userPrincipalName"})
    entity = r"auditLog/queries|auditLogRecord"

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Record | Damaged]:
        outer = {
            "CreationTime": iso_time(str(data.get("createdDateTime") or "")),
            "Id": data.get("id"),
            "Operation": data.get("operation"),
            "UserId": data.get("userPrincipalName") or data.get("userId"),
            "RecordType": data.get("auditLogRecordType"),
            "Workload": data.get("service"),
            "ObjectId": data.get("objectId"),
            "UserType": data.get("userType"),
            "ClientIP": data.get("clientIp"),
        }
        yield from audit_record(line, data["auditData"], outer)


class GraphAuditQueryJson(JsonShape):
    """`auditLogQuery`: a question that was put to the audit log. It holds no record; its answer is another file."""

    name = "graph-audit-query-json"
    title = "Audit log query submitted to Microsoft Graph (JSON)"
    kind = "audit_record"
    must = frozenset({"filterStartDateTime", "filterEndDateTime", "status"})
    entity = r"auditLog/queries/\$entity"

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        if origin.seen_by == "export":
            yield Note("It is a question that was put to the audit log, not its answer.")


class GraphMessageTraceJson(JsonShape):
    """`exchangeMessageTrace`: one row per recipient."""

    name = "graph-message-trace-json"
    title = "Message trace from Microsoft Graph (JSON)"
    kind = "message_trace"
    must = frozenset({"senderAddress", "recipientAddress", "receivedDateTime"})
    entity = r"messageTraces"
    as_it_stands = True


class ExchangeMessageTraceJson(JsonShape):
    """Get-MessageTrace(V2) or the reporting service: the same rows in PascalCase, times without a zone (UTC)."""

    name = "exchange-message-trace-json"
    title = "Get-MessageTrace (JSON)"
    kind = "message_trace"
    must = frozenset({"SenderAddress", "RecipientAddress", "Received"})

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Record | Damaged]:
        trace = {
            "id": data.get("MessageTraceId"),
            "senderAddress": data["SenderAddress"],
            "recipientAddress": data["RecipientAddress"],
            "messageId": data.get("MessageId"),
            "receivedDateTime": iso_time(str(data["Received"] or "")),
            "subject": data.get("Subject"),
            "size": data.get("Size"),
            "fromIP": data.get("FromIP"),
            "toIP": data.get("ToIP"),
            "status": data.get("Status"),
        }
        yield Record(line, self.kind, trace)
