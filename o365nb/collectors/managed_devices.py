"""Intune: the person's enrolled devices, how well they are protected, what the antivirus found on them."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.errors import NotFound
from o365nb.model import Outcome, Window
from o365nb.tenant import Tenant, segment

#: Nobody has more; who does is a kiosk's or an enrolment manager's account, and two requests each would be too many.
_MOST = 40
_DEVICES = "/deviceManagement/managedDevices"


class ManagedDevices(Collector):
    """Windows alone has a protection state. All of it is as old as the device's last check-in."""

    source = "managed_devices"
    title = "Intune devices"
    needs = (Right("DeviceManagementManagedDevices.Read.All", "Microsoft Intune"),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        windows: dict[str, None] = {}
        pages = tenant.graph.pages(f"/users/{segment(person.id)}/managedDevices")
        for raw in from_graph(pages, "graph-managed-device-json", f"managed-{person.upn}"):
            windows |= dict.fromkeys(_windows(raw.body))
            yield raw
        for device in list(windows)[:_MOST]:
            path = f"{_DEVICES}/{segment(device)}/windowsProtectionState"
            try:
                page = tenant.graph.get(path)
            except NotFound:
                yield Shortfall(Outcome.PARTIAL, f"Device {device} has not reported how it is protected.")
                continue
            yield from from_graph(iter([page]), "graph-protection-state-json", f"protection-{device}")
            found = tenant.graph.pages(f"{path}/detectedMalwareState")
            yield from from_graph(found, "graph-malware-state-json", f"malware-{device}")
        if len(windows) > _MOST:
            yield Shortfall(
                Outcome.PARTIAL,
                f"{len(windows)} Windows devices belong to the account: the protection of the first {_MOST} was read.",
            )


def _windows(body: bytes) -> Iterator[str]:
    """The ids of the Windows devices of a page."""
    listed = [item for item in orjson.loads(body).get("value") or [] if isinstance(item, dict)]
    for device in listed:
        identity = str(device.get("id") or "").strip()
        if identity and str(device.get("operatingSystem") or "").lower().startswith("windows"):
            yield identity
