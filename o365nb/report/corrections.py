"""The analyst's corrections: what was said, and what it changed; one more from a notebook, and the analysis again."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from o365nb.analysis.corrections import FILE, Correction, checked, load, parse, with_added
from o365nb.case.folder import write_atomic
from o365nb.report.dossier import Dossier
from o365nb.report.markup import Column, Table, View, sheet
from o365nb.text import plural

_COLUMNS = (
    Column("place", "Line"),
    Column("claim", "What was said", "strong"),
    Column("by", "By"),
    Column("on", "On"),
    Column("note", "Why"),
    Column("events", "Events that rest on it", "number"),
    Column("objects", "Objects that rest on it", "number"),
)
_EMPTY = "Nobody corrected anything: whose each event was is what the evidence says."


def corrections(of: Dossier) -> View:
    """Every correction, who made it, and how much follows from it."""
    said = load(of.case.root / FILE)
    counted = Counter(one for label in of.found.attributions for one in _cited(label.because, said))
    objects = Counter(one for item in of.found.persistence for one in _cited(item.because, said))
    rows = [
        {
            "place": one.line, "claim": one.claim, "by": one.by, "on": one.on, "note": one.note,
            "events": counted[one], "objects": objects[one],
        }
        for one in said
    ]  # fmt: skip
    lead = f"{plural(len(rows), 'correction')} by people who know the case. Every reason that rests on one names it."
    new = [one for one in said if not counted[one] and not objects[one]]
    warning = (
        f"Of {plural(len(said), 'correction')}, {len(new)} changed nothing in these results: either nothing in the case"
        f" is what they name, or they are newer than the last analysis (o365nb analyse --case {of.case.info.name})."
        if new
        else ""
    )
    table = Table("Corrections by the analyst", _COLUMNS, rows, _EMPTY, name="corrections")
    return sheet(of.clock, rows, lead if rows else _EMPTY, table, lead=[lead] if rows else [], warning=warning)


def _cited(because: str, said: tuple[Correction, ...]) -> list[Correction]:
    """The corrections that a reason names."""
    if FILE not in because:
        return []
    return [one for one in said if f"({one.place})" in because]


def correct(of: Dossier, what: str, value: str, whose: str, by: str, note: str = "", account: str = "") -> View:
    """Add one line to the case's corrections. Raises BadInput for what it cannot say, before anything is written."""
    path = of.case.root / FILE
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    row = {"what": what, "value": value, "whose": whose, "by": by, "on": today, "account": account, "note": note}
    text = with_added(path.read_text("utf-8-sig") if path.is_file() else "", checked(row))
    parse(text, path)
    write_atomic(path, text)
    return corrections(of)


def analysed_again(of: Dossier) -> Dossier:
    """The case judged anew with its corrections and answers; its results are replaced."""
    from o365nb import investigate
    from o365nb.report.bars import progress_here

    if Path(of.case.info.out).resolve() != of.results.resolve():
        of.case.update(out=str(of.results))
    investigate.analyse(of.case, progress_here())
    return Dossier(of.case, of.results)
