"""Exchange's own settings → rows, with hostile and odd values beside the ordinary ones."""

import pytest

from o365nb.events import state_exchange
from o365nb.events.schema import STATE_TABLES
from o365nb.events.state import Seen
from o365nb.events.state_exchange import ROWS

ANNA = "anna@contoso.example"
SEEN = Seen(ANNA, ("exchange",), "2026-11-18T12:00:00Z", "raw/f.gz", 3)
TENANT = Seen("", ("exchange",), "2026-11-18T12:00:00Z", "raw/f.gz", 3)
COMMON = ("owner", "seen_by", "collected_at", "raw_file", "raw_line")
HOSTILE = "=cmd|' /C calc'!A0\x1b[31m<script>\u202e"


def made(kind, data, seen=SEEN):
    """The rows of one record without what every row has; the key stays."""
    rows = list(ROWS[kind][2](data, seen))
    assert {(row["seen_by"][0], row["raw_file"], row["raw_line"]) for row in rows} <= {("exchange", "raw/f.gz", 3)}
    return [{name: value for name, value in row.items() if name not in COMMON} for row in rows]


def one(kind, data, *columns, seen=SEEN):
    (row,) = ROWS[kind][2](data, seen)
    return tuple(row[column] for column in columns)


@pytest.mark.parametrize("kind", ROWS)
def test_rows_name_only_columns_of_their_tables_whatever_a_record_lacks(kind):
    table = ROWS[kind][0]
    for data in ({}, {"Name": HOSTILE, "User": {"x": [1]}, "AccessRights": "FullAccess, ReadPermission", "State": 3}):
        for row in ROWS[kind][2](data, TENANT):
            assert set(row) <= set(STATE_TABLES[table])


def test_a_mail_flow_rule_that_copies_everything_outside():
    data = {
        "Name": ".", "Guid": "g-1", "State": "Enabled", "Mode": "Enforce", "Priority": 0,
        "BlindCopyTo": ["Box@Evil.example"], "AddToRecipients": ["Shared Box"], "SetAuditSeverity": "DoNotAudit",
        "SetSCL": -1, "SubjectContainsWords": ["invoice"], "ExceptIfSubjectContainsWords": ["spam"],
        "Conditions": ["x"], "WhenChanged": "/Date(1777880642000)/", "CreatedBy": "Carol",
    }  # fmt: skip
    assert made("transport_rule", data, TENANT) == [
        {
            "key": "transport_rule::g-1",
            "rule_type": "transport",
            "name": ".",
            "enabled": True,
            "mode": "Enforce",
            "priority": 0,
            "redirect_to": [],
            "copy_to": ["shared box"],
            "blind_copy_to": ["box@evil.example"],
            "deletes": False,
            "scl": -1,
            "audit_severity": "DoNotAudit",
            "route_via": None,
            "words": ["invoice"],
            "has_conditions": True,
            "created_by": "Carol",
            "modified_by": None,
            "changed": "2026-05-04T07:44:02",
            "description": None,
        }
    ]


def test_a_journal_rule_is_a_copy_too():
    data = {"Name": "All", "Enabled": True, "Scope": "Global", "JournalEmailAddress": "vault@archive.example"}
    columns = ("key", "rule_type", "enabled", "blind_copy_to", "has_conditions")
    assert one("journal_rule", data, *columns) == (
        "journal_rule::All",
        "journal",
        True,
        ["vault@archive.example"],
        False,
    )


def test_connectors_both_ways():
    inbound = {"Name": "In", "SenderDomains": ["smtp:*;1"], "SenderIPAddresses": ["192.0.2.7"], "Enabled": True,
               "RestrictDomainsToIPAddresses": True, "TreatMessagesAsInternal": False}  # fmt: skip
    columns = ("direction", "domains", "addresses", "restricted", "treat_as_internal")
    assert one("inbound_connector", inbound, *columns) == ("inbound", ["*"], ["192.0.2.7"], True, False)
    outbound = {"Name": "Out", "RecipientDomains": ["*"], "SmartHosts": ["Relay.Evil.example"], "TlsSettings": None}
    columns = ("key", "direction", "domains", "addresses", "require_tls")
    expected = ("connector.outbound::Out", "outbound", ["*"], ["relay.evil.example"], False)
    assert one("outbound_connector", outbound, *columns) == expected


