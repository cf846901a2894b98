"""Inbox rules, in state and in the log."""

from __future__ import annotations

import pytest
from detections.world import HOSTILE, act, ask, at, broke_in, partner, usual
from tables import SUBJECT, event, rule, rule_change, sign_in

from o365nb.model import Answer, Outcome

BURY = {"move_to_folder": "RSS Subscriptions", "mark_as_read": True}
NEWS = rule(name="Newsletters", from_addresses=["news@shop.example"], move_to_folder="Newsletters")
KEY = f"inbox_rule:{SUBJECT}:1001"

FOUND = {
    "pe-rule-name-evasive": rule(name=".."),
    "pe-rule-hide": rule(**BURY, words=["invoice"]),
    "pe-rule-keywords": rule(**BURY, words=["Invoice 2026"]),
    "pe-rule-catchall": rule(has_conditions=False, deletes=True),
    "pe-rule-targets-person": rule(**BURY, words=["fabrikam"]),
    "pe-rule-forward-ext": rule(forward_to=["box@evil.example"]),
    "pe-rule-hidden": rule(name="..", hidden=True, seen_by=["exchange"]),
}
INNOCENT = {
    "pe-rule-name-evasive": [NEWS, rule(name="请假", rule_id="2")],
    "pe-rule-hide": [NEWS, rule(name="Off", rule_id="2", enabled=False, deletes=True)],
    "pe-rule-keywords": [NEWS, rule(rule_id="2", words=["invoice"], move_to_folder="Invoices", stop_processing=True)],
    "pe-rule-catchall": [
        NEWS,
        rule(rule_id="2", has_conditions=False, move_to_folder="Inbox"),
        rule(rule_id="3", name="Junk E-mail Rule", hidden=True, has_conditions=False, move_to_folder="Junk Email"),
    ],
    "pe-rule-targets-person": [NEWS, rule(rule_id="2", from_addresses=["bob@fabrikam.example"], move_to_folder="Bob")],
    "pe-rule-forward-ext": [NEWS, rule(rule_id="2", forward_to=["bob@CONTOSO.example", "x@sub.contoso.example"])],
    "pe-rule-hidden": [NEWS, rule(rule_id="2", name="Junk E-mail Rule", hidden=True)],
}


@pytest.mark.parametrize("slug", FOUND)
def test_finds_the_rule_as_it_stands(tmp_path, slug):
    _, hits = ask(tmp_path, slug, events=partner(), inbox_rules=[FOUND[slug], rule(rule_id="9", name="Other")])
    assert [(hit.subject, hit.evidence, hit.first) for hit in hits] == [(SUBJECT, (KEY,), None)]


@pytest.mark.parametrize("slug", FOUND)
def test_stays_silent(tmp_path, slug):
    answer, hits = ask(tmp_path, slug, events=partner(), inbox_rules=INNOCENT[slug])
    assert (answer.verdict, hits) == (Answer.CLEAR, [])


@pytest.mark.parametrize("slug", FOUND)
def test_survives_a_hostile_name(tmp_path, slug):
    _, hits = ask(tmp_path, slug, events=partner(), inbox_rules=[{**FOUND[slug], "name": HOSTILE}])
    assert [hit.evidence for hit in hits] == [(KEY,)]
    assert not any(char in hits[0].summary for char in "\x1b\u202e\n")
    assert len(hits[0].summary) <= 400


def test_state_and_log_of_one_rule_are_one_hit(tmp_path):
    made = act("New-InboxRule", event_id="made")
    change = rule_change(event_id="made", time=made["time"], name="..", **BURY, words=["invoice"])
    _, hits = ask(
        tmp_path, "pe-rule-hide", events=[*usual(), broke_in(), made],
        rule_changes=[change], inbox_rules=[rule(name="..", **BURY, words=["invoice"])],
    )  # fmt: skip
    assert [(hit.evidence, hit.confidence) for hit in hits] == [(("made", KEY), 0.95)]


def test_a_familiar_hand_that_deletes_a_newsletter_is_tidying_up(tmp_path):
    made = event(operation="New-InboxRule", event_id="made")
    news = {"name": "Shop", "from_addresses": ["news@shop.example"], "deletes": True, "stop_processing": True}
    answer, _ = ask(
        tmp_path, "pe-rule-hide", events=[*usual(), made], rule_changes=[rule_change(event_id="made", **news)],
        inbox_rules=[rule(**news)],
    )  # fmt: skip
    assert answer.verdict is Answer.CLEAR


def test_a_rule_against_the_pay_office_is_aimed(tmp_path):
    aimed = rule(name="Gandalf", from_addresses=["noreply@workday.example"], deletes=True)
    _, hits = ask(tmp_path, "pe-rule-targets-person", inbox_rules=[aimed])
    assert [hit.summary for hit in hits] == ['inbox rule "Gandalf" hides mail that concerns noreply@workday.example']


