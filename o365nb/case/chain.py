"""An append-only file of JSON lines in which each line carries the hash of the line before.

Custody and receipts are such chains: a line changed, dropped or put in later breaks every hash after it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from o365nb.errors import BadCase
from o365nb.model import plain

START = "0" * 64


class Chain:
    """One hash-chained JSON-lines file. Lines are dicts; `prev` and `seq` are the chain's own."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Write one line, flushed to disk before this returns. Returns the line with `seq` and `prev`."""
        self._drop_torn_line()
        last = self._last_line()
        seq = json.loads(last)["seq"] + 1 if last else 1
        line = {"seq": seq, **plain(entry), "prev": hashlib.sha256(last).hexdigest() if last else START}
        with self.path.open("ab") as file:
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return line

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every line in order, unverified."""
        if self.path.exists():
            for line in self.path.read_bytes().splitlines():
                try:
                    yield json.loads(line)
                except ValueError:
                    return  # a torn last line: the process died inside a write; append mends it

    def verify(self) -> int:
        """The number of lines, when the chain holds. Raises BadCase at the first line that does not follow."""
        before, count = START, 0
        for line in self.path.read_bytes().splitlines() if self.path.exists() else []:
            count += 1
            try:
                entry = json.loads(line)
            except ValueError:
                raise BadCase(
                    f"{self.path}, line {count}: not JSON. The file was changed or cut; use a copy."
                ) from None
            if entry.get("prev") != before or entry.get("seq") != count:
                raise BadCase(
                    f"{self.path}, line {count}: the chain is broken. A line before it was changed or removed."
                )
            before = hashlib.sha256(line).hexdigest()
        return count

    def _last_line(self) -> bytes:
        if not self.path.exists() or not (size := self.path.stat().st_size):
            return b""
        with self.path.open("rb") as file:
            step = 4096
            while True:
                file.seek(max(0, size - step))
                lines = file.read().splitlines()
                if len(lines) > 1 or step >= size:
                    return lines[-1]
                step *= 4

    def _drop_torn_line(self) -> None:
        """A process killed inside a write leaves a line without its end: cut it, what it said was never done."""
        if not self.path.exists() or not (size := self.path.stat().st_size):
            return
        with self.path.open("rb+") as file:
            file.seek(size - 1)
            if file.read(1) == b"\n":
                return
            file.seek(0)
            whole = file.read()
            file.truncate(whole.rfind(b"\n") + 1)
