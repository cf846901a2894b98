"""The organisation and its accepted domains: what is inside and what is outside."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, exchange_right, from_exchange, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, powershell


class OrgConfig(Collector):
    """Tenant-wide; the same whoever is asked for."""

    source = "org_config"
    title = "organisation and domains"
    needs = (Right("Organization.Read.All"), exchange_right())
    tenant_wide = True

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        yield from from_graph(tenant.graph.pages("/organization"), "graph-organization-json", "organization")
        pages = tenant.exchange.run("Get-AcceptedDomain")
        command = powershell("Get-AcceptedDomain")
        yield from from_exchange(pages, "exchange-accepted-domain-json", "accepted-domains", command)
