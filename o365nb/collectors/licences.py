"""Licences: which services the tenant and the account have. What is not licensed writes no log."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, segment


class Licences(Collector):
    """The tenant's subscriptions and the account's own licences, each with its service plans."""

    source = "licences"
    title = "licences and service plans"
    needs = (Right("Directory.Read.All"),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        shape = "graph-licence-json"
        yield from from_graph(tenant.graph.pages("/subscribedSkus"), shape, "subscriptions", "")
        own = tenant.graph.pages(f"/users/{segment(person.id)}/licenseDetails")
        yield from from_graph(own, shape, f"licences-{person.upn}")
