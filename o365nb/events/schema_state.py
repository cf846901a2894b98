"""The columns of the state tables: how things stood when they were collected. Conventions as in `schema`."""

from __future__ import annotations

PROPERTY = "STRUCT(name VARCHAR, value VARCHAR)"

#: The columns that every state table begins with.
STATE: dict[str, str] = {
    "key": "VARCHAR",  # "<kind>:<owner>:<id>", the evidence key that findings cite
    "owner": "VARCHAR",  # UPN, lower case; "" for objects of the tenant
    "seen_by": "VARCHAR[]",  # graph, exchange, export; of devices also intune, defender
    "collected_at": "TIMESTAMP",
    "raw_file": "VARCHAR",
    "raw_line": "BIGINT",
}

#: What an inbox rule is, as it stands or as the audit log tells it.
RULE: dict[str, str] = {
    "rule_id": "VARCHAR",
    "name": "VARCHAR",
    "enabled": "BOOLEAN",
    "priority": "BIGINT",
    "words": "VARCHAR[]",  # every word condition: subject, body, header, sender contains
    "from_addresses": "VARCHAR[]",
    "has_conditions": "BOOLEAN",
    "forward_to": "VARCHAR[]",  # SMTP addresses, lower case
    "redirect_to": "VARCHAR[]",
    "forward_as_attachment_to": "VARCHAR[]",
    "move_to_folder": "VARCHAR",
    "copy_to_folder": "VARCHAR",
    "deletes": "BOOLEAN",  # delete, soft or permanent
    "mark_as_read": "BOOLEAN",
    "stop_processing": "BOOLEAN",
    "description": "VARCHAR",
}

