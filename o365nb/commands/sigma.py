"""`o365nb sigma`: published Sigma rules on a case."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from o365nb.commands.options import DATA, REPORTS, CaseOption, DataOption, ReportsOption
from o365nb.commands.told import told
from o365nb.progress import for_this_terminal
from o365nb.safe import one_line, terminal
from o365nb.text import plural

if TYPE_CHECKING:
    from o365nb.sigma import RuleAnswer, SigmaAnswer

_SHOWN = 3  # events of a rule that are named on the terminal; sigma.json has more


def sigma(
    rules: Annotated[Path, typer.Argument(help="A rule file, or a folder of them (.yml, .yaml).")],
    case: CaseOption,
    fields: Annotated[
        Path | None, typer.Option("--fields", help="Your own field map: replaces parts of the one that ships.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also name the rules that did not hit, each with its reason.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print sigma.json instead.")] = False,
    data: DataOption = DATA,
    reports: ReportsOption = REPORTS,
) -> None:
    """Run Sigma rules on a case's events; every rule gets an answer. The verdict of the case is not touched."""
    from o365nb import sigma as runner
    from o365nb.investigate import open_case

    opened = open_case(data, case)
    found = runner.run(opened, rules, runner.load_fields(fields), for_this_terminal())
    path = runner.save(found, Path(opened.info.out) if opened.info.out else reports / opened.info.name)
    if as_json:
        typer.echo(path.read_text("utf-8"), nl=False)
        return
    _show(found, every=every)
    typer.echo(f"\nwritten   {terminal(path)}")


def _show(found: SigmaAnswer, *, every: bool) -> None:
    from o365nb.sigma import Answer

    for rule in found.rules:
        if rule.answer in (Answer.HIT, Answer.NOISY):
            _hit(rule)
    if every:
        for rule in found.rules:
            if rule.answer not in (Answer.HIT, Answer.NOISY):
                told(WORDS[rule.answer.value].split()[0], f"{_name(rule)}: {rule.reason}")
                _notes(rule.notes)
    total = len(found.rules)
    told("rules", f"{plural(total, 'rule')} in {plural(found.files, 'file')}, over {plural(found.events, 'event')}")
    parts = [f"{amount:,} {WORDS[answer]}" for answer, amount in found.totals.items() if amount]
    told("", ", ".join(parts))
    told("able", f"{found.able:,} of {total:,} can fire on this case's data")
    if not every and total > found.totals["hit"] + found.totals["noisy"]:
        told("", "--all names the others, each with its reason")


WORDS = {
    "hit": "hit",
    "noisy": "noisy",
    "clear": "clear",
    "cannot_fire": "cannot fire",
    "dead": "dead as written",
    "not_supported": "not supported",
    "invalid": "invalid",
}


def _hit(rule: RuleAnswer) -> None:
    told(WORDS[rule.answer.value], f"{_name(rule)}: {plural(rule.hits, 'hit')}, {rule.by_subjects:,} of the subjects'")
    told("", rule.reason)
    shown = ", ".join(one_line(event) for event in rule.events[:_SHOWN])
    told("", f"{shown}{', ...' * (rule.hits > _SHOWN)}")
    _notes(rule.notes)


def _name(rule: RuleAnswer) -> str:
    level = f" [{rule.level}]" if rule.level else ""
    return f"{rule.title}{level} ({rule.file}:{rule.line})"


def _notes(notes: Sequence[str]) -> None:
    for note in notes:
        told("", note)
