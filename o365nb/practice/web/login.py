"""The identity provider: discovery, tokens by secret, certificate, device code, refresh token or code."""

from __future__ import annotations

import html
import secrets
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from o365nb.practice.changes import Responder
from o365nb.practice.ids import Json
from o365nb.practice.people import DOMAIN, INITIAL_DOMAIN, TENANT_ID
from o365nb.practice.web.answers import json_response
from o365nb.practice.web.assertion import assertion_problem, certificates_of
from o365nb.practice.web.site import (
    APP_NAME,
    AUDIENCES,
    CLIENT_ID,
    GRAPH,
    GRAPH_TOOLS,
    TOKEN_LIFE,
    DeviceFlow,
    Site,
    segment,
)

_ADMIN = f"carol@{DOMAIN}"
_OWN_SCOPES = frozenset({"openid", "profile", "offline_access", "email"})


class _Denied(Exception):
    """An OAuth error: status, error, AADSTS code and text."""

    def __init__(self, status: int, error: str, code: int, text: str) -> None:
        super().__init__(text)
        self.status, self.error, self.code, self.text = status, error, code, text


class Login:
    """The login endpoints of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        return [
            Route("/{tenant}/v2.0/.well-known/openid-configuration", self.discovery),
            Route("/{tenant}/oauth2/v2.0/token", self.token, methods=["POST"]),
            Route("/{tenant}/oauth2/v2.0/devicecode", self.device_code, methods=["POST"]),
            Route("/{tenant}/oauth2/v2.0/authorize", self.authorize, methods=["GET"]),
            Route("/{tenant}/oauth2/deviceauth", self.device_page, methods=["GET", "POST"]),
        ]

    async def discovery(self, request: Request) -> Response:
        tenant = request.path_params["tenant"]
        if not _ours(tenant):
            return self._error(_Denied(400, "invalid_tenant", 90002, f"Tenant '{tenant}' not found."))
        here = f"{self._site.base_url}/{tenant}"
        return json_response(
            {
                "issuer": f"{self._site.base_url}/{TENANT_ID}/v2.0",
                "authorization_endpoint": f"{here}/oauth2/v2.0/authorize",
                "token_endpoint": f"{here}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{here}/oauth2/v2.0/devicecode",
                "end_session_endpoint": f"{here}/oauth2/v2.0/logout",
                "jwks_uri": f"{here}/discovery/v2.0/keys",
                "response_modes_supported": ["query", "fragment", "form_post"],
                "response_types_supported": ["code", "id_token", "code id_token"],
                "scopes_supported": sorted(_OWN_SCOPES),
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
                "tenant_region_scope": "EU",
            }
        )

    async def token(self, request: Request) -> Response:
        """One token request, whatever the grant."""
        form = await _form(request)
        grants: dict[str, Callable[[dict[str, str]], Json]] = {
            "client_credentials": self._client_credentials,
            "urn:ietf:params:oauth:grant-type:device_code": self._device_grant,
            "refresh_token": self._refresh_grant,
            "authorization_code": self._code_grant,
        }
        try:
            self._check_caller(request.path_params["tenant"], form)
            grant = grants.get(form.get("grant_type", ""), _unsupported)
            return json_response(grant(form), headers={"Cache-Control": "no-store, no-cache"})
        except _Denied as refusal:
            return self._error(refusal)

    async def device_code(self, request: Request) -> Response:
        """Begin a device code sign-in."""
        form = await _form(request)
        try:
            self._check_caller(request.path_params["tenant"], form)
            scope = form.get("scope", "")
            _audience(scope, self._site.base_url)
        except _Denied as refusal:
            return self._error(refusal)
        expires = self._site.state.clock.now() + timedelta(minutes=15)
        letters = "BCDFGHJKLMNPQRSTVWXZ23456789"
        user_code = "".join(secrets.choice(letters) for _ in range(9))
        flow = DeviceFlow(secrets.token_urlsafe(40), user_code, scope, expires)
        self._site.flows[flow.device_code] = flow
        page = f"{self._site.base_url}/{TENANT_ID}/oauth2/deviceauth"
        return json_response(
            {
                "user_code": user_code,
                "device_code": flow.device_code,
                "verification_uri": page,
                "expires_in": 900,
                "interval": 1,
                "message": f"To sign in, use a web browser to open the page {page} and enter the code {user_code} to"
                " authenticate.",
            }
        )

    async def device_page(self, request: Request) -> Response:
        """The page on which a person types the code."""
        said = ""
        if request.method == "POST":
            form = await _form(request)
            code = form.get("code", "")
            approved = self.approve(code)
            said = "You have signed in. You may close this window." if approved else f"{code}: no such code."
        return HTMLResponse(
            "<!doctype html><title>Enter code</title><h1>Enter code</h1>"
            f"<p>{html.escape(said)}</p><form method=post><input name=code autofocus><button>Next</button></form>",
            headers={"Content-Security-Policy": "default-src 'none'; form-action 'self'"},
        )

    def approve(self, user_code: str, upn: str = _ADMIN) -> bool:
        """A person (an administrator unless said otherwise) types the code of a device sign-in and agrees."""
        for flow in self._site.flows.values():
            if flow.user_code == user_code.strip().upper() and flow.expires > self._site.state.clock.now():
                flow.approved_by = upn
                return True
        return False

    async def authorize(self, request: Request) -> Response:
        """Authorisation code: the administrator is signed in at once; only loopback redirects are followed."""
        query = dict(request.query_params)
        target = urlsplit(query.get("redirect_uri", ""))
        client = query.get("client_id", "")
        if target.hostname not in ("localhost", "127.0.0.1") or not self._known(client):
            return self._error(_Denied(400, "invalid_request", 50011, "The redirect URI specified does not match."))
        code = secrets.token_urlsafe(40)
        self._site.codes[code] = self._person(_ADMIN, client), query.get("nonce", "")
        answer = {"code": code, "state": query.get("state", ""), "session_state": secrets.token_hex(16)}
        if query.get("response_mode") == "form_post":
            return HTMLResponse(_form_post(query["redirect_uri"], answer))
        return RedirectResponse(urlunsplit(target._replace(query=urlencode(answer))), 302)

    # -- grants -------------------------------------------------------------------------------------------------

    def _client_credentials(self, form: dict[str, str]) -> Json:
        if "client_assertion" in form:
            client = form.get("client_id", "")
            own = client == CLIENT_ID
            known = self._site.certificates if own else certificates_of(self._site.state.objects, client)
            if problem := assertion_problem(form["client_assertion"], client, known):
                raise _Denied(401, "invalid_client", 700027, problem)
        elif "client_secret" not in form:
            text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
            raise _Denied(401, "invalid_client", 7000218, text)
        elif form.get("client_id") != CLIENT_ID or not secrets.compare_digest(
            form["client_secret"].encode(), self._site.secret.encode()
        ):
            text = (
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret"
                f" value, not the client secret ID, for a secret added to app '{CLIENT_ID}'."
            )
            raise _Denied(401, "invalid_client", 7000215, text)
        audience = _audience(form.get("scope", ""), self._site.base_url)
        token = self._site.issue(audience, self._app(form.get("client_id", "")))
        return {"token_type": "Bearer", "expires_in": TOKEN_LIFE, "ext_expires_in": TOKEN_LIFE, "access_token": token}

    def _device_grant(self, form: dict[str, str]) -> Json:
        flow = self._site.flows.get(form.get("device_code", ""))
        if flow is None:
            raise _Denied(400, "bad_verification_code", 70018, "The verification code is not valid.")
        if flow.expires <= self._site.state.clock.now():
            raise _Denied(400, "expired_token", 70020, "The code has expired.")
        if not flow.approved_by:
            raise _Denied(400, "authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending.")
        del self._site.flows[flow.device_code]
        return self._personal(self._person(flow.approved_by, form.get("client_id", "")), flow.scope)

    def _refresh_grant(self, form: dict[str, str]) -> Json:
        by = self._site.refresh.get(form.get("refresh_token", ""))
        if by is None:
            raise _Denied(400, "invalid_grant", 700082, "The refresh token has expired.")
        return self._personal(by, form.get("scope", ""))

    def _code_grant(self, form: dict[str, str]) -> Json:
        known = self._site.codes.pop(form.get("code", ""), None)
        if known is None:
            raise _Denied(400, "invalid_grant", 70008, "The provided authorization code has expired.")
        by, nonce = known
        return self._personal(by, form.get("scope", ""), nonce)

    def _personal(self, by: Responder, scope: str, nonce: str = "") -> Json:
        """Tokens for a person; from id token (unsigned) and client_info msal makes an account."""
        audience = _audience(scope, self._site.base_url)
        refresh = secrets.token_urlsafe(48)
        self._site.refresh[refresh] = by
        now = int(self._site.state.clock.now().timestamp())
        claims = {
            "aud": by.app_id,
            "iss": f"{self._site.base_url}/{TENANT_ID}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + TOKEN_LIFE,
            "name": by.name,
            "oid": by.id,
            "preferred_username": by.upn,
            "sub": by.id,
            "tid": TENANT_ID,
            "ver": "2.0",
            **({"nonce": nonce} if nonce else {}),
        }
        return {
            "token_type": "Bearer",
            "scope": scope,
            "expires_in": TOKEN_LIFE,
            "ext_expires_in": TOKEN_LIFE,
            "access_token": self._site.issue(audience, by),
            "refresh_token": refresh,
            "id_token": f"{segment({'typ': 'JWT', 'alg': 'none'})}.{segment(claims)}.",
            "client_info": segment({"uid": by.id, "utid": TENANT_ID}),
        }

    def _known(self, client: str) -> bool:
        """The kit's own application, Microsoft's public client, or one that was registered here since."""
        made = self._site.state.objects["applications"]
        return client in (CLIENT_ID, GRAPH_TOOLS) or any(app["appId"] == client for app in made)

    def _app(self, client: str) -> Responder:
        """An application by itself. Only one that has a service principal gets a token."""
        if client == CLIENT_ID:
            return self._site.app
        every = self._site.state.objects["service_principals"].values()
        found = next((item for item in every if item["appId"] == client), None)
        if found is None:
            raise _Denied(
                401, "invalid_client", 7000229, f"The client application {client} is missing service principal."
            )
        return Responder(found["id"], found["displayName"], client)

    def _person(self, upn: str, client: str = CLIENT_ID) -> Responder:
        person = self._site.state.person(upn)
        if person is None or not self._site.state.user(person)["accountEnabled"]:
            raise _Denied(400, "invalid_grant", 50057, "The user account is disabled.")
        return Responder(person.id, person.name, client, person.upn)

    def _check_caller(self, tenant: str, form: dict[str, str]) -> None:
        if not _ours(tenant):
            raise _Denied(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        client = form.get("client_id", "")
        if not self._known(client):
            text = f"Application with identifier '{client}' was not found in the directory 'Contoso'."
            raise _Denied(400, "unauthorized_client", 700016, text)

    def _error(self, refusal: _Denied) -> Response:
        trace, now = secrets.token_hex(8), f"{self._site.state.clock.now():%Y-%m-%d %H:%M:%SZ}"
        body = {
            "error": refusal.error,
            "error_description": f"AADSTS{refusal.code}: {refusal.text} Trace ID: {trace} Timestamp: {now}",
            "error_codes": [refusal.code],
            "timestamp": now,
            "trace_id": trace,
            "correlation_id": trace,
            "error_uri": f"{self._site.base_url}/error?code={refusal.code}",
        }
        return json_response(body, refusal.status)


def _form_post(target: str, fields: dict[str, str]) -> str:
    """The page that sends the answer on to the client's own address, as response_mode=form_post wants it."""
    inputs = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value, quote=True)}">'
        for name, value in fields.items()
    )
    return (
        "<!doctype html><title>Working...</title><body onload='document.forms[0].submit()'>"
        f'<form method="post" action="{html.escape(target, quote=True)}">{inputs}<button>Continue</button></form>'
    )


