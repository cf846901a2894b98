"""The one HTTP layer: host check before any token, Retry-After, backoff, claims challenges, errors as our own."""

from __future__ import annotations

import base64
import binascii
import copy
import hashlib
import json as stdlib_json
import re
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import orjson
import requests
from requests.adapters import HTTPAdapter

from o365nb import __version__
from o365nb.errors import BadInput, RequestFailed, Unreachable, UntrustedLink
from o365nb.tenant.faults import fault
from o365nb.tenant.pace import Pace
from o365nb.tenant.redact import redact

RETRIES = 6
GATEWAY_RETRIES = 2  # 504: the question was too large; asking it again seldom helps
LOST_CONNECTION_RETRIES = 4
CONNECTIONS = 48  # kept open per host
TIMEOUT = (15.0, 180.0)  # seconds to connect, seconds between bytes
LONGEST_WAIT = 300.0  # seconds; also what an absurd Retry-After is cut to

#: Gives an access token; an argument is the claims that the service demands of a new one.
TokenSource = Callable[[str | None], str]
Sleep = Callable[[float], None]

_LOST = "the connection failed"
_HEADER_SAFE = re.compile(r"[\x21-\x5b\x5d-\x7e]+")  # printable ASCII without blank and backslash


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A service: its name for messages, the only origin its token goes to, and where that token comes from."""

    name: str
    origin: str
    token: TokenSource = field(repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """A service's answer, as received. `held` was received earlier and kept; `key` names what was asked."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    request_id: str
    key: str = ""
    held: bool = False

    def json(self) -> Any:
        """The body as data; half a character becomes "?". Raises RequestFailed where it is not JSON."""
        with suppress(ValueError):
            return orjson.loads(self.body)
        try:
            # A rule's name may hold what is no Unicode: that must not hide the rules beside it.
            text = stdlib_json.dumps(stdlib_json.loads(self.body), ensure_ascii=False)
            return orjson.loads(text.encode(errors="replace"))
        except (ValueError, RecursionError):
            raise RequestFailed(
                "The service answered with something that is not JSON. A proxy may stand in between; run it again.",
                status=self.status,
                request_id=self.request_id,
            ) from None


#: Answers that are held already: the next one to a request of that key, None for none.
Held = Callable[[str], bytes | None]


def request_key(method: str, url: str, json: Any = None) -> str:
    """What names a request whatever the host: method, path, query and body."""
    parts = urlsplit(url)
    asked = f"{method} {parts.path}?{parts.query} ".encode() + (b"" if json is None else orjson.dumps(json))
    return hashlib.sha256(asked).hexdigest()[:32]


class Session(requests.Session):
    """A session that never sends without TLS verification, whoever asks, and never waits for ever.

    Threads may share it: it keeps no cookies, and nothing of it changes once it is made.
    """

    def __init__(self, ca_file: Path | None = None) -> None:
        super().__init__()
        if ca_file is not None:
            self.trust_env = False  # REQUESTS_CA_BUNDLE would otherwise replace the practice tenant's CA
            self.verify = str(ca_file)
        self.headers["User-Agent"] = f"o365nb/{__version__}"
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.mount("https://", HTTPAdapter(pool_maxsize=CONNECTIONS))

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        if not kwargs.get("verify", self.verify):
            raise BadInput("TLS verification cannot be switched off. Give the CA that signed the certificate instead.")
        kwargs["timeout"] = kwargs.get("timeout") or TIMEOUT
        return super().send(request, **kwargs)


@dataclass(slots=True)
class _Seen:
    """What the answers so far have told, for every copy of an Http."""

    answered: bool = False
    last_date: datetime | None = None


