"""Tables of Microsoft Sentinel / Log Analytics saved as CSV, brought back to the form they were made from.

The portal's export marks times `[UTC]` and writes them month first, splits dynamic columns into `X_dynamic` and
`X_string`, and repeats some columns as `X_` (domain facts: evidence shapes §4, §5).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from o365nb.events.times import iso_time
from o365nb.intake.base import Damaged, Origin, Record
from o365nb.intake.csv_text import CsvRow, Row
from o365nb.intake.forms import CsvShape
from o365nb.intake.json_text import loads


class SentinelCsv(CsvShape):
    """A Sentinel table; its columns may carry the portal's suffixes."""

    def recognise(self, text: str) -> float:
        return super().recognise(_plain_header(text))

    def lacks(self, text: str) -> list[str]:
        return super().lacks(_plain_header(text))


class SentinelSigninCsv(SentinelCsv):
    """SigninLogs and AADNonInteractiveUserSignInLogs: becomes Graph's beta signIn."""

    name = "sentinel-signin-csv"
    title = "Sentinel SigninLogs (CSV)"
    forms = (frozenset({"CreatedDateTime", "UserPrincipalName", "AppDisplayName", "IPAddress", "ResultType"}),)

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Record | Damaged]:
        cells = _plain(row.cells)
        when = iso_time(cells.pop("CreatedDateTime", "") or cells.get("TimeGenerated", ""))
        if not when:
            yield Damaged(row.line, "the sign-in has no time that can be read")
            return
        data = {_camel(name): _value(text) for name, text in cells.items() if text}
        found = data.get("status")
        status: dict[str, Any] = found if isinstance(found, dict) else {}
        code = cells.get("ResultType", "")
        if "errorCode" not in status and code.lstrip("-").isdigit():
            status = {**status, "errorCode": int(code), "failureReason": cells.get("ResultDescription") or None}
        table = f"{cells.get('Category', '')} {cells.get('Type', '')}".lower()
        data |= {
            "id": cells.get("Id") or None,
            "createdDateTime": when,
            "ipAddress": cells.get("IPAddress") or None,
            "status": status,
            "location": _location(data),
            "resourceId": cells.get("ResourceIdentity") or None,
            "isInteractive": "noninteractive" not in table and cells.get("IsInteractive", "").lower() != "false",
        }
        yield Record(row.line, "sign_in", data)


class SentinelOfficeActivityCsv(SentinelCsv):
    """OfficeActivity, whole or a few of its columns: becomes AuditData."""

    name = "sentinel-office-activity-csv"
    title = "Sentinel OfficeActivity (CSV)"
    forms = (
        frozenset({"OfficeWorkload", "Operation", "UserId", "OfficeId"}),
        frozenset({"TimeGenerated", "UserId", "ClientIP", "Operation", "Parameters"}),
    )
    _renamed: ClassVar[dict[str, str]] = {
        "OfficeId": "Id",
        "OfficeWorkload": "Workload",
        "OfficeObjectId": "ObjectId",
        "Client_IPAddress": "ClientIPAddress",
        "Logon_Type": "LogonType",
        "Site_Url": "SiteUrl",
        "Source_Name": "SourceName",
        "Event_Data": "EventData",
        "AADTarget": "Target",
        "AzureADAppId": "ApplicationId",
    }
    #: Log Analytics' own columns: about the table, not about the event.
    _foreign = frozenset({"TenantId", "SourceSystem", "Type", "_ResourceId", "TimeGenerated", "SourceRecordId"})

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Record | Damaged]:
        cells = _plain(row.cells)
        times = (cells.pop(name, "") for name in ("TimeGenerated", "Start_Time", "ElevationTime"))
        when = next((iso_time(text) for text in times if text), None)
        if not when or not cells.get("Operation"):
            yield Damaged(row.line, "the activity has no time or no operation that can be read")
            return
        data = {
            self._renamed.get(name, name): _value(text)
            for name, text in cells.items()
            if text and name not in self._foreign
        }
        data["CreationTime"] = when
        if "Workload" not in data and "-" in cells["Operation"] and "Parameters" in data:
            data["Workload"] = "Exchange"  # a cmdlet with parameters: only Exchange's admin audit writes those
        yield Record(row.line, "audit_record", data)


def _plain_header(text: str) -> str:
    line, newline, rest = text.partition("\n")
    return line.replace(" [UTC]", "").replace("_dynamic", "") + newline + rest


def _plain(cells: Row) -> Row:
    """Cells by the table's own column names; a twin fills in where the first is empty."""
    plain: Row = {}
    for name, text in cells.items():
        own = name.removesuffix(" [UTC]").removesuffix("_dynamic").removesuffix("_string").removesuffix("_")
        if text.strip() not in ("", "{}") and not plain.get(own):
            plain[own] = text.strip()
        else:
            plain.setdefault(own, "")
    return plain


def _value(text: str) -> Any:
    """A cell's value: dynamic columns hold JSON as text."""
    if text[0] in "[{":
        try:
            return loads(text)
        except ValueError:
            return text
    return text


def _camel(name: str) -> str:
    special = {"DeviceDetail": "deviceDetail", "LocationDetails": "location", "IPAddress": "ipAddress"}
    return special.get(name) or name[:1].lower() + name[1:]


def _location(data: dict[str, Any]) -> dict[str, Any]:
    found = data.get("location")
    location = found if isinstance(found, dict) else {}
    country = found if isinstance(found, str) else None
    return {**location, "countryOrRegion": location.get("countryOrRegion") or country}
