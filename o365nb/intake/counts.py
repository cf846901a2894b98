"""What became of every file: the figures behind the coverage ledger, kept beside the tables."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from o365nb.case.folder import write_atomic
from o365nb.model import plain, utc

_FILE = "counts.json"


@dataclass(slots=True)
class Span:
    """What one file holds of one source: records (duplicates too), first and last time, whose they are.

    `person` is the one account that all of them are about, "" when there are several.
    """

    received: int
    first: datetime | None = None
    last: datetime | None = None
    person: str = ""


@dataclass(slots=True)
class FileCount:
    """One file: received = kept + duplicates + lost. `damaged` also counts records that were saved in part.

    `notes` are said of the file as a whole; `limited` when one of them forbids to call it complete.
    `name` is its name inside the evidence that was given, "" for what the live door collected.
    """

    path: str
    shape: str
    name: str = ""
    source: str = ""
    owner: str = ""
    received: int = 0
    duplicates: int = 0
    lost: int = 0
    damaged: int = 0
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    limited: bool = False
    spans: dict[str, Span] = field(default_factory=dict)

    @property
    def kept(self) -> int:
        return self.received - self.duplicates - self.lost

    @property
    def from_file(self) -> bool:
        """Whether it came through the export door."""
        return bool(self.name)

    def fault(self, line: int, reason: str, *, saved: bool) -> None:
        """Count one damaged record; the first few are named."""
        self.damaged += 1
        self.lost += not saved
        if len(self.reasons) < 3:
            self.reasons.append(f"line {line}: {reason}" if line else reason)


@dataclass(slots=True)
class TableCounts:
    """Rows per table, and what became of every file. `stamp` tells whether the tables are still up to date."""

    stamp: str
    tables: dict[str, int] = field(default_factory=dict)
    files: list[FileCount] = field(default_factory=list)

    def save(self, folder: Path) -> None:
        """Keep the figures beside the tables."""
        files = [plain(file) for file in self.files]
        content = {"stamp": self.stamp, "tables": self.tables, "files": files}
        write_atomic(folder / _FILE, json.dumps(content, indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, folder: Path) -> TableCounts | None:
        """The figures of the tables that stand in `folder`; None when there are none, or none that can be read."""
        try:
            data = json.loads((folder / _FILE).read_text("utf-8"))
            return cls(data["stamp"], data["tables"], [_file(entry) for entry in data["files"]])
        except (OSError, ValueError, KeyError, TypeError):
            return None


def _file(data: dict[str, Any]) -> FileCount:
    spans = {
        source: Span(
            span["received"],
            utc(span["first"]) if span["first"] else None,
            utc(span["last"]) if span["last"] else None,
            span["person"],
        )
        for source, span in data.pop("spans").items()
    }
    return FileCount(**data, spans=spans)
