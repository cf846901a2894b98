"""Inbox rules as Exchange shows them, the hidden ones too: the intruder's quiet way to divert or bury mail."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_exchange
from o365nb.model import Window
from o365nb.tenant import Tenant, powershell


class HiddenInboxRules(Collector):
    """Every server-side rule. Graph has no way to ask for these."""

    source = "inbox_rules.hidden"
    title = "inbox rules with hidden ones"
    needs = (exchange_right("Exchange (Recipient) Administrator"),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        asked = {"Mailbox": person.upn, "IncludeHidden": True}
        pages = tenant.exchange.run("Get-InboxRule", person.upn, **asked)
        command = powershell("Get-InboxRule", **asked)
        yield from from_exchange(pages, "exchange-inbox-rule-json", person.upn, command)
