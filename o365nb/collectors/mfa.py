"""The state of multifactor authentication: per-user MFA, and the method that the account is asked for first."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.attempt import attempt
from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, segment


class Mfa(Collector):
    """Beta only. Two rights: what one is missing for is said, the other part is read all the same."""

    source = "mfa"
    title = "state of multifactor authentication"
    needs = (Right("Policy.Read.All"), Right("UserAuthenticationMethod.Read.All"))
    absent_in = ("usgov", "china")

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        user = f"/users/{segment(person.id)}/authentication"
        for part, what in (("requirements", "per-user MFA"), ("signInPreferences", "the default method")):
            pages = tenant.graph.pages(f"{user}/{part}", beta=True)
            yield from attempt(from_graph(pages, "graph-mfa-state-json", f"{part}-{person.upn}"), what)
