"""Incidents of other houses, most of them harder than any story: what may be said of them, and what must not be."""

import functools

import pytest
from incidents import held_out, strangers
from incidents.exposed import KINDS, Counted
from incidents.measure import investigated

from o365nb.model import Label, Verdict

ATTACKS, INNOCENTS = strangers.ATTACKS | held_out.ATTACKS, strangers.INNOCENTS | held_out.INNOCENTS
STRANGERS = ATTACKS | INNOCENTS
#: Steps that take something from the user.
_HARSH = {"block_sign_in", "reset_password", "disable_inbox_rule", "remove_auth_method", "revoke_grant", "hold_mailbox"}


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    """`stranger("over six")`: judged once, looked at by every test."""
    return functools.cache(lambda name: investigated(STRANGERS[name].incident, tmp_path_factory.mktemp("stranger")))


@pytest.mark.parametrize("name", ATTACKS)
def test_an_outsiders_acts_are_found_and_nobody_elses(stranger, name):
    made = stranger(name)
    assert (made.precision >= 0.95, made.recall >= ATTACKS[name].recall) == (True, True), list(made.wrong())


@pytest.mark.parametrize("name", ATTACKS)
def test_a_takeover_is_called_one_with_its_way_in_and_its_remains(stranger, name):
    found, right = stranger(name).found, ATTACKS[name]
    assert found.verdict.verdict in right.verdicts, found.verdict
    assert not right.causes or found.cause.top in right.causes, found.cause.hypotheses[:3]
    assert {item.kind for item in found.persistence if item.remove} == set(right.removed)


@pytest.mark.parametrize("name", STRANGERS)
def test_what_was_seen_and_who_was_written_to_is_listed_as_it_was(stranger, name):
    assert stranger(name).seen.faults == []


@pytest.mark.parametrize("name", INNOCENTS)
def test_an_innocent_is_asked_at_most(stranger, name):
    found, right = stranger(name).found, INNOCENTS[name]
    assert found.verdict.verdict in right.verdicts, found.verdict
    assert not right.causes or found.cause.top in right.causes, found.cause.hypotheses[:3]
    assert {one.source for one in found.attributions if one.label is Label.ATTACKER} <= {"message_trace"}
    assert [item for item in found.persistence if item.remove or item.verdict is Label.ATTACKER] == []
    assert {step.action for step in found.plan.steps} & _HARSH == set()


def test_over_all_of_them_most_of_what_was_seen_is_listed(stranger):
    """Certain and possible together; what is missing was done by a hand that nobody knew for a stranger's."""
    made = [stranger(name).seen for name in ATTACKS]
    kinds = [kind for kind in KINDS if kind != "link"]  # a single one, in an incident that nobody understands
    listed = {kind: sum((one.counted(kind) for one in made), Counted()).listed for kind in kinds}
    assert {kind: share for kind, share in listed.items() if share < 0.75} == {}, listed


def test_over_all_of_them_most_is_found_and_hardly_anything_wrongly(stranger):
    """Three in four of the attackers' events are found, the hopeless cases included."""
    made = [stranger(name) for name in ATTACKS]
    right = sum(one.called * one.precision for one in made)
    assert right / sum(one.called for one in made) >= 0.99
    assert right / sum(one.were for one in made) >= 0.75
    assert [name for name in INNOCENTS if stranger(name).found.verdict.verdict is Verdict.CONFIRMED] == []
