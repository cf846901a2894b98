"""The audit search export of the Purview portal: one CSV row per record, AuditData as JSON in a cell."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.events.times import iso_time
from o365nb.intake import csv_text
from o365nb.intake.audit_data import audit_record
from o365nb.intake.base import Damaged, Origin, Plain, Record
from o365nb.intake.csv_text import CsvRow, cut
from o365nb.intake.forms import CsvShape


class AuditCsv(CsvShape):
    """A CSV with an AuditData column; what the outer columns are called differs."""

    times = ("CreationDate",)
    outer_times = True

    def plain(self, text: str) -> Plain | None:
        found = csv_text.dialect(text)
        return Plain("audit_record", "csv", found) if found else None

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Record | Damaged]:
        cells = row.cells
        outer = {
            "CreationTime": iso_time(cells.get("CreationDate", "")),
            "Id": cells.get("RecordId") or cells.get("Identity"),
            "Operation": cells.get("Operation") or cells.get("Operations"),
            "UserId": cells.get("UserId") or cells.get("UserIds"),
            "RecordType": cells.get("RecordType"),
        }
        for item in audit_record(row.line, cells.get("AuditData", ""), outer):
            if isinstance(item, Damaged) and not row.ended and cells.get("AuditData", "").strip():
                raise cut(origin.path, row.line)
            yield item


class PurviewAuditCsv(AuditCsv):
    """Purview portal audit search, current header and the old four columns."""

    name = "purview-audit-csv"
    title = "Purview audit search (CSV)"
    forms = (
        frozenset({"RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData"}),
        frozenset({"CreationDate", "UserIds", "Operations", "AuditData"}),
        frozenset({"CreationDate", "Operation", "UserId", "AuditData"}),
    )
    sure = 0.9  # the old header is a part of Search-UnifiedAuditLog's
