"""Guests of the tenant: an intruder invites an account of their own, and keeps it when the victim's is closed."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, literal

_PROPERTIES = (
    "id,userPrincipalName,mail,otherMails,displayName,userType,accountEnabled,createdDateTime,creationType,"
    "externalUserState,proxyAddresses"
)


class Guests(Collector):
    """Every guest, whoever is asked for. Who invited one is in the directory audits, as long as those are kept."""

    source = "guests"
    title = "guests"
    needs = (Right("User.Read.All"),)
    tenant_wide = True

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        asked = {"$filter": f"userType eq {literal('Guest')}", "$select": _PROPERTIES, "$top": "999"}
        yield from from_graph(tenant.graph.pages("/users", asked), "graph-user-json", "guests")
