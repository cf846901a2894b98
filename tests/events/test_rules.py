"""Inbox rules from Graph, Exchange and the audit log."""

import json
from datetime import datetime

import pytest
from evidence import audit, normalise

from o365nb.events import rule_changes, rules
from o365nb.events.schema import RULE_CHANGES, STATE_TABLES
from o365nb.events.state import Seen

ANNA = "anna@contoso.example"
GRAPH = Seen(ANNA, ("graph",), "2026-11-18T12:00:00Z", "raw/g.gz", 1)
EXCHANGE = Seen(ANNA, ("exchange",), "2026-11-18T12:00:00Z", "raw/e.gz", 1)
GRAPH_ID = "AQAAAJ5dZqA="
DECIMAL = str(int.from_bytes(b"\x01\x00\x00\x00\x9e\x5d\x66\xa0", "little"))


def graph(**given):
    return rules.from_graph({"id": GRAPH_ID, "displayName": "News", "sequence": 1, "isEnabled": True, **given}, GRAPH)


def exchange(**given):
    return rules.from_exchange(
        {"RuleIdentity": DECIMAL, "Name": "News", "Enabled": True, "Priority": 1, **given}, EXCHANGE
    )


def picked(row, *columns):
    return {column: row[column] for column in columns}


def test_a_graph_rule():
    row = graph(
        conditions={"bodyOrSubjectContains": ["invoice"], "hasAttachments": False,
                    "fromAddresses": [{"emailAddress": {"address": "B@x.example"}}]},
        actions={"forwardTo": [{"emailAddress": {"name": "x", "address": "Out@evil.example"}}], "markAsRead": True,
                 "permanentDelete": True, "moveToFolder": "AAMk", "stopProcessingRules": True},
    )  # fmt: skip
    wanted = ("key", "rule_id", "name", "enabled", "words", "from_addresses", "has_conditions", "forward_to", "deletes",
              "mark_as_read", "stop_processing", "move_to_folder")  # fmt: skip
    assert picked(row, *wanted) == {
        "key": f"inbox_rule:{ANNA}:{GRAPH_ID}",
        "rule_id": GRAPH_ID,
        "name": "News",
        "enabled": True,
        "words": ["invoice"],
        "from_addresses": ["b@x.example"],
        "has_conditions": True,
        "forward_to": ["out@evil.example"],
        "deletes": True,
        "mark_as_read": True,
        "stop_processing": True,
        "move_to_folder": "AAMk",
    }


@pytest.mark.parametrize("conditions", [None, {}, {"subjectContains": []}, {"hasAttachments": False}])
def test_a_graph_rule_without_conditions(conditions):
    assert graph(conditions=conditions)["has_conditions"] is False


def test_an_exchange_rule():
    row = exchange(
        SubjectOrBodyContainsWords=["invoice", "iban"],
        ForwardTo=['"Out" [SMTP:Out@evil.example]', '"Eve" [EX:/o=x/cn=eve]'],
        MoveToFolder="RSS Subscriptions",
        MarkAsRead="True",
        SoftDeleteMessage=True,
        SupportedByTask=False,
        InError=False,
        Description="If the message ...",
    )
    wanted = ("rule_id", "words", "forward_to", "move_to_folder", "mark_as_read", "deletes", "has_conditions",
              "read_only", "has_error", "description")  # fmt: skip
    assert picked(row, *wanted) == {
        "rule_id": DECIMAL,
        "words": ["invoice", "iban"],
        "forward_to": ["out@evil.example"],
        "move_to_folder": "RSS Subscriptions",
        "mark_as_read": True,
        "deletes": True,
        "has_conditions": True,
        "read_only": True,
        "has_error": False,
        "description": "If the message ...",
    }
    assert exchange(MoveToFolder="x", ExceptIfFrom=["y"])["has_conditions"] is False


def test_ids_of_both_sides_are_the_same_number():
    assert rules.number(GRAPH_ID) == DECIMAL
    assert rules.number(DECIMAL) == DECIMAL
    assert rules.number("-1") == str(2**64 - 1)
    assert rules.number("anything else") == "anything else"


