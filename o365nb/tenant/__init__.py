"""A live tenant: sign in once, then ask Graph and Exchange under the rules of the house."""

from __future__ import annotations

import copy
import time
from datetime import UTC, datetime
from typing import Self

from o365nb.errors import Denied, O365nbError
from o365nb.tenant.defender import Defender
from o365nb.tenant.exchange import Exchange
from o365nb.tenant.graph import Graph, Page, literal, segment
from o365nb.tenant.http import Endpoint, Held, Http, Session, Sleep
from o365nb.tenant.identity import Identity, identity
from o365nb.tenant.management import Management
from o365nb.tenant.pace import Pace
from o365nb.tenant.powershell import powershell, quotes_doubled
from o365nb.tenant.profile import Method, Profile, config_path, load_profile
from o365nb.tenant.redact import redact
from o365nb.tenant.signin import Prompt, SignIn


class Tenant:
    """One tenant, signed in. Make it with `connect`, and close it or use it as a context manager."""

    def __init__(self, profile: Profile, signin: SignIn, *, sleep: Sleep = time.sleep) -> None:
        self.profile = profile
        self._signin = signin
        self._serve(Http(Session(profile.ca_file), sleep=sleep, pace=Pace(scale=profile.pace, sleep=sleep)))

    def _serve(self, http: Http) -> None:
        """Every service, asked through `http`."""
        cloud, signin = self.profile.cloud, self._signin
        self._http = http
        graph = Endpoint("Graph", cloud.graph, lambda claims: signin.token(cloud.graph_scope, claims))
        exchange = Endpoint("Exchange", cloud.exchange, lambda claims: signin.token(cloud.exchange_scope, claims))
        self.graph = Graph(http, graph)
        management = Endpoint(
            "Management", cloud.management, lambda claims: signin.token(cloud.management_scope, claims)
        )
        self.exchange = Exchange(http, exchange, self.profile.tenant_id)
        self.management = Management(http, management, self.profile.tenant_id)
        defender = Endpoint("Defender", cloud.defender, lambda claims: signin.token(cloud.defender_scope, claims))
        self.defender = Defender(http, defender)

    def holding(self, held: Held) -> Self:
        """The same tenant, of which the answers in `held` are not asked for again."""
        twin = copy.copy(self)
        twin._serve(self._http.holding(held))  # noqa: SLF001 - a copy of itself
        return twin

    def close(self) -> None:
        """Close every connection. Safe to call twice."""
        self._http.close()
        self._signin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def now(self) -> datetime:
        """The tenant's own time, UTC, as its last answer gave it: windows are counted from it, not from our clock."""
        return self._http.last_date or datetime.now(UTC)

    def identity(self, service: str = "graph") -> Identity:
        """Who is signed in, as the token for a service (graph, exchange, management, defender) says.

        Raises SignInFailed where no token is given for that service.
        """
        scope = str(getattr(self.profile.cloud, f"{service}_scope"))
        return identity(self._signin.token(scope), self._signin.account())

    def pause(self, seconds: float) -> None:
        """Wait for the service, by the clock this tenant was given."""
        self._http.pause(seconds)


def connect(
    profile: Profile, secret: str | None = None, prompt: Prompt | None = None, *, sleep: Sleep = time.sleep
) -> Tenant:
    """Sign in and prove it by reading the organisation.

    `secret` is the client secret ($O365NB_CLIENT_SECRET or a question on the terminal otherwise), `prompt`
    shows the device code message. Raises SignInFailed, Unreachable, or what GET /organization met.
    """
    tenant = Tenant(profile, SignIn(profile, secret, prompt), sleep=sleep)
    try:
        tenant.graph.get("/organization")
    except O365nbError as error:
        if isinstance(error, Denied) and error.status != 401:
            return tenant  # it proves the sign-in; the missing right shows in the coverage ledger
        tenant.close()
        raise
    return tenant


__all__ = [
    "Held",
    "Identity",
    "Method",
    "Page",
    "Profile",
    "Tenant",
    "config_path",
    "connect",
    "literal",
    "load_profile",
    "powershell",
    "quotes_doubled",
    "redact",
    "segment",
]
