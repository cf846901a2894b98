"""Mail as it stands, and what guards it → rows: hostile names, odd forms, whose it is."""

import pytest

from o365nb.events.state import Seen
from o365nb.events.state_mail import ROWS

SEEN = Seen("anna@contoso.example", ("exchange",), "2026-11-18T12:00:00Z", "raw/x.json", 1)
TENANT = Seen("", ("exchange",), "2026-11-18T12:00:00Z", "raw/x.json", 1)
HOSTILE = '<script>alert(1)</script>\u202e"; DROP TABLE'


def rows(kind, data, seen=SEEN):
    return list(ROWS[kind][2](data, seen))


def facts(kind, data, seen=SEEN):
    return {(row["owner"], row["name"]): row["value"] for row in rows(kind, data, seen)}


def test_a_policy_s_facts_name_the_policy_and_say_nothing_of_empty_lists():
    data = {"Name": HOSTILE, "IPAllowList": ["203.0.113.9", "203.0.113.10"], "IPBlockList": [], "EnableSafeList": False}
    assert facts("connection_filter", data, TENANT) == {
        ("", f"IPAllowList:{HOSTILE}"): "203.0.113.9, 203.0.113.10",
        ("", f"EnableSafeList:{HOSTILE}"): "False",
    }
    assert facts("transport_config", {"SmtpClientAuthenticationDisabled": False}, TENANT) == {
        ("", "SmtpClientAuthenticationDisabled"): "False"
    }
    assert facts("dkim", {"Domain": "contoso.example", "Enabled": True}, TENANT) == {
        ("", "Dkim.Enabled:contoso.example"): "True"
    }


def test_an_entry_of_the_allow_list_says_who_made_it():
    data = {"Value": "evil.example", "Action": "Allow", "ModifiedBy": "carol", "ExpirationDate": None, "Notes": HOSTILE}
    assert facts("allow_block", data, TENANT) == {("", "Allow:evil.example"): f"ModifiedBy carol, Notes {HOSTILE}"}
    assert facts("allow_block", {"Value": "x", "Action": "Block"}, TENANT) == {("", "Block:x"): "no expiry, no note"}


def test_facts_of_a_mailbox_belong_to_whoever_was_asked_for_or_is_named():
    data = {"TrustedSendersAndDomains": ["evil.example"], "MailboxOwnerId": "bob@contoso.example"}
    assert set(facts("junk_mail", data)) == {("anna@contoso.example", "TrustedSendersAndDomains")}
    assert set(facts("junk_mail", data, TENANT)) == {("bob@contoso.example", "TrustedSendersAndDomains")}


def test_a_role_group_is_a_row_for_each_member():
    data = {"Name": "Organization Management", "Roles": ["x"], "Members": ["Carol@contoso.example", None, "dan"]}
    assert [(row["role"], row["assignee"]) for row in rows("role_group", data, TENANT)] == [
        ("Organization Management", "carol@contoso.example"),
        ("Organization Management", "dan"),
    ]
    assert rows("role_group", {"Name": "Empty", "Roles": [], "Members": None}, TENANT) == []


@pytest.mark.parametrize(
    ("said", "assignee"),
    [
        ("All Group Members", "organization management"),
        ("Svc@contoso.example", "svc@contoso.example"),
        (None, "organization management"),
    ],
)
def test_an_assignment_to_a_group_is_the_group_s(said, assignee):
    data = {"Role": "Mail Recipients", "RoleAssigneeName": "Organization Management", "EffectiveUserName": said}
    assert [row["assignee"] for row in rows("role_assignment", data, TENANT)] == [assignee]


def test_rights_elsewhere_belong_to_the_other_mailbox():
    data = {"Identity": "martha", "User": "ANNA@contoso.example", "AccessRights": ["FullAccess, ReadPermission"]}
    other = Seen("martha@contoso.example", ("exchange",), "2026-11-18T12:00:00Z", "raw/x.json", 1)
    assert [(row["owner"], row["trustee"], row["right"]) for row in rows("right_elsewhere", data, other)] == [
        ("martha@contoso.example", "anna@contoso.example", "FullAccess"),
        ("martha@contoso.example", "anna@contoso.example", "ReadPermission"),
    ]
    assert [row["owner"] for row in rows("right_elsewhere", data, TENANT)] == ["martha", "martha"]


def test_a_message_keeps_everybody_it_went_to_and_its_headers():
    person = {"emailAddress": {"name": HOSTILE, "address": "Bob@fabrikam.example"}}
    data = {
        "id": "m-1", "internetMessageId": "<1@x>", "subject": HOSTILE, "@folder": "sentitems",
        "from": {"emailAddress": {"name": "Anna", "address": "anna@contoso.example"}},
        "toRecipients": [person], "ccRecipients": None, "bccRecipients": [person, {"emailAddress": None}],
        "sentDateTime": "2026-11-17T09:00:00Z", "hasAttachments": True,
        "internetMessageHeaders": [{"name": "X-Originating-IP", "value": "[203.0.113.9]"}, None],
    }  # fmt: skip
    (row,) = rows("message", data)
    assert {name: row[name] for name in ("folder", "subject", "sender", "recipients", "sent", "headers")} == {
        "folder": "sentitems",
        "subject": HOSTILE,
        "sender": "anna@contoso.example",
        "recipients": ["bob@fabrikam.example"],
        "sent": "2026-11-17T09:00:00",
        "headers": [{"name": "X-Originating-IP", "value": "[203.0.113.9]"}],
    }


@pytest.mark.parametrize(
    ("role", "right"),
    [
        ("freeBusyRead", "AvailabilityOnly"),
        ("write", "Editor"),
        ("none", "None"),
        ("ownTheLot", "ownTheLot"),
        (None, "None"),
    ],
)
def test_a_role_in_the_calendar_becomes_exchange_s_right(role, right):
    data = {"role": role, "emailAddress": {"name": "Bob", "address": "Bob@contoso.example"}, "allowedRoles": []}
    assert [(row["trustee"], row["rights"]) for row in rows("calendar_permission", data)] == [
        ("bob@contoso.example", [right])
    ]


def test_a_calendar_open_to_the_organisation_is_everybody_s():
    data = {"role": "read", "emailAddress": {"name": "My Organization", "address": None}, "allowedRoles": []}
    (row,) = rows("calendar_permission", data)
    assert (row["trustee"], row["trustee_kind"], row["rights"]) == ("default", "default", ["Reviewer"])


def test_a_step_by_either_service_is_the_same_row():
    by_graph = {"id": "t-1", "messageId": "<1@x>", "dateTime": "2026-11-17T09:00:00Z", "event": "Fail",
                "description": "no", "data": "<root/>", "@recipient": "bob@contoso.example"}  # fmt: skip
    by_cmdlet = {"MessageTraceId": "t-1", "MessageId": "<1@x>", "Date": "2026-11-17T09:00:00Z", "Event": "Fail",
                 "Detail": "no", "Data": "<root/>", "RecipientAddress": "bob@contoso.example"}  # fmt: skip
    assert rows("message_detail", by_graph) == rows("message_detail", by_cmdlet)
