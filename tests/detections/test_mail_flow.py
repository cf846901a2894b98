"""Exchange's settings as they stand, and the quieter ways out that the log tells of."""

from __future__ import annotations

import pytest
from detections.world import HOSTILE, act, ask, at, broke_in, partner, usual
from tables import SUBJECT, event, state

from o365nb.model import Answer, Outcome

INSIDE = "2026-11-17T10:00:00"  # within the window
LONG_AGO = "2020-04-07T09:00:00"
EMPTY = {"redirect_to": [], "copy_to": [], "blind_copy_to": [], "words": []}


def mail_rule(name="Archive", **given):
    row = {**EMPTY, "rule_type": "transport", "name": name, "enabled": True, "mode": "Enforce", "deletes": False,
           "has_conditions": True, "changed": LONG_AGO, "owner": ""}  # fmt: skip
    return state("transport_rule", name, **{**row, **given})


def connector(name="c", **given):
    row = {"direction": "inbound", "name": name, "enabled": True, "connector_type": "Partner", "domains": ["*"],
           "addresses": [], "restricted": False, "treat_as_internal": False, "cloud_services_mail": False,
           "connector_source": "AdminUI", "created": LONG_AGO, "changed": LONG_AGO, "owner": ""}  # fmt: skip
    return state(f"connector.{row['direction']}", name, **{**row, **given})


def right(trustee, name="FullAccess", **given):
    row = {"trustee": trustee, "right": name, "deny": False, "inherited": False, "automatic": False}
    return state("mailbox_permission", f"{trustee}:{name}", **{**row, **given})


def folder(trustee, kind, rights, name="Inbox"):
    return state(
        "folder_permission", f"{name}:{trustee}", folder=name, trustee=trustee, trustee_kind=kind, rights=rights
    )


def sweep(**given):
    row = {"name": "s", "enabled": True, "sender": "bob@fabrikam.example", "destination_folder": "RSS Feeds"}
    return state("sweep_rule", "7", **{**row, **given})


def fact(name, value, owner=""):
    return state("org_config", name, name=name, value=value, owner=owner)


def phone(identity, registered, name="Outlook for iOS (Outlook-iOS/2)"):
    return state("mobile_device", identity, name=name, os="iOS", trust_type="MobilePartnership", registered=registered)


def remote(domain, changed, forwards=True):
    return state(
        "remote_domain", domain, owner="", name=domain, domain=domain, auto_forward=forwards, created=LONG_AGO,
        changed=changed,
    )  # fmt: skip


#: (slug, table, row) → (subject, how sure).
STANDING = {
    "a rule that copies unseen": (("pe-transport-rule", "transport_rules", mail_rule(blind_copy_to=["x@evil.example"])),
                                  ("", 0.6)),
    "a nameless one, made now, unaudited": (
        ("pe-transport-rule", "transport_rules",
         mail_rule(".", redirect_to=["x@evil.example"], audit_severity="DoNotAudit", changed=INSIDE)), ("", 0.95)),
    "a rule that deletes everything": (
        ("pe-transport-rule", "transport_rules", mail_rule(deletes=True, has_conditions=False)), ("", 0.6)),
    "a rule that lets all spam in": (
        ("pe-transport-rule", "transport_rules", mail_rule(scl=-1, has_conditions=False)), ("", 0.5)),
    "a journal that goes outside": (
        ("pe-transport-rule", "transport_rules", mail_rule(rule_type="journal", blind_copy_to=["x@vault.example"])),
        ("", 0.4)),
    "a connector for anybody": (("pe-connector", "connectors", connector()), ("", 0.5)),
    "a connector that counts as internal": (
        ("pe-connector", "connectors", connector(domains=["evil.example"], treat_as_internal=True, changed=INSIDE)),
        ("", 0.7)),
    "all mail by a smart host": (
        ("pe-connector", "connectors", connector(direction="outbound", addresses=["relay.evil.example"])), ("", 0.4)),
    "an outsider may open it": (("pe-delegate-full", "mailbox_permissions", right("x@evil.example")), (SUBJECT, 0.8)),
    "a guest may send as it": (
        ("pe-delegate-send", "mailbox_permissions", right("x_evil.example#ext#@contoso.example", "SendAs")),
        (SUBJECT, 0.8)),
    "the inbox open to all": (("pe-folder-acl", "folder_permissions", folder("default", "default", ["Reviewer"])),
                              (SUBJECT, 0.6)),
    "the calendar told in part": (
        ("pe-folder-acl", "folder_permissions", folder("default", "default", ["LimitedDetails"], "Calendar")),
        (SUBJECT, 0.3)),
    "a folder shared outside": (
        ("pe-folder-acl", "folder_permissions", folder("x@evil.example", "external", ["Editor"], "Calendar")),
        (SUBJECT, 0.6)),
    "a policy that lets all forward": (
        ("pe-autoforward-policy", "org_config", fact("AutoForwardingMode:Default", "On")), ("", 0.6)),
    "a remote domain made now": (
        ("pe-autoforward-policy", "remote_domains", remote("evil.example", INSIDE)), ("", 0.5)),
    "a new phone": (("pe-eas-device", "devices", phone("D1", INSIDE)), (SUBJECT, 0.6)),
    "colleagues swept away": (("pe-sweep-rule", "sweep_rules", sweep(sender="bob@contoso.example")), (SUBJECT, 0.6)),
    "no audit log": (("de-ual-off", "org_config", fact("UnifiedAuditLogIngestionEnabled", "False")), ("", 0.7)),
    "no mailbox auditing": (("de-mailbox-audit-off", "org_config", fact("AuditDisabled", "True")), ("", 0.6)),
    "an unlogged account": (("de-mailbox-audit-off", "org_config", fact("AuditBypassEnabled", "True", SUBJECT)),
                            (SUBJECT, 0.6)),
}  # fmt: skip


