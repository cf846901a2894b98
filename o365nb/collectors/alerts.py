"""Alerts of every Defender product: what Microsoft itself found suspicious about anybody in the tenant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window, iso
from o365nb.tenant import Tenant


class Alerts(Collector):
    """The service cannot filter by person: all alerts of the window are kept, and whom one concerns is told by its
    evidence when the tables are made."""

    source = "alert"
    title = "Defender alerts"
    needs = (Right("SecurityAlert.Read.All", "a Microsoft Defender product"),)
    retention = timedelta(days=180)
    tenant_wide = True
    absent_in = ("china",)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        params = {
            "$filter": f"createdDateTime ge {iso(window.start)} and createdDateTime lt {iso(window.end)}",
            "$top": "1000",
        }
        pages = tenant.graph.pages("/security/alerts_v2", params)
        yield from from_graph(pages, "graph-alert-json", f"alerts-{window.start:%Y%m%d}")
