"""Authentication methods: what the account can sign in with now; an intruder adds one of their own."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.attempt import attempt
from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, segment


class AuthMethods(Collector):
    """Every method, typed by `@odata.type` and whole: asked for type by type, the service would say the same again.

    Only hardware tokens are not among them: beta lists those apart.
    """

    source = "auth_methods"
    title = "authentication methods"
    needs = (Right("UserAuthenticationMethod.Read.All"),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        shape, user = "graph-auth-method-json", f"/users/{segment(person.id)}/authentication"
        yield from from_graph(tenant.graph.pages(f"{user}/methods"), shape, person.upn)
        if tenant.profile.cloud.family == "global":
            tokens = tenant.graph.pages(f"{user}/hardwareOathMethods", beta=True)
            yield from attempt(from_graph(tokens, shape, f"hardware-tokens-{person.upn}"), "hardware tokens")
