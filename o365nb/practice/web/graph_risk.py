"""Graph's Identity Protection, and what it says of a user's methods beside the methods themselves."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice.ids import Json, z
from o365nb.practice.people import Person
from o365nb.practice.web.answers import no_content
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal, not_found
from o365nb.practice.web.odata import EVERYTHING, parse_filter
from o365nb.practice.web.site import GRAPH, body_of, query_of

_PAGED = ("$filter", "$top", "$skiptoken", "$count")
_TIMES = ("eq", "ge", "le", "gt", "lt")
_FILTER = {
    **dict.fromkeys(("activityDateTime", "detectedDateTime", "lastUpdatedDateTime", "riskLastUpdatedDateTime"), _TIMES),
    **dict.fromkeys(
        ("id", "userId", "userPrincipalName", "riskLevel", "riskState", "riskEventType", "ipAddress", "appId",
         "servicePrincipalId"), ("eq",),
    ),
}  # fmt: skip
_LISTS = {
    "riskDetections": "risk_detections",
    "riskyUsers": "risky_users",
    "riskyServicePrincipals": "risky_service_principals",
    "servicePrincipalRiskDetections": "service_principal_risk_detections",
}
#: An administrator's word, and the state, level and reason that follow from it.
_WORDS = {
    "confirmCompromised": ("confirmedCompromised", "high", "adminConfirmedUserCompromised"),
    "confirmSafe": ("confirmedSafe", "none", "adminConfirmedUserSafe"),
    "dismiss": ("dismissed", "none", "adminDismissedAllRiskForUser"),
}
_MOST = 60  # users in one request
#: The word of the registration report for a kind of method.
_REGISTERED = {
    "microsoftAuthenticator": "microsoftAuthenticatorPush",
    "phone": "mobilePhone",
    "fido2": "fido2SecurityKey",
    "softwareOath": "softwareOneTimePasscode",
    "email": "email",
    "windowsHelloForBusiness": "windowsHelloForBusiness",
}


class Risk(Collections):
    """Risk and registration of one site."""

    def routes(self) -> list[Route]:
        return [
            Route("/identityProtection/riskyUsers/{user}", self.risky_user),
            Route("/identityProtection/riskyUsers/{user}/history", self.history),
            *(Route(f"/identityProtection/riskyUsers/{word}", self.say, methods=["POST"]) for word in _WORDS),
            Route("/identityProtection/{kind}", self.listed),
            Route("/users/{user}/authentication/requirements", self.requirements),
            Route("/users/{user}/authentication/signInPreferences", self.preferences),
            Route("/reports/authenticationMethods/userRegistrationDetails", self.registrations),
            Route("/reports/authenticationMethods/userRegistrationDetails/{user}", self.registration),
        ]

    async def listed(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        kind = request.path_params["kind"]
        if kind not in _LISTS:
            raise not_found(kind)
        query = query_of(request, _PAGED)
        chosen = parse_filter(query["$filter"], _FILTER) if "$filter" in query else EVERYTHING
        found = [item for item in self.state.objects[_LISTS[kind]] if chosen.matches(item)]
        return self.page(request, f"identityProtection/{kind}", found, query, default=100, most=500)

    async def risky_user(self, request: Request) -> Response:
        """404 for somebody who was never at risk."""
        self.site.authorise(request, GRAPH)
        wanted = request.path_params["user"].lower()
        for item in self.state.objects["risky_users"]:
            if item["id"] == wanted:
                return self.one(request, "identityProtection/riskyUsers/$entity", item)
        raise Refusal(404, "ResourceNotFound", f"User '{wanted}' is not found among the risky users.")

    async def history(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        wanted = request.path_params["user"].lower()
        if not any(item["id"] == wanted for item in self.state.objects["risky_users"]):
            raise Refusal(404, "ResourceNotFound", f"User '{wanted}' is not found among the risky users.")
        query = query_of(request, _PAGED)
        found = self.state.objects["risk_history"].get(wanted, [])
        name = f"identityProtection/riskyUsers('{wanted}')/history"
        return self.page(request, name, found, query, default=100, most=500)

    async def say(self, request: Request) -> Response:
        """An administrator's word about some users: taken, or not (any more)."""
        changes = self.site.authorise(request, GRAPH)
        word, body = request.url.path.rsplit("/", 1)[-1], await body_of(request)
        ids, users = body.get("userIds"), self.state.objects["users"]
        if set(body) != {"userIds"} or not isinstance(ids, list) or not 1 <= len(ids) <= _MOST:
            raise Refusal(400, "BadRequest", "Invalid user ids in the request.")
        if strange := [one for one in ids if one not in users]:
            raise Refusal(404, "ResourceNotFound", f"User '{strange[0]}' is not found.")
        state, level, detail = _WORDS[word]
        for one in ids:
            kept = self.state.objects["risky_users"]
            before = next((item for item in kept if item["id"] == one), None)
            if before is None and word != "confirmCompromised":
                continue
            after = {
                "id": one, "isDeleted": False, "isProcessing": False, "userDisplayName": users[one]["displayName"],
                "userPrincipalName": users[one]["userPrincipalName"], **(before or {}), "riskState": state,
                "riskLevel": level, "riskDetail": detail, "riskLastUpdatedDateTime": z(self.state.clock.now()),
            }  # fmt: skip
            kept[:] = [item for item in kept if item["id"] != one] + [after]
            changes.registered(f"{word} riskyUser", "User", one, users[one]["displayName"])
        return no_content()

    # -- methods --------------------------------------------------------------------------------------------------

    async def requirements(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        kept = self.state.objects["mfa"][self.person(request).upn]
        return self.one(request, "users/authentication/requirements", {"perUserMfaState": kept["state"]})

    async def preferences(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        kept = self.state.objects["mfa"][self.person(request).upn]
        body = {
            "isSystemPreferredAuthenticationMethodEnabled": True,
            "userPreferredMethodForSecondaryAuthentication": kept["default"],
        }
        return self.one(request, "users/authentication/signInPreferences", body)

    async def registrations(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        query = query_of(request, _PAGED)
        allowed = {"userPrincipalName": ("eq", "startswith"), "isAdmin": ("eq",), "isMfaRegistered": ("eq",)}
        chosen = parse_filter(query["$filter"], allowed) if "$filter" in query else EVERYTHING
        every = [self._registered(person) for person in self.state.world.people.values()]
        found = [item for item in every if chosen.matches(item)]
        name = "reports/authenticationMethods/userRegistrationDetails"
        return self.page(request, name, found, query, default=100, most=999)

    async def registration(self, request: Request) -> Response:
        """Not for a disabled user."""
        self.site.authorise(request, GRAPH)
        person = self.person(request)
        if not self.state.user(person)["accountEnabled"]:
            raise not_found(person.id)
        name = "reports/authenticationMethods/userRegistrationDetails/$entity"
        return self.one(request, name, self._registered(person))

    def _registered(self, person: Person) -> Json:
        methods = self.state.objects["methods"][person.upn]
        kinds = [item["@odata.type"].rpartition(".")[2].removesuffix("AuthenticationMethod") for item in methods]
        named = [_REGISTERED[kind] for kind in dict.fromkeys(kinds) if kind in _REGISTERED]
        return {
            "id": person.id,
            "isAdmin": any(item["principalId"] == person.id for item in self.state.objects["role_assignments"]),
            "isMfaCapable": bool(named),
            "isMfaRegistered": bool(named),
            "isPasswordlessCapable": "fido2SecurityKey" in named,
            "isSsprCapable": bool(named),
            "isSsprEnabled": True,
            "isSsprRegistered": bool(named),
            "isSystemPreferredAuthenticationMethodEnabled": True,
            "lastUpdatedDateTime": z(self.state.info.now),
            "methodsRegistered": named,
            "systemPreferredAuthenticationMethods": named[:1],
            "userDisplayName": person.name,
            "userPreferredMethodForSecondaryAuthentication": self.state.objects["mfa"][person.upn]["default"],
            "userPrincipalName": person.upn,
            "userType": "member",
        }
