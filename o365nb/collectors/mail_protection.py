"""What guards the mail, and the exceptions that let it in unguarded: filters, allow lists, old ways to sign in."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_cmdlet
from o365nb.errors import Denied
from o365nb.model import Outcome, Window
from o365nb.tenant import Tenant

_POLICIES = (
    ("Get-HostedConnectionFilterPolicy", "connection-filter"),
    ("Get-HostedContentFilterPolicy", "content-filter"),
    ("Get-AntiPhishPolicy", "anti-phish"),
    ("Get-DkimSigningConfig", "dkim"),
    ("Get-TransportConfig", "transport-config"),
    ("Get-AuthenticationPolicy", "authentication-policy"),
)


class MailProtection(Collector):
    """Tenant-wide: an entry on an allow list is how a second wave of mail gets in. A cmdlet refused stops no other."""

    source = "mail_protection"
    title = "mail filters and their exceptions"
    needs = (exchange_right(),)
    tenant_wide = True

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        refused: list[Denied] = []
        for cmdlet, kind in _POLICIES:
            try:
                yield from from_cmdlet(tenant, cmdlet, f"exchange-{kind}-json", kind)
            except Denied as error:
                refused.append(error)
        for kind in ("Sender", "Url", "FileHash", "IP"):
            name, cmdlet = f"allow-block-{kind.lower()}", "Get-TenantAllowBlockListItems"
            try:
                yield from from_cmdlet(tenant, cmdlet, "exchange-allow-block-json", name, ListType=kind)
            except Denied as error:
                refused.append(error)
        if len(refused) == len(_POLICIES) + 4:
            raise refused[0]
        if refused:
            yield Shortfall(Outcome.PARTIAL, f"{len(refused)} of its parts were refused: {refused[0]}")
