"""A case as the report reads it, with pseudonyms in the place of everything that identifies."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from o365nb.case import Bundle, Case
from o365nb.intake.counts import FileCount
from o365nb.intake.overview import Overview
from o365nb.model import Assessment
from o365nb.report.dossier import Dossier
from o365nb.report.redaction.originals import Originals
from o365nb.report.redaction.scrub import Level, Redactor


def redactor(case: Case, found: Assessment, level: Level) -> Redactor:
    """The redactor of a case: equal for equal cases, whoever asks."""
    originals = Originals.of(case, found, level)
    return Redactor(level, originals.names(), originals.salt)


def folder_name(case: Case, level: Level, name: str) -> str:
    """A folder's name for a redacted report, in which nobody is named."""
    return plain_name(name, redactor(case, Bundle(Path(case.info.out)).load(), level))


def plain_name(name: str, using: Redactor) -> str:
    """A name of a case or folder with pseudonyms, again fit for a folder."""
    told = using.text(name)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", told).strip(".-_").lower() if told != name else name


class RedactedDossier(Dossier):
    """Everything that views read, redacted. The tables are asked with the originals; only their answers are not."""

    def __init__(self, case: Case, results: Path, level: Level) -> None:
        super().__init__(case, results)
        self.level, self._true = level, case
        self.redactor = redactor(case, self.found, level)
        self._plan_id = self.found.plan.plan_id
        self.found = self.redactor.deep(self.found)
        self.case = copy.copy(case)
        info = self.redactor.deep(case.info)
        self.case.info = replace(info, name=self.name, out="", story=case.info.story)

    @property
    def name(self) -> str:
        """A name for the case that names nobody."""
        return plain_name(self._true.info.name, self.redactor)

    @cached_property
    def custody(self) -> list[dict[str, Any]]:
        return self.redactor.deep(list(self._true.custody.entries()))

    @cached_property
    def receipts(self) -> list[dict[str, Any]]:
        from o365nb.response import receipts_view

        rows = receipts_view(self._true)
        for row in rows:
            row["plan_id"] = self.found.plan.plan_id if row["plan_id"] == self._plan_id else row["plan_id"]
        return self.redactor.deep(rows)

    @cached_property
    def counts(self) -> dict[str, FileCount]:
        return {self.redactor.text(path): count for path, count in super().counts.items()}

    def overview(self, marks: int | None = None) -> Overview:
        return self.redactor.deep(super().overview(marks))

    def said(self, text: str) -> str:
        return self.redactor.text(text)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        asked = [self.redactor.original(one) for one in parameters]
        return self.redactor.deep(super().rows(sql, asked))

    @property
    def evidence_case(self) -> Case:
        return self._true

    def save(self, out: Path) -> None:
        """Write the result bundle with pseudonyms into `out`."""
        Bundle(out).save(self.found)
