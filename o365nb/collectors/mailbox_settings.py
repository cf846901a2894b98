"""The mailbox's doors and blind spots: protocols, the bypass of auditing, the automatic reply, the junk lists."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_cmdlet
from o365nb.model import Window
from o365nb.tenant import Tenant


class MailboxSettings(Collector):
    """What Get-Mailbox does not say."""

    source = "mailbox_settings"
    title = "mailbox protocols, audit bypass and auto-reply"
    needs = (exchange_right(),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        for cmdlet, kind in (
            ("Get-CASMailbox", "cas-mailbox"),
            ("Get-MailboxAuditBypassAssociation", "audit-bypass"),
            ("Get-MailboxAutoReplyConfiguration", "auto-reply"),
            ("Get-MailboxJunkEmailConfiguration", "junk-mail"),
            ("Get-CalendarProcessing", "calendar-processing"),
        ):
            shape, name = f"exchange-{kind}-json", f"{kind}-{person.upn}"
            yield from from_cmdlet(tenant, cmdlet, shape, name, person.upn, Identity=person.upn)
