"""Access to applications: which the person may use, and what those that they consented to may do by themselves."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.errors import NotFound
from o365nb.model import Window
from o365nb.tenant import Tenant, segment


class AppRoles(Collector):
    """The person's own assignments, and the application rights of every client that they gave a consent."""

    source = "app_roles"
    title = "access to applications"
    needs = (Right("Directory.Read.All"), Right("Application.Read.All"))

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        user, shape = f"/users/{segment(person.id)}", "graph-app-role-json"
        own = tenant.graph.pages(f"{user}/appRoleAssignments", {"$top": "999"})
        yield from from_graph(own, shape, f"access-{person.upn}")
        for client in consented(tenant, person):
            rights = tenant.graph.pages(f"/servicePrincipals/{segment(client)}/appRoleAssignments", {"$top": "999"})
            try:
                yield from from_graph(rights, shape, f"rights-{client}", "")
            except NotFound:
                continue  # the consents' own source says which applications are gone


def consented(tenant: Tenant, person: Person) -> list[str]:
    """The service principals (object ids) that the person consented to."""
    found: dict[str, None] = {}
    for page in tenant.graph.pages(f"/users/{segment(person.id)}/oauth2PermissionGrants", {"$top": "999"}):
        clients = (grant.get("clientId") for grant in orjson.loads(page.body).get("value") or [])
        found |= dict.fromkeys(client for client in clients if isinstance(client, str) and client.strip())
    return list(found)
