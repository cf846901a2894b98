"""Microsoft's quotas, kept by the client itself: who waits its turn is not refused, and others are not hindered."""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

#: A quota is kept a little longer than it says, for a request sent later may arrive sooner: this share, and at most
#: this many seconds more.
_MARGIN, _JITTER = 0.02, 0.06


@dataclass(frozen=True, slots=True)
class Quota:
    """`calls` requests in any `seconds`, `at_once` of them under way; None is without that limit.

    It holds for requests to `service` whose "METHOD /path?query cmdlet" matches `asked`. What the group `each` in it
    matched (a mailbox) has a quota of its own.
    """

    name: str
    service: str
    asked: str
    calls: int | None = None
    seconds: float = 1.0
    at_once: int | None = None


#: Source: Microsoft Graph service-specific throttling limits; Defender for Endpoint and Management Activity API
#: references. Exchange publishes none: three at a time is what its own module keeps to. Quotas of a day (audit
#: queries) are not kept by waiting: the service's refusal goes into the ledger.
QUOTAS: tuple[Quota, ...] = (
    Quota(
        "identity reports",
        "Graph",
        r"/(auditLogs/(signIns|directoryAudits)|reports/authenticationMethods|users/[^/]+/authentication)\b",
        5,
        10,
    ),
    Quota("sign-in activity", "Graph", r"GET .*\bsignInActivity\b", 10, 60),
    Quota("risk and conditional access", "Graph", r"/(identityProtection|identity/conditionalAccess)/", 1, 1),
    Quota("message trace", "Graph", r"/admin/exchange/tracing/", 100, 300),
    Quota("message trace", "Exchange", r" Get-MessageTrace\w*V2$", 100, 300),
    Quota(
        "mailbox",
        "Graph",
        r"/users/(?P<each>[^/]+)/(mailFolders|messages|mailboxSettings|calendar)\b",
        10_000,
        600,
        at_once=4,
    ),
    Quota("alerts", "Graph", r"/security/(alerts_v2|incidents)\b", 150, 60),
    Quota("hunting", "Graph", r"/security/runHuntingQuery\b", 45, 60),
    Quota("Intune", "Graph", r"/(deviceManagement/|users/[^/]+/managed(Devices|AppRegistrations)\b)", 1000, 20),
    # 3,500 resource units in a small tenant, and the dearest request costs five. So many at once are enough, and leave
    # the line free for requests that must go at their second.
    Quota(
        "directory",
        "Graph",
        r"/(users(?!/[^/]+/(authentication|mailFolders|messages|mailboxSettings|calendar|managed\w+)\b)"
        r"|servicePrincipals|applications|groups|devices|oauth2PermissionGrants|roleManagement|policies)\b",
        700,
        10,
        at_once=8,
    ),
    Quota("administration", "Exchange", r".", at_once=3),
    Quota("activity feed", "Management", r".", 2000, 60),
    Quota("machines", "Defender", r".", 100, 60),
    Quota("machines by the hour", "Defender", r".", 1500, 3600),
)


class Pace:
    """Turns under `QUOTAS`, for many threads. `scale` shortens every span of time; 0 keeps no quota at all."""

    def __init__(
        self,
        *,
        scale: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._scale, self._sleep, self._clock = scale, sleep, clock
        self._lock = threading.Lock()
        self._lanes: dict[str, _Lane] = {}

    @contextmanager
    def turn(self, service: str, method: str, url: str, cmdlet: str = "") -> Iterator[None]:
        """Wait until every quota on this request allows it; leaving the block ends it."""
        entered: list[_Lane] = []
        try:
            for lane in self._lanes_of(service, method, url, cmdlet):  # the scarcest first, see QUOTAS
                lane.wait(self._sleep, self._clock)
                lane.enter()
                entered.append(lane)
            yield
        finally:
            for lane in entered:
                lane.leave()

    def hold(self, service: str, method: str, url: str, seconds: float, cmdlet: str = "") -> None:
        """The service refused for load: nobody asks under the same quotas before so many seconds are over."""
        until = self._clock() + seconds
        for lane in self._lanes_of(service, method, url, cmdlet):
            if lane.quota.calls is not None:
                lane.held = max(lane.held, until)

    def _lanes_of(self, service: str, method: str, url: str, cmdlet: str) -> list[_Lane]:
        if not self._scale:
            return []
        parts = urlsplit(url)
        asked = f"{method} {unquote(parts.path)}?{unquote(parts.query)} {cmdlet}".rstrip()
        found = []
        with self._lock:
            for quota in QUOTAS:
                if quota.service != service or not (match := re.search(quota.asked, asked)):
                    continue
                key = f"{quota.name} {match['each']}" if "each" in match.groupdict() else quota.name
                if key not in self._lanes:
                    span = quota.seconds * self._scale
                    self._lanes[key] = _Lane(quota, span * (1 + _MARGIN) + min(_JITTER, span * _JITTER))
                found.append(self._lanes[key])
        return found


class _Lane:
    """The requests under one quota: when the last ones began, and how many are under way."""

    def __init__(self, quota: Quota, seconds: float) -> None:
        self.quota, self._seconds = quota, seconds
        self._turn = threading.Lock()
        self._begun: deque[float] = deque(maxlen=quota.calls)
        self._room = threading.Semaphore(quota.at_once) if quota.at_once else None
        self.held = 0.0

    def wait(self, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        """Return when the next request may begin; the others stand in line meanwhile.

        The time is taken after the wait: a place booked ahead would be wrong for a thread that woke late.
        """
        if self.quota.calls is None:
            return
        with self._turn:
            full = len(self._begun) == self.quota.calls
            free = max(self.held, self._begun[0] + self._seconds if full else 0.0)
            if (short := free - clock()) > 0:
                sleep(short)
            self._begun.append(clock())

    def enter(self) -> None:
        if self._room:
            self._room.acquire()

    def leave(self) -> None:
        if self._room:
            self._room.release()
