"""Graph's directory: users, organisation, consents, applications, devices."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice import organisation
from o365nb.practice.changes import Changes
from o365nb.practice.ids import Json
from o365nb.practice.people import Person
from o365nb.practice.web.answers import json_response, no_content
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal, bad_request, not_found
from o365nb.practice.web.graph_applications import expanded, set_keys
from o365nb.practice.web.odata import EVERYTHING, parse_filter
from o365nb.practice.web.paging import select
from o365nb.practice.web.site import GRAPH, body_of, query_of

_USER_DEFAULT = (
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage", "surname", "userPrincipalName", "id",
)  # fmt: skip
_EXACT = ("id", "accountEnabled", "department", "jobTitle", "userType", "proxyAddresses/any")
_BEGINNING = ("userPrincipalName", "mail", "displayName")
_USER_FILTER = {**dict.fromkeys(_EXACT, ("eq",)), **dict.fromkeys(_BEGINNING, ("eq", "startswith"))}
_GRANT_FILTER = dict.fromkeys(("principalId", "consentType", "clientId", "resourceId"), ("eq",))
_APP_FILTER = dict.fromkeys(("appId", "id", "displayName", "accountEnabled"), ("eq",))
_MASTERED = (
    "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently"
    " undergoing migration."
)
_EXPAND = re.compile(r"manager(?:\(\$select=([\w,]+)\))?")


class Directory(Collections):
    """The directory endpoints of one site; the same under v1.0 and beta."""

    def routes(self) -> list[Route]:
        routes = [
            Route("/users", self.users),
            Route("/users/{user}", self.user, methods=["GET", "PATCH"]),
            Route("/users/{user}/revokeSignInSessions", self.revoke, methods=["POST"]),
            Route("/users/{user}/manager", self.manager),
            Route("/users/{user}/invitedBy", self.invited_by),
            Route("/users/{user}/oauth2PermissionGrants", self.user_grants),
            Route("/organization", self.organization),
            Route("/domains", self.domains),
            Route("/subscribedSkus", self.skus),
            Route("/oauth2PermissionGrants", self.grants),
            Route("/oauth2PermissionGrants/{grant}", self.remove_grant, methods=["DELETE"]),
            Route("/servicePrincipals", self.applications),
            Route("/servicePrincipals(appId='{app}')", self.application, methods=["GET", "PATCH"]),
            Route("/servicePrincipals/{principal}", self.application, methods=["GET", "PATCH"]),
            Route("/devices/{device}", self.device, methods=["GET", "PATCH", "DELETE"]),
        ]
        for relation in ("registeredDevices", "ownedDevices"):
            routes.append(Route(f"/users/{{user}}/{relation}", self.devices))
            routes.append(Route(f"/users/{{user}}/{relation}/microsoft.graph.device", self.devices))
        return routes

    # -- users --------------------------------------------------------------------------------------------------

    async def users(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        query = query_of(request, ("$filter", "$select", "$top", "$skiptoken", "$count", "$orderby"))
        chosen = parse_filter(query["$filter"], _USER_FILTER) if "$filter" in query else EVERYTHING
        found = [user for user in self.state.objects["users"].values() if chosen.matches(user)]
        shown = [select(user, query.get("$select"), _USER_DEFAULT) for user in found]
        return self.page(request, "users", shown, query, default=100, most=999)

    async def user(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        if other := self._other(request):
            return await self._of_other(request, changes, other)
        person = self.person(request)
        user = self.state.user(person)
        if request.method == "PATCH":
            body = await body_of(request)
            if not body:
                raise Refusal(400, "Request_BadRequest", "Write requests must contain at least one property.")
            if strange := sorted(set(body) - {"accountEnabled", "passwordProfile"}):
                raise Refusal(400, "Request_BadRequest", f"Property '{strange[0]}' is read-only and cannot be set.")
            self._check(body, synced=bool(user["onPremisesSyncEnabled"]))
            if "accountEnabled" in body:
                changes.enable(person, enabled=body["accountEnabled"])
            if "passwordProfile" in body:
                changes.reset_password(person)
            return no_content()
        query = query_of(request, ("$select", "$expand"))
        if "signInActivity" in query.get("$select", ""):
            user = {**user, "signInActivity": self._activity(person)}
        shown = select(user, query.get("$select"), _USER_DEFAULT)
        if "$expand" in query:
            shown = {**shown, "manager": self._expanded(query["$expand"], person)}
        return self.one(request, "users/$entity", shown)

    def _other(self, request: Request) -> Json | None:
        """The account of the path where it belongs to nobody of the house: a guest's, or one that was made since."""
        wanted = str(request.path_params["user"]).lower()
        if self.state.person(wanted):
            return None
        every = self.state.objects["users"].values()
        return next((user for user in every if wanted in (user["id"], user["userPrincipalName"].lower())), None)

    async def _of_other(self, request: Request, changes: Changes, user: Json) -> Response:
        if request.method == "PATCH":
            body = await body_of(request)
            if set(body) != {"accountEnabled"} or not isinstance(body["accountEnabled"], bool):
                raise Refusal(400, "Request_BadRequest", "Only accountEnabled (true or false) can be set here.")
            changes.enable_other(user, enabled=body["accountEnabled"])
            return no_content()
        query = query_of(request, ("$select", "$expand"))
        wanted = ",".join(name for name in query.get("$select", "").split(",") if name in user)
        return self.one(request, "users/$entity", select(user, wanted or None, _USER_DEFAULT))

    @staticmethod
    def _check(body: Json, *, synced: bool) -> None:
        """Refuse the whole PATCH before any of it is done. A synced account can be blocked here, but no more."""
        if "accountEnabled" in body and not isinstance(body["accountEnabled"], bool):
            raise Refusal(400, "Request_BadRequest", "Invalid value specified for property 'accountEnabled'.")
        if "passwordProfile" in body:
            if synced:
                raise Refusal(400, "Request_BadRequest", _MASTERED)
            profile = body["passwordProfile"]
            password = profile.get("password") if isinstance(profile, Mapping) else None
            if not isinstance(password, str) or len(password) < 8:
                message = "The specified password does not comply with password complexity requirements."
                raise Refusal(400, "Request_BadRequest", message)

    def _activity(self, person: Person) -> Json:
        """Graph's signInActivity: the last sign-ins of either kind, failed ones too, and the last that succeeded."""
        every = self.state.sign_ins(person.id)
        last = {
            "Sign": next((item for item in every if item["isInteractive"]), None),
            "NonInteractiveSign": next((item for item in every if not item["isInteractive"]), None),
            "SuccessfulSign": next((item for item in every if item["status"]["errorCode"] == 0), None),
        }
        activity: Json = {}
        for kind, item in last.items():
            activity[f"last{kind}InDateTime"] = item["createdDateTime"] if item else None
            activity[f"last{kind}InRequestId"] = item["id"] if item else None
        return activity

    def _expanded(self, text: str, person: Person) -> Json | None:
        asked = _EXPAND.fullmatch(text)
        if not asked:
            raise bad_request(f"Parsing OData Select and Expand failed: '{text}'.")
        boss = self.state.person(person.manager) if person.manager else None
        if boss is None:
            return None
        shown = select(self.state.user(boss), asked[1], _USER_DEFAULT)
        return {"@odata.type": "#microsoft.graph.user", **shown}

    async def manager(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        person = self.person(request)
        boss = self.state.person(person.manager) if person.manager else None
        if boss is None:
            raise not_found("manager")
        query = query_of(request, ("$select",))
        shown = select(self.state.user(boss), query.get("$select"), _USER_DEFAULT)
        return self.one(request, "directoryObjects/$entity", {"@odata.type": "#microsoft.graph.user", **shown})

    async def invited_by(self, request: Request) -> Response:
        """Beta only; nobody invited a member."""
        self.site.authorise(request, GRAPH)
        wanted = request.path_params["user"]
        host = self.state.objects["users"].get(self.state.objects["invited_by"].get(wanted))
        if host is None or not request.url.path.startswith("/beta/"):
            raise not_found("invitedBy")
        shown = select(host, None, _USER_DEFAULT)
        return self.one(request, "directoryObjects/$entity", {"@odata.type": "#microsoft.graph.user", **shown})

    async def revoke(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        changes.revoke(self.person(request))
        return self.one(request, "Edm.Boolean", {"value": True})

    # -- the organisation ---------------------------------------------------------------------------------------

    async def organization(self, request: Request) -> Response:
        return self._few(request, "organization", [organisation.organization(self.state.info.now)])

    async def domains(self, request: Request) -> Response:
        return self._few(request, "domains", self.state.objects["domains"])

    async def skus(self, request: Request) -> Response:
        return self._few(
            request, "subscribedSkus", organisation.skus(len(self.state.world.people), self.state.info.plans)
        )

    def _few(self, request: Request, name: str, items: list[Json]) -> Response:
        self.site.authorise(request, GRAPH)
        query = query_of(request, ("$select", "$top", "$skiptoken"))
        shown = [select(item, query.get("$select")) for item in items]
        return self.page(request, name, shown, query, default=100, most=999)

    # -- consents and applications ------------------------------------------------------------------------------

    async def grants(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        query = query_of(request, ("$filter", "$top", "$skiptoken"))
        chosen = parse_filter(query["$filter"], _GRANT_FILTER) if "$filter" in query else EVERYTHING
        found = [grant for grant in self.state.objects["grants"] if chosen.matches(grant)]
        return self.page(request, "oauth2PermissionGrants", found, query, default=100, most=999)

    async def user_grants(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        person = self.person(request)
        query = query_of(request, ("$top", "$skiptoken"))
        found = [grant for grant in self.state.objects["grants"] if grant["principalId"] == person.id]
        return self.page(request, "oauth2PermissionGrants", found, query, default=100, most=999)

    async def remove_grant(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        wanted = request.path_params["grant"]
        for grant in self.state.objects["grants"]:
            if grant["id"] == wanted:
                changes.remove_grant(grant)
                return no_content()
        raise not_found(wanted)

    async def applications(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        query = query_of(request, ("$filter", "$select", "$expand", "$top", "$skiptoken"))
        chosen = parse_filter(query["$filter"], _APP_FILTER) if "$filter" in query else EVERYTHING
        found = [item for item in self.state.objects["service_principals"].values() if chosen.matches(item)]
        shown = [expanded(self.state.objects, item, query) for item in found]
        return self.page(request, "servicePrincipals", shown, query, default=100, most=999)

    async def application(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        wanted = request.path_params.get("principal") or request.path_params["app"]
        every = self.state.objects["service_principals"].values()
        found = next((item for item in every if wanted in (item["id"], item["appId"])), None)
        if found is None:
            raise not_found(wanted)
        if request.method == "PATCH":
            body = await body_of(request)
            if set(body) == {"keyCredentials"}:
                set_keys(found, body["keyCredentials"])
                changes.registered("Update service principal", "ServicePrincipal", found["id"], found["displayName"])
                return no_content()
            if set(body) != {"accountEnabled"} or not isinstance(body["accountEnabled"], bool):
                raise Refusal(400, "Request_BadRequest", "Only accountEnabled (true or false) can be set here.")
            changes.set_application(found, enabled=body["accountEnabled"])
            return no_content()
        query = query_of(request, ("$select",))
        return self.one(request, "servicePrincipals/$entity", select(found, query.get("$select")))

    # -- devices ------------------------------------------------------------------------------------------------

    async def devices(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        person = self.person(request)
        query = query_of(request, ("$select", "$top", "$skiptoken"))
        cast = request.url.path.endswith("/microsoft.graph.device")
        found = self.state.objects["devices"][person.upn]
        if cast:
            found = [{name: value for name, value in item.items() if name != "@odata.type"} for item in found]
        shown = [select(item, query.get("$select")) for item in found]
        return self.page(request, "devices" if cast else "directoryObjects", shown, query, default=100, most=999)

    async def device(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        wanted = request.path_params["device"]
        every = (item for items in self.state.objects["devices"].values() for item in items)
        found = next((item for item in every if item["id"] == wanted), None)
        if found is None:
            raise not_found(wanted)
        if request.method == "DELETE":
            for items in self.state.objects["devices"].values():
                items[:] = [item for item in items if item["id"] != wanted]
            changes.registered("Delete device", "Device", wanted, found["displayName"])
            return no_content()
        if request.method == "PATCH":
            body = await body_of(request)
            if set(body) != {"accountEnabled"} or not isinstance(body["accountEnabled"], bool):
                raise Refusal(400, "Request_BadRequest", "Only accountEnabled (true or false) can be set here.")
            changes.set_device(found, enabled=body["accountEnabled"])
            return no_content()
        shown = {name: value for name, value in found.items() if name != "@odata.type"}
        return json_response({"@odata.context": self.context(request, "devices/$entity"), **shown})
