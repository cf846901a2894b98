"""Ingest: audit records as JSON lines (or a Purview CSV) to `events.parquet`, against other ways to read them.

    python benchmarks/ingest.py FILE [--csv FILE] [--rounds 3]
    python benchmarks/ingest.py FILE --scale SIGN_INS

FILE holds one AuditData object a line, SIGN_INS (.jsonl.gz) one Graph signIn. `--scale` measures nothing but the kit,
on a small and on a large lot of both, made from the files with new ids. Each way runs in a process of its own, in
turns; what is printed is the median of the rounds, and the most memory of any. Exit code 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

#: pandas is measured on so many records only: of a million it would need more memory than most machines have.
FEW = 100_000
NOTHING: list[Any] = []
#: Audit records and sign-ins of the small lot and of the large one.
LOTS = ((500_000, 83_333), (3_600_000, 600_000))


def lines(path: Path, count: int | None = None) -> Iterator[bytes]:
    """The lines of a file, or its first ones."""
    with path.open("rb") as file:
        yield from islice(file, count)


def parse(path: Path, _: Path) -> None:
    """orjson.loads over every line, and nothing else."""
    import orjson

    for line in lines(path):
        orjson.loads(line)


def loop(path: Path, folder: Path) -> None:
    """A record at a time: orjson, a dict of columns, and DuckDB writes them as Parquet, 50,000 at a time."""
    import duckdb
    import orjson
    import pandas as pd

    source = lines(path)
    for number in range(10_000_000):
        rows = [_columns(orjson.loads(line)) for line in islice(source, 50_000)]
        if not rows:
            return
        frame = pd.DataFrame(rows)
        duckdb.from_df(frame).write_parquet(str(folder / f"{number}.parquet"), compression="zstd")


def _columns(record: dict[str, Any]) -> dict[str, Any]:
    pairs = [
        f"{part}.{item.get('Name')}={item.get('Value')}"
        for part in ("Parameters", "ExtendedProperties", "OperationProperties", "ModifiedProperties")
        for item in record.get(part) or NOTHING
        if isinstance(item, dict)
    ]
    device = {item.get("Name"): item.get("Value") for item in record.get("DeviceProperties") or NOTHING}
    access = record.get("AppAccessContext") or {}
    folders = record.get("Folders") or NOTHING
    messages = [item.get("InternetMessageId") for folder in folders for item in folder.get("FolderItems") or NOTHING]
    plain = (
        "CreationTime",
        "Id",
        "Operation",
        "UserId",
        "Workload",
        "ClientIP",
        "ResultStatus",
        "ObjectId",
        "UserAgent",
    )
    return {
        **{name: str(record.get(name) or "") for name in plain},
        "session": access.get("AADSessionId") or device.get("SessionId") or "",
        "token": access.get("UniqueTokenId") or "",
        "device": device.get("Id") or "",
        "app": str(record.get("ApplicationId") or record.get("AppId") or ""),
        "messages": ";".join(map(str, messages)),
        "folders": ";".join(str(folder.get("Path")) for folder in folders),
        "properties": "\n".join(pairs),
    }


def normalize(path: Path, folder: Path) -> None:
    """pandas.json_normalize, of the first records only."""
    import pandas as pd

    frame = pd.json_normalize([json.loads(line) for line in lines(path, FEW)])
    frame.astype(str).to_pickle(folder / "frame.pickle")


def ours(path: Path, folder: Path) -> None:
    """The kit's own: every table from the stored evidence. What comes before, the custody of it, is told by itself."""
    from o365nb.case import Case, CaseInfo
    from o365nb.intake import add_files, build_tables
    from o365nb.model import Window, utc
    from o365nb.progress import Progress

    window = Window(utc("2020-01-01"), utc("2030-01-01"))
    case = Case.create(folder / "case", CaseInfo("ingest", ("nobody@example.com",), window, "export"))
    began = time.perf_counter()
    add_files(case, path, Progress())
    custody = time.perf_counter() - began
    counts = build_tables(case, Progress())
    received = sum(file.received for file in counts.files)
    print(json.dumps({"custody": custody, "events": counts.tables["events"], "received": received}))


WAYS: dict[str, Callable[[Path, Path], None]] = {"parse": parse, "loop": loop, "normalize": normalize, "ours": ours}


