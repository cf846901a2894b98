"""Graph's authentication methods of a person: what there is, taking one away, a pass for one sign-in."""

from __future__ import annotations

import secrets
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice.ids import Json, z
from o365nb.practice.people import Person
from o365nb.practice.web.answers import json_response, no_content
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal, bad_request
from o365nb.practice.web.site import GRAPH, body_of

_METHODS = frozenset(
    {"phone", "microsoftAuthenticator", "fido2", "temporaryAccessPass", "email", "softwareOath", "password",
     "windowsHelloForBusiness", "platformCredential", "externalAuthentication", "hardwareOath"}
)  # fmt: skip
#: The kind of method behind a preference for the second factor.
_PREFERRED = {"push": "microsoftAuthenticator", "sms": "phone"}
_ONE_TIME = "#microsoft.graph.temporaryAccessPassAuthenticationMethod"


class Methods(Collections):
    """The same under v1.0 and beta."""

    def routes(self) -> list[Route]:
        return [
            Route("/users/{user}/authentication/methods", self.methods),
            Route("/users/{user}/authentication/temporaryAccessPassMethods", self.issue, methods=["POST"]),
            Route("/users/{user}/authentication/{kind}Methods", self.methods),
            Route("/users/{user}/authentication/{kind}Methods/{method}", self.remove_method, methods=["DELETE"]),
        ]

    async def methods(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        person = self.person(request)
        kind = request.path_params.get("kind")
        found = self.state.objects["methods"][person.upn]
        owner = f"users('{request.path_params['user']}')/authentication"
        if kind is None:
            return self.page(request, f"{owner}/methods", found, {}, default=1000, most=1000)
        if kind not in _METHODS:
            raise bad_request(f"Resource not found for the segment '{kind}Methods'.")
        typed = [
            {name: value for name, value in item.items() if name != "@odata.type"}
            for item in found
            if item["@odata.type"] == f"#microsoft.graph.{kind}AuthenticationMethod"
        ]
        return self.page(request, f"{owner}/{kind}Methods", typed, {}, default=1000, most=1000)

    async def remove_method(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        person, kind = self.person(request), request.path_params["kind"]
        wanted = request.path_params["method"]
        for method in self.state.objects["methods"][person.upn]:
            if method["id"] == wanted and method["@odata.type"] == f"#microsoft.graph.{kind}AuthenticationMethod":
                if kind == "password":
                    raise bad_request("The password method cannot be deleted.")
                if self._is_default(person, method):
                    text = "The default authentication method cannot be deleted while there are others."
                    raise Refusal(400, "invalidRequest", text)
                changes.remove_method(person, method)
                return no_content()
        raise Refusal(404, "resourceNotFound", "Authentication method not found.")

    def _is_default(self, person: Person, method: Json) -> bool:
        """The only method of the preferred kind, while another kind is there."""
        preferred = _PREFERRED.get(self.state.objects["mfa"][person.upn]["default"], "")
        others = [item for item in self.state.objects["methods"][person.upn] if item is not method]
        kinds = [item["@odata.type"].rpartition(".")[2].removesuffix("AuthenticationMethod") for item in others]
        left = [kind for kind in kinds if kind in _PREFERRED.values()]
        return (
            method["@odata.type"].endswith(f".{preferred}AuthenticationMethod")
            and bool(left)
            and (preferred not in left)
        )

    async def issue(self, request: Request) -> Response:
        """A Temporary Access Pass: shown in this answer and never again; the one before it ends."""
        changes = self.site.authorise(request, GRAPH)
        person, body = self.person(request), await body_of(request)
        if strange := sorted(set(body) - {"lifetimeInMinutes", "isUsableOnce", "startDateTime"}):
            raise bad_request(f"Invalid property '{strange[0]}'.")
        policy = self.state.objects["policies"]["authenticationMethodsPolicy"]["authenticationMethodConfigurations"]
        if not any(item["id"] == "TemporaryAccessPass" and item["state"] == "enabled" for item in policy):
            raise bad_request("Temporary Access Pass is not enabled for this user by the policy of the tenant.")
        kept = self.state.objects["methods"][person.upn]
        kept[:] = [item for item in kept if item["@odata.type"] != _ONE_TIME]
        now = z(self.state.clock.now())
        made: Json = {
            "@odata.type": _ONE_TIME, "id": str(uuid4()), "temporaryAccessPass": None, "createdDateTime": now,
            "startDateTime": now, "lifetimeInMinutes": body.get("lifetimeInMinutes", 60),
            "isUsableOnce": bool(body.get("isUsableOnce")), "isUsable": True,
            "methodUsabilityReason": "EnabledByPolicy",
        }  # fmt: skip
        kept.append(made)
        changes.registered("Admin registered security info", "User", person.id, person.name)
        shown = {**made, "temporaryAccessPass": secrets.token_urlsafe(6)}
        del shown["@odata.type"]
        name = f"users('{request.path_params['user']}')/authentication/temporaryAccessPassMethods/$entity"
        return json_response({"@odata.context": self.context(request, name), **shown}, 201)
