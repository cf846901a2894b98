"""Graph's groups, roles, just-in-time roles (PIM) and what a user belongs to, owns and is licensed for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice import identity, organisation
from o365nb.practice.ids import Json
from o365nb.practice.people import named_id
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import bad_request
from o365nb.practice.web.odata import EVERYTHING, parse_filter
from o365nb.practice.web.paging import select
from o365nb.practice.web.site import GRAPH, query_of

_PAGED = ("$select", "$top", "$skiptoken")
_ROLE_FILTER = dict.fromkeys(("principalId", "roleDefinitionId", "directoryScopeId"), ("eq",))
_PIM = {
    "roleAssignmentScheduleInstances": "assignments",
    "roleAssignmentSchedules": "assignments",
    "roleEligibilityScheduleInstances": "eligibilities",
    "roleEligibilitySchedules": "eligibilities",
    "roleAssignmentScheduleRequests": "requests",
}
_GROUP_PIM = {"assignmentScheduleInstances": "group_assignments", "eligibilityScheduleInstances": "group_eligibilities"}


class Roles(Collections):
    """Memberships and roles of one site."""

    def routes(self) -> list[Route]:
        return [
            Route("/users/{user}/memberOf", self.member_of),
            Route("/users/{user}/transitiveMemberOf", self.member_of),
            Route("/users/{user}/transitiveMemberOf/microsoft.graph.directoryRole", self.directory_roles),
            Route("/users/{user}/ownedObjects", self.owned),
            Route("/users/{user}/licenseDetails", self.licences),
            Route("/roleManagement/directory/roleDefinitions", self.definitions),
            Route("/roleManagement/directory/roleAssignments", self.assignments),
            Route("/roleManagement/directory/transitiveRoleAssignments", self.transitive),
            Route("/roleManagement/directory/{kind}", self.schedules),
            Route("/identityGovernance/privilegedAccess/group/{kind}", self.group_schedules),
        ]

    # -- what a user belongs to -----------------------------------------------------------------------------------

    async def member_of(self, request: Request) -> Response:
        """Groups, and the roles that are assigned directly; the transitive list has those of groups besides."""
        self.site.authorise(request, GRAPH)
        person = self.person(request)
        query = query_of(request, _PAGED)
        groups = [item["record"] for item in self.state.objects["groups"] if person.id in item["members"]]
        holders = [person.id]
        if request.url.path.endswith("/transitiveMemberOf"):
            holders += [group["id"] for group in groups]
        found = [{"@odata.type": "#microsoft.graph.group", **group} for group in groups]
        found += [{"@odata.type": "#microsoft.graph.directoryRole", **role} for role in self._directory_roles(holders)]
        if "$select" in query:  # what a kind of object has not is left out
            wanted = {*query["$select"].split(","), "@odata.type"}
            found = [{name: value for name, value in item.items() if name in wanted} for item in found]
        return self.page(request, "directoryObjects", found, query, default=100, most=999)

    async def directory_roles(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        person = self.person(request)
        query = query_of(request, _PAGED)
        groups = [item["record"]["id"] for item in self.state.objects["groups"] if person.id in item["members"]]
        shown = [select(role, query.get("$select")) for role in self._directory_roles([person.id, *groups])]
        return self.page(request, "directoryRoles", shown, query, default=100, most=999)

    def _directory_roles(self, holders: list[str]) -> Iterator[Json]:
        held = {
            item["roleDefinitionId"]: None
            for item in self.state.objects["role_assignments"]
            if item["principalId"] in holders and item["directoryScopeId"] == "/"
        }
        for role in held:
            name, description = identity.ROLES[role]
            yield {
                "id": named_id(f"directory-role:{role}"),
                "deletedDateTime": None,
                "description": description,
                "displayName": name,
                "roleTemplateId": role,
            }

    async def owned(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        person = self.person(request)
        query = query_of(request, _PAGED)
        kept = self.state.objects
        mine = {thing for thing, owners in kept["owners"].items() if person.id in owners}
        found = [
            *({"@odata.type": "#microsoft.graph.group", **item["record"]}
              for item in kept["groups"] if person.id in item["owners"]),
            *({"@odata.type": "#microsoft.graph.application", **item}
              for item in kept["applications"] if item["id"] in mine),
            *({"@odata.type": "#microsoft.graph.servicePrincipal", **item}
              for item in kept["service_principals"].values() if item["id"] in mine),
        ]  # fmt: skip
        return self.page(request, "directoryObjects", found, query, default=100, most=999)

    async def licences(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        person = self.person(request)
        query = query_of(request, _PAGED)
        found = organisation.licence_details(person.id, self.state.info.plans)
        name = f"users('{request.path_params['user']}')/licenseDetails"
        return self.page(request, name, found, query, default=100, most=999)

    # -- roles ------------------------------------------------------------------------------------------------------

    async def definitions(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        query = query_of(request, _PAGED)
        shown = [select(identity.role_definition(role), query.get("$select")) for role in identity.ROLES]
        return self.page(request, "roleManagement/directory/roleDefinitions", shown, query, default=100, most=999)

    async def assignments(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        query = query_of(request, ("$filter", "$expand", *_PAGED))
        found = self._chosen(self.state.objects["role_assignments"], query)
        return self.page(request, "roleManagement/directory/roleAssignments", found, query, default=100, most=999)

    async def transitive(self, request: Request) -> Response:
        """Beta only; an advanced query: it wants the header, the count and one principal."""
        self.site.authorise(request, GRAPH)
        query = query_of(request, ("$filter", "$expand", "$count", *_PAGED))
        chosen = parse_filter(query.get("$filter", ""), _ROLE_FILTER) if query.get("$filter") else EVERYTHING
        principal = chosen.value("principalId")
        advanced = request.headers.get("consistencylevel", "").lower() == "eventual"
        if not (principal and advanced and query.get("$count") == "true"):
            raise bad_request(
                "transitiveRoleAssignments needs a principalId, $count=true and ConsistencyLevel: eventual."
            )
        groups = [item["record"]["id"] for item in self.state.objects["groups"] if principal in item["members"]]
        held = [
            {**item, "principalId": principal}
            for item in self.state.objects["role_assignments"]
            if item["principalId"] in (principal, *groups)
        ]
        found = [_expanded(item, query) for item in held]
        name = "roleManagement/directory/transitiveRoleAssignments"
        return self.page(request, name, found, query, default=100, most=999)

    async def schedules(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        kind = request.path_params["kind"]
        if kind not in _PIM:
            raise bad_request(f"Resource not found for the segment '{kind}'.")
        query = query_of(request, ("$filter", "$expand", *_PAGED))
        found = self._chosen(self.state.objects["pim"][_PIM[kind]], query)
        return self.page(request, f"roleManagement/directory/{kind}", found, query, default=100, most=999)

    async def group_schedules(self, request: Request) -> Response:
        """A filter on the principal or the group is a must."""
        self.site.authorise(request, GRAPH)
        kind = request.path_params["kind"]
        if kind not in _GROUP_PIM:
            raise bad_request(f"Resource not found for the segment '{kind}'.")
        query = query_of(request, ("$filter", "$expand", *_PAGED))
        allowed = dict.fromkeys(("principalId", "groupId"), ("eq",))
        if "$filter" not in query:
            raise bad_request("The required filters groupId or principalId are missing.")
        chosen = parse_filter(query["$filter"], allowed)
        found = [item for item in self.state.objects["pim"][_GROUP_PIM[kind]] if chosen.matches(item)]
        name = f"identityGovernance/privilegedAccess/group/{kind}"
        return self.page(request, name, found, query, default=100, most=999)

    @staticmethod
    def _chosen(items: list[Json], query: Mapping[str, str]) -> list[Json]:
        chosen = parse_filter(query["$filter"], _ROLE_FILTER) if "$filter" in query else EVERYTHING
        return [_expanded(item, query) for item in items if chosen.matches(item)]


def _expanded(item: Json, query: Mapping[str, str]) -> Json:
    match query.get("$expand"):
        case None:
            return item
        case "roleDefinition":
            return {**item, "roleDefinition": identity.role_definition(item["roleDefinitionId"])}
        case other:
            raise bad_request(f"Parsing OData Select and Expand failed: '{other}'.")
