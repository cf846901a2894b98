"""Objects as they stand → rows of the state tables. They are few, so plain Python reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from o365nb.events.times import iso_time

Row = dict[str, Any]

_SMTP = re.compile(r"[^\s<>\[\]()\"',;:]+@[^\s<>\[\]()\"',;:]+")


@dataclass(frozen=True, slots=True)
class Seen:
    """Where and when an object was seen; `owner` is the account it belongs to, lower case, "" for the tenant's."""

    owner: str
    seen_by: tuple[str, ...]
    collected_at: str
    raw_file: str
    raw_line: int

    def row(self, kind: str, identity: str, owner: str | None = None) -> Row:
        """The columns that every state table begins with."""
        owner = self.owner if owner is None else owner
        return {
            "key": f"{kind}:{owner}:{identity}",
            "owner": owner,
            "seen_by": list(self.seen_by),
            "collected_at": moment(self.collected_at),
            "raw_file": self.raw_file,
            "raw_line": self.raw_line,
        }


def user(data: Row, seen: Seen) -> Row:
    """Graph `user` → users."""
    upn, manager = lower(data.get("userPrincipalName")), data.get("manager")
    if data.get("deletedDateTime"):  # deleting puts the id, without dashes, in front of the name
        upn = upn.removeprefix(str(data.get("id")).replace("-", ""))
    listed = [*many(data.get("proxyAddresses")), str(data.get("mail") or ""), upn]
    return {
        **seen.row("user", str(data.get("id") or upn), upn),
        "user_id": text(data.get("id")),
        "display_name": text(data.get("displayName")),
        "mail": lower(data.get("mail")) or None,
        "addresses": sorted({a for entry in listed if not lower(entry).startswith("x500:") for a in addresses(entry)}),
        "user_type": text(data.get("userType")),
        "account_enabled": truth(data.get("accountEnabled")),
        "created": moment(data.get("createdDateTime")),
        "last_password_change": moment(data.get("lastPasswordChangeDateTime")),
        "sessions_valid_from": moment(data.get("signInSessionsValidFromDateTime")),
        "on_premises_synced": truth(data.get("onPremisesSyncEnabled")),
        "job_title": text(data.get("jobTitle")),
        "department": text(data.get("department")),
        "manager": lower(manager.get("userPrincipalName")) or None if isinstance(manager, dict) else None,
        "deleted": moment(data.get("deletedDateTime")),
    }


def mailbox(data: Row, seen: Seen) -> Row:
    """Get-Mailbox → mailboxes."""
    owner = lower(data.get("UserPrincipalName")) or seen.owner
    return {
        **seen.row("mailbox", str(data.get("ExchangeGuid") or data.get("Guid") or owner), owner),
        "address": next(iter(addresses(data.get("PrimarySmtpAddress"))), None),
        "recipient_type": text(data.get("RecipientTypeDetails")),
        "forwarding_address": text(data.get("ForwardingAddress")),
        "forwarding_smtp_address": next(iter(addresses(data.get("ForwardingSmtpAddress"))), None),
        "deliver_and_forward": truth(data.get("DeliverToMailboxAndForward")),
        "audit_enabled": truth(data.get("AuditEnabled")),
        "litigation_hold": truth(data.get("LitigationHoldEnabled")),
        "send_on_behalf": [str(entry) for entry in many(data.get("GrantSendOnBehalfTo"))],
    }


def auth_method(data: Row, seen: Seen) -> Row:
    """Graph `authenticationMethod` → auth_methods."""
    kind = str(data.get("@odata.type") or "").rpartition(".")[2]
    short = re.sub(r"AuthenticationMethod$", "", kind, flags=re.IGNORECASE) or "unknown"
    identity = str(data.get("id") or "")
    return {
        **seen.row("auth_method", identity),
        "method_id": identity,
        "method_type": short,
        "display_name": text(data.get("displayName")) or text(data.get("emailAddress")) or text(data.get("model")),
        "phone_number": text(data.get("phoneNumber")),
        "device_tag": text(data.get("deviceTag")),
        "created": moment(data.get("createdDateTime")),
    }


