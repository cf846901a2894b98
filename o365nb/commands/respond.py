"""`o365nb respond`: plan, approve, apply, verify, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from o365nb.commands.options import DATA, CaseOption, DataOption, say
from o365nb.errors import BadInput
from o365nb.safe import one_line, terminal

if TYPE_CHECKING:
    from o365nb.case import Case
    from o365nb.model import Plan
    from o365nb.response import Receipt

#: Outcomes of a step that is not as it should be.
_WRONG = ("failed", "refused", "unverified")
OperatorOption = Annotated[str, typer.Option("--operator", help="Who does this; goes into the receipts.")]

app = typer.Typer(help="Plan, approve, apply, verify and undo the response. Nothing changes without --approve.")


@app.command("plan")
def respond_plan(
    context: typer.Context,
    case: CaseOption,
    now: Annotated[
        bool, typer.Option("--now", help="Also read from the tenant how each target stands at this moment.")
    ] = False,
    data: DataOption = DATA,
) -> None:
    """Show the plan: every step with its reason and the exact request. Changes nothing."""
    from o365nb import investigate as steps

    opened = steps.open_case(data, case)
    plan = steps.plan_of(opened)
    _show_plan(context, opened, plan, now=now)
    if opened.info.door == "export":
        typer.echo(
            "\nNothing was changed. A case made from files has no tenant to change: do the steps by their commands."
        )
        return
    typer.echo(f"\nNothing was changed. To apply:  o365nb respond apply --case {case} --approve {plan.plan_id}")


def _show_plan(context: typer.Context, opened: Case, plan: Plan, *, now: bool) -> None:
    from o365nb import response
    from o365nb.doors import tenant_of

    if now:
        with tenant_of(opened, say, context.obj) as tenant:
            lines = response.preview(plan, opened, tenant)
    else:
        lines = response.preview(plan, by_hand=opened.info.door == "export")
    for line in lines:
        typer.echo(terminal(line))


@app.command("apply")
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
    typed: Annotated[
        list[str] | None,
        typer.Option("--type", help="STEP=WORD: the word that a step without a way back asks for; may be repeated."),
    ] = None,
    operator: OperatorOption = "",
    data: DataOption = DATA,
) -> None:
    """Apply an approved plan; without --approve this is a dry run."""
    from o365nb import investigate as steps
    from o365nb import response

    if not approve:
        respond_plan(context, case, data=data)
        return
    opened = steps.open_case(data, case)
    plan = steps.plan_of(opened)
    response.require_approval(plan, approve)
    words = _words(typed or [])
    with steps.tenant_of(opened, say, context.obj, to_change=True) as tenant:
        receipts = response.apply(
            opened,
            tenant,
            plan,
            approve,
            step,
            on_password=_show_password,
            devices_checked=devices_checked,
            confirmed=confirmed or (),
            typed=words,
            operator=operator,
        )
    for line in response.receipt_lines(receipts):
        typer.echo(terminal(line))
    hands = [item for item in plan.steps if not item.automatic and not step]
    if hands:
        typer.echo(f"by hand   {', '.join(item.id for item in hands)}: see `o365nb respond plan --case {case}`")
    typer.echo(f"next      o365nb respond verify --case {case}, then o365nb report --case {case}")
    if any(receipt.outcome in _WRONG for receipt in receipts):
        raise typer.Exit(1)


@app.command("verify")
def respond_verify(
    context: typer.Context,
    case: CaseOption,
    data: DataOption = DATA,
    watch: Annotated[
        bool, typer.Option("--watch", help="Also look at what happened since: after an hour, a day and a week.")
    ] = False,
) -> None:
    """Read back from the tenant whether every applied step still holds; repeatable at any time."""
    from o365nb import investigate as steps
    from o365nb import response

    opened = steps.open_case(data, case)
    if watch:
        _watch(context, opened)
        return
    with steps.tenant_of(opened, say, context.obj, to_change=True) as tenant:
        checks = response.verify(opened, tenant, steps.plan_of(opened), patient=True)
    for line in response.check_lines(checks):
        typer.echo(terminal(line))
    if any(check.holds is False for check in checks):
        raise typer.Exit(1)


def _watch(context: typer.Context, opened: Case) -> None:
    from o365nb.doors import tenant_of
    from o365nb.progress import Progress
    from o365nb.watch import look_again, round_lines

    with tenant_of(opened, say, context.obj) as tenant:
        made = look_again(opened, tenant, Progress())
    for line in round_lines(made):
        typer.echo(terminal(line))
    if made.broken:
        raise typer.Exit(1)


@app.command("sheet")
def respond_sheet(case: CaseOption, data: DataOption = DATA) -> None:
    """Print a sheet for the user of each device that nobody looks after: what to check, in order."""
    from o365nb import investigate as steps
    from o365nb import response

    lines = response.device_sheets(steps.plan_of(steps.open_case(data, case)))
    none = "No sheet is needed: Intune or Defender looks after every device that the evidence names."
    for line in lines or [none]:
        typer.echo(terminal(line))


@app.command("undo")
def respond_undo(
    context: typer.Context,
    step: Annotated[str, typer.Argument(help="The id of an applied step.")],
    case: CaseOption,
    approve: Annotated[str, typer.Option("--approve", help="The plan id under which the step was applied.")] = "",
    typed: Annotated[
        list[str] | None, typer.Option("--type", help="STEP=ACCOUNT: to let a blocked account in again.")
    ] = None,
    operator: OperatorOption = "",
    data: DataOption = DATA,
) -> None:
    """Put back what one step changed, from the snapshot in its receipt; without --approve this is a dry run."""
    from o365nb import investigate as steps
    from o365nb import response

    opened = steps.open_case(data, case)
    stands = response.standing_step(opened, step)
    if not approve:
        _show_undo(response.undo_preview(opened, step), case, step, stands)
        return
    if approve != stands.plan_id:
        raise BadInput(f"{step} was applied under plan {stands.plan_id}, not {one_line(approve)}. Nothing was sent.")
    if response.reopens(stands) and _words(typed or []).get(stands.step_id) != stands.target:
        wanted = f"--type {stands.step_id}={stands.target}"
        raise BadInput(f"This lets {one_line(stands.target)} sign in again, past the gate. Confirm it with {wanted}.")
    with steps.tenant_of(opened, say, context.obj, to_change=True) as tenant:
        receipt = response.undo(opened, tenant, step, operator=operator)
    for line in response.receipt_lines([receipt]):
        typer.echo(terminal(line))
    if receipt.outcome in _WRONG:
        raise typer.Exit(1)


def _show_undo(lines: list[str], case: str, step: str, stands: Receipt) -> None:
    for line in lines:
        typer.echo(terminal(line))
    if stands.reversible:
        do = f"o365nb respond undo {step} --case {case} --approve {stands.plan_id}"
        typer.echo(f"\nNothing was changed. To put it back:  {terminal(do)}")


def _words(typed: list[str]) -> dict[str, str]:
    """What was typed to confirm a step, by step. Raises BadInput for what names none."""
    words = {}
    for text in typed:
        step, equals, word = text.partition("=")
        if not (step and equals and word):
            raise BadInput(f"--type {one_line(text)!r} is not STEP=WORD. The plan says which word a step asks for.")
        words[step] = word
    return words


def _show_password(upn: str, password: str) -> None:
    """The one time a generated password is seen. It is stored nowhere: whoever runs this hands it over by phone."""
    typer.echo(f"New password for {one_line(upn)} (shown once, stored nowhere; give it by phone only):  {password}")
