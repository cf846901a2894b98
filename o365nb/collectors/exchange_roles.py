"""Who administers Exchange, who may read every mailbox, and to which mailboxes applications are held."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_cmdlet
from o365nb.model import Window
from o365nb.tenant import Tenant

#: Roles that reach into everybody's mail.
_FAR_REACHING = ("ApplicationImpersonation", "Mailbox Import Export", "Mailbox Search", "Role Management")


class ExchangeRoles(Collector):
    """Tenant-wide. Role groups with their members, and the assignments that reach far."""

    source = "exchange_roles"
    title = "roles in Exchange"
    needs = (exchange_right(),)
    tenant_wide = True

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        yield from from_cmdlet(tenant, "Get-RoleGroup", "exchange-role-group-json", "role-groups")
        cmdlet, shape = "Get-ManagementRoleAssignment", "exchange-role-assignment-json"
        for role in _FAR_REACHING:
            name = f"assignments-{role.replace(' ', '-').lower()}"
            yield from from_cmdlet(tenant, cmdlet, shape, name, Role=role, GetEffectiveUsers=True)
        shape = "exchange-application-access-policy-json"
        yield from from_cmdlet(tenant, "Get-ApplicationAccessPolicy", shape, "application-access-policies")
