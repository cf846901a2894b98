"""Interactive sign-ins: a person at a prompt. The beta form, for only it has session, token and network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.errors import RequestFailed
from o365nb.model import Window, iso
from o365nb.tenant import Tenant, literal

#: A slice of time that the service cannot answer is halved down to this.
_NARROWEST = timedelta(hours=1)


def fetch_sign_ins(tenant: Tenant, person: Person, window: Window, kind: str, condition: str = "") -> Iterator[Raw]:
    """Sign-ins of one event type, in slices of time that fit: wider where little comes, halved where the gateway
    gives up (deep paging over a busy month ends in timeouts). `condition` replaces the one on the person.
    """
    about = condition or f"userId eq {literal(person.id)}"
    start, length = window.start, timedelta(days=7)
    while start < window.end:
        part = Window(start, min(start + length, window.end))
        pages = 0
        for raw in _slice(tenant, person, part, kind, about, ()):
            pages += 1
            yield raw
        start = part.end
        if pages == 1:
            length *= 2


def _slice(
    tenant: Tenant, person: Person, part: Window, kind: str, about: str, abandons: tuple[str, ...]
) -> Iterator[Raw]:
    params = {
        "$filter": f"{about} and createdDateTime ge {iso(part.start)}"
        f" and createdDateTime lt {iso(part.end)} and signInEventTypes/any(t: t eq {literal(kind)})",
        "$top": "1000",
    }
    pages = tenant.graph.pages("/auditLogs/signIns", params, beta=True)
    came: tuple[str, ...] = ()
    try:
        for raw in from_graph(pages, "graph-sign-in-json", f"{part.start:%Y%m%dT%H%M}-{person.upn}"):
            came = (raw.listing,)
            yield replace(raw, abandons=abandons)
    except RequestFailed as error:
        length = (part.end - part.start) / 2
        if error.status not in (500, 502, 504) or length < _NARROWEST:
            raise
        for half in part.slices(length):
            yield from _slice(tenant, person, half, kind, about, (*abandons, *came))


class SignIns(Collector):
    """What was asked of a person: password, second factor, device code."""

    source = "sign_in"
    title = "sign-ins"
    needs = (Right("AuditLog.Read.All", "Microsoft Entra ID P1"),)
    retention = timedelta(days=30)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        yield from fetch_sign_ins(tenant, person, window, "interactiveUser")
