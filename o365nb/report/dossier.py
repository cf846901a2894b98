"""A case as the report reads it: folder, results, clock, and the tables when a view asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from o365nb.case import Bundle, Case
from o365nb.case.folder import SAID
from o365nb.engine import Engine
from o365nb.errors import BadCase
from o365nb.intake.counts import FileCount, TableCounts
from o365nb.intake.overview import Overview, overview
from o365nb.model import Assessment, utc
from o365nb.report.clock import Clock


class Dossier:
    """One case with everything that was found. Reads only."""

    def __init__(self, case: Case, results: Path) -> None:
        self.case, self.results = case, results
        self.found: Assessment = Bundle(results).load()
        self.clock = Clock(case.info.time_zone)

    @classmethod
    def open(cls, name: str, data: Path, reports: Path) -> Dossier:
        """The case `data/<name>` with its results. `reports` is the folder of all reports or that of this case.

        Raises BadCase when there is no such case, or when it was not analysed yet.
        """
        case, results = cls.find(name, data, reports)
        return cls(case, results)

    @staticmethod
    def find(name: str, data: Path, reports: Path) -> tuple[Case, Path]:
        """A case and the folder of its results, as `open` looks for them."""
        case = Case.open(data / name)
        told = [Path(case.info.out)] if case.info.out else []
        places = [reports, *told, reports / name]
        results = next((place for place in places if (place / "verdict.json").is_file()), None)
        if results is None:
            raise BadCase(f"{places[-1]}: no results for case {name!r}. Run `o365nb analyse --case {name}` first.")
        return case, results

    @property
    def subjects(self) -> tuple[str, ...]:
        return self.found.verdict.subjects or self.case.info.subjects

    @cached_property
    def custody(self) -> list[dict[str, Any]]:
        """The chain of custody, one dict per stored file."""
        return list(self.case.custody.entries())

    @cached_property
    def receipts(self) -> list[dict[str, Any]]:
        """What the kit changed, oldest first, in words."""
        from o365nb.response import receipts_view

        return receipts_view(self.case)

    @cached_property
    def counts(self) -> dict[str, FileCount]:
        """What became of the records of each stored file, by its path."""
        counts = TableCounts.load(self.evidence_case.tables)
        return {file.path: file for file in counts.files} if counts else {}

    @property
    def evidence_case(self) -> Case:
        """The case whose files and tables are read; only counts of it may be shown as they are."""
        return self.case

    def overview(self, marks: int | None = None) -> Overview:
        """What came in, with strips of so many marks."""
        return overview(self.evidence_case) if marks is None else overview(self.evidence_case, marks)

    def said(self, text: str) -> str:
        """A text that comes from elsewhere, such as an error's, as this report may show it."""
        return text

    @property
    def begun(self) -> datetime | None:
        """When the first evidence was taken in: the examination's beginning, as far as the kit knows."""
        return min(self._taken, default=None)

    @property
    def as_of(self) -> datetime | None:
        """When the newest evidence was taken in: by the tenant's clock, or the examiner's for files."""
        return max(self._taken, default=None)

    @property
    def _taken(self) -> list[datetime]:
        taken = (line for line in self.custody if line.get("time") and line.get("source") != SAID)
        return [utc(str(line.get("tenant_time") or line["time"])) for line in taken]

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """One question to the tables of the case."""
        return self._engine.rows(sql, parameters)

    @cached_property
    def _engine(self) -> Engine:
        """Opened once: naming every table costs more than most questions. It holds no file between questions."""
        return Engine(self.evidence_case)
