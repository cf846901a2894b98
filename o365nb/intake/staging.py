"""From raw evidence to staged records: events as JSON lines that DuckDB reads, state in memory (it is little)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import orjson

from o365nb.case import Case
from o365nb.errors import BadEvidence
from o365nb.events.state import Seen, lower
from o365nb.intake.base import OWNER, Damaged, Item, Note, Origin, Record
from o365nb.intake.counts import FileCount
from o365nb.intake.recognition import shape_named
from o365nb.intake.text import decode

#: Kinds that become events; every other kind is state.
EVENT_KINDS = ("audit_record", "sign_in", "directory_audit", "message_trace", "alert", "risk_detection")
#: DuckDB reads objects up to 16 MiB; a record beyond half of that is no audit record.
_LARGEST = 8 * 1024 * 1024
_SURROGATES = re.compile("[\ud800-\udfff]")
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StateRecord:
    """One object as it stood, and where it was seen."""

    kind: str
    data: Json
    seen: Seen


@dataclass(slots=True)
class Stage:
    """Everything staged of one case. Use as a context manager; the files lie in `folder` until it is removed."""

    folder: Path
    state: list[StateRecord] = field(default_factory=list)
    files: list[FileCount] = field(default_factory=list)
    #: Owners whose visible rules Graph was asked for.
    graph_rule_owners: set[str] = field(default_factory=set)
    _open: dict[str, IO[bytes]] = field(default_factory=dict)
    _count: int = 0

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, _kind: type[BaseException] | None, _value: object, _trace: TracebackType | None) -> None:
        for file in self._open.values():
            file.close()

    def path(self, kind: str) -> Path:
        return self.folder / f"{kind}.ndjson"

    def staged(self, kind: str) -> bool:
        """Whether there are records of that kind; what was written so far is on disk after this."""
        if kind in self._open:
            self._open[kind].flush()
        return kind in self._open

    def add(self, case: Case, line: Json) -> None:
        """Stage one stored file, given its line of custody. A file whose shape is unknown counts as lost."""
        shape = shape_named(str(line["shape"]))
        file = FileCount(
            str(line["path"]),
            str(line["shape"]),
            str(line.get("file") or ""),
            str(line.get("source") or ""),
            lower(line.get("owner")),
        )
        self.files.append(file)
        if shape is None:
            file.received = int(line.get("records") or 1)
            file.lost = file.damaged = file.received
            file.reasons.append(f"this version does not know the shape {line['shape']}")
            return
        if shape.name == "graph-message-rule-json":
            self.graph_rule_owners.add(file.owner)
        origin = Origin(file.name or file.path, str(line.get("seen_by") or ""), file.owner)
        try:
            for item in shape.read(decode(origin.path, case.raw(file.path)), origin):
                self._take(file, item, line)
        except BadEvidence as problem:
            file.received += 1
            file.fault(problem.line or 0, problem.problem, saved=False)

    def _take(self, file: FileCount, item: Item, line: Json) -> None:
        if isinstance(item, Note):
            file.notes.append(item.text)
            file.limited = file.limited or item.limits
            return
        if isinstance(item, Damaged):
            file.received += not item.saved
            file.fault(item.line, item.reason, saved=item.saved)
            return
        file.received += 1
        if item.kind not in EVENT_KINDS:
            self.state.append(StateRecord(item.kind, orjson.loads(_clean(item.data)), self._seen(file, item, line)))
        elif not self._write(file, item):
            file.fault(item.line, "the record is larger than any audit record can be", saved=False)

    def _write(self, file: FileCount, item: Record) -> bool:
        """One line for DuckDB; keys in order, so that equal records have equal hashes."""
        record = _clean(item.data)
        if len(record) > _LARGEST:
            return False
        if item.kind not in self._open:
            self._open[item.kind] = self.path(item.kind).open("wb")
        head = orjson.dumps({"raw_file": file.path, "raw_line": item.line, "seq": self._count})
        self._open[item.kind].write(head[:-1] + b',"record":' + record + b"}\n")
        self._count += 1
        return True

    def _seen(self, file: FileCount, item: Record, line: Json) -> Seen:
        side = "exchange" if file.shape.startswith("exchange-") else "graph"
        sides = (side, "export") if file.from_file else (str(line.get("seen_by") or side),)
        owner = lower(item.data.get(OWNER))
        at = str(line.get("tenant_time") or line.get("time") or "")
        return Seen(owner if "@" in owner else file.owner, sides, at, file.path, item.line)


def _clean(data: Json) -> bytes:
    """A record as JSON that every reader takes: no lone surrogates, no NUL."""
    try:
        record = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError):
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        record = _SURROGATES.sub("\ufffd", text).encode()
    return _NUL.sub(rb"\1\\ufffd", record) if b"\\u0000" in record else record
