"""What evidence covers, in the ledger."""

import json

import pytest
from evidence import SUBJECT, WINDOW, audit, case_of, empty_case, real, signed_in

from o365nb import intake
from o365nb.case import Coverage
from o365nb.errors import BadInput
from o365nb.model import Outcome, Window, utc
from o365nb.progress import Progress

LIMITS = "An export cannot show what was filtered out when it was made."


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
        reason=f"2 records; the file runs from 2026-11-01T20:00:00Z to 2026-11-18T01:00:00Z. {LIMITS}",
        file="ual.json",
        at=entry.at,
    )


@pytest.mark.parametrize("times", [("2026-11-05", "2026-11-18"), ("2026-11-01", "2026-11-15"), ("2026-11-10",)])
def test_a_file_that_misses_more_than_a_day_of_the_window_is_partial(tmp_path, times):
    case = case_of(tmp_path, {"ual.json": at(*times)})
    assert outcomes(case) == {"ual.json": Outcome.PARTIAL}
    assert "the case's window from 2026-11-01T00:00:00Z to 2026-11-18T12:00:00Z" in case.ledger.entries()[0].reason


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
