"""A session in other hands: near home, past a new password, on to other services."""

from __future__ import annotations

import pytest
from detections.world import ELSEWHERE, HOSTILE, INTRUDER, ask, at, broke_in, usual
from tables import SUBJECT, event, sign_in

from o365nb.model import Answer

#: A private line in the user's own town.
NEAR = {**ELSEWHERE, "country": "DE", "city": "Koeln", "user_agent": "Mozilla/5.0 Chrome/131.0.0.0"}
NEXT_DOOR = sign_in(**NEAR, event_id="near", time=at(minutes=1))


def at_home():
    return [{**row, "city": "Koeln"} for row in usual()]


def changed(operation="Reset user password", **given):
    return event(
        **{"source": "directory_audit", "operation": operation, "actor": "helpdesk@contoso.example",
           "target": SUBJECT, "client_ip": "203.0.113.10", "time": at(hours=1), "event_id": operation, **given}
    )  # fmt: skip


def used(hours=2.0, **given):
    return broke_in(source="sign_in_noninteractive", time=at(hours=hours), event_id=f"use {hours}", **given)


def entered(**given):
    told = {"authenticationProtocol": "saml20"}
    return broke_in(**{"app_name": "Pay office", "app_id": "p", "event_id": "saml", "properties": told, **given})


FOUND = {
    "ia-residential-near": ([*at_home(), NEXT_DOOR], ("near",)),
    "ia-token-outlives-reset": ([*usual(), broke_in(), changed(), used()], ("use 2.0",)),
    "la-saas-sso": ([*usual(), entered()], ("saml",)),
}
INNOCENT = {
    "the same computer on a new line": (
        "ia-residential-near", [*({**row, "user_agent": NEAR["user_agent"]} for row in at_home()), NEXT_DOOR],
    ),
    "another town": ("ia-residential-near", [*at_home(), {**NEXT_DOOR, "city": "Berlin"}]),
    "a phone on its carrier": ("ia-residential-near", [*at_home(), {**NEXT_DOOR, "network_kind": "mobile"}]),
    "a device that is known": ("ia-residential-near", [*at_home(), {**NEXT_DOOR, "device_id": "d"}]),
    "revoked before": (
        "ia-token-outlives-reset",
        [*usual(), broke_in(), changed(), changed("Update StsRefreshTokenValidFrom Timestamp", time=at(hours=1.5)),
         used()],
    ),
    "a session begun with the new password": ("ia-token-outlives-reset", [*usual(), changed(), used()]),
    "the user's own session at home": (
        "ia-token-outlives-reset", [*usual(), changed(), sign_in(time=at(hours=2), source="sign_in_noninteractive")],
    ),
    "refused": ("ia-token-outlives-reset", [*usual(), broke_in(), changed(), used(result="failure")]),
    "a service at home": ("la-saas-sso", [*usual(), sign_in(properties={"authenticationProtocol": "saml20"})]),
    "another protocol": ("la-saas-sso", [*usual(), entered(properties={"authenticationProtocol": "oAuth2"})]),
    "turned away": ("la-saas-sso", [*usual(), entered(result="failure")]),
}  # fmt: skip


@pytest.mark.parametrize("slug", FOUND)
def test_finds(tmp_path, slug):
    events, evidence = FOUND[slug]
    answer, hits = ask(tmp_path, slug, events=events)
    assert (answer.verdict, [(hit.subject, hit.evidence) for hit in hits]) == (Answer.FOUND, [(SUBJECT, evidence)])


@pytest.mark.parametrize("name", INNOCENT)
def test_stays_silent(tmp_path, name):
    slug, events = INNOCENT[name]
    answer, hits = ask(tmp_path, slug, events=events)
    assert (answer.verdict, hits) == (Answer.CLEAR, [])


@pytest.mark.parametrize("slug", FOUND)
def test_survives_hostile_text(tmp_path, slug):
    events = [
        {**row, "app_name": HOSTILE, "as_org": HOSTILE} if row["event_id"] in FOUND[slug][1] else row
        for row in FOUND[slug][0]
    ]
    _, (hit,) = ask(tmp_path, slug, events=events)
    assert not any(char in hit.summary for char in "\x1b\u202e")


def test_a_cookie_that_is_played_back_is_no_proof_of_the_user_at_that_place(tmp_path):
    stolen = {**INTRUDER, "network_kind": "isp", "session_id": usual()[0]["session_id"]}
    token = sign_in(**stolen, source="sign_in_noninteractive", time=at(hours=2), event_id="token")
    web = sign_in(**stolen, time=at(hours=1), event_id="web")
    played = {**web, "properties": {"authenticationDetails": "Previously satisfied: MFA satisfied by claim"}}
    typed = {**web, "properties": {"authenticationDetails": "Password: Correct password"}}
    for asked, expected in ((played, [("token",)]), (typed, [])):
        root = tmp_path / asked["properties"]["authenticationDetails"][:4]
        _, hits = ask(root, "ia-token-replay-nonint", events=[*usual(), asked, token])
        assert [hit.evidence for hit in hits] == expected
