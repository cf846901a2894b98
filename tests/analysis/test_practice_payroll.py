"""Two accounts taken by one page to divert their pay, judged as one case."""

from collections import Counter

import pytest

from o365nb import investigate
from o365nb.model import Context, Label, Verdict
from o365nb.practice import PracticeTenant
from o365nb.progress import Progress

FRANK, GINA = "frank@contoso.example", "gina@contoso.example"
EXPECTED = {"ia-aitm-session-split", "pe-rule-targets-person", "pe-rule-hide", "im-payroll", "la-saas-sso",
            "pe-mfa-method-added", "pe-mfa-shared-artifact", "la-more-victims"}  # fmt: skip


@pytest.fixture(scope="module")
def payroll(tmp_path_factory):
    """The case of both, and the truth."""
    base = tmp_path_factory.mktemp("payroll")
    request = investigate.Request(
        case="payroll", users=(FRANK, GINA), data=base / "data", reports=base / "reports"
    )  # fmt: skip
    case = investigate.from_practice("payroll", request, Progress())
    found = investigate.analyse(case, Progress())
    with PracticeTenant(story="payroll", state=base / "truth") as tenant:
        return found, dict(tenant.truth)


def test_what_the_story_tells_is_found(payroll):
    found, truth = payroll
    told = {slug for item in truth.values() for slug in item["findings"]}
    slugs = {one.slug for one in found.findings if one.context is Context.YES}
    assert (told | EXPECTED) - slugs == set()


def test_every_event_of_both_is_given_to_the_one_who_caused_it(payroll):
    found, truth = payroll
    called = {one.event_id for one in found.attributions if one.label is Label.ATTACKER}
    assert called == {key for key, item in truth.items() if item["label"] == "attacker"}


def test_the_verdict_the_way_in_and_the_remains_are_right(payroll):
    found, _ = payroll
    assert (found.verdict.verdict, found.cause.top, found.cause.determined) == (Verdict.CONFIRMED, "H1", True)
    assert Counter((item.kind, item.owner) for item in found.persistence if item.remove) == {
        ("inbox_rule", FRANK): 1, ("auth_method", FRANK): 1, ("auth_method", GINA): 1,
    }  # fmt: skip
    assert {item.verdict for item in found.persistence if not item.remove} == {Label.USER}


def test_each_is_named_as_the_others_fellow_victim(payroll):
    found, _ = payroll
    more = {one.subject: one.summary for one in found.findings if one.slug == "la-more-victims"}
    assert (GINA in more[FRANK], FRANK in more[GINA]) == (True, True)
    assert found.verdict.because[0].startswith("41 events of 2 accounts could be tied to an attacker")


def test_both_are_contained_their_pay_is_frozen_and_only_the_attackers_objects_go(payroll):
    found, _ = payroll
    steps = [(step.action, step.arguments.get("upn", "")) for step in found.plan.steps]
    for upn in (FRANK, GINA):
        mine = [action for action, whose in steps if whose == upn]
        assert mine[:6] == [
            "hold_mailbox", "bank_recall", "freeze_pay", "block_sign_in", "revoke_sessions", "reset_password",
        ]  # fmt: skip
        assert mine.count("remove_auth_method") == 1
        assert mine.index("unblock_sign_in") > mine.index("remove_auth_method")
    assert [whose for action, whose in steps if action == "disable_inbox_rule"] == [FRANK]