def test_rights_to_a_mailbox_one_row_each_and_the_services_own_marked():
    own = {"User": "NT AUTHORITY\\SELF", "AccessRights": ["FullAccess, ReadPermission"], "IsInherited": "False"}
    other = {"User": "Viola@contoso.example", "AccessRights": ["FullAccess"], "Deny": False}
    refused = {"Trustee": "bob@contoso.example", "AccessRights": ["SendAs"], "AccessControlType": "Deny"}
    rows = [row for data in (own, other, refused) for row in made("mailbox_permission", data)]
    assert [(row["key"], row["right"], row["deny"], row["automatic"]) for row in rows] == [
        (f"mailbox_permission:{ANNA}:nt authority\\self:FullAccess", "FullAccess", False, True),
        (f"mailbox_permission:{ANNA}:nt authority\\self:ReadPermission", "ReadPermission", False, True),
        (f"mailbox_permission:{ANNA}:viola@contoso.example:FullAccess", "FullAccess", False, False),
        (f"mailbox_permission:{ANNA}:bob@contoso.example:SendAs:deny", "SendAs", True, False),
    ]


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("Default", ("default", "default")),
        ("Anonymous", ("anonymous", "anonymous")),
        ({"UserType": "Default", "DisplayName": "Default"}, ("default", "default")),
        ({"UserType": 3, "DisplayName": "bob@fabrikam.example"}, ("bob@fabrikam.example", "external")),
        ("ExchangePublishedUser.bob@fabrikam.example", ("bob@fabrikam.example", "external")),
        ("Viola Quast", ("viola quast", "named")),
        ({"UserType": "Internal", "RecipientPrincipal": {"PrimarySmtpAddress": "v@contoso.example"}},
         ("v@contoso.example", "named")),
        (None, ("", "named")),
    ],
)  # fmt: skip
def test_whom_a_folder_is_open_to(user, expected):
    data = {"FolderName": "Calendar", "User": user, "AccessRights": ["Editor", "FolderVisible"]}
    assert one("folder_permission", data, "trustee", "trustee_kind") == expected
    assert one("folder_permission", data, "folder", "rights") == ("Calendar", ["Editor", "FolderVisible"])


def test_a_sweep_rule_a_phone_and_a_restricted_sender():
    sweep = {"Name": "s", "RuleId": "7", "Sender": '"Bob" [SMTP:bob@fabrikam.example]', "KeepForDays": "10",
             "SourceFolder": "anna:\\Inbox", "DestinationFolder": "anna:\\RSS Feeds", "Enabled": "True"}  # fmt: skip
    columns = ("key", "sender", "source_folder", "destination_folder", "keep_days", "enabled")
    expected = (f"sweep_rule:{ANNA}:7", "bob@fabrikam.example", "Inbox", "RSS Feeds", 10, True)
    assert one("sweep_rule", sweep, *columns) == expected
    phone = {"DeviceId": "D1", "DeviceFriendlyName": "Phone", "DeviceUserAgent": "Outlook-iOS/2",
             "DeviceOS": "iOS 26.1", "DeviceAccessState": "Blocked",
             "FirstSyncTime": "2026-11-17T09:00:00Z"}  # fmt: skip
    columns = ("key", "name", "os", "os_version", "registered", "trust_type", "enabled")
    expected = (f"mobile_device:{ANNA}:D1", "Phone (Outlook-iOS/2)", "iOS", "26.1", "2026-11-17T09:00:00",
                "MobilePartnership", False)  # fmt: skip
    assert one("mobile_device", phone, *columns) == expected
    sender = {"SenderAddress": "Anna@contoso.example", "Reason": "r", "CreatedDatetime": "2026-11-18T05:41:00Z"}
    columns = ("key", "sender", "reason", "created")
    expected = (f"blocked_sender::{ANNA}", ANNA, "r", "2026-11-18T05:41:00")
    assert one("blocked_sender", sender, *columns) == expected


def test_facts_are_the_mailboxs_or_the_organisations():
    assert made(
        "cas_mailbox", {"ImapEnabled": True, "PopEnabled": False, "ActiveSyncBlockedDeviceIDs": ["A", "B"]}
    ) == [
        {"key": f"org_config:{ANNA}:ImapEnabled", "name": "ImapEnabled", "value": "True"},
        {"key": f"org_config:{ANNA}:PopEnabled", "name": "PopEnabled", "value": "False"},
        {"key": f"org_config:{ANNA}:ActiveSyncBlockedDeviceIDs", "name": "ActiveSyncBlockedDeviceIDs", "value": "A, B"},
    ]
    assert made("organization_config", {"AuditDisabled": False}) == [
        {"key": "org_config::AuditDisabled", "name": "AuditDisabled", "value": "False"}
    ]
    assert one("outbound_spam_policy", {"Name": "Default", "AutoForwardingMode": "On"}, "owner", "name", "value") == (
        "", "AutoForwardingMode:Default", "On",
    )  # fmt: skip


def test_an_export_names_the_mailbox_itself_where_it_can():
    data = {
        "Identity": "anna@contoso.example:\\Calendar",
        "FolderName": "Calendar",
        "User": "Default",
        "AccessRights": [],
    }
    assert one("folder_permission", data, "owner", seen=TENANT) == (ANNA,)
    data = {"Identity": "anna", "User": "bob@contoso.example", "AccessRights": ["FullAccess"]}
    assert one("mailbox_permission", data, "owner", seen=TENANT) == ("",)


def test_kinds_of_others_are_left_alone():
    class Other:
        kind, data, seen = "user", {}, SEEN

    tables = {}
    state_exchange.add(tables, [Other()])
    assert tables == {}
