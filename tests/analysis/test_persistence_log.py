"""What the log saw made and no standing object answers to."""

from __future__ import annotations

import pytest
from analysis.test_persistence import kept
from analysis.world import HOME, STOLEN, Hit, at, facts
from tables import SUBJECT, event, rule_change, state

from o365nb.analysis.persistence_log import TRACES
from o365nb.model import Label, Outcome

HOSTILE = "=cmd|' /C calc'!A0 \x1b[31m</script>\n"


def act(operation, minutes=30, number=1, **said):
    given = {name: said.pop(name) for name in ("target", "client_ip", "actor", "session_id", "result", "source", "time")
             if name in said}  # fmt: skip
    row = {
        **STOLEN,
        "operation": operation,
        "time": at(minutes=minutes),
        "event_id": f"act {number}",
        "properties": said,
    }
    return event(**{**row, **given})


def brief(found):
    return [(item.kind, item.owner, item.verdict, item.remove) for item in found]


def test_a_method_of_the_attacker_that_was_deleted_again_is_remembered(tmp_path):
    added = act("User registered security info", source="directory_audit", target=SUBJECT)
    deleted = act("User deleted security info", 90, 2, source="directory_audit", target=SUBJECT)
    (item,) = kept(
        tmp_path, [added, deleted], [Hit("pe-mfa-method-added", ("act 1",))], facts(pe_mfa_method_added="high")
    )
    assert brief([item]) == [("auth_method", SUBJECT, Label.ATTACKER, False)]
    assert item.because.endswith("; removed on 2026-11-17 10:11 UTC.")
    assert (item.seen_by, item.finding_ids) == (("log",), ("F-001",))


@pytest.mark.parametrize(
    ("coverage", "remove", "fate"),
    [
        ({}, False, "not found among what stands: removed without a trace in the log, or no longer to be recognised."),
        ({"auth_methods": Outcome.DENIED}, True, "what stands was not read: it must be taken to stand."),
    ],
    ids=["the state was read", "the state was not read"],
)
def test_a_method_that_the_state_does_not_have(tmp_path, coverage, remove, fate):
    added = act("User registered security info", source="directory_audit", target=SUBJECT)
    (item,) = kept(tmp_path, [added], coverage=coverage)
    assert (item.verdict, item.remove) == (Label.ATTACKER, remove)
    assert item.because.endswith(fate)


def test_what_stands_is_told_once(tmp_path):
    added = act("User registered security info", source="directory_audit", target=SUBJECT)
    twin = act("User registered security info", 31, 2, target=SUBJECT)
    method = state("auth_method", "2", method_type="phone", phone_number="+1 2025550142", created=at(minutes=30))
    found = kept(tmp_path, [added, twin], auth_methods=[method])
    assert [item.id for item in found] == [f"auth_method:{SUBJECT}:2"]


@pytest.mark.parametrize(
    ("operation", "said", "expected"),
    [
        ("Add member to role", {"target": SUBJECT, "ModifiedProperties.Role.DisplayName": '"Global Administrator"'},
         ("role", SUBJECT, "A role was given: Global Administrator")),
        ("Add user", {"target": "it-help@contoso.example"},
         ("account", "it-help@contoso.example", "An account was made or opened: it-help@contoso.example")),
        ("Add member to group", {"target": SUBJECT, "ModifiedProperties.Group.DisplayName": "Finance"},
         ("group_member", SUBJECT, "Was taken into a group: Finance")),
        ("Delete conditional access policy", {"target": "Require MFA"},
         ("conditional_access", "", "Conditional access was changed: Require MFA")),
        ("Set-AdminAuditLogConfig", {"Parameters.UnifiedAuditLogIngestionEnabled": "False"},
         ("audit_setting", "", "Auditing was switched off: UnifiedAuditLogIngestionEnabled False")),
        ("Set-CASMailbox", {"Parameters.Identity": SUBJECT, "Parameters.ImapEnabled": "True"},
         ("protocol", SUBJECT, "An old mail protocol was opened: ImapEnabled True")),
        ("Set-Mailbox", {"Parameters.Identity": SUBJECT, "Parameters.GrantSendOnBehalfTo": "eve"},
         ("send_on_behalf", SUBJECT, "Somebody may send on behalf of the mailbox: GrantSendOnBehalfTo eve")),
        ("Set-MailboxAutoReplyConfiguration", {"Parameters.AutoReplyState": "Enabled"},
         ("autoreply", SUBJECT, "Automatic answers were switched on: AutoReplyState Enabled")),
        ("New-App", {"Parameters.Name": "Mail helper"}, ("addin", SUBJECT, "An add-in was installed: Mail helper")),
        ("Set-RemoteDomain", {"Parameters.AutoForwardEnabled": "$true"},
         ("forwarding_policy", "", "Mail may be forwarded outside by itself: AutoForwardEnabled $true")),
        ("AnonymousLinkCreated", {"target": "https://x/Prices.xlsx"},
         ("sharing_link", SUBJECT, "A sharing link was made: https://x/Prices.xlsx")),
        ("Create application password for user", {"target": SUBJECT},
         ("auth_method", SUBJECT, f"A way to prove the identity was added: {SUBJECT}")),
        ("SiteCollectionAdminAdded", {"target": "https://x", "TargetUserOrGroupName": "eve@x.example"},
         ("site_admin", SUBJECT, "Somebody was made administrator of a site: eve@x.example")),
    ],
)  # fmt: skip
def test_every_kind_of_way_back_in_is_known_from_the_log_alone(tmp_path, operation, said, expected):
    nothing = dict.fromkeys(("auth_methods", "roles", "users", "audit_config", "mailboxes", "mailbox_settings",
                             "addins", "remote_domains", "org_config"), Outcome.DENIED)  # fmt: skip
    (item,) = kept(tmp_path, [act(operation, **said)], coverage=nothing)
    assert (item.kind, item.owner, item.description) == expected
    assert (item.verdict, item.remove) == (Label.ATTACKER, True)


