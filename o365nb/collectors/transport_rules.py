"""Mail-flow rules and journal rules of the organisation: one of them copies or diverts everybody's mail."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_cmdlet
from o365nb.model import Window
from o365nb.tenant import Tenant


class TransportRules(Collector):
    """Tenant-wide; in no user's mailbox and in no Graph answer."""

    source = "transport_rules"
    title = "mail-flow and journal rules"
    needs = (exchange_right(),)
    tenant_wide = True

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        everything = {"ResultSize": "Unlimited"}
        shape = "exchange-transport-rule-json"
        yield from from_cmdlet(tenant, "Get-TransportRule", shape, "transport-rules", **everything)
        yield from from_cmdlet(tenant, "Get-JournalRule", "exchange-journal-rule-json", "journal-rules")
