"""The practice stories end to end: what was labelled, against what really was."""

from __future__ import annotations

from collections import Counter

import pytest

from o365nb.analysis.attribution import attribute
from o365nb.analysis.base import Responder
from o365nb.analysis.seeds import choose_seeds
from o365nb.analysis.trail import of_subjects
from o365nb.case import Case
from o365nb.detections import all as all_detections
from o365nb.detections import facts, prepare, run
from o365nb.engine import Engine, connect
from o365nb.model import Label, Verdict


def measured(labels, truth, known):
    """Precision and recall of the label attacker, over the events that are in the tables."""
    called = {key for key, label in labels.items() if label is Label.ATTACKER}
    were = {key for key in known if truth.get(key, {}).get("label") == "attacker"}
    right = len(called & were)
    return right / len(called or {""}), right / len(were or {""})


def test_the_attack_is_labelled_as_it_was(practice_case):
    made = practice_case("aitm")
    labels = {one.event_id: one.label for one in made.found.attributions}
    precision, recall = measured(labels, made.truth, set(labels))
    assert (precision >= 0.95, recall >= 0.95) == (True, True), (precision, recall)
    assert all(one.because for one in made.found.attributions)


def test_nothing_of_the_attack_that_was_collected_is_left_without_a_label(practice_case):
    made = practice_case("aitm")
    with Engine(made.case) as engine:
        collected = {row["event_id"] for row in engine.rows("SELECT event_id FROM events")}
    called = {one.event_id for one in made.found.attributions if one.label is Label.ATTACKER}
    were = {key for key, told in made.truth.items() if told["label"] == "attacker"} & collected
    assert len(were) > 700
    assert len(were & called) / len(were) >= 0.95


def test_the_attack_is_confirmed_with_its_cause_and_its_remains(practice_case):
    found = practice_case("aitm").found
    assert found.verdict.verdict is Verdict.CONFIRMED
    assert (found.cause.determined, found.cause.top) == (True, "H1")
    kept = Counter(
        (item.kind, item.verdict, item.remove) for item in found.persistence if item.verdict is Label.ATTACKER
    )
    assert kept == {("inbox_rule", Label.ATTACKER, True): 1, ("auth_method", Label.ATTACKER, True): 1}
    assert [item for item in found.persistence if item.kind == "inbox_rule" and item.verdict is Label.USER]
    assert len(found.recipients) == 618  # 22 of the 640 bounced
    assert {seen.certainty for seen in found.exposure} == {"certain"}


def test_the_traveller_is_nobodys_victim(practice_case):
    found = practice_case("traveller").found
    assert [one for one in found.attributions if one.label is Label.ATTACKER] == []
    assert found.verdict.verdict in (Verdict.NOT_SUPPORTED, Verdict.SUSPECTED)
    assert found.cause.top == "H13"
    assert {item.verdict for item in found.persistence} <= {Label.USER, Label.UNKNOWN}
    assert (found.exposure, found.recipients, found.indicators) == ((), (), ())


POORER = {
    "the audit log alone": "SELECT * FROM e WHERE source = 'ual'",
    "no session and no token": "SELECT * REPLACE (NULL AS session_id, NULL AS token_id) FROM e WHERE source = 'ual'",
    "an attacker in the user's own country and network": (
        "SELECT * REPLACE ('DE' AS country, 'isp' AS network_kind,"
        " CASE WHEN asn IN (64600, 64601) THEN 64520 ELSE asn END AS asn) FROM e"
    ),
    "no device ids": "SELECT * REPLACE (NULL AS device_id, NULL AS device_managed) FROM e",
    "three days of history": "SELECT * FROM e WHERE time > TIMESTAMP '2026-11-14 12:00:00'",
}


@pytest.mark.parametrize("story", ["aitm", "traveller"])
@pytest.mark.parametrize("evidence", POORER)
def test_poorer_evidence_makes_no_user_an_attacker_and_still_finds_the_attack(
    practice_case, practice_copy, story, evidence
):
    case: Case = practice_copy(story)
    path = case.tables / "events.parquet"
    with connect() as connection:
        connection.execute(f"CREATE TABLE e AS SELECT * FROM read_parquet('{path}')")
        connection.execute(f"COPY ({POORER[evidence]}) TO '{path}' (FORMAT parquet)")
    labels, known = judged(case)
    if story == "traveller":
        assert only_attackers(labels) == set()
        return
    precision, recall = measured(labels, practice_case(story).truth, known)
    assert (precision >= 0.95, recall >= 0.95) == (True, True), (precision, recall)


def only_attackers(labels):
    return {key for key, label in labels.items() if label is Label.ATTACKER}


def judged(case):
    """Labels by event id, and every event id there is."""
    with Engine(case) as engine:
        prepare(engine)
        info = case.info
        hits = [hit for one in all_detections() for hit in run(one, engine, case.ledger, info.subjects, info.window)[1]]
        events = of_subjects(engine)
        seeds = choose_seeds(events, info.subjects, hits, facts())
        labels = attribute(engine, seeds, Responder(), events)
        known = {row["event_id"] for row in engine.rows("SELECT event_id FROM events")}
    return {key: one.label for key, one in labels.items()}, known