#: State as it stood at `collected_at`; each begins with STATE's columns.
STATE_TABLES: dict[str, dict[str, str]] = {
    "users": {
        "user_id": "VARCHAR",
        "display_name": "VARCHAR",
        "mail": "VARCHAR",
        "addresses": "VARCHAR[]",  # every SMTP address, lower case
        "user_type": "VARCHAR",
        "account_enabled": "BOOLEAN",
        "created": "TIMESTAMP",
        "last_password_change": "TIMESTAMP",
        "sessions_valid_from": "TIMESTAMP",
        "on_premises_synced": "BOOLEAN",
        "job_title": "VARCHAR",
        "department": "VARCHAR",
        "manager": "VARCHAR",  # UPN, lower case
        "deleted": "TIMESTAMP",
    },
    "inbox_rules": {**RULE, "hidden": "BOOLEAN", "has_error": "BOOLEAN", "read_only": "BOOLEAN"},
    "mailboxes": {
        "address": "VARCHAR",
        "recipient_type": "VARCHAR",
        "forwarding_address": "VARCHAR",
        "forwarding_smtp_address": "VARCHAR",
        "deliver_and_forward": "BOOLEAN",
        "audit_enabled": "BOOLEAN",
        "litigation_hold": "BOOLEAN",
        "send_on_behalf": "VARCHAR[]",
    },
    "oauth_grants": {
        "grant_id": "VARCHAR",
        "client_id": "VARCHAR",  # object id of the client's service principal
        "app_id": "VARCHAR",
        "app_name": "VARCHAR",
        "publisher": "VARCHAR",
        "verified_publisher": "BOOLEAN",
        "app_owner_tenant": "VARCHAR",
        "app_created": "TIMESTAMP",
        "app_enabled": "BOOLEAN",
        "consent_type": "VARCHAR",  # Principal, AllPrincipals
        "scopes": "VARCHAR[]",
    },
    "auth_methods": {
        "method_id": "VARCHAR",
        "method_type": "VARCHAR",  # phone, microsoftAuthenticator, fido2, password, email, softwareOath, ...
        "display_name": "VARCHAR",
        "phone_number": "VARCHAR",
        "device_tag": "VARCHAR",
        "created": "TIMESTAMP",
    },
    # One row for each device that anybody knows of, and one for each mailbox partnership (`trust_type`).
    "devices": {
        "device_id": "VARCHAR",  # Entra's
        "object_id": "VARCHAR",
        "intune_id": "VARCHAR",  # Intune's and Defender's own ids: what asks something of the device names it so
        "machine_id": "VARCHAR",
        "name": "VARCHAR",
        "os": "VARCHAR",
        "os_version": "VARCHAR",
        "trust_type": "VARCHAR",
        "managed": "BOOLEAN",
        "compliant": "BOOLEAN",
        "enabled": "BOOLEAN",
        "registered": "TIMESTAMP",  # in Entra, or the mailbox partnership's beginning
        "last_sign_in": "TIMESTAMP",
        "last_seen": "TIMESTAMP",  # by whoever saw it last
        "enrolled": "TIMESTAMP",  # in Intune
        "encrypted": "BOOLEAN",
        "jail_broken": "BOOLEAN",
        "patch_level": "VARCHAR",  # Android's security patch, else the build of the system
        "reboot_required": "BOOLEAN",
        "antivirus": "VARCHAR",  # on, off; NULL: nobody tells
        "real_time_protection": "BOOLEAN",
        "tamper_protection": "BOOLEAN",
        "signature_version": "VARCHAR",
        "signatures_overdue": "BOOLEAN",
        "last_quick_scan": "TIMESTAMP",
        "last_full_scan": "TIMESTAMP",
        "full_scan_overdue": "BOOLEAN",
        "protection_state": "VARCHAR",  # Intune's words: clean, fullScanPending, rebootPending, critical, ...
        "protection_reported": "TIMESTAMP",  # the device's last report: all of the above is as old as this
        "malware": "VARCHAR[]",  # name, category, threat state and time of each find
        "sensor": "VARCHAR",  # Defender's words: Active, Inactive, ...
        "risk": "VARCHAR",
        "exposure": "VARCHAR",
        "users": "VARCHAR[]",  # who logged on
        "actions": "VARCHAR[]",  # what administrators asked of it: scans, isolation, ...
    },
    # Facts of one name and value each; of the organisation where `owner` is "", else of that mailbox.
    "org_config": {"name": "VARCHAR", "value": "VARCHAR"},
    "sweep_rules": {
        "rule_id": "VARCHAR",
        "name": "VARCHAR",
        "enabled": "BOOLEAN",
        "sender": "VARCHAR",
        "source_folder": "VARCHAR",
        "destination_folder": "VARCHAR",
        "keep_days": "BIGINT",
    },
    "mailbox_permissions": {
        "trustee": "VARCHAR",  # lower case, as Exchange names it: a UPN, a group, a SID
        "right": "VARCHAR",  # FullAccess, SendAs, ReadPermission, ...: one row each
        "deny": "BOOLEAN",
        "inherited": "BOOLEAN",
        "automatic": "BOOLEAN",  # the mailbox's own account, or one of the service's
    },
    "folder_permissions": {
        "folder": "VARCHAR",
        "trustee": "VARCHAR",  # lower case
        "trustee_kind": "VARCHAR",  # default, anonymous, external, named
        "rights": "VARCHAR[]",
    },
    # Mail-flow rules, and journal rules (`rule_type` journal), which copy mail too.
    "transport_rules": {
        "rule_type": "VARCHAR",  # transport, journal
        "name": "VARCHAR",
        "enabled": "BOOLEAN",
        "mode": "VARCHAR",  # Enforce, Audit, AuditAndNotify
        "priority": "BIGINT",
        "redirect_to": "VARCHAR[]",  # SMTP addresses where there are any, lower case
        "copy_to": "VARCHAR[]",  # CopyTo, AddToRecipients
        "blind_copy_to": "VARCHAR[]",  # BlindCopyTo; where a journal goes
        "deletes": "BOOLEAN",
        "scl": "BIGINT",  # -1: mail is not filtered
        "audit_severity": "VARCHAR",
        "route_via": "VARCHAR",  # outbound connector
        "words": "VARCHAR[]",  # every word and pattern condition
        "has_conditions": "BOOLEAN",
        "created_by": "VARCHAR",
        "modified_by": "VARCHAR",
        "changed": "TIMESTAMP",
        "description": "VARCHAR",
    },
    "connectors": {
        "direction": "VARCHAR",  # inbound, outbound
        "name": "VARCHAR",
        "enabled": "BOOLEAN",
        "connector_type": "VARCHAR",  # Partner, OnPremises
        "connector_source": "VARCHAR",  # Default, AdminUI, HybridWizard, Migrated
        "domains": "VARCHAR[]",  # of the sender (inbound) or the recipient (outbound), lower case; * is every one
        "addresses": "VARCHAR[]",  # sender IP addresses (inbound) or smart hosts (outbound)
        "certificate": "VARCHAR",
        "restricted": "BOOLEAN",  # inbound: to those addresses or that certificate
        "require_tls": "BOOLEAN",
        "treat_as_internal": "BOOLEAN",
        "cloud_services_mail": "BOOLEAN",
        "rule_scoped": "BOOLEAN",  # outbound: used by transport rules only
        "created": "TIMESTAMP",
        "changed": "TIMESTAMP",
    },
    "remote_domains": {
        "name": "VARCHAR",
        "domain": "VARCHAR",
        "auto_forward": "BOOLEAN",
        "auto_reply": "BOOLEAN",
        "created": "TIMESTAMP",
        "changed": "TIMESTAMP",
    },
    "blocked_senders": {"sender": "VARCHAR", "reason": "VARCHAR", "created": "TIMESTAMP"},
    # Messages without their bodies: sent ones, and deleted ones that can be got back.
    "messages": {
        "message_id": "VARCHAR",  # internet message id with angle brackets
        "folder": "VARCHAR",  # a well-known name, or what the service calls it
        "subject": "VARCHAR",
        "sender": "VARCHAR",
        "recipients": "VARCHAR[]",  # to, copy and blind copy, lower case
        "sent": "TIMESTAMP",
        "received": "TIMESTAMP",
        "has_attachments": "BOOLEAN",
        "headers": f"{PROPERTY}[]",
    },
    "mail_folders": {
        "folder_id": "VARCHAR",
        "parent_id": "VARCHAR",
        "name": "VARCHAR",
        "hidden": "BOOLEAN",
        "items": "BIGINT",
        "unread": "BIGINT",
    },
    # Steps of conspicuous messages on their way.
    "message_details": {
        "trace_id": "VARCHAR",
        "message_id": "VARCHAR",
        "recipient": "VARCHAR",
        "time": "TIMESTAMP",
        "event": "VARCHAR",
        "action": "VARCHAR",
        "description": "VARCHAR",
        "data": "VARCHAR",
    },
    "quarantine": {
        "message_id": "VARCHAR",
        "sender": "VARCHAR",
        "recipients": "VARCHAR[]",
        "subject": "VARCHAR",
        "received": "TIMESTAMP",
        "verdict": "VARCHAR",  # HighConfPhish, Phish, Spam, Malware, ...
        "policy": "VARCHAR",
        "released": "BOOLEAN",
    },
    "addins": {
        "app_id": "VARCHAR",
        "name": "VARCHAR",
        "provider": "VARCHAR",
        "addin_type": "VARCHAR",
        "scope": "VARCHAR",  # User, Organization, Default
        "requirements": "VARCHAR",  # ReadItem, ReadWriteMailbox, ...
        "enabled": "BOOLEAN",
    },
    # Exchange's own roles: members of role groups, and assignments to users and applications.
    "exchange_roles": {
        "role": "VARCHAR",
        "assignee": "VARCHAR",  # lower case
        "assignee_kind": "VARCHAR",  # member, RoleGroup, User, ServicePrincipal, ...
        "scope": "VARCHAR",
        "enabled": "BOOLEAN",
        "created": "TIMESTAMP",
    },
    # What the account may in other mailboxes; `owner` is that mailbox.
    "rights_elsewhere": {
        "trustee": "VARCHAR",
        "right": "VARCHAR",
        "deny": "BOOLEAN",
        "inherited": "BOOLEAN",
    },
    # Roles of an account, one row each: held, just-in-time, or asked for.
    "roles": {
        "role": "VARCHAR",
        "role_id": "VARCHAR",
        "state": "VARCHAR",  # active, scheduled, activated, eligible, requested
        "principal_id": "VARCHAR",  # the account, or the group that it has the role through
        "via": "VARCHAR",  # that it is inherited; the action and the fate of a request
        "scope": "VARCHAR",  # "/" is the whole directory
        "start": "TIMESTAMP",
        "end": "TIMESTAMP",
        "reason": "VARCHAR",
    },
    # What an application consists of, one row each: what can be added to it, and taken away again.
    "applications": {
        "app_id": "VARCHAR",
        "object_id": "VARCHAR",
        "app_name": "VARCHAR",
        "side": "VARCHAR",  # application (the registration), service_principal
        "item": "VARCHAR",  # registration, secret, certificate, federated_credential, owner, app_role, app_access
        "item_id": "VARCHAR",
        "name": "VARCHAR",  # of the credential; the right
        "value": "VARCHAR",  # hint of a secret (never the secret), issuer and subject, owner, resource
        "created": "TIMESTAMP",
        "expires": "TIMESTAMP",
        "owner_tenant": "VARCHAR",
        "enabled": "BOOLEAN",
    },
    "conditional_access": {
        "kind": "VARCHAR",  # policy, location
        "policy_id": "VARCHAR",
        "name": "VARCHAR",
        "state": "VARCHAR",  # enabled, disabled, enabledForReportingButNotEnforced
        "created": "TIMESTAMP",
        "changed": "TIMESTAMP",
        "controls": "VARCHAR[]",  # block, mfa, compliantDevice, ...
        "include_users": "VARCHAR[]",  # ids of users and roles; All
        "exclude_users": "VARCHAR[]",
        "include_groups": "VARCHAR[]",
        "exclude_groups": "VARCHAR[]",
        "applications": "VARCHAR[]",
        "client_apps": "VARCHAR[]",
        "exclude_locations": "VARCHAR[]",
        "trusted": "BOOLEAN",
        "ranges": "VARCHAR[]",  # networks of a location
        "countries": "VARCHAR[]",
    },
}
STATE_TABLES = {name: {**STATE, **columns} for name, columns in STATE_TABLES.items()}
