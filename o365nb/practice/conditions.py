"""Under which conditions a practice tenant answers: quotas, faults, slowness. All of it is off unless asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from o365nb.errors import BadInput

#: "real" keeps the services' documented quotas; a number makes every window that many times as long (0.01: a
#: hundred times shorter).
Limits = Literal["real"] | float


@dataclass(frozen=True, slots=True)
class Chaos:
    """`rate` of all requests to the services go wrong. The sign-in is spared: msal remembers its errors."""

    seed: int
    rate: float = 0.05


@dataclass(frozen=True, slots=True)
class PageLife:
    """How long a page token lives: `seconds` (real time) since the last page; or the `pages`-th one expires, once.

    That a listing's token expires only once lets it come to its end when it is begun again.
    """

    pages: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """What makes a tenant more like a real one, or worse. Times are real ones, not practice time.

    `latency` multiplies the usual answer times of latency.csv; `write_delay` is after how many seconds a write
    shows in reads; `journal` keeps every request with its answer in memory.
    """

    limits: Limits | None = None
    chaos: Chaos | None = None
    latency: float = 0.0
    page_life: PageLife | None = None
    write_delay: float = 0.0
    journal: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.limits, str) and self.limits != "real":
            raise BadInput(f"Limits are 'real' or a number, not {self.limits!r}.")
        numbers = [
            self.latency,
            self.write_delay,
            *([] if self.limits in (None, "real") else [float(self.limits or 0)]),
        ]
        if min(numbers) < 0 or (self.limits is not None and self.scale <= 0):
            raise BadInput("Limits, latency and delay are not below zero, and limits not zero.")
        if self.chaos and not 0 <= self.chaos.rate <= 1:
            raise BadInput(f"The rate of faults is a share from 0 to 1, not {self.chaos.rate}.")

    @property
    def scale(self) -> float:
        """What the quotas' windows are multiplied by."""
        return 1.0 if self.limits in (None, "real") else float(self.limits or 0)
