"""Message trace: who sent what to whom, one row per recipient, as the transport saw it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.errors import Denied
from o365nb.model import Window, iso
from o365nb.tenant import Tenant, literal

_APP = "8bd644d1-64a1-4d4b-ae52-2e0cbf64e373"


class MessageTrace(Collector):
    """Ten days a query at most, one address a query: the service silently ignores `or`."""

    source = "message_trace"
    title = "message trace"
    needs = (Right("ExchangeMessageTrace.Read.All", "Exchange Online"),)
    retention = timedelta(days=90)
    absent_in = ("usgov", "china")

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        try:
            for part in window.slices(timedelta(days=10)):
                for address in person.addresses or (person.upn,):
                    yield from self._part(tenant, part, address)
        except Denied as error:
            if error.status != 401:
                raise
            raise Denied(
                f"{error} A 401 here also means that the tenant lacks the service principal of Microsoft's app {_APP},"
                " or got it only hours ago.",
                status=error.status,
                code=error.code,
                request_id=error.request_id,
            ) from None

    def _part(self, tenant: Tenant, part: Window, address: str) -> Iterator[Raw]:
        between = f"receivedDateTime ge {iso(part.start)} and receivedDateTime le {iso(part.end)}"
        for side, field in (("from", "senderAddress"), ("to", "recipientAddress")):
            params = {"$filter": f"{between} and {field} eq {literal(address)}", "$top": "5000"}
            pages = tenant.graph.pages("/admin/exchange/tracing/messageTraces", params)
            yield from from_graph(pages, "graph-message-trace-json", f"{part.start:%Y%m%dT%H%M}-{side}-{address}")