@pytest.mark.parametrize("name", STANDING)
def test_finds_what_stands(tmp_path, name):
    (slug, table, row), expected = STANDING[name]
    _, hits = ask(tmp_path, slug, **{table: [row]})
    assert [(hit.subject, hit.confidence, hit.evidence) for hit in hits] == [(*expected, (row["key"],))]


INNOCENT = {
    "pe-transport-rule": ("transport_rules", [
        mail_rule("Disclaimer"), mail_rule("Inside", blind_copy_to=["archive@contoso.example", "shared box"]),
        mail_rule("Off", enabled=False, blind_copy_to=["x@evil.example"]),
        mail_rule("Test", mode="Audit", deletes=True), mail_rule("Partner", scl=-1),
    ]),
    "pe-connector": ("connectors", [
        connector("a", certificate="mail.fabrikam.example"), connector("b", restricted=True, addresses=["192.0.2.1"]),
        connector("h", treat_as_internal=True, connector_source="HybridWizard"),
        connector("off", enabled=False), connector("o", direction="outbound", domains=["fabrikam.example"],
                                                   addresses=["mx.fabrikam.example"]),
        connector("r", direction="outbound", addresses=["relay.example"], rule_scoped=True),
    ]),
    "pe-delegate-full": ("mailbox_permissions", [
        right("bob@contoso.example"), right("nt authority\\self", automatic=True), right("x@evil.example", deny=True),
        right("x@evil.example", "ReadPermission"), right("x@evil.example", owner="bob@contoso.example"),
    ]),
    "pe-delegate-send": ("mailbox_permissions", [right("bob@contoso.example", "SendAs"), right("x@evil.example")]),
    "pe-folder-acl": ("folder_permissions", [
        folder("default", "default", ["AvailabilityOnly"], "Calendar"), folder("anonymous", "anonymous", ["None"]),
        folder("viola quast", "named", ["Editor"], "Calendar"), folder("v@contoso.example", "named", ["Editor"]),
    ]),
    "pe-autoforward-policy": ("remote_domains", [remote("*", LONG_AGO), remote("x.example", INSIDE, forwards=False)]),
    "pe-eas-device": ("devices", [phone("D1", LONG_AGO), state("device", "2", registered=INSIDE)]),
    "pe-sweep-rule": ("sweep_rules", [sweep(sender="news@weekly.example"), sweep(enabled=False)]),
    "de-mailbox-audit-off": ("org_config", [
        fact("AuditDisabled", "False"), fact("AuditBypassEnabled", "True", "svc@contoso.example"),
    ]),
}  # fmt: skip


@pytest.mark.parametrize("slug", INNOCENT)
def test_stays_silent(tmp_path, slug):
    table, rows = INNOCENT[slug]
    answer, hits = ask(tmp_path, slug, **{table: rows})
    assert (answer.verdict, hits) == (Answer.CLEAR, [])


