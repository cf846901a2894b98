"""Tables of Microsoft Sentinel / Log Analytics, and Defender's EmailEvents, saved as CSV.

The portal's export marks times `[UTC]` and writes them month first, splits dynamic columns into `X_dynamic` and
`X_string`, and repeats some columns as `X_` (domain facts: evidence shapes §4, §5).
"""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.intake import csv_text, log_tables
from o365nb.intake.base import Item, Origin
from o365nb.intake.csv_text import CsvRow
from o365nb.intake.forms import CsvShape


class SentinelCsv(CsvShape):
    """A Sentinel table; its columns may carry the portal's suffixes."""

    def columns(self, text: str) -> tuple[str, ...]:
        return tuple(name.removesuffix(" [UTC]").removesuffix("_dynamic") for name in csv_text.header(text))

    def rows(self, text: str, origin: Origin) -> Iterator[CsvRow]:
        for row in csv_text.rows(origin.path, text):
            yield CsvRow(row.line, log_tables.plain(row.cells), row.whole, row.ended)


class SentinelSigninCsv(SentinelCsv):
    """SigninLogs and its non-interactive and service principal sisters."""

    name = "sentinel-signin-csv"
    title = "Sentinel SigninLogs (CSV)"
    forms = (
        frozenset({"CreatedDateTime", "UserPrincipalName", "AppDisplayName", "IPAddress", "ResultType"}),
        frozenset({"CreatedDateTime", "ServicePrincipalName", "ServicePrincipalId", "IPAddress", "ResultType"}),
    )
    times = ("CreatedDateTime", "TimeGenerated")

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        yield from log_tables.sign_in(row.line, dict(row.cells))


class SentinelOfficeActivityCsv(SentinelCsv):
    """OfficeActivity, whole or a few of its columns."""

    name = "sentinel-office-activity-csv"
    title = "Sentinel OfficeActivity (CSV)"
    forms = (
        frozenset({"OfficeWorkload", "Operation", "UserId", "OfficeId"}),
        frozenset({"TimeGenerated", "UserId", "ClientIP", "Operation", "Parameters"}),
    )
    times = ("TimeGenerated", "Start_Time", "ElevationTime")

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        yield from log_tables.office_activity(row.line, dict(row.cells))


class SentinelAuditLogsCsv(SentinelCsv):
    """AuditLogs: changes in the directory."""

    name = "sentinel-audit-logs-csv"
    title = "Sentinel AuditLogs (CSV)"
    forms = (
        frozenset({"InitiatedBy", "TargetResources", "Result", "OperationName", "TimeGenerated"}),
        frozenset({"InitiatedBy", "TargetResources", "Result", "ActivityDisplayName", "AADOperationType"}),
    )
    times = ("ActivityDateTime", "TimeGenerated")

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        yield from log_tables.audit_log(row.line, dict(row.cells))


class SentinelEmailEventsCsv(SentinelCsv):
    """EmailEvents: one row per message and recipient."""

    name = "sentinel-email-events-csv"
    title = "Defender or Sentinel EmailEvents (CSV)"
    forms = (
        frozenset({"NetworkMessageId", "SenderFromAddress", "RecipientEmailAddress", "Timestamp"}),
        frozenset({"NetworkMessageId", "SenderFromAddress", "RecipientEmailAddress", "TimeGenerated"}),
    )
    times = ("Timestamp", "TimeGenerated")

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        yield from log_tables.email_event(row.line, dict(row.cells))
