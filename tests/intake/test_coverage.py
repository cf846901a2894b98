"""What evidence covers, in the ledger."""

import json
from datetime import timedelta

import pytest
from evidence import SUBJECT, WINDOW, audit, case_of, empty_case, real, signed_in

from o365nb import detections, intake
from o365nb.analysis.gaps import gaps
from o365nb.case import Coverage
from o365nb.engine import Engine
from o365nb.errors import BadInput
from o365nb.model import Answer, Outcome, Window, utc
from o365nb.progress import Progress

YOUNG = "Too little to tell its usual hours by, so hours missing inside it were not looked for."


def at(*times, **given):
    records = [audit(number=number, CreationTime=time, **given) for number, time in enumerate(times)]
    return json.dumps(records)


def outcomes(case, source="ual"):
    return {entry.file: entry.outcome for entry in case.ledger.entries() if entry.source == source}


def test_a_file_that_spans_the_window_is_complete_within_a_day(tmp_path):
    case = case_of(tmp_path, {"ual.json": at("2026-11-01T20:00:00", "2026-11-18T01:00:00")})
    (entry,) = [entry for entry in case.ledger.entries() if entry.source == "ual"]
    assert entry == Coverage(
        "ual",
        SUBJECT,
        Window(utc("2026-11-01T20:00:00Z"), utc("2026-11-18T01:00:00.000001Z")),
        Outcome.COMPLETE,
        received=2,
        reason=f"2 records; the file runs from 2026-11-01T20:00:00Z to 2026-11-18T01:00:00Z. {YOUNG}",
        file="ual.json",
        shape="management-activity-json",
        at=entry.at,
    )


@pytest.mark.parametrize(
    ("times", "cause"),
    [
        (
            ("2026-11-05", "2026-11-18"),
            (
                "begins late: 4 days of the case's window are missing,"
                " from Sun 2026-11-01 00:00 to Thu 2026-11-05 00:00 UTC"
            ),
        ),
        (
            ("2026-11-01", "2026-11-16T18:00:00"),
            (
                "ends early: 42 hours of the case's window are missing,"
                " from Mon 2026-11-16 18:00 to Wed 2026-11-18 12:00 UTC"
            ),
        ),
    ],
)
def test_a_file_that_misses_more_than_a_day_of_the_window_is_partial_and_says_at_which_end(tmp_path, times, cause):
    case = case_of(tmp_path, {"ual.json": at(*times)})
    assert outcomes(case) == {"ual.json": Outcome.PARTIAL}
    assert case.ledger.entries()[0].cause == cause


def test_files_that_fill_the_window_together_are_complete(tmp_path):
    case = case_of(
        tmp_path,
        {"1.json": at("2026-11-01", "2026-11-09"), "2.json": at("2026-11-09T20:00:00", "2026-11-18T00:00:01")},
    )
    assert outcomes(case) == {"1.json": Outcome.COMPLETE, "2.json": Outcome.COMPLETE}
    assert "1 more files fill the case's window with it" in case.ledger.entries()[0].reason


def test_files_with_a_hole_between_them_are_partial(tmp_path):
    case = case_of(tmp_path, {"1.json": at("2026-11-01", "2026-11-05"), "2.json": at("2026-11-08", "2026-11-18")})
    assert set(outcomes(case).values()) == {Outcome.PARTIAL}


def test_a_workload_reaches_as_far_as_its_file_and_an_absent_one_is_said(tmp_path):
    file = json.loads(at("2026-11-01", "2026-11-18"))
    file.append(audit(number=9, CreationTime="2026-11-09", Workload="SharePoint", Operation="FileAccessed"))
    case = case_of(tmp_path, {"ual.json": json.dumps(file)})
    found = {entry.source: (entry.outcome, entry.received) for entry in case.ledger.entries()}
    assert found == {
        "ual": (Outcome.COMPLETE, 3),
        "ual/Exchange": (Outcome.COMPLETE, 2),
        "ual/SharePoint": (Outcome.COMPLETE, 1),
        "ual/AzureActiveDirectory": (Outcome.PARTIAL, 0),
        "ual/OneDrive": (Outcome.PARTIAL, 0),
        "ual/MicrosoftTeams": (Outcome.PARTIAL, 0),
    }


