"""`o365nb columns`: a first column map for a file that nobody recognises."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from o365nb.commands.options import say
from o365nb.errors import BadEvidence, BadInput
from o365nb.safe import terminal


def columns(
    file: Annotated[Path, typer.Argument(help="A file of the export: CSV, or JSON with one object per record.")],
    kind: Annotated[str, typer.Option("--kind", help="The kind of record, where the guess is wrong.")] = "",
) -> None:
    """Print a column map for a file of an unknown shape, to check, edit and give as --columns."""
    from o365nb.intake.columns_draft import draft
    from o365nb.intake.columns_fields import kinds
    from o365nb.intake.recognition import recognise

    if kind and kind not in kinds():
        raise BadInput(f"--kind {kind} is no kind of record. There are {', '.join(kinds())}.")
    if not file.is_file():
        raise BadInput(f"{file}: no such file. Name one file of the export.")
    data = file.read_bytes()
    with suppress(BadEvidence):  # the usual case: nobody knows it
        say(f"The file is known: {recognise(file, data)[0].title}. A map is only needed to read it otherwise.")
    typer.echo(terminal(draft(file, data, kind)), nl=False)
