"""Objects as they stand, from CSV: rules, mailboxes, consents, users, devices, sign-in methods."""

import json

import pytest
from evidence import SUBJECT, audit, case_of, read, rows
from exports import DEVICE_COLUMNS, GRAPH_RECORD_COLUMNS, OAUTH_COLUMNS, PERMISSION, RULE, RULE_COLUMNS, WHEN, table

from o365nb.intake import Damaged, Record
from o365nb.model import Outcome

BOTH = ("anna@contoso.example", "bob@contoso.example")


def reasons(case, source):
    (entry,) = [entry for entry in case.ledger.entries() if entry.source == source]
    return entry.outcome, entry.reason


def test_a_rule_of_the_extractor_suite_is_a_rule_of_exchange(tmp_path):
    rule = {**RULE, "ForwardTo": '"Mallory" [SMTP:mallory@evil.example]', "SubjectContainsWords": "invoice, payment",
            "MoveToFolder": "RSS Subscriptions", "DeleteMessage": "False", "StopProcessingRules": "True",
            "Description": "If the message: ...", "InError": "False", "HasAttachment": "False"}  # fmt: skip
    case = case_of(tmp_path, {"rules.csv": table(RULE_COLUMNS, rule)}, subjects=BOTH)
    columns = (
        "owner, rule_id, name, enabled, forward_to, move_to_folder, deletes, has_conditions, seen_by, stop_processing"
    )
    assert rows(case, f"SELECT {columns} FROM inbox_rules") == [
        {"owner": SUBJECT, "rule_id": "77", "name": ".", "enabled": True, "forward_to": ["mallory@evil.example"],
         "move_to_folder": "RSS Subscriptions", "deletes": False, "has_conditions": True,
         "seen_by": ["exchange", "export"], "stop_processing": True},
    ]  # fmt: skip
    outcome, reason = reasons(case, "inbox_rules.hidden")
    assert outcome is Outcome.PARTIAL
    assert "Nothing in it shows that hidden rules were asked for (-IncludeHidden)." in reason


def test_a_rule_whose_name_is_a_blank_keeps_it():
    _, (record,), _ = read(table(RULE_COLUMNS, {**RULE, "RuleName": " "}))
    assert record.data["Name"] == " "


def test_exchanges_own_hidden_rule_shows_that_hidden_rules_were_asked_for(tmp_path):
    own = {**RULE, "RuleName": "Junk E-mail Rule", "RuleIdentity": "1"}
    case = case_of(tmp_path, {"rules.csv": table(RULE_COLUMNS, RULE, own)})
    assert reasons(case, "inbox_rules.hidden")[0] is Outcome.COMPLETE


def test_get_inbox_rule_through_export_csv_says_what_it_lost():
    content = (
        "#TYPE Deserialized.Microsoft.Exchange.Management.Common.InboxRule\n"
        "PSComputerName,RunspaceId,Name,Enabled,Priority,RuleIdentity,StopProcessingRules,ForwardTo,MailboxOwnerId\n"
        "outlook.office365.com,r-1,.,True,1,77,True,System.Collections.ArrayList,Anna Berg\n"
    )
    reason = "only the name of a type stands in ForwardTo: what stood there is lost"
    data = {"Name": ".", "Enabled": "True", "Priority": "1", "RuleIdentity": "77", "StopProcessingRules": "True",
            "MailboxOwnerId": "Anna Berg", "@damaged": reason}  # fmt: skip
    assert read(content) == (
        "exchange-inbox-rule-csv", [Record(3, "inbox_rule", data)], [Damaged(3, reason, saved=True)],
    )  # fmt: skip


def test_rules_that_name_no_mailbox_are_said_to(tmp_path):
    content = table(RULE_COLUMNS.removeprefix("UserName,"), {key: RULE[key] for key in RULE if key != "UserName"})
    case = case_of(tmp_path, {"rules.csv": content}, subjects=BOTH)
    assert "1 of the rules do not say whose they are." in reasons(case, "inbox_rules.hidden")[1]
    assert rows(case, "SELECT owner FROM inbox_rules") == [{"owner": ""}]


def test_a_mailbox_keeps_its_forwarding(tmp_path):
    header = "UserPrincipalName,PrimarySmtpAddress,ForwardingSmtpAddress,DeliverToMailboxAndForward,AuditEnabled"
    case = case_of(tmp_path, {"m.csv": f"{header}\n{SUBJECT},{SUBJECT},smtp:x@evil.example,True,False\n"})
    assert rows(case, "SELECT owner, forwarding_smtp_address, deliver_and_forward, audit_enabled FROM mailboxes") == [
        {"owner": SUBJECT, "forwarding_smtp_address": "x@evil.example", "deliver_and_forward": True,
         "audit_enabled": False},
    ]  # fmt: skip


