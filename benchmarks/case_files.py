"""What the benchmarks of the judgement share: the everyday evidence, and the memory of a tree of processes.

A corpus is a folder with `ual.jsonl` (one AuditData object a line), `signins.jsonl.gz` (Graph signIn objects) and
`truth.json` (`incidents`, each with the `user` and the `start` of a planted takeover).
"""

from __future__ import annotations

import gzip
import json
import threading
import time
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Self

import psutil


def cut(corpus: Path, folder: Path, audit: int, sign_ins: int) -> None:
    """The first records of a corpus as an analyst would be sent them: one file of each log."""
    folder.mkdir(parents=True, exist_ok=True)
    with (corpus / "ual.jsonl").open("rb") as source, (folder / "audit.jsonl").open("wb") as target:
        target.writelines(islice(source, audit))
    with (
        gzip.open(corpus / "signins.jsonl.gz", "rb") as source,
        gzip.open(folder / "sign-ins.jsonl.gz", "wb", compresslevel=1) as target,
    ):
        target.writelines(islice(source, sign_ins))


def victim(corpus: Path) -> str:
    """The account whose takeover was planted last: its traces lie in the newest records, where every cut begins."""
    planted = [one for one in json.loads((corpus / "truth.json").read_text("utf-8"))["incidents"] if "user" in one]
    return str(max(planted, key=lambda one: one["start"])["user"])


class Watch:
    """The most memory that this process and all below it held at once. MB; shared pages count once (PSS)."""

    def __init__(self) -> None:
        self.peak = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        own = psutil.Process()
        while not self._done.is_set():
            held = 0.0
            for process in (own, *own.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    held += getattr(process.memory_full_info(), "pss", 0) or process.memory_info().rss
            self.peak = max(self.peak, held / 1e6)
            time.sleep(0.1)
