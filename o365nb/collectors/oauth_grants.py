"""Consents: which apps may act for the person, alone or with everybody, and whose apps they are."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.errors import NotFound
from o365nb.model import Outcome, Window
from o365nb.tenant import Tenant, literal, segment


class OAuthGrants(Collector):
    """The person's own grants, the grants for all principals, and the service principal of every client."""

    source = "oauth_grants"
    title = "consents and their apps"
    needs = (Right("Directory.Read.All"), Right("Application.Read.All"))

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        asked = (
            (f"principalId eq {literal(person.id)}", person.upn, None),
            (f"consentType eq {literal('AllPrincipals')}", "all-principals", ""),
        )
        clients: dict[str, None] = {}
        for condition, name, owner in asked:
            pages = tenant.graph.pages("/oauth2PermissionGrants", {"$filter": condition})
            for raw in from_graph(pages, "graph-oauth-grant-json", f"grants-{name}", owner):
                clients |= dict.fromkeys(_clients(raw.body))
                yield raw
        missing = []
        for client in clients:
            path = f"/servicePrincipals/{segment(client)}"
            try:
                page = tenant.graph.get(path)
            except NotFound:
                missing.append(client)
                continue
            yield from from_graph(iter([page]), "graph-service-principal-json", f"app-{client}", "")
        if missing:
            what = "1 app with a consent is" if len(missing) == 1 else f"{len(missing)} apps with a consent are"
            yield Shortfall(
                Outcome.PARTIAL, f"{what} no longer there ({', '.join(missing[:3])}): whose it was cannot be said."
            )


def _clients(body: bytes) -> Iterator[str]:
    """The clients that a page of grants names."""
    for grant in orjson.loads(body).get("value") or []:
        if isinstance(grant, dict) and isinstance(client := grant.get("clientId"), str) and client.strip():
            yield client