def device(data: Row, seen: Seen) -> Row:
    """Graph `device` → devices."""
    identity = str(data.get("deviceId") or data.get("id") or "")
    return {
        **seen.row("device", identity),
        "device_id": text(data.get("deviceId")),
        "object_id": text(data.get("id")),
        "name": text(data.get("displayName")),
        "os": text(data.get("operatingSystem")),
        "os_version": text(data.get("operatingSystemVersion")),
        "trust_type": text(data.get("trustType")),
        "managed": truth(data.get("isManaged")),
        "compliant": truth(data.get("isCompliant")),
        "enabled": truth(data.get("accountEnabled")),
        "registered": moment(data.get("registrationDateTime") or data.get("createdDateTime")),
        "last_sign_in": moment(data.get("approximateLastSignInDateTime")),
        "last_seen": moment(data.get("approximateLastSignInDateTime")),
    }


def organization(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph `organization` → org_config, one row per fact; `verified_domain` once per domain."""
    facts = [
        *(("tenant_id", data.get("id")), ("display_name", data.get("displayName"))),
        *(("tenant_type", data.get("tenantType")), ("on_premises_sync", data.get("onPremisesSyncEnabled"))),
        *(("verified_domain", lower(entry.get("name"))) for entry in many(data.get("verifiedDomains"))),
    ]
    for name, value in facts:
        if value not in (None, ""):
            yield {**seen.row("org_config", f"{name}:{value}", ""), "name": name, "value": str(value)}


def accepted_domain(data: Row, seen: Seen) -> Row:
    """Get-AcceptedDomain → org_config `accepted_domain`."""
    domain = lower(data.get("DomainName"))
    return {**seen.row("org_config", f"accepted_domain:{domain}", ""), "name": "accepted_domain", "value": domain}


def oauth_grant(data: Row, seen: Seen, owner: str, app: Row) -> Row:
    """Graph `oAuth2PermissionGrant` and the client's service principal ({} if not collected) → oauth_grants."""
    parts = (data.get(name) for name in ("clientId", "resourceId", "principalId", "consentType"))
    identity = str(data.get("id") or "-".join(str(part) for part in parts if part))
    publisher = app.get("verifiedPublisher")
    publisher = publisher if isinstance(publisher, dict) else {}
    return {
        **seen.row("oauth_grant", identity, owner),
        "grant_id": text(data.get("id")),
        "client_id": text(data.get("clientId")),
        "app_id": text(app.get("appId")),
        "app_name": text(app.get("displayName")) or text(app.get("appDisplayName")),
        "publisher": text(publisher.get("displayName")) or text(app.get("publisherName")),
        "verified_publisher": bool(publisher.get("verifiedPublisherId")) if app else None,
        "app_owner_tenant": text(app.get("appOwnerOrganizationId")),
        "app_created": moment(app.get("createdDateTime")),
        "app_enabled": truth(app.get("accountEnabled")),
        "consent_type": text(data.get("consentType")),
        "scopes": str(data.get("scope") or "").split(),
    }


def text(value: Any) -> str | None:
    """A value as text; None and blanks are None, objects keep their JSON-like form."""
    return str(value).strip() or None if value is not None else None


def lower(value: Any) -> str:
    """An address or a name in lower case without blanks around it; "" for nothing."""
    return str(value or "").strip().lower()


def many(value: Any) -> list[Any]:
    """A list, also where a tool has collapsed a list of one, or joined it to text."""
    if value in (None, "", [], {}):
        return []
    return [entry for entry in value if entry not in (None, "")] if isinstance(value, list) else [value]


def truth(value: Any) -> bool | None:
    """A boolean, also as text; None for anything else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "1": True, "false": False, "0": False}.get(lower(value))


def moment(value: Any) -> str | None:
    """A time as DuckDB reads it, UTC without a zone; the services' zero dates are None."""
    iso = iso_time(str(value)) if value else None
    return None if iso is None or iso.startswith(("0001-", "1601-", "1900-")) else iso.removesuffix("+00:00")


def addresses(value: Any) -> list[str]:
    """Every SMTP address in a text or list, lower case: `"Bob" [SMTP:bob@x.example]`, `smtp:bob@x.example`."""
    found: list[str] = []
    for entry in many(value):
        if isinstance(entry, dict):
            found += addresses(list(entry.values()))
        else:
            found += [match.lower() for match in _SMTP.findall(str(entry))]
    return list(dict.fromkeys(found))
