"""What was deleted from the mailbox and can be got back, and how much of it there is."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_cmdlet
from o365nb.errors import Denied
from o365nb.model import Outcome, Window
from o365nb.tenant import Tenant

_MOST = 1000


class RecoverableItems(Collector):
    """The list needs Exchange's role Mailbox Import Export, which nobody has unless it was given."""

    source = "recoverable_items"
    title = "recoverable items"
    needs = (exchange_right(),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        upn = person.upn
        shape = "exchange-mailbox-statistics-json"
        yield from from_cmdlet(tenant, "Get-MailboxStatistics", shape, f"statistics-{upn}", upn, Identity=upn)
        asked = {
            "Identity": upn,
            "FilterItemType": "IPM.Note",
            "FilterStartTime": f"{window.start:%Y-%m-%dT%H:%M:%S}",
            "FilterEndTime": f"{window.end:%Y-%m-%dT%H:%M:%S}",
            "ResultSize": _MOST,
        }
        listed = 0
        try:
            for raw in from_cmdlet(
                tenant, "Get-RecoverableItems", "exchange-recoverable-item-json", f"items-{upn}", upn, **asked
            ):
                listed += raw.records
                yield raw
        except Denied as error:
            yield Shortfall(Outcome.DENIED, f"The list of items needs Exchange's role Mailbox Import Export. {error}")
        if listed >= _MOST:
            yield Shortfall(Outcome.CAPPED, f"Only the first {_MOST} recoverable items were listed.")
