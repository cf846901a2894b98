"""What came in, when, how complete: the evidence by source and by file, as a table and as a picture."""

from __future__ import annotations

from typing import Any

from o365nb.analysis.ask_for import asks
from o365nb.analysis.blind_spots import never_shown_by
from o365nb.intake.overview import FileLine, Overview, SourceLine
from o365nb.model import Outcome, plain
from o365nb.report.dossier import Dossier
from o365nb.report.figures import Drawn
from o365nb.report.markup import Column, Table, View
from o365nb.report.strips import name_of, strips
from o365nb.report.words import OUTCOMES
from o365nb.text import plural

_MARKS = 120  # of the picture
_FIGURES = (
    Column("rows", "Rows", "number"),
    Column("kept", "Events or objects", "number"),
    Column("duplicates", "Duplicates", "number"),
    Column("damaged", "Damaged", "number"),
    Column("period", "Period"),
)


def evidence(of: Dossier) -> View:
    """By source what came in; why some of it is not whole; what to ask for next; what it can never show; each file."""
    found = of.overview()
    rows = [_source(of, found, line) for line in found.sources]
    columns = (Column("source", "Source", "strong"), Column("state", "Seen", "pill"), *_FIGURES)
    empty = "Cannot tell: no evidence is in the case."
    tables = [Table("What came in, by source", columns, rows, empty), *files(of, found)]
    groups = [
        (
            "Not whole",
            [(name_of(found, line), _sentence(cause)) for line in found.sources for cause in line.causes[:3]],
        ),
        ("To mind", [("what was given", said) for said in found.noted]),
        ("Refused", [(name, reason) for name, reason in found.refused]),
        ("To ask for next", [(ask.what, ask.how) for ask in asks(of.found.coverage, of.subjects)]),
    ]
    never = list(never_shown_by(of.found.coverage))
    lead = totals(found)
    return View(
        "arrivals", of.clock, [plain(line) for line in found.sources], lead,
        lead=lead, tables=tables, groups=[(title, said) for title, said in groups if said], never=never,
    )  # fmt: skip


def picture(of: Dossier) -> Drawn:
    """Sources by time: a strip for each log, its holes marked, the case's window framed."""
    found = of.overview(_MARKS)
    holes = sum(len(line.holes) for line in found.logs)
    note = "No log to show: nothing in the evidence has a time."
    if found.logs:
        note = (
            "A row for each log, from pale (few records) to full colour (many); pale cells are silent, and where there"
            " is no cell no file reaches. The frame is the case's window."
        )
        note += (
            f" {plural(holes, 'hole')} marked with a cross: hours that usually have records and have none."
            if holes
            else " No hole was found in the hours that usually have records."
        )
        note += " The axis is UTC."
    rows = [plain(line) for line in found.logs]
    return Drawn(of.clock, rows, f"{totals(found)} {note}", strips(found, of.clock), note)


def totals(found: Overview) -> str:
    """The whole of it in a sentence."""
    if not found.files:
        return "No evidence is in the case."
    parts = [f"{found.kept:,} events and objects", plural(found.duplicates, "duplicate")]
    parts += [f"{found.lost:,} that could not be read"] if found.lost else []
    refused = f" {plural(len(found.refused), 'file')} could not be used." if found.refused else ""
    return f"{plural(len(found.files), 'file')}, {plural(found.rows, 'row')}: {', '.join(parts)}.{refused}"


def files(of: Dossier, found: Overview | None = None) -> list[Table]:
    """What each exported file holds; nothing for what was collected live, page by page."""
    lines = (found or of.overview()).files if of.case.info.door == "export" else ()
    if not lines:
        return []
    columns = (Column("file", "File", "titled"), Column("state", "Seen", "pill"), *_FIGURES)
    rows = [_file(of, line) for line in lines]
    fold = f"What each of {plural(len(rows), 'file')} holds" if len(rows) > 8 else ""
    return [Table("What each file holds", columns, rows, "", fold)]


def _sentence(cause: str) -> str:
    return f"{cause[:1].upper()}{cause[1:]}".rstrip(".") + "."


def _source(of: Dossier, found: Overview, line: SourceLine) -> dict[str, Any]:
    return {**_figures(of, line), "source": name_of(found, line)}


def _file(of: Dossier, line: FileLine) -> dict[str, Any]:
    return {**_figures(of, line), "file": {"title": line.name, "text": line.title, "codes": ()}}


def _figures(of: Dossier, line: FileLine | SourceLine) -> dict[str, Any]:
    word, tone, sign = OUTCOMES[line.outcome]
    period = "as it stood" if line.rows else ""
    if line.first and line.last:
        period = f"{of.clock.when(line.first)} to {of.clock.when(line.last)}"
    return {
        "state": {"text": word, "tone": tone, "sign": sign, "note": "", "rank": list(Outcome).index(line.outcome)},
        "period": period,
        **{name: getattr(line, name) for name in ("rows", "kept", "duplicates", "damaged")},
    }
