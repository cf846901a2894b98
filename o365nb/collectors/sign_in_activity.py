"""When the account was last signed in to: the one trace of use that outlives the sign-in log."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, segment


class SignInActivity(Collector):
    """A request of its own: it needs a licence, and without one would cost the account's whole record."""

    source = "sign_in_activity"
    title = "last sign-ins"
    needs = (Right("User.Read.All"), Right("AuditLog.Read.All", "Microsoft Entra ID P1"))

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        page = tenant.graph.get(f"/users/{segment(person.id)}", {"$select": "id,signInActivity"})
        yield from from_graph(iter([page]), "graph-sign-in-activity-json", person.upn)
