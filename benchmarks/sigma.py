"""Sigma rules on audit records: from the raw file to the hits, and again on what was read, beside an alternative.

`--zircolite PATH` names the folder of a Zircolite with its own interpreter (`--python`). Without it the alternative is
Zircolite's *method*, named as such: every record flattened in Python into one table of SQLite in memory whose columns
set letters' case aside, asked with the queries of the stock pySigma SQLite backend. Same file, same rules, one run;
memory is the peak of each process. Rules and records are given by path; none ship. Exit code 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

FROM_RAW, AGAIN = 10.0, 40.0
SQLITE = "flattened records in SQLite, stock pySigma backend (Zircolite's method)"
_BATCH = 2_000


def measured(command: list[str], log: Path) -> tuple[float, float]:
    """Seconds, and the peak of the process in MB."""
    began = time.monotonic()
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT) as process:  # noqa: S603
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{log.read_text('utf-8', 'replace')[-2_000:]}")
    return time.monotonic() - began, used.ru_maxrss / 1024


def flattened(record: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Names and values of a record: nested names joined with dots, lists as their JSON text."""
    for name, value in record.items():
        where = f"{path}{name}"
        if isinstance(value, dict):
            yield from flattened(value, f"{where}.")
        elif isinstance(value, list):
            yield where, json.dumps(value, ensure_ascii=False)
        elif isinstance(value, bool):
            yield where, str(value).lower()
        else:
            yield where, value


def by_sqlite(events: Path, rules: Path, out: Path) -> None:
    """The named alternative, in a process of its own; writes title → hits."""
    from sigma.backends.sqlite import sqliteBackend
    from sigma.collection import SigmaCollection

    connection = sqlite3.connect(":memory:")
    connection.create_function("REGEXP", 2, lambda pattern, text: bool(text and re.search(pattern, str(text))))
    connection.execute("CREATE TABLE logs (row_id INTEGER PRIMARY KEY)")
    columns: dict[str, str] = {}
    batch: list[dict[str, Any]] = []
    with events.open("rb") as lines:
        for line in lines:
            row = {name.lower(): (name, value) for name, value in flattened(json.loads(line))}
            for key, (name, _) in row.items():
                if key not in columns:
                    columns[key] = name
                    connection.execute(f'ALTER TABLE logs ADD COLUMN "{name}" TEXT COLLATE NOCASE')
            batch.append({key: value for key, (_, value) in row.items()})
            if len(batch) == _BATCH:
                _insert(connection, batch, columns)
    _insert(connection, batch, columns)
    backend, hits = sqliteBackend(), {}
    for path in sorted(rules.rglob("*.yml")):
        for rule in SigmaCollection.from_yaml(path.read_text("utf-8")):
            hits[rule.title] = _asked(connection, backend, rule)
    out.write_text(json.dumps(hits), "utf-8")


def _insert(connection: sqlite3.Connection, batch: list[dict[str, Any]], columns: dict[str, str]) -> None:
    groups: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for row in batch:
        groups.setdefault(tuple(row), []).append(tuple(row.values()))
    for keys, rows in groups.items():
        named, marks = ", ".join(f'"{columns[key]}"' for key in keys), ", ".join("?" * len(keys))
        connection.executemany(f"INSERT INTO logs ({named}) VALUES ({marks})", rows)
    batch.clear()


def _asked(connection: sqlite3.Connection, backend: Any, rule: Any) -> int:
    try:
        (query,) = backend.convert_rule(rule)
        return len(connection.execute(query).fetchall())
    except (sqlite3.OperationalError, ValueError):  # no such column: no record has the field
        return 0


def by_zircolite(
    folder: Path, python: str, events: Path, rules: Path, base: Path
) -> tuple[float, float, dict[str, int]]:
    """Zircolite 3 on the same lines and rules."""
    out = base / "zircolite.json"
    command = [python, str(folder / "zircolite.py"), "--events", str(events), "--jsonl", "--ruleset", str(rules)]
    took, peak = measured(
        [*command, "--outfile", str(out), "--quiet", "--logfile", str(base / "z.log")], base / "z.out"
    )
    return took, peak, {rule["title"]: int(rule["count"]) for rule in json.loads(out.read_text("utf-8"))}