@pytest.mark.parametrize(
    ("does", "sure"),
    [
        ({"move_to_folder": "Conversation History"}, [0.55]),
        ({"move_to_folder": "Archiv"}, [0.55]),
        ({"move_to_folder": "Conversation History", "mark_as_read": True}, [0.7]),
        ({"move_to_folder": "Invoices"}, []),
        ({"mark_as_read": True}, []),
    ],
    ids=["buried unread", "archived unread", "buried read", "sorted", "only marked as read"],
)
def test_mail_about_money_that_goes_where_nobody_looks_is_hidden_though_it_stays_unread(tmp_path, does, sure):
    _, hits = ask(tmp_path, "pe-rule-keywords", inbox_rules=[rule(name="x1y", words=["Kontoverbindung"], **does)])
    assert [hit.confidence for hit in hits] == sure


NEXT_DOOR = {"client_ip": "203.0.113.201", "session_id": "00000000-0000-4000-8000-00000000000c", "device_id": None,
             "device_managed": None}  # fmt: skip


@pytest.mark.parametrize(
    ("client", "sure"),
    [
        ({"os": "Linux", "browser": "Firefox"}, 0.7),
        ({"os": "iOS", "browser": "Safari"}, 0.4),
    ],
    ids=["a program never seen", "the user's own telephone on a fresh address"],
)
def test_a_rule_by_a_new_program_at_a_new_address_of_the_users_own_provider_is_nobodys_habit(tmp_path, client, sure):
    came = sign_in(**NEXT_DOOR, **client)
    made = event(operation="New-InboxRule", event_id="made", **NEXT_DOOR, time=at(minutes=5))
    change = rule_change(event_id="made", time=made["time"], name="wd", words=["payroll"], deletes=True)
    _, hits = ask(tmp_path, "pe-rule-keywords", events=[*usual(), came, made], rule_changes=[change])
    assert [(hit.evidence, hit.confidence) for hit in hits] == [(("made",), sure)]


def test_a_one_letter_name_alone_is_weak(tmp_path):
    _, hits = ask(tmp_path, "pe-rule-name-evasive", inbox_rules=[rule(name="1")])
    assert [hit.confidence for hit in hits] == [0.4]


def test_a_hidden_rule_that_borrows_the_name_of_exchanges_own_is_found(tmp_path):
    borrowed = rule(name="Junk E-mail Rule", hidden=True, words=["invoice"], move_to_folder="Junk Email")
    assert ask(tmp_path, "pe-rule-hidden", inbox_rules=[borrowed])[0].verdict is Answer.FOUND


def test_a_rule_made_and_gone_without_removal(tmp_path):
    _, hits = ask(
        tmp_path, "pe-rule-hidden", rule_changes=[rule_change(event_id="made", name="..")], inbox_rules=[NEWS]
    )
    assert [(hit.evidence, hit.confidence) for hit in hits] == [(("made",), 0.5)]


def test_a_rule_made_and_removed_by_the_log_is_not_hidden(tmp_path):
    changes = [rule_change(name="x"), rule_change(name="x", change="remove", time=at(hours=1))]
    answer, _ = ask(tmp_path, "pe-rule-hidden", rule_changes=changes, inbox_rules=[NEWS])
    assert answer.verdict is Answer.CLEAR


def _churn(hand):
    made, ended = hand("New-InboxRule", event_id="made"), hand("Remove-InboxRule", event_id="ended", time=at(hours=1))
    changes = [
        rule_change(event_id="made", name=HOSTILE, time=made["time"]),
        rule_change(event_id="ended", name=HOSTILE, change="remove", time=ended["time"]),
    ]
    return {"events": [*usual(), broke_in(), made, ended], "rule_changes": changes}


def test_made_and_taken_away_by_the_intruder(tmp_path):
    _, hits = ask(tmp_path, "pe-rule-churn", **_churn(act))
    assert [(hit.evidence, hit.confidence) for hit in hits] == [(("made", "ended"), 0.9)]


def test_a_user_who_tries_out_rules(tmp_path):
    answer, _ = ask(tmp_path, "pe-rule-churn", **_churn(lambda operation, **given: event(operation=operation, **given)))
    assert answer.verdict is Answer.CLEAR


def test_a_rule_from_an_unfamiliar_address(tmp_path):
    made = act("New-InboxRule", event_id="made")
    _, hits = ask(
        tmp_path, "pe-rule-unfamiliar", events=[*usual(), broke_in(), made],
        rule_changes=[rule_change(event_id="made", name=HOSTILE, time=made["time"])],
    )  # fmt: skip
    assert [(hit.evidence, hit.confidence) for hit in hits] == [(("made",), 0.9)]


def test_a_rule_from_home(tmp_path):
    made = event(operation="New-InboxRule", event_id="made")
    answer, _ = ask(
        tmp_path, "pe-rule-unfamiliar", events=[*usual(), made], rule_changes=[rule_change(event_id="made")]
    )
    assert answer.verdict is Answer.CLEAR


def test_hidden_rules_need_exchange(tmp_path):
    answer, _ = ask(tmp_path, "pe-rule-hidden", coverage={"inbox_rules.hidden": Outcome.DENIED})
    assert answer.verdict is Answer.BLIND
