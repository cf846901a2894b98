"""Memberships: the groups that the account is in, and what it owns. Rights come through groups too."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, segment


class Memberships(Collector):
    """Direct memberships, and owned groups and applications."""

    source = "memberships"
    title = "groups and owned objects"
    needs = (Right("Directory.Read.All"),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        user, whole = f"/users/{segment(person.id)}", {"$top": "999"}
        groups = tenant.graph.pages(f"{user}/memberOf", whole)
        yield from from_graph(groups, "graph-membership-json", f"member-of-{person.upn}")
        owned = tenant.graph.pages(f"{user}/ownedObjects", whole)
        yield from from_graph(owned, "graph-owned-object-json", f"owned-{person.upn}")
