"""The results as one Excel workbook: findings and annexes, a sheet each, for people who sort and filter.

Every value is text, a number or a time, never a formula, whatever an attacker named it. Equal results give equal bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from o365nb.case.stix import defang
from o365nb.model import Assessment, Cause, Exposure, Finding, Gap, Indicator, OtherVictim, Persistence, Recipient, Step

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell

#: The most rows of a sheet; the CSV file beside it holds the rest, and the last row says so.
MOST_ROWS = 50_000
#: Excel takes no longer text in a cell.
_LONGEST = 32_767
#: What XML 1.0 cannot hold, and what turns a line's direction.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_SAVED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_WIDE = {
    "title": 60,
    "because": 70,
    "description": 60,
    "reason": 60,
    "summary": 60,
    "why": 50,
    "item": 50,
    "target": 40,
}
_SHEETS: tuple[tuple[str, type[Any], str], ...] = (
    ("Findings", Finding, "findings.json"),
    ("Persistence", Persistence, "persistence.json"),
    ("Exposure", Exposure, "exposure.csv"),
    ("Recipients", Recipient, "recipients.csv"),
    ("Other victims", OtherVictim, "other_victims.csv"),
    ("Plan", Step, "plan.json"),
    ("Coverage", Gap, "coverage.json"),
    ("Indicators", Indicator, "iocs.csv"),
)


def workbook(found: Assessment) -> bytes:
    """The workbook as a file's content. Indicators are defanged, as in `iocs.csv`."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = "o365nb"
    marks = [Indicator(one.kind, defang(one.value), one.first, one.last, one.why) for one in found.indicators]
    rows: dict[str, Sequence[Any]] = {
        "Findings": found.findings, "Persistence": found.persistence, "Exposure": found.exposure,
        "Recipients": found.recipients, "Other victims": found.other_victims, "Plan": found.plan.steps,
        "Coverage": found.coverage, "Indicators": marks,
    }  # fmt: skip
    _sheet(book, "Verdict", ("what", "says"), _verdict(found))
    for title, kind, file in _SHEETS:
        columns = tuple(field.name for field in fields(kind))
        told: list[tuple[Any, ...]] = [tuple(getattr(row, name) for name in columns) for row in rows[title][:MOST_ROWS]]
        if len(rows[title]) > MOST_ROWS:
            told.append((f"{len(rows[title]) - MOST_ROWS:,} more rows: see {file}",))
        _sheet(book, title, columns, told)
    out = io.BytesIO()
    book.save(out)
    return _steady(out.getvalue())


def _verdict(found: Assessment) -> Iterable[tuple[Any, ...]]:
    verdict = found.verdict
    yield "verdict", verdict.verdict
    yield "score", verdict.score
    yield "accounts", verdict.subjects
    yield "first act of the attacker (UTC)", verdict.first_attacker_event
    yield "last act of the attacker (UTC)", verdict.last_attacker_event
    yield "root cause", _way_in(found.cause)
    yield "plan", found.plan.plan_id
    for reason in verdict.because:
        yield "because", reason


def _way_in(cause: Cause) -> str:
    """The likeliest explanation; where nothing speaks for it, that its figure is only what is usual elsewhere."""
    top = next((one for one in cause.hypotheses if one.id == cause.top), None)
    if top and not top.supporting:
        return f"not determined: nothing speaks for any particular way in ({cause.top} is the most usual elsewhere)"
    return f"{cause.top}{', determined' if cause.determined else ', not determined'}"


def _sheet(book: Workbook, title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, name in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDE.get(name, 22)
    head = [_cell(sheet, name.replace("_", " ")) for name in columns]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    count = 1
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count}"


def _cell(sheet: Any, value: Any) -> Cell:
    """One cell. Text is marked as text, so that "=..." stays what somebody called a rule."""
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, datetime):
        return WriteOnlyCell(sheet, value.astimezone(UTC).replace(tzinfo=None))  # Excel knows no zones: it is UTC
    if value is None or isinstance(value, (bool, int, float)):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, _text(value))
    cell.data_type = "s"
    return cell


def _text(value: Any) -> str:
    if isinstance(value, dict):
        value = [f"{key}: {item}" for key, item in value.items()]
    text = "; ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    shown = _UNFIT.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 20]} … {len(shown):,} letters"


def _steady(content: bytes) -> bytes:
    """The same archive without the times at which its parts were written."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as again:
        for name in sorted(made.namelist()):
            part = made.read(name)
            if name == "docProps/core.xml":  # the library writes its own time there
                part = _SAVED.sub(rb"\g<1>2000-01-01T00:00:00Z", part)
            again.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()
