"""Accounts that Exchange lets send nothing to the outside any more."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_cmdlet
from o365nb.model import Window
from o365nb.tenant import Tenant


class BlockedSenders(Collector):
    """Tenant-wide: who else was used to send is a question of its own."""

    source = "blocked_senders"
    title = "restricted senders"
    needs = (exchange_right(),)
    tenant_wide = True

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        shape = "exchange-blocked-sender-json"
        yield from from_cmdlet(tenant, "Get-BlockedSenderAddress", shape, "blocked-senders")
