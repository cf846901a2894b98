"""Objects as they stand → rows of the state tables."""

import pytest

from o365nb.events import state
from o365nb.events.schema import STATE_TABLES
from o365nb.events.state import Seen, addresses

SEEN = Seen("anna@contoso.example", ("graph",), "2026-11-18T12:00:00Z", "raw/f.gz", 3)


def common(key, owner="anna@contoso.example"):
    return {
        "key": key,
        "owner": owner,
        "seen_by": ["graph"],
        "collected_at": "2026-11-18T12:00:00",
        "raw_file": "raw/f.gz",
        "raw_line": 3,
    }


def test_a_user():
    data = {
        "id": "u-1",
        "userPrincipalName": "Anna@contoso.example",
        "mail": "Anna.Berg@contoso.example",
        "proxyAddresses": ["SMTP:Anna.Berg@contoso.example", "smtp:ab@contoso.example", "x500:/o=x@y/cn=z"],
        "displayName": "Anna Berg",
        "userType": "Member",
        "accountEnabled": True,
        "createdDateTime": "2020-01-01T00:00:00Z",
        "lastPasswordChangeDateTime": "2026-11-17T09:00:00.5Z",
        "signInSessionsValidFromDateTime": "0001-01-01T00:00:00Z",
        "onPremisesSyncEnabled": None,
        "jobTitle": "",
        "department": "Finance",
    }
    assert state.user(data, SEEN) == {
        **common("user:anna@contoso.example:u-1"),
        "user_id": "u-1",
        "display_name": "Anna Berg",
        "mail": "anna.berg@contoso.example",
        "addresses": ["ab@contoso.example", "anna.berg@contoso.example", "anna@contoso.example"],
        "user_type": "Member",
        "account_enabled": True,
        "created": "2020-01-01T00:00:00",
        "last_password_change": "2026-11-17T09:00:00.500000",
        "sessions_valid_from": None,
        "on_premises_synced": None,
        "job_title": None,
        "department": "Finance",
        "manager": None,
        "deleted": None,
    }


def test_a_deleted_user_keeps_the_name_that_the_logs_know():
    data = {
        "id": "0bdba54d-b05f-4bd4-8cc9-833bad53638a",
        "userPrincipalName": "0bdba54db05f4bd48cc9833bad53638aAnna@contoso.example",
        "deletedDateTime": "2026-11-17T12:00:00Z",
        "manager": {"id": "m-1", "userPrincipalName": "Frank@contoso.example"},
    }
    row = state.user(data, SEEN)
    assert (row["owner"], row["addresses"], row["deleted"], row["manager"]) == (
        "anna@contoso.example", ["anna@contoso.example"], "2026-11-17T12:00:00", "frank@contoso.example",
    )  # fmt: skip


def test_a_mailbox():
    data = {
        "UserPrincipalName": "Anna@contoso.example",
        "PrimarySmtpAddress": "Anna.Berg@contoso.example",
        "ExchangeGuid": "m-1",
        "RecipientTypeDetails": "UserMailbox",
        "ForwardingAddress": None,
        "ForwardingSmtpAddress": "smtp:Out@evil.example",
        "DeliverToMailboxAndForward": "False",
        "AuditEnabled": True,
        "LitigationHoldEnabled": False,
        "GrantSendOnBehalfTo": ["Bob"],
    }
    assert state.mailbox(data, SEEN) == {
        **common("mailbox:anna@contoso.example:m-1"),
        "address": "anna.berg@contoso.example",
        "recipient_type": "UserMailbox",
        "forwarding_address": None,
        "forwarding_smtp_address": "out@evil.example",
        "deliver_and_forward": False,
        "audit_enabled": True,
        "litigation_hold": False,
        "send_on_behalf": ["Bob"],
    }


