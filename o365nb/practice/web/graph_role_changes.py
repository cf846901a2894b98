"""Graph's changes of roles: assignments made and removed, and the requests of just-in-time roles (PIM)."""

from __future__ import annotations

from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice import identity
from o365nb.practice.ids import Json, z
from o365nb.practice.people import named_id
from o365nb.practice.web.answers import json_response, no_content
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal, bad_request, not_found
from o365nb.practice.web.site import GRAPH, body_of

_ROLES = "/roleManagement/directory"
_GROUPS = "/identityGovernance/privilegedAccess/group"
_LISTS = {
    "roleEligibilityScheduleRequests": "eligibilities",
    "roleAssignmentScheduleRequests": "assignments",
    "eligibilityScheduleRequests": "group_eligibilities",
    "assignmentScheduleRequests": "group_assignments",
}
_GLOBAL = identity.ROLE_IDS["Global Administrator"]


class RoleChanges(Collections):
    """What gives or takes a role."""

    def routes(self) -> list[Route]:
        return [
            Route(f"{_ROLES}/roleAssignments", self.assign, methods=["POST"]),
            Route(f"{_ROLES}/roleAssignments/{{assignment}}", self.remove, methods=["DELETE"]),
            Route(f"{_ROLES}/{{kind}}", self.ask, methods=["POST"]),
            Route(f"{_GROUPS}/{{kind}}", self.ask, methods=["POST"]),
        ]

    async def assign(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        body, kept = await body_of(request), self.state.objects
        if set(body) != {"principalId", "roleDefinitionId", "directoryScopeId"}:
            raise bad_request("The role assignment is not complete.")
        if body["roleDefinitionId"] not in identity.ROLES:
            raise not_found(str(body["roleDefinitionId"]))
        if any(all(item[name] == value for name, value in body.items()) for item in kept["role_assignments"]):
            raise Refusal(400, "Request_BadRequest", "A conflicting object with one or more of the specified property"
                          " values is present in the directory.")  # fmt: skip
        made = {**identity.role_assignment(body["principalId"], identity.ROLES[body["roleDefinitionId"]][0]), **body}
        kept["role_assignments"].append(made)
        changes.registered("Add member to role", "Role", made["roleDefinitionId"], made["principalId"])
        return json_response({"@odata.context": self.context(request, "roleAssignments/$entity"), **made}, 201)

    async def remove(self, request: Request) -> Response:
        """Not the last global administrator's."""
        changes = self.site.authorise(request, GRAPH)
        kept, wanted = self.state.objects["role_assignments"], request.path_params["assignment"]
        found = next((item for item in kept if item["id"] == wanted), None)
        if found is None:
            raise not_found(wanted)
        holders = {item["principalId"] for item in kept if item["roleDefinitionId"] == _GLOBAL}
        if found["roleDefinitionId"] == _GLOBAL and holders == {found["principalId"]}:
            raise Refusal(400, "Request_BadRequest", "The last Global Administrator cannot be removed.")
        kept.remove(found)
        changes.registered("Remove member from role", "Role", found["roleDefinitionId"], found["principalId"])
        return no_content()

    async def ask(self, request: Request) -> Response:
        """An administrator's request under PIM: done at once."""
        changes = self.site.authorise(request, GRAPH)
        body, kind = await body_of(request), request.path_params["kind"]
        if kind not in _LISTS:
            raise bad_request(f"Resource not found for the segment '{kind}'.")
        what = ("groupId", "accessId") if kind.startswith(("eligib", "assign")) else (
            "roleDefinitionId", "directoryScopeId"
        )  # fmt: skip
        if body.get("action") not in ("adminRemove", "adminAssign") or not {"principalId", *what} <= set(body):
            raise Refusal(400, "InvalidResourceFormat", "The request is not complete.")
        wanted = {name: body[name] for name in ("principalId", *what)}
        kept = self.state.objects["pim"][_LISTS[kind]]
        found = [item for item in kept if all(item[name] == value for name, value in wanted.items())]
        if body["action"] == "adminRemove":
            if not found:
                raise Refusal(400, "RoleAssignmentDoesNotExist", "The Role assignment does not exist.")
            kept[:] = [item for item in kept if item not in found]
        elif found:
            raise Refusal(400, "RoleAssignmentExists", "The Role assignment already exists.")
        else:
            kept.append(self._instance(kind, wanted))
        changes.registered(f"{body['action']} in PIM completed", "Role", str(body[what[0]]), str(body["principalId"]))
        made = {
            "id": str(uuid4()), "status": "Revoked" if body["action"] == "adminRemove" else "Provisioned",
            "createdDateTime": z(self.state.clock.now()), **body,
        }  # fmt: skip
        return json_response({"@odata.context": self.context(request, f"{kind}/$entity"), **made}, 201)

    def _instance(self, kind: str, wanted: Json) -> Json:
        key = named_id(f"{kind}:{sorted(wanted.items())}:{self.state.clock.now().isoformat()}")
        schedule = {
            "roleEligibilityScheduleRequests": "roleEligibilityScheduleId",
            "roleAssignmentScheduleRequests": "roleAssignmentScheduleId",
            "eligibilityScheduleRequests": "eligibilityScheduleId",
            "assignmentScheduleRequests": "assignmentScheduleId",
        }[kind]
        made = {
            "id": key, **wanted, "startDateTime": z(self.state.clock.now()), "endDateTime": None, schedule: key
        }  # fmt: skip
        # Of roles it is free text, of groups one of a closed list.
        if "groupId" in wanted:
            return {**made, "memberType": "direct"}
        return {**made, "memberType": "Direct", "appScopeId": None}
