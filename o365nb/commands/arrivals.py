"""What came in, when, how complete: the evidence of a case at the end of a command, in lines that fit the terminal."""

from __future__ import annotations

import math
import shutil
import sys
from typing import TYPE_CHECKING

import typer

from o365nb.commands.told import told
from o365nb.safe import one_line
from o365nb.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from o365nb.analysis.ask_for import Ask
    from o365nb.case import Case
    from o365nb.intake.overview import Overview, SourceLine
    from o365nb.model import Gap, Window

#: Levels of a strip, then: silent, hole, not reached by any file.
_BLOCKS, _PLAIN = "▁▂▃▄▅▆▇█·× ", ".:-=+*#@_x "
_SILENT, _HOLE, _BEYOND = -3, -2, -1
_COLUMNS = 80
_NAME = 36
_SAID = 5  # of a kind; the rest is counted, and told in the report


def evidence(case: Case) -> None:
    """The whole overview: a block for each source, then what is wrong, what is missing and what to ask for."""
    from o365nb.analysis.ask_for import asks
    from o365nb.analysis.gaps import gaps
    from o365nb.intake.overview import overview

    drawn = sys.stdout.isatty()
    found, lines = overview(case, _width() - 4), gaps(case.ledger, case.info.subjects)
    _totals(found)
    window = found.window
    told("window", f"{window.start:%Y-%m-%d %H:%M} to {window.end:%Y-%m-%d %H:%M} UTC")
    typer.echo("")
    _sources(found, drawn=drawn)
    _state(found)
    _wrong(found)
    _wanted(asks(lines, case.info.subjects))
    _never(lines)
    told("case", str(case.root))


def brief(case: Case) -> None:
    """The overview in a few lines, for the end of an investigation."""
    from o365nb.intake.overview import overview

    found = overview(case)
    _totals(found)
    holes = [(line, hole) for line in found.logs for hole in line.holes]
    for line, hole in holes[:2]:
        told("", f"{_called(found, line)}: no event from {_stretch(hole)}")
    if len(holes) > 2:
        told("", f"and {plural(len(holes) - 2, 'more hole')} in the logs")
    _noted(found)
    if found.refused:
        told("refused", f"{plural(len(found.refused), 'file')}: {', '.join(name for name, _ in found.refused[:3])}")


def _totals(found: Overview) -> None:
    forms = len({file.shape for file in found.files})
    parts = [f"{found.kept:,} events and objects"]
    parts += [f"{found.duplicates:,} told twice"] if found.duplicates else []
    parts += [f"{found.lost:,} that cannot be read"] if found.lost else []
    files = f"{plural(len(found.files), 'file')} of {plural(forms, 'form')}"
    refused = f"; {plural(len(found.refused), 'file')} refused" if found.refused else ""
    told("evidence", f"{files}, {plural(found.rows, 'row')}: {', '.join(parts)}{refused}")


def _sources(found: Overview, *, drawn: bool) -> None:
    """A line of figures for each log; its strip and its span below it. Without a terminal one line says both."""
    if not found.logs:
        return
    if drawn:
        typer.echo(f"{'':{_NAME}}{'rows':>11}{'events':>11}{'twice':>10}{'damaged':>9}")
    for line in found.logs:
        name = one_line(_called(found, line))
        figures = f"{line.rows:>11,}{line.kept:>11,}{line.duplicates:>10,}{line.damaged:>9,}"
        if not drawn:
            told("log", f"{name}: {line.rows:,} rows, {line.kept:,} events, {line.duplicates:,} duplicates,"
                     f" {line.damaged:,} damaged, {_span(line)} UTC, {_outcome(line)}")  # fmt: skip
            continue
        typer.echo(f"{_fit(name, _NAME - 1):{_NAME}}{figures}")
        drawing, span = strip(found, line), f"{_span(line)}  {_outcome(line)}"
        beside = f"  {drawing:{found.marks}}  {span}"
        typer.echo(beside if len(beside) <= _width() else f"  {drawing}\n  {span}")
    if drawn:
        marks = _alphabet()
        step = found.step.total_seconds() / 3600
        length = f"{step:g} hour{'s' * (step > 1)}" if step < 24 else f"{step / 24:g} day{'s' * (step > 24)}"
        typer.echo(
            f"  one mark: {length}. {marks[0]} few {marks[7]} many {marks[8]} none {marks[9]} hole; blank: no file"
        )
    typer.echo("")


def _state(found: Overview) -> None:
    """Lists of how things stand, in one paragraph."""
    if found.state:
        told("as it is", ", ".join(f"{_name(line.source)} {line.rows:,}" for line in found.state))


