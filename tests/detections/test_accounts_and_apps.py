"""Accounts that should not sign in or look like others, help desks talked round, applications under borrowed names."""

from __future__ import annotations

import pytest
from detections.world import HOSTILE, INTRUDER, ask, at, broke_in, sign_in, usual
from tables import SUBJECT, event, state

from o365nb.model import Answer

EVIL, HOUSE = "99999999-0000-4000-8000-000000000000", "11111111-0000-4000-8000-000000000000"


def user(upn, name, created="2020-01-01T00:00:00", **given):
    return {**state("user", upn, owner=upn, display_name=name, created=created, account_enabled=True), **given}


def test_a_shared_mailbox_whose_account_can_sign_in_is_told_of_and_a_persons_is_not(tmp_path):
    box = state("mailbox", recipient_type="SharedMailbox")
    _, (hit,) = ask(tmp_path / "a", "pe-shared-mailbox-enabled", events=[sign_in(event_id="in")], mailboxes=[box],
                    users=[user(SUBJECT, "Accounts")])  # fmt: skip
    assert (hit.subject, hit.evidence) == (SUBJECT, ("in", f"user:{SUBJECT}:{SUBJECT}"))
    for name, boxes, users in (
        ("person", [{**box, "recipient_type": "UserMailbox"}], [user(SUBJECT, "Anna")]),
        ("locked", [box], [user(SUBJECT, "Accounts", account_enabled=False)]),
    ):
        answer, _ = ask(tmp_path / name, "pe-shared-mailbox-enabled", mailboxes=boxes, users=users)
        assert answer.verdict is Answer.CLEAR


@pytest.mark.parametrize(
    ("name", "sure"), [("lvan Petrov", 0.8), ("Ivan Petrov", 0.5)], ids=["a letter exchanged", "the same name"]
)
def test_a_new_account_under_somebodys_name_is_found(tmp_path, name, sure):
    users = [user("ivan@contoso.example", "Ivan Petrov" if sure == 0.5 else "1van Petrov"),
             user("i.petrov@contoso.example", name, at(days=-1))]  # fmt: skip
    _, (hit,) = ask(tmp_path, "im-lookalike-account", users=users)
    assert (hit.subject, hit.confidence) == ("", sure)


def test_two_colleagues_of_one_name_and_a_new_one_of_another_are_not(tmp_path):
    users = [user("a@contoso.example", "Jan Smit"), user("b@contoso.example", "Jan Smit"),
             user("c@contoso.example", HOSTILE, at(days=-1)),
             user("d@contoso.example", "Karla Weber", at(days=-1))]  # fmt: skip
    assert ask(tmp_path, "im-lookalike-account", users=users)[0].verdict is Answer.CLEAR


RESET = event(source="directory_audit", operation="Reset user password", actor="nadia@contoso.example", target=SUBJECT,
              time=at(minutes=-30), event_id="reset")  # fmt: skip


def test_a_reset_by_somebody_else_before_the_first_strange_sign_in_is_found(tmp_path):
    _, (hit,) = ask(tmp_path, "ia-helpdesk-reset", events=[*usual(), RESET, broke_in(event_id="in", as_org=HOSTILE)])
    assert (hit.subject, hit.evidence, hit.confidence) == (SUBJECT, ("reset", "in"), 0.8)


@pytest.mark.parametrize(
    "rows",
    [
        [broke_in(time=at(hours=-2)), RESET, broke_in()],
        [RESET, sign_in()],
        [{**RESET, "actor": SUBJECT}, broke_in()],
        [{**RESET, "result": "failure"}, broke_in()],
        [{**RESET, "time": at(hours=-9)}, broke_in()],
    ],
    ids=["meant to throw somebody out", "the user comes back", "self-service", "refused", "long before"],
)
def test_other_resets_are_not(tmp_path, rows):
    assert ask(tmp_path, "ia-helpdesk-reset", events=[*usual(), *rows])[0].verdict is Answer.CLEAR


def test_a_prompt_that_the_user_reported_is_found(tmp_path):
    told = event(source="directory_audit", operation="Suspicious activity reported", target=SUBJECT, event_id="it")
    asked = {"result": "failure", "error_code": "500121", "as_org": HOSTILE}
    tried = [broke_in(**asked, time=at(minutes=-9), event_id="asked"), broke_in(**asked, time=at(hours=-9))]
    _, (hit,) = ask(tmp_path / "a", "ia-user-reported-fraud", events=[*usual(), *tried, told])
    assert (hit.subject, hit.evidence) == (SUBJECT, ("asked", "it"))
    assert not any(char in hit.summary for char in "\x1b\u202e")
    other = {**told, "actor": "bob@contoso.example", "target": "bob@contoso.example"}
    assert ask(tmp_path / "b", "ia-user-reported-fraud", events=[*usual(), other])[1] == []


