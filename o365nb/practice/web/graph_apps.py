"""Registering applications: application, service principal, rights granted by an administrator, and their removal."""

from __future__ import annotations

import base64
import binascii
from uuid import uuid4

from cryptography import x509
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice import objects
from o365nb.practice.changes import Changes
from o365nb.practice.ids import Json, z
from o365nb.practice.people import DOMAIN, TENANT_ID
from o365nb.practice.web.answers import json_response, no_content
from o365nb.practice.web.assertion import thumbprint
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal, bad_request, not_found
from o365nb.practice.web.site import GRAPH, body_of

#: What may be said of a new application; all of it is of Graph's type `application`.
_APPLICATION = frozenset(
    {"displayName", "signInAudience", "requiredResourceAccess", "tags", "keyCredentials", "isFallbackPublicClient",
     "publicClient", "web", "notes", "description"}
)  # fmt: skip
_GRANT = frozenset({"clientId", "consentType", "principalId", "resourceId", "scope"})


class Registrations(Collections):
    """What an administrator does when an application comes or goes."""

    def routes(self) -> list[Route]:
        return [
            Route("/applications", self.add_application, methods=["POST"]),
            Route("/applications/{thing}", self.remove_application, methods=["DELETE"]),
            Route("/servicePrincipals", self.add_principal, methods=["POST"]),
            Route("/servicePrincipals/{thing}", self.remove_principal, methods=["DELETE"]),
            Route("/servicePrincipals/{thing}/appRoleAssignedTo", self.assign, methods=["POST"]),
            Route("/servicePrincipals/{thing}/appRoleAssignedTo/{right}", self.withdraw, methods=["DELETE"]),
            Route("/servicePrincipals/{thing}/appRoleAssignments/{right}", self.withdraw, methods=["DELETE"]),
            Route("/servicePrincipals/{thing}/oauth2PermissionGrants", self.grants),
            Route("/oauth2PermissionGrants", self.consent, methods=["POST"]),
        ]

    async def add_application(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        body = await body_of(request)
        if strange := sorted(set(body) - _APPLICATION):
            raise Refusal(400, "Request_BadRequest", f"Invalid property '{strange[0]}'.")
        if not isinstance(name := body.get("displayName"), str) or not name:
            raise Refusal(
                400, "Request_BadRequest", "A value is required for property 'displayName' of resource 'Application'."
            )
        keys = [self._credential(given) for given in body.get("keyCredentials") or ()]
        now = self.state.clock.now()
        made: Json = {
            "id": str(uuid4()), "deletedDateTime": None, "appId": str(uuid4()), "appRoles": [],
            "createdDateTime": z(now), "description": None, "disabledByMicrosoftStatus": None, "identifierUris": [],
            "isFallbackPublicClient": None, "notes": None, "passwordCredentials": [], "publisherDomain": DOMAIN,
            "requiredResourceAccess": [], "signInAudience": "AzureADMyOrg", "tags": [],
            "verifiedPublisher": {"displayName": None, "verifiedPublisherId": None, "addedDateTime": None},
            "web": {"homePageUrl": None, "logoutUrl": None, "redirectUris": [], "redirectUriSettings": [],
                    "implicitGrantSettings": {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": False}},
            **body, "keyCredentials": keys,
        }  # fmt: skip
        self.state.objects["applications"].append(made)
        changes.registered("Add application", "Application", made["id"], name)
        return json_response({"@odata.context": self.context(request, "applications/$entity"), **made}, 201)

    def _credential(self, given: Json) -> Json:
        """A certificate: the service keeps it and shows its thumbprint only."""
        try:
            der = base64.b64decode(str(given.get("key")), validate=True)
            certificate = x509.load_der_x509_certificate(der)
        except (ValueError, binascii.Error):
            raise Refusal(400, "Request_BadRequest", "The value of the property 'key' is invalid.") from None
        kept: dict[str, str] = self.state.objects.setdefault("app_certificates", {})
        kept[thumbprint(certificate)] = base64.b64encode(der).decode()
        padded = thumbprint(certificate) + "=" * (-len(thumbprint(certificate)) % 4)
        return {
            "customKeyIdentifier": base64.b64encode(base64.urlsafe_b64decode(padded)).decode(),
            "displayName": given.get("displayName"),
            "endDateTime": z(certificate.not_valid_after_utc),
            "key": None,
            "keyId": str(uuid4()),
            "startDateTime": z(certificate.not_valid_before_utc),
            "type": "AsymmetricX509Cert",
            "usage": "Verify",
        }

    async def remove_application(self, request: Request) -> Response:
        """The service principal in the application's own tenant goes with it."""
        changes = self.site.authorise(request, GRAPH)
        wanted, kept = request.path_params["thing"], self.state.objects
        app = next((item for item in kept["applications"] if item["id"] == wanted), None)
        if app is None:
            raise not_found(wanted)
        kept["applications"].remove(app)
        for principal in [item for item in kept["service_principals"].values() if item["appId"] == app["appId"]]:
            self._forget(principal, changes)
        changes.registered("Delete application", "Application", app["id"], app["displayName"])
        return no_content()

    async def add_principal(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        body = await body_of(request)
        if set(body) - {"appId", "tags", "appRoleAssignmentRequired"}:
            raise Refusal(400, "Request_BadRequest", "Only appId, tags and appRoleAssignmentRequired can be set here.")
        app = next((item for item in self.state.objects["applications"] if item["appId"] == body.get("appId")), None)
        principals = self.state.objects["service_principals"]
        if app is None:
            text = f"The appId '{body.get('appId')}' of the service principal does not reference a valid application."
            raise Refusal(400, "Request_BadRequest", text)
        if any(item["appId"] == app["appId"] for item in principals.values()):
            text = "The service principal cannot be created because it is already in use."
            raise Refusal(409, "Request_MultipleObjectsWithSameKeyValue", text)
        made = {
            **objects.principal(app["appId"], app["displayName"], TENANT_ID, ""),
            "id": str(uuid4()), "signInAudience": app["signInAudience"], "homepage": None, "replyUrls": [],
            "keyCredentials": app["keyCredentials"], "tags": body.get("tags") or [],
        }  # fmt: skip
        principals[made["id"]] = made
        changes.registered("Add service principal", "ServicePrincipal", made["id"], made["displayName"])
        return json_response({"@odata.context": self.context(request, "servicePrincipals/$entity"), **made}, 201)

    async def remove_principal(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        self._forget(self._principal(request.path_params["thing"]), changes)
        return no_content()

    def _forget(self, principal: Json, changes: Changes) -> None:
        kept, gone = self.state.objects, principal["id"]
        del kept["service_principals"][gone]
        kept["app_role_assignments"] = [item for item in kept["app_role_assignments"] if item["principalId"] != gone]
        kept["grants"] = [item for item in kept["grants"] if item["clientId"] != gone]
        changes.registered("Remove service principal", "ServicePrincipal", gone, principal["displayName"])

    async def assign(self, request: Request) -> Response:
        """Grant an application right: for an administrator that is the consent."""
        changes = self.site.authorise(request, GRAPH)
        body = await body_of(request)
        resource = self._principal(request.path_params["thing"])
        user = self.state.objects["users"].get(str(body.get("principalId")))
        principal = user or self._principal(str(body.get("principalId")))
        if set(body) != {"principalId", "resourceId", "appRoleId"} or body["resourceId"] != resource["id"]:
            raise bad_request("Invalid object identifier in the app role assignment.")
        if body["appRoleId"] not in [role["id"] for role in resource["appRoles"]]:
            raise Refusal(400, "Request_BadRequest", "Permission being assigned was not found on application")
        rights = self.state.objects["app_role_assignments"]
        if any(all(item[name] == value for name, value in body.items()) for item in rights):
            text = "Permission being assigned already exists on the object"
            raise Refusal(400, "Request_BadRequest", text)
        made = {
            "id": uuid4().hex, "deletedDateTime": None, "createdDateTime": z(self.state.clock.now()),
            "principalDisplayName": principal["displayName"], "principalType": "User" if user else "ServicePrincipal",
            "resourceDisplayName": resource["displayName"], **body,
        }  # fmt: skip
        rights.append(made)
        changes.registered(
            "Add app role assignment to service principal",
            "ServicePrincipal",
            principal["id"],
            principal["displayName"],
        )
        return json_response({"@odata.context": self.context(request, "appRoleAssignments/$entity"), **made}, 201)

    async def withdraw(self, request: Request) -> Response:
        changes = self.site.authorise(request, GRAPH)
        thing, wanted = self._principal(request.path_params["thing"]), request.path_params["right"]
        for right in self.state.objects["app_role_assignments"]:
            if right["id"] == wanted and thing["id"] in (right["principalId"], right["resourceId"]):
                self.state.objects["app_role_assignments"].remove(right)
                changes.registered(
                    "Remove app role assignment from service principal", "ServicePrincipal", right["principalId"],
                    right["principalDisplayName"],
                )  # fmt: skip
                return no_content()
        raise not_found(wanted)

    async def grants(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        thing = self._principal(request.path_params["thing"])
        found = [item for item in self.state.objects["grants"] if item["clientId"] == thing["id"]]
        return self.page(request, "oauth2PermissionGrants", found, {}, default=100, most=999)

    async def consent(self, request: Request) -> Response:
        """Grant delegated permissions, for one person or for everybody."""
        changes = self.site.authorise(request, GRAPH)
        body = await body_of(request)
        everybody = body.get("consentType") == "AllPrincipals"
        if set(body) - _GRANT or not body.get("scope") or (not everybody and not body.get("principalId")):
            raise bad_request("The delegated permission grant is not complete.")
        client = self._principal(str(body.get("clientId")))
        self._principal(str(body.get("resourceId")))
        made = {"id": uuid4().hex, "principalId": None, **body}
        self.state.objects["grants"].append(made)
        changes.registered("Add delegated permission grant", "ServicePrincipal", client["id"], client["displayName"])
        return json_response({"@odata.context": self.context(request, "oauth2PermissionGrants/$entity"), **made}, 201)

    def _principal(self, wanted: str) -> Json:
        found: Json | None = self.state.objects["service_principals"].get(wanted)
        if found is None:
            raise not_found(wanted)
        return found
