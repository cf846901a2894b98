"""Devices: registered or owned by the person; one newly registered holds a token that outlives a password."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, segment


class Devices(Collector):
    """Both lists: a device can be in one only. The cast leaves out what is no device."""

    source = "devices"
    title = "devices"
    needs = (Right("User.Read.All"), Right("Device.Read.All"))

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        for relation in ("registeredDevices", "ownedDevices"):
            pages = tenant.graph.pages(f"/users/{segment(person.id)}/{relation}/microsoft.graph.device")
            yield from from_graph(pages, "graph-device-json", f"{relation}-{person.upn}")
