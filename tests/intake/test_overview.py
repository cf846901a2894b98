"""What came in, when, how complete: exact figures by file and by source."""

import json

from evidence import SUBJECT, audit, case_of, signed_in

from o365nb.intake.overview import overview
from o365nb.model import Outcome, Window, utc

HOSTILE = "ual <script>alert(1)</script>\x1b[31m.jsonl"
WINDOW = Window(utc("2026-11-02"), utc("2026-11-07"))


def made(tmp_path):
    record = audit(number=1, CreationTime="2026-11-02T08:10:00")
    files = {
        HOSTILE: "\n".join(
            [
                json.dumps(record),
                json.dumps(record),
                json.dumps(audit(number=2, CreationTime="2026-11-06T09:59:00", UserId="bob@contoso.example")),
                '{"CreationTime":"2026-11-',
            ]
        ),
        "again.json": json.dumps([record, audit(number=3, CreationTime="2026-11-03T10:00:00")]),
        "s.json": json.dumps([signed_in(createdDateTime="2026-11-04T07:00:00Z")]),
        "u.json": json.dumps({"value": [{"id": "1", "userPrincipalName": SUBJECT}]}),
        "notes.txt": "nothing known",
    }
    return case_of(tmp_path, files, window=WINDOW)


def test_every_file_and_source_adds_up(tmp_path):
    found = overview(made(tmp_path), 120)
    files = {line.name: (line.rows, line.kept, line.duplicates, line.lost, line.damaged) for line in found.files}
    assert files == {
        HOSTILE: (4, 1, 2, 1, 1),
        "again.json": (2, 2, 0, 0, 0),
        "s.json": (1, 1, 0, 0, 0),
        "u.json": (1, 1, 0, 0, 0),
    }
    sources = {
        (line.source, line.person): (line.files, line.rows, line.kept, line.duplicates, line.lost, line.damaged)
        for line in found.sources
    }
    assert sources == {
        ("ual", ""): (1, 4, 1, 2, 1, 1),
        ("ual", SUBJECT): (1, 2, 2, 0, 0, 0),
        ("sign_in", SUBJECT): (1, 1, 1, 0, 0, 0),
        ("users", SUBJECT): (1, 1, 1, 0, 0, 0),
    }
    assert (found.rows, found.kept, found.duplicates, found.lost) == (8, 5, 2, 1)
    assert all(line.rows == line.kept + line.duplicates + line.lost for line in (*found.files, *found.sources))
    assert [name for name, _ in found.refused] == ["notes.txt"]
    assert [line.source for line in found.state] == ["users"]


def test_a_damaged_file_is_never_called_complete(tmp_path):
    found = overview(made(tmp_path))
    assert {line.name: line.outcome for line in found.files}[HOSTILE] is Outcome.DAMAGED
    (log,) = [line for line in found.sources if line.person == "" and line.source == "ual"]
    assert log.outcome is Outcome.DAMAGED
    assert "1 records are damaged" in log.causes[0]


def test_strips_say_when_there_were_records_and_where_no_file_reaches(tmp_path):
    found = overview(made(tmp_path), 6)
    assert (found.start, found.step.days, found.marks) == (utc("2026-11-02"), 1, 6)
    strips = {(line.source, line.person): (line.marks, line.reached) for line in found.logs}
    assert strips == {
        ("ual", ""): ((2, 0, 0, 0, 1, 0), (True, True, True, True, True, False)),
        ("ual", SUBJECT): ((1, 1, 0, 0, 0, 0), (True, True, False, False, False, False)),
        ("sign_in", SUBJECT): ((0, 0, 1, 0, 0, 0), (False, False, True, False, False, False)),
    }


def test_a_wrong_century_does_not_flatten_the_strips(tmp_path):
    times = ("1601-01-01", "2026-11-02T08:00:00", "2026-11-05", "2326-11-02")
    records = [audit(number=number, CreationTime=time) for number, time in enumerate(times)]
    found = overview(case_of(tmp_path, {"a.json": json.dumps(records)}, window=WINDOW), 6)
    assert (found.start, found.step.days, found.marks) == (utc("2026-11-02"), 1, 6)
    assert found.logs[0].marks == (1, 0, 0, 1, 0, 0)


def test_a_case_without_evidence_is_an_empty_overview(tmp_path):
    case = made(tmp_path)
    (case.tables / "counts.json").unlink()
    (case.tables / "activity.hours").unlink()
    (case.tables / "events.parquet").unlink()
    found = overview(case)
    assert (found.files, found.sources, found.rows) == ((), (), 0)
