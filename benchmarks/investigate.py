"""The whole `o365nb investigate --evidence` on an everyday case, report included, against its own ingest.

    python benchmarks/investigate.py --corpus DIR [--audit 500000] [--sign-ins 100000] [--user UPN]

The corpus is described in `case_files.py`. Exit code 1 when the target is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from case_files import Watch, cut, victim

TARGET = 4.0


def main() -> int:
    """Cut the evidence, investigate it, and print what each part took."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--corpus", type=Path, required=True)
    options.add_argument("--audit", type=int, default=500_000)
    options.add_argument("--sign-ins", type=int, default=100_000)
    options.add_argument("--user", default="")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        evidence = Path(folder) / "evidence"
        cut(asked.corpus, evidence, asked.audit, asked.sign_ins)
        user = asked.user or victim(asked.corpus)
        print(f"{asked.audit:,} audit records and {asked.sign_ins:,} sign-ins, as to {user}")
        with Watch() as watch:
            ratio = _investigate(Path(folder), evidence, user)
        print(f"{watch.peak:8,.0f} MB  at most, the report's kernel included")
    return 0 if ratio <= TARGET else 1


def _investigate(folder: Path, evidence: Path, user: str) -> float:
    """The command's own three parts, timed; total ÷ ingest. The imports count: whoever runs the command waits."""
    began = time.perf_counter()
    from o365nb import investigate
    from o365nb.progress import Progress
    from o365nb.report import render
    from o365nb.request import Request

    request = Request(case="everyday", users=(user,), data=folder / "data", reports=folder / "reports")
    case = investigate.from_files(evidence, request, Progress())
    ingest = time.perf_counter() - began
    found = investigate.analyse(case, Progress())
    judged = time.perf_counter() - began - ingest
    report = render(case, Path(case.info.out), Progress())
    total = time.perf_counter() - began
    print(f"{ingest:8.1f} s   ingest: files to tables")
    print(f"{judged:8.1f} s   {len(found.detections)} detections and the judgement: {found.verdict.verdict.value}")
    print(f"{total - ingest - judged:8.1f} s   report, {report.stat().st_size / 1e6:.1f} MB")
    print(f"{total:8.1f} s   in all: {total / ingest:.2f} x its own ingest (target: at most {TARGET:.0f})")
    return total / ingest


if __name__ == "__main__":
    sys.exit(main())
