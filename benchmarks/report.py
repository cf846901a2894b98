"""How long the report takes: from the command to the finished page, evidence already collected, against a floor.

    python benchmarks/report.py [--story aitm] [--runs 3]

The floor is what nobody can do without: one kernel that imports pandas and plotly, and an empty notebook exported with
the same template. Prints one line per run and the ratio of the best runs; the aim is 2.0.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

AIM = 2.0
_FLOOR = """
import nbformat
from o365nb.progress import Progress
from o365nb.report import notebook
from o365nb.report.render import to_html

empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import pandas, plotly.graph_objects")])
done = notebook.run(empty, {}, Progress(), "floor")
with open("floor.html", "w", encoding="utf-8") as file:
    file.write(to_html(done, "floor", "0"))
"""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--story", default="aitm", help="a practice story")
    options.add_argument("--runs", type=int, default=3, help="how often each is measured; the best counts")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        kit = [sys.executable, "-m", "o365nb"]
        _run([*kit, "investigate", "--practice", given.story, "--case", "measured"], folder)
        taken: dict[str, list[float]] = {"report": [], "floor": []}
        for _ in range(given.runs):  # by turns, so that whatever else the machine does falls on both
            taken["report"].append(_run([*kit, "report", "--case", "measured"], folder))
            taken["floor"].append(_run([sys.executable, "-c", _FLOOR], folder))
            print(f"report {taken['report'][-1]:6.2f} s   floor {taken['floor'][-1]:6.2f} s", flush=True)
        size = (Path(folder) / "reports" / "measured" / "report.html").stat().st_size
    print(f"report.html {size / 1024 / 1024:.2f} MiB")
    ratio = min(taken["report"]) / min(taken["floor"])
    print(f"ratio {ratio:.2f} (aim {AIM})")


def _run(command: list[str], folder: str) -> float:
    """Run to the end; how long it took, in seconds."""
    begin = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own words
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
