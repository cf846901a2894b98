"""Everything that an attacker can leave in the mail goes, one by one, and comes back byte for byte by its undo."""

import copy

import pytest
from response.conftest import signed_in
from response.planted import everything
from response.planted_mail import EVIL, FRIEND, case_of, plant
from tables import SUBJECT

from o365nb import response
from o365nb.practice import PracticeTenant

AUTOMATIC = [
    "hold_mailbox", "audit_mailbox", "end_audit_bypass", "resume_mailbox_audit", "resume_unified_audit",
    "disable_sweep_rule", "clear_forwarding", "remove_mailbox_permission", "remove_send_as", "remove_send_on_behalf",
    "remove_folder_permission", "block_mobile_device", "close_protocol", "disable_inbound_connector",
    "disable_journal_rule", "disable_outbound_connector", "disable_transport_rule", "stop_auto_forwarding",
    "stop_domain_forwarding", "remove_role_group_member", "clear_signature", "clear_trusted_senders",
    "stop_auto_reply", "disable_addin",
]  # fmt: skip
BY_CHOICE = ["lock_protocols", "remove_mobile_device", "remove_transport_rule"]


class Ground:
    def __init__(self, server, tenant, case, plan):
        self.server, self.tenant, self.case, self.plan = server, tenant, case, plan

    def ids(self, *actions):
        return [step.id for step in self.plan.steps if step.action in actions]

    def apply(self, *actions, **more):
        steps = self.ids(*actions) if actions else None
        return response.apply(
            self.case, self.tenant, self.plan, self.plan.plan_id, steps, on_password=lambda *_: None, **more
        )

    def undo(self, step):
        return response.undo(self.case, self.tenant, step)

    def checks(self, *actions):
        every = response.verify(self.case, self.tenant, self.plan)
        return [(check.holds, check.read, check.note) for check in every if check.action in actions]

    @property
    def exchange(self):
        return self.server.state.objects["exchange"]


@pytest.fixture
def ground(tmp_path):
    with PracticeTenant(story="aitm", state=tmp_path / "state") as server, signed_in(server) as tenant:
        yield Ground(server, tenant, *case_of(plant(server), tmp_path / "case"))


def test_every_back_door_has_an_automatic_step_with_its_command(ground):
    mine = [step for step in ground.plan.steps if step.action in (*AUTOMATIC, *BY_CHOICE)]
    assert {step.action for step in mine} == {*AUTOMATIC, *BY_CHOICE}
    assert [step.id for step in mine if not step.automatic or not step.command_equivalent or not step.reason] == []
    assert "remove_by_hand" not in {step.action for step in ground.plan.steps}
    phases = {step.action: step.phase.value for step in mine}
    assert {phases[action] for action in AUTOMATIC[:5]} == {"preserve"}
    assert {phases[action] for action in AUTOMATIC[5:]} == {"eradicate"}


