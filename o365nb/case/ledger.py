"""The coverage ledger: what was asked for, what came, and what is missing and why.

It limits what the report may claim: only a source that was seen whole lets silence mean *clear*.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from o365nb.case.chain import append_line, drop_torn_line, whole_lines
from o365nb.model import Outcome, Window, iso, plain, utc

#: What other accounts did that names the subject: in the mailbox, to the account, in a chat.
OF_OTHERS = "ual/others"


@dataclass(frozen=True, slots=True)
class Coverage:
    """One source × subject × window. `subject` is "" for the tenant as a whole.

    `source` is an events source (`sign_in`, `ual`, `ual/Exchange`, ...) or a state table
    (`inbox_rules`, `inbox_rules.hidden`, ...). Counts are records.
    """

    source: str
    subject: str
    window: Window | None
    outcome: Outcome
    asked: int | None = None
    received: int = 0
    duplicates: int = 0
    unparsable: int = 0
    reason: str = ""
    file: str = ""  # export door: the file this line is about
    shape: str = ""  # export door: the form it was recognised as
    cause: str = ""  # export door: why the log does not count as whole, as all its files together show it
    holes: tuple[Window, ...] = ()  # export door: hours without events in which there usually are some
    at: datetime | None = None
    read: str = field(default="", compare=False)  # live door: the id that the stored answers of this reading carry

    def as_json(self) -> dict[str, Any]:
        window = (iso(self.window.start), iso(self.window.end)) if self.window else (None, None)
        fields = {name: plain(getattr(self, name)) for name in self.__slots__ if name != "window"}
        return {**fields, "window_start": window[0], "window_end": window[1]}

    @classmethod
    def from_json(cls, line: dict[str, Any]) -> Coverage:
        start, end = line.pop("window_start"), line.pop("window_end")
        window = Window(utc(start), utc(end)) if start else None
        at = utc(line.pop("at")) if line.get("at") else None
        holes = tuple(Window(utc(hole["start"]), utc(hole["end"])) for hole in line.pop("holes", ()))
        return cls(**{**line, "outcome": Outcome(line["outcome"])}, window=window, at=at, holes=holes)


class Ledger:
    """`coverage.jsonl` of a case: append-only; the last line about the same thing counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._read: tuple[tuple[int, int], list[Coverage]] | None = None

    def record(self, *entries: Coverage) -> None:
        """Append entries, stamped with the time, flushed to disk together before this returns."""
        stamped = [{**entry.as_json(), "at": iso(entry.at or datetime.now(UTC))} for entry in entries]
        with self._lock:
            drop_torn_line(self.path)
            append_line(self.path, *stamped)

    def lines(self) -> Iterator[Coverage]:
        """Every entry ever written, oldest first."""
        for line in whole_lines(self.path):
            try:
                yield Coverage.from_json(json.loads(line))
            except (ValueError, KeyError, TypeError):
                continue  # damaged: the step it spoke of runs again

    def entries(self) -> list[Coverage]:
        """The last entry about each source, subject, window and file."""
        if not self.path.exists():
            return []
        # Every detection asks for several sources: the file is read again only when it has changed.
        now = self.path.stat()
        if self._read is None or self._read[0] != (now.st_size, now.st_mtime_ns):
            last: dict[tuple[str, str, Window | None, str], Coverage] = {}
            for entry in self.lines():
                last[(entry.source, entry.subject, entry.window, entry.file)] = entry
            self._read = (now.st_size, now.st_mtime_ns), list(last.values())
        return list(self._read[1])

    def about(self, source: str, subject: str) -> list[Coverage]:
        """What is known of one source for one subject; entries for the whole tenant count too.

        `ual/Exchange` is answered by entries of that name, and by entries for `ual` as a whole. A log of one account
        answers nothing of what others did (`ual/others`): only the tenant's does.
        """
        names = {source, source.partition("/")[0]}
        mine = [entry for entry in self.entries() if entry.subject in (subject, "")]
        exact = [entry for entry in mine if entry.source == source]
        if source == OF_OTHERS:
            mine = [entry for entry in mine if not entry.subject]
        return exact or [entry for entry in mine if entry.source in names]
