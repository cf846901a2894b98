"""Audit records that Microsoft-Extractor-Suite's UALGraph, or anybody, wrote from a Graph audit query as CSV."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.intake.audit_data import audit_record
from o365nb.intake.base import Damaged, Item, Origin
from o365nb.intake.csv_text import CsvRow, cut
from o365nb.intake.forms import CsvShape, folded


class GraphAuditLogRecordCsv(CsvShape):
    """`auditLogRecord`: outer scalars, and auditData as JSON in a cell."""

    name = "graph-audit-log-record-csv"
    title = "Audit log query records from Microsoft Graph (CSV)"
    forms = (frozenset({"createddatetime", "operation", "userprincipalname", "auditlogrecordtype", "auditdata"}),)
    times = ("createddatetime",)
    outer_times = True

    def column(self, name: str) -> str:
        return folded(name)

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        cells = {name: cell.strip() for name, cell in row.cells.items()}
        when = cells.get("createddatetime", "")
        outer = {
            "CreationTime": when if when[:4].isdecimal() else None,
            "Id": cells.get("id"),
            "Operation": cells.get("operation"),
            "UserId": cells.get("userprincipalname") or cells.get("userid"),
            "RecordType": cells.get("auditlogrecordtype"),
            "Workload": cells.get("service"),
            "ObjectId": cells.get("objectid"),
            "UserType": cells.get("usertype"),
            "ClientIP": cells.get("clientip"),
        }
        for item in audit_record(row.line, cells.get("auditdata", ""), outer):
            if isinstance(item, Damaged) and not row.ended and cells.get("auditdata"):
                raise cut(origin.path, row.line)
            yield item
