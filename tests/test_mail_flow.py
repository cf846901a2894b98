"""Mail flow from end to end: what somebody left open in Exchange's settings is collected, judged and shown."""

from datetime import UTC, datetime

import pytest
from evidence import rows

from o365nb import investigate
from o365nb.model import Answer, Context, Label
from o365nb.practice import PracticeTenant, mail_flow
from o365nb.progress import Progress
from o365nb.workbench import open_case

T0 = datetime(2026, 11, 17, 9, 20, tzinfo=UTC)
EVIL = "box@evil.example"
JANA = "jana@contoso.example"


def tampered(root):
    """The traveller's tenant with doors that somebody left open in it."""
    with PracticeTenant("traveller", root / "data" / "mail" / "state") as tenant:
        kept = tenant.state.objects["exchange"]
        rule = mail_flow.transport_rule(".", T0, BlindCopyTo=[EVIL], Conditions=None, SetAuditSeverity="DoNotAudit")
        kept["transport_rules"].append(rule)
        (partner,) = kept["inbound_connectors"]
        kept["inbound_connectors"].append({
            **partner, "Name": "Relay", "Guid": "g-relay", "SenderDomains": ["smtp:*;1"],
            "TlsSenderCertificateName": None, "RestrictDomainsToCertificate": False,
            "WhenCreated": "2026-11-17T09:21:00Z", "WhenChanged": "2026-11-17T09:21:00Z",
        })  # fmt: skip
        kept["delegates"][JANA] = [mail_flow.delegate(JANA, EVIL)]
        kept["folder_rights"][JANA] = {"Inbox": {"Default": ["Reviewer"]}}
        kept["audit_bypass"].append(JANA)
        tenant.state.save()
    request = investigate.Request(case="mail", data=root / "data", reports=root / "reports")
    case = investigate.from_practice("traveller", request, Progress())
    return case, investigate.analyse(case, Progress())


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    root = tmp_path_factory.mktemp("mail")
    return root, *tampered(root)


def test_every_open_door_is_found(judged):
    _, _, found = judged
    doors = {
        finding.slug: (finding.context, finding.evidence) for finding in found.findings if finding.slug[:3] != "ia-"
    }
    rule = mail_flow.named_id("TransportRule:.")
    assert doors == {
        "pe-transport-rule": (Context.UNKNOWN, (f"transport_rule::{rule}",)),
        "pe-connector": (Context.UNKNOWN, ("connector.inbound::g-relay",)),
        "pe-delegate-full": (Context.UNKNOWN, (f"mailbox_permission:{JANA}:{EVIL}:FullAccess",)),
        "pe-folder-acl": (Context.UNKNOWN, (f"folder_permission:{JANA}:Inbox:default",)),
        "de-mailbox-audit-off": (Context.UNKNOWN, (f"org_config:{JANA}:AuditBypassEnabled",)),
    }


def test_the_inventory_asks_about_them_and_leaves_the_houses_own_alone(judged):
    _, _, found = judged
    kinds = ("transport_rule", "connector", "delegate", "folder_permission", "audit_setting")
    assert sorted(
        (item.kind, item.verdict, item.description[:52]) for item in found.persistence if item.kind in kinds
    ) == [
        ("audit_setting", Label.UNKNOWN, "Auditing is off: AuditBypassEnabled is True"),
        ("connector", Label.UNKNOWN, 'Inbound mail connector "Relay": mail from *'),
        ("connector", Label.USER, 'Inbound mail connector "Fabrikam (TLS)": mail from f'),
        ("delegate", Label.UNKNOWN, "box@evil.example may open the mailbox"),
        ("folder_permission", Label.UNKNOWN, 'Everybody in the organisation may use the folder "In'),
        ("transport_rule", Label.UNKNOWN, 'Mail-flow rule of the organisation ".": copies mail '),
        ("transport_rule", Label.USER, 'Mail-flow rule of the organisation "Disclaimer": cha'),
    ]


def test_the_notebook_shows_them_with_what_they_do(judged):
    root, _, _ = judged
    shown = open_case("mail", root / "data", root / "reports").back_doors._repr_html_()
    for words in (f"copies mail unseen to {EVIL}", "Relay", "may open the mailbox", "Disclaimer"):
        assert words in shown


@pytest.mark.parametrize("story", ["aitm", "traveller"])
def test_an_ordinary_house_raises_nothing_and_is_seen_whole(practice_case, story):
    of = practice_case(story)
    slugs = ("pe-transport-rule", "pe-connector", "pe-autoforward-policy", "pe-delegate-full", "pe-delegate-send",
             "pe-folder-acl", "pe-sweep-rule", "pe-eas-device", "de-ual-off", "de-mailbox-audit-off")  # fmt: skip
    assert {of.found.detections[slug].verdict for slug in slugs} == {Answer.CLEAR}
    counts = {
        name: rows(of.case, f"SELECT count(*) AS n FROM {name}")[0]["n"]
        for name in ("transport_rules", "connectors", "remote_domains", "mailbox_permissions", "folder_permissions",
                     "sweep_rules", "blocked_senders")
    }  # fmt: skip
    assert counts == {
        "transport_rules": 1, "connectors": 1, "remote_domains": 1, "mailbox_permissions": 3, "folder_permissions": 6,
        "sweep_rules": 0, "blocked_senders": int(story == "aitm"),
    }  # fmt: skip
    facts = {row["name"]: row["value"] for row in rows(of.case, "SELECT * FROM org_config")}
    assert {name: facts[name] for name in ("ImapEnabled", "AuditBypassEnabled", "UnifiedAuditLogIngestionEnabled")} == {
        "ImapEnabled": "False", "AuditBypassEnabled": "False", "UnifiedAuditLogIngestionEnabled": "True",
    }  # fmt: skip