@pytest.mark.parametrize(
    "innocent",
    [
        act("Set-AdminAuditLogConfig", **{"Parameters.UnifiedAuditLogIngestionEnabled": "True"}),
        act("Set-CASMailbox", **{"Parameters.ImapEnabled": "False"}),
        act("Set-Mailbox", **{"Parameters.GrantSendOnBehalfTo": ""}),
        act("New-App", result="failure"),
        act("New-App", client_ip=HOME, session_id="own", time=at(days=-3), target="Zoom"),
        act("New-App", actor="ben@contoso.example", client_ip="203.0.113.77", session_id="b", target="Zoom"),
    ],
    ids=["auditing on", "a protocol closed", "a right taken back", "refused", "the user's own", "a colleague's"],
)
def test_what_opens_nothing_or_is_not_the_attackers_is_not_told(tmp_path, innocent):
    assert kept(tmp_path, [innocent]) == []


def test_what_nobody_can_be_named_for_since_the_attack_is_a_question(tmp_path):
    stranger = {"actor": "admin@contoso.example", "client_ip": "203.0.113.200", "session_id": "x"}
    events = [
        act("Add member to role", source="directory_audit", target=SUBJECT, **stranger),
        act("Add member to role", -9000, 2, source="directory_audit", target=SUBJECT, **stranger),
    ]
    assert brief(kept(tmp_path, events)) == [("role", SUBJECT, Label.UNKNOWN, False)]


def test_records_of_one_act_are_one_item_and_hostile_names_stay_one_line(tmp_path):
    events = [act("New-App", 30 + number, number, **{"Parameters.Name": f"{HOSTILE}{number}"}) for number in range(6)]
    (item,) = kept(tmp_path, events)
    assert item.description.endswith("(and 2 more)")
    assert item.description.isprintable()


def test_rules_that_were_disabled_and_renamed_stay_one_rule(tmp_path):
    changes = [
        rule_change(event_id="act 1", name="..", rule_id="7", time=at(minutes=22)),
        rule_change(event_id="act 2", name="...", rule_id="7", time=at(minutes=25)),
    ]
    found = kept(tmp_path, [act("New-InboxRule", 22), act("Set-InboxRule", 25, 2)], rule_changes=changes)
    assert [item.kind for item in found] == ["inbox_rule"]


def test_no_two_traces_claim_the_same_event():
    plain = [operation for trace in TRACES if not trace.said for operation in trace.made]
    assert len(plain) == len(set(plain))


@pytest.mark.parametrize(
    ("operation", "said", "table", "row", "kind"),
    [
        ("Set-MailboxAutoReplyConfiguration", {"Parameters.AutoReplyState": "Enabled"}, "org_config",
         {"name": "AutoReplyState", "value": "Enabled"}, "autoreply"),
        ("Set-Mailbox", {"Parameters.AuditEnabled": "False"}, "mailboxes", {"audit_enabled": False}, "audit_setting"),
        ("Enable-App", {"Parameters.Identity": "anna\\A1"}, "addins", {"app_id": "a1", "enabled": True}, "addin"),
        ("Add-RoleGroupMember", {"Parameters.Identity": "Organization Management", "Parameters.Member": SUBJECT},
         "exchange_roles", {"owner": "", "role": "Organization Management", "assignee": SUBJECT,
                            "assignee_kind": "member"}, "role"),
    ],
)  # fmt: skip
def test_what_the_state_still_shows_is_to_be_removed(tmp_path, operation, said, table, row, kind):
    made = act(operation, target=SUBJECT, **said)
    read = dict.fromkeys(("addins", "exchange_roles", "roles"), Outcome.COMPLETE)
    there = kept(tmp_path / "there", [made], coverage=read, **{table: [state(kind, "1", **row)]})
    gone = kept(tmp_path / "gone", [made], coverage=read)
    assert [(item.kind, item.remove) for item in there if item.kind == kind] == [(kind, True)]
    assert [(item.kind, item.remove) for item in gone if item.kind == kind] == [(kind, False)]
