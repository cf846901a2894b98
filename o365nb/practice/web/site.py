"""What every endpoint shares: the tenant's state, its tokens, and the faults that a test asked for."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from starlette.requests import Request

from o365nb.practice.changes import Changes, Responder
from o365nb.practice.ids import Json
from o365nb.practice.people import named_id
from o365nb.practice.state import TenantState
from o365nb.practice.web.faults import ExchangeRefusal, Refusal

CLIENT_ID = "0365aaaa-1111-4222-8333-444444444444"
APP_NAME = "o365nb"
APP_OBJECT = named_id(f"sp:{CLIENT_ID}")

GRAPH, EXCHANGE, MANAGEMENT, DEFENDER = "graph", "exchange", "management", "defender"
#: The resources a token can be for, by the origin in their scopes.
AUDIENCES = {
    "https://graph.microsoft.com": GRAPH,
    "https://outlook.office365.com": EXCHANGE,
    "https://manage.office.com": MANAGEMENT,
    "https://api.securitycenter.microsoft.com": DEFENDER,
}
TOKEN_LIFE = 3599  # seconds


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token stands for. Tokens live in memory only."""

    audience: str
    expires: datetime
    by: Responder


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


@dataclass
class Site:
    """One running tenant on the web."""

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

    @property
    def app(self) -> Responder:
        """The kit's own application, as an actor."""
        return Responder(APP_OBJECT, APP_NAME, CLIENT_ID)

    def issue(self, audience: str, by: Responder) -> str:
        """A new access token: opaque and random."""
        token = secrets.token_urlsafe(48)
        expires = self.state.clock.now() + timedelta(seconds=TOKEN_LIFE)
        self.tokens[token] = Grant(audience, expires, by)
        return token

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
                raise ExchangeRefusal(401, "Unauthorized", problem)
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
