"""Whether mail may be forwarded outside by itself: remote domains and the outbound spam policies."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_cmdlet
from o365nb.model import Window
from o365nb.tenant import Tenant


class RemoteDomains(Collector):
    """Tenant-wide. Both gates must be open for automatic forwarding, so both are one source."""

    source = "remote_domains"
    title = "automatic forwarding policies"
    needs = (exchange_right(),)
    tenant_wide = True

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        yield from from_cmdlet(
            tenant, "Get-RemoteDomain", "exchange-remote-domain-json", "remote-domains", ResultSize="Unlimited"
        )
        shape = "exchange-outbound-spam-policy-json"
        yield from from_cmdlet(tenant, "Get-HostedOutboundSpamFilterPolicy", shape, "outbound-spam-policies")
