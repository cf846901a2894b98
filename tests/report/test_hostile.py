"""The hostile incident through the whole run: nothing executes, nothing breaks the page, everything stays exact."""

import csv
import json
import unicodedata

import pytest
from report.hostile import NAMES

from o365nb.report.markup import visible
from o365nb.safe import csv_cell, csv_text

#: As they are kept: no table can hold a NUL, it stands as the sign for what could not be read.
KEPT = tuple(name.replace("\x00", "\ufffd") for name in NAMES)
PAGES = ("report.html", "report-technical.html")


@pytest.fixture(scope="module")
def run(hostile_run):
    """The folder of the results, and what the terminal was told."""
    _, results, told = hostile_run
    return results, told


def test_the_terminal_is_told_nothing_that_it_would_act_on(run):
    hidden = {char for char in run[1] if unicodedata.category(char) in ("Cc", "Cf") and char not in "\n\r\t"}
    assert hidden == set()


def test_no_cell_would_be_executed_by_a_spreadsheet_and_each_can_be_had_back(run):
    cells = []
    for path in sorted(run[0].glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            cells += [cell for row in csv.reader(file) for cell in row]
    assert len(cells) > 1000
    assert [cell for cell in cells if csv_cell(csv_text(cell)) != cell] == []


def test_what_things_were_called_is_kept_exactly(run):
    kept = json.loads((run[0] / "persistence.json").read_text("utf-8"))
    said = " ".join(item["description"] for item in kept)
    seen = (run[0] / "exposure.csv").read_text("utf-8")
    assert [name for name in KEPT if name.replace('"', '""') not in seen] == []
    assert [name for name in KEPT if len(name) < 60 and visible(name) not in said] == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_runs_and_the_layout_holds(run, browser, name, width):
    context = browser.new_context(viewport={"width": width, "height": 900})
    trouble = []
    try:
        tab = context.new_page()
        address = (run[0] / name).as_uri()
        tab.on("request", lambda r: None if r.url.split("#")[0] == address else trouble.append(f"request {r.url}"))
        tab.on("console", lambda message: trouble.append(f"console {message.text}"))
        tab.on("pageerror", lambda error: trouble.append(f"error {error}"))
        tab.on("dialog", lambda dialog: (trouble.append("a script of the evidence ran"), dialog.dismiss()))
        tab.goto(address)
        tab.wait_for_selector(".figure svg.main-svg .scatterlayer .point")
        assert tab.evaluate("document.documentElement.scrollWidth") == width
        tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        assert tab.evaluate("document.documentElement.scrollWidth") == width
        tab.evaluate("document.querySelectorAll('script').forEach(s => { s.remove(); })")
        text = tab.evaluate("document.body.textContent")
    finally:
        context.close()
    assert trouble == []
    assert [name for name in KEPT if visible(name) not in text] == []
    assert not {char for char in text if unicodedata.category(char) in ("Cc", "Cf") and char not in "\n\r\t"}
