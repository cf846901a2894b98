"""Who may open the mailbox or send as it."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_cmdlet
from o365nb.model import Window
from o365nb.tenant import Tenant


class MailboxPermissions(Collector):
    """Full access and send-as; send-on-behalf comes with the mailbox itself."""

    source = "mailbox_permissions"
    title = "mailbox permissions"
    needs = (exchange_right(),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        asked = {"Identity": person.upn, "ResultSize": "Unlimited"}
        for cmdlet, kind in (("Get-MailboxPermission", "mailbox"), ("Get-RecipientPermission", "recipient")):
            shape, name = f"exchange-{kind}-permission-json", f"{kind}-{person.upn}"
            yield from from_cmdlet(tenant, cmdlet, shape, name, person.upn, **asked)
