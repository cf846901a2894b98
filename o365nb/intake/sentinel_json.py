"""The same tables as JSON: a list, lines, or the `{"tables": [{columns, rows}]}` that the query service answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from o365nb.intake import log_tables
from o365nb.intake.base import Damaged, Record
from o365nb.intake.forms import JsonShape


class SentinelSigninJson(JsonShape):
    """SigninLogs and its non-interactive and service principal sisters."""

    name = "sentinel-signin-json"
    title = "Sentinel SigninLogs (JSON)"
    kind = "sign_in"
    must = frozenset({"IPAddress", "ResultType"})
    any_of = frozenset({"UserPrincipalName", "ServicePrincipalId"})

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Record | Damaged]:
        yield from log_tables.sign_in(line, log_tables.plain(data))


class SentinelOfficeActivityJson(JsonShape):
    """OfficeActivity."""

    name = "sentinel-office-activity-json"
    title = "Sentinel OfficeActivity (JSON)"
    kind = "audit_record"
    must = frozenset({"OfficeWorkload", "Operation", "UserId", "TimeGenerated"})

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Record | Damaged]:
        yield from log_tables.office_activity(line, log_tables.plain(data))


class SentinelAuditLogsJson(JsonShape):
    """AuditLogs."""

    name = "sentinel-audit-logs-json"
    title = "Sentinel AuditLogs (JSON)"
    kind = "directory_audit"
    must = frozenset({"InitiatedBy", "TargetResources", "Result"})
    any_of = frozenset({"OperationName", "ActivityDisplayName"})

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Record | Damaged]:
        yield from log_tables.audit_log(line, log_tables.plain(data))


class SentinelEmailEventsJson(JsonShape):
    """EmailEvents."""

    name = "sentinel-email-events-json"
    title = "Defender or Sentinel EmailEvents (JSON)"
    kind = "message_trace"
    must = frozenset({"NetworkMessageId", "SenderFromAddress", "RecipientEmailAddress"})

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Record | Damaged]:
        yield from log_tables.email_event(line, log_tables.plain(data))
