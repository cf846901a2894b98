"""An append-only file of JSON lines in which each line carries the hash of the line before.

Custody and receipts are such chains: a line changed, dropped or put in later breaks every hash after it.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from o365nb.errors import BadCase
from o365nb.model import plain

START = "0" * 64


@dataclass(frozen=True, slots=True)
class Proof:
    """A chain that holds: how many lines, and the hash of the last. Written down elsewhere, both show what is cut."""

    lines: int
    last: str

    def __str__(self) -> str:
        return f"{self.lines} lines hold" + (f", the last with SHA-256 {self.last}" if self.lines else "")


class Chain:
    """One hash-chained JSON-lines file. Lines are dicts; `prev` and `seq` are the chain's own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def append(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Write one line, flushed to disk before this returns. Returns the line with `seq` and `prev`."""
        with self._lock:
            drop_torn_line(self.path)
            last = self._last_line()
            seq = json.loads(last)["seq"] + 1 if last else 1
            line = {"seq": seq, **plain(entry), "prev": hashlib.sha256(last).hexdigest() if last else START}
            append_line(self.path, line)
        return line

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every whole line in order, unverified."""
        for line in whole_lines(self.path):
            try:
                yield json.loads(line)
            except ValueError:
                return  # damaged by another hand: `verify` names the line

    def verify(self) -> int:
        """The number of lines, when the chain holds. Raises BadCase at the first line that does not follow."""
        return self.proof().lines

    def proof(self) -> Proof:
        """The same with the hash of the last line."""
        return follow(whole_lines(self.path), str(self.path))

    def _last_line(self) -> bytes:
        if not self.path.exists() or not (size := self.path.stat().st_size):
            return b""
        with self.path.open("rb") as file:
            step = 4096
            while True:
                file.seek(max(0, size - step))
                lines = file.read().rstrip(b"\n").split(b"\n")
                if len(lines) > 1 or step >= size:
                    return lines[-1]
                step *= 4


def follow(lines: Iterable[bytes], name: str) -> Proof:
    """What lines prove of which each follows from the one before. Raises BadCase at the first that does not."""
    before, count = START, 0
    for line in lines:
        count += 1
        try:
            entry = json.loads(line)
        except ValueError:
            raise BadCase(f"{name}, line {count}: not JSON. The file was changed or cut; use a copy.") from None
        if not isinstance(entry, dict) or entry.get("prev") != before or entry.get("seq") != count:
            raise BadCase(f"{name}, line {count}: the chain is broken. A line before it was changed or removed.")
        before = hashlib.sha256(line).hexdigest()
    return Proof(count, before)


def whole_lines(path: Path) -> list[bytes]:
    """The finished lines of a file of lines. One without its end was torn by a kill: what it said was never done."""
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


def append_line(path: Path, *lines: dict[str, Any]) -> None:
    """Add JSON lines, flushed to disk together before this returns."""
    with path.open("ab") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
        file.flush()
        os.fsync(file.fileno())


def drop_torn_line(path: Path) -> None:
    """Cut a last line that has no end, so that the next one does not continue it."""
    if not path.exists() or not (size := path.stat().st_size):
        return
    with path.open("rb+") as file:
        file.seek(size - 1)
        if file.read(1) == b"\n":
            return
        file.seek(0)
        whole = file.read()
        file.truncate(whole.rfind(b"\n") + 1)
