"""Phones that are not enrolled and yet hold company data: app by app, under Intune's app protection."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, segment


class AppRegistrations(Collector):
    """One per app and phone; a phone that nobody knows here signed in with the person's name."""

    source = "app_registrations"
    title = "protected apps on phones"
    needs = (Right("DeviceManagementApps.Read.All", "Microsoft Intune"),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        pages = tenant.graph.pages(f"/users/{segment(person.id)}/managedAppRegistrations")
        yield from from_graph(pages, "graph-app-registration-json", f"apps-{person.upn}")
