"""Mail as it stands, and what guards it → rows: messages, folders, add-ins, quarantine, roles, rights elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from o365nb.events.rules import integer
from o365nb.events.state import Row, Seen, addresses, lower, many, moment, text, truth

Rows = Iterator[Row]

#: Facts of the tenant: kind → the property that names the object, and those that are kept.
_TENANT_FACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "connection_filter": ("Name", ("IPAllowList", "IPBlockList", "EnableSafeList")),
    "content_filter": ("Name", ("AllowedSenders", "AllowedSenderDomains", "PhishSpamAction", "SpamAction")),
    "anti_phish": (
        "Name",
        ("Enabled", "EnableSpoofIntelligence", "ExcludedSenders", "ExcludedDomains", "PhishThresholdLevel"),
    ),
    "dkim": ("Domain", ("Enabled",)),
    "transport_config": ("", ("SmtpClientAuthenticationDisabled", "AllowLegacyTLSClients")),
    "authentication_policy": (
        "Name",
        tuple(
            f"AllowBasicAuth{protocol}"
            for protocol in ("ActiveSync", "Autodiscover", "Imap", "Mapi", "Pop", "Powershell", "Smtp", "WebServices")
        ),
    ),
}
_PREFIX = {"anti_phish": "AntiPhish.", "dkim": "Dkim."}
#: Facts of one mailbox.
_MAILBOX_FACTS: dict[str, tuple[str, ...]] = {
    "junk_mail": ("TrustedSendersAndDomains", "BlockedSendersAndDomains", "ContactsTrusted", "TrustedListsOnly"),
    "calendar_processing": ("AutomateProcessing", "ResourceDelegates", "ForwardRequestsToDelegates"),
    "mailbox_statistics": ("ItemCount", "TotalItemSize", "DeletedItemCount", "TotalDeletedItemSize", "LastLogonTime"),
}
#: Graph's roles of a calendar in Exchange's words.
_CALENDAR = {
    "none": "None",
    "freebusyread": "AvailabilityOnly",
    "limitedread": "LimitedDetails",
    "read": "Reviewer",
    "write": "Editor",
    "delegatewithoutprivateeventaccess": "Editor",
    "delegatewithprivateeventaccess": "Editor",
}


def tenant_facts(kind: str) -> Callable[[Row, Seen], Rows]:
    """One org_config row per property that says anything; its name tells of which policy."""

    def rows(data: Row, seen: Seen) -> Rows:
        by, kept = _TENANT_FACTS[kind]
        whose = f":{data.get(by)}" if by else ""
        for name in kept:
            yield from _fact(f"{_PREFIX.get(kind, '')}{name}{whose}", data.get(name), seen, "")

    return rows


def mailbox_facts(kind: str) -> Callable[[Row, Seen], Rows]:
    """The same about one mailbox."""

    def rows(data: Row, seen: Seen) -> Rows:
        owner = seen.owner or next(iter(addresses(data.get("MailboxOwnerId") or data.get("Identity"))), "")
        for name in _MAILBOX_FACTS[kind]:
            yield from _fact(name, data.get(name), seen, owner)

    return rows


def _fact(name: str, value: Any, seen: Seen, owner: str) -> Rows:
    if value not in (None, "", [], {}):
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield {**seen.row("org_config", name, owner), "name": name, "value": shown}


def allow_block(data: Row, seen: Seen) -> Rows:
    """Get-TenantAllowBlockListItems → org_config `Allow:<value>` or `Block:<value>`."""
    said = ", ".join(f"{name} {data[name]}" for name in ("ModifiedBy", "ExpirationDate", "Notes") if data.get(name))
    yield from _fact(f"{data.get('Action')}:{data.get('Value')}", said or "no expiry, no note", seen, "")


def application_access_policy(data: Row, seen: Seen) -> Rows:
    """Get-ApplicationAccessPolicy → org_config `ApplicationAccessPolicy:<app>`."""
    scope = data.get("ScopeName") or data.get("ScopeIdentity") or "no scope named"
    name = f"ApplicationAccessPolicy:{data.get('AppId')}"
    yield from _fact(name, f"{data.get('AccessRight')} to {scope}", seen, "")


def role_group(data: Row, seen: Seen) -> Rows:
    """Get-RoleGroup → exchange_roles, one row per member."""
    for member in many(data.get("Members")):
        yield {
            **seen.row("exchange_role", f"group:{data.get('Name')}:{lower(member)}", ""),
            "role": text(data.get("Name")),
            "assignee": lower(member),
            "assignee_kind": "member",
            "scope": None,
            "enabled": True,
            "created": moment(data.get("WhenCreated")),
        }


def role_assignment(data: Row, seen: Seen) -> Rows:
    """Get-ManagementRoleAssignment → exchange_roles."""
    yield {
        **seen.row("exchange_role", str(data.get("Guid") or data.get("Name") or data.get("Identity") or "")),
        "role": text(data.get("Role")),
        "assignee": lower(data.get("EffectiveUserName") or "").removeprefix("all group members")
        or lower(data.get("RoleAssigneeName")),
        "assignee_kind": text(data.get("RoleAssigneeType")),
        "scope": text(data.get("CustomRecipientWriteScope")) or text(data.get("RecipientWriteScope")),
        "enabled": truth(data.get("Enabled")),
        "created": moment(data.get("WhenCreated")),
    }


def addin(data: Row, seen: Seen) -> Rows:
    """Get-App → addins."""
    yield {
        **seen.row("addin", str(data.get("AppId") or data.get("Identity") or "")),
        "app_id": text(data.get("AppId")),
        "name": text(data.get("DisplayName")),
        "provider": text(data.get("ProviderName")),
        "addin_type": text(data.get("Type")),
        "scope": text(data.get("Scope")),
        "requirements": text(data.get("Requirements")),
        "enabled": truth(data.get("Enabled")),
    }


def quarantined(data: Row, seen: Seen) -> Rows:
    """Get-QuarantineMessage → quarantine."""
    yield {
        **seen.row("quarantined", str(data.get("Identity") or data.get("MessageId") or "")),
        "message_id": text(data.get("MessageId")),
        "sender": lower(data.get("SenderAddress")),
        "recipients": addresses(data.get("RecipientAddress")),
        "subject": text(data.get("Subject")),
        "received": moment(data.get("ReceivedTime")),
        "verdict": text(data.get("Type") or data.get("QuarantineTypes")),
        "policy": text(data.get("PolicyName")),
        "released": lower(data.get("ReleaseStatus")) in ("released", "approved"),
    }


def right_elsewhere(data: Row, seen: Seen) -> Rows:
    """What the account may in another mailbox → rights_elsewhere; the owner is that mailbox."""
    mailbox = seen.owner or next(iter(addresses(data.get("Identity"))), lower(data.get("Identity")))
    trustee = lower(data.get("User") or data.get("Trustee"))
    for entry in many(data.get("AccessRights")):
        for right in filter(None, (part.strip() for part in str(entry).split(","))):
            yield {
                **seen.row("right_elsewhere", f"{trustee}:{right}", mailbox),
                "trustee": trustee,
                "right": right,
                "deny": bool(truth(data.get("Deny"))) or lower(data.get("AccessControlType")) == "deny",
                "inherited": truth(data.get("IsInherited")),
            }


def message(data: Row, seen: Seen) -> Rows:
    """Graph `message` → messages."""
    headers = [entry for entry in many(data.get("internetMessageHeaders")) if isinstance(entry, dict)]
    people = [many(data.get(name)) for name in ("toRecipients", "ccRecipients", "bccRecipients")]
    yield {
        **seen.row("message", str(data.get("id") or data.get("internetMessageId") or "")),
        "message_id": text(data.get("internetMessageId")),
        "folder": lower(data.get("@folder")) or text(data.get("parentFolderId")),
        "subject": text(data.get("subject")),
        "sender": next(iter(addresses(data.get("from") or data.get("sender"))), None),
        "recipients": addresses([entry for listed in people for entry in listed]),
        "sent": moment(data.get("sentDateTime")),
        "received": moment(data.get("receivedDateTime")),
        "has_attachments": truth(data.get("hasAttachments")),
        "headers": [{"name": str(entry.get("name")), "value": str(entry.get("value"))} for entry in headers],
    }


def recoverable_item(data: Row, seen: Seen) -> Rows:
    """Get-RecoverableItems → messages in the folder that they were deleted from."""
    yield {
        **seen.row("message", str(data.get("EntryID") or data.get("Identity") or "")),
        "message_id": None,
        "folder": text(data.get("SourceFolder")),
        "subject": text(data.get("Subject")),
        "sender": None,
        "recipients": [],
        "sent": None,
        "received": moment(data.get("LastModifiedTime")),
        "has_attachments": None,
        "headers": [],
    }


def mail_folder(data: Row, seen: Seen) -> Rows:
    """Graph `mailFolder` → mail_folders."""
    yield {
        **seen.row("mail_folder", str(data.get("id") or data.get("displayName") or "")),
        "folder_id": text(data.get("id")),
        "parent_id": text(data.get("parentFolderId")),
        "name": text(data.get("displayName")),
        "hidden": truth(data.get("isHidden")),
        "items": integer(data.get("totalItemCount")),
        "unread": integer(data.get("unreadItemCount")),
    }


def calendar_permission(data: Row, seen: Seen) -> Rows:
    """Graph `calendarPermission` → folder_permissions of the calendar, in Exchange's words."""
    person = data.get("emailAddress") if isinstance(data.get("emailAddress"), dict) else {}
    found = addresses(person)
    everybody = lower(person.get("name") if isinstance(person, dict) else "") in ("my organization", "default")
    trustee = found[0] if found else "default" if everybody else lower(person)
    role = lower(data.get("role"))
    yield {
        **seen.row("folder_permission", f"Calendar:{trustee}"),
        "folder": "Calendar",
        "trustee": trustee,
        "trustee_kind": "default" if everybody else "named",
        "rights": [_CALENDAR.get(role, text(data.get("role")) or "None")],
    }


