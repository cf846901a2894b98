"""Defender for Endpoint: the machines of the person, who else logged on to them, what was found and done there."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.errors import NotFound
from o365nb.model import Outcome, Window
from o365nb.tenant import Tenant, literal, segment

#: Three requests each, of 100 a minute that all of the kit has.
_MOST = 10
_AT_ONCE = 15  # device ids in one filter


class Machines(Collector):
    """The devices registered in Entra by their id there, and those that an account of this name logged on to: the
    service knows the name without its domain only, so a namesake's machine can be among them."""

    source = "machines"
    title = "Defender machines"
    needs = (
        Right("Machine.Read.All", "Microsoft Defender for Endpoint", service="defender"),
        Right("User.Read.All", "Microsoft Defender for Endpoint", service="defender"),
        Right("Alert.Read.All", "Microsoft Defender for Endpoint", service="defender"),
        Right("User.Read.All"),
    )
    absent_in = ("china",)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        machines: dict[str, None] = {}
        for raw in self._machines(tenant, person):
            machines |= dict.fromkeys(_ids(raw.body))
            yield raw
        chosen = list(machines)[:_MOST]
        for machine in chosen:
            for part, shape in (("logonusers", "defender-logon-user-json"), ("alerts", "defender-alert-json")):
                pages = tenant.defender.pages(f"/machines/{segment(machine)}/{part}")
                yield from from_graph(pages, shape, f"{part}-{machine}")
            asked = {"$filter": f"machineId eq {literal(machine)}"}
            pages = tenant.defender.pages("/machineactions", asked)
            yield from from_graph(pages, "defender-machine-action-json", f"actions-{machine}")
        if len(machines) > _MOST:
            yield Shortfall(
                Outcome.PARTIAL,
                f"{len(machines)} machines were found: who logged on and what was found there was read of {_MOST}.",
            )

    @staticmethod
    def _machines(tenant: Tenant, person: Person) -> Iterator[Raw]:
        devices: dict[str, None] = {}
        path = f"/users/{segment(person.id)}/registeredDevices/microsoft.graph.device"
        for page in tenant.graph.pages(path, {"$select": "id,deviceId"}):
            devices |= dict.fromkeys(str(item["deviceId"]) for item in page.records if item.get("deviceId"))
        known = list(devices)
        for start in range(0, len(known), _AT_ONCE):
            wanted = " or ".join(f"aadDeviceId eq {device}" for device in known[start : start + _AT_ONCE])
            pages = tenant.defender.pages("/machines", {"$filter": wanted})
            yield from from_graph(pages, "defender-machine-json", f"registered-{person.upn}-{start}")
        name = person.upn.partition("@")[0]
        try:
            yield from from_graph(
                tenant.defender.pages(f"/users/{segment(name)}/machines"), "defender-machine-json", f"used-{person.upn}"
            )
        except NotFound:
            return  # no machine has ever seen that name


def _ids(body: bytes) -> Iterator[str]:
    for machine in orjson.loads(body).get("value") or []:
        if isinstance(machine, dict) and isinstance(identity := machine.get("id"), str) and identity.strip():
            yield identity
