"""The two application registrations, read and respond: exactly the rights that the chosen units need, no more."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from o365nb import collectors, response
from o365nb.errors import BadInput
from o365nb.tenant.clouds import Cloud
from o365nb.tenant.permissions import OWN_MAILBOX, RESOURCES, Permission, Right, permissions, role_names

#: What every command needs to find an account and to say whose tenant it is.
_ALWAYS = (Right("User.Read.All"), Right("Organization.Read.All"))
_EVERYWHERE = "every command"
MARK = "o365nb"  # the tag by which `o365nb app remove` knows its own


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration: `units` maps every collector or action to what it needs.

    `delegated`: a person signs in, and the app can do no more than that person; else it acts by itself.
    """

    kind: str
    delegated: bool
    units: Mapping[str, tuple[Right, ...]]

    @property
    def name(self) -> str:
        """Its display name in Entra."""
        return f"{MARK} {self.kind}"

    @property
    def rights(self) -> list[Right]:
        """Every right, each once."""
        return list(dict.fromkeys(right for needs in self.units.values() for right in needs))

    @property
    def permissions(self) -> list[Permission]:
        """Every permission, by service and name."""
        return permissions(self.rights)

    def wanted_by(self, permission: Permission) -> list[str]:
        """The units that need it."""
        key = (permission.service, permission.name)
        return [unit for unit, needs in self.units.items() if key in ((one.service, one.permission) for one in needs)]

    @property
    def roles(self) -> dict[tuple[str, ...], list[str]]:
        """The directory roles that are needed besides (any one of each group is enough), and which units need them."""
        found: dict[tuple[str, ...], list[str]] = {}
        for unit, needs in self.units.items():
            for right in needs:
                if right.role and unit not in found.setdefault(role_names(right.role), []):
                    found[role_names(right.role)].append(unit)
        return found

    def offered(self) -> list[tuple[Permission, str, str]]:
        """What can be asked for in this form: the permission, its id and its name there."""
        every = self.permissions
        if self.delegated:
            return [(one, one.scope, one.scope_name) for one in every if one.scope]
        return [(one, one.app_role, one.name) for one in every if one.app_role]

    def manifest(self) -> list[dict[str, Any]]:
        """`requiredResourceAccess` of the application."""
        kind = "Scope" if self.delegated else "Role"
        offered = self.offered()
        return [
            {
                "resourceAppId": resource.app_id,
                "resourceAccess": [{"id": key, "type": kind} for one, key, _ in offered if one.service == service],
            }
            for service, resource in RESOURCES.items()
            if any(one.service == service for one, _, _ in offered)
        ]


def read(only: Collection[str] = ()) -> Registration:
    """What collecting needs; `only` names sources. Raises BadInput for an unknown one."""
    units = {unit.source: unit.needs for unit in collectors.all_collectors()}
    return Registration("read", delegated=False, units=_chosen(units, only, "source"))


def respond(only: Collection[str] = (), *, delegated: bool = True) -> Registration:
    """What responding needs; `only` names actions. Raises BadInput for an unknown one."""
    units = {name: action.needs for name, action in sorted(response.actions().items()) if action.needs}
    return Registration("respond", delegated, _chosen(units, only, "action"))


def consent_url(cloud: Cloud, tenant: str, client_id: str) -> str:
    """Where an administrator consents to all that the application's manifest asks for."""
    return f"{cloud.login}/{quote(tenant)}/adminconsent?client_id={quote(client_id)}"


def lines(registration: Registration, cloud: Cloud, tenant: str, client_id: str) -> Iterable[str]:
    """The registration as a person reads it: rights with their reasons, roles, manifest, and three ways to make it."""
    how = "delegated permissions: a person signs in" if registration.delegated else "application permissions"
    does = "collects and changes nothing" if registration.kind == "read" else "changes what an approved plan says"
    yield f"Registration '{registration.name}': {does} ({how})"
    heading = ""
    for one, _, name in registration.offered():
        if heading != one.resource.name:
            heading = one.resource.name
            yield f"\n{heading} ({one.resource.app_id})"
        yield f"  {name:<44} {', '.join(registration.wanted_by(one))}"
    held = "the person who signs in" if registration.delegated else "its service principal"
    if registration.roles:
        yield f"\nDirectory roles of {held} (one of each line is enough)"
    for roles, units in registration.roles.items():
        yield f"  {' or '.join(roles):<44} {', '.join(units)}"
    own = [one for one in registration.permissions if one.service == "graph" and one.name.startswith(OWN_MAILBOX)]
    if registration.delegated and own:
        for_these = dict.fromkeys(unit for one in own for unit in registration.wanted_by(one))
        chosen = " ".join(f"--for {unit}" for unit in for_these)
        yield "\nWith these a person reaches only their own mailbox; a victim's is reached by an app by itself"
        yield f"  {', '.join(one.name for one in own):<44} o365nb app create respond --app-only {chosen}"
    if missing := [
        one.name for one in registration.permissions if one not in [o for o, _, _ in registration.offered()]
    ]:
        yield "\nNot offered in this form, or known by its name only; denied until it is added by hand:"
        yield f"  {', '.join(missing)}"
    file = f"o365nb-{registration.kind}.json"
    yield "\nManifest (requiredResourceAccess):"
    yield json.dumps(registration.manifest(), indent=2)
    yield f"\nMake it by hand, with the manifest in {file} (`o365nb app show {registration.kind} --manifest`):"
    yield (
        f"  az ad app create --display-name '{registration.name}' --sign-in-audience AzureADMyOrg"
        f" --required-resource-accesses @{file}"
    )
    yield (
        f"  New-MgApplication -DisplayName '{registration.name}' -SignInAudience 'AzureADMyOrg'"
        f" -RequiredResourceAccess (Get-Content -Raw '{file}' | ConvertFrom-Json)"
    )
    yield f"\nAn administrator consents at\n  {consent_url(cloud, tenant, client_id)}"


def _chosen(units: Mapping[str, tuple[Right, ...]], only: Collection[str], thing: str) -> dict[str, tuple[Right, ...]]:
    if strange := sorted(set(only) - set(units)):
        raise BadInput(f"{strange[0]!r} is no {thing}. Choose from: {', '.join(units)}.")
    chosen = {name: needs for name, needs in units.items() if not only or name in only}
    return {_EVERYWHERE: _ALWAYS, **chosen}
