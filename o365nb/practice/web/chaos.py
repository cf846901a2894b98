"""Faults at random, the same for the same seed: refusals, server errors, lost connections, answers cut short."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from o365nb.practice.conditions import Chaos
from o365nb.practice.web.asked import EXCHANGE, Asked
from o365nb.practice.web.limits import rules_for

Kind = Literal["refuse", "reset", "cut_length", "cut_text"]
#: Kinds that come before the request has any effect; only these ever meet a request that changes something.
_BEFORE: tuple[tuple[Kind, int], ...] = (("refuse", 429), ("refuse", 503), ("refuse", 500), ("refuse", 504),
                                         ("reset", 0))  # fmt: skip
_AFTER: tuple[tuple[Kind, int], ...] = (("cut_length", 0), ("cut_text", 0))
_CODES = {429: "TooManyRequests", 503: "serviceNotAvailable", 500: "InternalServerError", 504: "UnknownError"}


@dataclass(frozen=True, slots=True)
class Mishap:
    """What goes wrong with one request. `cut` is the share of the answer that still comes."""

    kind: Kind
    status: int = 0
    code: str = ""
    retry_after: int | None = None
    cut: float = 1.0


@dataclass
class Dice:
    """Throws for one running tenant: by seed, kind of request, and how many of that kind came before."""

    chaos: Chaos
    mishaps: int = 0
    _seen: Counter[str] = field(default_factory=Counter)

    def throw(self, asked: Asked) -> Mishap | None:
        """What goes wrong with this request; None for nothing. Threads change which request of a kind it is."""
        kind = asked.kind
        self._seen[kind] += 1
        text = f"{self.chaos.seed}|{kind}|{self._seen[kind]}"
        number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:12], "big")
        number, chance = divmod(number, 1_000_000)
        if chance >= self.chaos.rate * 1_000_000:
            return None
        self.mishaps += 1
        choices = (*_BEFORE, *_AFTER) if asked.repeatable else _BEFORE
        number, place = divmod(number, len(choices))
        what, status = choices[place]
        if what != "refuse":
            return Mishap(what, cut=0.1 + number % 80 / 100)
        code = "ServerBusy" if asked.service == EXCHANGE and status == 503 else _CODES[status]
        return Mishap(what, status, code, _retry_after(asked, status, number))


def _retry_after(asked: Asked, status: int, number: int) -> int | None:
    """Seconds to wait, from the services that say so: never from some, every other time from others."""
    if status not in (429, 503):
        return None
    manner = next((rule.retry_after for rule in rules_for(asked)), "always")
    return 1 + number % 3 if manner == "always" or (manner == "sometimes" and number % 2) else None
