"""The Defender for Endpoint API: machines, who logged on to them, what was found there, what was done about it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice import machines
from o365nb.practice.ids import Json
from o365nb.practice.web.answers import json_response
from o365nb.practice.web.collections import Service
from o365nb.practice.web.faults import Refusal, bad_request
from o365nb.practice.web.odata import EVERYTHING, Filter, parse_filter
from o365nb.practice.web.paging import page_request
from o365nb.practice.web.site import DEFENDER, body_of, query_of

_MACHINES = dict.fromkeys(("aadDeviceId", "computerDnsName", "id", "healthStatus"), ("eq",))
_ACTIONS = dict.fromkeys(("machineId", "status", "type"), ("eq",))
_BARE_GUID = re.compile(r"\b(eq )([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b", re.IGNORECASE)
_MOST = 10_000
#: What can be asked of a machine: the kind of action, and what must be said besides the comment.
_VERBS = {
    "runAntiVirusScan": ("RunAntiVirusScan", "ScanType"),
    "isolate": ("Isolate", "IsolationType"),
    "unisolate": ("Unisolate", ""),
}
_OPTIONS = {"ScanType": ("Quick", "Full"), "IsolationType": ("Full", "Selective")}


class Defender(Service):
    """Its endpoints, under /api."""

    def routes(self) -> list[Route]:
        return [
            Route("/api/machines", self.machines),
            Route("/api/machines/{machine}", self.machine),
            Route("/api/machines/{machine}/logonusers", self.logons),
            Route("/api/machines/{machine}/alerts", self.alerts),
            Route("/api/users/{name}/machines", self.of_person),
            *(Route(f"/api/machines/{{machine}}/{verb}", self.ask, methods=["POST"]) for verb in _VERBS),
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
        now = self.state.clock.now()
        shown = [machines.action_as_of(item, now) for item in self._asked(request)["actions"]]
        return self._list(request, "MachineActions", shown, _ACTIONS)

    async def action(self, request: Request) -> Response:
        wanted = request.path_params["action"]
        for item in self._asked(request)["actions"]:
            if item["id"] == wanted:
                shown = machines.action_as_of(item, self.state.clock.now())
                return json_response({"@odata.context": self._context("MachineActions/$entity"), **shown})
        raise Refusal(404, "ResourceNotFound", f"MachineAction {wanted} was not found.")

    async def ask(self, request: Request) -> Response:
        """A scan, cutting off, letting go: one of a kind at a time, and never without a comment."""
        kept = self._asked(request)
        found = self._machine(kept, request.path_params["machine"])
        verb, body = request.url.path.rsplit("/", 1)[-1], await body_of(request)
        kind, option = _VERBS[verb]
        if not body.get("Comment") or (option and body.get(option) not in _OPTIONS[option]):
            raise Refusal(400, "InvalidRequestBody", "Request body is incorrect.")
        now = self.state.clock.now()
        under_way = (machines.action_as_of(item, now) for item in kept["actions"])
        if any(
            (item["machineId"], item["type"]) == (found["id"], kind) and item["status"] in ("Pending", "InProgress")
            for item in under_way
        ):
            raise Refusal(400, "ActiveRequestAlreadyExists", "Action is already in progress.")
        by = self.site.authorise(request, DEFENDER).by
        made = machines.action(found, kind, body.get(option), body["Comment"], by.upn or by.app_id, now)
        kept["actions"].append(made)
        self.state.save()
        return json_response({"@odata.context": self._context("MachineActions/$entity"), **made}, 201)

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
