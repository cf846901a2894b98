"""Mail as Defender for Office 365 judged it: threats found, where it was put, what became of it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window, iso
from o365nb.tenant import Tenant, literal


class AnalyzedEmails(Collector):
    """Mail to the person; one search per address. Source of the two times: learn.microsoft.com, List analyzedEmails."""

    source = "analyzed_emails"
    title = "mail that Defender analysed"
    needs = (Right("SecurityAnalyzedMessage.Read.All", "Microsoft Defender for Office 365 Plan 2"),)
    retention = timedelta(days=30)
    absent_in = ("usgov", "china")

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        for address in person.addresses or (person.upn,):
            params = {
                "startTime": f"{iso(window.start)}",
                "endTime": f"{iso(window.end)}",
                "$filter": f"recipientEmailAddress eq {literal(address)}",
                "$top": "1000",
            }
            pages = tenant.graph.pages("/security/collaboration/analyzedEmails", params)
            yield from from_graph(pages, "graph-analyzed-email-json", f"{window.start:%Y%m%d}-{address}")
