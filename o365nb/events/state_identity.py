"""What Graph says of accounts and tenant beside the objects with tables of their own → facts in org_config.

Last sign-ins, memberships, licences, risk, the state of multifactor authentication, domains, policies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from o365nb.events.state import Row, Seen, lower, many, moment, text, truth
from o365nb.events.state_exchange import Makes

#: Facts of an account or of the tenant: kind → the properties kept, with the fact's name.
_FACTS: dict[str, tuple[str, ...]] = {
    "risky_user": ("riskLevel", "riskState", "riskDetail", "riskLastUpdatedDateTime"),
    "mfa_state": ("perUserMfaState", "userPreferredMethodForSecondaryAuthentication"),
    "mfa_registration": (
        *("isAdmin", "isMfaRegistered", "isMfaCapable", "isPasswordlessCapable", "isSsprRegistered"),
        *("methodsRegistered", "userPreferredMethodForSecondaryAuthentication"),
    ),
    "federation": (
        *("issuerUri", "passiveSignInUri", "federatedIdpMfaBehavior", "signingCertificate", "nextSigningCertificate"),
        "signingCertificateUpdateStatus",
    ),
}
#: In a federation: the domain that it is of, told by the list only.
DOMAIN = "@domain"


def _fact(seen: Seen, name: str, value: Any, owner: str | None = None, about: str = "") -> Iterator[Row]:
    """One row of org_config; `about` tells apart facts of the same name."""
    shown = ", ".join(map(str, value)) if isinstance(value, list) else text(value)
    if shown:
        yield {**seen.row("org_config", f"{name}:{about}" if about else name, owner), "name": name, "value": shown}


def sign_in_activity(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph `signInActivity` → org_config: the last sign-ins of the account."""
    activity = data.get("signInActivity")
    for name, value in (activity if isinstance(activity, dict) else {}).items():
        if name.endswith("DateTime"):
            yield from _fact(seen, name, moment(value))


def membership(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph `group` (and others) of memberOf → org_config `member_of`."""
    rights = " (roles can be given to it)" if truth(data.get("isAssignableToRole")) else ""
    named = text(data.get("displayName")) or str(data.get("id"))
    yield from _fact(seen, "member_of", f"{named}{rights}", about=str(data.get("id")))


def owned_object(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph object of ownedObjects → org_config `owner_of`."""
    kind = str(data.get("@odata.type") or "").rpartition(".")[2]
    named = text(data.get("displayName")) or str(data.get("id"))
    yield from _fact(seen, "owner_of", f"{kind} {named}".strip(), about=str(data.get("id")))


def licence(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph `subscribedSku` (the tenant's) or `licenseDetails` (an account's) → org_config `service_plan`."""
    owner = "" if "subscriptionIds" in data or "capabilityStatus" in data else None
    sku = text(data.get("skuPartNumber")) or str(data.get("skuId"))
    for plan in many(data.get("servicePlans")):
        if isinstance(plan, dict) and (name := text(plan.get("servicePlanName"))):
            value = f"{name} of {sku}: {plan.get('provisioningStatus')}"
            yield from _fact(seen, "service_plan", value, owner, f"{sku}:{name}")


def risky_user(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph `riskyUser` or `riskyServicePrincipal` → org_config; each item of the history is a fact of its own."""
    if "initiatedBy" in data or "activity" in data:  # a history item
        at = moment(data.get("riskLastUpdatedDateTime"))
        said = [text(data.get(name)) for name in ("riskState", "riskLevel", "riskDetail")]
        yield from _fact(seen, "risk_history", f"{at}: {', '.join(filter(None, said))}", about=str(data.get("id")))
        return
    if "appId" in data or "servicePrincipalType" in data:
        named = text(data.get("displayName")) or str(data.get("appId"))
        value = f"{named}: {data.get('riskState')}, {data.get('riskLevel')}"
        yield from _fact(seen, "risky_application", value, "", str(data.get("id")))
        return
    owner = lower(data.get("userPrincipalName")) or None
    for name in _FACTS["risky_user"]:
        yield from _fact(seen, name, data.get(name), owner)


def mfa_state(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph `strongAuthenticationRequirements` and `signInPreferences` → org_config."""
    for name in _FACTS["mfa_state"]:
        yield from _fact(seen, name, data.get(name))


def mfa_registration(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph `userRegistrationDetails` → org_config."""
    owner = lower(data.get("userPrincipalName")) or None
    for name in _FACTS["mfa_registration"]:
        yield from _fact(seen, f"registration.{name}", data.get(name), owner)


def domain(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph `domain` → org_config `domain_authentication:<domain>`: Managed, or Federated with somebody else."""
    name = lower(data.get("id"))
    unverified = "" if truth(data.get("isVerified")) else " (not verified)"
    value = f"{data.get('authenticationType')}{unverified}"
    yield from _fact(seen, f"domain_authentication:{name}", value, "")


def federation(data: Row, seen: Seen) -> Iterator[Row]:
    """Graph `internalDomainFederation` → org_config `federation.<property>:<domain>`."""
    name = lower(data.get(DOMAIN)) or text(data.get("displayName")) or ""
    for part in _FACTS["federation"]:
        value = text(data.get(part))
        if value and part.endswith("Certificate"):  # long, and all of them begin alike
            value = f"sha256 {hashlib.sha256(value.encode()).hexdigest()}"
        yield from _fact(seen, f"federation.{part}:{name}", value, "", str(data.get("id")))


def policy(data: Row, seen: Seen) -> Iterator[Row]:
    """A policy of the directory → org_config `policy.<policy>.<property>`, parts of parts by their paths."""
    if partner := text(data.get("tenantId")):
        base = f"partner.{partner}"
    else:
        base = text(data.get("displayName")) or ("Cross-tenant access" if "inboundTrust" in data else "Admin consent")
    methods = many(data.get("authenticationMethodConfigurations"))
    for method in (entry for entry in methods if isinstance(entry, dict)):
        yield from _fact(seen, f"policy.{base}.{method.get('id')}", method.get("state"), "")
    for name, value in _leaves(data):
        yield from _fact(seen, f"policy.{base}.{name}", value, "")


def _leaves(data: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in data.items():
        if "@" in name or name in ("id", "displayName", "description", "authenticationMethodConfigurations"):
            continue
        if isinstance(value, dict):
            yield from _leaves(value, f"{path}{name}.")
        elif isinstance(value, list):
            yield f"{path}{name}", [json.dumps(one) if isinstance(one, dict) else str(one) for one in value]
        else:
            yield f"{path}{name}", value


#: Kind → its table, the ledger's source for it, and how its records become rows.
ROWS: dict[str, Makes] = {
    "sign_in_activity": ("org_config", "sign_in_activity", sign_in_activity),
    "membership": ("org_config", "memberships", membership),
    "owned_object": ("org_config", "memberships", owned_object),
    "licence": ("org_config", "licences", licence),
    "risky_user": ("org_config", "risky_users", risky_user),
    "mfa_state": ("org_config", "mfa", mfa_state),
    "mfa_registration": ("org_config", "mfa_registration", mfa_registration),
    "domain": ("org_config", "domains", domain),
    "federation": ("org_config", "domains", federation),
    "policy": ("org_config", "policies", policy),
}
