"""The practice tenant: a real HTTPS server on this machine, with state, for the time of a `with` block."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import ssl
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from o365nb.errors import BadInput, O365nbError
from o365nb.practice.conditions import Chaos, Conditions, Limits, PageLife
from o365nb.practice.people import TENANT_ID
from o365nb.practice.relapse import relapse
from o365nb.practice.state import TenantState
from o365nb.practice.story import build, find_story
from o365nb.practice.world import Truth

if TYPE_CHECKING:
    import uvicorn

    from o365nb.practice.web.journal import Entry
    from o365nb.practice.web.site import Site

_CODES = {401: "InvalidAuthenticationToken", 403: "accessDenied", 404: "ResourceNotFound", 429: "TooManyRequests",
          500: "InternalServerError", 503: "serviceNotAvailable", 504: "UnknownError"}  # fmt: skip
_START_LIMIT = 20.0  # seconds


class Options(TypedDict, total=False):
    """The fields of `Conditions`, by name."""

    limits: Limits | None
    chaos: Chaos | None
    latency: float
    page_life: PageLife | None
    write_delay: float
    journal: bool


class PracticeTenant:
    """One tenant playing one story on https://localhost.

    `state` is the folder that keeps what is changed (a temporary one when not given); a folder that holds a
    tenant of the same story is continued. `page_limit` makes every page that short, to exercise paging. The other
    options are those of `Conditions`. Raises BadInput for an unknown story, a folder of another story, a port that
    is taken, or conditions that cannot be.
    """

    def __init__(
        self, story: str, state: Path | None = None, *, port: int = 0, page_limit: int | None = None,
        conditions: Conditions | None = None, **more: Unpack[Options],
    ) -> None:  # fmt: skip
        self.story = find_story(story)
        self._conditions = replace(conditions or Conditions(), **more)
        self._temporary = None if state else tempfile.TemporaryDirectory(prefix="o365nb-practice-")
        self._folder = state or Path(self._temporary.name if self._temporary else ".")
        self._port, self._page_limit = port, page_limit
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Begin to listen. The same as entering the `with` block."""
        try:
            import trustme
            import uvicorn

            from o365nb.practice.web.app import application
            from o365nb.practice.web.login import Login
        except ImportError as error:
            raise BadInput(f"The practice tenant needs the package {error.name}. Install o365nb[practice].") from None
        self._folder.mkdir(parents=True, exist_ok=True)
        self._site = self._made()
        self._login = Login(self._site)
        listener = self._listen()
        self.port = int(listener.getsockname()[1])
        self._site.base_url = f"https://localhost:{self.port}"
        authority = trustme.CA()
        self.ca_file = self._folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1", "::1").configure_cert(context)
        config = uvicorn.Config(
            application(self._site, self._login), log_config=None, access_log=False, server_header=False,
            date_header=False, lifespan="off", ws="none", http="h11", timeout_graceful_shutdown=2,
        )  # fmt: skip
        config.load()
        config.ssl = context
        self._server = _server(config)
        self._thread = threading.Thread(target=self._serve, args=(self._server, listener), daemon=True)
        self._thread.start()
        self._await_start()
        return self

    def _made(self) -> Site:
        from o365nb.practice.web.chaos import Dice
        from o365nb.practice.web.limits import Quotas
        from o365nb.practice.web.pages import Lag, Tokens
        from o365nb.practice.web.site import Fault, Site

        refused = [
            Fault(what, 403, sys.maxsize, {}, "Forbidden", "Insufficient privileges to complete the operation.")
            for what in self.story.refused
        ]
        wanted = self._conditions
        return Site(
            TenantState(build(self.story.slug), self._folder), self._folder, page_limit=self._page_limit,
            quotas=Quotas(wanted.scale) if wanted.limits else None,
            dice=Dice(wanted.chaos) if wanted.chaos else None,
            page_tokens=Tokens(wanted.page_life) if wanted.page_life else None,
            lag=Lag(wanted.write_delay) if wanted.write_delay else None,
            faults=refused, latency=wanted.latency, journal=[] if wanted.journal else None, hang_up=self._hang_up,
        )  # fmt: skip

    def _hang_up(self, client: tuple[str, int], *, after_sending: bool) -> None:
        from uvicorn.protocols.http.h11_impl import H11Protocol

        for connection in list(self._server.server_state.connections) if self._server else ():
            if isinstance(connection, H11Protocol) and connection.client == client:
                drop(connection.transport, after_sending=after_sending)

    def _listen(self) -> socket.socket:
        # The protocol is named so that asyncio switches Nagle's algorithm off: it costs 40 ms per answer.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":  # elsewhere this would let two programs share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", self._port))
        except (OSError, OverflowError) as error:
            listener.close()
            problem = getattr(error, "strerror", None) or "a port is a number from 0 to 65535"
            raise BadInput(f"Port {self._port} cannot be used ({problem}). Name another with --port.") from None
        return listener

    def _serve(self, server: uvicorn.Server, listener: socket.socket) -> None:
        with listener:
            asyncio.run(server.serve(sockets=[listener]))

    def _await_start(self) -> None:
        limit = time.monotonic() + _START_LIMIT
        while self._server is not None and not self._server.started:
            if time.monotonic() > limit or (self._thread is not None and not self._thread.is_alive()):
                self.stop()
                raise O365nbError("The practice tenant did not start. Try again; if it stays, report it.")
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop listening and write the clock down. Safe to call twice."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
            self._site.state.save()
            self._server = self._thread = None
        if self._temporary is not None:
            self._temporary.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # -- what a client needs ------------------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        """Origin of sign-in, Graph and Exchange."""
        return self._site.base_url

    @property
    def tenant_id(self) -> str:
        return TENANT_ID

    @property
    def client_id(self) -> str:
        """The application that the kit signs in as."""
        from o365nb.practice.web.site import CLIENT_ID

        return CLIENT_ID

    @property
    def client_secret(self) -> str:
        """A new random secret at every start, in memory only."""
        return self._site.secret

    # -- for trainers and tests ---------------------------------------------------------------------------------

    @property
    def truth(self) -> dict[str, Truth]:
        """What really was the case, by event id (message trace: id and recipient, lower case, joined by |)."""
        return self._site.state.truth

    def save_truth(self, path: Path) -> None:
        """Write the truth as JSON for a trainer or a measurement; nothing that analyses a case reads it.

        `{"story", "subject", "first_attacker_event", "events": {event id: {"label", "phase", "findings", "source"}}}`.
        """
        first = self.story.first_attacker_event
        content = {
            "story": self.story.id,
            "subject": self.story.subject,
            "first_attacker_event": first.isoformat() if first else None,
            "events": self.truth,
        }
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False), "utf-8")

    @property
    def state(self) -> TenantState:
        """The tenant from within: its clock, its objects."""
        return self._site.state

    def pass_time(self, span: timedelta) -> None:
        """Let practice time pass at once: what takes hours comes to its end."""
        self._site.state.clock.advance(span.total_seconds())

    def relapse(self, kind: str) -> None:
        """Make the response fail after all, now: "token", "rule" or "sync" (see `practice.relapse`).

        Raises BadInput for another kind, or where the story has nothing that could come back so.
        """
        relapse(self._site.state, self.story.subject, kind)

    def register_certificate(self, pem: str | bytes) -> None:
        """Accept client assertions signed with this certificate."""
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding

        from o365nb.practice.web.assertion import thumbprint

        certificate = x509.load_pem_x509_certificate(pem.encode() if isinstance(pem, str) else pem)
        self._site.certificates[thumbprint(certificate)] = certificate.public_bytes(Encoding.DER)

    def approve_device_code(self, user_code: str, upn: str = "carol@contoso.example") -> None:
        """Do what the person at the device code page does. Raises BadInput for a code that is not waiting."""
        if not self._login.approve(user_code, upn):
            raise BadInput(f"No sign-in waits for the code {user_code!r}. Begin it again.")

    @property
    def journal(self) -> list[Entry]:
        """Every request with its answer so far, when the journal was asked for."""
        return list(self._site.journal or ())

    @property
    def refusals(self) -> int:
        """How many requests the quotas refused."""
        return self._site.quotas.refusals if self._site.quotas else 0

    def withdraw(self, permission: str) -> None:
        """Take an app permission away from the kit's application. Raises BadInput when it was not granted."""
        if not self._site.rights.withdraw(permission):
            raise BadInput(f"The application was never granted {permission!r}.")

    def grant_only(self, *permissions: str) -> None:
        """Leave the kit's application these permissions and no others."""
        for names in self._site.rights.granted.values():
            names.intersection_update(permissions)

    def set_roles(self, *roles: str) -> None:
        """Give the kit's application these directory roles and no others ("Global Reader", ...)."""
        self._site.rights.roles = set(roles)

    def forget_tokens(self) -> None:
        """Make every access token invalid, as a revocation would."""
        self._site.tokens.clear()

    def inject(
        self,
        path: str,
        status: int,
        times: int = 1,
        headers: Mapping[str, str] | None = None,
        *,
        code: str = "",
        message: str = "The practice tenant was told to answer this.",
        method: str = "",
    ) -> None:
        """Answer the next `times` requests below `path` (or for a cmdlet of that name) with an error instead."""
        from o365nb.practice.web.site import Fault

        chosen = code or _CODES.get(status, "UnknownError")
        self._site.faults.append(Fault(path, status, times, dict(headers or {}), chosen, message, method))


def drop(transport: asyncio.Transport, *, after_sending: bool) -> None:
    """End a connection: politely when everything has left, or so that the client's kernel reports a reset."""
    if after_sending:
        transport.close()
        return
    connection = transport.get_extra_info("socket")
    if connection is not None and os.name == "posix":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _server(config: uvicorn.Config) -> uvicorn.Server:
    """A server that ends at once: it waits neither for clients that keep a connection open nor for their farewells."""
    import uvicorn

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            for connection in list(self.server_state.connections):
                connection.transport.abort()
            await super().shutdown(sockets)

    # A connection that comes up in the very moment of the end is cut after two seconds; that is no news to anybody.
    logging.getLogger("uvicorn.error").addFilter(_not_the_farewell)
    return Server(config)


def _not_the_farewell(record: logging.LogRecord) -> bool:
    return "timeout graceful shutdown exceeded" not in record.getMessage()
