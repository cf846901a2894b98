"""Page tokens that expire, and writes that other servers of the service learn of later."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from o365nb.practice.conditions import PageLife
from o365nb.practice.ids import Json
from o365nb.practice.state import TenantState
from o365nb.practice.web.asked import EXCHANGE, Asked
from o365nb.practice.web.faults import ExchangeRefusal, Refusal

_DIRECTORY = re.compile(
    r"/(users|servicePrincipals|applications|oauth2PermissionGrants|groups|devices|directory|roleManagement)\b"
)


@dataclass
class Tokens:
    """The page tokens of one running tenant, by listing."""

    life: PageLife
    clock: Callable[[], float] = time.monotonic
    _followed: Counter[str] = field(default_factory=Counter)
    _last: dict[str, float] = field(default_factory=dict)

    def check(self, asked: Asked) -> None:
        """Raises the service's own error for a token that is too old."""
        listing = str((asked.method, asked.area, asked.path, asked.cmdlet, sorted(
            (name, value) for name, value in asked.query.items() if name != "$skiptoken"
        ), sorted(map(str, asked.parameters.items()))))  # fmt: skip
        now = self.clock()
        before, self._last[listing] = self._last.get(listing), now
        if "$skiptoken" not in asked.query:
            return
        self._followed[listing] += 1
        late = self.life.seconds is not None and before is not None and now - before > self.life.seconds
        if late or self._followed[listing] == self.life.pages:
            raise _expired(asked)


def _expired(asked: Asked) -> Exception:
    if asked.service == EXCHANGE:
        return ExchangeRefusal(400, "BadRequest", "The page token is no longer valid. Run the cmdlet again.")
    if _DIRECTORY.match(asked.path):
        text = "The specified page token value has expired and can no longer be included in your request."
        return Refusal(400, "Directory_ExpiredPageToken", text)
    return Refusal(400, "BadRequest", "Invalid Skip Token")


@dataclass
class Lag:
    """Reads that do not know yet what was written in the last `seconds` (real time)."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    _before: list[tuple[float, Json]] = field(default_factory=list)

    def wrote(self, state: TenantState) -> None:
        """Keep how things stand before a write."""
        self._before.append((self.clock(), state.copied()))

    def view(self) -> Json | None:
        """What a read is shown; None for things as they are."""
        now = self.clock()
        self._before = [kept for kept in self._before if now - kept[0] < self.seconds]
        return self._before[0][1] if self._before else None