def test_permissions_of_one_consent_are_one_grant_of_the_right_person(tmp_path):
    given = [
        PERMISSION,
        {**PERMISSION, "Permission": "offline_access"},
        {**PERMISSION, "PrincipalObjectId": "u-2", "PrincipalDisplayName": "Bob"},
        {**PERMISSION, "PermissionType": "Application", "Permission": "Mail.ReadWrite", "ConsentType": "",
         "PrincipalObjectId": "", "PrincipalDisplayName": ""},
        {**PERMISSION, "ClientObjectId": ""},
    ]  # fmt: skip
    users = f"userPrincipalName,displayName,id,accountEnabled\n{SUBJECT},Anna,u-1,True\n"
    case = case_of(tmp_path, {"o.csv": table(OAUTH_COLUMNS, *given), "u.csv": users})
    assert rows(case, "SELECT owner, app_name, scopes, consent_type, grant_id FROM oauth_grants ORDER BY owner") == [
        {"owner": "", "app_name": "eM Client", "scopes": ["Mail.ReadWrite"], "consent_type": "AllPrincipals",
         "grant_id": None},
        {"owner": SUBJECT, "app_name": "eM Client", "scopes": ["Mail.Read", "offline_access"],
         "consent_type": "Principal", "grant_id": None},
        {"owner": "u-2", "app_name": "eM Client", "scopes": ["Mail.Read"], "consent_type": "Principal",
         "grant_id": None},
    ]  # fmt: skip
    outcome, reason = reasons(case, "oauth_grants")
    assert outcome is Outcome.DAMAGED
    assert "4 permissions in it are 3 consents of 1 applications." in reason
    assert "line 6: the permission names no application or no right" in reason


def test_a_device_belongs_to_the_one_owner_it_names(tmp_path):
    device = {"DeviceId": "d-1", "ObjectId": "o-1", "DisplayName": "PC", "OperatingSystem": "Windows",
              "TrustType": "AzureAd", "IsManaged": "True", "CreatedDateTime": "2026-11-17 09:00:00",
              "RegisteredOwners": SUBJECT}  # fmt: skip
    case = case_of(tmp_path, {"d.csv": table(DEVICE_COLUMNS, device)}, subjects=BOTH)
    assert rows(case, "SELECT owner, name, managed, CAST(registered AS VARCHAR) AS registered FROM devices") == [
        {"owner": SUBJECT, "name": "PC", "managed": True, "registered": "2026-11-17 09:00:00"},
    ]


def test_the_methods_of_each_user_are_listed_and_what_is_not_in_them_is_said(tmp_path):
    content = (
        "user,MFAstatus,email,fido2,app,password,phone,softwareoath,hellobusiness,temporaryAccessPass\n"
        f"{SUBJECT},Enabled,False,,True,True,True,-,,\nbob@contoso.example,Disabled,,,,True,,,,\n"
    )
    case = case_of(tmp_path, {"mfa.csv": content}, subjects=BOTH)
    assert rows(case, "SELECT owner, method_type FROM auth_methods ORDER BY method_type") == [
        {"owner": SUBJECT, "method_type": "microsoftAuthenticator"},
        {"owner": SUBJECT, "method_type": "phone"},
    ]
    assert reasons(case, "auth_methods")[0] is Outcome.PARTIAL


def record(**given):
    return {"id": "g-1", "createdDateTime": WHEN, "operation": "Send", "userPrincipalName": SUBJECT,
            "auditLogRecordType": "ExchangeItem", "service": "Exchange", "auditData": json.dumps(audit()),
            **given}  # fmt: skip


def test_a_graph_audit_record_as_csv_is_its_audit_data():
    _, (found,), damaged = read(table(GRAPH_RECORD_COLUMNS, record()))
    assert (found, damaged) == (Record(2, "audit_record", audit()), [])


@pytest.mark.parametrize("data", ["", "Microsoft.Graph.PowerShell.Models.AuditData", json.dumps(audit())[:-40]])
def test_damaged_audit_data_leaves_the_outer_columns(data):
    _, (found,), (damaged,) = read(table(GRAPH_RECORD_COLUMNS, record(auditData=data)))
    assert damaged.saved
    assert {**audit(), "Operation": "Send"}["UserId"] == found.data["UserId"]
    assert found.data["CreationTime"].startswith("2026-11-17T08:41:00")


def test_a_short_row_of_permissions_is_read_as_far_as_it_goes():
    content = table(OAUTH_COLUMNS, PERMISSION) + "Delegated,a-1,sp-9,App,r-1,,Mail.Read\n"
    _, records, damaged = read(content)
    assert [record.data["clientId"] for record in records if record.kind == "oauth_grant"] == ["sp-1", "sp-9"]
    assert damaged == []
