"""Exchange's settings in the inventory: each object once, the log's word held against what stands."""

from __future__ import annotations

from analysis.test_persistence import kept, verdicts
from analysis.world import STOLEN, Fact, Hit, at
from tables import SUBJECT, event, make_case, state

from o365nb.analysis.persistence_state import standing_origins
from o365nb.analysis.reconcile import Log
from o365nb.analysis.scoring import findings
from o365nb.case import Coverage
from o365nb.engine import Engine
from o365nb.model import Context, Label, Outcome, Severity

LONG_AGO = "2020-04-07T09:00:00"
EVIL = "x@evil.example"


def mail_rule(name, **given):
    row = {"rule_type": "transport", "name": name, "enabled": True, "redirect_to": [], "copy_to": [],
           "blind_copy_to": [EVIL], "deletes": False, "words": [], "changed": at(minutes=30), "owner": "",
           "seen_by": ["exchange"]}  # fmt: skip
    return state("transport_rule", name, **{**row, **given})


def connector(name, created):
    return state(
        "connector.inbound", name, owner="", direction="inbound", name=name, enabled=True, created=created,
        changed=created, domains=["*"], addresses=["192.0.2.7"],
    )  # fmt: skip


def right(trustee, name="FullAccess", *, automatic=False):
    return state("mailbox_permission", f"{trustee}:{name}", trustee=trustee, right=name, automatic=automatic)


def made(operation, name, **given):
    return event(**{**STOLEN, "operation": operation, "time": at(minutes=30), "event_id": "made-it",
                    "properties": {"Parameters.Name": name}, **given})  # fmt: skip


def test_a_mail_flow_rule_of_the_attacker_is_told_once_and_removed(tmp_path):
    found = kept(tmp_path, [made("New-TransportRule", "Sync", target="Sync")], transport_rules=[mail_rule("Sync")])
    assert verdicts(found) == {"transport_rule::Sync": (Label.ATTACKER, True)}
    assert (found[0].kind, found[0].owner, found[0].seen_by) == ("transport_rule", "", ("exchange",))
    assert found[0].description == (f'Mail-flow rule of the organisation "Sync": copies mail unseen to {EVIL}')
    assert found[0].because.startswith("Made by an event at 2026-11-17 09:11 UTC that is the attacker's")


def test_what_is_older_than_the_attack_stays_and_what_nobody_made_is_asked_about(tmp_path):
    rules = [mail_rule("Disclaimer", blind_copy_to=[], changed=LONG_AGO), mail_rule("Sync"),
             mail_rule("All", rule_type="journal", changed=LONG_AGO)]  # fmt: skip
    found = kept(
        tmp_path, [], transport_rules=rules, connectors=[connector("Old", LONG_AGO), connector("New", at(hours=1))]
    )
    assert verdicts(found) == {
        "transport_rule::Disclaimer": (Label.USER, False),
        "transport_rule::All": (Label.USER, False),
        "transport_rule::Sync": (Label.UNKNOWN, False),
        "connector.inbound::Old": (Label.USER, False),
        "connector.inbound::New": (Label.UNKNOWN, False),
    }
    words = {item.id: item.description for item in found}
    assert words["transport_rule::Disclaimer"].endswith('"Disclaimer": changes or checks mail, diverts none')
    assert words["connector.inbound::New"] == 'Inbound mail connector "New": mail from *, by 192.0.2.7'


def test_a_delegate_is_the_attackers_where_the_log_says_so_else_somebody_must_be_asked(tmp_path):
    gave = made("Add-MailboxPermission", "x", target="anna", properties={
        "Parameters.User": EVIL, "Parameters.AccessRights": "FullAccess"})  # fmt: skip
    rights = [right(EVIL), right("bob@contoso.example", "SendAs"), right("nt authority\\self", automatic=True)]
    found = kept(tmp_path, [gave], mailbox_permissions=rights)
    assert verdicts(found) == {
        f"mailbox_permission:{SUBJECT}:{EVIL}:FullAccess": (Label.ATTACKER, True),
        f"mailbox_permission:{SUBJECT}:bob@contoso.example:SendAs": (Label.UNKNOWN, False),
    }
    assert [item.description for item in found] == [
        f"{EVIL} may open the mailbox", "bob@contoso.example may send as the mailbox",
    ]  # fmt: skip
    assert "an administrator may know" in found[1].because


def test_a_log_of_everybody_dates_what_the_state_does_not(tmp_path):
    case = make_case(tmp_path, events=[event(time=at(days=-20))], mailbox_permissions=[right("bob@contoso.example")])
    with Engine(case) as engine:
        key = f"mailbox_permission:{SUBJECT}:bob@contoso.example:FullAccess"
        before = standing_origins(engine, Log(engine, {}))[key].label
        case.ledger.record(Coverage("ual", "", case.info.window, Outcome.COMPLETE, file="everybody.csv"))
        after = standing_origins(engine, Log(engine, {}))[key].label
    assert (before, after) == (Label.UNKNOWN, Label.USER)


def test_folders_sweep_rules_and_settings(tmp_path):
    folders = [
        state("folder_permission", f"Calendar:{who}", folder="Calendar", trustee=who, trustee_kind=kind, rights=rights)
        for who, kind, rights in (
            ("default", "default", ["AvailabilityOnly"]),
            ("anonymous", "anonymous", ["Reviewer"]),
        )
    ]
    sweep = made("New-SweepRule", "s", mailbox_owner=SUBJECT)
    facts = [
        ("AutoForwardingMode:Default", "On", ""),
        ("AutoForwardingMode:Other", "Automatic", ""),
        ("AuditBypassEnabled", "True", SUBJECT),
        ("UnifiedAuditLogIngestionEnabled", "True", ""),
    ]
    found = kept(
        tmp_path, [sweep], folder_permissions=folders,
        sweep_rules=[state("sweep_rule", "7", name="s", sender="bob@contoso.example", destination_folder="RSS")],
        org_config=[state("org_config", name, owner=owner, name=name, value=value) for name, value, owner in facts],
    )  # fmt: skip
    assert [(item.kind, item.verdict, item.description) for item in found] == [
        ("sweep_rule", Label.ATTACKER, 'Sweep rule "s": clears mail of bob@contoso.example into "RSS"'),
        ("audit_setting", Label.UNKNOWN, "Auditing is off: AuditBypassEnabled is True"),
        ("folder_permission", Label.UNKNOWN, 'Anybody at all may use the folder "Calendar": Reviewer'),
        (
            "forwarding_policy", Label.UNKNOWN,
            'Outbound spam policy "Default": mail may be forwarded outside by itself',
        ),
    ]  # fmt: skip


def test_a_finding_about_what_stands_knows_whose_it_is(tmp_path):
    case = make_case(tmp_path, events=[event(time=at(days=-20))], transport_rules=[mail_rule("Old", changed=LONG_AGO)])
    facts = {"pe-transport-rule": Fact("pe-transport-rule", Severity.CRITICAL)}
    with Engine(case) as engine:
        origins = standing_origins(engine, Log(engine, {}))
    (found,) = findings([Hit("pe-transport-rule", ("transport_rule::Old",), "")], facts, {}, origins)
    assert found.context is Context.NO
