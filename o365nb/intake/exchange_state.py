"""Output of Exchange cmdlets about how things stand, as the service answers it or as ConvertTo-Json saves it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from o365nb.intake.base import Item, Note, Origin, Record
from o365nb.intake.forms import JsonShape

#: A rule of Exchange's own that stands in practically every mailbox, and that only -IncludeHidden shows.
_ALWAYS_HIDDEN = "junk e-mail rule"


def with_doubt(items: Iterable[Item], origin: Origin) -> Iterator[Item]:
    """An export of inbox rules, and what it may lack: nothing in it says whether hidden rules were asked for."""
    hidden = False
    for item in items:
        hidden = hidden or (isinstance(item, Record) and str(item.data.get("Name")).lower() == _ALWAYS_HIDDEN)
        yield item
    if origin.seen_by == "export" and not hidden:
        yield Note("Nothing in it shows that hidden rules were asked for (-IncludeHidden).", limits=True)


class ExchangeInboxRuleJson(JsonShape):
    """Get-InboxRule, best with -IncludeHidden: it shows what Outlook and Graph do not."""

    name = "exchange-inbox-rule-json"
    title = "Get-InboxRule (JSON)"
    kind = "inbox_rule"
    must = frozenset({"Name", "Enabled"})
    any_of = frozenset({"RuleIdentity", "MoveToFolder", "DeleteMessage", "StopProcessingRules"})
    never = frozenset({"CreationTime"})

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        yield from with_doubt(super().read(text, origin), origin)


class ExchangeMailboxJson(JsonShape):
    """Get-Mailbox: forwarding, audit, holds."""

    name = "exchange-mailbox-json"
    title = "Get-Mailbox (JSON)"
    kind = "mailbox"
    must = frozenset({"DeliverToMailboxAndForward"})
    any_of = frozenset({"UserPrincipalName", "PrimarySmtpAddress"})


class ExchangeAcceptedDomainJson(JsonShape):
    """Get-AcceptedDomain: the domains that are the tenant's own."""

    name = "exchange-accepted-domain-json"
    title = "Get-AcceptedDomain (JSON)"
    kind = "accepted_domain"
    must = frozenset({"DomainName", "DomainType"})
