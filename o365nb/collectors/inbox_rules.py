"""Inbox rules as Graph shows them: what the owner could see in Outlook."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, segment


class InboxRules(Collector):
    """Visible server-side rules. A rule that only Exchange shows is hidden: see `inbox_rules_hidden`."""

    source = "inbox_rules"
    title = "inbox rules"
    needs = (Right("MailboxSettings.Read", "Exchange Online"),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        pages = tenant.graph.pages(f"/users/{segment(person.id)}/mailFolders/inbox/messageRules")
        yield from from_graph(pages, "graph-message-rule-json", person.upn)
