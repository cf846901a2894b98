"""The whole site as one ASGI application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from o365nb.practice.ids import z
from o365nb.practice.web.collections import Collections, Service
from o365nb.practice.web.discovery import kinds
from o365nb.practice.web.exchange import Exchange
from o365nb.practice.web.faults import ExchangeRefusal, Refusal, exchange_error, graph_error
from o365nb.practice.web.front import Front
from o365nb.practice.web.login import Login
from o365nb.practice.web.site import Site

Handler = Callable[[Request, Exception], Awaitable[Response]]


def application(site: Site, login: Login) -> ASGIApp:
    """Sign-in, Graph v1.0 and beta, Exchange and what other services there are: their paths do not meet."""
    groups = [kind(site) for kind in kinds("graph_", Collections)]
    services = [kind(site) for kind in kinds("service_", Service)]

    def graph() -> list[BaseRoute]:
        return [route for group in groups for route in group.routes()]

    app = Starlette(
        routes=[
            Mount("/v1.0", routes=graph()),
            Mount("/beta", routes=graph()),
            *Exchange(site).routes(),
            *(route for service in services for route in service.routes()),
            *login.routes(),
        ],
        exception_handlers={
            Refusal: _graph_handler(site),
            ExchangeRefusal: _exchange_handler,
            404: _nowhere(site, 404),
            405: _nowhere(site, 405),
        },
    )
    return Front(app, site)


def _graph_handler(site: Site) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        if not isinstance(error, Refusal):
            raise error
        client = request.headers.get("client-request-id", "")
        return graph_error(error, z(site.state.clock.now()), client)

    return handle


async def _exchange_handler(_: Request, error: Exception) -> Response:
    if not isinstance(error, ExchangeRefusal):
        raise error
    return exchange_error(error)


def _nowhere(site: Site, status: int) -> Handler:
    async def handle(request: Request, _: Exception) -> Response:
        last = request.url.path.rsplit("/", 1)[-1]
        code = "ResourceNotFound" if status == 404 else "Request_BadRequest"
        refusal = Refusal(status, code, f"Resource not found for the segment '{last}'.")
        return graph_error(refusal, z(site.state.clock.now()), request.headers.get("client-request-id", ""))

    return handle
