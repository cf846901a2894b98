"""S08 judged: others write in names that are not theirs, and the account is nobody's but Ivan's."""

import pytest

from o365nb.model import Label, Phase, Verdict
from o365nb.report.advice import recommendations
from o365nb.report.clock import Clock
from o365nb.report.story import tell

IVAN = "ivan@contoso.example"


@pytest.fixture(scope="module")
def made(practice_case):
    return practice_case("invoice")


def test_the_account_was_not_taken_and_the_summary_says_what_happened_instead(made):
    verdict = made.found.verdict
    assert (verdict.verdict, verdict.first_attacker_event) == (Verdict.NOT_SUPPORTED, None)
    assert verdict.because[0].startswith("9 mails came from outside under imitated or forged names, from 2026-11-11")
    assert (made.found.cause.top, made.found.cause.determined) == ("H12", True)


def test_what_the_story_tells_is_found_and_nothing_else(made):
    told = {slug for item in made.truth.values() for slug in item["findings"]}
    assert {finding.slug for finding in made.found.findings} == told


def test_every_mail_is_given_to_the_one_who_wrote_it(made):
    called = {one.event_id for one in made.found.attributions if one.label is Label.ATTACKER}
    known = {one.event_id for one in made.found.attributions}
    assert called == {key for key in known if made.truth[key]["label"] == "attacker"}
    assert len(called) == 9
    assert not [one for one in made.found.attributions if one.label is Label.UNKNOWN and one.actor == IVAN]


def test_people_stop_the_fraud_and_nothing_is_done_to_the_account(made):
    steps = {step.arguments["playbook"]: step for step in made.found.plan.steps}
    assert list(steps) == ["M3", "M1", "R4", "R7"]
    assert not any(step.automatic for step in steps.values())
    assert steps["M3"].phase is Phase.CONTAIN
    assert steps["R7"].command_equivalent == "Set-OrganizationConfig -RejectDirectSend $true"


def test_nothing_of_the_account_is_to_be_removed_and_nothing_of_it_was_seen(made):
    assert {item.verdict for item in made.found.persistence} == {Label.USER}
    assert made.found.exposure == ()
    assert {one.address for one in made.found.recipients} == {
        IVAN, "gina@contoso.example", "frank@contoso.example",
    }  # fmt: skip


def test_the_report_says_that_mail_was_forged_and_not_that_it_was_sent_from_the_account(made):
    told = {chapter.title: [one.text for one in chapter.sentences] for chapter in tell(made.found, Clock())}
    assert told["In short"][1] == (
        "9 mails came in names that are imitated or forged; nobody but the owner is shown in the account."
    )
    assert told["What was done"] == ["Mail in imitated or forged names was delivered (9 records)."]
    assert told["What may explain it"] == [
        "What fits the evidence best: the address was forged; the account was not taken (97%)."
    ]
    advised = [one.what for one in recommendations(made.found)]
    assert "Reject direct send, and enforce SPF, DKIM and DMARC for the domain." in advised
    assert "Confirm every change of bank details by telephone, on a number already known." in advised
