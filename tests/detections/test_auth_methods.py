"""Authentication methods, devices, roles."""

from __future__ import annotations

import pytest
from detections.world import HOSTILE, act, ask, at, broke_in, usual
from tables import SUBJECT, event, state

from o365nb.model import Answer

ADDED = {"operation": "User registered security info", "source": "directory_audit", "target": SUBJECT}
JOINED = {"operation": "Add registered owner to device", "source": "directory_audit", "target": "DESKTOP-7Q2LKA9"}
ROLE = {
    "operation": "Add member to role",
    "source": "directory_audit",
    "target": SUBJECT,
    "properties": {"ModifiedProperties.Role.DisplayName": "Global Administrator"},
}
FOUND = {"pe-mfa-method-added": ADDED, "pe-device-registered": JOINED, "pe-role-added": ROLE}


@pytest.mark.parametrize("slug", FOUND)
def test_finds_the_intruders_change(tmp_path, slug):
    _, hits = ask(tmp_path, slug, events=[*usual(), broke_in(), act(**FOUND[slug], event_id="it")])
    assert [(hit.subject, hit.evidence, hit.confidence) for hit in hits] == [(SUBJECT, ("it",), 0.95)]


@pytest.mark.parametrize("slug", ["pe-mfa-method-added", "pe-device-registered"])
def test_a_new_phone_or_computer_at_home_is_silent(tmp_path, slug):
    answer, hits = ask(tmp_path, slug, events=[*usual(), event(**FOUND[slug])])
    assert (answer.verdict, hits) == (Answer.CLEAR, [])


@pytest.mark.parametrize("slug", FOUND)
def test_survives_hostile_text(tmp_path, slug):
    row = {**FOUND[slug], "as_org": HOSTILE, "properties": {"ModifiedProperties.Role.DisplayName": HOSTILE}}
    _, hits = ask(tmp_path, slug, events=[*usual(), broke_in(), act(**row, event_id="it")])
    assert [hit.evidence for hit in hits] == [("it",)]
    assert "\x1b" not in hits[0].summary


@pytest.mark.parametrize("slug", FOUND)
def test_somebody_elses_change_is_silent(tmp_path, slug):
    other = {**FOUND[slug], "actor": "bob@contoso.example", "target": "carol@contoso.example"}
    answer, _ = ask(tmp_path, slug, events=[*usual(), broke_in(), act(**other)])
    assert answer.verdict is Answer.CLEAR


def test_a_method_added_at_home_right_after_a_break_in_is_half_sure(tmp_path):
    _, hits = ask(tmp_path, "pe-mfa-method-added", events=[*usual(), broke_in(), event(**ADDED, time=at(hours=2))])
    assert [hit.confidence for hit in hits] == [0.5]


def test_a_method_in_state_that_came_with_the_break_in(tmp_path):
    held = state(
        "auth_method", "7", method_type="microsoftAuthenticator", display_name="iPhone 12", created=at(minutes=31)
    )
    old = state("auth_method", "6", method_type="phone", created=at(days=-300))
    _, hits = ask(tmp_path, "pe-mfa-method-added", events=[*usual(), broke_in()], auth_methods=[held, old])
    assert [hit.evidence for hit in hits] == [(f"auth_method:{SUBJECT}:7",)]


def test_the_audit_logs_own_form_of_a_new_method(tmp_path):
    told = {"ModifiedProperties.StrongAuthenticationPhoneAppDetail": '[{"DeviceName":"iPhone 12"}]'}
    row = act("Update user", event_id="it", target=SUBJECT, properties=told)
    _, hits = ask(tmp_path, "pe-mfa-method-added", events=[*usual(), broke_in(), row])
    assert [hit.evidence for hit in hits] == [("it",)]


def test_a_device_with_the_build_of_an_attack_tool(tmp_path):
    held = state("device", name="DESKTOP-7Q2LKA9", os_version="10.0.19041.928", registered=at(minutes=4))
    _, hits = ask(tmp_path, "pe-device-registered", devices=[held])
    assert [hit.evidence for hit in hits] == [(f"device:{SUBJECT}:1",)]


def test_a_role_given_by_the_it_department_is_unsure(tmp_path):
    _, hits = ask(tmp_path, "pe-role-added", events=[*usual(), event(**ROLE, actor="admin@contoso.example")])
    assert [hit.confidence for hit in hits] == [0.4]
