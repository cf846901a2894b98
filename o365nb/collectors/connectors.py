"""Connectors: from whom mail is taken on special terms, and which way it leaves."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_cmdlet
from o365nb.model import Window
from o365nb.tenant import Tenant


class Connectors(Collector):
    """Tenant-wide, both directions; outbound ones that only mail-flow rules use are among them."""

    source = "connectors"
    title = "mail connectors"
    needs = (exchange_right(),)
    tenant_wide = True

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        everything = {"ResultSize": "Unlimited"}
        for cmdlet, direction in (("Get-InboundConnector", "inbound"), ("Get-OutboundConnector", "outbound")):
            shape, name = f"exchange-{direction}-connector-json", f"{direction}-connectors"
            yield from from_cmdlet(tenant, cmdlet, shape, name, **everything)
