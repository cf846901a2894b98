"""Audit records whose form a tool has changed: columns of their own instead of AuditData, or keys without capitals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from o365nb.events import audit_record as events
from o365nb.intake.audit_data import audit_record
from o365nb.intake.base import Damaged, Item, Note, Origin, Record
from o365nb.intake.csv_text import CsvRow
from o365nb.intake.forms import CsvShape, JsonShape
from o365nb.intake.log_tables import opened
from o365nb.intake.powershell_text import lost, restored

#: AuditData's own names by their lower-case form.
_NAMES = {name.lower(): name for name in (*events.FIELDS, "RecordType", "OrganizationId", "UserKey", "Version")}


class AuditDataCsv(CsvShape):
    """AuditData put through Export-Csv (Microsoft-Extractor-Suite's -AuditDataOnly -Output CSV, and by hand).

    Its columns are those of the first record alone, and values that were lists are only names of types: a warning says
    how much of the evidence is lost.
    """

    name = "audit-data-csv"
    title = "Audit records flattened to columns (CSV)"
    forms = (
        frozenset({"CreationTime", "Operation", "RecordType", "UserId", "Workload"}),
        frozenset({"CreationTime", "Operation", "Id", "UserId", "Workload"}),
    )
    times = ("CreationTime",)

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        gone: Counter[str] = Counter()
        count = 0
        for item in super().read(text, origin):
            if isinstance(item, Record):
                count += 1
                for name in [name for name, value in item.data.items() if lost(value)]:
                    gone[name] += 1
            yield item
        if not count:
            return
        yield Note("Its columns are those of the first record: what only other records held is lost.", limits=True)
        if gone:
            listed = ", ".join(f"{name} in {times}" for name, times in sorted(gone.items()))
            yield Note(f"Of values that were lists only the name of a type is left ({listed}).", limits=True)

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        data = {name: restored(opened(cell)) for name, cell in row.cells.items() if cell.strip()}
        if not data.get("CreationTime") or not data.get("Operation"):
            yield Damaged(row.line, "the record has no time or no operation")
        else:
            yield from audit_record(row.line, data, {})


class AuditLowerCaseJson(JsonShape):
    """Audit records as data lakes keep them: every key in lower case."""

    name = "audit-lower-case-json"
    title = "Audit records with keys in lower case (JSON)"
    kind = "audit_record"
    must = frozenset({"creationtime", "operation"})
    any_of = frozenset({"workload", "recordtype", "userid"})

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Record | Damaged]:
        yield from audit_record(line, {_NAMES.get(name, name): value for name, value in data.items()}, {})
