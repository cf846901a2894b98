"""What is installed on the person's enrolled devices: a cracked tool or a remote control program may stand among it."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Outcome, Window
from o365nb.tenant import Tenant, segment

#: The service refuses much earlier than its quota says, and never says for how long: the devices seen last only.
_MOST = 3


class DetectedApps(Collector):
    """By device, which only the beta tells. Kept as it is, for the analyst to read."""

    source = "detected_apps"
    title = "installed programs"
    needs = (Right("DeviceManagementManagedDevices.Read.All", "Microsoft Intune"),)
    absent_in = ("usgov", "china")

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        asked = {"$select": "id,deviceName,lastSyncDateTime"}
        seen: list[tuple[str, str]] = []
        for page in tenant.graph.pages(f"/users/{segment(person.id)}/managedDevices", asked):
            seen += [(str(item.get("lastSyncDateTime") or ""), str(item.get("id") or "")) for item in page.records]
        latest = [device for _, device in sorted(seen, reverse=True) if device]
        for device in latest[:_MOST]:
            pages = tenant.graph.pages(f"/deviceManagement/managedDevices/{segment(device)}/detectedApps", beta=True)
            yield from from_graph(pages, "graph-detected-app-json", f"apps-{device}")
        if len(latest) > _MOST:
            yield Shortfall(
                Outcome.PARTIAL, f"Read of the {_MOST} devices that were seen last, of {len(latest)} in all."
            )
