"""Graph's conditional access, policies, deleted users, and how the users' domains are vouched for."""

from __future__ import annotations

from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice.ids import Json, z
from o365nb.practice.web.answers import json_response, no_content
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal, not_found
from o365nb.practice.web.odata import EVERYTHING, parse_filter
from o365nb.practice.web.paging import select
from o365nb.practice.web.site import GRAPH, body_of, query_of

_ACCESS = "/identity/conditionalAccess"
_PAGED = ("$select", "$top", "$skiptoken")
_DELETED_FILTER = {"id": ("eq",), "userPrincipalName": ("eq", "startswith"), "mail": ("eq", "startswith")}


class Policies(Collections):
    """Tenant-wide rules of one site."""

    def routes(self) -> list[Route]:
        return [
            Route(f"{_ACCESS}/policies", self.conditional_access),
            Route(f"{_ACCESS}/namedLocations", self.named_locations),
            Route(f"{_ACCESS}/{{kind}}", self.add, methods=["POST"]),
            Route(f"{_ACCESS}/{{kind}}/{{thing}}", self.thing, methods=["PATCH", "DELETE"]),
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

    async def add(self, request: Request) -> Response:
        """A new policy or named place; a policy must not name places that there are not."""
        changes = self.site.authorise(request, GRAPH)
        kept, body = self._kind(request), await body_of(request)
        if not body.get("displayName"):
            raise Refusal(400, "BadRequest", "1004: DisplayName is required.")
        places = {place["id"] for place in self.state.objects["named_locations"]}
        named = ((body.get("conditions") or {}).get("locations") or {}).get("includeLocations") or []
        if strange := sorted(set(named) - places - {"All", "AllTrusted"}):
            raise Refusal(400, "BadRequest", f"1040: NamedLocation with id {strange[0]} does not exist.")
        now = z(self.state.clock.now())
        made: Json = {"id": str(uuid4()), "createdDateTime": now, "modifiedDateTime": now, **body}
        kept.append(made)
        kind = "policy" if request.path_params["kind"] == "policies" else "named location"
        changes.registered(f"Add {kind}", "Policy", made["id"], made["displayName"])
        name = f"identity/conditionalAccess/{request.path_params['kind']}/$entity"
        return json_response({"@odata.context": self.context(request, name), **made}, 201)

    async def thing(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        kept, wanted = self._kind(request), request.path_params["thing"]
        found = next((item for item in kept if item["id"] == wanted), None)
        if found is None:
            raise not_found(wanted)
        kind = "policy" if request.path_params["kind"] == "policies" else "named location"
        if request.method == "DELETE":
            policies = self.state.objects["conditional_access"]
            if kind == "named location" and any(wanted in str(item["conditions"]) for item in policies):
                raise Refusal(400, "BadRequest", "1041: NamedLocation is referenced by a policy.")
            kept.remove(found)
            changes.registered(f"Delete {kind}", "Policy", wanted, found["displayName"])
            return no_content()
        body = await body_of(request)
        allowed = {"state"} if kind == "policy" else {"@odata.type", "isTrusted", "displayName", "ipRanges"}
        if not body or set(body) - allowed:
            raise Refusal(400, "BadRequest", "1005: The request body is not valid.")
        found |= {**body, "modifiedDateTime": z(self.state.clock.now())}
        changes.registered(f"Update {kind}", "Policy", wanted, found["displayName"])
        return no_content()

    def _kind(self, request: Request) -> list[Json]:
        kinds = {"policies": "conditional_access", "namedLocations": "named_locations"}
        if request.path_params["kind"] not in kinds:
            raise not_found(request.path_params["kind"])
        found: list[Json] = self.state.objects[kinds[request.path_params["kind"]]]
        return found

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
