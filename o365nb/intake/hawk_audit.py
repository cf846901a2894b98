"""Audit records that Hawk flattened: `Simple_*` files, the outer columns and AuditData's own side by side.

Source: T0pCyber/hawk, Get-SimpleUnifiedAuditLog. Parameters are there one by one (`Param_Name`); of other parts that
were lists or objects Export-Csv leaves the name of a type. Hawk writes the whole records beside them, which go first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from o365nb.intake.audit_data import audit_record
from o365nb.intake.base import LESSER, Damaged, Item, Note, Origin, Record
from o365nb.intake.csv_text import CsvRow
from o365nb.intake.forms import CsvShape, JsonShape, filled
from o365nb.intake.log_tables import opened
from o365nb.intake.powershell_text import lost, restored

#: Hawk's columns for what AuditData calls otherwise; the outer record's own are left out.
_NAMES = {"AuditCreationTime": "CreationTime", "AuditId": "Id", "AuditRecordType": "RecordType"}
_OUTER = frozenset(
    {
        *("RecordType", "CreationDate", "UserIds", "Operations", "ResultIndex", "ResultCount", "Identity", "IsValid"),
        *("ObjectState", "FullCommand", "Parameters", "AppAccessContextIssuedAtTime", "AADSessionId"),
        "AppAccessContextUniqueTokenId",
    }
)
_SAID = "It is Hawk's shortened form of audit records: parts that were lists are lost in it."


class HawkSimpleAuditCsv(CsvShape):
    """Hawk's `Simple_*` audit files as CSV."""

    name = "hawk-simple-audit-csv"
    title = "Audit records as Hawk shortens them (CSV)"
    forms = (frozenset({"AuditCreationTime", "AuditId", "Operation", "FullCommand"}),)
    times = ("AuditCreationTime",)

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        yield from super().read(text, origin)
        yield Note(_SAID, limits=True)

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        yield from _whole(row.line, {name: opened(cell) for name, cell in row.cells.items() if cell.strip()})


class HawkSimpleAuditJson(JsonShape):
    """The same as JSON."""

    name = "hawk-simple-audit-json"
    title = "Audit records as Hawk shortens them (JSON)"
    kind = "audit_record"
    must = frozenset({"AuditCreationTime", "AuditId", "Operation", "FullCommand"})

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        yield from super().read(text, origin)
        yield Note(_SAID, limits=True)

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Record | Damaged]:
        yield from _whole(line, data)


def _whole(line: int, cells: dict[str, Any]) -> Iterator[Record | Damaged]:
    """AuditData put together again, as far as it goes."""
    data: dict[str, Any] = {
        _NAMES.get(name, name): restored(value)
        for name, value in cells.items()
        if name not in _OUTER and not name.startswith("Param_") and filled(value) and not lost(value)
    }
    parameters = [
        {"Name": name.removeprefix("Param_"), "Value": value if isinstance(value, str) else str(value)}
        for name, value in cells.items()
        if name.startswith("Param_") and filled(value)
    ]
    access = {
        "AADSessionId": cells.get("AADSessionId"),
        "UniqueTokenId": cells.get("AppAccessContextUniqueTokenId"),
    }
    if parameters:
        data["Parameters"] = parameters
    if any(map(filled, access.values())):
        data["AppAccessContext"] = {name: value for name, value in access.items() if filled(value)}
    if not data.get("CreationTime") or not data.get("Operation"):
        yield Damaged(line, "the record has no time or no operation")
    else:
        yield from audit_record(line, {**data, LESSER: True}, {})