def test_a_file_about_one_person_says_nothing_of_others(tmp_path):
    case = case_of(tmp_path, {"s.json": json.dumps([signed_in()])})
    assert [(e.source, e.subject) for e in case.ledger.about("sign_in", SUBJECT)] == [("sign_in", SUBJECT)]
    assert case.ledger.about("sign_in", "bob@contoso.example") == []


def test_a_damaged_record_makes_the_file_damaged_and_names_its_line(tmp_path):
    case = case_of(tmp_path, {"ual.jsonl": "\n".join(json.dumps(r) for r in json.loads(at("2026-11-01", "2026-11-18")))
                              + '\n{"CreationTime":"2026-11-'})  # fmt: skip
    (entry,) = [entry for entry in case.ledger.entries() if entry.source == "ual"]
    assert (entry.outcome, entry.received, entry.unparsable) == (Outcome.DAMAGED, 2, 1)
    assert "1 records are damaged (line 3: not JSON" in entry.reason


def test_an_export_without_records_is_empty_not_missing(tmp_path):
    header = "RecordId,CreationDate,RecordType,Operation,UserId,AuditData\n"
    case = case_of(tmp_path, {"nothing.csv": header, "ual.json": at("2026-11-10")})
    (entry,) = [entry for entry in case.ledger.entries() if entry.file == "nothing.csv"]
    assert (entry.outcome, entry.reason) == (Outcome.EMPTY, "The file has a known form and no records.")


def test_state_files_are_complete_as_of_when_they_were_made(tmp_path):
    users = {
        "value": [{"id": "1", "userPrincipalName": SUBJECT}, {"id": "2", "userPrincipalName": "b@contoso.example"}]
    }
    case = case_of(tmp_path, {"users.json": json.dumps(users)})
    (entry,) = case.ledger.entries()
    assert (entry.source, entry.window, entry.outcome, entry.received) == ("users", None, Outcome.COMPLETE, 2)


def test_live_collections_get_their_duplicates_and_breakage_into_the_ledger(tmp_path):
    case = empty_case(tmp_path)
    for source, body in (
        ("sign_in", json.dumps({"value": [signed_in(), signed_in()]})),
        ("ual", json.dumps([audit(), {"no": "record"}])),
    ):
        shape = {"sign_in": "graph-sign-in-json", "ual": "management-activity-json"}[source]
        case.store(source, "page", body.encode(), shape=shape, records=2, owner=SUBJECT, seen_by="graph")
        case.ledger.record(Coverage(source, SUBJECT, WINDOW, Outcome.COMPLETE, received=2))
    for _ in range(2):  # again: nothing is entered twice
        intake.build_tables(case, Progress())
        (case.tables / "counts.json").unlink()
    found = {e.source: (e.outcome, e.received, e.duplicates, e.unparsable) for e in case.ledger.entries()}
    assert found == {"sign_in": (Outcome.COMPLETE, 2, 1, 0), "ual": (Outcome.DAMAGED, 2, 0, 1)}
    assert len(list(case.ledger.lines())) == 4


def test_the_window_comes_from_the_subjects_own_events(tmp_path):
    case = case_of(
        tmp_path,
        {
            "a.json": at("2026-11-05T10:00:00", "2026-11-06T10:00:00"),
            "b.json": json.dumps([audit(Id="x", UserId="bob@contoso.example", CreationTime="2026-01-01")]),
        },
    )
    mine = Window(utc("2026-11-05T09:00:00Z"), utc("2026-11-06T11:00:00.000001Z"))
    assert intake.evidence_span(case, (SUBJECT.upper(),)) == mine
    assert intake.evidence_span(case, ("nobody@contoso.example",)).start == utc("2025-12-31T23:00:00Z")


def test_no_events_no_window(tmp_path):
    case = case_of(tmp_path, {"u.json": json.dumps({"value": [{"id": "1", "userPrincipalName": SUBJECT}]})})
    with pytest.raises(BadInput, match="--from and --to"):
        intake.evidence_span(case, (SUBJECT,))


