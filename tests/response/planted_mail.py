"""A practice tenant in whose mail the attacker left something of every kind, beside what is innocent, and its case."""

from datetime import timedelta

from response.making import finding, thing, verdict
from tables import SUBJECT, event, make_case, state

from o365nb.engine import Engine
from o365nb.model import utc
from o365nb.practice import mail_flow
from o365nb.practice.web.exchange_changes import kept_by
from o365nb.response import make_plan

MADE = utc("2026-11-17T10:00:00Z")
EVIL, FRIEND, BOSS = "drop@evil.example", "bob@contoso.example", "martha@contoso.example"
ADDIN = "7e7e7e7e-0000-4000-8000-000000000001"
SWEEP = "x2hlsdpGmUifjFgxxGIOJw=="
GROUP = "Organization Management"
JOURNAL = "31313131-0000-4000-8000-000000000001"


def plant(server):
    """Put the attacker's objects into the running tenant; the rows that a collection would give, and what is whose."""
    kept = server.state.objects
    exchange = kept_by(kept)
    rows = {}
    things = []

    def add(table, kind, row, **more):
        rows.setdefault(table, []).append(row)
        things.append(thing(kind, more.get("key", row["key"]), owner=row["owner"], created=MADE))

    mailbox = kept["mailboxes"][SUBJECT]
    mailbox |= {"ForwardingSmtpAddress": f"smtp:{EVIL}", "DeliverToMailboxAndForward": True,
                "GrantSendOnBehalfTo": ["viola", "bob"], "AuditEnabled": False}  # fmt: skip
    add("mailboxes", "forwarding", state("mailbox", "box", forwarding_smtp_address=EVIL, deliver_and_forward=True,
                                         send_on_behalf=["viola", "bob"], audit_enabled=False))  # fmt: skip
    exchange["delegates"][SUBJECT] = [mail_flow.delegate(SUBJECT, name) for name in ("viola@contoso.example", FRIEND)]
    exchange["send_as"][SUBJECT] = ["viola@contoso.example", FRIEND]
    for right in ("FullAccess", "SendAs"):
        add("mailbox_permissions", "delegate",
            state("mailbox_permission", f"{FRIEND}:{right}", trustee=FRIEND, right=right))  # fmt: skip
    rights = exchange["folder_rights"].setdefault(SUBJECT, {})
    rights["Inbox"] = {"viola@contoso.example": ["Reviewer"], FRIEND: ["Owner"], "Anonymous": ["Reviewer"]}
    rights[mail_flow.TOP] = {FRIEND: ["Reviewer"]}
    for folder, who, given in (("Inbox", FRIEND, "Owner"), ("Inbox", "anonymous", "Reviewer"),
                               (mail_flow.TOP, FRIEND, "Reviewer")):  # fmt: skip
        add("folder_permissions", "folder_permission",
            state("folder_permission", f"{folder}:{who}", folder=folder, trustee=who, rights=[given]))  # fmt: skip
    _of_organisation(exchange, add)
    _in_mailbox(server, exchange, add)
    events = list(_logged(server, things))
    server.state.save()
    return {**rows, "events": events}, things


def _of_organisation(exchange, add):
    def row(kind, made, **more):
        return state(kind, made["Guid"], owner="", name=made["Name"], enabled=True, **more)

    rule = mail_flow.transport_rule("Spy *", MADE, BlindCopyTo=[EVIL])
    exchange["transport_rules"].append(rule)
    add("transport_rules", "transport_rule", row("transport_rule", rule, rule_type="transport", blind_copy_to=[EVIL]))
    journal = {"@odata.type": "#Exchange.JournalRule", "Name": "Spy", "Identity": "Spy", "Guid": JOURNAL,
               "Enabled": True, "JournalEmailAddress": EVIL, "Recipient": None, "Scope": "Global"}  # fmt: skip
    exchange["journal_rules"].append(journal)
    add("transport_rules", "journal_rule", row("journal_rule", journal, rule_type="journal", blind_copy_to=[EVIL]))
    inbound = mail_flow.inbound_connector("Spy in", MADE, SenderIPAddresses=["203.0.113.9"])
    exchange["inbound_connectors"].append(inbound)
    add("connectors", "connector", row("connector.inbound", inbound, direction="inbound", addresses=["203.0.113.9"]))
    outbound = {**mail_flow.inbound_connector("Spy out", MADE), "@odata.type": "#Exchange.OutboundConnector",
                "SmartHosts": ["mx.evil.example"]}  # fmt: skip
    exchange["outbound_connectors"].append(outbound)
    add("connectors", "connector",
        row("connector.outbound", outbound, direction="outbound", addresses=["mx.evil.example"]))  # fmt: skip
    exchange["outbound_spam_policies"][0]["AutoForwardingMode"] = "On"
    add("org_config", "forwarding_policy",
        state("org_config", "p", owner="", name="AutoForwardingMode:Default", value="On"))  # fmt: skip
    domain = exchange["remote_domains"][0]
    add("remote_domains", "forwarding_policy",
        state("remote_domain", domain["Guid"], owner="", name="Default", domain="*", auto_forward=True))  # fmt: skip
    exchange["admin_audit_config"]["UnifiedAuditLogIngestionEnabled"] = False
    exchange["organization_config"]["AuditDisabled"] = True
    for name, value in (("UnifiedAuditLogIngestionEnabled", "False"), ("AuditDisabled", "True")):
        add("org_config", "audit_setting", state("org_config", name, owner="", name=name, value=value))
    next(one for one in exchange["role_groups"] if one["Name"] == GROUP)["Members"].append(SUBJECT)
    add("exchange_roles", "role", state("exchange_role", f"group:{GROUP}:{SUBJECT}", owner="", role=GROUP,
                                        assignee=SUBJECT, assignee_kind="member"))  # fmt: skip