def message_detail(data: Row, seen: Seen) -> Rows:
    """A step of a message's way, by Graph or Get-MessageTraceDetailV2 → message_details."""
    trace = str(data.get("id") or data.get("MessageTraceId") or "")
    event, at = text(data.get("event") or data.get("Event")), moment(data.get("dateTime") or data.get("Date"))
    recipient = lower(data.get("@recipient") or data.get("RecipientAddress"))
    yield {
        **seen.row("message_detail", f"{trace}:{recipient}:{at}:{event}"),
        "trace_id": trace,
        "message_id": text(data.get("messageId") or data.get("MessageId")),
        "recipient": recipient or None,
        "time": at,
        "event": event,
        "action": text(data.get("action") or data.get("Action")),
        "description": text(data.get("description") or data.get("Detail")),
        "data": text(data.get("data") or data.get("Data")),
    }


#: Kind → its table, the ledger's source for it, and how its records become rows.
ROWS: dict[str, tuple[str, str, Callable[[Row, Seen], Rows]]] = {
    **{kind: ("org_config", "mail_protection", tenant_facts(kind)) for kind in _TENANT_FACTS},
    "allow_block": ("org_config", "mail_protection", allow_block),
    "application_access_policy": ("org_config", "exchange_roles", application_access_policy),
    "role_group": ("exchange_roles", "exchange_roles", role_group),
    "role_assignment": ("exchange_roles", "exchange_roles", role_assignment),
    "junk_mail": ("org_config", "mailbox_settings", mailbox_facts("junk_mail")),
    "calendar_processing": ("org_config", "mailbox_settings", mailbox_facts("calendar_processing")),
    "mailbox_statistics": ("org_config", "recoverable_items", mailbox_facts("mailbox_statistics")),
    "recoverable_item": ("messages", "recoverable_items", recoverable_item),
    "addin": ("addins", "addins", addin),
    "quarantined": ("quarantine", "quarantine", quarantined),
    "right_elsewhere": ("rights_elsewhere", "rights_elsewhere", right_elsewhere),
    "message": ("messages", "messages", message),
    "mail_folder": ("mail_folders", "mail_folders", mail_folder),
    "calendar_permission": ("folder_permissions", "calendar_permissions", calendar_permission),
    "message_detail": ("message_details", "message_trace", message_detail),
}
#: Kind → the source that the ledger books it under.
SOURCES = {kind: source for kind, (_, source, _) in ROWS.items()}
