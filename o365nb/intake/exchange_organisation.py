"""Exchange's own settings: mail flow, rights, auditing; as a cmdlet answers them or as ConvertTo-Json saves them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from o365nb.errors import BadEvidence
from o365nb.intake import json_text
from o365nb.intake.base import Damaged, Item, Note, Origin, Record, Shape
from o365nb.intake.forms import JsonShape


class ExchangeTransportRuleJson(JsonShape):
    """Get-TransportRule: mail-flow rules of the organisation."""

    name = "exchange-transport-rule-json"
    title = "Get-TransportRule (JSON)"
    kind = "transport_rule"
    must = frozenset({"Name", "State"})
    any_of = frozenset({"BlindCopyTo", "RedirectMessageTo", "SetAuditSeverity", "RuleErrorAction"})


class ExchangeJournalRuleJson(JsonShape):
    """Get-JournalRule: copies of mail to one address."""

    name = "exchange-journal-rule-json"
    title = "Get-JournalRule (JSON)"
    kind = "journal_rule"
    must = frozenset({"Name", "JournalEmailAddress"})


class ExchangeInboundConnectorJson(JsonShape):
    """Get-InboundConnector: from whom mail is taken on special terms."""

    name = "exchange-inbound-connector-json"
    title = "Get-InboundConnector (JSON)"
    kind = "inbound_connector"
    must = frozenset({"Name", "SenderDomains"})
    any_of = frozenset({"ConnectorType", "SenderIPAddresses"})


class ExchangeOutboundConnectorJson(JsonShape):
    """Get-OutboundConnector: which way mail leaves."""

    name = "exchange-outbound-connector-json"
    title = "Get-OutboundConnector (JSON)"
    kind = "outbound_connector"
    must = frozenset({"Name", "SmartHosts"})
    any_of = frozenset({"ConnectorType", "RecipientDomains"})


class ExchangeRemoteDomainJson(JsonShape):
    """Get-RemoteDomain: what may be sent to other domains by itself."""

    name = "exchange-remote-domain-json"
    title = "Get-RemoteDomain (JSON)"
    kind = "remote_domain"
    must = frozenset({"DomainName", "AutoForwardEnabled"})


class ExchangeOutboundSpamPolicyJson(JsonShape):
    """Get-HostedOutboundSpamFilterPolicy: whether mail may be forwarded outside by itself."""

    name = "exchange-outbound-spam-policy-json"
    title = "Get-HostedOutboundSpamFilterPolicy (JSON)"
    kind = "outbound_spam_policy"
    must = frozenset({"AutoForwardingMode"})


class ExchangeMailboxPermissionJson(JsonShape):
    """Get-MailboxPermission: who may open the mailbox."""

    name = "exchange-mailbox-permission-json"
    title = "Get-MailboxPermission (JSON)"
    kind = "mailbox_permission"
    must = frozenset({"User", "AccessRights"})
    any_of = frozenset({"IsInherited", "InheritanceType", "Deny"})
    never = frozenset({"FolderName"})


class ExchangeRecipientPermissionJson(JsonShape):
    """Get-RecipientPermission: who may send as the mailbox."""

    name = "exchange-recipient-permission-json"
    title = "Get-RecipientPermission (JSON)"
    kind = "mailbox_permission"
    must = frozenset({"Trustee", "AccessRights"})


class ExchangeFolderPermissionJson(JsonShape):
    """Get-MailboxFolderPermission: who may open one folder."""

    name = "exchange-folder-permission-json"
    title = "Get-MailboxFolderPermission (JSON)"
    kind = "folder_permission"
    must = frozenset({"FolderName", "User", "AccessRights"})


class ExchangeSweepRuleJson(JsonShape):
    """Get-SweepRule: rules that clear away mail once a day."""

    name = "exchange-sweep-rule-json"
    title = "Get-SweepRule (JSON)"
    kind = "sweep_rule"
    must = frozenset({"DestinationFolder"})
    any_of = frozenset({"KeepForDays", "KeepLatest", "SourceFolder"})


class ExchangeAdminAuditConfigJson(JsonShape):
    """Get-AdminAuditLogConfig: whether the unified audit log is written."""

    name = "exchange-admin-audit-config-json"
    title = "Get-AdminAuditLogConfig (JSON)"
    kind = "admin_audit_config"
    must = frozenset({"UnifiedAuditLogIngestionEnabled"})


class ExchangeOrganizationConfigJson(JsonShape):
    """Get-OrganizationConfig: whether mailbox auditing is on for everybody."""

    name = "exchange-organization-config-json"
    title = "Get-OrganizationConfig (JSON)"
    kind = "organization_config"
    must = frozenset({"AuditDisabled"})


class ExchangeAuditBypassJson(JsonShape):
    """Get-MailboxAuditBypassAssociation: whether what an account does goes unlogged."""

    name = "exchange-audit-bypass-json"
    title = "Get-MailboxAuditBypassAssociation (JSON)"
    kind = "audit_bypass"
    must = frozenset({"AuditBypassEnabled"})


class ExchangeCasMailboxJson(JsonShape):
    """Get-CASMailbox: by which protocols the mailbox can be reached."""

    name = "exchange-cas-mailbox-json"
    title = "Get-CASMailbox (JSON)"
    kind = "cas_mailbox"
    must = frozenset({"ImapEnabled", "PopEnabled"})


class ExchangeAutoReplyJson(JsonShape):
    """Get-MailboxAutoReplyConfiguration: what the mailbox answers by itself."""

    name = "exchange-auto-reply-json"
    title = "Get-MailboxAutoReplyConfiguration (JSON)"
    kind = "auto_reply"
    must = frozenset({"AutoReplyState"})


class ExchangeMobileDeviceJson(JsonShape):
    """Get-MobileDeviceStatistics: phones that keep the mailbox in step."""

    name = "exchange-mobile-device-json"
    title = "Get-MobileDeviceStatistics (JSON)"
    kind = "mobile_device"
    must = frozenset({"FirstSyncTime"})
    any_of = frozenset({"DeviceId", "DeviceID", "DeviceUserAgent", "LastSuccessSync"})


class ExchangeBlockedSenderJson(JsonShape):
    """Get-BlockedSenderAddress: who may not send to the outside any more."""

    name = "exchange-blocked-sender-json"
    title = "Get-BlockedSenderAddress (JSON)"
    kind = "blocked_sender"
    must = frozenset({"SenderAddress", "Reason"})
    never = frozenset({"RecipientAddress", "Received"})


#: Sections of ScubaGear's export that are read, and the kind of their records.
_SECTIONS = {
    "transport_rule": "transport_rule",
    "inbound_connectors": "inbound_connector",
    "outbound_connectors": "outbound_connector",
    "remote_domains": "remote_domain",
    "accepted_domains": "accepted_domain",
    "admin_audit_log_config": "admin_audit_config",
    "org_config": "organization_config",
}
_SCUBA = re.compile(r'^\s*\{.*"(scuba_config|baseline_version)"\s*:', re.DOTALL)


class ScubaSettingsJson(Shape):
    """CISA ScubaGear's ProviderSettingsExport.json: one object whose members are the cmdlets' answers.

    A section that is `[null]` was read and is empty; one that is missing was not read, which a note says.
    """

    name = "scubagear-settings-json"
    title = "ScubaGear's ProviderSettingsExport (JSON)"

    def recognise(self, text: str) -> float:
        return 1.0 if _SCUBA.search(text[:4096]) and '"module_version"' in text[:4096] else 0.0

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        try:
            whole = json_text.loads(text)
        except ValueError:
            raise BadEvidence(origin.path, "the JSON is cut or damaged", "Run ScubaGear again") from None
        data: dict[str, Any] = whole if isinstance(whole, dict) else {}
        line = 0
        for section, kind in _SECTIONS.items():
            for record in json_text.unwrap(data.get(section)):
                if isinstance(record, dict):
                    line += 1
                    yield Record(line, kind, record)
                elif record is not None:
                    line += 1
                    yield Damaged(line, f"an entry of {section} is no object")
        if missing := [section for section in _SECTIONS if section not in data]:
            yield Note(f"It has no section {', '.join(missing)}: that was not read.", limits=True)
