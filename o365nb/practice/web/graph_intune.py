"""Graph's Intune: enrolled devices, their protection, what is installed, company apps on other phones."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice import intune
from o365nb.practice.ids import Json
from o365nb.practice.web.answers import no_content
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal
from o365nb.practice.web.odata import EVERYTHING, parse_filter
from o365nb.practice.web.paging import select
from o365nb.practice.web.site import GRAPH, body_of, query_of

_FILTER = dict.fromkeys(("userPrincipalName", "userId", "azureADDeviceId", "deviceName", "operatingSystem"), ("eq",))
_DEVICES = "deviceManagement/managedDevices"
#: What may be said with what is asked of a device.
_BODIES = {"windowsDefenderScan": {"quickScan"}, "wipe": {"keepEnrollmentData", "keepUserData"}}


class Intune(Collections):
    """Intune's endpoints; `detectedApps` of one device exists in beta only."""

    def routes(self) -> list[Route]:
        one = f"/{_DEVICES}/{{device}}"
        return [
            Route("/users/{user}/managedDevices", self.of_person),
            Route("/users/{user}/managedAppRegistrations", self.registrations),
            Route(f"/{_DEVICES}", self.devices),
            Route(one, self.device),
            Route(f"{one}/windowsProtectionState", self.protection),
            Route(f"{one}/windowsProtectionState/detectedMalwareState", self.malware),
            Route(f"{one}/detectedApps", self.apps),
            *(Route(f"{one}/{action}", self.ask, methods=["POST"]) for action in intune.TAKES),
        ]

    @property
    def intune(self) -> Json:
        """Intune's part of the state. Raises its 400 where the tenant has no plan for it."""
        if "INTUNE_A" not in self.state.info.plans:
            raise Refusal(400, "BadRequest", '{"Message": "Request not applicable to target tenant."}')
        found: Json = self.state.objects["intune"]
        return found

    async def of_person(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        person = self.person(request)
        query = query_of(request, ("$select", "$top", "$skiptoken"))
        shown = [select(item, query.get("$select")) for item in self._standing(person.upn)]
        return self.page(request, f"users('{person.id}')/managedDevices", shown, query, default=100, most=1000)

    async def devices(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        query = query_of(request, ("$filter", "$select", "$top", "$skiptoken"))
        chosen = parse_filter(query["$filter"], _FILTER) if "$filter" in query else EVERYTHING
        every = (item for upn in self.intune["devices"] for item in self._standing(upn))
        shown = [select(item, query.get("$select")) for item in every if chosen.matches(item)]
        return self.page(request, _DEVICES, shown, query, default=1000, most=1000)

    async def device(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        query = query_of(request, ("$select",))
        names = query.get("$select", "")
        shown = select(self._named(request), names.replace(",windowsProtectionState", ""))
        if "windowsProtectionState" in names:
            shown = {**shown, "windowsProtectionState": self._protection(request)}
        return self.one(request, f"{_DEVICES}/$entity", shown)

    async def protection(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        device = self._named(request)["id"]
        found = self._protection(request)
        if found is None:
            raise _none(device)
        return self.one(request, f"{_DEVICES}('{device}')/windowsProtectionState/$entity", found)

    async def malware(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        device = self._named(request)["id"]
        query = query_of(request, ("$top", "$skiptoken"))
        name = f"{_DEVICES}('{device}')/windowsProtectionState/detectedMalwareState"
        return self.page(request, name, self.intune["malware"].get(device, []), query, default=100, most=1000)

    async def apps(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        device = self._named(request)["id"]
        if not request.url.path.startswith("/beta/"):
            raise Refusal(400, "BadRequest", "Resource not found for the segment 'detectedApps'.")
        query = query_of(request, ("$top", "$skiptoken"))
        found = self.intune["apps"].get(device, [])
        return self.page(request, f"{_DEVICES}('{device}')/detectedApps", found, query, default=50, most=50)

    async def registrations(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        person = self.person(request)
        query = query_of(request, ("$top", "$skiptoken"))
        found = self.intune["registrations"].get(person.upn, [])
        name = f"users('{person.id}')/managedAppRegistrations"
        return self.page(request, name, found, query, default=100, most=1000)

    async def ask(self, request: Request) -> Response:
        """Whatever an administrator asks of a device: 204 is no more than that Intune will tell it."""
        changes = self.site.authorise(request, GRAPH)
        self._named(request)
        action, body = request.url.path.rsplit("/", 1)[-1], await body_of(request)
        if set(body) - _BODIES.get(action, set()) or not all(isinstance(value, bool) for value in body.values()):
            raise Refusal(400, "BadRequest", '{"Message": "The request body is not valid."}')
        device = self._raw(request)
        intune.asked_of(device, action, self.state.clock.now())
        changes.registered(f"{action} managedDevice", "Device", device["id"], device["deviceName"])
        return no_content()

    def _standing(self, upn: str) -> list[Json]:
        """A person's devices as they are by now."""
        now = self.state.clock.now()
        shown = (intune.as_of(item, now) for item in self.intune["devices"].get(upn, []))
        return [item for item in shown if item is not None]

    def _protection(self, request: Request) -> Json | None:
        kept = self.intune["protection"].get(request.path_params["device"])
        return kept and intune.protection_as_of(kept, self._raw(request), self.state.clock.now())

    def _named(self, request: Request) -> Json:
        shown = intune.as_of(self._raw(request), self.state.clock.now())
        if shown is None:
            raise _none(request.path_params["device"])
        return shown

    def _raw(self, request: Request) -> Json:
        wanted = request.path_params["device"]
        for items in self.intune["devices"].values():
            for item in items:
                if item["id"] == wanted:
                    found: Json = item
                    return found
        raise _none(wanted)


def _none(device: str) -> Refusal:
    return Refusal(404, "ResourceNotFound", f'{{"Message": "The resource {device} does not exist."}}')
