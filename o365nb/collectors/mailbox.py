"""The mailbox: forwarding, auditing, holds, who may send on its behalf."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_exchange
from o365nb.model import Window
from o365nb.tenant import Tenant, powershell


class Mailbox(Collector):
    """Forwarding is in no Graph answer: only Exchange knows."""

    source = "mailboxes"
    title = "mailbox"
    needs = (exchange_right(),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        pages = tenant.exchange.run("Get-Mailbox", person.upn, Identity=person.upn)
        command = powershell("Get-Mailbox", Identity=person.upn)
        yield from from_exchange(pages, "exchange-mailbox-json", person.upn, command)
