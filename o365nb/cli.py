"""The command line. Heavy packages are imported inside the commands, so that --help answers at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from o365nb import __version__
from o365nb.errors import BadInput, O365nbError
from o365nb.progress import Progress, for_this_terminal
from o365nb.safe import one_line, terminal

if TYPE_CHECKING:
    from o365nb.case import Case
    from o365nb.model import Assessment

app = typer.Typer(
    name="o365nb",
    help="From a compromised Microsoft 365 account to a signed-off incident report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
respond = typer.Typer(help="Plan, approve, apply, verify and undo the response. Nothing changes without --approve.")
practice = typer.Typer(help="The practice tenant: train and test without a customer.")
app.add_typer(respond, name="respond", no_args_is_help=True)
app.add_typer(practice, name="practice", no_args_is_help=True)


DataOption = Annotated[Path, typer.Option("--data", help="Where case folders live.", envvar="O365NB_DATA")]
ReportsOption = Annotated[Path, typer.Option("--reports", help="Where reports live.", envvar="O365NB_REPORTS")]
CaseOption = Annotated[str, typer.Option("--case", help="The case: a folder under --data.")]
UserOption = Annotated[
    list[str] | None, typer.Option("--user", help="Account under investigation (UPN); may be repeated.")
]
SinceOption = Annotated[str, typer.Option("--since", help="How far back: 12h, 30d, 4w.")]
FromOption = Annotated[str, typer.Option("--from", help="Start of the window (UTC), with --to.")]
ToOption = Annotated[str, typer.Option("--to", help="End of the window (UTC), with --from.")]
DomainOption = Annotated[
    list[str] | None, typer.Option("--accepted-domain", help="A domain of the customer; may be repeated.")
]
AnswersOption = Annotated[Path | None, typer.Option("--answers", help="interview.yaml: answers to Q1..Q24.")]
DATA, REPORTS = Path("data"), Path("reports")


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
    practice_story: Annotated[str, typer.Option("--practice", help="A practice story: aitm, traveller.")] = "",
    evidence: Annotated[Path | None, typer.Option("--evidence", help="A file or folder of exported evidence.")] = None,
    tenant: Annotated[str, typer.Option("--tenant", help="A profile of a live tenant.")] = "",
    user: UserOption = None,
    since: SinceOption = "",
    start: FromOption = "",
    end: ToOption = "",
    accepted_domain: DomainOption = None,
    answers: AnswersOption = None,
    case: Annotated[str, typer.Option("--case", help="Name of the case (default: made from door and user).")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Where the report goes (default: reports/<case>).")] = None,
    ticket: Annotated[str, typer.Option("--ticket", help="Your ticket number, printed in the report.")] = "",
    time_zone: Annotated[str, typer.Option("--time-zone", help="The customer's zone, shown beside UTC.")] = "UTC",
    redact: Annotated[str, typer.Option("--redact", help="none: everybody is named.")] = "none",
    engine: Annotated[str, typer.Option("--engine", help="duckdb: on this machine.")] = "duckdb",
    strict: Annotated[bool, typer.Option("--strict", help="Exit 3 when the ledger has gaps.")] = False,
    data: DataOption = DATA,
    reports: ReportsOption = REPORTS,
) -> None:
    """From evidence to report in one go: collect or read, analyse, plan, write the report and its result bundle."""
    from o365nb import investigate as steps
    from o365nb.report import render

    _supported("--engine", engine, "duckdb")
    _supported("--redact", redact, "none")
    if sum(map(bool, (practice_story, evidence, tenant))) != 1:
        raise BadInput("Say where the evidence is: one of --practice STORY, --evidence DIR, --tenant PROFILE.")
    request = steps.Request(
        case=case, users=tuple(user or ()), since=since, start=start, end=end,
        accepted_domains=tuple(accepted_domain or ()),
        ticket=ticket, time_zone=time_zone, data=data, out=out, reports=reports,
    )  # fmt: skip
    progress, interview = _progress(), steps.interview(answers)
    if practice_story:
        opened = steps.from_practice(practice_story, request, progress)
    elif evidence:
        opened = steps.from_files(evidence, request, progress)
    else:
        opened = steps.from_tenant(tenant, request, progress, _say, context.obj)
    found = steps.analyse(opened, progress, interview)
    path = render(opened, Path(opened.info.out), progress)
    _summary(found, path)
    _strict(strict, found)


@app.command()
def collect(
    context: typer.Context,
    case: CaseOption,
    again: Annotated[
        bool, typer.Option("--again", help="Fetch everything anew, also what the ledger has whole.")
    ] = False,
    data: DataOption = DATA,
) -> None:
    """Fetch what a case still lacks from its tenant (live or practice). Resumes; nothing is collected twice."""
    from o365nb import investigate as steps

    opened = steps.open_case(data, case)
    with steps.tenant_of(opened, _say, context.obj) as tenant:
        steps.collect(opened, tenant, _progress(), again=again)
    _coverage(opened)


@app.command()
def intake(
    case: CaseOption,
    evidence: Annotated[Path, typer.Option("--evidence", help="A file or folder of exported evidence.")],
    user: UserOption = None,
    accepted_domain: DomainOption = None,
    data: DataOption = DATA,
    reports: ReportsOption = REPORTS,
) -> None:
    """Read exported files into a case: a new one, or one that exists."""
    from o365nb import investigate as steps

    request = steps.Request(
        case=case, users=tuple(user or ()), accepted_domains=tuple(accepted_domain or ()), data=data, reports=reports
    )
    _coverage(steps.from_files(evidence, request, _progress()))


@app.command()
def analyse(case: CaseOption, answers: AnswersOption = None, data: DataOption = DATA) -> None:
    """Judge a case again from its raw evidence and write the result bundle."""
    from o365nb import investigate as steps

    opened = steps.open_case(data, case)
    found = steps.analyse(opened, _progress(), steps.interview(answers))
    _summary(found, Path(opened.info.out))


@app.command()
def report(case: CaseOption, data: DataOption = DATA) -> None:
    """Write the HTML report of an analysed case again, with the receipts of what was done since."""
    from o365nb import investigate as steps
    from o365nb.report import render

    opened = steps.open_case(data, case)
    typer.echo(f"report    {terminal(render(opened, Path(opened.info.out), _progress()))}")


@app.command()
def verify(case: CaseOption, data: DataOption = DATA) -> None:
    """Prove that the evidence of a case is unchanged: both hash chains and every file's SHA-256."""
    from o365nb import investigate as steps

    for line in steps.open_case(data, case).verify():
        typer.echo(one_line(line))


