"""Incidents: alerts that Defender took to belong together, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window, iso
from o365nb.tenant import Tenant


class Incidents(Collector):
    """With their alerts, for only these say whom an incident concerns. The service gives fifty at a time."""

    source = "incident"
    title = "Defender incidents"
    needs = (Right("SecurityIncident.Read.All", "a Microsoft Defender product"),)
    retention = timedelta(days=180)
    tenant_wide = True
    absent_in = ("china",)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        params = {
            "$filter": f"createdDateTime ge {iso(window.start)} and createdDateTime lt {iso(window.end)}",
            "$expand": "alerts",
            "$top": "50",
        }
        pages = tenant.graph.pages("/security/incidents", params)
        yield from from_graph(pages, "graph-incident-json", f"incidents-{window.start:%Y%m%d}")
