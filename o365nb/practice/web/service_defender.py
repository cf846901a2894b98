"""The Defender for Endpoint API: machines, who logged on to them, what was found there, what was done about it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice.ids import Json
from o365nb.practice.web.answers import json_response
from o365nb.practice.web.collections import Service
from o365nb.practice.web.faults import Refusal, bad_request
from o365nb.practice.web.odata import EVERYTHING, Filter, parse_filter
from o365nb.practice.web.paging import page_request
from o365nb.practice.web.site import DEFENDER, query_of

_MACHINES = dict.fromkeys(("aadDeviceId", "computerDnsName", "id", "healthStatus"), ("eq",))
_ACTIONS = dict.fromkeys(("machineId", "status", "type"), ("eq",))
_BARE_GUID = re.compile(r"\b(eq )([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b", re.IGNORECASE)
_MOST = 10_000


class Defender(Service):
    """Its reading endpoints, under /api."""

    def routes(self) -> list[Route]:
        return [
            Route("/api/machines", self.machines),
            Route("/api/machines/{machine}", self.machine),
            Route("/api/machines/{machine}/logonusers", self.logons),
            Route("/api/machines/{machine}/alerts", self.alerts),
            Route("/api/users/{name}/machines", self.of_person),
            Route("/api/machineactions", self.actions),
            Route("/api/machineactions/{action}", self.action),
        ]

    def _asked(self, request: Request) -> Json:
        """Defender's part of the state, for a caller that may read it."""
        self.site.authorise(request, DEFENDER)
        if "WINDEFATP" not in self.state.info.plans:
            raise Refusal(403, "Forbidden", "The tenant is not licensed for this feature.")
        found: Json = self.state.objects["defender"]
        return found

    async def machines(self, request: Request) -> Response:
        every = [item for items in self._asked(request)["machines"].values() for item in items]
        return self._list(request, "Machines", every, _MACHINES)

    async def of_person(self, request: Request) -> Response:
        wanted = request.path_params["name"].lower()
        known = self._asked(request)
        on = {machine for machine, users in known["logons"].items() if any(_named(user, wanted) for user in users)}
        found = [item for items in known["machines"].values() for item in items if item["id"] in on]
        return self._list(request, "Machines", found, {})

    async def machine(self, request: Request) -> Response:
        found = self._machine(self._asked(request), request.path_params["machine"])
        return json_response({"@odata.context": self._context("Machines/$entity"), **found})

    async def logons(self, request: Request) -> Response:
        known = self._asked(request)
        found = self._machine(known, request.path_params["machine"])
        return self._list(request, "Users", known["logons"].get(found["id"], []), {})

    async def alerts(self, request: Request) -> Response:
        known = self._asked(request)
        found = self._machine(known, request.path_params["machine"])
        return self._list(request, "Alerts", known["alerts"].get(found["id"], []), {})

    async def actions(self, request: Request) -> Response:
        return self._list(request, "MachineActions", self._asked(request)["actions"], _ACTIONS)

    async def action(self, request: Request) -> Response:
        wanted = request.path_params["action"]
        for item in self._asked(request)["actions"]:
            if item["id"] == wanted:
                return json_response({"@odata.context": self._context("MachineActions/$entity"), **item})
        raise Refusal(404, "ResourceNotFound", f"MachineAction {wanted} was not found.")

    @staticmethod
    def _machine(known: Json, wanted: str) -> Json:
        for items in known["machines"].values():
            for item in items:
                if wanted.lower() in (item["id"], item["computerDnsName"]):
                    found: Json = item
                    return found
        raise Refusal(404, "ResourceNotFound", f"Machine {wanted} was not found.")

    def _list(self, request: Request, name: str, items: list[Json], allowed: Mapping[str, Sequence[str]]) -> Response:
        query = query_of(request, ("$filter", "$top", "$skip", "$skiptoken"))
        chosen = _filter(query["$filter"], allowed) if "$filter" in query else EVERYTHING
        found = [item for item in items if chosen.matches(item)]
        if not re.fullmatch(r"\d{1,6}", skipped := query.get("$skip", "0")):
            raise bad_request(f"Invalid value '{skipped}' for $skip query option found.")
        size = self.site.page_size(_MOST)
        wanted = page_request(self.site.base_url + request.url.path, query, default=size, most=size)
        part, following = wanted.cut(found[int(skipped) :])
        link = {"@odata.nextLink": following} if following else {}
        return json_response({"@odata.context": self._context(name), **link, "value": part})

    def _context(self, name: str) -> str:
        return f"{self.site.base_url}/api/$metadata#{name}"


def _filter(text: str, allowed: Mapping[str, Sequence[str]]) -> Filter:
    """A filter of this API: GUIDs are written without quotes."""
    return parse_filter(_BARE_GUID.sub(r"\1'\2'", text), allowed)


def _named(user: Json, wanted: str) -> bool:
    return wanted in (user["accountName"].lower(), f"{user['accountDomain']}\\{user['accountName']}".lower())
