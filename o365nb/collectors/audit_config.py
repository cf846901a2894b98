"""Whether the audit log is written at all, and mailbox auditing with it."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_cmdlet
from o365nb.model import Window
from o365nb.tenant import Tenant


class AuditConfig(Collector):
    """Tenant-wide; what single mailboxes are spared is in mailbox_settings."""

    source = "audit_config"
    title = "audit configuration"
    needs = (exchange_right(),)
    tenant_wide = True

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        shape = "exchange-admin-audit-config-json"
        yield from from_cmdlet(tenant, "Get-AdminAuditLogConfig", shape, "admin-audit-config")
        shape = "exchange-organization-config-json"
        yield from from_cmdlet(tenant, "Get-OrganizationConfig", shape, "organization-config")
