"""What every endpoint shares: the tenant's state, its tokens, and the faults that a test asked for."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from starlette.requests import Request

from o365nb.practice.changes import Changes, Responder
from o365nb.practice.identity import ROLES
from o365nb.practice.ids import Json
from o365nb.practice.logs import apps
from o365nb.practice.people import TENANT_ID, named_id
from o365nb.practice.state import TenantState
from o365nb.practice.web import asked
from o365nb.practice.web.chaos import Dice
from o365nb.practice.web.faults import ExchangeRefusal, Refusal
from o365nb.practice.web.journal import Entry
from o365nb.practice.web.limits import Quotas
from o365nb.practice.web.pages import Lag, Tokens
from o365nb.practice.web.rights import Rights

CLIENT_ID = "0365aaaa-1111-4222-8333-444444444444"
APP_NAME = "o365nb"
APP_OBJECT = named_id(f"sp:{CLIENT_ID}")

GRAPH, EXCHANGE, MANAGEMENT, DEFENDER = asked.GRAPH, asked.EXCHANGE, asked.MANAGEMENT, asked.DEFENDER
#: The resources a token can be for, by the origin in their scopes.
AUDIENCES = {
    "https://graph.microsoft.com": GRAPH,
    "https://outlook.office365.com": EXCHANGE,
    "https://manage.office.com": MANAGEMENT,
    "https://api.securitycenter.microsoft.com": DEFENDER,
}
#: The same resources by their application's id.
RESOURCES = {
    apps.GRAPH.id: GRAPH,
    apps.EXCHANGE.id: EXCHANGE,
    apps.MANAGEMENT.id: MANAGEMENT,
    apps.DEFENDER.id: DEFENDER,
}
#: Microsoft Graph Command Line Tools: the public client with which an administrator signs in, in every tenant.
GRAPH_TOOLS = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
TOKEN_LIFE = 3599  # seconds


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token stands for. Tokens live in memory only."""

    audience: str
    expires: datetime
    by: Responder
    rights: Rights


@dataclass
class Fault:
    """An answer to give instead of the real one, `times` times."""

    path: str  # beginning of the path, or the name of a cmdlet
    status: int
    times: int
    headers: dict[str, str]
    code: str
    message: str
    method: str = ""


@dataclass
class DeviceFlow:
    """One device code sign-in: who approved it, if anyone did."""

    device_code: str
    user_code: str
    scope: str
    expires: datetime
    approved_by: str = ""


class HangUp(Protocol):
    """Cut the connection of a client (address and port): at once, or after what was sent has left."""

    def __call__(self, client: tuple[str, int], *, after_sending: bool) -> None: ...


def _nobody(client: tuple[str, int], *, after_sending: bool) -> None:  # noqa: ARG001 - until the server runs
    return


