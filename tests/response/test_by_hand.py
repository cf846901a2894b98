"""Back doors that a person closes, or has closed: the kit says how, and reads back whether it was done."""

import pytest
from response.conftest import signed_in
from response.making import finding, thing, user, verdict
from tables import SUBJECT, make_case, state

from o365nb import response
from o365nb.model import Label
from o365nb.practice import PracticeTenant
from o365nb.response.gate import unmet


@pytest.fixture(scope="module")
def tenant():
    with PracticeTenant(story="aitm") as running, signed_in(running) as opened:
        yield opened


def checked(tenant, case, plan, action):
    check = next(check for check in response.verify(case, tenant, plan) if check.action == action)
    return check.holds, check.read, check.note


NOT_YET = "done by hand, and not done yet"


@pytest.fixture
def case(tmp_path):
    return make_case(tmp_path / "verified")


def test_forwarding_stands_until_both_addresses_are_empty(tenant, case, plan):
    mailbox = state("mailbox", SUBJECT, forwarding_smtp_address="x@evil.example")
    made = plan(verdict(), [finding()], [thing("forwarding", mailbox["key"])], users=[user()], mailboxes=[mailbox])
    send(tenant, ForwardingSmtpAddress="smtp:x@evil.example", DeliverToMailboxAndForward=True)
    assert checked(tenant, case, made, "clear_forwarding") == (False, "forwards to smtp:x@evil.example", "not applied")
    send(tenant, ForwardingSmtpAddress=None, DeliverToMailboxAndForward=False)
    assert checked(tenant, case, made, "clear_forwarding") == (True, "forwards nowhere", "")


def send(tenant, **parameters):
    list(tenant.exchange.run("Set-Mailbox", SUBJECT, Identity=SUBJECT, **parameters))


def test_a_consent_stands_until_the_grant_itself_is_gone(tenant, case, plan):
    grant = tenant.graph.get("/oauth2PermissionGrants").records[0]
    row = state("oauth_grant", grant["id"], grant_id=grant["id"], client_id=grant["clientId"])
    made = plan(verdict(), [finding()], [thing("oauth_grant", row["key"])], users=[user()], oauth_grants=[row])
    scopes = " ".join(grant["scope"].split())
    assert checked(tenant, case, made, "remove_consent") == (False, f"consent given: {scopes}", "not applied")
    tenant.graph.delete(f"/oauth2PermissionGrants/{grant['id']}")
    assert checked(tenant, case, made, "remove_consent") == (True, "consent gone", "")


def test_a_device_stands_until_it_is_disabled(tenant, case, plan):
    device = tenant.graph.get(f"/users/{SUBJECT}/registeredDevices").records[0]
    row = state("device", device["deviceId"], device_id=device["deviceId"], object_id=device["id"])
    made = plan(verdict(), [finding()], [thing("device", row["key"])], users=[user()], devices=[row])
    name = device["displayName"]
    assert checked(tenant, case, made, "disable_device") == (False, f"device {name!r} enabled", "not applied")
    tenant.graph.patch(f"/devices/{device['id']}", {"accountEnabled": False})
    assert checked(tenant, case, made, "disable_device") == (True, f"device {name!r} disabled", "")


BY_HAND = ("remove_by_hand", "remove_auth_method", "review_object")


def test_what_nobody_can_read_needs_a_persons_word_at_the_gate(tenant, case, plan):
    account = tenant.graph.get(f"/users/{SUBJECT}", {"$select": "id"}).data["id"]
    things = [thing("flow", "d1"), thing("flow", "d2", Label.USER), thing("auth_method", "gone")]
    things.append(thing("forwarding", "old", Label.UNKNOWN))
    made = plan(verdict(), [finding()], things, users=[user(user_id=account)])
    unread = [step for step in made.steps if step.action in BY_HAND]
    assert [(step.action, step.automatic) for step in unread] == [
        ("remove_auth_method", False),
        ("remove_by_hand", False),
        ("review_object", False),
    ]
    assert checked(tenant, case, made, "remove_by_hand")[::2] == (None, "only people can say")
    unblock = next(step for step in made.steps if step.action == "unblock_sign_in")
    asked = [f"{step.id} is done by hand and not confirmed ({step.target})" for step in unread]
    others = ["the password was not reset in this response"]
    assert unmet(case, tenant, made, unblock, devices_checked=True) == [*asked, *others]
    said = [step.id for step in unread]
    assert unmet(case, tenant, made, unblock, devices_checked=True, confirmed=said) == others


def test_a_synchronised_account_is_reset_by_hand_and_read_back(tenant, case, plan):
    account = tenant.graph.get(f"/users/{SUBJECT}", {"$select": "id"}).data["id"]
    made = plan(verdict(), [finding()], users=[user(user_id=account, synced=True)])
    holds, read, note = checked(tenant, case, made, "reset_password")
    assert (holds, read.startswith("password last changed 2026-09"), note) == (False, True, NOT_YET)
    profile = {"passwordProfile": {"password": "Some-long-w0rds-here", "forceChangePasswordNextSignIn": True}}
    tenant.graph.patch(f"/users/{account}", profile, idempotent=False)
    assert checked(tenant, case, made, "reset_password")[0] is True