class Http:
    """Requests with the rules of the house, by many threads at once. `sleep` is how to wait; tests count instead."""

    def __init__(self, session: requests.Session, *, sleep: Sleep = time.sleep, pace: Pace | None = None) -> None:
        self._session, self._sleep = session, sleep
        self._pace = pace or Pace(scale=0.0)
        self._seen = _Seen()
        self._held: Held | None = None

    @property
    def last_date(self) -> datetime | None:
        """The time of the last answer, by the service's clock."""
        return self._seen.last_date

    def holding(self, held: Held) -> Self:
        """The same, but what is held already is not asked for again."""
        twin = copy.copy(self)
        twin._held = held  # noqa: SLF001 - a copy of itself
        return twin

    def request(
        self,
        method: str,
        url: str,
        endpoint: Endpoint,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool | None = None,
    ) -> Response:
        """One request, repeated where that is safe: 429 always, 5xx only when `idempotent` (default: GET, DELETE).

        Raises UntrustedLink before any token is sent to another origin than the endpoint's; Denied,
        NotLicensed, NotFound, Throttled or RequestFailed for error answers; Unreachable for none.
        """
        require_origin(url, endpoint)
        key = request_key(method, url, json)
        if self._held and (body := self._held(key)) is not None:
            return Response(200, body, {}, "", key, held=True)
        repeatable = method in ("GET", "DELETE") if idempotent is None else idempotent
        identity, cmdlet = str(uuid.uuid4()), (headers or {}).get("X-CmdletName", "")
        claims: str | None = None
        attempt = 0
        while True:
            send = {"Accept": "application/json", **(headers or {}), "client-request-id": identity}
            send["Authorization"] = f"Bearer {endpoint.token(claims)}"
            with self._pace.turn(endpoint.name, method, url, cmdlet):
                response = self._once(method, url, endpoint, json, send, repeatable=repeatable)
            if response.status < 300:
                return replace(response, key=key)
            if response.status == 401 and claims is None and (claims := _renewal(response)):
                continue
            if attempt >= _retries(response, repeatable=repeatable):
                raise self._fault(method, url, endpoint, headers, response)
            pause = wait(attempt, response.headers.get("Retry-After"), self.last_date)
            self._pace.hold(endpoint.name, method, url, pause, cmdlet)
            self._sleep(pause)
            attempt += 1

    @staticmethod
    def _fault(
        method: str, url: str, endpoint: Endpoint, headers: Mapping[str, str] | None, response: Response
    ) -> RequestFailed:
        path = urlsplit(url).path
        what = (headers or {}).get("X-CmdletName") or f"{method} {path}"
        request = f"{endpoint.name}: {what}"
        return fault(request, path, status=response.status, body=response.body, request_id=response.request_id)

    def close(self) -> None:
        """Close every connection."""
        self._session.close()

    def pause(self, seconds: float) -> None:
        """Wait, by the clock that was given."""
        self._sleep(seconds)

    def _once(
        self, method: str, url: str, endpoint: Endpoint, json: Any, headers: Mapping[str, str], *, repeatable: bool
    ) -> Response:
        """Send once; a connection lost on a host that has answered before is tried again where that is safe."""
        if json is not None:
            headers = {**headers, "Content-Type": "application/json; charset=utf-8"}
        data = None if json is None else orjson.dumps(json)
        tries = 1 + (LOST_CONNECTION_RETRIES if repeatable and self._seen.answered else 0)
        for attempt in range(tries):
            try:
                got = self._session.request(method, url, data=data, headers=dict(headers), allow_redirects=False)
            except requests.exceptions.RequestException as error:
                # The exception holds the request and with it the token: it must not be chained.
                problem = _connection_problem(error)
            else:
                self._seen.answered = True
                if attempt + 1 == tries or not _cut(got):
                    return self._received(got)
            if attempt + 1 < tries:
                self._sleep(wait(attempt, None, None))
        raise Unreachable(f"{endpoint.name} at {endpoint.origin}: {problem}. Check the network, proxy and address.")

    def _received(self, got: requests.Response) -> Response:
        self._seen.last_date = _http_date(got.headers.get("Date")) or self.last_date
        request_id = got.headers.get("request-id") or got.headers.get("x-ms-request-id") or ""
        return Response(got.status_code, got.content, got.headers, request_id)


