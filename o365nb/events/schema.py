"""The columns of every table, as DuckDB types. The contract between evidence and judgement.

Times are TIMESTAMP in UTC. Addresses of people (`actor`, `owner`, ...) are lower case.
"""

from __future__ import annotations

from o365nb.events.schema_state import PROPERTY, RULE, STATE_TABLES

__all__ = ["ADDRESSES", "EVENTS", "PROPERTY", "RULE_CHANGES", "STATE_TABLES", "TABLES"]

#: One row per event, whatever its source. `event_id` is unique after de-duplication.
EVENTS: dict[str, str] = {
    "event_id": "VARCHAR",  # the record's own id where it is a real one, else a hash of the record
    "time": "TIMESTAMP",
    "source": "VARCHAR",  # ual, sign_in, sign_in_noninteractive, directory_audit, message_trace, alert, ...
    "workload": "VARCHAR",  # Exchange, AzureActiveDirectory, SharePoint, OneDrive, MicrosoftTeams, ...
    "operation": "VARCHAR",  # normalised: no trailing full stop or blank, dashes folded to "-"
    "operation_raw": "VARCHAR",
    "actor": "VARCHAR",  # lower-cased UPN or principal; the sender for message_trace
    "actor_kind": "VARCHAR",  # user, admin, system, service_principal, guest, unknown
    "target": "VARCHAR",  # object acted on; the recipient for message_trace
    "client_ip": "VARCHAR",  # canonical, without port
    "country": "VARCHAR",  # ISO 3166 alpha-2
    "city": "VARCHAR",
    "asn": "BIGINT",
    "as_org": "VARCHAR",
    "network_kind": "VARCHAR",  # isp, mobile, hosting, vpn, microsoft, corporate, unknown
    "user_agent": "VARCHAR",
    "os": "VARCHAR",  # family: Windows, macOS, iOS, Android, Linux, ChromeOS
    "browser": "VARCHAR",  # family: Chrome, Edge, Firefox, Safari, ...
    "client": "VARCHAR",  # the program behind the user agent: Outlook, Teams, PowerShell, python-requests, Chrome, ...
    "client_kind": "VARCHAR",  # browser, app, legacy, tool, headless, service; NULL: nobody's known
    "client_version": "VARCHAR",
    "session_id": "VARCHAR",
    "token_id": "VARCHAR",  # unique token identifier
    "device_id": "VARCHAR",
    "device_managed": "BOOLEAN",  # NULL: unknown
    "app_id": "VARCHAR",
    "app_name": "VARCHAR",
    "correlation_id": "VARCHAR",
    "result": "VARCHAR",  # success, failure, interrupted, unknown
    "error_code": "VARCHAR",
    # Asked for by many detections, so they have columns of their own:
    "client_app": "VARCHAR",  # clientAppUsed of sign-ins, ClientInfoString of mailbox audit
    "mfa": "VARCHAR",  # authenticationRequirement: multiFactorAuthentication, singleFactorAuthentication
    "token_type": "VARCHAR",  # incomingTokenType of sign-ins; authenticationProtocol deviceCode as deviceCode
    "mailbox_owner": "VARCHAR",  # UPN of the mailbox accessed
    "message_id": "VARCHAR",  # internet message id with angle brackets
    "message_subject": "VARCHAR",
    "message_ids": "VARCHAR[]",  # MailItemsAccessed and item operations: every InternetMessageId named
    "folders": "VARCHAR[]",  # folder paths named
    "properties": f"{PROPERTY}[]",  # Parameters.X, ExtendedProperties.X, ModifiedProperties.X(.old), ...
    "raw_file": "VARCHAR",  # path inside the case folder
    "raw_line": "BIGINT",  # line (text) or ordinal (JSON array) in that file, from 1
}

#: Inbox rules as the audit log tells them, one row per create, change, enable, disable or remove event.
#: `change` is set (New-/Set-/Enable-InboxRule, UpdateInboxRules add/modify), disable or remove.
RULE_CHANGES: dict[str, str] = {
    "event_id": "VARCHAR",
    "time": "TIMESTAMP",
    "owner": "VARCHAR",
    "change": "VARCHAR",
    **RULE,
}

#: One row per distinct address of `events`: where it is and whose, and who says so (`*_from`: a source and its date).
ADDRESSES: dict[str, str] = {
    "address": "VARCHAR",  # as in events.client_ip
    "scope": "VARCHAR",  # public, private, shared (a carrier's NAT), link_local, documentation, multicast, reserved
    "embedded": "VARCHAR",  # the IPv4 address inside a Teredo, 6to4 or NAT64 address
    "country": "VARCHAR",
    "country_from": "VARCHAR",
    "city": "VARCHAR",
    "city_from": "VARCHAR",
    "asn": "BIGINT",
    "asn_from": "VARCHAR",
    "as_org": "VARCHAR",
    "org_from": "VARCHAR",
    "network_kind": "VARCHAR",
    "kind_from": "VARCHAR",
    "label": "VARCHAR",  # the analyst's name for it, or Microsoft's service
}

TABLES: dict[str, dict[str, str]] = {
    "events": EVENTS, "addresses": ADDRESSES, "rule_changes": RULE_CHANGES, **STATE_TABLES
}  # fmt: skip
