"""Options that several commands take, under one name and one help each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from o365nb.safe import terminal

DataOption = Annotated[Path, typer.Option("--data", help="Where case folders live.", envvar="O365NB_DATA")]
ReportsOption = Annotated[
    Path, typer.Option("--reports", help="Where reports of new cases go.", envvar="O365NB_REPORTS")
]
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
CorrectionsOption = Annotated[
    Path | None, typer.Option("--corrections", help="corrections.csv: what you know to be whose.")
]
ColumnsOption = Annotated[
    Path | None, typer.Option("--columns", help="A column map, for files of a shape that is not known (columns.yaml).")
]
MmdbOption = Annotated[
    list[Path] | None,
    typer.Option("--mmdb", help="A database of addresses (GeoLite2, DB-IP, IPinfo: .mmdb); may be repeated."),
]
EngineOption = Annotated[
    str,
    typer.Option("--engine", help="duckdb, spark (this machine) or spark://host:port: where the questions are asked."),
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Exit 3 when the ledger has gaps.")]
DATA, REPORTS = Path("data"), Path("reports")


def say(message: str) -> None:
    """A line for the person, on stderr, apart from the results."""
    typer.echo(terminal(message), err=True)
