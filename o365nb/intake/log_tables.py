"""Rows of Microsoft Sentinel / Log Analytics tables, brought back to the form that they were made from.

A row's values may be text (CSV), JSON as text, or JSON itself; names are the table's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from o365nb.events.times import iso_time
from o365nb.intake.base import LESSER, Damaged, Record
from o365nb.intake.json_text import loads

Cells = dict[str, Any]

_OFFICE_NAMES = {
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
_FOREIGN = frozenset({"TenantId", "SourceSystem", "Type", "_ResourceId", "TimeGenerated", "SourceRecordId"})
_CAMEL = {"DeviceDetail": "deviceDetail", "LocationDetails": "location", "IPAddress": "ipAddress"}


def plain(cells: Cells) -> Cells:
    """Cells by the table's own column names. The portal writes `X [UTC]`, and splits or repeats columns as
    `X_dynamic`, `X_string` and `X_`: such a twin fills in where the first says nothing."""
    kept: Cells = {}
    for name, given in cells.items():
        own = name.removesuffix(" [UTC]").removesuffix("_dynamic").removesuffix("_string").removesuffix("_")
        value = given.strip() if isinstance(given, str) else given
        if value not in ("", "{}", None, {}) and not kept.get(own):
            kept[own] = value
        else:
            kept.setdefault(own, "")
    return kept


def sign_in(line: int, cells: Cells) -> Iterator[Record | Damaged]:
    """SigninLogs and its sisters of non-interactive, service principal and managed identity → Graph's beta signIn."""
    when = _time(cells, "CreatedDateTime", "TimeGenerated")
    if not when:
        yield Damaged(line, "the sign-in has no time that can be read")
        return
    data = {_camel(name): opened(value) for name, value in cells.items() if value not in ("", None)}
    data.pop("timeGenerated", None)  # when the table received it: of no event
    found = data.get("status")
    status: dict[str, Any] = found if isinstance(found, dict) else {}
    code = str(cells.get("ResultType", "")).strip()
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
        "isInteractive": "noninteractive" not in table and str(cells.get("IsInteractive", "")).lower() != "false",
    }
    if "managedidentity" in table:  # nothing else in the row tells it from an application's
        data["signInEventTypes"] = ["managedIdentity"]
    yield Record(line, "sign_in", data)


def office_activity(line: int, cells: Cells) -> Iterator[Record | Damaged]:
    """OfficeActivity, whole or a few of its columns → AuditData."""
    when = _time(cells, "TimeGenerated", "Start_Time", "ElevationTime")
    operation = str(cells.get("Operation") or "")
    if not when or not operation:
        yield Damaged(line, "the activity has no time or no operation that can be read")
        return
    data = {
        _OFFICE_NAMES.get(name, name): opened(value)
        for name, value in cells.items()
        if value not in ("", None) and name not in _FOREIGN
    }
    data["CreationTime"] = when
    if "Workload" not in data and "-" in operation and "Parameters" in data:
        data["Workload"] = "Exchange"  # a cmdlet with parameters: only Exchange's admin audit writes those
    yield Record(line, "audit_record", data)


def audit_log(line: int, cells: Cells) -> Iterator[Record | Damaged]:
    """AuditLogs → Graph's directoryAudit."""
    when = _time(cells, "ActivityDateTime", "TimeGenerated")
    name = str(cells.get("ActivityDisplayName") or cells.get("OperationName") or "")
    if not when or not name:
        yield Damaged(line, "the directory change has no time or no activity that can be read")
        return
    data = {
        "id": cells.get("Id"),
        "activityDateTime": when,
        "activityDisplayName": name,
        "category": cells.get("Category"),
        "correlationId": cells.get("CorrelationId"),
        "loggedByService": cells.get("LoggedByService"),
        "operationType": cells.get("AADOperationType"),
        "result": cells.get("Result"),
        "resultReason": cells.get("ResultReason") or cells.get("ResultDescription"),
        "initiatedBy": opened(cells.get("InitiatedBy")),
        "targetResources": opened(cells.get("TargetResources")),
        "additionalDetails": opened(cells.get("AdditionalDetails")),
    }
    yield Record(line, "directory_audit", {key: value for key, value in data.items() if value not in ("", None)})


def email_event(line: int, cells: Cells) -> Iterator[Record | Damaged]:
    """EmailEvents of Microsoft Defender → Graph's exchangeMessageTrace; the network message id is the trace's id."""
    when = _time(cells, "Timestamp", "TimeGenerated")
    if not when:
        yield Damaged(line, "the message has no time that can be read")
        return
    data = {
        LESSER: True,
        "id": cells.get("NetworkMessageId"),
        "senderAddress": cells.get("SenderFromAddress") or cells.get("SenderMailFromAddress"),
        "recipientAddress": cells.get("RecipientEmailAddress"),
        "messageId": cells.get("InternetMessageId"),
        "receivedDateTime": when,
        "subject": cells.get("Subject"),
        "fromIP": cells.get("SenderIPv4") or cells.get("SenderIPv6"),
        "status": cells.get("DeliveryAction") or cells.get("LatestDeliveryAction"),
        "directionality": cells.get("EmailDirection"),
        "deliveryLocation": cells.get("DeliveryLocation"),
    }
    yield Record(line, "message_trace", {key: value for key, value in data.items() if value not in ("", None)})


def opened(value: Any) -> Any:
    """A cell's value: dynamic columns hold JSON as text."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return loads(value)
        except ValueError:
            return value
    return value


def _time(cells: Cells, *names: str) -> str | None:
    """The first of the columns that says anything, if it can be read."""
    text = next((str(cells[name]) for name in names if cells.get(name)), "")
    return iso_time(text) if text else None


def _camel(name: str) -> str:
    return _CAMEL.get(name) or name[:1].lower() + name[1:]


def _location(data: dict[str, Any]) -> dict[str, Any]:
    found = data.get("location")
    location = found if isinstance(found, dict) else {}
    country = found if isinstance(found, str) else None
    return {**location, "countryOrRegion": location.get("countryOrRegion") or country}
