"""Found, clear or blind; how rows become hits; and what every detection must have."""

from __future__ import annotations

from datetime import timedelta

import pytest
from detections.world import ask, ask_all, at, broke_in, usual
from tables import SOURCES, SUBJECT, WINDOW, make_case, sign_in

from o365nb import detections
from o365nb.case import Coverage
from o365nb.detections import lists
from o365nb.detections.base import EVERYONE, SEVERAL
from o365nb.engine import Engine
from o365nb.model import Answer, DetectionAnswer, Outcome, Window
from o365nb.response.plan import actions

WORKLOADS = {"Exchange", "AzureActiveDirectory", "SharePoint", "OneDrive", "MicrosoftTeams", "others"}


def test_every_detection_is_silent_and_clear_on_empty_tables(tmp_path):
    case = make_case(tmp_path, subjects=(SUBJECT, "bob@contoso.example"))
    with Engine(case) as engine:
        detections.prepare(engine)
        answers = [detections.run(one, engine, case.ledger, case.info.subjects, WINDOW) for one in detections.all()]
    assert {(answer.verdict, len(hits)) for answer, hits in answers} == {(Answer.CLEAR, 0)}
    assert len(answers) >= 130


@pytest.mark.parametrize("one", detections.all(), ids=lambda one: one.slug)
def test_every_detection_says_what_it_is(one):
    assert one.slug[:3] in ("ia-", "pe-", "de-", "co-", "la-", "im-")
    assert one.title.endswith(".")
    assert len(one.benign) > 10
    assert len(one.misses) > 10
    assert one.attack
    assert 0.3 <= one.confidence <= 1
    assert 0 <= one.seed < 1
    known = {*SOURCES, *(f"ual/{workload}" for workload in WORKLOADS)}
    assert one.needs
    assert {
        source.removeprefix(EVERYONE).removeprefix(SEVERAL) for need in one.needs for source in need.split("|")
    } <= known
    assert one.respond
    assert set(one.respond) <= {*actions(), "report"}


def test_the_phrases_that_do_not_translate_are_not_used():
    sql = " ".join(one.query().lower() for one in detections.all())
    for phrase in (" asof ", "time_bucket", "list_aggregate", "epoch_ms", "date_diff", "quantile_cont", "[1]", "len("):
        assert phrase not in sql.replace("regexp_len(", ""), phrase


def test_every_detection_is_blind_when_what_it_needs_is_missing(tmp_path):
    case = make_case(tmp_path, coverage=dict.fromkeys(SOURCES, Outcome.NOT_LICENSED))
    with Engine(case) as engine:
        detections.prepare(engine)
        answers = [detections.run(one, engine, case.ledger, case.info.subjects, WINDOW) for one in detections.all()]
    assert {(answer.verdict, len(hits)) for answer, hits in answers} == {(Answer.BLIND, 0)}
    assert all("was not seen whole: not licensed (test: not_licensed)" in answer.reason for answer, _ in answers)


def test_is_found_even_with_gaps(tmp_path):
    events = [*usual(), broke_in(user_agent="axios/1.7")]
    answer, hits = ask(tmp_path, "ia-kit-useragent", events=events, coverage={"sign_in": Outcome.PARTIAL})
    assert answer == DetectionAnswer(Answer.FOUND, "1 finding on 1 piece of evidence")
    assert [hit.subject for hit in hits] == [SUBJECT]


def test_one_of_two_sources_is_enough(tmp_path):
    answer, _ = ask(tmp_path, "ia-aitm-twin-login", coverage={"sign_in": Outcome.NOT_LICENSED})
    assert answer.verdict is Answer.CLEAR


def _asked(tmp_path, entries: list[Coverage]) -> DetectionAnswer:
    case = make_case(tmp_path, coverage=dict.fromkeys(SOURCES, Outcome.FAILED))
    case.ledger.path.unlink()
    for entry in entries:
        case.ledger.record(entry)
    with Engine(case) as engine:
        detections.prepare(engine)
        slug = detections.facts()["im-lookalike-domain"]
        return detections.run(slug, engine, case.ledger, case.info.subjects, WINDOW)[0]


def test_slices_that_meet_cover_the_window(tmp_path):
    slices = WINDOW.slices(timedelta(days=10))
    entries = [Coverage("message_trace", SUBJECT, one, Outcome.COMPLETE) for one in slices]
    assert _asked(tmp_path, entries).verdict is Answer.CLEAR


def test_a_hole_between_slices_is_blind(tmp_path):
    slices = WINDOW.slices(timedelta(days=10))
    entries = [Coverage("message_trace", SUBJECT, one, Outcome.COMPLETE) for one in (slices[0], *slices[2:])]
    reason = f"message_trace of {SUBJECT} does not cover the whole window"
    assert _asked(tmp_path, entries) == DetectionAnswer(Answer.BLIND, reason)