@pytest.mark.parametrize("by", ["id", "name"])
def test_one_rule_seen_by_both_sides_is_one_row(by):
    given = {} if by == "id" else {"RuleIdentity": "12345"}
    (row,) = rules.merged([exchange(MoveToFolder="Archive", **given), graph(actions={"moveToFolder": "AAMk"})], {ANNA})
    wanted = ("key", "rule_id", "move_to_folder", "seen_by", "hidden", "raw_file")
    assert picked(row, *wanted) == {
        "key": f"inbox_rule:{ANNA}:{GRAPH_ID}",
        "rule_id": GRAPH_ID,
        "move_to_folder": "Archive",
        "seen_by": ["exchange", "graph"],
        "hidden": False,
        "raw_file": "raw/e.gz",
    }


def test_two_rules_of_one_name_stay_two():
    made = rules.merged([exchange(RuleIdentity="1", Name="x"), exchange(RuleIdentity="2", Name="x")], {ANNA})
    assert [row["rule_id"] for row in made] == ["1", "2"]


@pytest.mark.parametrize(
    ("given", "asked", "hidden"),
    [
        ({"Name": "..", "RuleIdentity": "9"}, {ANNA}, True),
        ({"Name": "..", "RuleIdentity": "9"}, set(), None),  # Graph was not asked: nobody knows
        ({"Name": "Junk E-mail Rule", "RuleIdentity": "9"}, {ANNA}, False),
        ({"Name": "Microsoft.Exchange.OOF.AllExternalSenders.Global", "RuleIdentity": "9"}, {ANNA}, False),
        ({"Name": "Delegate Rule -1", "RuleIdentity": "9", "ForwardTo": ["b@contoso.example"]}, {ANNA}, False),
        ({"Name": "Junk E-mail Rule", "RuleIdentity": "9", "DeleteMessage": True}, {ANNA}, True),
        ({"Name": "Junk E-mail Rule", "RuleIdentity": "9", "RedirectTo": ["x@evil.example"]}, {ANNA}, True),
    ],
)
def test_hidden_is_what_only_exchange_shows(given, asked, hidden):
    (row,) = rules.merged([exchange(**given)], asked)
    assert row["hidden"] is hidden


def test_rows_name_only_columns_of_their_tables():
    for row in rules.merged([graph(), exchange(RuleIdentity="7", Name="other")], {ANNA}):
        assert set(row) == set(STATE_TABLES["inbox_rules"])
    assert set(change("New-InboxRule", {"Name": "x"})) == set(RULE_CHANGES)
    assert set(client(RuleOperation="AddMailboxRule")) == set(RULE_CHANGES)


def told(**given):
    (row,) = normalise("audit_record", audit(**given))
    return rule_changes.from_event({**dict.fromkeys(("mailbox_owner", "target", "actor", "properties")), **row})


def change(operation, parameters, **given):
    named = [{"Name": name, "Value": value} for name, value in parameters.items()]
    return told(Operation=operation, Parameters=named, **given)


def client(**given):
    return told(Operation="UpdateInboxRules", OperationProperties=[{"Name": n, "Value": v} for n, v in given.items()])


def test_a_new_rule():
    row = change(
        "New-InboxRule",
        {"Name": "..", "MoveToFolder": "RSS Subscriptions", "MarkAsRead": "True", "StopProcessingRules": "True",
         "SubjectOrBodyContainsWords": "invoice;fabrikam", "From": "bob@fabrikam.example", "Force": "False"},
    )  # fmt: skip
    assert row == {
        "event_id": "00000000-0000-4000-8000-000000000001",
        "time": datetime(2026, 11, 17, 8, 41).isoformat(),  # noqa: DTZ001 - the tables hold UTC without a zone
        "owner": ANNA,
        "change": "set",
        "rule_id": None,
        "name": "..",
        "enabled": True,
        "priority": None,
        "words": ["invoice", "fabrikam"],
        "from_addresses": ["bob@fabrikam.example"],
        "has_conditions": True,
        "forward_to": [],
        "redirect_to": [],
        "forward_as_attachment_to": [],
        "move_to_folder": "RSS Subscriptions",
        "copy_to_folder": None,
        "deletes": False,
        "mark_as_read": True,
        "stop_processing": True,
        "description": None,
    }


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("New-InboxRule", {"Name": "x", "DeleteMessage": "True"}, ("set", "x", None, False)),
        (
            "Set-InboxRule",
            {"Identity": f"anna\\{DECIMAL}", "ForwardTo": "x@evil.example"},
            ("set", None, DECIMAL, None),
        ),
        ("Set-InboxRule", {"Identity": "anna\\x", "SubjectContainsWords": "a"}, ("set", "x", None, True)),
        ("Set-InboxRule", {"Identity": "anna\\x", "Enabled": "False"}, ("disable", "x", None, None)),
        ("Enable-InboxRule", {"Identity": "x"}, ("set", "x", None, None)),
        ("Disable-InboxRule", {"Identity": "anna\\x"}, ("disable", "x", None, None)),
        ("Remove-InboxRule", {"Identity": DECIMAL}, ("remove", None, DECIMAL, None)),
    ],
)
def test_what_each_cmdlet_does_to_which_rule(operation, parameters, expected):
    row = change(operation, parameters)
    assert (row["change"], row["name"], row["rule_id"], row["has_conditions"]) == expected