FROM_THE_LOG = {
    "pe-autoforward-policy": act(
        "Set-HostedOutboundSpamFilterPolicy", event_id="it", target="Default",
        properties={"Parameters.AutoForwardingMode": "On"},
    ),
    "pe-folder-acl": act(
        "Add-MailboxFolderPermission", event_id="it",
        properties={"Parameters.User": "Default", "Parameters.AccessRights": "Owner",
                    "Parameters.Identity": f"{SUBJECT}:\\Inbox"},
    ),
    "pe-sweep-rule": act("New-SweepRule", event_id="it", target=SUBJECT, properties={"Parameters.Name": "s"}),
}  # fmt: skip


@pytest.mark.parametrize("slug", FROM_THE_LOG)
def test_finds_the_intruders_change(tmp_path, slug):
    row = FROM_THE_LOG[slug]
    _, hits = ask(tmp_path, slug, events=[*usual(), broke_in(), row])
    assert [(hit.subject, hit.evidence) for hit in hits] == [(SUBJECT, ("it",))]
    answer, _ = ask(tmp_path / "refused", slug, events=[*usual(), broke_in(), {**row, "result": "failure"}])
    assert answer.verdict is Answer.CLEAR


def test_a_calendar_shared_within_reason_is_no_finding(tmp_path):
    given = {"Parameters.User": "Default", "Parameters.AccessRights": "AvailabilityOnly"}
    named = {"Parameters.User": "bob@contoso.example", "Parameters.AccessRights": "Editor"}
    events = [event(operation="Set-MailboxFolderPermission", event_id=str(n), properties=p)
              for n, p in enumerate((given, named))]  # fmt: skip
    answer, _ = ask(tmp_path, "pe-folder-acl", events=[*usual(), *events])
    assert answer.verdict is Answer.CLEAR


def test_partners_are_known_by_the_mail_with_them(tmp_path):
    _, hits = ask(tmp_path, "pe-sweep-rule", events=partner(), sweep_rules=[sweep(destination_folder="Later")])
    assert [hit.confidence for hit in hits] == [0.5]


def test_a_second_phone_of_the_same_make_is_less_sure(tmp_path):
    _, hits = ask(tmp_path, "pe-eas-device", devices=[phone("D1", LONG_AGO), phone("D2", INSIDE)])
    assert [(hit.evidence, hit.confidence) for hit in hits] == [((f"mobile_device:{SUBJECT}:D2",), 0.4)]


def test_a_delegate_whose_account_is_younger_than_the_window_is_new(tmp_path):
    users = [state("user", "1", owner="helper@contoso.example", created=at(hours=1))]
    _, hits = ask(tmp_path, "pe-delegate-full", users=users, mailbox_permissions=[right("helper@contoso.example")])
    assert [hit.confidence for hit in hits] == [0.7]


@pytest.mark.parametrize(
    ("slug", "table", "row"),
    [
        ("pe-transport-rule", "transport_rules", mail_rule(HOSTILE, redirect_to=["x@evil.example"])),
        ("pe-connector", "connectors", connector(HOSTILE)),
        ("pe-delegate-full", "mailbox_permissions", right(f"{HOSTILE}@evil.example")),
        ("pe-folder-acl", "folder_permissions", folder(f"{HOSTILE}@evil.example", "external", [HOSTILE], HOSTILE)),
        ("pe-sweep-rule", "sweep_rules", sweep(name=HOSTILE, sender="x@contoso.example", destination_folder=HOSTILE)),
        ("pe-eas-device", "devices", phone("1", INSIDE, HOSTILE)),
    ],
)
def test_survives_hostile_text(tmp_path, slug, table, row):
    _, hits = ask(tmp_path, slug, **{table: [row]})
    assert [hit.evidence for hit in hits] == [(row["key"],)]
    assert not any(char in hits[0].summary for char in "\x1b\u202e\n")


def test_is_blind_when_neither_state_nor_log_was_read(tmp_path):
    missing = {"transport_rules": Outcome.DENIED, "ual": Outcome.DENIED}
    answer, _ = ask(tmp_path, "pe-transport-rule", coverage=missing)
    assert (answer.verdict, "transport_rules" in answer.reason) == (Answer.BLIND, True)
    answer, _ = ask(tmp_path / "phones", "pe-eas-device", coverage={"mobile_devices": Outcome.FAILED})
    assert answer.verdict is Answer.BLIND
