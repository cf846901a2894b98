"""What verification finds hours later: the response that failed after all is told from the one that holds."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from response.conftest import signed_in

from o365nb import investigate, response
from o365nb.errors import BadInput
from o365nb.practice import PracticeTenant
from o365nb.progress import Progress
from o365nb.watch import look_again, round_lines, rounds

HOURS = timedelta(hours=3)


class Watched:
    """A story's case whose response was applied, and its tenant."""

    def __init__(self, case, server):
        self.case, self.server = case, server
        self.plan = investigate.plan_of(case)

    def apply(self, *without):
        chosen = [
            step.id for step in self.plan.steps if response.part_of_the_whole(step) and step.action not in without
        ]
        with signed_in(self.server) as tenant:
            response.apply(self.case, tenant, self.plan, self.plan.plan_id, chosen, on_password=lambda *_: None)
        self.server.pass_time(HOURS)

    def look(self):
        """A round, hours later: signed in to anew."""
        self.server.pass_time(timedelta(minutes=20))
        with signed_in(self.server) as tenant:
            return look_again(self.case, tenant, Progress())


@contextmanager
def watching(case, story):
    with PracticeTenant(story, state=case.state) as server:
        yield Watched(case, server)


def against(made):
    """What speaks against the response: its steps, and what was seen."""
    failed = {(check.action, check.note) for check in made.checks if check.holds is False}
    return failed, {(sign.kind, sign.subject) for sign in made.signs if sign.serious}


def test_a_response_that_holds_is_told_so_and_when_to_look_again(practice_copy):
    with watching(practice_copy("aitm"), "aitm") as watched:
        watched.apply()
        made = watched.look()
        assert against(made) == (set(), set())
        assert (made.broken, made.due, made.following - made.since) == (False, "1 h", timedelta(hours=24))
        watched.server.pass_time(timedelta(days=8))
        last = watched.look()
        assert (last.due, last.following, last.broken) == ("7 d", None, False)
        assert list(round_lines(last))[-1] == "That was the last of the rounds (1 h, 24 h, 7 d)."
        kept = rounds(watched.case)
        proved = [line.partition(":")[0] for line in watched.case.verify()]
        assert [name for name in proved if name.startswith("watch")] == [
            "watch chain", *(f"watch/{one['folder']}" for one in kept for _ in range(3)),
        ]  # fmt: skip
    assert [(one["due"], one["broken"], one["folder"]) for one in kept] == [
        ("1 h", False, made.folder), ("7 d", False, last.folder),
    ]  # fmt: skip
    shown = {check.action: check.took for check in made.checks}
    assert shown["block_sign_in"] is not None
    assert shown["ask_user"] is None


def test_a_rule_that_comes_back_is_caught(practice_copy):
    with watching(practice_copy("aitm"), "aitm") as watched:
        watched.apply()
        watched.server.relapse("rule")
        made = watched.look()
    subject = watched.case.info.subjects[0]
    # Whoever set it had a session from before, and came from the attacker's address.
    kinds = ("rule_returns", "appeared", "token_survives", "artefact_at_work")
    assert against(made) == (set(), {(kind, subject) for kind in kinds})
    assert [sign.what for sign in made.signs if sign.kind == "rule_returns"] == [
        "inbox rule '..' was set after the response"
    ]


def test_a_grant_that_the_password_reset_left_is_caught(practice_copy):
    """As many do it: blocked, signed out, a new password, and the consent forgotten."""
    with watching(practice_copy("consent"), "consent") as watched:
        watched.apply("disable_application", "remove_consent")
        watched.server.relapse("token")
        made = watched.look()
    failed, seen = against(made)
    assert failed == {("disable_application", "not applied"), ("remove_consent", "not applied")}
    assert ("artefact_at_work", watched.case.info.subjects[0]) in seen


def test_tokens_that_survive_the_revocation_are_caught(practice_copy):
    with watching(practice_copy("token_theft"), "token_theft") as watched:
        watched.apply()
        watched.server.relapse("token")
        made = watched.look()
    failed, seen = against(made)
    subject = watched.case.info.subjects[0]
    assert failed == set()
    assert seen >= {("token_survives", subject), ("closed_sign_in", subject)}


def test_an_account_that_the_synchronisation_enables_again_is_caught(practice_copy):
    with watching(practice_copy("device_code"), "device_code") as watched:
        watched.apply()
        watched.server.relapse("sync")
        made = watched.look()
    failed, _ = against(made)
    assert failed == {("block_sign_in", "it was applied and does not hold any more")}


def test_before_anything_was_applied_there_is_nothing_to_watch(practice_copy):
    with watching(practice_copy("aitm"), "aitm") as watched, pytest.raises(BadInput, match="Nothing was applied yet"):
        watched.look()


def test_a_story_has_only_the_relapses_that_it_can(tmp_path):
    with PracticeTenant("traveller", state=tmp_path) as server:
        for kind, said in (
            ("token", "can come back so"),
            ("rule", "can come back so"),
            ("flood", "no relapse 'flood'"),
        ):
            with pytest.raises(BadInput, match=said):
                server.relapse(kind)
