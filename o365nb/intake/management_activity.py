"""Content blobs of the Office 365 Management Activity API: lists of bare audit records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from o365nb.intake import json_text
from o365nb.intake.audit_data import audit_record
from o365nb.intake.base import Item, Plain
from o365nb.intake.extractor_suite import bare
from o365nb.intake.forms import JsonShape


class ManagementActivityJson(JsonShape):
    """A list of audit records, several lists behind one another, or one record."""

    name = "management-activity-json"
    title = "Office 365 Management Activity API (JSON)"
    kind = "audit_record"
    must = frozenset({"CreationTime", "Operation"})

    def fits(self, data: dict[str, Any]) -> bool:
        return bare(data)

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Item]:
        yield from audit_record(line, data, {})

    def plain(self, text: str) -> Plain | None:
        return Plain(self.kind, "array") if text.lstrip()[:1] == "[" else None

    def recognise(self, text: str) -> float:
        return 0.0 if json_text.is_lines(text) else super().recognise(text)
