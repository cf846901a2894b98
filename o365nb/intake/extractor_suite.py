"""Search-UnifiedAuditLog as PowerShell saves it, by hand or through Microsoft-Extractor-Suite: CSV and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from o365nb.events.times import iso_time
from o365nb.intake import json_text
from o365nb.intake.audit_data import audit_record
from o365nb.intake.base import Damaged, Plain, Record
from o365nb.intake.forms import JsonShape
from o365nb.intake.purview_audit import AuditCsv


class ExtractorSuiteUalCsv(AuditCsv):
    """Ten columns around AuditData; a remote session puts PSComputerName and others first."""

    name = "extractor-suite-ual-csv"
    title = "Search-UnifiedAuditLog or Microsoft-Extractor-Suite audit log (CSV)"
    forms = (frozenset({"RecordType", "CreationDate", "UserIds", "Operations", "AuditData"}),)


class ExtractorSuiteUalJson(JsonShape):
    """The same as JSON: wrapped records (AuditData as object or text), or one bare AuditData per line."""

    name = "extractor-suite-ual-json"
    title = "Search-UnifiedAuditLog or Microsoft-Extractor-Suite audit log (JSON)"
    kind = "audit_record"
    must = frozenset({"AuditData"})
    any_of = frozenset({"Operations", "UserIds", "CreationDate", "RecordType"})

    def fits(self, data: dict[str, Any]) -> bool:
        return super().fits(data) or bare(data)

    def recognise(self, text: str) -> float:
        found = json_text.sample(text)
        if found and not super().fits(found[0]) and bare(found[0]):
            return 0.9 if json_text.is_lines(text) else 0.0
        return super().recognise(text)

    def plain(self, text: str) -> Plain | None:
        found = json_text.sample(text)
        return Plain(self.kind, "lines") if found and "AuditData" not in found[0] and json_text.is_lines(text) else None

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Record | Damaged]:
        if "AuditData" not in data:
            yield from audit_record(line, data, {})
            return
        outer = {
            "CreationTime": iso_time(str(data.get("CreationDate") or "")),
            "Id": data.get("Identity"),
            "Operation": data.get("Operations"),
            "UserId": data.get("UserIds"),
            "RecordType": data.get("RecordType"),
        }
        yield from audit_record(line, data["AuditData"], outer)


def bare(data: dict[str, Any]) -> bool:
    """Whether an object is AuditData itself."""
    return {"CreationTime", "Operation"} <= data.keys() and not {"Workload", "RecordType", "UserId"}.isdisjoint(data)
