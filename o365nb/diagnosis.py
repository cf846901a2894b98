"""What a signed-in profile can see of its tenant, source by source, judged from rights, roles, licences and cloud."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from o365nb import collectors
from o365nb.analysis.gap_words import cost_of
from o365nb.collectors import Collector
from o365nb.errors import NotFound, O365nbError, RequestFailed, SignInFailed, Unreachable
from o365nb.tenant import Identity, Tenant, literal, segment
from o365nb.tenant.clouds import Cloud
from o365nb.tenant.permissions import (
    OWN_MAILBOX,
    RESOURCES,
    ROLES,
    Permission,
    Right,
    catalogue,
    permissions,
    role_names,
)

#: Licences as collectors name them, and the service plans of which any one brings it (Microsoft's product names and
#: service plan identifiers). A licence that is not here is not judged.
PLANS: dict[str, tuple[str, ...]] = {
    "Microsoft Entra ID P1": ("AAD_PREMIUM", "AAD_PREMIUM_P2"),
    "Microsoft Entra ID P2": ("AAD_PREMIUM_P2",),
    "Microsoft Entra ID P2 or ID Governance": ("AAD_PREMIUM_P2", "ENTRA_ID_GOVERNANCE"),
    "Microsoft Intune": ("INTUNE_A", "INTUNE_SMB", "INTUNE_EDU"),
    "Exchange Online": (
        "EXCHANGE_S_STANDARD", "EXCHANGE_S_ENTERPRISE", "EXCHANGE_S_DESKLESS", "EXCHANGE_S_ESSENTIALS",
        "EXCHANGE_L_STANDARD", "EXCHANGE_B_STANDARD",
    ),
    "Workload Identities Premium": ("AAD_WRKLDID_P1", "AAD_WRKLDID_P2"),
    "Microsoft Defender for Endpoint Plan 2": ("WINDEFATP",),
    "Microsoft Defender for Endpoint": ("WINDEFATP", "MDE_LITE", "MDE_SMB"),
    "Microsoft Defender for Office 365": ("ATP_ENTERPRISE", "THREAT_INTELLIGENCE"),
    "Microsoft Defender for Office 365 Plan 2": ("THREAT_INTELLIGENCE",),
    "Microsoft Defender for Cloud Apps": ("ADALLOM_S_STANDALONE",),
    "Microsoft Defender for Cloud Apps app governance": ("ADALLOM_S_STANDALONE",),
    "Microsoft Defender for Identity": ("ATA",),
    "Microsoft Defender XDR": ("MTP", "WINDEFATP", "THREAT_INTELLIGENCE", "ATA", "ADALLOM_S_STANDALONE"),
    "a Microsoft Defender product": (
        "ATP_ENTERPRISE", "THREAT_INTELLIGENCE", "WINDEFATP", "MDE_LITE", "MDE_SMB", "MTP", "ATA",
        "ADALLOM_S_STANDALONE",
    ),
}  # fmt: skip
#: Rights that include others, besides ReadWrite for Read.
_WIDER = {
    "Directory.Read.All": ("User.Read.All", "Organization.Read.All", "Application.Read.All", "Device.Read.All",
                           "Domain.Read.All", "RoleManagement.Read.Directory"),
    "Mail.Read": ("Mail.ReadBasic.All",),
    "Mail.ReadWrite": ("Mail.ReadBasic.All", "Mail.Read"),
}  # fmt: skip
#: The cmdlet that nobody can run without this role, or a role group that holds the same.
_PROOF = {
    "Global Reader": "Get-Mailbox",
    "Exchange (Recipient) Administrator": "Get-InboxRule",
    "Security Reader": "Get-QuarantineMessage",
    "View-Only Audit Logs": "Search-UnifiedAuditLog",
}
_OWN_MAILBOX = "a person who signs in sees only their own mailbox: use an application"


class State(StrEnum):
    """Whether a source will work."""

    WORKS = "works"
    NO_RIGHT = "no right"
    NO_ROLE = "no role"
    NO_LICENCE = "no licence"
    NOT_OFFERED = "not offered"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Facts:
    """What was learnt. None means that it could not be learnt, which is not the same as nothing."""

    tenant_id: str
    tenant_name: str
    cloud: Cloud
    method: str
    who: Identity
    rights: dict[str, frozenset[str] | None]
    roles: frozenset[str] | None
    plans: frozenset[str] | None
    problems: dict[str, str] = field(default_factory=dict)  # service: why there is no token for it
    cmdlets: frozenset[str] | None = None  # what Exchange lets this caller run


@dataclass(frozen=True, slots=True)
class Outlook:
    """One source: will it work, what is missing, and what that costs the investigation."""

    source: str
    state: State
    missing: str = ""
    costs: str = ""
    permissions: tuple[Permission, ...] = ()
    role: str = ""  # the least of the roles that would do, where only a role is missing


def learn(tenant: Tenant) -> Facts:
    """Ask who we are and what we may: six small requests, none of them against a scarce quota."""
    profile = tenant.profile
    services = dict.fromkeys(right.service for unit in collectors.all_collectors() for right in unit.needs)
    rights: dict[str, frozenset[str] | None] = {}
    problems: dict[str, str] = {}
    wids: set[str] = set()
    for service in services:
        if not getattr(profile.cloud, service):
            continue
        try:
            found = tenant.identity(service)
        except (SignInFailed, Unreachable) as error:
            rights[service], problems[service] = frozenset(), str(error)
            continue
        rights[service] = found.rights
        wids |= found.roles
    who = tenant.identity()
    app_id = who.app_id or profile.client_id
    principal, name = _principal(tenant, app_id)
    if None in rights.values() and principal:
        assigned = _assigned(tenant, principal, person=bool(who.person))
        rights = {service: _of(service, assigned) if known is None else known for service, known in rights.items()}
    roles = frozenset(wids) or _roles(tenant, who.object_id or principal)
    shown = Identity(app_id, who.app_name or name, who.object_id or principal, who.person, who.rights, who.roles)
    names = {template: role for role, template in ROLES.items()}
    return Facts(
        profile.tenant_id, _tenant_name(tenant), profile.cloud, profile.method.value, shown, rights,
        None if roles is None else frozenset(names.get(role, role) for role in roles), _plans(tenant), problems,
        _cmdlets(tenant) if rights.get("exchange") != frozenset() else None,
    )  # fmt: skip


def outlook(facts: Facts, unit: Collector) -> Outlook:
    """Whether one source will work, from the facts alone."""
    costs = cost_of(unit.source)
    if facts.cloud.family in unit.absent_in:
        return Outlook(
            unit.source, State.NOT_OFFERED, f"Microsoft does not offer it in cloud {facts.cloud.name}", costs
        )
    doubts = []
    for right in unit.needs:
        state, missing = _judged(facts, right)
        if state is State.UNKNOWN:
            doubts.append(missing)
        elif state is not State.WORKS:
            lacking = {one: told[1] for one in unit.needs if (told := _judged(facts, one))[0] is State.NO_RIGHT}
            said = " and ".join(dict.fromkeys(lacking.values())) or missing
            asked = [one for one, told in lacking.items() if told != _OWN_MAILBOX]
            roles = role_names(right.role) if state is State.NO_ROLE else ()
            least = next((role for role in roles if role in ROLES), "")
            return Outlook(unit.source, state, said, costs, tuple(permissions(asked)), least)
    if doubts:
        return Outlook(unit.source, State.UNKNOWN, "; ".join(dict.fromkeys(doubts)), costs)
    return Outlook(unit.source, State.WORKS)


def can(facts: Facts, needs: Iterable[Right]) -> bool:
    """All of these rights are there, as far as is known."""
    return all(_judged(facts, right)[0] in (State.WORKS, State.UNKNOWN) for right in needs)


def _judged(facts: Facts, right: Right) -> tuple[State, str]:
    """One right: the worst that is known of it."""
    service = RESOURCES[right.service].name
    if not getattr(facts.cloud, right.service):
        return State.NOT_OFFERED, f"{service} does not exist in cloud {facts.cloud.name}"
    granted = facts.rights.get(right.service)
    person = bool(facts.who.person)
    if granted is not None and not held(right, granted, person=person):
        problem = facts.problems.get(right.service, "")
        return State.NO_RIGHT, problem or right.permission
    if person and right.service == "graph" and right.permission.startswith(OWN_MAILBOX):
        return State.NO_RIGHT, _OWN_MAILBOX
    plans = PLANS.get(right.licence)
    if plans and facts.plans is not None and not facts.plans & set(plans):
        return State.NO_LICENCE, right.licence
    if right.role in _PROOF and facts.cmdlets is not None:
        able = _PROOF[right.role] in facts.cmdlets  # a role group of its own does as well as Entra's role
        return (State.WORKS, "") if able else (State.NO_ROLE, " or ".join(role_names(right.role)))
    if right.role and facts.roles is not None and not facts.roles & set(role_names(right.role)):
        return State.NO_ROLE, " or ".join(role_names(right.role))
    if granted is None:
        return State.UNKNOWN, "the rights of this sign-in could not be read"
    if right.role and facts.roles is None:
        return State.UNKNOWN, f"whether it holds {' or '.join(role_names(right.role))} could not be read"
    return State.WORKS, ""


def held(right: Right, granted: Collection[str], *, person: bool) -> bool:
    """The right itself, or one that includes it, is among those granted."""
    known = catalogue().get((right.service, right.permission))
    name = known.scope_name if known and person and known.scope_name else right.permission
    writes = name.replace(".Read.", ".ReadWrite.") if ".Read." in name else name.replace(".Read", ".ReadWrite")
    wider = (wide for wide, includes in _WIDER.items() if name in includes and right.service == "graph")
    return any(one in granted for one in (name, right.permission, writes, *wider))


# -- reading the facts ----------------------------------------------------------------------------------------------


def _tenant_name(tenant: Tenant) -> str:
    try:
        found = tenant.graph.get("/organization").records
    except RequestFailed:
        return ""
    return str(found[0].get("displayName") or "") if found else ""


def _principal(tenant: Tenant, app_id: str) -> tuple[str, str]:
    """Object id and name of the application's service principal; empty where that may not be read."""
    if not app_id:
        return "", ""
    query = {"$filter": f"appId eq {literal(app_id)}", "$select": "id,displayName,appId"}
    try:
        found = tenant.graph.get("/servicePrincipals", query).records
    except RequestFailed:
        return "", ""
    return (str(found[0]["id"]), str(found[0].get("displayName") or "")) if found else ("", "")