def _unsupported(form: dict[str, str]) -> Json:
    raise _Denied(400, "unsupported_grant_type", 70003, f"The grant type '{form.get('grant_type')}' is not supported.")


def _ours(tenant: str) -> bool:
    return tenant.lower() in (TENANT_ID, DOMAIN, INITIAL_DOMAIN, "organizations", "common")


def _audience(scope: str, here: str) -> str:
    """The resource that a scope is for. A bare permission name means Graph, and so does this server's own address."""
    asked = [item for item in scope.split() if item not in _OWN_SCOPES]
    for item in asked:
        origin, _, permission = item.rpartition("/")
        if origin.rstrip("/") == here and permission:
            return GRAPH
        if origin in AUDIENCES and permission:
            return AUDIENCES[origin]
        if origin:
            text = f"The resource principal named {origin} was not found in the tenant named Contoso."
            raise _Denied(400, "invalid_resource", 500011, text)
    if asked or scope.split():
        return GRAPH
    raise _Denied(
        400, "invalid_scope", 70011, f"The provided value for the input parameter 'scope' is not valid: {APP_NAME}."
    )


async def _form(request: Request) -> dict[str, str]:
    """The form fields, the last of each name (parsed here: the server needs no further package for it)."""
    text = (await request.body()).decode("utf-8", "replace")
    return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
