"""The command line. Heavy packages are imported inside the commands, so that --help answers at once."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from o365nb import __version__
from o365nb.commands import app as registrations
from o365nb.commands import arrivals, batch, checks, columns, handover, interview, practice, respond, sigma, told
from o365nb.commands.options import (
    DATA,
    REPORTS,
    AnswersOption,
    CaseOption,
    ColumnsOption,
    CorrectionsOption,
    DataOption,
    DomainOption,
    EngineOption,
    FromOption,
    MmdbOption,
    ReportsOption,
    SinceOption,
    StrictOption,
    ToOption,
    UserOption,
    say,
)
from o365nb.errors import BadInput, O365nbError
from o365nb.progress import for_this_terminal
from o365nb.safe import one_line, terminal

if TYPE_CHECKING:
    from o365nb.model import Assessment

_INTERRUPTED = 130  # what the parser makes of Ctrl-C

app = typer.Typer(
    name="o365nb",
    help="From a compromised Microsoft 365 account to a signed-off incident report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(respond.app, name="respond", no_args_is_help=True)
app.add_typer(practice.app, name="practice", no_args_is_help=True)
app.add_typer(registrations.app, name="app", no_args_is_help=True)
for command in (
    *(checks.doctor, checks.verify, checks.seal, checks.signout),
    *(columns.columns, interview.questions, sigma.sigma),
):
    app.command()(command)


@app.callback(invoke_without_command=True)
def _common(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
    simulator: Annotated[str, typer.Option("--simulator", help="Base URL of a practice tenant on this machine.")] = "",
    simulator_ca: Annotated[Path | None, typer.Option("--simulator-ca", help="The practice tenant's ca.pem.")] = None,
) -> None:
    if version:
        typer.echo(f"o365nb {__version__}")
        raise typer.Exit
    if bool(simulator) != bool(simulator_ca):
        raise BadInput("--simulator and --simulator-ca go together; `o365nb practice serve` prints both.")
    context.obj = (simulator, simulator_ca) if simulator_ca else None


@app.command()
def investigate(
    context: typer.Context,
    practice_story: Annotated[
        str, typer.Option("--practice", help="A practice story, as `o365nb practice list` names them.")
    ] = "",
    evidence: Annotated[Path | None, typer.Option("--evidence", help="A file or folder of exported evidence.")] = None,
    tenant: Annotated[str, typer.Option("--tenant", help="A profile of a live tenant.")] = "",
    user: UserOption = None,
    since: SinceOption = "",
    start: FromOption = "",
    end: ToOption = "",
    accepted_domain: DomainOption = None,
    answers: AnswersOption = None,
    corrections: CorrectionsOption = None,
    columns: ColumnsOption = None,
    mmdb: MmdbOption = None,
    case: Annotated[str, typer.Option("--case", help="Name of the case (default: made from door and user).")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Where the report goes (default: reports/<case>).")] = None,
    ticket: Annotated[str, typer.Option("--ticket", help="Your ticket number, printed in the report.")] = "",
    time_zone: Annotated[str, typer.Option("--time-zone", help="The customer's zone, shown beside UTC.")] = "",
    incidents: batch.BatchOption = None,
    jobs: batch.JobsOption = 0,
    redact: handover.RedactOption = "none",
    engine: EngineOption = "duckdb",
    strict: StrictOption = False,
    data: DataOption = DATA,
    reports: ReportsOption = REPORTS,
) -> None:
    """From evidence to report in one go: collect or read, analyse, plan, write the report and its result bundle."""
    from o365nb import investigate as steps
    from o365nb.engine import known_engine
    from o365nb.request import Request

    known_engine(engine)
    handover.known_level(redact)
    if incidents:
        batch.alone(context, incidents)
        batch.investigate_all(context.obj, incidents, jobs, redact, engine, strict, data, reports)
        return
    if sum(map(bool, (practice_story, evidence, tenant))) != 1:
        raise BadInput("Say where the evidence is: --practice STORY, --evidence DIR, --tenant PROFILE or --batch FILE.")
    if columns and not evidence:
        raise BadInput("--columns goes with --evidence: it says what the columns of exported files mean.")
    request = Request(
        case=case, users=tuple(user or ()), since=since, start=start, end=end,
        accepted_domains=tuple(accepted_domain or ()),
        ticket=ticket, time_zone=time_zone, data=data, out=out, reports=reports, columns=columns,
        mmdb=tuple(mmdb or ()),
    )  # fmt: skip
    progress, said, corrected = for_this_terminal(), steps.interview(answers), steps.corrections(corrections)
    if practice_story:
        opened = steps.from_practice(practice_story, request, progress)
    elif evidence:
        opened = steps.from_files(evidence, request, progress)
    else:
        opened = steps.from_tenant(tenant, request, progress, say, context.obj)
    folder = handover.make_room(opened, redact, out, reports)
    found = steps.analyse(opened, progress, said, engine, corrected)
    path = handover.hand_over(opened, redact, folder, progress, named=out is not None)
    told.summary(opened, found)
    arrivals.brief(opened)
    typer.echo(f"report    {terminal(path)}")
    told.next_steps(opened, found)
    _strict(strict, found)


@app.command()
def collect(
    context: typer.Context,
    case: CaseOption,
    again: Annotated[
        bool, typer.Option("--again", help="Fetch everything anew, also what the ledger has whole.")
    ] = False,
    gaps: Annotated[bool, typer.Option("--gaps", help="Fetch only what the ledger names as missing.")] = False,
    eml: Annotated[
        list[str] | None, typer.Option("--eml", help="Keep the whole message with this internet message id instead.")
    ] = None,
    data: DataOption = DATA,
) -> None:
    """Fetch what a case still lacks from its tenant (live or practice). Resumes; nothing is collected twice."""
    from o365nb import investigate as steps

    opened = steps.open_case(data, case)
    with steps.tenant_of(opened, say, context.obj) as tenant:
        if eml:
            for path in steps.fetch_messages(opened, tenant, eml):
                typer.echo(f"kept      {terminal(path)}")
            return
        steps.collect(opened, tenant, for_this_terminal(), again=again, only_gaps=gaps)
    told.coverage(opened)


@app.command()
def intake(
    case: CaseOption,
    evidence: Annotated[Path, typer.Option("--evidence", help="A file or folder of exported evidence.")],
    user: UserOption = None,
    accepted_domain: DomainOption = None,
    columns: ColumnsOption = None,
    mmdb: MmdbOption = None,
    data: DataOption = DATA,
    reports: ReportsOption = REPORTS,
) -> None:
    """Read exported files into a case: a new one, or one that exists."""
    from o365nb import investigate as steps
    from o365nb.request import Request

    request = Request(
        case=case, users=tuple(user or ()), accepted_domains=tuple(accepted_domain or ()), data=data, reports=reports,
        columns=columns, mmdb=tuple(mmdb or ()),
    )  # fmt: skip
    arrivals.evidence(steps.from_files(evidence, request, for_this_terminal()))


@app.command()
def analyse(
    case: CaseOption,
    answers: AnswersOption = None,
    corrections: CorrectionsOption = None,
    mmdb: MmdbOption = None,
    engine: EngineOption = "duckdb",
    strict: StrictOption = False,
    data: DataOption = DATA,
) -> None:
    """Judge a case again from its raw evidence and write the result bundle."""
    from o365nb import investigate as steps
    from o365nb.engine import known_engine

    known_engine(engine)
    opened, said, corrected = steps.open_case(data, case), steps.interview(answers), steps.corrections(corrections)
    steps.bring(opened, tuple(mmdb or ()))
    found = steps.analyse(opened, for_this_terminal(), said, engine, corrected)
    told.summary(opened, found)
    typer.echo(f"next      o365nb report --case {opened.info.name}")
    _strict(strict, found)


@app.command()
def report(
    case: CaseOption,
    redact: handover.RedactOption = "none",
    out: Annotated[
        Path | None, typer.Option("--out", help="Where a redacted report goes (default: reports/<case>-<level>).")
    ] = None,
    data: DataOption = DATA,
) -> None:
    """Write the HTML report of an analysed case again, with the receipts of what was done since."""
    from o365nb import investigate as steps

    handover.known_level(redact)
    opened = steps.open_case(data, case)
    folder = handover.report_folder(opened, redact, out)
    path = handover.hand_over(opened, redact, folder, for_this_terminal(), named=out is not None)
    typer.echo(f"report    {terminal(path)}")


@app.command()
def lab(
    case: Annotated[str, typer.Option("--case", help="The case that the notebooks open on.")] = "",
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
    data: DataOption = DATA,
    reports: ReportsOption = REPORTS,
) -> None:
    """JupyterLab on ready-made notebooks, set to the case."""
    import subprocess

    from o365nb.report import lab_environment, prepare_lab, private_kernels

    folder = prepare_lab(case, data, reports)
    environment = {**os.environ, **lab_environment(folder)}
    # Nothing leaves the machine: no news feed, no look for a newer JupyterLab.
    quiet = ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.extension_manager=readonly"]
    # In a container there is only root; the server listens on this machine alone, and asks for its token.
    root = ["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        *quiet,
        *private_kernels(),
        *root,
        str(folder / "00_start_here.ipynb"),
    ]
    raise typer.Exit(subprocess.call(command if browser else [*command, "--no-browser"], env=environment))  # noqa: S603 - our own words


def _strict(strict: bool, found: Assessment) -> None:  # noqa: FBT001 - the option as it came
    if strict and any(not gap.outcome.seen for gap in found.coverage):
        raise typer.Exit(3)


def main() -> None:
    """Run the command line; an error is one line on stderr and an exit code. O365NB_DEBUG=1 shows the traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a console that lacks a letter must not end the work
    try:
        code = app(prog_name="o365nb", standalone_mode=False)
    except Exception as error:  # whatever breaks is one redacted line and an exit code, never a bare traceback
        if os.environ.get("O365NB_DEBUG") and not isinstance(error, O365nbError):
            raise
        text, code = _told(error)
        typer.echo(text, err=True)
    if code == _INTERRUPTED:
        typer.echo("o365nb: stopped. What was collected is kept; run the same again to go on.", err=True)
    sys.exit(code if isinstance(code, int) else 0)


def _told(error: Exception) -> tuple[str, int]:
    """What an error says to a person, on one line, and the exit code that goes with it."""
    misuse = getattr(error, "format_message", None)  # the command line's own errors, whichever parser raised them
    if callable(misuse):
        text, where = str(misuse()), getattr(getattr(error, "ctx", None), "command_path", "o365nb")
        if "\n" in text:
            return text, BadInput.exit_code  # no arguments at all: the help
        return f"o365nb: {one_line(text)} See `{where} --help`.", BadInput.exit_code
    if isinstance(error, O365nbError):
        return f"o365nb: {one_line(error)}", error.exit_code
    if isinstance(error, (PermissionError, NotADirectoryError, IsADirectoryError, FileExistsError)) and error.filename:
        text = f"{error.filename}: {error.strerror}. Name another folder, or mend its rights."
        return f"o365nb: {one_line(text)}", BadInput.exit_code
    from o365nb.tenant import redact

    said = f"{type(error).__name__}: {redact(error)}"
    return f"o365nb: the tool failed ({said}). Run it again with O365NB_DEBUG=1 and report this.", O365nbError.exit_code
