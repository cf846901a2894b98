"""Sign-ins and directory changes that Graph's PowerShell cmdlets returned and Export-Csv wrote.

Export-Csv writes the name of a type where a value is an object: who did it, to what, and how a sign-in ended are lost.
A result that is lost is unknown, never success.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from o365nb.intake.base import Damaged, Item, Note, Origin, Record
from o365nb.intake.csv_text import CsvRow
from o365nb.intake.forms import CsvShape, folded, only_a_type
from o365nb.intake.log_tables import opened

_SIGN_IN = {
    "id": "id",
    "userprincipalname": "userPrincipalName",
    "userdisplayname": "userDisplayName",
    "userid": "userId",
    "usertype": "userType",
    "appdisplayname": "appDisplayName",
    "appid": "appId",
    "ipaddress": "ipAddress",
    "clientappused": "clientAppUsed",
    "correlationid": "correlationId",
    "conditionalaccessstatus": "conditionalAccessStatus",
    "isinteractive": "isInteractive",
    "resourcedisplayname": "resourceDisplayName",
    "resourceid": "resourceId",
    "riskstate": "riskState",
    "riskdetail": "riskDetail",
    "risklevelduringsignin": "riskLevelDuringSignIn",
    "useragent": "userAgent",
    "authenticationrequirement": "authenticationRequirement",
    "authenticationprotocol": "authenticationProtocol",
    "originaltransfermethod": "originalTransferMethod",
    "incomingtokentype": "incomingTokenType",
    "uniquetokenidentifier": "uniqueTokenIdentifier",
    "sessionid": "sessionId",
    "autonomoussystemnumber": "autonomousSystemNumber",
    "signineventtypes": "signInEventTypes",
    "serviceprincipalid": "servicePrincipalId",
    "serviceprincipalname": "servicePrincipalName",
    "authenticationdetails": "authenticationDetails",
}
_PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "location": {"city": ("city",), "state": ("state",), "countryOrRegion": ("country", "countryorregion")},
    "deviceDetail": {
        "deviceId": ("deviceid",),
        "displayName": ("device",),
        "browser": ("browser",),
        "operatingSystem": ("os", "operatingsystem"),
        "isManaged": (),
        "isCompliant": (),
        "trustType": (),
    },
    "mfaDetail": {"authMethod": (), "authDetail": ()},
}
_AUDIT = {
    "id": "id",
    "activitydisplayname": "activityDisplayName",
    "category": "category",
    "correlationid": "correlationId",
    "loggedbyservice": "loggedByService",
    "operationtype": "operationType",
    "result": "result",
    "resultreason": "resultReason",
    "initiatedby": "initiatedBy",
    "targetresources": "targetResources",
    "additionaldetails": "additionalDetails",
}


class PowershellSignInCsv(CsvShape):
    """Get-MgAuditLogSignIn, a collector's choice of its columns, or Graph's sign-ins flattened to columns."""

    name = "powershell-sign-in-csv"
    title = "Sign-ins from Graph PowerShell, or flattened (CSV)"
    forms = (
        frozenset({"createddatetime", "userprincipalname", "appdisplayname", "ipaddress", "status"}),
        frozenset({"createddatetime", "userprincipalname", "appdisplayname", "ipaddress", "statuserrorcode"}),
    )
    times = ("createddatetime",)
    sure = 0.9

    def column(self, name: str) -> str:
        return folded(name)

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        lost = kinds = 0
        for item in super().read(text, origin):
            if isinstance(item, Record):
                lost += "errorCode" not in item.data["status"]
                kinds += "isInteractive" not in item.data and "signInEventTypes" not in item.data
            yield item
        if lost:
            yield Note(f"How {lost} of the sign-ins ended is lost: their result is unknown, not success.", limits=True)
        if kinds:
            yield Note("It does not say which sign-ins are interactive: taken as interactive.", limits=True)

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        cells = {name: "" if only_a_type(cell) else cell.strip() for name, cell in row.cells.items()}
        when = cells.get("createddatetime", "")
        if not when[:4].isdecimal():
            yield Damaged(row.line, "the sign-in has no time that can be read")
            return
        data: dict[str, Any] = {own: opened(cells[name]) for name, own in _SIGN_IN.items() if cells.get(name)}
        parts = {own: _part(cells, folded(own), names) for own, names in _PARTS.items()}
        yield Record(row.line, "sign_in", {**data, **parts, "createdDateTime": when, "status": _status(cells)})


class PowershellDirectoryAuditCsv(CsvShape):
    """Get-MgAuditLogDirectoryAudit, or a collector's choice of its columns."""

    name = "powershell-directory-audit-csv"
    title = "Entra audit log from Graph PowerShell (CSV)"
    forms = (frozenset({"activitydatetime", "activitydisplayname", "category", "result"}),)
    times = ("activitydatetime",)
    sure = 0.9

    def column(self, name: str) -> str:
        return folded(name)

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        lost = 0
        for item in super().read(text, origin):
            if isinstance(item, Record):
                lost += not isinstance(item.data.get("initiatedBy"), dict)
            yield item
        if lost:
            yield Note(f"Who made {lost} of the changes, and to what, is lost in this export.", limits=True)

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        cells = {name: "" if only_a_type(cell) else cell.strip() for name, cell in row.cells.items()}
        when = cells.get("activitydatetime", "")
        if not when[:4].isdecimal() or not cells.get("activitydisplayname"):
            yield Damaged(row.line, "the directory change has no time or no activity that can be read")
            return
        data = {own: opened(cells[name]) for name, own in _AUDIT.items() if cells.get(name)}
        yield Record(row.line, "directory_audit", {**data, "activityDateTime": when})


def _part(cells: dict[str, str], column: str, names: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """A nested part: kept whole as JSON, spread over columns of its own (`Location.city`), or named by a collector."""
    found = opened(cells.get(column, ""))
    part = {name[:1].lower() + name[1:]: value for name, value in found.items()} if isinstance(found, dict) else {}
    for own, others in names.items():
        told = next((cells[name] for name in (column + folded(own), *others) if cells.get(name)), None)
        if told is not None:
            part.setdefault(own, told)
    return part


def _status(cells: dict[str, str]) -> dict[str, Any]:
    """Only a code says how it ended; a text in its place (a type's name, a word of the collector's) does not."""
    status = _part(cells, "status", {"failureReason": (), "additionalDetails": ()})
    code = next((c for n in ("statuserrorcode", "errorcode", "status") if (c := cells.get(n, "")).isdecimal()), "")
    return {"errorCode": int(code), **status} if code else status