def test_who_is_in_the_evidence(tmp_path):
    case = case_of(
        tmp_path, {"office_activity.csv": real("sentinel-training-lab/office_activity.csv")}, subjects=(SUBJECT,)
    )
    seen = intake.accounts(case)
    assert list(seen)[:3] == [
        "adelev@m365x816222.onmicrosoft.com",
        "johns@m365x816222.onmicrosoft.com",
        "admin@m365x816222.onmicrosoft.com",
    ]
    assert "app@sharepoint" not in seen


def worked(*cuts, weeks=3, days=None, **given):
    """Audit records of anna's office days, one an hour; each cut is (day of the window, first hour, last hour)."""
    records = []
    for day in range(7 * weeks) if days is None else days:
        date = (WINDOW.start + timedelta(days=day)).date()
        if date.weekday() < 5:
            for hour in range(8, 17):
                if not any(day == which and first <= hour < last for which, first, last in cuts):
                    number = 100 * day + hour
                    records.append(audit(number=number, CreationTime=f"{date}T{hour:02}:30:00", **given))
    return json.dumps(records)


def both(*cuts, **given):
    """The same of anna and of bob: in a cut both are silent."""
    bobs = [{**one, "Id": f"{one['Id'][:-4]}b0b0"} for one in json.loads(worked(*cuts, UserId=BOB, **given))]
    return json.dumps(json.loads(worked(*cuts, **given)) + bobs)


BOB = "bob@contoso.example"
LONG = Window(utc("2026-11-02"), utc("2026-11-21"))


def test_hours_that_usually_have_events_and_have_none_make_the_log_partial_and_the_detections_blind(tmp_path):
    case = case_of(tmp_path, {"ual.json": both((10, 9, 15))}, window=LONG)
    (entry,) = [entry for entry in case.ledger.entries() if entry.source == "ual"]
    hole = Window(utc("2026-11-11T09:00:00Z"), utc("2026-11-11T15:00:00Z"))
    cause = (
        "no event from Wed 2026-11-11 09:00 to 15:00 UTC, in 6 hours that usually have some"
        " (there are events before and after it on that day, and several fell silent at once)"
    )
    assert (entry.outcome, entry.holes, entry.cause) == (Outcome.PARTIAL, (hole,), cause)
    with Engine(case) as engine:
        detections.prepare(engine)
        unit = next(unit for unit in detections.all() if unit.needs == ("ual/Exchange",))
        answer, _ = detections.run(unit, engine, case.ledger, case.info.subjects, case.info.window)
    assert answer.verdict is Answer.BLIND
    assert cause in answer.reason
    assert [gap.holes for gap in gaps(case.ledger, case.info.subjects) if gap.source == "ual"] == [(hole,)]


def test_ordinary_nights_and_weekends_are_no_gap(tmp_path):
    case = case_of(tmp_path, {"ual.json": worked()}, window=LONG)
    (entry,) = [entry for entry in case.ledger.entries() if entry.source == "ual"]
    assert (entry.outcome, entry.holes, entry.cause) == (Outcome.COMPLETE, (), "")


def test_one_silent_working_day_is_told_and_limits_nothing(tmp_path):
    case = case_of(tmp_path, {"ual.json": worked((10, 0, 24))}, window=LONG)
    (entry,) = [entry for entry in case.ledger.entries() if entry.source == "ual"]
    hole = Window(utc("2026-11-11T08:00:00Z"), utc("2026-11-11T17:00:00Z"))
    assert (entry.outcome, entry.holes, entry.cause) == (Outcome.COMPLETE, (hole,), "")
    assert "9 hours that usually have some (a meeting, leave or a public holiday may explain it)." in entry.reason


def test_one_persons_idle_hours_are_told_and_limit_nothing(tmp_path):
    case = case_of(tmp_path, {"ual.json": worked((10, 9, 15))}, window=LONG)
    (entry,) = [entry for entry in case.ledger.entries() if entry.source == "ual"]
    hole = Window(utc("2026-11-11T09:00:00Z"), utc("2026-11-11T15:00:00Z"))
    assert (entry.outcome, entry.holes, entry.cause) == (Outcome.COMPLETE, (hole,), "")