def _assigned(tenant: Tenant, principal: str, *, person: bool) -> frozenset[tuple[str, str]] | None:
    """Service and permission of what was granted; None where that may not be read."""
    kind = "oauth2PermissionGrants" if person else "appRoleAssignments"
    by_id = {one.app_role: (one.service, one.name) for one in catalogue().values()}
    try:
        pages = list(tenant.graph.pages(f"/servicePrincipals/{segment(principal)}/{kind}"))
    except RequestFailed:
        return None
    records = [record for page in pages for record in page.records]
    if person:  # a scope's name says enough: no two services share one that we need
        scopes = {scope for record in records for scope in str(record.get("scope") or "").split()}
        return frozenset((one.service, one.scope_name) for one in catalogue().values() if one.scope_name in scopes)
    return frozenset(by_id[role] for record in records if (role := str(record.get("appRoleId"))) in by_id)


def _of(service: str, assigned: frozenset[tuple[str, str]] | None) -> frozenset[str] | None:
    return None if assigned is None else frozenset(name for where, name in assigned if where == service)


def _roles(tenant: Tenant, principal: str) -> frozenset[str] | None:
    """Directory roles (template ids) assigned to a principal; None where that may not be read."""
    if not principal:
        return None
    query = {"$filter": f"principalId eq {literal(principal)}"}
    try:
        found = tenant.graph.get("/roleManagement/directory/roleAssignments", query).records
    except (RequestFailed, NotFound):
        return None
    return frozenset(str(record.get("roleDefinitionId")) for record in found)


def _cmdlets(tenant: Tenant) -> frozenset[str] | None:
    """The cmdlets that Exchange offers this caller; None where it does not say."""
    try:
        return tenant.exchange.cmdlets() or None
    except O365nbError:
        return None


def _plans(tenant: Tenant) -> frozenset[str] | None:
    """The service plans that the tenant's subscriptions hold; None where that may not be read."""
    try:
        skus = [sku for page in tenant.graph.pages("/subscribedSkus") for sku in page.records]
    except O365nbError:
        return None
    active = (sku for sku in skus if sku.get("capabilityStatus") in ("Enabled", "Warning"))
    return frozenset(
        str(plan.get("servicePlanName"))
        for sku in active
        for plan in sku.get("servicePlans") or ()
        if plan.get("provisioningStatus") != "Disabled"
    )