def test_the_whole_plan_takes_what_is_the_attackers_and_nothing_else(ground):
    kept = ground.server.state.objects
    own = [item for item in kept["exchange"]["transport_rules"] if item["Name"] != "Spy *"]
    others = {upn: box for upn, box in everything(ground.server)["mailboxes"].items() if upn != SUBJECT}
    done = {one.action: (one.outcome.value, one.note) for one in ground.apply() if one.action in AUTOMATIC}
    assert done == dict.fromkeys(AUTOMATIC, ("applied", ""))
    mailbox = kept["mailboxes"][SUBJECT]
    assert [mailbox[name] for name in ("ForwardingSmtpAddress", "ForwardingAddress", "DeliverToMailboxAndForward")] == [
        None, None, False,
    ]  # fmt: skip
    assert (mailbox["GrantSendOnBehalfTo"], mailbox["AuditEnabled"], mailbox["LitigationHoldEnabled"]) == (
        ["viola"], True, True,
    )  # fmt: skip
    assert {upn: box for upn, box in kept["mailboxes"].items() if upn != SUBJECT} == others
    exchange = ground.exchange
    assert [one["User"] for one in exchange["delegates"][SUBJECT]] == ["viola@contoso.example"]
    assert exchange["send_as"][SUBJECT] == ["viola@contoso.example"]
    assert exchange["folder_rights"][SUBJECT] == {"Inbox": {"viola@contoso.example": ["Reviewer"]}}
    assert [item for item in exchange["transport_rules"] if item["Name"] != "Spy *"] == own
    assert [item["State"] for item in exchange["transport_rules"]] == ["Enabled", "Disabled"]
    assert [item["Enabled"] for item in exchange["journal_rules"]] == [False]
    assert [item["Enabled"] for item in exchange["inbound_connectors"]] == [True, False]
    assert [item["Enabled"] for item in exchange["outbound_connectors"]] == [False]
    assert exchange["remote_domains"][0]["AutoForwardEnabled"] is False
    assert exchange["outbound_spam_policies"][0]["AutoForwardingMode"] == "Off"
    assert exchange["admin_audit_config"]["UnifiedAuditLogIngestionEnabled"] is True
    assert (exchange["organization_config"]["AuditDisabled"], exchange["audit_bypass"]) == (False, [])
    assert SUBJECT not in str(exchange["role_groups"])
    assert [item["Enabled"] for item in exchange["sweep_rules"][SUBJECT]] == [False, True]
    assert [item["Enabled"] for item in exchange["addins"][SUBJECT]] == [False]
    assert exchange["junk"][SUBJECT] == {"TrustedSendersAndDomains": ["friend@fabrikam.example"]}
    assert SUBJECT not in exchange["message_configuration"]
    blocked = exchange["mobile"][SUBJECT][0]["DeviceId"]
    assert exchange["cas"][SUBJECT] == {"PopEnabled": True, "ActiveSyncBlockedDeviceIDs": [blocked]}
    assert kept["settings"][SUBJECT]["automaticRepliesSetting"]["status"] == "disabled"
    assert {holds for holds, _, _ in ground.checks(*AUTOMATIC)} == {True}


def test_applying_again_sends_nothing(ground):
    ground.apply()
    before = everything(ground.server)
    again = {one.action: one.outcome.value for one in ground.apply()}
    assert {again[action] for action in AUTOMATIC} == {"already_held"}
    assert everything(ground.server) == before


def test_undo_puts_back_what_stood_byte_for_byte(ground):
    told = {}
    before = everything(ground.server)
    for action in (*AUTOMATIC, "lock_protocols"):
        done = ground.apply(action)
        changed = everything(ground.server) != before
        back = [ground.undo(step) for step in reversed(ground.ids(action))]
        same = ordered(everything(ground.server)) == ordered(copy.deepcopy(before))
        told[action] = {(one.outcome.value, one.note) for one in (*done, *back)}, changed, same
    assert told == dict.fromkeys(told, ({("applied", "")}, True, True))


def ordered(kept):
    """Lists of rights and names have no order of their own: what is put back stands at the end."""
    kept["exchange"]["folder_rights"] = {
        upn: {folder: dict(sorted(rights.items())) for folder, rights in sorted(folders.items())}
        for upn, folders in kept["exchange"]["folder_rights"].items()
    }
    return kept


# -- changed since planning -------------------------------------------------------------------------------------------


def mailbox(ground):
    ground.server.state.objects["mailboxes"][SUBJECT]["ForwardingSmtpAddress"] = "smtp:own@home.example"


def rule(ground):
    ground.exchange["transport_rules"][-1]["BlindCopyTo"] = ["legal@contoso.example"]


def journal(ground):
    ground.exchange["journal_rules"][0]["JournalEmailAddress"] = "archive@contoso.example"


def connector(ground):
    ground.exchange["inbound_connectors"][-1]["SenderIPAddresses"] = ["198.51.100.7"]


def signature(ground):
    ground.exchange["message_configuration"][SUBJECT]["SignatureHtml"] = "Anna Weber"


@pytest.mark.parametrize(
    ("action", "meanwhile", "says"),
    [
        ("clear_forwarding", mailbox, "it forwards to own@home.example now, which nobody judged"),
        ("disable_transport_rule", rule, "it was changed after planning"),
        ("disable_journal_rule", journal, "it was changed after planning"),
        ("disable_inbound_connector", connector, "its servers were changed after planning"),
        ("clear_signature", signature, "the signature is another than the one that was judged"),
    ],
)
def test_what_was_changed_since_is_refused_and_left_alone(ground, action, meanwhile, says):
    meanwhile(ground)
    before = everything(ground.server)
    [receipt] = ground.apply(action)
    assert (receipt.outcome.value, receipt.note.startswith(says)) == ("refused", True), receipt.note
    assert everything(ground.server) == before


