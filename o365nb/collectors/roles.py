"""Directory roles: what the account may administer, itself or through a group that carries a role."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, literal, segment


class Roles(Collector):
    """Assignments to the account and to each of its groups that roles can be given to.

    Such groups hold no other groups, so that direct membership is all there is. Custom roles and roles over a part of
    the directory are among them, which the list of transitive directory roles leaves out.
    """

    source = "roles"
    title = "directory roles"
    needs = (Right("RoleManagement.Read.Directory"), Right("Directory.Read.All"))

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        yield from self._held(tenant, person.id, f"roles-{person.upn}")
        pages = tenant.graph.pages(f"/users/{segment(person.id)}/memberOf", {"$top": "999"})
        groups: list[str] = []
        for raw in from_graph(pages, "graph-membership-json", f"groups-{person.upn}"):
            groups += _carriers(raw.body)
            yield raw
        for group in groups:
            yield from self._held(tenant, group, f"roles-of-{group}")

    @staticmethod
    def _held(tenant: Tenant, principal: str, name: str) -> Iterator[Raw]:
        asked = {"$filter": f"principalId eq {literal(principal)}", "$expand": "roleDefinition"}
        pages = tenant.graph.pages("/roleManagement/directory/roleAssignments", asked)
        yield from from_graph(pages, "graph-role-assignment-json", name)


def _carriers(body: bytes) -> list[str]:
    """The groups of a page that roles can be given to."""
    listed = orjson.loads(body).get("value") or []
    return [str(item["id"]) for item in listed if isinstance(item, dict) and item.get("isAssignableToRole")]
