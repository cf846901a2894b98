"""`o365nb investigate --batch FILE`: a report per line of a file, and a page over all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from o365nb.commands.told import told
from o365nb.errors import BadInput, O365nbError
from o365nb.progress import for_this_terminal
from o365nb.safe import terminal
from o365nb.text import plural

BatchOption = Annotated[
    Path | None, typer.Option("--batch", help="incidents.csv: one incident per line, several at a time.")
]
JobsOption = Annotated[
    int, typer.Option("--jobs", help="With --batch: how many at a time (default: what this machine bears).")
]
#: In the data folder, whatever is redacted: what an investigation says names people.
LOGS = "logs"
#: What is the same for all incidents of a batch; everything else is a column of its file.
_COMMON = {"incidents", "jobs", "redact", "engine", "strict", "data", "reports"}


def alone(context: typer.Context, incidents: Path) -> None:
    """Raises BadInput when an option was given that is a column of the file."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if parameter.name not in _COMMON and source and source.name == "COMMANDLINE":
            raise BadInput(f"{parameter.opts[0]} is said of each incident: make it a column of {incidents}.")


def investigate_all(
    simulator: tuple[str, Path] | None,
    incidents: Path,
    jobs: int,
    redact: str,
    engine: str,
    strict: bool,  # noqa: FBT001 - the option as it came
    data: Path,
    reports: Path,
) -> None:
    """Investigate every incident of the file and write the page over them.

    Exits 1 when an incident has no report, after all the others have theirs; 3 when, with --strict, a ledger has gaps.
    """
    from o365nb import batch
    from o365nb.report.index import Line, write_index

    found = batch.read_incidents(incidents)
    side_by_side = batch.at_a_time(jobs, len(found))
    door = [f"--simulator={simulator[0]}", f"--simulator-ca={simulator[1]}"] if simulator else []
    common = [
        *door,
        "investigate",
        f"--redact={redact}",
        f"--engine={engine}",
        f"--data={data}",
        f"--reports={reports}",
    ]
    done = []
    with for_this_terminal().task(f"Investigating, {side_by_side} at a time", len(found), "incidents") as task:
        for outcome in batch.run(
            found, [*common, "--strict"] if strict else common, data / LOGS / incidents.stem, side_by_side
        ):
            task.advance(note=outcome.incident.case)
            done.append(outcome)
    named = redact == "none"
    lines = [Line(one.incident.case, one.report, one.reason, one.log, named, one.incident.line) for one in done]
    page = write_index(reports / f"{incidents.stem}.html", f"Incidents of {incidents.stem}", lines, data)
    missing = [one for one in done if one.reason]
    for one in sorted(missing, key=lambda one: one.incident.line):
        told("failed", f"{one.incident.case} (line {one.incident.line}): {one.reason} See {one.log}.")
    typer.echo(f"reports   {plural(len(done) - len(missing), 'incident')} of {len(done)}")
    typer.echo(f"overview  {terminal(page)}")
    if missing:
        raise typer.Exit(O365nbError.exit_code)
    if any(one.gaps for one in done):
        raise typer.Exit(batch.STRICT)
