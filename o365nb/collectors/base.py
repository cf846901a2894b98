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
from o365nb.tenant.permissions import Right, exchange_right

__all__ = [
    "Collector",
    "Person",
    "Raw",
    "Right",
    "Shortfall",
    "exchange_right",
    "from_cmdlet",
    "from_exchange",
    "from_graph",
    "from_page",
]


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
    person asked for, "" for the tenant. `key` names the request, so that a collection which was killed asks for what
    is missing only; a `held` answer came so, and is stored already. It belongs to a `listing`, begun anew `restart`
    times; of those, the last one counts, and none of the listings in `abandons`.
    """

    body: bytes
    shape: str
    name: str
    query: str
    records: int
    request_id: str = ""
    owner: str | None = None
    key: str = ""
    held: bool = False
    listing: str = ""
    restart: int = 0
    abandons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Something a collector could not get while the rest went well: it decides the outcome in the ledger."""

    outcome: Outcome
    reason: str


class Collector(ABC):
    """One live source. `source` is its name in the ledger and its folder under `raw/`.

    `retention` is how far back the service keeps it; None for state, which is read as it stands now. `beyond` says
    where more may be had.
    `tenant_wide` sources are about the tenant, whoever is asked for. `absent_in` names the families of clouds
    (usgov, china) in which Microsoft does not offer it.
    """

    source: ClassVar[str]
    title: ClassVar[str]
    needs: ClassVar[tuple[Right, ...]]
    retention: ClassVar[timedelta | None] = None
    beyond: ClassVar[str] = ""
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
        yield from_page(page, shape, f"{name}-{number:03d}.json", query, owner)


def from_exchange(
    pages: Iterator[Page], shape: str, name: str, command: str, owner: str | None = None
) -> Iterator[Raw]:
    """Every page of a cmdlet's output as evidence; `command` is the equivalent PowerShell line."""
    for number, page in enumerate(pages, 1):
        yield from_page(page, shape, f"{name}-{number:03d}.json", command, owner)


def from_page(page: Page, shape: str, name: str, query: str, owner: str | None = None) -> Raw:
    """One answer as evidence. `name` is the file's, `query` says to a person what was asked."""
    records = len(page.records) if "value" in page.data else 1
    return Raw(
        page.body, shape, name, query, records, page.request_id, owner, page.key, page.held, page.listing, page.restart
    )


def from_cmdlet(tenant: Tenant, cmdlet: str, shape: str, name: str, anchor: str = "", **asked: Any) -> Iterator[Raw]:
    """Run a cmdlet and keep every page; `anchor` is the mailbox concerned, "" for the organisation."""
    yield from from_exchange(tenant.exchange.run(cmdlet, anchor, **asked), shape, name, powershell(cmdlet, **asked))
