"""What is planned in Exchange: from what stands an automatic step, from the log alone one by hand."""

import pytest
from response.making import finding, thing, user, verdict
from tables import SUBJECT, event, state

from o365nb.errors import BadInput
from o365nb.response import actions
from o365nb.tenant.exchange import refuse_blanket

HOSTILE = "it's \u2019ere'; Remove-Mailbox 'x\r\n; calc \u202e # $(whoami) `*"
EVIL = "drop@evil.example"


def steps(plan, things, **tables):
    made = plan(verdict(), [finding()], things, users=[user()], **tables)
    return [step for step in made.steps if step.arguments["playbook"] in ("E4", "X1", "X2", "X3", "X7", "X8", "X9",
                                                                          "X14", "X15")]  # fmt: skip


def brief(found):
    return [(step.action, step.automatic) for step in found]


@pytest.mark.parametrize(
    ("kind", "key", "action", "command"),
    [
        ("forwarding", "mailbox:x", "clear_forwarding", f"Get-Mailbox -Identity '{SUBJECT}'"),
        ("delegate", "delegate:x:e9", "remove_mailbox_permission", f"Get-MailboxPermission -Identity '{SUBJECT}'"),
        ("send_on_behalf", "send_on_behalf:x:e9", "remove_send_on_behalf", f"Get-Mailbox -Identity '{SUBJECT}'"),
        ("folder_permission", "folder_permission:x:e9", "remove_folder_permission",
         f"Get-MailboxFolderPermission -Identity '{SUBJECT}'"),
        ("sweep_rule", "sweep_rule:x:e9", "disable_sweep_rule", f"Get-SweepRule -Mailbox '{SUBJECT}'"),
        ("addin", "addin:x:e9", "disable_addin", f"Get-App -Mailbox '{SUBJECT}'"),
        ("protocol", "protocol:x:e9", "close_protocol", f"Get-CASMailbox -Identity '{SUBJECT}'"),
        ("signature", "signature:x:e9", "clear_signature", f"Get-MailboxMessageConfiguration -Identity '{SUBJECT}'"),
        ("spam_filter", "spam_filter:x:e9", "clear_trusted_senders",
         f"Get-MailboxJunkEmailConfiguration -Identity '{SUBJECT}'"),
        ("transport_rule", "transport_rule:TransportRule:spy", "disable_transport_rule", "Get-TransportRule"),
        ("journal_rule", "journal_rule::e9", "disable_journal_rule", "Get-JournalRule"),
        ("connector", "connector:InboundConnector:spy", "disable_inbound_connector",
         "Get-InboundConnector; Get-OutboundConnector"),
        ("forwarding_policy", "forwarding_policy::e9", "stop_auto_forwarding",
         "Get-HostedOutboundSpamFilterPolicy; Get-RemoteDomain"),
        ("audit_setting", "audit_setting::e9", "resume_unified_audit",
         "Get-AdminAuditLogConfig; Get-OrganizationConfig"),
    ],
)  # fmt: skip
def test_what_only_the_log_knows_is_a_step_by_hand(plan, kind, key, action, command):
    [step] = steps(plan, [thing(kind, key)])
    assert (step.action, step.automatic, step.finding_ids) == (action, False, ("F1",))
    assert step.command_equivalent.partition("  # ")[0] == command


def test_what_the_log_says_whole_is_an_automatic_step(plan):
    def said(number, operation, **values):
        given = [{"name": f"Parameters.{name}", "value": value} for name, value in values.items()]
        return event(event_id=f"e{number}", operation=operation, properties=given)

    events = [
        said(1, "Set-CASMailbox", ImapEnabled="$true", PopEnabled="False", SmtpClientAuthenticationDisabled="False"),
        said(2, "Set-MailboxJunkEmailConfiguration", TrustedSendersAndDomains=f"{EVIL};evil.example"),
        said(3, "Set-Mailbox", AuditEnabled="False"),
        said(4, "Set-MailboxMessageConfiguration", SignatureHtml="<b>IBAN</b>"),
        said(5, "Set-MailboxAutoReplyConfiguration", AutoReplyState="Enabled"),
        said(6, "Set-HostedOutboundSpamFilterPolicy", Identity="Default", AutoForwardingMode="On"),
    ]
    kinds = ("protocol", "spam_filter", "audit_setting", "signature", "autoreply", "forwarding_policy")
    things = [thing(kind, f"{kind}:x:e{number}") for number, kind in enumerate(kinds, 1)]
    found = steps(plan, things, events=events)
    assert [(step.automatic, step.command_equivalent.partition("  # ")[0]) for step in found] == [
        (True, f"Set-Mailbox -Identity '{SUBJECT}' -AuditEnabled:$true"),
        (True, f"Set-CASMailbox -Identity '{SUBJECT}' -ImapEnabled:$false -SmtpClientAuthenticationDisabled:$true"),
        (True, "Set-HostedOutboundSpamFilterPolicy -Identity 'Default' -AutoForwardingMode 'Off'"),
        (True, f"Set-MailboxAutoReplyConfiguration -Identity '{SUBJECT}' -AutoReplyState 'Disabled'"),
        (True, f"Set-MailboxMessageConfiguration -Identity '{SUBJECT}' -SignatureHtml '' -SignatureText ''"),
        (True, (f"Set-MailboxJunkEmailConfiguration -Identity '{SUBJECT}'"
                f" -TrustedSendersAndDomains @{{remove=@('{EVIL}', 'evil.example')}}")),
    ]  # fmt: skip


