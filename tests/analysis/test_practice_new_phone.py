"""S10 judged: a new phone is a new phone."""

import pytest

from o365nb.model import Context, Label, Severity, Verdict


@pytest.fixture(scope="module")
def found(practice_case):
    return practice_case("new_phone").found


def test_nothing_above_medium_is_found_and_what_is_found_is_the_users_own(found):
    assert [(one.slug, one.severity, one.context) for one in found.findings] == [
        ("pe-eas-device", Severity.MEDIUM, Context.NO)
    ]
    assert (found.verdict.verdict, found.cause.top) == (Verdict.NOT_SUPPORTED, "H13")
    assert not [one for one in found.attributions if one.label is Label.ATTACKER]


def test_the_phone_the_method_the_rule_and_the_application_are_kais(found):
    assert {item.verdict for item in found.persistence} == {Label.USER}
    (phone,) = [item for item in found.persistence if item.description.startswith('Device "Outlook for Android')]
    assert phone.because.startswith("Made by an event at 2026-11-12 18:49 UTC that is the user's own")


def test_the_user_is_asked_and_nothing_is_done(found):
    assert [step.action for step in found.plan.steps] == ["ask_user"]