@pytest.mark.parametrize(
    ("odata", "short"),
    [
        ("#microsoft.graph.phoneAuthenticationMethod", "phone"),
        ("#microsoft.graph.microsoftAuthenticatorAuthenticationMethod", "microsoftAuthenticator"),
        ("#microsoft.graph.fido2AuthenticationMethod", "fido2"),
        ("#microsoft.graph.windowsHelloForBusinessAuthenticationMethod", "windowsHelloForBusiness"),
        (None, "unknown"),
    ],
)
def test_an_authentication_method(odata, short):
    data = {"@odata.type": odata, "id": "x-1", "displayName": "iPhone 12", "phoneNumber": "+49 1", "deviceTag": "tag",
            "createdDateTime": "2026-11-17T09:12:00Z"}  # fmt: skip
    assert state.auth_method(data, SEEN) == {
        **common("auth_method:anna@contoso.example:x-1"),
        "method_id": "x-1",
        "method_type": short,
        "display_name": "iPhone 12",
        "phone_number": "+49 1",
        "device_tag": "tag",
        "created": "2026-11-17T09:12:00",
    }


def test_a_device():
    data = {"id": "o-1", "deviceId": "d-1", "displayName": "PC", "operatingSystem": "Windows", "isManaged": None,
            "trustType": "AzureAd", "approximateLastSignInDateTime": "2026-11-01T00:00:00Z"}  # fmt: skip
    row = state.device(data, SEEN)
    assert {**row, "registered": 0} == {
        **common("device:anna@contoso.example:d-1"),
        "device_id": "d-1",
        "object_id": "o-1",
        "name": "PC",
        "os": "Windows",
        "os_version": None,
        "trust_type": "AzureAd",
        "managed": None,
        "compliant": None,
        "enabled": None,
        "registered": 0,
        "last_sign_in": "2026-11-01T00:00:00",
        "last_seen": "2026-11-01T00:00:00",
    }


def test_the_organisation_and_its_domains():
    data = {
        "id": "t-1",
        "displayName": "Contoso",
        "verifiedDomains": [{"name": "Contoso.example"}, {"name": "c.example"}],
    }
    facts = [(row["name"], row["value"]) for row in state.organization(data, SEEN)]
    assert facts == [
        ("tenant_id", "t-1"), ("display_name", "Contoso"), ("verified_domain", "contoso.example"),
        ("verified_domain", "c.example"),
    ]  # fmt: skip
    assert state.accepted_domain({"DomainName": "Contoso.example", "DomainType": "Authoritative"}, SEEN) == {
        **common("org_config::accepted_domain:contoso.example", ""),
        "name": "accepted_domain",
        "value": "contoso.example",
    }


@pytest.mark.parametrize(
    ("app", "publisher", "verified"),
    [
        ({}, None, None),
        ({"appId": "a-1", "verifiedPublisher": {"displayName": None, "verifiedPublisherId": None}}, None, False),
        ({"appId": "a-1", "verifiedPublisher": {"displayName": "ACME", "verifiedPublisherId": "9"}}, "ACME", True),
    ],
)
def test_a_grant_with_and_without_its_app(app, publisher, verified):
    grant = {"id": "g-1", "clientId": "sp-1", "consentType": "Principal", "scope": " Mail.Read  offline_access"}
    row = state.oauth_grant(grant, SEEN, "anna@contoso.example", app)
    assert (row["key"], row["scopes"], row["publisher"], row["verified_publisher"], row["app_id"]) == (
        "oauth_grant:anna@contoso.example:g-1", ["Mail.Read", "offline_access"], publisher, verified, app.get("appId"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ('"Bob" [SMTP:Bob@x.example]', ["bob@x.example"]),
        (["smtp:a@x.example", "B@x.example"], ["a@x.example", "b@x.example"]),
        ("a@x.example;b@x.example", ["a@x.example", "b@x.example"]),
        ('"Eve" [EX:/o=ExchangeLabs/ou=x/cn=Recipients/cn=eve]', []),
        ([{"emailAddress": {"name": "x", "address": "A@x.example"}}], ["a@x.example"]),
        (None, []),
    ],
)
def test_addresses_in_every_form(written, found):
    assert addresses(written) == found


def test_rows_name_only_columns_of_their_tables():
    made = {
        "users": state.user({}, SEEN),
        "mailboxes": state.mailbox({}, SEEN),
        "auth_methods": state.auth_method({}, SEEN),
        "oauth_grants": state.oauth_grant({}, SEEN, "", {}),
    }
    assert {name: set(row) for name, row in made.items()} == {name: set(STATE_TABLES[name]) for name in made}
