"""Add-ins of the mailbox: what Outlook runs beside each message, and may read."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_cmdlet
from o365nb.model import Window
from o365nb.tenant import Tenant


class Addins(Collector):
    """By Exchange; those that an administrator deployed are among them (`Scope`)."""

    source = "addins"
    title = "add-ins"
    needs = (exchange_right(),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        yield from from_cmdlet(tenant, "Get-App", "exchange-app-json", person.upn, person.upn, Mailbox=person.upn)
