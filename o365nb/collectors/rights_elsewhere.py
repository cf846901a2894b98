"""Where this account may read or send in other people's mailboxes: what else stood open with it."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, exchange_right, from_exchange
from o365nb.errors import NotFound
from o365nb.model import Outcome, Window
from o365nb.tenant import Tenant, powershell

_SHAPE = "exchange-rights-elsewhere-json"
#: Exchange cannot be asked for the rights of one account: mailbox by mailbox costs a call each.
_MAILBOXES = 100


class RightsElsewhere(Collector):
    """Send-as in one question; full access mailbox by mailbox, shared ones first, up to a bound that the ledger names.

    Rights by membership of a group show as the group's, not as the account's.
    """

    source = "rights_elsewhere"
    title = "rights to other mailboxes"
    needs = (exchange_right(), Right("User.Read.All"))

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        cmdlet, asked = "Get-RecipientPermission", {"Trustee": person.upn, "ResultSize": "Unlimited"}
        pages = tenant.exchange.run(cmdlet, **asked)
        yield from from_exchange(pages, _SHAPE, f"send-as-{person.upn}", powershell(cmdlet, **asked), owner="")
        others = _mailboxes(tenant, person)
        for upn in others[:_MAILBOXES]:
            # Rows of an empty answer are no evidence worth a file each; that they were asked for is in the ledger.
            try:
                yield from _rights(tenant, upn, person)
            except NotFound:
                continue  # an account without a mailbox
        if len(others) > _MAILBOXES:
            yield Shortfall(
                Outcome.PARTIAL, f"Full access was looked for in {_MAILBOXES} of {len(others)} other mailboxes."
            )


def _rights(tenant: Tenant, upn: str, person: Person) -> Iterator[Raw]:
    asked = {"Identity": upn, "User": person.upn}
    pages = tenant.exchange.run("Get-MailboxPermission", upn, **asked)
    command = powershell("Get-MailboxPermission", **asked)
    for raw in from_exchange(pages, _SHAPE, f"access-{upn}", command, owner=upn):
        if raw.records:
            yield raw


def _mailboxes(tenant: Tenant, person: Person) -> list[str]:
    """Other accounts with a mail address; those that cannot sign in (shared mailboxes) first."""
    params = {"$select": "id,userPrincipalName,mail,accountEnabled,userType", "$top": "999"}
    found = [
        (bool(user.get("accountEnabled")), str(user.get("userPrincipalName") or "").lower())
        for page in tenant.graph.pages("/users", params)
        for user in page.records
        if user.get("mail") and user.get("userType") != "Guest" and user.get("id") != person.id
    ]
    return [upn for _, upn in sorted(found) if upn]
