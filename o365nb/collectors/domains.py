"""Domains: a domain that another sign-in service vouches for lets whoever holds its key in as anybody."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, segment


class Domains(Collector):
    """Every domain, and the federation of those that are federated."""

    source = "domains"
    title = "domains and federation"
    needs = (Right("Directory.Read.All"), Right("Domain-InternalFederation.Read.All"))
    tenant_wide = True

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        federated: list[str] = []
        for raw in from_graph(tenant.graph.pages("/domains"), "graph-domain-json", "domains"):
            federated += _federated(raw.body)
            yield raw
        for domain in federated:
            pages = tenant.graph.pages(f"/domains/{segment(domain)}/federationConfiguration")
            yield from from_graph(pages, "graph-federation-json", f"federation-{domain}")


def _federated(body: bytes) -> list[str]:
    """The domains of a page that Entra does not sign in by itself."""
    listed = orjson.loads(body).get("value") or []
    return [
        str(item["id"])
        for item in listed
        if isinstance(item, dict) and str(item.get("authenticationType")).lower() == "federated"
    ]