def _wrong(found: Overview) -> None:
    """Why logs are not whole, files that hold nothing or are damaged, files that were refused."""
    causes = list(dict.fromkeys((_name(one.source), cause) for one in found.sources for cause in one.causes))
    for number, (name, cause) in enumerate(causes[:_SAID]):
        told("not whole" if not number else "", f"{name}: {cause}")
    if len(causes) > _SAID:
        told("", f"and {plural(len(causes) - _SAID, 'more reason')} in the report")
    quiet = [(line, hole) for line in found.logs if line.outcome.seen for hole in line.holes]
    for number, (line, hole) in enumerate(quiet[:_SAID]):
        told("silent" if not number else "", f"{_called(found, line)}: {_stretch(hole)}; leave may explain it")
    empty = [file.name for file in found.files if not file.rows]
    if empty:
        more = f" and {plural(len(empty) - _SAID, 'more file')}" if len(empty) > _SAID else ""
        told("empty", f"{', '.join(empty[:_SAID])}{more}: a known form without a record")
    _noted(found)
    for number, (name, reason) in enumerate(found.refused[:_SAID]):
        told("refused" if not number else "", f"{name}: {reason}")
    if len(found.refused) > _SAID:
        told("", f"and {plural(len(found.refused) - _SAID, 'more file')}, each with its reason in the report")


def _noted(found: Overview) -> None:
    for number, said in enumerate(found.noted):
        told("mind" if not number else "", said)


def _never(lines: Sequence[Gap]) -> None:
    from o365nb.analysis.blind_spots import never_shown_by

    sentences = list(never_shown_by(lines))
    for number, sentence in enumerate(sentences[:3]):
        told("never" if not number else "", sentence)
    if len(sentences) > 3:
        told("", f"and {plural(len(sentences) - 3, 'more thing')} that these exports cannot show: see the report")


def _wanted(wanted: Sequence[Ask]) -> None:
    """What to ask the customer for next: the weightiest with the way to it, the others by name."""
    for number, ask in enumerate(wanted[:_SAID], 1):
        told("ask for" if number == 1 else "", f"{number}. {ask.what}: {ask.how}")
    if len(wanted) > _SAID:
        told("", f"and, as notebook 00_start_here says how: {', '.join(ask.what for ask in wanted[_SAID:])}")


def strip(found: Overview, line: SourceLine) -> str:
    """Records over time, one letter per mark; heights grow with the square root, so that a quiet day is still seen."""
    alphabet, most = _alphabet(), max(line.marks, default=0)
    holes = {mark for hole in line.holes for mark in range(found.mark(hole.start), found.mark(hole.end) + 1)}
    drawn = []
    for mark, (records, reached) in enumerate(zip(line.marks, line.reached, strict=True)):
        if records:
            drawn.append(alphabet[max(math.ceil(8 * math.sqrt(records / most)) - 1, 0)])
        else:
            drawn.append(alphabet[_HOLE if mark in holes else _SILENT if reached else _BEYOND])
    return "".join(drawn).rstrip()


def _alphabet() -> str:
    """Blocks where the terminal has them."""
    try:
        _BLOCKS.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return _PLAIN
    return _BLOCKS


def _width() -> int:
    return min(max(shutil.get_terminal_size((_COLUMNS, 24)).columns, 40), _COLUMNS)


def _fit(name: str, width: int) -> str:
    return name if len(name) <= width else f"{name[: width - 3]}..."


def _called(found: Overview, line: SourceLine) -> str:
    """A source by its name, and whose it is where that is not clear."""
    several = sum(other.source == line.source for other in found.sources) > 1
    return f"{_name(line.source)} of {line.person or 'others'}" if several else _name(line.source)


def _name(source: str) -> str:
    from o365nb.report.words import source_name

    return source_name(source)


def _outcome(line: SourceLine) -> str:
    from o365nb.report.words import OUTCOMES

    return OUTCOMES[line.outcome][0]


def _span(line: SourceLine) -> str:
    first, last = line.first, line.last
    if not first or not last:
        return ""
    until = "%m-%d %H:%M" if first.year == last.year else "%Y-%m-%d %H:%M"
    return f"{first:%Y-%m-%d %H:%M} to {last.strftime(until)}"


def _stretch(hole: Window) -> str:
    same = hole.start.date() == hole.end.date()
    until = f"{hole.end:%H:%M}" if same else f"{hole.end:%Y-%m-%d %H:%M}"
    return f"{hole.start:%Y-%m-%d %H:%M} to {until} UTC"