def test_nothing_collected_is_blind(tmp_path):
    reason = f"message_trace of {SUBJECT} was never collected"
    assert _asked(tmp_path, []) == DetectionAnswer(Answer.BLIND, reason)


COMPARES = {"ia-spray", "ia-spray-hit", "ia-rare-app", "la-more-victims"}
SOLE = ("sign_in", "sign_in_noninteractive", "ual", "directory_audit")


@pytest.mark.parametrize(
    ("subject", "more", "blind"),
    [
        (SUBJECT, (), {*COMPARES, "co-nonowner", "la-teams-phish"}),
        (SUBJECT, ("password_guesses", "ual/others"), {"ia-rare-app", "la-more-victims"}),
        ("", (), set()),
    ],
    ids=["one account's logs", "with what was asked about others", "everybody's logs"],
)
def test_what_others_did_cannot_be_told_from_the_log_of_one_account(tmp_path, subject, more, blind):
    case = make_case(tmp_path)
    case.ledger.path.unlink()
    case.ledger.record(*(Coverage(source, subject, WINDOW, Outcome.COMPLETE) for source in (*SOLE, *more)))
    with Engine(case) as engine:
        detections.prepare(engine)
        said = {
            slug: detections.run(detections.facts()[slug], engine, case.ledger, case.info.subjects, WINDOW)[0].verdict
            for slug in (*COMPARES, "co-nonowner", "la-teams-phish", "ia-kit-useragent")
        }
    assert {slug for slug, verdict in said.items() if verdict is Answer.BLIND} == blind


def test_a_blind_comparison_says_what_it_lacks(tmp_path):
    case = make_case(tmp_path)
    case.ledger.path.unlink()
    case.ledger.record(Coverage("sign_in", SUBJECT, WINDOW, Outcome.COMPLETE))
    with Engine(case) as engine:
        detections.prepare(engine)
        answer, _ = detections.run(detections.facts()["ia-spray"], engine, case.ledger, (SUBJECT,), WINDOW)
    assert "sign_in was read of single accounts only, and others are compared here" in answer.reason


def test_a_second_subject_without_evidence_is_blind(tmp_path):
    case = make_case(tmp_path)
    with Engine(case) as engine:
        detections.prepare(engine)
        two = (SUBJECT, "bob@contoso.example")
        answer, _ = detections.run(detections.facts()["im-mass-send"], engine, case.ledger, two, WINDOW)
    assert answer.verdict is Answer.BLIND
    assert "bob@contoso.example was never collected" in answer.reason


def test_what_lies_outside_the_window_teaches_but_is_not_reported(tmp_path):
    events = [*usual(), broke_in(user_agent="axios/1.7")]
    early = Window(WINDOW.start, WINDOW.end - timedelta(days=3))
    answer, _ = ask(tmp_path, "ia-kit-useragent", events=events, window=early)
    assert answer.verdict is Answer.CLEAR


def test_rows_about_one_object_are_one_hit(tmp_path):
    events = [*usual(), *(broke_in(user_agent="axios/1.7", time=at(minutes=n), event_id=f"e{n}") for n in (3, 1, 2))]
    _, hits = ask(tmp_path, "ia-kit-useragent", events=events)
    assert [(hit.evidence, hit.first, hit.last) for hit in hits] == [
        (("e1", "e2", "e3"), hits[0].first, hits[0].first + timedelta(minutes=2))
    ]


def test_a_sign_in_that_claims_to_be_managed_and_names_no_device_is_not_trusted(tmp_path):
    events = [*usual(), broke_in(user_agent="axios/1.7", os=None, browser=None, device_managed=True)]
    assert ask(tmp_path, "ia-new-country-unmanaged", events=events)[0].verdict is Answer.FOUND


def test_an_ordinary_month_yields_nothing(tmp_path):
    assert ask_all(tmp_path, events=usual()) == {}


def test_one_day_of_log_without_history_yields_no_alarm_about_managed_devices(tmp_path):
    assert ask_all(tmp_path, events=[sign_in(), sign_in(time=at(hours=1), country="FR", client_ip="192.0.2.3")]) == {}


def test_every_list_says_its_source_and_date_and_loads():
    for name in lists.COLUMNS:
        head = "".join(line for line in lists.text(name).splitlines(True) if line.startswith("#"))
        assert "Source: " in head
        assert "Date: 20" in head
        assert len(set(lists.rows(name))) == len(lists.rows(name)) > 0