@dataclass
class Site:
    """One running tenant on the web. What is None or 0 of its conditions is switched off."""

    state: TenantState
    folder: Path
    base_url: str = ""
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(30), repr=False)
    page_limit: int | None = None
    tokens: dict[str, Grant] = field(default_factory=dict, repr=False)
    refresh: dict[str, Responder] = field(default_factory=dict, repr=False)
    codes: dict[str, tuple[Responder, str]] = field(default_factory=dict, repr=False)  # with the nonce asked for
    flows: dict[str, DeviceFlow] = field(default_factory=dict, repr=False)
    certificates: dict[str, bytes] = field(default_factory=dict)  # x5t#S256 to DER
    faults: list[Fault] = field(default_factory=list)
    rights: Rights = field(default_factory=Rights)
    quotas: Quotas | None = None
    dice: Dice | None = None
    page_tokens: Tokens | None = None
    lag: Lag | None = None
    latency: float = 0.0
    journal: list[Entry] | None = None
    hang_up: HangUp = _nobody

    @property
    def app(self) -> Responder:
        """The kit's own application, as an actor."""
        return Responder(APP_OBJECT, APP_NAME, CLIENT_ID)

    def issue(self, audience: str, by: Responder) -> str:
        """A new access token: a JWT that says what it is for, with a random signature."""
        now = self.state.clock.now()
        expires = now + timedelta(seconds=TOKEN_LIFE)
        own = self.rights_of(by)
        rights = sorted(own.granted.get(audience, ()))
        claims = {
            "aud": next(origin for origin, name in AUDIENCES.items() if name == audience),
            "iss": f"https://sts.windows.net/{TENANT_ID}/",
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int(expires.timestamp()),
            "appid": by.app_id,
            "app_displayname": APP_NAME if by.app_id == CLIENT_ID else by.name,
            "idtyp": "user" if by.upn else "app",
            "oid": by.id,
            "tid": TENANT_ID,
            "ver": "1.0",
            **({"scp": " ".join(rights), "upn": by.upn} if by.upn else {"roles": rights, "wids": own.role_ids}),
        }
        head = {"typ": "JWT", "alg": "RS256", "kid": "practice"}
        token = f"{segment(head)}.{segment(claims)}.{secrets.token_urlsafe(48)}"
        self.tokens[token] = Grant(audience, expires, by, own)
        return token

    def rights_of(self, by: Responder) -> Rights:
        """What the caller's application was granted: the kit's own, or one that was registered since."""
        kept = self.state.objects
        if by.upn or by.app_id == CLIENT_ID:
            return self.rights
        services = {named_id(f"sp:{app}"): service for app, service in RESOURCES.items()}
        found = Rights({service: set() for service in RESOURCES.values()}, set())
        for right in kept["app_role_assignments"]:
            if right["principalId"] == by.id and right["resourceId"] in services:
                roles = kept["service_principals"][right["resourceId"]]["appRoles"]
                names = {role["value"] for role in roles if role["id"] == right["appRoleId"]}
                found.granted[services[right["resourceId"]]] |= names
        held = (item["roleDefinitionId"] for item in kept["role_assignments"] if item["principalId"] == by.id)
        found.roles |= {ROLES[role][0] for role in held if role in ROLES}
        return found

    def grant_of(self, request: Request) -> Grant | None:
        """What the request's token stands for; None for a token that is not valid now."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        grant = self.tokens.get(token.strip()) if scheme.lower() == "bearer" else None
        return grant if grant and grant.expires > self.state.clock.now() else None

    def authorise(self, request: Request, audience: str) -> Changes:
        """The caller's right to change things, from the bearer token. Raises the service's own 401."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        grant = self.tokens.get(token.strip()) if scheme.lower() == "bearer" else None
        problem = ""
        if not token:
            problem = "Access token is empty."
        elif grant is None:
            problem = "IDX14100: JWT is not well formed, there are no dots (.)."
        elif grant.expires <= self.state.clock.now():
            problem = "Lifetime validation failed, the token is expired."
        elif grant.audience != audience:
            problem = "Access token validation failure. Invalid audience."
        if problem or grant is None:
            if audience == EXCHANGE:
                raise ExchangeRefusal(
                    401, "Unauthorized", problem, {"WWW-Authenticate": 'Bearer error="invalid_token"'}
                )
            raise Refusal(401, "InvalidAuthenticationToken", problem, {"WWW-Authenticate": "Bearer"})
        return Changes(self.state, grant.by)

    def page_size(self, size: int) -> int:
        """A page may be shorter than was asked for."""
        return min(size, self.page_limit) if self.page_limit else size

    def fault_for(self, method: str, path: str, cmdlet: str) -> Fault | None:
        """The next fault that a test asked for here."""
        for fault in self.faults:
            if (
                fault.times > 0
                and fault.method in ("", method)
                and (path.startswith(fault.path) or fault.path == cmdlet)
            ):
                fault.times -= 1
                return fault
        return None


def segment(data: Json) -> str:
    """A part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


async def body_of(request: Request) -> Json:
    """The JSON object that was sent; {} for none. Raises 400 for anything else."""
    raw = await request.body()
    try:
        data = json.loads(raw) if raw else {}
    except ValueError:
        raise Refusal(400, "BadRequest", "Unable to read JSON request payload.") from None
    if not isinstance(data, dict):
        raise Refusal(400, "BadRequest", "Unable to read JSON request payload: an object is expected.")
    return data


def query_of(request: Request, known: tuple[str, ...]) -> Mapping[str, str]:
    """The query parameters; an unknown system parameter is refused as the service does."""
    for name in request.query_params:
        if name.startswith("$") and name not in known:
            raise Refusal(400, "BadRequest", f"Query option '{name}' is not allowed.")
    return dict(request.query_params)