def ours(events: Path, rules: Path, user: str, base: Path) -> tuple[list[float], list[float], list[dict[str, Any]]]:
    """Intake, first run (shapes made), second run; seconds and peaks of each, and what the rules said."""
    kit = [sys.executable, "-m", "o365nb"]
    places = ["--case", "bench", "--data", str(base / "data"), "--reports", str(base / "reports")]
    runs = [
        [*kit, "intake", "--evidence", str(events), "--user", user, *places],
        [*kit, "sigma", str(rules), *places],
        [*kit, "sigma", str(rules), *places],
    ]
    spent = [measured(run, base / "ours.out") for run in runs]
    found = json.loads((base / "reports" / "bench" / "sigma.json").read_text("utf-8"))["rules"]
    shutil.rmtree(base / "data")
    return [took for took, _ in spent], [peak for _, peak in spent], found


def compared(found: list[dict[str, Any]], theirs: dict[str, int]) -> None:
    """Every rule that hit on one side: the hits of both."""
    print(f"\n{'rule':<60} {'ours':>9} {'other':>9}")
    for rule in found:
        other = theirs.get(rule["title"], 0)
        if rule["hits"] or other:
            note = "" if rule["hits"] == other else rule["answer"]
            print(f"{rule['title'][:60]:<60} {rule['hits']:>9,} {other:>9,}  {note}")


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=Path, required=True, help="audit records, JSON lines")
    parser.add_argument("--rules", type=Path, required=True, help="a folder of Sigma rules (SigmaHQ's m365 and azure)")
    parser.add_argument("--user", required=True, help="an account in the records")
    parser.add_argument("--zircolite", type=Path, help="a folder with zircolite.py")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has Zircolite's needs")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--sqlite-into", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.sqlite_into:
        by_sqlite(given.events, given.rules, given.sqlite_into)
        return 0
    raw, again, theirs, peaks = [], [], [], [0.0, 0.0]
    found: list[dict[str, Any]] = []
    hits: dict[str, int] = {}
    for _ in range(given.rounds):
        with tempfile.TemporaryDirectory(prefix="o365nb-bench-") as folder:
            base = Path(folder)
            spent, used, found = ours(given.events, given.rules, given.user, base)
            steps = ("intake", "rules", "rules again")
            print("ours:", ", ".join(f"{step} {took:.1f} s" for step, took in zip(steps, spent, strict=True)), end="; ")
            print(f"{max(used):.0f} MB")
            if given.zircolite:
                took, peak, hits = by_zircolite(given.zircolite, given.python, given.events, given.rules, base)
            else:
                # -P: this file must not stand before the package that is called as it is
                own = [sys.executable, "-P", __file__, "--events", str(given.events), "--rules", str(given.rules)]
                took, peak = measured(
                    [*own, "--user", given.user, "--sqlite-into", str(base / "s.json")], base / "s.out"
                )
                hits = json.loads((base / "s.json").read_text("utf-8"))
            print(f"{'Zircolite' if given.zircolite else SQLITE}: {took:.1f} s; {peak:.0f} MB")
            raw.append(spent[0] + spent[1])
            again.append(spent[2])
            theirs.append(took)
            peaks = [max(peaks[0], *used), max(peaks[1], peak)]
    compared(found, hits)
    first, second = median(theirs) / median(raw), median(theirs) / median(again)
    print(f"\nfrom the raw file: {first:.1f} times as fast (target {FROM_RAW:g})")
    print(f"on events already read: {second:.1f} times as fast (target {AGAIN:g})")
    print(f"memory: {peaks[0]:.0f} MB against {peaks[1]:.0f} MB")
    return int(first < FROM_RAW or second < AGAIN or peaks[0] > peaks[1])


if __name__ == "__main__":
    sys.exit(main())
