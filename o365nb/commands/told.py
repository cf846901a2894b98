"""What a command tells at its end, in lines that fit the terminal; sentences go on below themselves."""

from __future__ import annotations

import re
import shutil
import textwrap
from typing import TYPE_CHECKING

import typer

from o365nb.safe import one_line, terminal
from o365nb.text import plural

if TYPE_CHECKING:
    from o365nb.case import Case
    from o365nb.case.ledger import Coverage
    from o365nb.model import Assessment

_LABEL = 10  # columns of the word that a line begins with
_LACKS = re.compile(r"The tenant lacks ([^.]{3,80})\.")
_WIDEST = 100  # longer lines are hard to read, however wide the terminal


def summary(opened: Case, found: Assessment) -> None:
    """The verdict with its reasons, and how much was found, planned and not seen."""
    verdict = found.verdict
    heavy = sum(finding.severity in ("high", "critical") for finding in found.findings)
    typer.echo(f"\nverdict   {verdict.verdict.value.replace('_', ' ').upper()}  (score {verdict.score:g})")
    for sentence in verdict.because[:4]:
        told("", sentence)
    told("findings", f"{len(found.findings)}, of which {heavy} high or critical")
    sent = sum(line.get("outcome") == "applied" for line in opened.receipts.entries())
    state = f"{plural(sent, 'change was', 'changes were')} made, see the receipts" if sent else "nothing was changed"
    told("plan", f"{plural(len(found.plan.steps), 'step')}, id {found.plan.plan_id}; {state}")
    told("coverage", f"{plural(sum(not gap.outcome.seen for gap in found.coverage), 'gap')} in the ledger")


def next_steps(opened: Case, found: Assessment) -> None:
    """What to type next: the response where there is a tenant to respond in, and the notebooks."""
    name = opened.info.name
    if found.plan.steps:
        by_hand = " (by hand: this case was made from files)" if opened.info.door == "export" else ""
        typer.echo(f"next      o365nb respond plan --case {name}{by_hand}")
    typer.echo(f"explore   o365nb lab --case {name}")


def coverage(case: Case) -> None:
    """The ledger in words: what was seen whole, then what was not and why, next to the prompt."""
    from o365nb.report.records import rank

    entries = sorted(case.ledger.entries(), key=lambda entry: (rank(entry.source), entry.subject, entry.file))
    subjects = {entry.subject for entry in entries if entry.subject}
    gaps = [entry for entry in entries if not entry.outcome.seen]
    seen = [entry for entry in entries if entry.outcome.seen]
    for title, lines in (("seen whole", seen), ("not seen whole", gaps)):
        if lines:
            typer.echo(f"\n{title}: {plural(len(lines), 'line')} of {len(entries):,}")
        for entry in lines:
            _line(entry, several=len(subjects) > 1)
    typer.echo("")
    typer.echo(f"coverage  {plural(len(gaps), 'gap')} in the ledger")
    typer.echo(f"case      {terminal(case.root)}")


def _line(entry: Coverage, *, several: bool) -> None:
    from o365nb.report.words import OUTCOMES, source_name

    received = plural(entry.received, "record")
    twice = f", {plural(entry.duplicates, 'duplicate')}" if entry.duplicates else ""
    outcome = "nothing there" if entry.outcome.value == "empty" else OUTCOMES[entry.outcome][0]
    parts = [received + twice] if entry.outcome.value == "complete" else [outcome]
    parts += [received + twice] if entry.outcome.value != "complete" and entry.received else []
    if several and entry.subject:
        parts.insert(0, entry.subject)
    lacking = _LACKS.search(entry.reason)  # the rest of a refusal is for technicians: the report has it
    reason = f"needs {lacking[1]}" if lacking else entry.reason
    parts += [part for part in (entry.file, reason) if part]
    typer.echo(_wrapped(f"  {source_name(entry.source)}: {' · '.join(parts)}", "", "    "))


def told(label: str, sentence: str) -> None:
    """A line that begins with a word, or goes on below the last one."""
    typer.echo(_wrapped(sentence, f"{label:<{_LABEL}}", " " * _LABEL))


def _wrapped(text: str, first: str, rest: str) -> str:
    """Safe text in lines of the terminal's width. An address or an id is never cut."""
    width = min(max(shutil.get_terminal_size((80, 24)).columns, 40), _WIDEST)
    indent = text[: len(text) - len(text.lstrip())]
    lines = textwrap.wrap(
        one_line(text), width, initial_indent=first or indent, subsequent_indent=rest,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return "\n".join(lines)
