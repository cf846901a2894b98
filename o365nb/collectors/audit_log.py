"""The unified audit log, three ways: Graph's audit query, else Search-UnifiedAuditLog, else the activity feed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, exchange_right
from o365nb.collectors.ual_feed import by_feed
from o365nb.collectors.ual_query import by_query
from o365nb.collectors.ual_search import by_search
from o365nb.errors import Denied, NotFound, NotLicensed, RequestFailed, SignInFailed, UntrustedLink
from o365nb.model import Outcome, Window
from o365nb.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the log; `absent_in` names the families of clouds where it gives nothing."""

    name: str
    fetch: Callable[[Tenant, Person, Window], Iterator[Raw | Shortfall]]
    absent_in: tuple[str, ...] = ()


class AuditLog(Collector):
    """The first way that is offered and not refused is taken; which and why is said in the ledger.

    `needs` is the right of the first way; any of `instead` gives another, of which the last covers less.
    """

    source = "ual"
    title = "unified audit log"
    needs = (Right("AuditLogsQuery.Read.All", "Microsoft Purview Audit (Standard)"),)
    instead: ClassVar[tuple[Right, ...]] = (
        exchange_right("View-Only Audit Logs"),
        Right("ActivityFeed.Read", service="management"),
    )
    retention = timedelta(days=180)
    beyond = "Audit (Premium) keeps a year: export the older part in Purview and take it in with `o365nb intake`."
    ways: ClassVar[tuple[Way, ...]] = (
        Way("Graph's audit query", by_query, ("usgov", "china")),
        Way("Search-UnifiedAuditLog", by_search, ("china",)),
        Way("the Management Activity API", by_feed),
    )

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        cloud = tenant.profile.cloud
        refused: list[RequestFailed | SignInFailed] = []
        told: list[str] = []
        for way in self.ways:
            if cloud.family in way.absent_in:
                told.append(f"{way.name} is not offered in cloud {cloud.name}.")
                continue
            try:
                yield from _taken(way, tenant, person, window, told)
            except UntrustedLink:
                raise
            except (RequestFailed, SignInFailed) as error:
                refused.append(error)
                told.append(f"{way.name}: {error}")
            else:
                return
        raise _all_refused(refused[0], told)


def _taken(way: Way, tenant: Tenant, person: Person, window: Window, told: list[str]) -> Iterator[Raw | Shortfall]:
    """What that way gives; where it is not the first, the last word says why it was taken."""
    gaps: list[Shortfall] = []
    came = 0
    for item in way.fetch(tenant, person, window):
        if isinstance(item, Shortfall) and told:
            gaps.append(item)
            continue
        came += item.records if isinstance(item, Raw) else 0
        yield item
    if told:
        outcome = gaps[0].outcome if gaps else Outcome.COMPLETE if came else Outcome.EMPTY
        reasons = dict.fromkeys(gap.reason for gap in gaps)
        yield Shortfall(outcome, " ".join([f"Read by {way.name}.", *reasons, *told]))


def _all_refused(first: RequestFailed | SignInFailed, told: list[str]) -> RequestFailed | SignInFailed:
    """What the best way said, with what became of the others."""
    said = " ".join(told)
    if isinstance(first, SignInFailed):
        return SignInFailed(said)
    kind = next((kind for kind in (Denied, NotLicensed, NotFound) if isinstance(first, kind)), type(first))
    return kind(said, status=first.status, code=first.code, request_id=first.request_id)
