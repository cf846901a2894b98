"""Authentication methods: what the account can sign in with now; an intruder adds one of their own."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, segment


class AuthMethods(Collector):
    """Every method, typed by `@odata.type`."""

    source = "auth_methods"
    title = "authentication methods"
    needs = (Right("UserAuthenticationMethod.Read.All"),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        pages = tenant.graph.pages(f"/users/{segment(person.id)}/authentication/methods")
        yield from from_graph(pages, "graph-auth-method-json", person.upn)
