"""The account's risk: what Entra ID Protection holds of it now, and who changed that."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.errors import NotFound
from o365nb.model import Window
from o365nb.tenant import Tenant, segment


class RiskyUsers(Collector):
    """State and history. The service has no record of somebody who never was at risk: that is empty, no gap."""

    source = "risky_users"
    title = "risk of the account"
    needs = (Right("IdentityRiskyUser.Read.All", "Microsoft Entra ID P2"),)
    absent_in = ("china",)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        shape, path = "graph-risky-user-json", f"/identityProtection/riskyUsers/{segment(person.id)}"
        try:
            page = tenant.graph.get(path)
        except NotFound:
            return
        yield from from_graph(iter([page]), shape, f"risk-{person.upn}")
        history = tenant.graph.pages(f"{path}/history", {"$top": "500"})
        yield from from_graph(history, shape, f"history-{person.upn}")
