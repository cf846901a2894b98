"""What a collector is: which source, which rights, how to fetch it. Raw only; meaning comes later."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from o365nb.model import Outcome, Window
from o365nb.tenant import Page, Tenant, powershell


@dataclass(frozen=True, slots=True)
class Person:
    """The account to collect about: object id (Graph's filters want it), UPN and mail addresses, lower case."""

    id: str
    upn: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Raw:
    """One response as it came: stored byte for byte. `records` is how many it holds.

    `shape` is the name of the intake shape that reads it. `owner` is whom it is about: None for the
    person asked for, "" for the tenant.
    """

    body: bytes
    shape: str
    name: str
    query: str
    records: int
    request_id: str = ""
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Something a collector could not get while the rest went well: it decides the outcome in the ledger."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class Right:
    """What a collector needs: an app permission of one service, and the licence without which it refuses.

    `service` is graph, exchange, management or defender; `role` is the Entra role that the app's service
    principal must hold besides.
    """

    permission: str
    licence: str = ""
    service: str = "graph"
    role: str = ""

    def __str__(self) -> str:
        return f"{self.permission} with {self.role}" if self.role else self.permission


def exchange_right(role: str = "Global Reader") -> Right:
    """Exchange's one app permission, with the least role that may run the cmdlet."""
    return Right("Exchange.ManageAsApp", "Exchange Online", service="exchange", role=role)


class Collector(ABC):
    """One live source. `source` is its name in the ledger and its folder under `raw/`.

    `retention` is how far back the service keeps it; None for state, which is read as it stands now.
    `tenant_wide` sources are about the tenant, whoever is asked for. `absent_in` names the families of clouds
    (usgov, china) in which Microsoft does not offer it.
    """

    source: ClassVar[str]
    title: ClassVar[str]
    needs: ClassVar[tuple[Right, ...]]
    retention: ClassVar[timedelta | None] = None
    tenant_wide: ClassVar[bool] = False
    absent_in: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        """Yield every response as it came. Lets the tenant's errors through: they become outcomes."""


def from_graph(pages: Iterator[Page], shape: str, name: str, owner: str | None = None) -> Iterator[Raw]:
    """Every page as evidence, numbered from 1."""
    for number, page in enumerate(pages, 1):
        parts = urlsplit(page.url)
        query = f"GET {unquote(parts.path)}" + (f"?{unquote(parts.query)}" if parts.query else "")
        yield Raw(page.body, shape, f"{name}-{number:03d}.json", query, _count(page), page.request_id, owner)


def from_exchange(
    pages: Iterator[Page], shape: str, name: str, command: str, owner: str | None = None
) -> Iterator[Raw]:
    """Every page of a cmdlet's output as evidence; `command` is the equivalent PowerShell line."""
    for number, page in enumerate(pages, 1):
        yield Raw(page.body, shape, f"{name}-{number:03d}.json", command, _count(page), page.request_id, owner)


def from_cmdlet(tenant: Tenant, cmdlet: str, shape: str, name: str, anchor: str = "", **asked: Any) -> Iterator[Raw]:
    """Run a cmdlet and keep every page; `anchor` is the mailbox concerned, "" for the organisation."""
    yield from from_exchange(tenant.exchange.run(cmdlet, anchor, **asked), shape, name, powershell(cmdlet, **asked))


def _count(page: Page) -> int:
    return len(page.records) if "value" in page.data else 1
