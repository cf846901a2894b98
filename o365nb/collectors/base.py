"""What a collector is: which source, which rights, how to fetch it. Raw only; meaning comes later."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from o365nb.model import Window
from o365nb.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Person:
    """The account to collect about: object id (Graph's filters want it) and UPN, lower case."""

    id: str
    upn: str


@dataclass(frozen=True, slots=True)
class Raw:
    """One response as it came: stored byte for byte. `records` is how many it holds.

    `shape` is the name of the intake shape that reads it. `asked` is the service's own count, if it gave one.
    """

    body: bytes
    shape: str
    name: str
    query: str
    records: int
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Right:
    """What a collector needs: a permission, and the licence without which the service refuses."""

    permission: str
    licence: str = ""


class Collector(ABC):
    """One live source. `source` is its name in the ledger and its folder under `raw/`."""

    source: ClassVar[str]
    title: ClassVar[str]
    needs: ClassVar[tuple[Right, ...]]

    @abstractmethod
    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw]:
        """Yield every response as it came. Lets the tenant's errors through: they become outcomes."""
