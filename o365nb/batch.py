"""Many incidents from one file: each line is one `o365nb investigate`, in a process of its own.

A process apiece keeps incidents apart: one that fails, or is killed for memory, takes no other with it.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import psutil

from o365nb.case.folder import checked_name
from o365nb.case.place import private
from o365nb.errors import BadEvidence, BadInput
from o365nb.safe import one_line

#: Column → the option that it becomes, whether it names a file, and whether it may hold several, apart by blanks.
_COLUMNS = {
    "case": ("--case", False, False),
    "practice": ("--practice", False, False),
    "evidence": ("--evidence", True, False),
    "tenant": ("--tenant", False, False),
    "user": ("--user", False, True),
    "since": ("--since", False, False),
    "from": ("--from", False, False),
    "to": ("--to", False, False),
    "accepted_domain": ("--accepted-domain", False, True),
    "answers": ("--answers", True, False),
    "corrections": ("--corrections", True, False),
    "columns": ("--columns", True, False),
    "mmdb": ("--mmdb", True, False),
    "ticket": ("--ticket", False, False),
    "time_zone": ("--time-zone", False, False),
}
_DOORS = ("practice", "evidence", "tenant")
#: What one incident takes at most: the engine's own limit, and the report's notebook beside it.
_BYTES_EACH = 3 * 2**30
STRICT = 3  # the exit code of a finished investigation whose ledger has gaps


@dataclass(frozen=True, slots=True)
class Incident:
    """One line of the file."""

    case: str
    line: int
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one incident went. `report` is empty and `reason` says why when there is none; `log` is all that was said."""

    incident: Incident
    report: str
    reason: str
    log: Path
    gaps: bool = False


def read_incidents(path: Path) -> list[Incident]:
    """The incidents of a CSV file (UTF-8; comma or semicolon) whose first line names the columns.

    Files in it are looked for beside it. Raises BadEvidence naming the line and the mend.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadEvidence(path, f"it cannot be read: {one_line(error)}", "Save it as CSV in UTF-8.") from error
    lines = text.splitlines()
    first = lines[0] if lines else ""
    rows = csv.reader(lines, delimiter=";" if ";" in first and "," not in first else ",")
    names = [name.strip().lower() for name in next(rows, [])]
    if strange := [name for name in names if name not in _COLUMNS]:
        raise BadEvidence(path, f"no column is called {strange[0]!r}", f"Take of {', '.join(_COLUMNS)}.", line=1)
    if "case" not in names:
        raise BadEvidence(path, "there is no column `case`", "Give every incident a name.", line=1)
    found = [
        _incident(path, rows.line_num, dict(zip(names, map(str.strip, cells), strict=False)))
        for cells in rows
        if any(cell.strip() for cell in cells)
    ]
    for number, one in enumerate(found):
        if twin := next((other for other in found[:number] if other.case.lower() == one.case.lower()), None):
            said = f"the case {one.case} was named in line {twin.line} already"
            raise BadEvidence(path, said, "Give every incident a name of its own.", line=one.line)
    if not found:
        raise BadEvidence(path, "it holds no incident", "Write one line for each, below the line of column names.")
    return found


def _incident(path: Path, line: int, row: dict[str, str]) -> Incident:
    try:
        case = checked_name(row.get("case", ""))
    except BadInput as error:
        raise BadEvidence(path, one_line(error), "Mend the column `case`.", line=line) from None
    doors = [door for door in _DOORS if row.get(door)]
    if len(doors) != 1:
        raise BadEvidence(path, f"says {len(doors)} of {', '.join(_DOORS)}", "Fill in exactly one.", line=line)
    options: list[str] = []
    for name, (option, is_file, many) in _COLUMNS.items():
        for value in (row.get(name, "").split() if many else [row.get(name, "")]) if row.get(name) else []:
            if is_file and not (path.parent / value).exists():
                raise BadEvidence(path, f"{value} does not exist", f"Mend the column `{name}`.", line=line)
            # In one word, so that no value can be taken for an option.
            options.append(f"{option}={path.parent / value if is_file else value}")
    return Incident(case, line, tuple(options))


def at_a_time(wanted: int, incidents: int) -> int:
    """How many incidents run side by side: as many as were asked for, else what processors and free memory bear."""
    if wanted < 0:
        raise BadInput(f"--jobs {wanted} is not a number of incidents. Say 1 or more; 0 lets the kit choose.")
    fitting = psutil.virtual_memory().available // _BYTES_EACH
    return max(1, min(wanted or min(os.cpu_count() or 1, fitting), incidents))


def run(incidents: Sequence[Incident], common: Sequence[str], logs: Path, jobs: int) -> Iterator[Outcome]:
    """Investigate every incident, `jobs` at a time; outcomes come as they end. `common` goes before every option."""
    private(logs)
    with ThreadPoolExecutor(jobs) as pool:
        yield from (done.result() for done in as_completed(pool.submit(_one, one, common, logs) for one in incidents))


def _one(incident: Incident, common: Sequence[str], logs: Path) -> Outcome:
    command = [sys.executable, "-m", "o365nb", *common, *incident.options]
    ended = subprocess.run(  # noqa: S603 - our own program; every value of the file is one word with its option
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", errors="replace",
        check=False, env={**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "100"},
    )  # fmt: skip
    log = logs / f"{incident.case}.txt"
    log.write_text(ended.stdout + ended.stderr, "utf-8")
    report = next((line[10:] for line in ended.stdout.splitlines() if line.startswith("report    ")), "")
    if ended.returncode in (0, STRICT) and report:
        return Outcome(incident, report, "", log, ended.returncode == STRICT)
    said = [line for line in ended.stderr.splitlines() if line.startswith("o365nb: ")]
    reason = said[-1].removeprefix("o365nb: ") if said else f"it ended with code {ended.returncode}"
    return Outcome(incident, "", reason, log)
