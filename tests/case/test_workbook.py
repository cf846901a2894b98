"""The workbook: what the bundle says, in cells that no spreadsheet runs."""

import io
from dataclasses import replace

import openpyxl
import pytest

from o365nb.case import workbook
from o365nb.case.bundle import Bundle
from o365nb.case.workbook import MOST_ROWS
from o365nb.model import Recipient

HOSTILE = [
    '=HYPERLINK("http://evil.example")',
    "+1+1",
    "@SUM(A1)",
    "\x1b[31mred\x00\u202egnp.exe",
    "x" * 40_000,
    "<b>&</b>",
]


@pytest.fixture(scope="module")
def found(practice_case):
    return practice_case("aitm").found


def opened(found):
    return openpyxl.load_workbook(io.BytesIO(workbook.workbook(found)))


def rows(sheet):
    return list(sheet.iter_rows(values_only=True))


def test_every_sheet_holds_every_row_of_its_results(found):
    book = opened(found)
    assert book.sheetnames == [
        "Verdict", "Findings", "Persistence", "Exposure", "Recipients", "Other victims", "Plan", "Coverage",
        "Indicators",
    ]  # fmt: skip
    kept = [found.findings, found.persistence, found.exposure, found.recipients, found.other_victims, found.plan.steps,
            found.coverage, found.indicators]  # fmt: skip
    assert [len(rows(sheet)) - 1 for sheet in book.worksheets[1:]] == [len(one) for one in kept]
    head, first = rows(book["Findings"])[:2]
    told = dict(zip(head, first, strict=True))
    assert (told["id"], told["slug"], told["severity"]) == (
        "F-001",
        found.findings[0].slug,
        found.findings[0].severity.value,
    )
    assert told["first"] == found.findings[0].first.replace(tzinfo=None)
    assert isinstance(told["score"], float)
    assert dict(rows(book["Verdict"])[1:4])["verdict"] == "confirmed"


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_an_attacker_named_becomes_a_formula_or_breaks_the_file(found, name):
    hostile = replace(found, findings=(replace(found.findings[0], summary=name, subject=name),))
    sheet = opened(hostile)["Findings"]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    told = next(cell.value for cell in cells if sheet.cell(1, cell.column).value == "summary")
    assert told.isprintable()
    assert told == name or "\\u" in told or told.endswith("40,000 letters")


def test_indicators_are_defanged_and_equal_results_give_equal_bytes(found):
    values = [row[1] for row in rows(opened(found)["Indicators"])[1:]]
    assert values
    assert not [value for value in values if "http://" in value or "https://" in value]
    assert workbook.workbook(found) == workbook.workbook(found)


def test_more_rows_than_people_read_are_counted_and_named(found):
    one = Recipient(**{name: getattr(found.recipients[0], name) for name in found.recipients[0].__slots__})
    many = opened(replace(found, recipients=(one,) * (MOST_ROWS + 3)))["Recipients"]
    assert many.max_row == MOST_ROWS + 2
    assert many.cell(many.max_row, 1).value == "3 more rows: see recipients.csv"


def test_the_bundle_holds_it(found, tmp_path):
    Bundle(tmp_path).save(found)
    properties = openpyxl.load_workbook(tmp_path / "results.xlsx").properties
    assert (properties.created.year, properties.modified.year, properties.creator) == (2000, 2000, "o365nb")
