"""Graph's application registrations: credentials, owners, federated credentials, application rights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice.ids import Json
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal, bad_request, not_found
from o365nb.practice.web.odata import EVERYTHING, parse_filter
from o365nb.practice.web.paging import select
from o365nb.practice.web.site import GRAPH, query_of

_PAGED = ("$select", "$top", "$skiptoken")
_OWNERS = re.compile(r"owners(?:\(\$select=([\w,]+)\))?")
_FILTER = dict.fromkeys(("appId", "id", "displayName"), ("eq",))


class Applications(Collections):
    """The applications that the tenant registered itself, and the rights of every application."""

    def routes(self) -> list[Route]:
        return [
            Route("/applications", self.applications),
            Route("/applications/{thing}", self.application),
            Route("/applications/{thing}/owners", self.owners),
            Route("/applications/{thing}/federatedIdentityCredentials", self.federated),
            Route("/servicePrincipals/{thing}/owners", self.owners),
            Route("/servicePrincipals/{thing}/appRoleAssignments", self.rights),
            Route("/servicePrincipals/{thing}/appRoleAssignedTo", self.assigned),
            Route("/users/{user}/appRoleAssignments", self.user_rights),
        ]

    async def applications(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        query = query_of(request, ("$filter", "$expand", *_PAGED))
        chosen = parse_filter(query["$filter"], _FILTER) if "$filter" in query else EVERYTHING
        found = [item for item in self.state.objects["applications"] if chosen.matches(item)]
        shown = [expanded(self.state.objects, item, query) for item in found]
        return self.page(request, "applications", shown, query, default=100, most=999)

    async def application(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        query = query_of(request, ("$select",))
        return self.one(request, "applications/$entity", select(self._thing(request), query.get("$select")))

    async def owners(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        thing = self._thing(request)
        query = query_of(request, _PAGED)
        users = self.state.objects["users"]
        found = [
            {"@odata.type": "#microsoft.graph.user",
             **select(users[owner], query.get("$select"), ("id", "displayName", "mail", "userPrincipalName"))}
            for owner in self.state.objects["owners"].get(thing["id"], [])
            if owner in users
        ]  # fmt: skip
        return self.page(request, "directoryObjects", found, query, default=100, most=999)

    async def federated(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        thing = self._thing(request)
        query = query_of(request, _PAGED)
        found = self.state.objects["federated_credentials"].get(thing["id"], [])
        name = f"applications('{thing['id']}')/federatedIdentityCredentials"
        return self.page(request, name, found, query, default=100, most=999)

    async def rights(self, request: Request) -> Response:
        """What the application itself may do."""
        return self._rights(request, "principalId", self._thing(request)["id"])

    async def assigned(self, request: Request) -> Response:
        """Who may do something with the application's help."""
        return self._rights(request, "resourceId", self._thing(request)["id"])

    async def user_rights(self, request: Request) -> Response:
        return self._rights(request, "principalId", self.person(request).id)

    def _rights(self, request: Request, side: str, identity: str) -> Response:
        self.site.authorise(request, GRAPH)
        query = query_of(request, _PAGED)
        found = [item for item in self.state.objects["app_role_assignments"] if item[side] == identity]
        return self.page(request, "appRoleAssignments", found, query, default=100, most=999)

    def _thing(self, request: Request) -> Json:
        """The application or service principal of the path, by its object id."""
        wanted = request.path_params["thing"]
        kept = self.state.objects
        every = kept["applications"] if "/applications/" in request.url.path else kept["service_principals"].values()
        found: Json | None = next((item for item in every if item["id"] == wanted), None)
        if found is None:
            raise not_found(wanted)
        return found


def expanded(kept: Json, item: Json, query: Mapping[str, str]) -> Json:
    """An application or service principal with $select and one $expand: its owners, or its trusted issuers."""
    shown = select(item, query.get("$select"))
    if "$expand" not in query:
        return shown
    if query["$expand"] == "federatedIdentityCredentials":
        return {**shown, "federatedIdentityCredentials": kept["federated_credentials"].get(item["id"], [])}
    asked = _OWNERS.fullmatch(query["$expand"])
    if not asked:
        raise bad_request(f"Parsing OData Select and Expand failed: '{query['$expand']}'.")
    owners = [kept["users"][owner] for owner in kept["owners"].get(item["id"], []) if owner in kept["users"]]
    return {
        **shown,
        "owners": [
            {"@odata.type": "#microsoft.graph.user", **select(owner, asked[1], ("id", "displayName"))}
            for owner in owners
        ],
    }


def set_keys(thing: Json, given: Any) -> None:
    """The certificates of an application, written as a whole. Raises 400 for entries that are not whole."""
    needed = ("keyId", "key", "type", "usage")
    if not isinstance(given, list) or not all(isinstance(one, dict) and set(needed) <= set(one) for one in given):
        raise Refusal(400, "Request_BadRequest", "The value of the property 'keyCredentials' is invalid.")
    thing["keyCredentials"] = given
