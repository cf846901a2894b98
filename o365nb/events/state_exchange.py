"""Exchange's own settings as they stand → rows: mail flow, permissions, auditing, protocols, mobile devices.

Every kind of record that `ROWS` names gives rows of one table. Shapes: Exchange Online's cmdlets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from o365nb.events.rules import integer
from o365nb.events.state import Row, Seen, addresses, lower, many, moment, text, truth

#: Accounts of the service itself, and the mailbox's own.
_AUTOMATIC = re.compile(
    r"^(nt authority\\|nt service\\|s-1-5-(10|18|19|20)$"
    r"|.*\\(domain |enterprise |exchange |organization |public folder |delegated setup|managed availability|jitusers"
    r"|view-only |administrator$))"
)
_SENDER_DOMAIN = re.compile(r"^(?:smtp:)?([^;]*)", re.IGNORECASE)
#: Facts of a mailbox or of the organisation that have no table of their own: kind → the properties kept.
_FACTS: dict[str, tuple[str, ...]] = {
    "admin_audit_config": ("UnifiedAuditLogIngestionEnabled", "AdminAuditLogEnabled"),
    "organization_config": ("AuditDisabled", "SendFromAliasEnabled", "CustomerLockboxEnabled"),
    "audit_bypass": ("AuditBypassEnabled",),
    "cas_mailbox": (
        *("ImapEnabled", "PopEnabled", "SmtpClientAuthenticationDisabled", "ActiveSyncEnabled", "EwsEnabled"),
        *("MAPIEnabled", "OWAEnabled", "ActiveSyncBlockedDeviceIDs", "ActiveSyncAllowedDeviceIDs"),
    ),
    "auto_reply": ("AutoReplyState", "StartTime", "EndTime", "ExternalAudience", "InternalMessage", "ExternalMessage"),
}
_TENANTS = ("admin_audit_config", "organization_config")


def transport_rule(data: Row, seen: Seen) -> Iterator[Row]:
    """Get-TransportRule → transport_rules."""
    identity = str(data.get("Guid") or data.get("ImmutableId") or data.get("Name") or "")
    said = [name for name, value in data.items() if name.endswith(("Words", "Patterns")) and _given(value)]
    yield {
        **seen.row("transport_rule", identity, ""),
        "rule_type": "transport",
        "name": str(data.get("Name") or ""),
        "enabled": lower(data.get("State")) == "enabled",
        "mode": text(data.get("Mode")),
        "priority": integer(data.get("Priority")),
        "redirect_to": _people(data.get("RedirectMessageTo")),
        "copy_to": [*_people(data.get("CopyTo")), *_people(data.get("AddToRecipients"))],
        "blind_copy_to": _people(data.get("BlindCopyTo")),
        "deletes": bool(truth(data.get("DeleteMessage"))),
        "scl": integer(data.get("SetSCL")),
        "audit_severity": text(data.get("SetAuditSeverity")),
        "route_via": text(data.get("RouteMessageOutboundConnector")),
        "words": [str(word) for name in said if not name.startswith("ExceptIf") for word in many(data[name])],
        "has_conditions": bool(many(data.get("Conditions"))) if "Conditions" in data else None,
        "created_by": text(data.get("CreatedBy")),
        "modified_by": text(data.get("LastModifiedBy")),
        "changed": moment(data.get("WhenChanged")),
        "description": text(data.get("Description")),
    }


def journal_rule(data: Row, seen: Seen) -> Iterator[Row]:
    """Get-JournalRule → transport_rules of the kind journal."""
    recipient = text(data.get("Recipient"))
    yield {
        **seen.row("journal_rule", str(data.get("Guid") or data.get("ImmutableId") or data.get("Name") or ""), ""),
        "rule_type": "journal",
        "name": str(data.get("Name") or ""),
        "enabled": truth(data.get("Enabled")),
        "redirect_to": [],
        "copy_to": [],
        "blind_copy_to": _people(data.get("JournalEmailAddress")),
        "deletes": False,
        "words": [recipient] if recipient else [],
        "has_conditions": recipient is not None or lower(data.get("Scope")) not in ("", "global"),
        "changed": moment(data.get("WhenChanged")),
    }


def inbound_connector(data: Row, seen: Seen) -> Iterator[Row]:
    """Get-InboundConnector → connectors."""
    limits = ("RestrictDomainsToIPAddresses", "RestrictDomainsToCertificate")
    yield {
        **_connector("inbound", data, seen),
        "domains": [_domain(entry) for entry in many(data.get("SenderDomains"))],
        "addresses": [str(entry) for entry in many(data.get("SenderIPAddresses"))],
        "certificate": text(data.get("TlsSenderCertificateName")),
        "restricted": any(truth(data.get(name)) for name in limits),
        "require_tls": truth(data.get("RequireTls")),
        "treat_as_internal": truth(data.get("TreatMessagesAsInternal")),
        "rule_scoped": None,
    }


def outbound_connector(data: Row, seen: Seen) -> Iterator[Row]:
    """Get-OutboundConnector → connectors."""
    yield {
        **_connector("outbound", data, seen),
        "domains": [_domain(entry) for entry in many(data.get("RecipientDomains"))],
        "addresses": [lower(entry) for entry in many(data.get("SmartHosts"))],
        "certificate": text(data.get("TlsDomain")),
        "restricted": None,
        "require_tls": None if "TlsSettings" not in data else text(data["TlsSettings"]) is not None,
        "treat_as_internal": None,
        "rule_scoped": truth(data.get("IsTransportRuleScoped")),
    }


def _connector(direction: str, data: Row, seen: Seen) -> Row:
    return {
        **seen.row(f"connector.{direction}", str(data.get("Guid") or data.get("Name") or ""), ""),
        "direction": direction,
        "name": str(data.get("Name") or ""),
        "enabled": truth(data.get("Enabled")),
        "connector_type": text(data.get("ConnectorType")),
        "connector_source": text(data.get("ConnectorSource")),
        "cloud_services_mail": truth(data.get("CloudServicesMailEnabled")),
        "created": moment(data.get("WhenCreatedUTC") or data.get("WhenCreated")),
        "changed": moment(data.get("WhenChangedUTC") or data.get("WhenChanged")),
    }


def remote_domain(data: Row, seen: Seen) -> Iterator[Row]:
    """Get-RemoteDomain → remote_domains."""
    yield {
        **seen.row("remote_domain", str(data.get("Guid") or data.get("DomainName") or ""), ""),
        "name": text(data.get("Name")),
        "domain": lower(data.get("DomainName")),
        "auto_forward": truth(data.get("AutoForwardEnabled")),
        "auto_reply": truth(data.get("AutoReplyEnabled")),
        "created": moment(data.get("WhenCreatedUTC") or data.get("WhenCreated")),
        "changed": moment(data.get("WhenChangedUTC") or data.get("WhenChanged")),
    }


def outbound_spam_policy(data: Row, seen: Seen) -> Iterator[Row]:
    """Get-HostedOutboundSpamFilterPolicy → org_config `AutoForwardingMode:<policy>`."""
    name = f"AutoForwardingMode:{data.get('Name') or data.get('Identity') or ''}"
    yield {**seen.row("org_config", name, ""), "name": name, "value": str(data.get("AutoForwardingMode") or "")}


def mailbox_permission(data: Row, seen: Seen) -> Iterator[Row]:
    """Get-MailboxPermission (`User`) and Get-RecipientPermission (`Trustee`) → mailbox_permissions, one per right."""
    trustee = lower(data.get("User") or data.get("Trustee"))
    deny = truth(data.get("Deny")) or lower(data.get("AccessControlType")) == "deny"
    owner = _owner(data, seen)
    for right in _rights(data):
        yield {
            **seen.row("mailbox_permission", f"{trustee}:{right}{':deny' if deny else ''}", owner),
            "trustee": trustee,
            "right": right,
            "deny": bool(deny),
            "inherited": truth(data.get("IsInherited")),
            "automatic": bool(_AUTOMATIC.match(trustee)) or (bool(owner) and trustee == owner),
        }


def folder_permission(data: Row, seen: Seen) -> Iterator[Row]:
    """Get-MailboxFolderPermission → folder_permissions. `User` is a name, or an object that shows as one."""
    user = data.get("User")
    person = user if isinstance(user, dict) else {}
    found = addresses(person) or addresses(user)
    name = lower(person.get("DisplayName") or person.get("RecipientPrincipal") if person else user)
    told = {"1": "default", "2": "anonymous", "3": "external"}.get(lower(person.get("UserType")), "")
    kind = told or lower(person.get("UserType") or data.get("UserType"))
    if name in ("default", "anonymous"):
        kind = name
    elif name.startswith("exchangepublisheduser.") or kind == "external":
        kind, name = "external", (found[0] if found else name).removeprefix("exchangepublisheduser.")
    else:
        kind, name = "named", found[0] if found else name
    folder = str(data.get("FolderName") or "")
    owner = _owner(data, seen)
    yield {
        **seen.row("folder_permission", f"{folder}:{name}", owner),
        "folder": folder,
        "trustee": name,
        "trustee_kind": kind,
        "rights": _rights(data),
    }


def sweep_rule(data: Row, seen: Seen) -> Iterator[Row]:
    """Get-SweepRule → sweep_rules."""
    identity = str(data.get("RuleId") or str(data.get("Identity") or "").rpartition("\\")[2] or data.get("Name") or "")
    yield {
        **seen.row("sweep_rule", identity),
        "rule_id": identity,
        "name": str(data.get("Name") or data.get("RuleName") or ""),
        "enabled": truth(data.get("Enabled")),
        "sender": next(
            iter(addresses(data.get("Sender"))), lower(data.get("SenderName") or data.get("Sender")) or None
        ),
        "source_folder": _folder(data.get("SourceFolder")),
        "destination_folder": _folder(data.get("DestinationFolder")),
        "keep_days": integer(data.get("KeepForDays")),
    }


def mobile_device(data: Row, seen: Seen) -> Iterator[Row]:
    """Get-MobileDeviceStatistics → devices: a phone that keeps the mailbox in step."""
    identity = str(data.get("DeviceId") or data.get("DeviceID") or data.get("Guid") or "")
    name = text(data.get("DeviceFriendlyName")) or text(data.get("DeviceModel")) or text(data.get("DeviceType"))
    client = text(data.get("DeviceUserAgent")) or text(data.get("ClientType"))
    system, _, version = str(data.get("DeviceOS") or data.get("DeviceType") or "").partition(" ")
    yield {
        **seen.row("mobile_device", identity),
        "device_id": identity,
        "object_id": None,
        "name": f"{name} ({client})" if name and client else name or client,
        "os": system or None,
        "os_version": version or None,
        "trust_type": "MobilePartnership",
        "managed": truth(data.get("IsManaged")),
        "compliant": truth(data.get("IsCompliant")),
        "enabled": None if not data.get("DeviceAccessState") else lower(data["DeviceAccessState"]) == "allowed",
        "registered": moment(data.get("FirstSyncTime")),
        "last_sign_in": moment(data.get("LastSuccessSync")),
        "last_seen": moment(data.get("LastSuccessSync")),
    }


def blocked_sender(data: Row, seen: Seen) -> Iterator[Row]:
    """Get-BlockedSenderAddress → blocked_senders: who sent so much that Exchange lets nothing of theirs out."""
    sender = lower(data.get("SenderAddress"))
    yield {
        **seen.row("blocked_sender", sender, ""),
        "sender": sender,
        "reason": text(data.get("Reason")),
        "created": moment(data.get("CreatedDatetime") or data.get("CreatedDateTime")),
    }


def facts(kind: str) -> Callable[[Row, Seen], Iterator[Row]]:
    """One org_config row per property of `_FACTS`, owned by the mailbox that it is about."""

    def rows(data: Row, seen: Seen) -> Iterator[Row]:
        owner = "" if kind in _TENANTS else _owner(data, seen)
        for name in _FACTS[kind]:
            value = data.get(name)
            if _given(value) or value is False:
                shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
                yield {**seen.row("org_config", name, owner), "name": name, "value": shown}

    return rows


#: A kind's table, the ledger's source for it, and how its records become rows.
Makes = tuple[str, str, Callable[[Row, Seen], Iterator[Row]]]
ROWS: dict[str, Makes] = {
    "transport_rule": ("transport_rules", "transport_rules", transport_rule),
    "journal_rule": ("transport_rules", "transport_rules", journal_rule),
    "inbound_connector": ("connectors", "connectors", inbound_connector),
    "outbound_connector": ("connectors", "connectors", outbound_connector),
    "remote_domain": ("remote_domains", "remote_domains", remote_domain),
    "outbound_spam_policy": ("org_config", "remote_domains", outbound_spam_policy),
    "mailbox_permission": ("mailbox_permissions", "mailbox_permissions", mailbox_permission),
    "folder_permission": ("folder_permissions", "folder_permissions", folder_permission),
    "sweep_rule": ("sweep_rules", "sweep_rules", sweep_rule),
    "mobile_device": ("devices", "mobile_devices", mobile_device),
    "blocked_sender": ("blocked_senders", "blocked_senders", blocked_sender),
    "admin_audit_config": ("org_config", "audit_config", facts("admin_audit_config")),
    "organization_config": ("org_config", "audit_config", facts("organization_config")),
    "audit_bypass": ("org_config", "mailbox_settings", facts("audit_bypass")),
    "cas_mailbox": ("org_config", "mailbox_settings", facts("cas_mailbox")),
    "auto_reply": ("org_config", "mailbox_settings", facts("auto_reply")),
}
#: Kind → the source that the ledger books it under.
SOURCES = {kind: source for kind, (_, source, _) in ROWS.items()}


class Record(Protocol):
    """One object as it stood, and where it was seen."""

    @property
    def kind(self) -> str: ...
    @property
    def data(self) -> Row: ...
    @property
    def seen(self) -> Seen: ...


def add(tables: Mapping[str, list[Row]], records: Iterable[Record], known: Mapping[str, Makes] = ROWS) -> None:
    """Append what the records of the kinds `known` say to their tables; other kinds are somebody else's."""
    for record in records:
        if record.kind in known:
            table, _, rows = known[record.kind]
            tables[table].extend(rows(record.data, record.seen))


def _given(value: Any) -> bool:
    return value not in (None, "", [], {}, False)


def _owner(data: Row, seen: Seen) -> str:
    """Whose mailbox: asked for, or named by the record itself."""
    if seen.owner:
        return seen.owner
    named = (data.get(name) for name in ("MailboxOwnerId", "PrimarySmtpAddress", "Identity"))
    return next((found[0] for value in named if (found := addresses(str(value or "").split(":")[0]))), "")


def _people(value: Any) -> list[str]:
    """SMTP addresses; an entry without one stays as it is named."""
    return [known for entry in many(value) for known in (addresses(entry) or [lower(entry)]) if known]


def _domain(value: Any) -> str:
    """`smtp:*;1` → `*`."""
    match = _SENDER_DOMAIN.match(str(value).strip())
    return lower(match[1]) if match else ""


def _rights(data: Row) -> list[str]:
    listed: Iterable[Any] = many(data.get("AccessRights"))
    return [right.strip() for entry in listed for right in str(entry).split(",") if right.strip()]


def _folder(value: Any) -> str | None:
    """The folder's name: `anna:\\\\Archive` and `Archive` alike."""
    return text(re.split(r"[:\\/]", str(value))[-1]) if value else None