@app.command()
def lab(
    case: Annotated[str, typer.Option("--case", help="The case that the notebooks open on.")] = "",
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
    data: DataOption = DATA,
    reports: ReportsOption = REPORTS,
) -> None:
    """JupyterLab on ready-made notebooks, set to the case."""
    import subprocess

    from o365nb.report import prepare_lab

    folder = prepare_lab(case, data, reports)
    # Nothing leaves the machine: no news feed, no look for a newer JupyterLab.
    quiet = ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    command = [sys.executable, "-m", "jupyterlab", *quiet, str(folder / "00_start_here.ipynb")]
    raise typer.Exit(subprocess.call(command if browser else [*command, "--no-browser"]))  # noqa: S603 - our own words


@app.command()
def doctor(
    context: typer.Context,
    tenant: Annotated[str, typer.Option("--tenant", help="Also sign in to this profile and try its rights.")] = "",
) -> None:
    """Say what is there and what is missing on this machine and, with --tenant, in a tenant."""
    from o365nb import doctor as checks

    for line in checks.machine():
        typer.echo(one_line(line))
    for line in checks.tenant(tenant, _say, context.obj) if tenant else ():
        typer.echo(one_line(line))


@respond.command("plan")
def respond_plan(case: CaseOption, data: DataOption = DATA) -> None:
    """Show the plan: every step with its reason and the exact request. Sends nothing."""
    from o365nb import investigate as steps
    from o365nb import response

    opened = steps.open_case(data, case)
    plan = steps.plan_of(opened)
    for line in response.preview(plan):
        typer.echo(terminal(line))
    typer.echo(f"\nNothing was changed. To apply:  o365nb respond apply --case {case} --approve {plan.plan_id}")


@respond.command("apply")
def respond_apply(
    context: typer.Context,
    case: CaseOption,
    approve: Annotated[str, typer.Option("--approve", help="The plan id you have read and approve.")] = "",
    step: Annotated[list[str] | None, typer.Option("--step", help="Only this step; may be repeated.")] = None,
    devices_checked: Annotated[
        bool, typer.Option("--devices-checked", help="The user's devices were found clean (gate before unlock).")
    ] = False,
    confirmed: Annotated[
        list[str] | None, typer.Option("--confirmed", help="A step done by hand; may be repeated (gate before unlock).")
    ] = None,
    operator: Annotated[str, typer.Option("--operator", help="Who does this; goes into the receipts.")] = "",
    data: DataOption = DATA,
) -> None:
    """Apply an approved plan; without --approve this is a dry run."""
    from o365nb import investigate as steps
    from o365nb import response

    if not approve:
        respond_plan(case, data)
        return
    opened = steps.open_case(data, case)
    plan = steps.plan_of(opened)
    response.require_approval(plan, approve)
    with steps.tenant_of(opened, _say, context.obj) as tenant:
        receipts = response.apply(
            opened,
            tenant,
            plan,
            approve,
            step,
            on_password=_show_password,
            devices_checked=devices_checked,
            confirmed=confirmed or (),
            operator=operator,
        )
    for line in response.receipt_lines(receipts):
        typer.echo(terminal(line))
    if any(receipt.outcome in ("failed", "refused", "unverified") for receipt in receipts):
        raise typer.Exit(1)


