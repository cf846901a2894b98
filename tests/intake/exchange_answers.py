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
    "exchange-connection-filter-json": (
        json.dumps({"Name": "Default", "IPAllowList": ["203.0.113.9"], "EnableSafeList": False}),
        "connection_filter",
    ),
    "exchange-content-filter-json": (
        json.dumps({"Name": "Default", "AllowedSenders": ["x@evil.example"], "AllowedSenderDomains": []}),
        "content_filter",
    ),
    "exchange-anti-phish-json": (json.dumps({"Name": "Default", "EnableSpoofIntelligence": True}), "anti_phish"),
    "exchange-dkim-json": (json.dumps({"Domain": "contoso.example", "Enabled": True, "Status": "Valid"}), "dkim"),
    "exchange-transport-config-json": (json.dumps({"SmtpClientAuthenticationDisabled": True}), "transport_config"),
    "exchange-authentication-policy-json": (
        json.dumps({"Name": "Old", "AllowBasicAuthImap": True, "AllowBasicAuthSmtp": False}),
        "authentication_policy",
    ),
    "exchange-allow-block-json": (
        json.dumps({"Value": "evil.example", "Action": "Allow", "ExpirationDate": None}),
        "allow_block",
    ),
    "exchange-application-access-policy-json": (
        json.dumps({"AppId": "a-1", "AccessRight": "RestrictAccess", "ScopeName": "Finance"}),
        "application_access_policy",
    ),
    "exchange-role-group-json": (
        json.dumps({"Name": "Organization Management", "Roles": ["Audit Logs"], "Members": ["carol"]}),
        "role_group",
    ),
    "exchange-role-assignment-json": (
        json.dumps({"Role": "ApplicationImpersonation", "RoleAssigneeName": "svc"}),
        "role_assignment",
    ),
    "exchange-junk-mail-json": (
        json.dumps({"TrustedSendersAndDomains": ["evil.example"], "BlockedSendersAndDomains": []}),
        "junk_mail",
    ),
    "exchange-calendar-processing-json": (
        json.dumps({"AutomateProcessing": "AutoUpdate", "ForwardRequestsToDelegates": True}),
        "calendar_processing",
    ),
    "exchange-mailbox-statistics-json": (
        json.dumps({"ItemCount": 1, "TotalItemSize": "1 KB (1,024 bytes)", "DeletedItemCount": 0}),
        "mailbox_statistics",
    ),
    "exchange-recoverable-item-json": (
        json.dumps({"SourceFolder": "Deletions", "LastParentPath": "Inbox", "ItemClass": "IPM.Note", "Subject": "x"}),
        "recoverable_item",
    ),
    "exchange-app-json": (json.dumps({"AppId": "a-1", "ProviderName": "Evil", "Scope": "User"}), "addin"),
    "exchange-quarantine-json": (
        json.dumps({"SenderAddress": "x@evil.example", "RecipientAddress": ["anna@contoso.example"],
                    "ReceivedTime": "2026-11-01T08:00:00Z", "ReleaseStatus": "NOTRELEASED"}),
        "quarantined",
    ),
    "exchange-message-detail-json": (
        json.dumps({"MessageTraceId": "t-1", "Date": "2026-11-01T08:00:00Z", "Event": "Fail", "Detail": "x"}),
        "message_detail",
    ),
    "scubagear-settings-json": (
        json.dumps({"baseline_version": "1", "module_version": "1.8.0", "inbound_connectors": [None],
                    "outbound_connectors": [None], "transport_rule": [{"Name": "x"}], "remote_domains": [],
                    "accepted_domains": [None], "admin_audit_log_config": [None], "org_config": [None]}),
        "transport_rule",
    ),
}  # fmt: skip
