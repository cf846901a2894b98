"""Risk detections: what Entra ID Protection itself found suspicious about the account's sign-ins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window, iso
from o365nb.tenant import Tenant, literal


class RiskDetections(Collector):
    """Detected since the window began: some findings come days after the sign-in that they are about."""

    source = "risk_detection"
    title = "risk detections"
    needs = (Right("IdentityRiskEvent.Read.All", "Microsoft Entra ID P2"),)
    retention = timedelta(days=90)
    absent_in = ("china",)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        asked = {
            "$filter": f"userId eq {literal(person.id)} and detectedDateTime ge {iso(window.start)}",
            "$top": "500",
        }
        pages = tenant.graph.pages("/identityProtection/riskDetections", asked)
        yield from from_graph(pages, "graph-risk-detection-json", person.upn)
