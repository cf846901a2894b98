"""`o365nb doctor`, `verify`, `seal`, `signout`: is it all there, is it unchanged, can it be handed over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from o365nb.commands.options import DATA, DataOption, say
from o365nb.errors import BadInput
from o365nb.progress import for_this_terminal
from o365nb.safe import one_line, terminal


def doctor(
    context: typer.Context,
    tenant: Annotated[str, typer.Option("--tenant", help="Also sign in to this profile and say what it can do.")] = "",
    tried: Annotated[
        bool, typer.Option("--try", help="Also read a little of every source, not only look at the rights.")
    ] = False,
) -> None:
    """Say what is there and what is missing on this machine and, with --tenant, in a tenant."""
    from o365nb import doctor as checks

    for line in checks.machine():
        typer.echo(checks.flat(line))
    if tenant:
        found = checks.tenant(tenant, say, context.obj, tried=tried, progress=for_this_terminal())
        checks.show(found, typer.echo)


def verify(
    what: Annotated[str, typer.Argument(help="A case under --data, or an archive that `o365nb seal` made.")] = "",
    case: Annotated[str, typer.Option("--case", help="The same: a case under --data.")] = "",
    data: DataOption = DATA,
) -> None:
    """Prove that evidence is unchanged: both hash chains and every file's SHA-256, of a case or a sealed archive."""
    from o365nb import investigate as steps
    from o365nb.case import verify_archive

    if bool(what) == bool(case):
        raise BadInput("Name one case or archive: o365nb verify CASE, or o365nb verify ARCHIVE.zip.")
    archive = Path(what)
    lines = verify_archive(archive) if what and archive.is_file() else steps.open_case(data, what or case).verify()
    for line in lines:
        typer.echo(one_line(line))


def seal(
    case: Annotated[str, typer.Argument(help="A case under --data.")],
    out: Annotated[Path | None, typer.Option("--out", help="The archive (default: CASE.zip here).")] = None,
    data: DataOption = DATA,
) -> None:
    """Put a case into one archive with its hash list, to hand over. A case that does not verify is refused."""
    from o365nb import case as folder
    from o365nb import investigate as steps

    opened = steps.open_case(data, case)
    sealed = folder.seal(opened, out or Path(f"{opened.info.name}.zip"))
    typer.echo(f"sealed    {terminal(sealed.path)}: {sealed.files:,} files, {sealed.size:,} bytes")
    typer.echo(f"SHA-256   {sealed.sha256}")
    for name, chain in (("custody", opened.custody), ("receipts", opened.receipts)):
        typer.echo(f"{name:<10}{chain.proof()}")
    if opened.info.door == "practice":
        typer.echo("left out  state/: the practice tenant's own world is no evidence")
    typer.echo(f"next      write these down apart from it; o365nb verify {terminal(sealed.path)} proves it")


def signout(profile: Annotated[str, typer.Argument(help="A profile.")]) -> None:
    """Remove the tokens that a profile with `cache = true` keeps on this machine."""
    from o365nb.tenant import load_profile
    from o365nb.tenant.token_cache import sign_out

    typer.echo(one_line(sign_out(load_profile(profile))))