def test_what_is_gone_already_holds(ground):
    kept = ground.exchange
    kept["transport_rules"].pop()
    del kept["delegates"][SUBJECT], kept["sweep_rules"][SUBJECT]
    done = ground.apply("disable_transport_rule", "remove_mailbox_permission", "disable_sweep_rule")
    assert {one.outcome.value for one in done} == {"already_held"}


def test_others_on_a_list_stay_when_somebody_is_put_on_it_meanwhile(ground):
    listed = ground.exchange["junk"][SUBJECT]["TrustedSendersAndDomains"]
    listed.append("new@fabrikam.example")
    ground.apply("clear_trusted_senders", "remove_send_on_behalf")
    assert ground.exchange["junk"][SUBJECT] == {
        "TrustedSendersAndDomains": ["friend@fabrikam.example", "new@fabrikam.example"]
    }


# -- by choice, and at the end ----------------------------------------------------------------------------------------


def test_a_rule_is_removed_only_by_its_name_and_after_it_was_disabled(ground):
    [step] = ground.ids("remove_transport_rule")
    [refused] = ground.apply("remove_transport_rule", typed={step: "Spy *"})
    assert (refused.outcome.value, refused.note.partition(":")[0]) == ("refused", "it is not switched off yet")
    ground.apply("disable_transport_rule")
    [untyped] = ground.apply("remove_transport_rule")
    assert (untyped.outcome.value, "by typing 'Spy *'" in untyped.note) == ("refused", True)
    [gone] = ground.apply("remove_transport_rule", typed={step: "Spy *"})
    assert (gone.outcome.value, [item["Name"] for item in ground.exchange["transport_rules"]]) == (
        "applied", ["Disclaimer"],
    )  # fmt: skip


def test_a_partnership_is_removed_only_while_it_is_blocked(ground):
    [step] = ground.ids("remove_mobile_device")
    [refused] = ground.apply("remove_mobile_device", typed={step: "Spy phone"})
    assert (refused.outcome.value, refused.note.partition(":")[0]) == ("refused", "it is not blocked yet")
    ground.apply("block_mobile_device")
    [gone] = ground.apply("remove_mobile_device", typed={step: "Spy phone"})
    assert (gone.outcome.value, ground.exchange["mobile"][SUBJECT]) == ("applied", [])


def test_the_lock_is_no_part_of_the_whole_and_closes_every_protocol(ground):
    assert "lock_protocols" not in {one.action for one in ground.apply()}
    ground.apply("lock_protocols")
    assert ground.checks("lock_protocols") == [(True, "closed", "")]


def test_the_sender_is_let_send_again_last_and_only_behind_the_gate(ground):
    [early] = ground.apply("unrestrict_sender")
    assert early.outcome.value == "refused"
    ground.apply()
    [still] = ground.apply("unrestrict_sender")
    assert still.note == "the user's devices were not confirmed as clean (--devices-checked)"
    by_hand = [step.id for step in ground.plan.steps if not step.automatic]
    [lifted] = ground.apply("unrestrict_sender", devices_checked=True, confirmed=by_hand)
    assert (lifted.outcome.value, ground.exchange["blocked_senders"]) == ("applied", [])
    assert ground.checks("unrestrict_sender") == [(True, "may send", "")]


def test_the_kits_own_changes_are_told_in_the_log_as_its_own(ground):
    ground.apply("remove_mailbox_permission", "disable_transport_rule")
    data = [entry.record["auditData"] for entry in ground.server.state.audit_entries()]
    mine = [one for one in data if one["UserId"].startswith("ServicePrincipal_")]
    assert [one["Operation"] for one in mine] == ["Remove-MailboxPermission", "Disable-TransportRule"]
    assert {"Name": "User", "Value": FRIEND} in mine[0]["Parameters"]
    assert EVIL not in str(mine[0])
