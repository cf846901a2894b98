"""What every request passes before a service answers it: quotas, faults, rights, licences, page tokens, slowness."""

from __future__ import annotations

import asyncio
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from o365nb.practice.ids import z
from o365nb.practice.web import latency
from o365nb.practice.web.asked import EXCHANGE, LOGIN, Asked
from o365nb.practice.web.chaos import Mishap
from o365nb.practice.web.faults import ExchangeRefusal, Refusal, exchange_error, graph_error
from o365nb.practice.web.journal import Entry
from o365nb.practice.web.limits import Lease, Refused
from o365nb.practice.web.rights import check_licence
from o365nb.practice.web.site import Fault, Site


class Front:
    """Around the whole application. Gives every answer practice time in its Date header."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app, self._site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        raw = await _body(receive)
        asked = Asked.of(scope, raw)
        send = self._dated(self._noted(asked, scope, send))
        await self._admitted(asked, scope, _replay(raw, receive), send)

    async def _admitted(self, asked: Asked, scope: Scope, receive: Receive, send: Send) -> None:
        """Quotas first: who is over them learns nothing else."""
        quotas = self._site.quotas if asked.service != LOGIN else None
        lease = quotas.admit(asked) if quotas else Lease({}, [])
        if isinstance(lease, Refused):
            await self._refuse(asked, _over(asked, lease), scope, receive, send)
            return
        try:
            await self._answered(asked, scope, receive, _with(lease.headers, send))
        finally:
            lease.end()

    async def _answered(self, asked: Asked, scope: Scope, receive: Receive, send: Send) -> None:
        if self._site.latency:
            await asyncio.sleep(latency.seconds(asked) * self._site.latency)
        fault = self._site.fault_for(asked.method, scope["path"], asked.cmdlet)
        if fault is not None:
            await self._refuse(asked, _as_asked(asked, fault), scope, receive, send)
            return
        dice = self._site.dice if asked.service != LOGIN else None
        mishap = dice.throw(asked) if dice else None
        if mishap is None:
            await self._served(asked, scope, receive, send)
        elif mishap.kind == "refuse":
            await self._refuse(asked, _thrown(asked, mishap), scope, receive, send)
        elif mishap.kind == "reset":
            self._site.hang_up(tuple(scope["client"]), after_sending=False)
            await _gone(receive)
        else:
            await self._cut(asked, mishap, scope, receive, send)

    async def _served(self, asked: Asked, scope: Scope, receive: Receive, send: Send) -> None:
        """Rights, licences and page tokens; then the service itself, on the state that this server knows of."""
        try:
            self._check(asked, scope)
        except (Refusal, ExchangeRefusal) as refusal:
            await self._refuse(asked, refusal, scope, receive, send)
            return
        lag = self._site.lag
        if lag is None or asked.service == LOGIN:
            await self._app(scope, receive, send)
            return
        if not asked.reads:
            lag.wrote(self._site.state)
        with self._site.state.seen_as(lag.view() if asked.reads else None):
            await self._app(scope, receive, send)

    def _check(self, asked: Asked, scope: Scope) -> None:
        grant = self._site.grant_of(Request(scope))
        if grant is None or grant.audience != asked.service:
            return  # no token for this service: the endpoint itself says so
        grant.rights.check(asked, app_only=not grant.by.upn)
        check_licence(asked, self._site.state.info.plans)
        if self._site.page_tokens:
            self._site.page_tokens.check(asked)

    async def _cut(self, asked: Asked, mishap: Mishap, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer, of which the end is missing: with its full length promised, or with a length that fits."""
        told: list[Message] = []

        async def keep(message: Message) -> None:
            told.append(message)

        await self._served(asked, scope, receive, keep)
        body = b"".join(message.get("body", b"") for message in told[1:])
        part = body[: int(len(body) * mishap.cut)]
        start = told[0]
        if not part:
            await send(start)
            await send({"type": "http.response.body", "body": body})
            return
        if mishap.kind == "cut_text":
            kept = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
            await send({**start, "headers": [*kept, (b"content-length", str(len(part)).encode())]})
            await send({"type": "http.response.body", "body": part})
            return
        await send(start)
        await send({"type": "http.response.body", "body": part, "more_body": True})
        self._site.hang_up(tuple(scope["client"]), after_sending=True)
        await _gone(receive)

    async def _refuse(self, asked: Asked, refusal: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        await self._error(asked, refusal, scope)(scope, receive, send)

    def _error(self, asked: Asked, refusal: Exception, scope: Scope) -> Response:
        if isinstance(refusal, ExchangeRefusal):
            return exchange_error(refusal)
        if not isinstance(refusal, Refusal):
            raise refusal
        client = Request(scope).headers.get("client-request-id", "") if asked.graph else ""
        return graph_error(refusal, z(self._site.state.clock.now()), client)

    def _noted(self, asked: Asked, scope: Scope, send: Send) -> Send:
        if self._site.journal is None:
            return send
        headers = {name: value for name, value in Request(scope).headers.items() if name != "authorization"}
        entry = Entry(asked, headers)
        self._site.journal.append(entry)
        return entry.listen(send)

    def _dated(self, send: Send) -> Send:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self._site.state.clock.now().replace(microsecond=0), usegmt=True)
                message["headers"] = [*message["headers"], (b"date", date.encode())]
            await send(message)

        return dated


def _refusal(asked: Asked, status: int, code: str, message: str, headers: dict[str, str]) -> Exception:
    if asked.service == EXCHANGE:
        return ExchangeRefusal(status, code, message, headers)
    return Refusal(status, code, message, headers)


def _over(asked: Asked, refused: Refused) -> Exception:
    after = refused.retry_after
    headers = {} if after is None else {"Retry-After": f"{after:g}"}
    return _refusal(asked, refused.rule.status, refused.rule.code, refused.rule.message, headers)


def _thrown(asked: Asked, mishap: Mishap) -> Exception:
    headers = {} if mishap.retry_after is None else {"Retry-After": str(mishap.retry_after)}
    return _refusal(asked, mishap.status, mishap.code, "The service is not available at the moment.", headers)


def _as_asked(asked: Asked, fault: Fault) -> Exception:
    return _refusal(asked, fault.status, fault.code, fault.message, fault.headers)


def _with(headers: dict[str, str], send: Send) -> Send:
    if not headers:
        return send
    more = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *more]
        await send(message)

    return sending


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return b"".join(parts)


def _replay(raw: bytes, receive: Receive) -> Receive:
    """The body once more, then what really comes."""
    left: list[Message] = [{"type": "http.request", "body": raw, "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again


async def _gone(receive: Receive) -> None:
    """Wait until the connection is down."""
    while (await receive())["type"] != "http.disconnect":
        pass
