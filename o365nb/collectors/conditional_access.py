"""Conditional access: who must prove what, from where, and whom the rules leave out."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant


class ConditionalAccess(Collector):
    """Policies and the places that they name. An intruder with the right to it trusts their own address."""

    source = "conditional_access"
    title = "conditional access"
    needs = (Right("Policy.Read.All", "Microsoft Entra ID P1"),)
    tenant_wide = True

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        base = "/identity/conditionalAccess"
        yield from from_graph(tenant.graph.pages(f"{base}/policies"), "graph-conditional-access-json", "policies")
        places = tenant.graph.pages(f"{base}/namedLocations")
        yield from from_graph(places, "graph-named-location-json", "named-locations")
