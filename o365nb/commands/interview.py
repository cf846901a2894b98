"""`o365nb questions`: the sheet for the phone call."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from o365nb.commands.options import DATA, REPORTS, DataOption, ReportsOption
from o365nb.errors import BadInput
from o365nb.safe import terminal


def questions(
    case: Annotated[
        str, typer.Option("--case", help="An analysed case: its devices, rules and places to ask about.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the sheet here: .md, or .html to print (default: the terminal).")
    ] = None,
    data: DataOption = DATA,
    reports: ReportsOption = REPORTS,
) -> None:
    """The interview as a sheet for the phone call; with a case, the question that would settle most comes first."""
    from o365nb.case.folder import checked_name, write_atomic
    from o365nb.report.dossier import Dossier
    from o365nb.report.questions import Sheet

    if out and out.suffix.lower() not in (".md", ".html", ".htm"):
        raise BadInput(f"{out}: a sheet is Markdown or HTML. Name it .md or .html.")
    sheet = Sheet(Dossier.open(checked_name(case), data, reports) if case else None)
    if out is None:
        typer.echo(terminal(sheet.markdown))
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(out, sheet.markdown if out.suffix.lower() == ".md" else sheet.html)
    typer.echo(f"sheet     {terminal(out)}")