def _in_mailbox(server, exchange, add):
    exchange["audit_bypass"].append(SUBJECT)
    add("org_config", "audit_setting", state("org_config", "bypass", name="AuditBypassEnabled", value="True"))
    sweep = {"@odata.type": "#Exchange.SweepRule", "Name": "Tidy", "RuleId": SWEEP, "Identity": f"anna\\{SWEEP}",
             "Enabled": True}  # fmt: skip
    exchange["sweep_rules"][SUBJECT] = [sweep, {**sweep, "Name": "Mine", "RuleId": "own==", "Identity": "anna\\own=="}]
    add("sweep_rules", "sweep_rule", state("sweep_rule", SWEEP, rule_id=SWEEP, name="Tidy", enabled=True))
    exchange["addins"][SUBJECT] = [{"@odata.type": "#Exchange.App", "Identity": f"anna\\{ADDIN}", "AppId": ADDIN,
                                    "DisplayName": "Mail Helper", "Enabled": True}]  # fmt: skip
    add("addins", "addin", state("addin", ADDIN, app_id=ADDIN, name="Mail Helper", enabled=True))
    phone = mail_flow.mobile_device(SUBJECT, "SM-A1", "Android 9", "Spy/1.0", MADE, MADE + timedelta(hours=1))
    exchange["mobile"][SUBJECT] = [phone]
    add("devices", "device", state("device", phone["DeviceId"], device_id=phone["DeviceId"], name="Spy phone",
                                   trust_type="MobilePartnership"))  # fmt: skip


def _logged(server, things):
    """What only the log tells of: the state has it too, in a form that does not say who set it."""
    exchange, settings = server.state.objects["exchange"], server.state.objects["settings"][SUBJECT]
    settings["automaticRepliesSetting"] |= {"status": "alwaysEnabled", "externalReplyMessage": "Pay to the new account"}
    exchange["junk"][SUBJECT] = {"TrustedSendersAndDomains": ["friend@fabrikam.example", "evil.example"]}
    exchange["cas"][SUBJECT] = {"ImapEnabled": True, "PopEnabled": True}
    exchange["message_configuration"][SUBJECT] = {"SignatureHtml": "<html><b>New  account</b></html>"}
    for kind, operation, said in (
        ("autoreply", "Set-MailboxAutoReplyConfiguration", {"AutoReplyState": "Enabled"}),
        ("spam_filter", "Set-MailboxJunkEmailConfiguration", {"TrustedSendersAndDomains": "evil.example"}),
        ("protocol", "Set-CASMailbox", {"ImapEnabled": "True"}),
        ("signature", "Set-MailboxMessageConfiguration", {"SignatureHtml": "<b>New account</b>"}),
        ("send_on_behalf", "Set-Mailbox", {"GrantSendOnBehalfTo": FRIEND}),
        ("audit_setting", "Set-Mailbox", {"AuditEnabled": "False"}),
    ):
        given = [{"name": f"Parameters.{name}", "value": value} for name, value in said.items()]
        made = event(operation=operation, actor=SUBJECT, target=SUBJECT, properties=given)
        things.append(thing(kind, f"{kind}:{SUBJECT}:{made['event_id']}", created=MADE))
        yield made


def case_of(planted, folder):
    """The case in which every planted object is the attacker's, and the plan for it."""
    rows, things = planted
    account = state("user", SUBJECT, user_id="", addresses=[SUBJECT], on_premises_synced=False)
    restricted = finding("F2", slug="im-sender-restricted", first=None, last=None)
    case = make_case(folder, users=[account], **rows)
    case.store("users", "users.json", b"{}", shape="graph-user-json", records=1)
    with Engine(case) as engine:
        return case, make_plan(verdict(), [finding(first=None, last=None), restricted], things, engine)
