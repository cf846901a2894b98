"""One small answer of every cmdlet about Exchange's own settings: shape → (content, kind of its record)."""

import json

ANSWERS = {
    "exchange-transport-rule-json": (
        json.dumps({"value": [{"Name": ".", "State": "Enabled", "BlindCopyTo": ["box@evil.example"]}]}),
        "transport_rule",
    ),
    "exchange-journal-rule-json": (
        json.dumps([{"Name": "All", "JournalEmailAddress": "vault@archive.example", "Enabled": True}]),
        "journal_rule",
    ),
    "exchange-inbound-connector-json": (
        json.dumps([{"Name": "In", "ConnectorType": "Partner", "SenderDomains": ["smtp:*;1"]}]),
        "inbound_connector",
    ),
    "exchange-outbound-connector-json": (
        json.dumps([{"Name": "Out", "RecipientDomains": ["*"], "SmartHosts": ["relay.evil.example"]}]),
        "outbound_connector",
    ),
    "exchange-remote-domain-json": (
        json.dumps({"Name": "Default", "DomainName": "*", "AutoForwardEnabled": True}),
        "remote_domain",
    ),
    "exchange-outbound-spam-policy-json": (
        json.dumps({"Name": "Default", "AutoForwardingMode": "Automatic"}),
        "outbound_spam_policy",
    ),
    "exchange-mailbox-permission-json": (
        json.dumps({"Identity": "anna", "User": "bob@contoso.example", "AccessRights": ["FullAccess"], "Deny": False}),
        "mailbox_permission",
    ),
    "exchange-recipient-permission-json": (
        json.dumps({"Identity": "anna", "Trustee": "bob@contoso.example", "AccessRights": ["SendAs"]}),
        "mailbox_permission",
    ),
    "exchange-folder-permission-json": (
        json.dumps({"FolderName": "Inbox", "User": "Default", "AccessRights": ["None"], "Identity": "Default"}),
        "folder_permission",
    ),
    "exchange-sweep-rule-json": (
        json.dumps({"Name": "Sweep", "Enabled": True, "DestinationFolder": "anna:\\Archive", "KeepForDays": 10}),
        "sweep_rule",
    ),
    "exchange-admin-audit-config-json": (json.dumps({"UnifiedAuditLogIngestionEnabled": True}), "admin_audit_config"),
    "exchange-organization-config-json": (json.dumps({"Name": "x", "AuditDisabled": False}), "organization_config"),
    "exchange-audit-bypass-json": (json.dumps({"Name": "anna", "AuditBypassEnabled": False}), "audit_bypass"),
    "exchange-cas-mailbox-json": (json.dumps({"ImapEnabled": False, "PopEnabled": False}), "cas_mailbox"),
    "exchange-auto-reply-json": (json.dumps({"AutoReplyState": "Disabled", "Identity": "anna"}), "auto_reply"),
    "exchange-mobile-device-json": (
        json.dumps({"DeviceId": "D1", "FirstSyncTime": "2026-01-02T08:00:00Z", "ClientType": "Outlook"}),
        "mobile_device",
    ),
    "exchange-blocked-sender-json": (
        json.dumps({"SenderAddress": "anna@contoso.example", "Reason": "OutboundSpamLast24Hours=612"}),
        "blocked_sender",
    ),
    "scubagear-settings-json": (
        json.dumps({"baseline_version": "1", "module_version": "1.8.0", "inbound_connectors": [None],
                    "outbound_connectors": [None], "transport_rule": [{"Name": "x"}], "remote_domains": [],
                    "accepted_domains": [None], "admin_audit_log_config": [None], "org_config": [None]}),
        "transport_rule",
    ),
}  # fmt: skip