def switched(number, operation, time):
    about = {"Workload": "AzureActiveDirectory", "RecordType": 8, "ObjectId": SUBJECT}
    return audit(number=number, Operation=operation, UserId="admin@contoso.example", CreationTime=time, **about)


@pytest.mark.parametrize(
    ("again", "held"), [("2026-11-14", ()), ("2026-11-10T08:00:00", ("2026-11-11T08",))], ids=["disabled", "enabled"]
)
def test_nobody_is_missed_while_the_account_is_disabled(tmp_path, again, held):
    """Two working days without an event are a hole, but not after the account was switched off on the record."""
    records = json.loads(worked((10, 0, 24), (11, 0, 24)))
    records += [switched(7, "Disable account.", "2026-11-09T18:00:00" if held else "2026-11-10T18:00:00"),
                switched(8, "Enable account.", again)]  # fmt: skip
    case = case_of(tmp_path, {"ual.json": json.dumps(records)}, window=LONG)
    (entry,) = [entry for entry in case.ledger.entries() if entry.source == "ual"]
    assert tuple(f"{hole.start:%Y-%m-%dT%H}" for hole in entry.holes) == held


def test_a_hole_outside_the_cases_window_is_none_of_its_business(tmp_path):
    late = Window(utc("2026-11-14"), utc("2026-11-21"))
    case = case_of(tmp_path, {"ual.json": worked((10, 9, 15))}, window=late)
    assert outcomes(case) == {"ual.json": Outcome.COMPLETE}


def test_a_hole_between_two_files_is_found_although_it_is_shorter_than_a_day(tmp_path):
    first, second = worked((10, 9, 24), days=range(11)), worked((10, 0, 14), days=range(10, 21))
    case = case_of(tmp_path, {"1.json": first, "2.json": second}, window=LONG)
    assert outcomes(case) == {"1.json": Outcome.PARTIAL, "2.json": Outcome.PARTIAL}
    assert {entry.cause for entry in case.ledger.entries() if entry.source == "ual"} == {
        "no event from Wed 2026-11-11 09:00 to 14:00 UTC, in 5 hours that usually have some (it lies between two files)"
    }
    told = [gap.sentence for gap in gaps(case.ledger, case.info.subjects) if gap.source == "ual"]
    assert told[0].startswith(f"The unified audit log of {SUBJECT} in 1.json and 1 more file was read only in part (no")
    assert told[1:] == [""]


def test_files_that_overlap_say_so(tmp_path):
    case = case_of(tmp_path, {"1.json": worked(days=range(12)), "2.json": worked(days=range(10, 21))}, window=LONG)
    assert outcomes(case) == {"1.json": Outcome.COMPLETE, "2.json": Outcome.COMPLETE}
    (first, second) = [entry for entry in case.ledger.entries() if entry.source == "ual"]
    assert "1 more files of this log overlap with it." in first.reason
    assert (first.duplicates, second.duplicates) == (0, 18)


def pages(*sizes):
    records = json.loads(at("2026-11-01", "2026-11-18"))
    made = iter(range(10, 10**6))
    return {
        f"{n}.jsonl": "\n".join(json.dumps(r) for r in [*records, *(audit(number=next(made)) for _ in range(size - 2))])
        for n, size in enumerate(sizes)
    }


def test_a_file_of_exactly_as_many_rows_as_an_export_may_have_was_probably_cut(tmp_path):
    case = case_of(tmp_path, pages(5_000))
    (entry,) = [entry for entry in case.ledger.entries() if entry.source == "ual"]
    assert (entry.outcome, entry.received) == (Outcome.CAPPED, 5_000)
    assert entry.cause == (
        "exactly 5,000 rows, where a page of Search-UnifiedAuditLog or Get-MessageTraceV2 ends:"
        " the rest was probably cut off"
    )


def test_a_full_page_before_one_that_is_not_full_is_no_cut(tmp_path):
    case = case_of(tmp_path, pages(5_000, 700))
    assert set(outcomes(case).values()) == {Outcome.COMPLETE}


@pytest.mark.parametrize("rows", [4_999, 5_001])
def test_any_other_number_of_rows_is_no_cut(tmp_path, rows):
    assert outcomes(case_of(tmp_path, pages(rows))) == {"0.jsonl": Outcome.COMPLETE}
