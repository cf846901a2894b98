"""Sign-ins that nobody had to prove, rare programs, doors that asked for less: with the traveller beside the thief."""

from __future__ import annotations

import pytest
from detections.world import ELSEWHERE, HOSTILE, act, ask, at, broke_in, sign_in, usual
from tables import SUBJECT, event

from o365nb.model import Answer

CLAIMED = {"authenticationDetails": "Previously satisfied: MFA requirement satisfied by claim in the token"}
CODE = "aebc6443-996d-45c2-90f0-388ff96faa56"
RARE = {"app_id": "00000000-aaaa-4000-8000-000000000001", "app_name": HOSTILE, "client_app": "Mobile Apps"}


def colleagues(count=25):
    return [sign_in(actor=f"user{number}@contoso.example", time=at(days=-2)) for number in range(count)]


FOUND = {
    "ia-mfa-by-claim-new-asn": broke_in(event_id="it", properties=CLAIMED),
    "ia-officehome-hosting": broke_in(event_id="it"),
    "ia-firstparty-oauth-phish": broke_in(event_id="it", app_id=CODE, app_name="Visual Studio Code"),
    "ia-ropc": broke_in(event_id="it", properties={"authenticationProtocol": "ropc"}),
    "ia-sfa-regression": broke_in(event_id="it", mfa="singleFactorAuthentication"),
    "ia-ca-gap": broke_in(event_id="it", mfa="singleFactorAuthentication",
                          properties={"conditionalAccessStatus": "notApplied"}),
    "ia-rare-app": broke_in(event_id="it", **RARE),
}  # fmt: skip


def world(slug):
    """A month of the account; policies that ask, colleagues who use what everybody uses."""
    asked = sign_in(time=at(days=-3, hours=2), properties={"conditionalAccessStatus": "success"})
    return [*usual(), asked, *(colleagues() if slug == "ia-rare-app" else [])]


@pytest.mark.parametrize("slug", FOUND)
def test_the_intruders_sign_in_is_found(tmp_path, slug):
    _, (hit,) = ask(tmp_path, slug, events=[*world(slug), FOUND[slug]])
    assert (hit.subject, hit.evidence, hit.confidence >= 0.6) == (SUBJECT, ("it",), True)
    assert not any(char in hit.summary for char in "\x1b\u202e")


@pytest.mark.parametrize("slug", FOUND)
def test_an_attempt_the_managed_laptop_and_the_train_are_not(tmp_path, slug):
    own = {"os": "Windows", "browser": "Chrome", "user_agent": sign_in()["user_agent"]}
    innocent = [
        {**FOUND[slug], "event_id": "refused", "result": "failure", "error_code": "50126"},
        {**FOUND[slug], "event_id": "laptop", "device_id": sign_in()["device_id"], "device_managed": True},
        {**FOUND[slug], **ELSEWHERE, **own, "event_id": "train", "app_id": sign_in()["app_id"]},
    ]
    innocent = innocent[:2] if slug == "ia-ropc" else innocent
    assert ask(tmp_path, slug, events=[*world(slug), *innocent])[0].verdict is Answer.CLEAR


def test_a_program_for_developers_that_the_account_always_used_is_no_finding(tmp_path):
    daily = [sign_in(time=at(days=-day, hours=2), app_id=CODE) for day in range(1, 21)]
    rows = [*usual(), *daily, FOUND["ia-firstparty-oauth-phish"]]
    assert ask(tmp_path, "ia-firstparty-oauth-phish", events=rows)[1] == []


def test_a_second_factor_that_was_given_is_no_claim(tmp_path):
    given = broke_in(properties={"authenticationDetails": "Mobile app notification: MFA completed in Azure AD"})
    assert ask(tmp_path, "ia-mfa-by-claim-new-asn", events=[*usual(), given])[1] == []


def test_one_token_at_home_and_in_a_rented_network_is_found_and_on_the_train_it_is_not(tmp_path):
    home = event(operation="FileAccessed", token_id="t", time=at(minutes=1))
    _, (hit,) = ask(tmp_path / "a", "ia-uti-multi-ip", events=[
        *usual(), home, broke_in(), act("FileAccessed", token_id="t", event_id="it")])  # fmt: skip
    place = "198.51.100.66 (Northgate Hosting, NL), new for the account"
    assert hit.evidence == ("it",)
    assert hit.summary == f"one token was used on the account's own network and from {place}"
    train = event(operation="FileAccessed", **{**ELSEWHERE, "token_id": "t", "time": at(minutes=9)})
    assert ask(tmp_path / "b", "ia-uti-multi-ip", events=[*usual(), home, train])[1] == []