def measured(way: str, path: Path) -> dict[str, float]:
    """One way in a process of its own: seconds, MB, and what it tells."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, str(path), "--way", way, "--folder", folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this very file
    return dict(json.loads(done.stdout.splitlines()[-1]))


def grown(source: Path, key: bytes, target: Path, count: int) -> None:
    """So many records from those of a file, over and over, each time with other ids (`key`: what stands before one)."""
    rounds = -(-count // sum(1 for _ in _plain(source)))
    with target.open("wb") as file:
        for number in range(rounds):
            for line in islice(_plain(source), count):
                before, found, after = line.partition(key)
                file.write(before + found + (b"%08x" % number + after[8:] if found else after))
                count -= 1


def _plain(path: Path) -> Iterator[bytes]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        yield from file


def scale(audit: Path, sign_ins: Path) -> int:
    """The small lot and the large one: seconds as a multiple, and memory."""
    took: list[dict[str, float]] = []
    for records, logged in LOTS:
        with tempfile.TemporaryDirectory() as folder:
            grown(audit, b'"Id":"', Path(folder, "audit.jsonl"), records)
            grown(sign_ins, b'"id":"', Path(folder, "sign-ins.jsonl"), logged)
            took.append(measured("ours", Path(folder)))
        seconds, memory = took[-1]["seconds"], took[-1]["megabytes"]
        cpu = took[-1]["cpu"]
        print(f"{seconds:8.1f} s {memory:8,.0f} MB   {records:,} audit records, {logged:,} sign-ins ({cpu:.1f} CPU s)")
    most = 1.15 * LOTS[1][0] / LOTS[0][0]
    ratio, memory = took[1]["seconds"] / took[0]["seconds"], took[1]["megabytes"]
    print(
        f"{ratio:8.2f} x   as long for the large lot (target: at most {most:.2f}){'' if ratio <= most else '   missed'}"
    )
    print(f"{memory:8,.0f} MB  held at most (target: at most 3,221){'' if memory <= 3221 else '   missed'}")
    return 0 if ratio <= most and memory <= 3221 else 1


def main() -> int:
    """Measure in turns and print the ratios."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("file", type=Path)
    options.add_argument("--csv", type=Path)
    options.add_argument("--scale", type=Path, metavar="SIGN_INS")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.way:
        return _one(asked.way, asked.file, asked.folder)
    if asked.scale:
        return scale(asked.file, asked.scale)
    count = sum(1 for _ in lines(asked.file))
    rounds = [{way: measured(way, asked.file) for way in WAYS} for _ in range(asked.rounds)]
    took = {way: statistics.median(one[way]["seconds"] for one in rounds) for way in WAYS}
    most = {way: max(one[way]["megabytes"] for one in rounds) for way in WAYS}
    scaled = took["normalize"] * count / min(count, FEW)
    print(f"{count:,} records, {asked.file.stat().st_size / 1e9:.2f} GB; tables from the stored evidence:")
    print(f"{took['ours']:8.1f} s {most['ours']:8,.0f} MB   the kit, every column")
    print(f"{rounds[0]['ours']['custody']:8.1f} s               before it: hashed, and kept compressed")
    print(f"{took['parse']:8.1f} s {most['parse']:8,.0f} MB   orjson.loads alone")
    print(f"{took['loop']:8.1f} s {most['loop']:8,.0f} MB   a record at a time (orjson, 16 columns, Parquet)")
    print(
        f"{scaled:8.1f} s {most['normalize']:8,.0f} MB   pandas.json_normalize, scaled from {min(count, FEW):,} records"
    )
    targets = [
        ("orjson.loads alone ÷ the kit", took["parse"] / took["ours"], 1.0),
        ("a record at a time ÷ the kit", took["loop"] / took["ours"], 3.0),
        ("json_normalize ÷ the kit", scaled / took["ours"], 25.0),
        ("1 GiB ÷ the kit's memory", 1074 / most["ours"], 1.0),
    ]
    if asked.csv:
        sheets = [measured("ours", asked.csv) for _ in range(asked.rounds)]
        seconds = statistics.median(one["seconds"] for one in sheets)
        memory = max(one["megabytes"] for one in sheets)
        print(f"{seconds:8.1f} s {memory:8,.0f} MB   the kit, from a Purview CSV of the same records")
        targets += [
            ("2 x JSON lines ÷ CSV", 2 * took["ours"] / seconds, 1.0),
            ("2 GiB ÷ its memory", 2147 / memory, 1.0),
        ]
    for name, ratio, target in targets:
        print(f"{ratio:8.2f} x   {name} (target: at least {target:g}){'' if ratio >= target else '   missed'}")
    return 0 if all(ratio >= target for _, ratio, target in targets) else 1


def _one(way: str, path: Path, folder: Path) -> int:
    import contextlib
    import io

    told = io.StringIO()
    began = time.perf_counter()
    with contextlib.redirect_stdout(told):
        WAYS[way](path, folder)
    seconds = time.perf_counter() - began
    more = json.loads(told.getvalue() or "{}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    took = {"seconds": seconds - more.get("custody", 0.0), "cpu": time.process_time(), "megabytes": memory}
    print(json.dumps({**more, **took}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
