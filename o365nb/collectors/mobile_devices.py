"""Phones that keep the mailbox in step: a partnership goes on after the password has changed."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_cmdlet
from o365nb.model import Window
from o365nb.tenant import Tenant


class MobileDevices(Collector):
    """By Exchange's own account; a phone here need not be registered in Entra."""

    source = "mobile_devices"
    title = "mobile devices"
    needs = (exchange_right(),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        shape, asked = "exchange-mobile-device-json", {"Mailbox": person.upn}
        yield from from_cmdlet(tenant, "Get-MobileDeviceStatistics", shape, person.upn, person.upn, **asked)
