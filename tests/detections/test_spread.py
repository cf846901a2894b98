"""Strangers who pose as support, pay, and what victims have in common."""

from __future__ import annotations

import json

import pytest
from detections.world import HOSTILE, act, ask, at, broke_in, usual
from tables import SUBJECT, event, rule, rule_change, sign_in, state

from o365nb.model import Answer

STRANGER, GINA = "desk@itservice936.onmicrosoft.example", "gina@contoso.example"
PERSONNEL = "workday@myworkday.example"


def chat(name="IT Help Desk", actor=STRANGER, to=SUBJECT, operation="ChatCreated", **given):
    members = [{"DisplayName": name, "UPN": actor}, {"DisplayName": "Anna", "UPN": to}]
    return event(
        **{"operation": operation, "workload": "MicrosoftTeams", "actor": actor, "client_ip": None, "asn": None,
           "event_id": "it", "properties": {"Members": json.dumps(members)}, **given}
    )  # fmt: skip


def test_a_stranger_who_calls_himself_the_help_desk_is_reported(tmp_path):
    _, (hit,) = ask(tmp_path, "la-teams-phish", events=[*usual(), chat()])
    assert (hit.subject, hit.evidence) == (SUBJECT, ("it",))
    assert hit.summary == f'"IT Help Desk" ({STRANGER}), of another organisation, wrote to {SUBJECT} in Teams'


@pytest.mark.parametrize(
    "innocent",
    [
        chat(actor="helpdesk@contoso.example"),
        chat(name="Uwe Baum", actor="uwe@fabrikam.example"),
        chat(to="bob@contoso.example"),
        chat(operation="MessageSent"),
        chat(properties={"Members": "not json"}, actor="x@fabrikam.example"),
        chat(properties={"Members": json.dumps([SUBJECT, 7])}, actor="x@fabrikam.example"),
    ],
)
def test_other_chats_are_silent(tmp_path, innocent):
    assert ask(tmp_path, "la-teams-phish", events=[*usual(), innocent])[0].verdict is Answer.CLEAR


def test_microsofts_own_word_for_an_impersonation_is_enough(tmp_path):
    row = chat(name="Uwe Baum", actor="uwe@fabrikam.example", operation="TeamsImpersonationDetected")
    assert ask(tmp_path, "la-teams-phish", events=[*usual(), row])[0].verdict is Answer.FOUND


HIDING = {"name": "Gandalf", "from_addresses": [PERSONNEL], "deletes": True, "event_id": "it", "time": at(minutes=5)}
PAY = {
    "a rule": ([act("New-InboxRule", event_id="it")], [rule_change(**HIDING)], "workday, myworkday"),
    "a mail": ([act("Send", event_id="it", message_subject="Update direct deposit")], [], "direct deposit"),
    "the system": ([broke_in(event_id="it", app_name="Workday")], [], "workday"),
}


@pytest.mark.parametrize("kind", PAY)
def test_an_unfamiliar_hand_on_the_pay_is_reported(tmp_path, kind):
    rows, changes, word = PAY[kind]
    _, (hit,) = ask(tmp_path, "im-payroll", events=[*usual(), broke_in(), *rows], rule_changes=changes)
    assert (hit.subject, hit.evidence, hit.summary.endswith(f"({word})")) == (SUBJECT, ("it",), True)


@pytest.mark.parametrize(
    "case",
    [
        {"events": [event(operation="Send", message_subject="My payslip")]},
        {"events": [sign_in(app_name="Workday")]},
        {"events": [act("Send", message_subject="Minutes")]},
        {"events": [event(operation="New-InboxRule", event_id="it")], "rule_changes": [rule_change(**HIDING)]},
        {"events": [], "inbox_rules": [rule(name="Pay", from_addresses=[PERSONNEL], deletes=True)]},
    ],
)
def test_the_users_own_pay_is_nobodys_business(tmp_path, case):
    made = {**case, "events": [*usual(), *case["events"]]}
    assert ask(tmp_path, "im-payroll", **made)[0].verdict is Answer.CLEAR


def phone(owner, number, key="1"):
    return state("auth_method", key, owner=owner, method_type="phone", phone_number=number, created=at(minutes=9))


def test_one_number_on_two_accounts_is_reported_for_each(tmp_path):
    methods = [phone(SUBJECT, "+1 202-5550142"), phone(GINA, "+1 2025550142"), phone(GINA, "+49 1511 000001", "2")]
    _, hits = ask(tmp_path, "pe-mfa-shared-artifact", subjects=(SUBJECT, GINA), auth_methods=methods)
    assert {(hit.subject, hit.evidence) for hit in hits} == {
        (GINA, (f"auth_method:{GINA}:1",)), (SUBJECT, (f"auth_method:{SUBJECT}:1",)),
    }  # fmt: skip


@pytest.mark.parametrize("methods", [[phone(SUBJECT, "+1 2025550142")], [phone(SUBJECT, ""), phone(GINA, "")]])
def test_a_number_of_ones_own_is_silent(tmp_path, methods):
    answer, _ = ask(tmp_path, "pe-mfa-shared-artifact", subjects=(SUBJECT, GINA), auth_methods=methods)
    assert answer.verdict is Answer.CLEAR


def test_a_single_account_has_nothing_to_be_compared_with(tmp_path):
    answer, _ = ask(tmp_path, "pe-mfa-shared-artifact", auth_methods=[phone(SUBJECT, "+1 2025550142")])
    said = "auth_methods was read of one account only, and several are compared here"
    assert (answer.verdict, answer.reason) == (Answer.BLIND, said)


def test_another_account_entered_from_the_same_rented_address_is_named(tmp_path):
    rows = [*usual(), broke_in(), broke_in(actor=GINA, event_id="it", time=at(hours=2), as_org=HOSTILE)]
    _, (hit,) = ask(tmp_path, "la-more-victims", events=rows)
    assert (hit.subject, hit.evidence) == (SUBJECT, ("it",))
    assert hit.summary.startswith(f"{GINA} was entered from 198.51.100.66")
    assert not any(char in hit.summary for char in "\x1b\u202e")


@pytest.mark.parametrize(
    "others",
    [
        [broke_in(actor=GINA, result="failure")],
        [sign_in(actor=GINA)],
        [broke_in(actor=GINA, time=at(days=-day), event_id=f"g{day}") for day in (0, 9)],
    ],
    ids=["refused", "the office", "a server that she has used for long"],
)
def test_who_was_not_entered_is_no_victim(tmp_path, others):
    assert ask(tmp_path, "la-more-victims", events=[*usual(), broke_in(), *others])[0].verdict is Answer.CLEAR
