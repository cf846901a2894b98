"""Mail that the service holds back: what was sent to the account, and what went out in its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_page
from o365nb.model import Outcome, Window
from o365nb.tenant import Tenant, powershell

_CMDLET, _SIZE, _PAGES = "Get-QuarantineMessage", 1000, 20


class Quarantine(Collector):
    """As it stands: what was released or ran out of time (15 to 30 days) is no longer there."""

    source = "quarantine"
    title = "quarantine"
    needs = (exchange_right("Security Reader"),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        for side in ("RecipientAddress", "SenderAddress"):
            for address in person.addresses or (person.upn,):
                yield from _listed(tenant, side, address)


def _listed(tenant: Tenant, side: str, address: str) -> Iterator[Raw | Shortfall]:
    """Page by page; the cmdlet counts pages itself."""
    for number in range(1, _PAGES + 1):
        asked: dict[str, Any] = {side: address, "Page": number, "PageSize": _SIZE}
        rows, command = 0, powershell(_CMDLET, **asked)
        for part, page in enumerate(tenant.exchange.run(_CMDLET, **asked), 1):
            rows += len(page.records)
            name = f"{side[:-7].lower()}-{address}-{number:03d}-{part:02d}.json"
            yield from_page(page, "exchange-quarantine-json", name, command)
        if rows < _SIZE:
            return
    yield Shortfall(Outcome.CAPPED, f"Only the first {_SIZE * _PAGES} quarantined messages of {address} were read.")