@respond.command("verify")
def respond_verify(context: typer.Context, case: CaseOption, data: DataOption = DATA) -> None:
    """Read back from the tenant whether every applied step still holds."""
    from o365nb import investigate as steps
    from o365nb import response

    opened = steps.open_case(data, case)
    with steps.tenant_of(opened, _say, context.obj) as tenant:
        checks = response.verify(opened, tenant, steps.plan_of(opened))
    for line in response.check_lines(checks):
        typer.echo(terminal(line))
    if any(check.holds is False for check in checks):
        raise typer.Exit(1)


@respond.command("undo")
def respond_undo(
    context: typer.Context,
    step: Annotated[str, typer.Argument(help="The id of an applied step.")],
    case: CaseOption,
    data: DataOption = DATA,
) -> None:
    """Put back what one step changed, from the snapshot in its receipt."""
    from o365nb import investigate as steps
    from o365nb import response

    opened = steps.open_case(data, case)
    with steps.tenant_of(opened, _say, context.obj) as tenant:
        receipt = response.undo(opened, tenant, step)
    for line in response.receipt_lines([receipt]):
        typer.echo(terminal(line))


@practice.command("list")
def practice_list() -> None:
    """The stories that the practice tenant can play."""
    from o365nb.practice import stories

    for story in stories().values():
        typer.echo(f"{story.slug:<12} {story.id}  {story.title} ({story.subject})")


@practice.command("serve")
def practice_serve(
    story: Annotated[str, typer.Argument(help="A story: aitm, traveller.")],
    port: Annotated[int, typer.Option("--port", help="Port on 127.0.0.1.")] = 8443,
    state: Annotated[Path, typer.Option("--state", help="Folder that keeps the tenant's state.")] = Path(
        "data/practice-tenant"
    ),
) -> None:
    """Run the practice tenant in the foreground, to point other tools at. Ends with Ctrl-C."""
    from o365nb.practice import serve

    serve(story, port, state)


def _supported(option: str, given: str, only: str) -> None:
    if given != only:
        raise BadInput(f"{option} {given} is not there yet. This version knows {option} {only}.")


def _progress() -> Progress:
    return for_this_terminal()


def _say(message: str) -> None:
    typer.echo(terminal(message), err=True)


def _show_password(upn: str, password: str) -> None:
    """The one time a generated password is seen. It is stored nowhere: whoever runs this hands it over by phone."""
    typer.echo(f"New password for {one_line(upn)} (shown once, stored nowhere; give it by phone only):  {password}")


def _summary(found: Assessment, out: Path) -> None:
    verdict = found.verdict
    heavy = sum(finding.severity in ("high", "critical") for finding in found.findings)
    typer.echo(f"\nverdict   {verdict.verdict.value.replace('_', ' ').upper()}  (score {verdict.score:g})")
    for sentence in verdict.because[:4]:
        typer.echo(f"          {one_line(sentence)}")
    typer.echo(f"findings  {len(found.findings)}, of which {heavy} high or critical")
    typer.echo(f"plan      {len(found.plan.steps)} steps, id {found.plan.plan_id}; nothing was changed")
    typer.echo(f"coverage  {sum(not gap.outcome.seen for gap in found.coverage)} gaps in the ledger")
    typer.echo(f"results   {terminal(out)}")


def _coverage(case: Case) -> None:
    for entry in case.ledger.entries():
        counts = f"{entry.received:,} records" + (f", {entry.duplicates:,} duplicates" if entry.duplicates else "")
        reason = f" · {one_line(entry.reason)}" if entry.reason else ""
        typer.echo(f"{entry.outcome.value:<13} {one_line(entry.source):<26} {counts}{reason}")
    typer.echo(f"case      {terminal(case.root)}")


def _strict(strict: bool, found: Assessment) -> None:  # noqa: FBT001 - the option as it came
    if strict and any(not gap.outcome.seen for gap in found.coverage):
        raise typer.Exit(3)


def main() -> None:
    """Run the command line; an error is one line on stderr and an exit code. O365NB_DEBUG=1 shows the traceback."""
    try:
        app()
    except O365nbError as error:
        typer.echo(f"o365nb: {one_line(error)}", err=True)
        sys.exit(error.exit_code)
    except Exception as error:
        if os.environ.get("O365NB_DEBUG"):
            raise
        told = f"{type(error).__name__}: {one_line(error)}"
        typer.echo(f"o365nb: the tool failed ({told}). Run it again with O365NB_DEBUG=1 and report this.", err=True)
        sys.exit(O365nbError.exit_code)
