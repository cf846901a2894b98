"""Incidents written before the judgement was asked about them, attacks and look-alikes, with what is right to say."""

import functools

import pytest
from incidents import unseen, unseen_quiet
from incidents.measure import investigated

from o365nb.model import Label, Verdict

ATTACKS, OPEN = unseen.ATTACKS, unseen.OPEN
EXPLAINED, OTHERWISE = unseen_quiet.INNOCENTS, unseen_quiet.EXPLAINED_OTHERWISE
INNOCENTS = EXPLAINED | OTHERWISE
UNSEEN = ATTACKS | OPEN | INNOCENTS
#: Steps that take something from the user.
_HARSH = {"block_sign_in", "reset_password", "disable_inbox_rule", "remove_auth_method", "revoke_grant", "hold_mailbox"}


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """`judged("by hand")`: judged once, looked at by every test."""
    return functools.cache(lambda name: investigated(UNSEEN[name].incident, tmp_path_factory.mktemp("unseen")))


@pytest.mark.parametrize("name", ATTACKS)
def test_an_outsiders_acts_are_found_and_nobody_elses(judged, name):
    made = judged(name)
    assert (made.precision >= 0.95, made.recall >= ATTACKS[name].recall) == (True, True), list(made.wrong())


@pytest.mark.parametrize("name", ATTACKS)
def test_a_takeover_is_called_one_with_its_way_in_and_its_remains(judged, name):
    found, right = judged(name).found, ATTACKS[name]
    assert found.verdict.verdict in right.verdicts, found.verdict
    assert not right.causes or found.cause.top in right.causes, found.cause.hypotheses[:3]
    assert {item.kind for item in found.persistence if item.remove} == set(right.removed)


@pytest.mark.parametrize("name", OPEN)
def test_where_an_outsider_is_not_understood_the_user_is_not_accused(judged, name):
    made = judged(name)
    assert made.precision >= 0.95, list(made.wrong())
    assert {item.kind for item in made.found.persistence if item.remove} <= set(OPEN[name].removed)


@pytest.mark.parametrize("name", UNSEEN)
def test_what_was_seen_and_who_was_written_to_is_listed_as_it_was(judged, name):
    assert judged(name).seen.faults == []


@pytest.mark.parametrize("name", INNOCENTS)
def test_an_innocent_is_asked_at_most(judged, name):
    found, right = judged(name).found, INNOCENTS[name]
    assert found.verdict.verdict in right.verdicts, found.verdict
    assert {one.source for one in found.attributions if one.label is Label.ATTACKER} <= {"message_trace"}
    assert [item for item in found.persistence if item.remove or item.verdict is Label.ATTACKER] == []
    assert {step.action for step in found.plan.steps} & _HARSH == set()


@pytest.mark.parametrize("name", EXPLAINED)
def test_an_innocents_doings_are_explained_rightly(judged, name):
    found, right = judged(name).found, EXPLAINED[name]
    assert not right.causes or found.cause.top in right.causes, found.cause.hypotheses[:3]


def test_over_all_attacks_hardly_anything_is_called_wrongly(judged):
    made = [judged(name) for name in ATTACKS | OPEN]
    right = sum(one.called * one.precision for one in made)
    assert right / sum(one.called for one in made) >= 0.99
    assert right / sum(one.were for one in made) >= 0.45
    assert [name for name in INNOCENTS if judged(name).found.verdict.verdict is Verdict.CONFIRMED] == []