def _retries(response: Response, *, repeatable: bool) -> int:
    """How often a request that was answered so may be sent again."""
    status = response.status
    # The Management Activity API refuses for load with a 403 that says AF429.
    if status == 429 or (status == 403 and b'"AF429"' in response.body):
        return RETRIES
    if status == 504 and repeatable:
        return GATEWAY_RETRIES
    return RETRIES if repeatable and status >= 500 else 0


def _cut(got: requests.Response) -> bool:
    """An answer that calls itself JSON and ends in the middle: something on the way lost the rest."""
    if got.status_code >= 300 or not got.content or "json" not in got.headers.get("Content-Type", ""):
        return False
    with suppress(ValueError):
        orjson.loads(got.content)
        return False
    try:
        stdlib_json.loads(got.content.decode("utf-8", "replace"))
    except ValueError:
        return True
    except RecursionError:
        pass
    return False


def _renewal(response: Response) -> str | None:
    """The claims to ask a new token with after a 401: those demanded, or none in particular; None: no use.

    Graph names an expired token in the body, Exchange in the header that every service owes (RFC 6750, 3.1).
    """
    if claims := challenge(response.headers):
        return claims
    expired = 'error="invalid_token"' in response.headers.get("WWW-Authenticate", "")
    return "{}" if expired or b"InvalidAuthenticationToken" in response.body else None


def require_origin(url: str, endpoint: Endpoint) -> None:
    """Refuse any address that is not exactly at the endpoint's origin. Raises UntrustedLink."""
    if _HEADER_SAFE.fullmatch(url) and _origin(url) == _origin(endpoint.origin):
        return
    where = redact(urlsplit(url).netloc if _HEADER_SAFE.fullmatch(url) else url, limit=100)
    raise UntrustedLink(
        f"{endpoint.name} gave a link to {where or 'nowhere'}, which is not {endpoint.origin}."
        " No token was sent there; the answer may have been tampered with."
    )


def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        return None
    if parts.scheme != "https" or parts.username is not None or parts.password is not None or not parts.hostname:
        return None
    return parts.scheme, parts.hostname.lower(), port


def challenge(headers: Mapping[str, str]) -> str | None:
    """The claims that a 401 demands of a new token (continuous access evaluation), as JSON text; None for none."""
    said = headers.get("WWW-Authenticate", "")
    found = re.search(r'claims="([A-Za-z0-9+/=_-]+)"', said)
    if not found or "insufficient_claims" not in said:
        return None
    encoded = found[1].rstrip("=")
    try:
        return base64.urlsafe_b64decode(
            encoded.replace("+", "-").replace("/", "_") + "=" * (-len(encoded) % 4)
        ).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def wait(attempt: int, retry_after: str | None, now: datetime | None) -> float:
    """Seconds to wait: what the service asks for (1 to 300), else 2, 4, 8 … with up to half as much again by chance."""
    asked = _retry_after(retry_after, now)
    if asked is not None:
        return min(max(asked, 1.0), LONGEST_WAIT)
    base = min(2.0 ** (attempt + 1), LONGEST_WAIT / 2)
    return base + secrets.SystemRandom().uniform(0, base / 2)


def _retry_after(value: str | None, now: datetime | None) -> float | None:
    text = (value or "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text):
        return float(text)
    until = _http_date(text)
    return (until - (now or datetime.now(UTC))).total_seconds() if until else None


def _http_date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def cut_off(error: requests.exceptions.RequestException) -> bool:
    """Whether somebody was there and the connection ended before the answer: worth another try, at once."""
    return _connection_problem(error) == _LOST


def _connection_problem(error: requests.exceptions.RequestException) -> str:
    """In words, without the address and headers that the libraries put into their messages."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its TLS certificate is not trusted here"
    if isinstance(error, requests.exceptions.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy refuses"
    if "refused" in str(error):
        return "the connection was refused: nobody listens there"
    if "resolve" in str(error):
        return "the name is not known"
    return _LOST
