"""Graph's conditional access, policies, deleted users, and how the users' domains are vouched for."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal, not_found
from o365nb.practice.web.odata import EVERYTHING, parse_filter
from o365nb.practice.web.paging import select
from o365nb.practice.web.site import GRAPH, query_of

_PAGED = ("$select", "$top", "$skiptoken")
_DELETED_FILTER = {"id": ("eq",), "userPrincipalName": ("eq", "startswith"), "mail": ("eq", "startswith")}


class Policies(Collections):
    """Tenant-wide rules of one site."""

    def routes(self) -> list[Route]:
        return [
            Route("/identity/conditionalAccess/policies", self.conditional_access),
            Route("/identity/conditionalAccess/namedLocations", self.named_locations),
            Route("/policies/crossTenantAccessPolicy/{part}", self.cross_tenant),
            Route("/policies/{policy}", self.policy),
            Route("/domains/{domain}/federationConfiguration", self.federation),
            Route("/directory/deletedItems/microsoft.graph.user", self.deleted),
        ]

    async def conditional_access(self, request: Request) -> Response:
        return self._list(request, "identity/conditionalAccess/policies", "conditional_access")

    async def named_locations(self, request: Request) -> Response:
        return self._list(request, "identity/conditionalAccess/namedLocations", "named_locations")

    def _list(self, request: Request, name: str, key: str) -> Response:
        self.site.authorise(request, GRAPH)
        query = query_of(request, _PAGED)
        return self.page(request, name, self.state.objects[key], query, default=100, most=999)

    async def policy(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        name = request.path_params["policy"]
        kept = self.state.objects["policies"]
        if name not in kept or name == "crossTenantAccessPolicy":
            raise not_found(name)
        query_of(request, ("$select", "$expand"))
        return self.one(request, f"policies/{name}/$entity", kept[name])

    async def cross_tenant(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        part = request.path_params["part"]
        kept = self.state.objects["policies"]["crossTenantAccessPolicy"]
        name = f"policies/crossTenantAccessPolicy/{part}"
        match part:
            case "default":
                return self.one(request, name, kept["default"])
            case "partners":
                query = query_of(request, _PAGED)
                return self.page(request, name, kept["partners"], query, default=100, most=999)
        raise not_found(part)

    async def federation(self, request: Request) -> Response:
        """Only a federated domain has any; the service refuses the others."""
        self.site.authorise(request, GRAPH)
        wanted = request.path_params["domain"].lower()
        domain = next((item for item in self.state.objects["domains"] if item["id"] == wanted), None)
        if domain is None:
            raise not_found(wanted)
        if domain["authenticationType"] != "Federated":
            raise Refusal(404, "Request_ResourceNotFound", f"Domain '{wanted}' has no federation configuration.")
        query = query_of(request, _PAGED)
        found = self.state.objects["federation"].get(wanted, [])
        return self.page(request, f"domains('{wanted}')/federationConfiguration", found, query, default=100, most=999)

    async def deleted(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        query = query_of(request, ("$filter", *_PAGED))
        chosen = parse_filter(query["$filter"], _DELETED_FILTER) if "$filter" in query else EVERYTHING
        found = [item for item in self.state.objects["deleted_users"] if chosen.matches(item)]
        shown = [select(item, query.get("$select")) for item in found]
        return self.page(request, "users", shown, query, default=100, most=999)
