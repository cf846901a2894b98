"""Every detection on DuckDB and on Spark: rows, seconds, and whether both gave the same.

    python benchmarks/engines.py                        every practice story
    python benchmarks/engines.py aitm spray             some of them
    python benchmarks/engines.py data/mycase            a case that stands already

Spark is a local cluster of two executor processes unless --engine says otherwise (spark, spark://host:port). It gets a
first, unmeasured round, for a fresh JVM is slow. Besides the rows of each detection the whole judgement is compared:
findings, attribution, persistence, exposure, cause, verdict, plan. Exit code 1 when anything differs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from o365nb import detections, investigate
from o365nb.case import Case
from o365nb.engine import Engine
from o365nb.model import Assessment
from o365nb.practice import stories
from o365nb.progress import Progress

CLUSTER = "local-cluster[2,1,1024]"
Asked = tuple[int, float, list[str]]


def ask(case: Case, where: str) -> dict[str, Asked]:
    """Slug → rows, seconds and the rows as sorted text; what the detections share first."""
    found: dict[str, Asked] = {}
    with Engine(case, where) as engine:
        started = time.perf_counter()
        detections.prepare(engine)
        found["(what they share)"] = (0, time.perf_counter() - started, [])
        for one in detections.all():
            started = time.perf_counter()
            rows = engine.rows(one.query())
            found[one.slug] = (len(rows), time.perf_counter() - started, sorted(map(repr, rows)))
    return found


def judge(case: Case, where: str) -> tuple[Assessment, float]:
    """The whole judgement and the seconds that it took."""
    with Engine(case, where) as engine:
        started = time.perf_counter()
        return investigate.assess(case, engine, Progress()), time.perf_counter() - started


def compare(name: str, case: Case, where: str, *, full: bool) -> int:
    """Print one case's table; returns how much differed."""
    here, there = ask(case, "duckdb"), ask(case, where)
    differs = 0
    print(f"\n{name}\n{'detection':28} {'rows':>6} {'DuckDB s':>9} {'Spark s':>9}  same")
    for slug, (rows, seconds, texts) in here.items():
        _, spark, others = there[slug]
        differs += texts != others
        if full or texts != others:
            print(f"{slug:28} {rows:6} {seconds:9.3f} {spark:9.3f}  {'yes' if texts == others else 'NO'}")
    rows, seconds = (sum(one[place] for one in here.values()) for place in (0, 1))
    spark = sum(one[1] for one in there.values())
    print(f"{'all detections':28} {rows:6} {seconds:9.3f} {spark:9.3f}  {'NO' if differs else 'yes'}")
    (one, took), (other, spark) = judge(case, "duckdb"), judge(case, where)
    print(
        f"{'the whole judgement':28} {len(one.findings):6} {took:9.3f} {spark:9.3f}  {'yes' if one == other else 'NO'}"
    )
    return differs + (one != other)


def cases(names: Iterable[str], folder: Path) -> Iterator[tuple[str, Case]]:
    """Cases by folder, stories by name: those are collected from the practice tenant."""
    for name in names:
        if Path(name, "case.json").is_file():
            yield name, Case.open(Path(name))
            continue
        request = investigate.Request(case=name, data=folder / "data", reports=folder / "reports")
        case = investigate.from_practice(name, request, Progress())
        investigate.analyse(case, Progress())
        yield name, case


def main() -> None:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("cases", nargs="*", help="stories or case folders (default: every story)")
    parser.add_argument("--engine", default=CLUSTER, help="what to compare DuckDB with")
    parser.add_argument("--short", action="store_true", help="of each case only the totals, and what differs")
    asked = parser.parse_args()
    differs = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, case) in enumerate(cases(asked.cases or stories(), Path(folder))):
            if number == 0:
                ask(case, asked.engine)
            differs += compare(name, case, asked.engine, full=not asked.short)
    print(f"\n{differs or 'nothing'} differs")
    sys.exit(differs > 0)


if __name__ == "__main__":
    main()
