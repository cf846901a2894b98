"""What Identity Protection says of the account's sign-ins."""

from __future__ import annotations

import pytest
from detections.world import HOSTILE, ask, broke_in, usual
from tables import SUBJECT, event

from o365nb.model import Answer, Outcome

ENTRY = broke_in(event_id="11111111-0000-4000-8000-000000000001")


def risk(kind="anomalousToken", level="medium", standing="atRisk", **given):
    told = {"riskLevel": level, "riskState": standing, "requestId": ENTRY["event_id"]}
    return event(
        **{"source": "risk_detection", "operation": kind, "client_ip": ENTRY["client_ip"], "result": "unknown",
           "event_id": f"risk {kind}", "properties": told, **given}
    )  # fmt: skip


def test_a_risk_is_found_with_the_sign_in_that_it_is_about(tmp_path):
    answer, (hit,) = ask(tmp_path, "ia-risk-detections", events=[*usual(), ENTRY, risk()])
    assert (answer.verdict, hit.subject) == (Answer.FOUND, SUBJECT)
    assert set(hit.evidence) == {ENTRY["event_id"], "risk anomalousToken"}
    assert hit.summary == "Identity Protection reports anomalousToken (medium) from 198.51.100.66"


@pytest.mark.parametrize("standing", ["dismissed", "confirmedSafe"])
def test_what_an_administrator_cleared_is_no_finding(tmp_path, standing):
    seen = {"risk_detection": Outcome.COMPLETE}
    answer, hits = ask(tmp_path, "ia-risk-detections", events=[*usual(), risk(standing=standing)], coverage=seen)
    assert (answer.verdict, hits) == (Answer.CLEAR, [])


def test_without_the_licence_it_is_blind(tmp_path):
    unseen = {"risk_detection": Outcome.NOT_LICENSED}
    answer, _ = ask(tmp_path, "ia-risk-detections", events=usual(), coverage=unseen)
    assert answer.verdict is Answer.BLIND


def test_the_kind_and_the_level_decide_how_sure_it_is(tmp_path):
    kinds = (("attackerinTheMiddle", "high"), ("anomalousToken", "medium"), ("unfamiliarFeatures", "low"))
    _, hits = ask(tmp_path, "ia-risk-detections", events=[risk(kind, level) for kind, level in kinds])
    assert [hit.confidence for hit in sorted(hits, key=lambda hit: -hit.confidence)] == [0.95, 0.6, pytest.approx(0.3)]


def test_a_hostile_kind_stays_text(tmp_path):
    _, (hit,) = ask(tmp_path, "ia-risk-detections", events=[risk(HOSTILE)])
    assert not any(char in hit.summary for char in "\x1b\u202e")


def test_a_risk_at_a_strange_place_makes_the_place_no_habit(tmp_path):
    told = [risk(event_id=f"r{n}", time=f"2026-11-{n:02}T10:00:00Z") for n in (10, 11, 12)]
    _, hits = ask(tmp_path, "ia-kit-useragent", events=[*usual(), *told, {**ENTRY, "user_agent": "axios/1.7"}])
    assert [hit.evidence for hit in hits] == [(ENTRY["event_id"],)]