def grant(name, **given):
    row = state("oauth_grant", name, app_id="app-1", client_id="c-1", app_name=name, app_owner_tenant=EVIL,
                consent_type="Principal", verified_publisher=False, scopes=["Mail.Read"])  # fmt: skip
    return {**row, **given}


FACTS = [{**state("org_config", name, owner="", value=value), "name": name}
         for name, value in (("tenant_id", HOUSE), ("display_name", "Contoso"))]  # fmt: skip


@pytest.mark.parametrize("name", ["Micr0soft Office", "Contoso Portal", "anna", "···"])
def test_an_application_under_a_borrowed_name_is_found(tmp_path, name):
    _, (hit,) = ask(tmp_path, "pe-oauth-brand-mimic", oauth_grants=[grant(name)], org_config=FACTS)
    assert hit.subject == SUBJECT


@pytest.mark.parametrize(
    "held",
    [
        grant("Calendly"),
        grant("Officina Verde"),
        grant(f"{HOSTILE} tool"),
        grant("Microsoft Teams", verified_publisher=True),
        grant("Microsoft Teams", app_owner_tenant="f8cdef31-a31e-4b4a-93e4-5f571e91255a"),
        grant("Contoso Portal", app_owner_tenant=HOUSE),
    ],
)
def test_an_application_under_its_own_name_is_not(tmp_path, held):
    answer, _ = ask(tmp_path, "pe-oauth-brand-mimic", oauth_grants=[held], org_config=FACTS)
    assert answer.verdict is Answer.CLEAR


def test_a_grant_that_the_log_does_not_explain_is_found_and_one_with_its_consent_is_not(tmp_path):
    used = sign_in(source="sign_in_noninteractive", app_id="app-1", time=at(days=-2))
    _, (hit,) = ask(tmp_path / "a", "pe-oauth-unexplained", events=[*usual(), used], oauth_grants=[grant(HOSTILE)])
    assert hit.evidence == (grant(HOSTILE)["key"],)
    said = event(source="directory_audit", operation="Consent to application", target="x", time=at(days=-2),
                 properties={"ModifiedProperties.ConsentAction.Permissions": "ClientId: c-1"})  # fmt: skip
    rows = {"events": [*usual(), used, said], "oauth_grants": [grant("Reader")]}
    assert ask(tmp_path / "b", "pe-oauth-unexplained", **rows)[0].verdict is Answer.CLEAR
    long_ago = [*usual(), {**used, "time": at(days=-20)}]
    assert ask(tmp_path / "c", "pe-oauth-unexplained", events=long_ago, oauth_grants=[grant("Reader")])[1] == []


CREDENTIAL = event(
    **{**INTRUDER, "source": "directory_audit", "operation": "Add service principal credentials", "target": "Build",
       "time": at(minutes=9), "properties": {"ModifiedProperties.KeyDescription": '["[KeyIdentifier=1]"]'}}
)  # fmt: skip


def robot(ip, **given):
    return event(**{"source": "sign_in_service_principal", "operation": "Sign-in activity", "actor": "build",
                    "actor_kind": "service_principal", "app_id": "app-9", "app_name": "Build", "client_ip": ip,
                    "asn": int(ip.rpartition(".")[2]), "as_org": HOSTILE, **given})  # fmt: skip


def test_an_application_that_signs_in_from_a_new_network_after_a_credential_is_found(tmp_path):
    daily = [robot("203.0.113.7", time=at(days=-day)) for day in range(1, 9)]
    there = robot("198.51.100.9", time=at(hours=3), event_id="it")
    home = robot("203.0.113.7", time=at(hours=4), event_id="home")
    rows = [*usual(), broke_in(), *daily, CREDENTIAL, there, home]
    _, (hit,) = ask(tmp_path / "a", "pe-sp-new-asn", events=rows)
    assert (hit.subject, hit.evidence) == (SUBJECT, ("it",))
    before = [*usual(), *daily, robot("198.51.100.9", time=at(days=-1)), CREDENTIAL, there]
    assert ask(tmp_path / "b", "pe-sp-new-asn", events=before)[0].verdict is Answer.CLEAR
    assert ask(tmp_path / "c", "pe-sp-new-asn", events=[*usual(), *daily, there])[0].verdict is Answer.CLEAR
