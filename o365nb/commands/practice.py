"""`o365nb practice`: the stories, and the practice tenant in the foreground."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from o365nb.errors import BadInput

app = typer.Typer(help="The practice tenant: train and test without a customer.")


@app.command("list")
def practice_list(
    varied: Annotated[bool, typer.Option("--variations", help="What every story can be varied by.")] = False,
) -> None:
    """The stories that the practice tenant can play. STORY.VARIATION plays one otherwise: `aitm.other-hours`."""
    from o365nb.practice import stories
    from o365nb.practice.variations import variations

    if varied:
        for one in variations().values():
            typer.echo(f".{one.name:<20}  {one.title}")
        return
    known = stories()
    width = max(map(len, known))
    for story in known.values():
        typer.echo(f"{story.slug:<{width}}  {story.id}  {story.title} ({story.subject})")


@app.command("serve")
def practice_serve(
    story: Annotated[str, typer.Argument(help="A story, by name or id: see `o365nb practice list`.")],
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on 127.0.0.1; 0: any.")] = 8443,
    state: Annotated[Path, typer.Option("--state", help="Folder that keeps the tenant's state.")] = Path(
        "data/practice-tenant"
    ),
    limits: Annotated[
        str, typer.Option("--limits", help="Quotas: off, real, or a number that every window is multiplied by.")
    ] = "off",
    faults: Annotated[float, typer.Option("--faults", help="Share of requests that fail at random, such as 0.05.")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same faults.")] = 1,
    latency: Annotated[
        float, typer.Option("--latency", help="Take as long to answer as the services do, times this; 0: at once.")
    ] = 0,
    write_delay: Annotated[
        float, typer.Option("--write-delay", help="Seconds until a change shows in what is read.")
    ] = 0,
    page_life: Annotated[
        float, typer.Option("--page-life", help="Seconds that the link to the next page is good for; 0: for ever.")
    ] = 0,
) -> None:
    """Run the practice tenant in the foreground, to point other tools at. Ends with Ctrl-C."""
    from o365nb.practice import Chaos, Conditions, PageLife, serve

    wanted = Conditions(
        limits=_limits(limits),
        chaos=Chaos(seed, faults) if faults else None,
        latency=latency,
        write_delay=write_delay,
        page_life=PageLife(seconds=page_life) if page_life else None,
    )
    serve(story, port, state, wanted)


def _limits(said: str) -> float | None:
    """What the quotas' windows are multiplied by; None for no quotas. Raises BadInput."""
    try:
        return {"off": None, "real": 1.0}[said] if said in ("off", "real") else float(said)
    except ValueError:
        raise BadInput(f"--limits is off, real or a number such as 0.01, not {said!r}.") from None