@pytest.mark.parametrize(
    ("parameters", "given", "owner"),
    [
        ({"Mailbox": "Bob@contoso.example"}, {}, "bob@contoso.example"),
        ({"Mailbox": "bob"}, {"MailboxOwnerUPN": "Bob@contoso.example"}, "bob@contoso.example"),
        ({}, {}, ANNA),
    ],
)
def test_whose_rule_it_is(parameters, given, owner):
    assert change("New-InboxRule", {"Name": "x", **parameters}, **given)["owner"] == owner


def test_the_name_comes_from_the_object_where_the_parameters_have_none():
    target = "NAM.PROD/Microsoft Exchange Hosted Organizations/contoso/AdeleV\\my_rule1"
    assert change("New-InboxRule", {}, ObjectId=target)["name"] == "my_rule1"


def test_a_rule_of_the_client():
    actions = [
        {"ActionType": "Forward", "Recipients": ["Out@evil.example"], "ForwardFlags": "None"},
        {
            "ActionType": "Forward",
            "Recipients": ["re@evil.example"],
            "ForwardFlags": "PreserveSender, DoNotMungeMessage",
        },
        {"ActionType": "Forward", "Recipients": ["att@evil.example"], "ForwardFlags": "ForwardAsAttachment"},
        {"ActionType": "Move", "FolderName": "RSS Feeds"},
        {"ActionType": "Delete"},
        {"ActionType": "MarkAsRead"},
    ]
    row = client(
        RuleOperation="AddMailboxRule",
        RuleId="9",
        RuleState="Enabled, ExitAfterExecution",
        RuleCondition='(AND (ContentSubstring Subject "invoice") (FROM "bob@fabrikam.example"))',
        RuleName=".",
        RuleProvider="RuleOrganizer",
        RuleActions=json.dumps(actions),
    )
    wanted = ("change", "rule_id", "name", "enabled", "forward_to", "redirect_to", "forward_as_attachment_to",
              "move_to_folder", "deletes", "mark_as_read", "stop_processing", "has_conditions",
              "from_addresses")  # fmt: skip
    assert picked(row, *wanted) == {
        "change": "set",
        "rule_id": "9",
        "name": ".",
        "enabled": True,
        "forward_to": ["out@evil.example"],
        "redirect_to": ["re@evil.example"],
        "forward_as_attachment_to": ["att@evil.example"],
        "move_to_folder": "RSS Feeds",
        "deletes": True,
        "mark_as_read": True,
        "stop_processing": True,
        "has_conditions": True,
        "from_addresses": ["bob@fabrikam.example"],
    }
    assert "invoice" in row["words"]


@pytest.mark.parametrize(
    ("given", "change"),
    [
        ({"RuleOperation": "DeleteMailboxRule"}, "remove"),
        ({"RuleOperation": "ModifyMailboxRule", "RuleState": "Disabled"}, "disable"),
        ({"RuleOperation": "ModifyMailboxRule", "RuleState": "Enabled"}, "set"),
        ({"RuleOperation": "AddMailboxRule", "RuleActions": "not json at all", "RuleCondition": "[[["}, "set"),
    ],
)
def test_what_a_client_does_to_a_rule(given, change):
    assert client(**given)["change"] == change


def test_a_change_that_names_no_content_claims_none():
    row = client(RuleOperation="ModifyMailboxRule", RuleId="9", RuleName=None, RuleActions="[]", RuleCondition="{}")
    assert (row["name"], row["has_conditions"], row["deletes"], row["forward_to"]) == (None, None, False, [])
