"""How long each detection takes on a million events, against the median of them all.

    python benchmarks/detect.py --corpus DIR [--audit 850000] [--sign-ins 150000] [--user UPN] [--rounds 3]

What the detections share is made first and timed by itself, as in every analysis. The corpus is described in
`case_files.py`. Exit code 1 when a detection takes more than ten times the median.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from case_files import Watch, cut, victim

from o365nb import detections, investigate
from o365nb.case import Case
from o365nb.engine import Engine
from o365nb.progress import Progress
from o365nb.request import Request

TARGET = 10.0
_SHOWN = 12


def main() -> int:
    """Make the case, ask every detection some times, print the slowest and their ratio to the median."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--corpus", type=Path, required=True)
    options.add_argument("--audit", type=int, default=850_000)
    options.add_argument("--sign-ins", type=int, default=150_000)
    options.add_argument("--user", default="")
    options.add_argument("--rounds", type=int, default=3)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        cut(asked.corpus, root / "evidence", asked.audit, asked.sign_ins)
        user = asked.user or victim(asked.corpus)
        request = Request(case="detect", users=(user,), data=root / "data", reports=root / "reports")
        case = investigate.from_files(root / "evidence", request, Progress())
        with Watch() as watch:
            taken = _ask(case, asked.rounds)
        print(f"{watch.peak:8,.0f} MB  at most")
    return _report(taken)


def _ask(case: Case, rounds: int) -> dict[str, float]:
    """Seconds by slug: the median of the rounds."""
    times: dict[str, list[float]] = {}
    with Engine(case) as engine:
        events = engine.rows("SELECT count(*) AS events FROM events")[0]["events"]
        began = time.perf_counter()
        detections.prepare(engine)
        print(f"{events:,} events; {time.perf_counter() - began:.2f} s for what the detections share")
        for _ in range(rounds):
            for unit in detections.all():
                began = time.perf_counter()
                detections.run(unit, engine, case.ledger, case.info.subjects, case.info.window)
                times.setdefault(unit.slug, []).append(time.perf_counter() - began)
    return {slug: statistics.median(each) for slug, each in times.items()}


def _report(taken: dict[str, float]) -> int:
    usual = statistics.median(taken.values())
    print(f"{len(taken)} detections in {sum(taken.values()):.2f} s; median {usual * 1000:.0f} ms. The slowest:")
    slowest = sorted(taken.items(), key=lambda item: -item[1])
    for slug, seconds in slowest[:_SHOWN]:
        print(f"{seconds * 1000:8.0f} ms  {seconds / usual:5.1f} x  {slug}")
    return 0 if slowest[0][1] <= TARGET * usual else 1


if __name__ == "__main__":
    sys.exit(main())
