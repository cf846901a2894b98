"""What came in, when, how complete: as a table and as a picture, from files with hostile names."""

import json
import re

import pytest
from evidence import SUBJECT, audit, signed_in

from o365nb import investigate
from o365nb import workbench as wb
from o365nb.model import utc
from o365nb.progress import Progress

WHO = (SUBJECT, "bob@contoso.example")
HOSTILE = "ual <img src=x onerror=alert(1)>\x1b[31m.jsonl"


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """Three weeks of two people with a silent stretch, a damaged record, a duplicate, a file that nobody knows."""
    base = tmp_path_factory.mktemp("arrivals")
    days = [day for day in range(2, 22) if utc(f"2026-11-{day:02}").weekday() < 5]
    records = [
        audit(number=100 * day + hour, CreationTime=f"2026-11-{day:02}T{hour:02}:30:00", UserId=WHO[hour % 2])
        for day in days
        for hour in range(8, 17)
        if not (day == 11 and 9 <= hour < 15)
    ]
    evidence = base / "evidence"
    evidence.mkdir()
    text = "\n".join(map(json.dumps, [*records, records[0]])) + '\n{"CreationTime":"2026-11-'
    (evidence / HOSTILE.replace("/", "_")).write_text(text)
    (evidence / "s.json").write_text(json.dumps([signed_in(createdDateTime="2026-11-03T07:00:00Z")]))
    (evidence / "notes <b>.txt").write_text("nothing known")
    request = investigate.Request(case="c", users=(SUBJECT,), data=base / "data", reports=base / "reports")
    made = investigate.from_files(evidence, request, Progress())
    investigate.analyse(made, Progress())
    return wb.open_case("c", str(base / "data"), str(base / "reports"))


def text(view):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", view.html))


def test_the_figures_stand_by_source_and_by_file(case):
    said = text(case.arrivals)
    assert "2 files, 132 rows: 130 events and objects, 1 duplicate, 1 that could not be read." in said
    assert re.search(r"Unified audit log ✕ damaged 131 129 1 1 2 Nov 2026", said)
    assert re.search(r"s\.json Entra sign-ins from Microsoft Graph \(JSON\) .{1,30} 1 1 0 0 3 Nov 2026", said)
    assert "1 file could not be used." in said
    assert len(case.arrivals.frame) == 2


def test_what_is_not_whole_what_to_ask_for_and_what_can_never_be_shown_are_told(case):
    said = text(case.arrivals)
    assert "1 records are damaged: line 131" in said
    assert "no event from Wed 2026-11-11 09:00 to 15:00 UTC, in 6 hours that usually have some" in said
    assert "Unified audit log, again. for 2026-11-11 09:00 to 2026-11-11 15:00 UTC" in said
    assert "A message trace" not in said
    assert "The unified audit log never shows whether Entra held a sign-in to be risky" in said


def test_the_picture_marks_the_hole_and_the_cases_window(case):
    plot = case.picture.plot
    heat, crosses = plot["data"]
    assert (heat["type"], len(heat["z"]), len(heat["z"][0])) == ("heatmap", 2, len(heat["x"]))
    assert crosses["x"] == ["2026-11-11T12:00:00Z"]
    window, box = plot["layout"]["shapes"]
    assert (box["x0"], box["x1"]) == ("2026-11-11T09:00:00Z", "2026-11-11T15:00:00Z")
    assert (window["x0"], window["yref"]) == ("2026-11-02T07:30:00Z", "paper")
    assert "1 hole marked with a cross" in case.picture.note
    assert heat["z"][1].count(None) == len(heat["x"]) - 1
    assert set(case.picture._repr_mimebundle_()) == {"application/vnd.plotly.v1+json", "text/html", "text/plain"}
    assert case.picture.figure.data[0].type == "heatmap"


def test_no_name_of_a_file_becomes_markup(case):
    for view in (case.arrivals, case.coverage, case.evidence):
        assert "<img" not in view.html
        assert "\x1b" not in view.html
        assert "&lt;img src=x onerror=alert(1)&gt;\\u001b[31m" in view.html
    assert "<b>.txt" not in case.arrivals.html
    assert "<img" not in json.dumps(case.picture.plot)


def test_the_report_shows_the_figures_of_every_file_and_its_limits_once(case):
    covered, register = text(case.coverage), text(case.evidence)
    assert "What each file holds" in covered
    assert covered.count("The unified audit log never shows whether Entra held a sign-in to be risky") == 1
    assert "Events or objects" in register
    assert re.search(r"extractor-suite-ual-json 131 129 1 1 \d", register)


def test_coverage_json_holds_what_each_export_can_never_show(case):
    kept = json.loads((case.dossier.results / "coverage.json").read_text("utf-8"))
    (log,) = [entry for entry in kept["entries"] if entry["source"] == "ual"]
    assert log["shape"] == "extractor-suite-ual-json"
    assert log["holes"] == [{"start": "2026-11-11T09:00:00Z", "end": "2026-11-11T15:00:00Z"}]
    assert set(log["never"]) <= set(kept["sentences"])
