"""The scorecard's floors: what the kit gets right on the practice stories, it goes on getting right.

`make scorecard` prints the whole table with every variation; here are all stories as they are told, and of the
variations those that are hardest on the judgement.
"""

from dataclasses import replace

import pytest
from scorecard import CONTROLS, SPARED, STORIES, judged, line, score

from o365nb.model import Label
from o365nb.practice.story import stories

FLOOR = 0.98
#: Story and variation → the least F1 that is kept.
VARIED = {
    "aitm.gaps": 0.98,
    "aitm.no-audit-log": 0.98,
    "spray.no-sign-ins": 0.98,
    "traveller.other-networks": 1.0,
    "new_phone.gaps": 1.0,
}


def test_every_story_has_a_truth_to_be_measured_against():
    assert list(STORIES) == list(stories())
    assert {slug for slug, right in STORIES.items() if not right.taken} == set(SPARED)


@pytest.mark.parametrize("story", STORIES)
def test_a_story_is_judged_right_in_every_respect(practice_case, story):
    made = practice_case(story)
    one = score(story, made.case, made.found, made.truth)
    assert (one.precision >= FLOOR, one.recall >= FLOOR) == (True, True), one.events
    assert (one.persistence, one.plan, one.cause, one.verdict_right) == ((), (), STORIES[story].cause, True)


@pytest.mark.parametrize("story", SPARED)
def test_nothing_is_changed_by_itself_on_an_account_that_nobody_took(practice_case, story):
    assert [step.action for step in practice_case(story).found.plan.steps if step.automatic] == []


@pytest.mark.parametrize("story", VARIED)
def test_under_variation_attribution_falls_gently_and_no_control_is_confirmed(tmp_path, story):
    one = judged(story, tmp_path)
    assert one.f1 >= VARIED[story], one.events
    if story.partition(".")[0] in CONTROLS:
        assert (one.called, one.verdict_right, one.plan) == (0, True, ()), list(one.faults)
    else:
        assert one.verdict_right


def test_a_wrong_judgement_is_noticed(practice_case):
    """The measure itself: a label, an object, a step and a verdict that are wrong each lower the score."""
    made = practice_case("consent")
    user = next(one for one in made.found.attributions if one.label is Label.USER and one.source == "ual")
    theirs = next(item for item in made.found.persistence if item.remove)
    steps = tuple(step for step in made.found.plan.steps if step.action not in ("remove_consent", "revoke_sessions"))
    spoiled = replace(
        made.found,
        attributions=(replace(user, label=Label.ATTACKER),),
        persistence=tuple(item for item in made.found.persistence if item is not theirs),
        plan=replace(made.found.plan, steps=steps),
        cause=replace(made.found.cause, top="H1"),
    )
    one = score("consent", made.case, spoiled, made.truth)
    assert (one.precision, one.recall, one.f1, one.cause_right) == (0, 0, 0, False)
    assert one.persistence == ("oauth_grant eM Client is not in the inventory",)
    assert one.plan == ("no step acts on oauth_grant eM Client", "revoke_sessions is for nobody")
    assert line(one).split() == ["consent", *["0.000"] * 3, "wrong", "H1!", f"{one.sure:.3f}*", "wrong", "confirmed"]


def test_a_step_against_somebody_who_was_not_taken_is_noticed(practice_case):
    quiet, taken = practice_case("traveller"), practice_case("aitm")
    block = next(step for step in taken.found.plan.steps if step.action == "block_sign_in")
    spoiled = replace(quiet.found, plan=replace(quiet.found.plan, steps=(*quiet.found.plan.steps, block)))
    assert score("traveller", quiet.case, spoiled, quiet.truth).plan == (
        "a step changes something: block_sign_in anna@contoso.example", "block_sign_in is proposed",
    )  # fmt: skip
