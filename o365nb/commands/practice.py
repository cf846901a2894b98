"""`o365nb practice`: the stories, and the practice tenant in the foreground."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The practice tenant: train and test without a customer.")


@app.command("list")
def practice_list() -> None:
    """The stories that the practice tenant can play."""
    from o365nb.practice import stories

    for story in stories().values():
        typer.echo(f"{story.slug:<12} {story.id}  {story.title} ({story.subject})")


@app.command("serve")
def practice_serve(
    story: Annotated[str, typer.Argument(help="A story: aitm, traveller.")],
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on 127.0.0.1; 0: any.")] = 8443,
    state: Annotated[Path, typer.Option("--state", help="Folder that keeps the tenant's state.")] = Path(
        "data/practice-tenant"
    ),
) -> None:
    """Run the practice tenant in the foreground, to point other tools at. Ends with Ctrl-C."""
    from o365nb.practice import serve

    serve(story, port, state)
