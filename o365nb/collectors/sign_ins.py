"""Interactive sign-ins: a person at a prompt. The beta form, for only it has session, token and network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window, iso
from o365nb.tenant import Tenant, literal


def fetch_sign_ins(
    tenant: Tenant, person: Person, window: Window, kind: str, slice_length: timedelta
) -> Iterator[Raw | Shortfall]:
    """Sign-ins of one event type in slices of time: deep paging over a long window ends in gateway timeouts."""
    for part in window.slices(slice_length):
        params = {
            "$filter": f"userId eq {literal(person.id)} and createdDateTime ge {iso(part.start)}"
            f" and createdDateTime lt {iso(part.end)} and signInEventTypes/any(t: t eq {literal(kind)})",
            "$top": "1000",
        }
        pages = tenant.graph.pages("/auditLogs/signIns", params, beta=True)
        yield from from_graph(pages, "graph-sign-in-json", f"{part.start:%Y%m%dT%H%M}-{person.upn}")


class SignIns(Collector):
    """What was asked of a person: password, second factor, device code."""

    source = "sign_in"
    title = "sign-ins"
    needs = (Right("AuditLog.Read.All", "Microsoft Entra ID P1"),)
    retention = timedelta(days=30)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        yield from fetch_sign_ins(tenant, person, window, "interactiveUser", timedelta(days=7))
