"""Risk of applications: what Entra ID Protection found about service principals and their credentials."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window, iso
from o365nb.tenant import Tenant


class RiskyApps(Collector):
    """Tenant-wide; licensed apart from people's risk."""

    source = "risky_apps"
    title = "risk of applications"
    needs = (
        Right("IdentityRiskyServicePrincipal.Read.All", "Workload Identities Premium"),
        Right("IdentityRiskEvent.Read.All", "Workload Identities Premium"),
    )
    tenant_wide = True
    absent_in = ("china",)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        risky = tenant.graph.pages("/identityProtection/riskyServicePrincipals", {"$top": "500"})
        yield from from_graph(risky, "graph-risky-user-json", "risky-applications")
        since = {"$filter": f"detectedDateTime ge {iso(window.start)}", "$top": "500"}
        found = tenant.graph.pages("/identityProtection/servicePrincipalRiskDetections", since)
        yield from from_graph(found, "graph-risk-detection-json", "detections")
