"""Answers led elsewhere, storms of bounces, floods; and what other products say."""

from __future__ import annotations

import pytest
from detections.world import HOSTILE, ask, at, broke_in, partner, trace, usual
from tables import SUBJECT, event, state

from o365nb.model import Answer


def mail(sender, answers, identity="1"):
    return state("message", identity, sender=sender, received=at(hours=-2), recipients=[SUBJECT],
                 headers=[{"name": "Reply-To", "value": answers}])  # fmt: skip


def test_answers_led_to_a_look_alike_of_the_partner_are_found(tmp_path):
    rows = [mail("bob@fabrikam.example", f"{HOSTILE} <bob@fabrlkam.example>")]
    _, (hit,) = ask(tmp_path, "im-replyto", events=[*usual(), *partner()], messages=rows)
    assert (hit.subject, hit.evidence, hit.confidence) == (SUBJECT, (rows[0]["key"],), 0.8)


@pytest.mark.parametrize(
    "row",
    [
        mail("bob@fabrikam.example", "support@desk.example"),
        mail("news@shop.example", "x@mailer.example"),
        mail("bob@fabrikam.example", "bob@mail.fabrikam.example"),
        mail("erin@contoso.example", "erin@contoso.onmicrosoft.example"),
        mail("bob@fabrikam.example", HOSTILE),
    ],
)
def test_services_and_the_senders_own_domains_are_not(tmp_path, row):
    answer, _ = ask(tmp_path, "im-replyto", events=[*usual(), *partner()], messages=[row])
    assert answer.verdict is Answer.CLEAR


def test_mail_in_the_own_name_that_wants_answers_elsewhere_is_found(tmp_path):
    _, (hit,) = ask(tmp_path, "im-replyto", messages=[mail("boss@contoso.example", "boss@freemail.example")])
    assert hit.summary == "answers to boss@contoso.example go to boss@freemail.example"


def bounces(count, **when):
    return [trace("postmaster@fabrikam.example", SUBJECT, time=at(**when, seconds=n), message_subject=HOSTILE)
            for n in range(count)]  # fmt: skip


def test_a_storm_of_bounces_is_found_and_the_daily_few_are_not(tmp_path):
    _, (hit,) = ask(tmp_path / "a", "im-ndr-storm", events=[*bounces(25), *bounces(3, days=-4)])
    assert (hit.subject, len(hit.evidence)) == (SUBJECT, 25)
    daily = [row for day in range(20) for row in bounces(25, days=-day)]
    assert ask(tmp_path / "b", "im-ndr-storm", events=daily)[0].verdict is Answer.CLEAR
    assert ask(tmp_path / "c", "im-ndr-storm", events=bounces(9))[0].verdict is Answer.CLEAR


def flood(senders, mails=240):
    return [trace(f"list{n % senders}@s{n % senders}.example", SUBJECT, time=at(seconds=n), message_subject=HOSTILE)
            for n in range(mails)]  # fmt: skip


def test_a_flood_from_strangers_is_found_and_one_senders_many_mails_are_not(tmp_path):
    _, (hit,) = ask(tmp_path / "a", "im-email-bomb", events=flood(120))
    assert hit.summary == "240 mails of 120 senders who never wrote before came within an hour"
    assert ask(tmp_path / "b", "im-email-bomb", events=flood(3))[0].verdict is Answer.CLEAR


def alert(**given):
    return event(**{"source": "alert", "workload": "MicrosoftDefender", "operation": f"Defender alert: {HOSTILE}",
                    "actor": "microsoftdefenderforoffice365", "actor_kind": "system", "target": SUBJECT,
                    "client_ip": None, "properties": {"severity": "high"}, **given})  # fmt: skip


def test_an_alert_about_the_account_is_found_unless_somebody_called_it_false(tmp_path):
    _, (hit,) = ask(tmp_path / "a", "ia-defender-alert", events=[alert(event_id="it")])
    assert (hit.subject, hit.evidence, hit.confidence) == (SUBJECT, ("it",), 0.7)
    innocent = [
        alert(properties={"severity": "high", "classification": "falsePositive"}),
        alert(properties={"severity": "informational"}),
        alert(target="bob@contoso.example"),
    ]
    assert ask(tmp_path / "b", "ia-defender-alert", events=innocent)[0].verdict is Answer.CLEAR


def click(action, **given):
    return event(**{"operation": "TIUrlClickData", "workload": "ThreatIntelligence", "target": "https://evil.example/a",
                    "client_ip": None, "properties": {"UrlClickAction": action}, **given})  # fmt: skip


def test_a_link_opened_in_spite_of_the_warning_or_before_the_break_in_is_found(tmp_path):
    rows = [*usual(), click("4", event_id="warned", time=at(days=-2)),
            click("ClickAllowed", event_id="before", time=at(minutes=-9), target="https://evil.example/b"),
            broke_in()]  # fmt: skip
    _, hits = ask(tmp_path, "ia-link-clicked", events=rows)
    assert [(hit.evidence, hit.confidence) for hit in hits] == [(("warned",), 0.5), (("before",), 0.8)]


@pytest.mark.parametrize(
    "row",
    [click("ClickAllowed"), click("ClickBlocked", result="failure"), click("2"), click("4", actor="bob@x.example")],
)
def test_a_link_that_was_fine_or_blocked_or_another_persons_is_not(tmp_path, row):
    assert ask(tmp_path, "ia-link-clicked", events=[*usual(), row])[0].verdict is Answer.CLEAR


def test_malware_on_a_device_of_the_user_is_told_of_and_a_clean_device_is_not(tmp_path):
    sick = state("device", "1", name=HOSTILE, malware=["Lumma · stealer · active"], protection_state="clean")
    clean = state("device", "2", name="LAPTOP", malware=[], protection_state="clean")
    _, (hit,) = ask(tmp_path, "ia-device-malware", devices=[sick, clean])
    assert (hit.subject, hit.evidence, hit.confidence) == (SUBJECT, (sick["key"],), 0.7)
    assert not any(char in hit.summary for char in "\x1b\u202e")


@pytest.mark.parametrize("lacks", [{"jail_broken": True}, {"real_time_protection": False}])
def test_a_device_without_protection_is_a_question_at_most(tmp_path, lacks):
    _, (hit,) = ask(tmp_path, "ia-device-malware", devices=[state("device", "1", name="PHONE", **lacks)])
    assert hit.confidence == 0.3
