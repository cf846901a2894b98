"""Sweep rules: they clear mail away once a day, and are in no list of inbox rules."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_cmdlet
from o365nb.model import Window
from o365nb.tenant import Tenant


class SweepRules(Collector):
    """Graph has no way to ask for these."""

    source = "sweep_rules"
    title = "sweep rules"
    needs = (exchange_right("Exchange (Recipient) Administrator"),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        asked = {"Mailbox": person.upn}
        yield from from_cmdlet(tenant, "Get-SweepRule", "exchange-sweep-rule-json", person.upn, person.upn, **asked)