def test_a_forwarding_of_the_log_is_cleared_only_where_it_still_goes_there(plan):
    [step] = steps(plan, [thing("forwarding", f"forwarding:{SUBJECT}:{EVIL}")])
    assert (step.automatic, step.arguments["sends_to"]) == (True, EVIL)
    act = actions()["clear_forwarding"]
    stands = {"present": True, "ForwardingSmtpAddress": f"SMTP:{EVIL.upper()}", "ForwardingAddress": None}
    assert (act.changed(step, stands), act.holds(step, stands, None)) == ("", False)
    other = {**stands, "ForwardingAddress": "Home"}
    assert act.changed(step, other) == "it forwards to home now, which nobody judged; collect and analyse again"


def test_everybody_in_the_house_keeps_what_the_house_gives(plan):
    rows = [state("folder_permission", f"Calendar:{who}", folder="Calendar", trustee=who, rights=["Editor"])
            for who in ("default", "anonymous")]  # fmt: skip
    found = steps(plan, [thing("folder_permission", row["key"]) for row in rows], folder_permissions=rows)
    assert [(step.automatic, step.command_equivalent.partition("  # ")[0]) for step in found] == [
        (False, f"Get-MailboxFolderPermission -Identity '{SUBJECT}:\\Calendar'"),
        (
            True,
            f"Set-MailboxFolderPermission -Identity '{SUBJECT}:\\Calendar' -User 'anonymous' -AccessRights @('None')",
        ),
    ]


def test_a_telephone_of_the_mailbox_is_blocked_there_and_no_device_of_the_directory(plan):
    phone = state("device", "P1", device_id="P1", name="Spy", trust_type="MobilePartnership")
    laptop = state("device", "L1", device_id="L1", object_id="o1", name="Laptop", trust_type="AzureAd")
    found = steps(plan, [thing("device", row["key"]) for row in (phone, laptop)], devices=[phone, laptop])
    assert sorted({step.action for step in found if step.arguments.get("name") == "Spy"}) == [
        "block_mobile_device", "remove_mobile_device",
    ]  # fmt: skip
    assert "disable_device" in {step.action for step in found if step.arguments.get("name") == "Laptop"}


def test_hostile_names_stay_values_on_one_line(plan):
    rows = {
        "transport_rules": [state("transport_rule", HOSTILE, owner="", name=HOSTILE, rule_type="transport",
                                  blind_copy_to=[HOSTILE])],
        "connectors": [state("connector", HOSTILE, owner="", name=HOSTILE, direction="inbound", addresses=[HOSTILE])],
        "mailbox_permissions": [state("mailbox_permission", "1", trustee=HOSTILE, right="FullAccess")],
        "folder_permissions": [state("folder_permission", "1", trustee=HOSTILE, folder=HOSTILE, rights=["Owner"])],
        "sweep_rules": [state("sweep_rule", "1", rule_id=HOSTILE, name=HOSTILE)],
        "addins": [state("addin", "1", app_id=HOSTILE, name=HOSTILE)],
        "exchange_roles": [state("role", "1", owner="", role=HOSTILE, assignee=HOSTILE, assignee_kind="member")],
    }  # fmt: skip
    kinds = ("transport_rule", "connector", "delegate", "folder_permission", "sweep_rule", "addin", "role")
    things = [
        thing(kind, row["key"], owner=row["owner"], description=HOSTILE, because=HOSTILE)
        for kind, listed in zip(kinds, rows.values(), strict=True)
        for row in listed
    ]
    found = steps(plan, things, **rows)
    assert len(found) == 8
    for step in found:
        assert not set("\r\n\u202e") & set(step.target + step.reason), step.action
        assert not set("\r\n") & set(step.command_equivalent), step.action
        assert "'it''s" in step.command_equivalent, step.action


@pytest.mark.parametrize(
    ("cmdlet", "given"),
    [
        ("Remove-BlockedSenderAddress", {"Reason": "x"}),
        ("Remove-BlockedSenderAddress", {"SenderAddress": ""}),
        ("Remove-BlockedSenderAddress", {"SenderAddress": "*@contoso.example"}),
        ("Disable-TransportRule", {"Identity": HOSTILE}),
        ("Set-CASMailbox", {"ImapEnabled": False}),
        ("Remove-MailboxPermission", {"Identity": SUBJECT, "User": "*"}),
    ],
)
def test_nothing_is_sent_that_could_mean_more_than_one(cmdlet, given):
    with pytest.raises(BadInput, match="would reach every object"):
        refuse_blanket(cmdlet, given)


@pytest.mark.parametrize("cmdlet", ["Set-AdminAuditLogConfig", "Set-OrganizationConfig"])
def test_what_there_is_only_one_of_needs_no_name(cmdlet):
    refuse_blanket(cmdlet, {})
