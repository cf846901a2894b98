"""Output of Exchange cmdlets about how things stand, as the service answers it or as ConvertTo-Json saves it."""

from __future__ import annotations

from o365nb.intake.forms import JsonShape


class ExchangeInboxRuleJson(JsonShape):
    """Get-InboxRule, best with -IncludeHidden: it shows what Outlook and Graph do not."""

    name = "exchange-inbox-rule-json"
    title = "Get-InboxRule (JSON)"
    kind = "inbox_rule"
    must = frozenset({"Name", "Enabled"})
    any_of = frozenset({"RuleIdentity", "MoveToFolder", "DeleteMessage", "StopProcessingRules"})
    never = frozenset({"CreationTime"})


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
