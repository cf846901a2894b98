"""What is taken from applications and groups, and put back: credentials, owners, rights, members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice.ids import Json
from o365nb.practice.web.answers import json_response, no_content
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal, bad_request, not_found
from o365nb.practice.web.graph_applications import set_keys
from o365nb.practice.web.site import GRAPH, body_of

_FEDERATED = {"name", "issuer", "subject", "audiences", "description"}


class Removals(Collections):
    """Changes to parts of objects; the objects themselves come and go elsewhere."""

    def routes(self) -> list[Route]:
        made = [
            Route("/applications/{thing}", self.update_application, methods=["PATCH"]),
            Route("/applications/{thing}/federatedIdentityCredentials", self.trust, methods=["POST"]),
            Route("/applications/{thing}/federatedIdentityCredentials/{part}", self.distrust, methods=["DELETE"]),
            Route("/users/{user}/appRoleAssignments/{right}", self.withdraw, methods=["DELETE"]),
            Route("/groups/{group}/members/$ref", self.add_member, methods=["POST"]),
            Route("/groups/{group}/members/{member}/$ref", self.remove_member, methods=["DELETE"]),
        ]
        for kind in ("applications", "servicePrincipals"):
            made += [
                Route(f"/{kind}/{{thing}}/removePassword", self.remove_password, methods=["POST"]),
                Route(f"/{kind}/{{thing}}/owners/$ref", self.add_owner, methods=["POST"]),
                Route(f"/{kind}/{{thing}}/owners/{{owner}}/$ref", self.remove_owner, methods=["DELETE"]),
            ]
        return made

    # -- credentials ----------------------------------------------------------------------------------------------

    async def update_application(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        thing, body = self._thing(request), await body_of(request)
        if set(body) != {"keyCredentials"}:
            raise Refusal(400, "Request_BadRequest", "Only keyCredentials can be set here.")
        set_keys(thing, body["keyCredentials"])
        changes.registered(
            "Update application - Certificates and secrets management", "Application", thing["id"], thing["displayName"]
        )
        return no_content()

    async def remove_password(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        thing, body = self._thing(request), await body_of(request)
        kept = [item for item in thing["passwordCredentials"] if item["keyId"] != body.get("keyId")]
        if len(kept) == len(thing["passwordCredentials"]):
            raise Refusal(400, "Request_BadRequest", "No password credential found with keyId.")
        thing["passwordCredentials"] = kept
        changes.registered(
            "Update application - Certificates and secrets management", "Application", thing["id"], thing["displayName"]
        )
        return no_content()

    async def trust(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        thing, body = self._thing(request), await body_of(request)
        if set(body) - _FEDERATED or not {"name", "issuer", "subject", "audiences"} <= set(body):
            raise bad_request("The federated identity credential is not complete.")
        made = {"id": str(uuid4()), "description": None, **body}
        self.state.objects["federated_credentials"].setdefault(thing["id"], []).append(made)
        changes.registered("Update application", "Application", thing["id"], thing["displayName"])
        return json_response({"@odata.context": self.context(request, "federatedIdentityCredentials"), **made}, 201)

    async def distrust(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        thing, wanted = self._thing(request), request.path_params["part"]
        kept = self.state.objects["federated_credentials"].get(thing["id"], [])
        _take(kept, lambda item: item["id"] == wanted, wanted)
        changes.registered("Update application", "Application", thing["id"], thing["displayName"])
        return no_content()

    # -- owners, rights, members ------------------------------------------------------------------------------------

    async def add_owner(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        thing, owner = self._thing(request), self._referred(await body_of(request))
        owners = self.state.objects["owners"].setdefault(thing["id"], [])
        if owner in owners:
            raise _exists("owners")
        owners.append(owner)
        changes.registered("Add owner to application", "Application", thing["id"], thing["displayName"])
        return no_content()

    async def remove_owner(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        thing, wanted = self._thing(request), request.path_params["owner"]
        _take(self.state.objects["owners"].get(thing["id"], []), lambda item: item == wanted, wanted)
        changes.registered("Remove owner from application", "Application", thing["id"], thing["displayName"])
        return no_content()

    async def withdraw(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        person, wanted = self.person(request), request.path_params["right"]
        kept = self.state.objects["app_role_assignments"]
        _take(kept, lambda item: (item["id"], item["principalId"]) == (wanted, person.id), wanted)
        changes.registered("Remove app role assignment grant from user", "User", person.id, person.name)
        return no_content()

    async def add_member(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        group, member = self._group(request), self._referred(await body_of(request))
        if member in group["members"]:
            raise _exists("members")
        group["members"].append(member)
        changes.registered("Add member to group", "Group", group["record"]["id"], group["record"]["displayName"])
        return no_content()

    async def remove_member(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        group, wanted = self._group(request), request.path_params["member"]
        _take(group["members"], lambda item: item == wanted, wanted)
        changes.registered("Remove member from group", "Group", group["record"]["id"], group["record"]["displayName"])
        return no_content()

    def _group(self, request: Request) -> Json:
        wanted = request.path_params["group"]
        found: Json | None = next(
            (item for item in self.state.objects["groups"] if item["record"]["id"] == wanted), None
        )
        if found is None:
            raise not_found(wanted)
        if found["record"]["onPremisesSyncEnabled"]:
            text = "Unable to update the specified properties for objects that have originated within an external"
            raise Refusal(400, "Request_BadRequest", f"{text} service.")
        return found

    def _referred(self, body: Json) -> str:
        """The object behind @odata.id. Raises 400 for an address of nothing."""
        wanted = str(body.get("@odata.id") or "").rpartition("/")[2]
        kept = self.state.objects
        if wanted not in kept["users"] and wanted not in kept["service_principals"]:
            raise bad_request("Invalid URL format specified in @odata.bind.")
        return wanted

    def _thing(self, request: Request) -> Json:
        wanted, kept = request.path_params["thing"], self.state.objects
        every = kept["applications"] if "/applications/" in request.url.path else kept["service_principals"].values()
        found: Json | None = next((item for item in every if item["id"] == wanted), None)
        if found is None:
            raise not_found(wanted)
        return found


def _take(kept: list[Any], wanted: Callable[[Any], bool], name: str) -> None:
    for item in kept:
        if wanted(item):
            kept.remove(item)
            return
    raise not_found(name)


def _exists(name: str) -> Refusal:
    text = f"One or more added object references already exist for the following modified properties: '{name}'."
    return Refusal(400, "Request_BadRequest", text)
