"""From raw evidence to staged records: events as JSON lines that DuckDB reads, state in memory (it is little)."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO, Self, cast

import orjson

from o365nb.case import Case
from o365nb.case.folder import open_packed
from o365nb.errors import BadEvidence
from o365nb.events import state_exchange
from o365nb.events.state import Seen, lower
from o365nb.intake import bulk
from o365nb.intake.archives import GZIP
from o365nb.intake.base import OWNER, Damaged, Item, Note, Origin, Plain, Record, Shape
from o365nb.intake.containers import Gunzipped
from o365nb.intake.counts import FileCount
from o365nb.intake.event_table import LOGS, EventTable, place
from o365nb.intake.forms import JsonShape
from o365nb.intake.mapped import mapped_shape
from o365nb.intake.recognition import shape_named
from o365nb.intake.text import decoded, recoded

#: Kinds that only Exchange's cmdlets tell of, whatever wrote them down.
_EXCHANGE_KINDS = frozenset({"inbox_rule", "mailbox", "accepted_domain", *state_exchange.SOURCES})
#: DuckDB reads objects up to 16 MiB; a record beyond half of that is no audit record.
_LARGEST = 8 * 1024 * 1024
_BLOCK = 4 * 1024 * 1024
_SURROGATES = re.compile("[\ud800-\udfff]")
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")

_UNASKED = "A column map that lay in the evidence folder decided how it is read, and nobody named it."

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
    events: EventTable
    #: From how many bytes on the engine reads a file of plain records itself.
    bulk_from: float = bulk.FROM
    state: list[StateRecord] = field(default_factory=list)
    files: list[FileCount] = field(default_factory=list)
    #: Owners whose visible rules Graph was asked for.
    graph_rule_owners: set[str] = field(default_factory=set)
    _open: dict[str, IO[bytes]] = field(default_factory=dict)
    #: Records of the file at hand so far: a shape may give them in another order than that of their lines, on purpose.
    _given: int = 0
    _number: int = 0
    _by_line: bool = False

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
        shape = _shape(case, line)
        file = FileCount(
            str(line["path"]),
            str(line["shape"]),
            str(line.get("file") or ""),
            str(line.get("source") or ""),
            lower(line.get("owner")),
        )
        self._begin(file)
        if shape is None:
            file.received = int(line.get("records") or 1)
            file.lost = file.damaged = file.received
            file.reasons.append(f"this version does not know the shape {line['shape']}")
            return
        if shape.name == "graph-message-rule-json":
            self.graph_rule_owners.add(file.owner)
        if line.get("columns_from"):
            self._take(file, Note(_UNASKED, limits=True), line)
        origin = Origin(file.name or file.path, str(line.get("seen_by") or ""), file.owner)
        if line.get("normalised"):
            self._restore(case, file, line["normalised"])
            return
        try:
            if self._taken(case, file, shape, origin, line):
                return
            text, doubt = decoded(origin.path, case.raw(file.path))
            for item in shape.read(text, origin):
                self._take(file, item, line)
            if doubt:
                self._take(file, Note(doubt, limits=True), line)
        except BadEvidence as problem:
            file.received += 1
            file.fault(problem.line or 0, problem.problem, saved=False)

    def add_items(self, file: FileCount, items: Iterable[Item]) -> None:
        """Stage what no file of a case holds."""
        self._begin(file)
        for item in items:
            self._take(file, item, {})

    def _begin(self, file: FileCount) -> None:
        self.files.append(file)
        self._given, self._by_line = 0, False
        self._number = self.events.add_file(file.path)

    def _restore(self, case: Case, file: FileCount, about: Json) -> None:
        """Take in what was normalised where it lay (`intake.lake`), with the counts from there."""
        file.received, file.lost, file.damaged = (int(about[name]) for name in ("received", "lost", "damaged"))
        file.reasons += about["reasons"]
        path = self.folder / f"{len(self.files)}.parquet"
        with case.open_raw(file.path) as stored, path.open("wb") as plain:
            shutil.copyfileobj(stored, plain)
        self.events.restore(self._number, path)
        path.unlink()

    def _taken(self, case: Case, file: FileCount, shape: Shape, origin: Origin, line: Json) -> bool:
        """Let the engine read a file of plain records; the lines that it is unsure of are read exactly."""
        if not line.get("plain") or int(line["size"]) < self.bulk_from:
            return False
        plain, lines = Plain(**line["plain"]), int(line["lines"])
        with self._readable(case, file, plain, int(line["size"])) as path:
            unsure = bulk.take(self.events, self._number, plain, path, lines)
            if unsure is None:
                return False
            file.received += lines - (plain.form == "csv") - len(unsure)
            self._by_line = True  # as the engine's own rows
            if unsure and isinstance(shape, JsonShape):
                with open_packed(path) as stored:
                    for item in shape.read_lines(_picked(stored, unsure)):
                        self._take(file, item, line)
        return True

    @contextmanager
    def _readable(self, case: Case, file: FileCount, plain: Plain, size: int) -> Iterator[Path]:
        """A stored file of so many bytes as the engine reads it: UTF-8, packed at most once."""
        with case.open_raw(file.path) as stored:
            twice = stored.peek(2)[:2] == GZIP
            if plain.encoding == "utf-8" and not twice:
                yield case.root / file.path
                return
            # What came packed is unpacked; the kit's own packing is not counted against it.
            text = cast("BinaryIO", Gunzipped(file.name or file.path, stored, size)) if twice else stored
            path = self.folder / "utf-8.evidence"
            try:
                with path.open("wb") as out:
                    shutil.copyfileobj(recoded(text, plain.encoding), out, _BLOCK)
                yield path
            finally:
                path.unlink()

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
        if item.kind not in LOGS:
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
        self._given += 1
        seq = place(self._number, item.line, self._given) if self._by_line else place(self._number, self._given)
        head = orjson.dumps({"file": self._number, "raw_line": item.line, "seq": seq})
        self._open[item.kind].write(head[:-1] + b',"record":' + record + b"}\n")
        return True

    def _seen(self, file: FileCount, item: Record, line: Json) -> Seen:
        exchange = item.kind in _EXCHANGE_KINDS or file.shape.startswith("exchange-")
        side = "exchange" if exchange else "graph"
        sides = (side, "export") if file.from_file else (str(line.get("seen_by") or side),)
        owner = lower(item.data.get(OWNER))
        at = str(line.get("tenant_time") or line.get("time") or "")
        return Seen(owner if "@" in owner else file.owner, sides, at, file.path, item.line)


def _shape(case: Case, line: Json) -> Shape | None:
    """The shape that custody names; one of an analyst's own comes out of the column map kept in the case."""
    if line.get("columns"):
        return mapped_shape(str(line["shape"]), str(line["columns"]), case.raw(str(line["columns"])))
    return shape_named(str(line["shape"]))


def _picked(file: Iterable[bytes], wanted: list[int]) -> Iterator[tuple[int, str]]:
    """Those lines of a file, with their numbers, in order."""
    numbers = iter(wanted)
    number = next(numbers, 0)
    for found, line in enumerate(file, 1):
        if found == number:
            yield number, line.decode()
            number = next(numbers, 0)


def _clean(data: Json) -> bytes:
    """A record as JSON that every reader takes: no lone surrogates, no NUL."""
    try:
        record = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError):
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        record = _SURROGATES.sub("\ufffd", text).encode()
    return _NUL.sub(rb"\1\\ufffd", record) if b"\\u0000" in record else record
