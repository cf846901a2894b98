"""Message trace: who sent what to whom, one row per recipient, as the transport saw it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from o365nb.collectors.base import (
    Collector,
    Person,
    Raw,
    Right,
    Shortfall,
    exchange_right,
    from_cmdlet,
    from_graph,
    from_page,
)
from o365nb.errors import Denied, NotFound, NotLicensed, RequestFailed, SignInFailed
from o365nb.model import Outcome, Window, iso
from o365nb.tenant import Page, Tenant, literal, powershell, segment

_APP = "8bd644d1-64a1-4d4b-ae52-2e0cbf64e373"
_TRACES = "/admin/exchange/tracing/messageTraces"
_SIZE, _CALLS = 5000, 40
#: Details cost a request each, out of a hundred in five minutes for the whole tenant.
_DETAILS, _MANY = 25, 25
_SIDES = (("from", "senderAddress", "SenderAddress"), ("to", "recipientAddress", "RecipientAddress"))
_ORDINARY = {"delivered", "expanded", "resolved", "gettingstatus"}

Rows = Iterator[Raw | Shortfall]


@dataclass(slots=True)
class _Looked:
    """What the rows so far have shown."""

    strays: int = 0
    first: dict[str, dict[str, str]] = field(default_factory=dict)  # network message id to its first row
    recipients: dict[str, set[str]] = field(default_factory=dict)
    odd: dict[str, dict[str, str]] = field(default_factory=dict)  # the same, where it did not simply arrive

    def at(self, page: Page, side: str, address: str) -> None:
        for record in page.records:
            row = {name[:1].lower() + name[1:]: str(value) for name, value in record.items() if value is not None}
            trace, recipient = row.get("id") or row.get("messageTraceId") or "", row.get("recipientAddress", "").lower()
            if row.get(side, "").lower() != address.lower():
                self.strays += 1
            elif trace and recipient:
                kept = {"trace": trace, "recipient": recipient}
                self.recipients.setdefault(trace, set()).add(recipient)
                self.first.setdefault(trace, kept)
                if row.get("status", "").lower() not in _ORDINARY:
                    self.odd.setdefault(trace, kept)

    def conspicuous(self) -> list[dict[str, str]]:
        """One row each of the messages that went to many, or that did not simply arrive."""
        many = {trace: row for trace, row in self.first.items() if len(self.recipients[trace]) >= _MANY}
        return list({**many, **self.odd}.values())


class MessageTrace(Collector):
    """Ten days a query at most, one address a query: the service silently ignores `or`, so every row is looked at.

    Graph first; where it refuses or the cloud lacks it, Get-MessageTraceV2 gives the same rows.
    """

    source = "message_trace"
    title = "message trace"
    needs = (Right("ExchangeMessageTrace.Read.All", "Exchange Online"),)
    instead: ClassVar[tuple[Right, ...]] = (exchange_right(),)
    retention = timedelta(days=90)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        gaps: list[Shortfall] = []
        for item in self._read(tenant, person, window):
            if isinstance(item, Raw):
                yield item
            else:
                gaps.append(item)
        yield from sorted(gaps, key=lambda gap: not gap.outcome.seen)  # what is missing has the last word

    def _read(self, tenant: Tenant, person: Person, window: Window) -> Rows:
        looked, cloud = _Looked(), tenant.profile.cloud
        why = "" if cloud.family == "global" else f"Graph's message trace is not offered in cloud {cloud.name}."
        details: Callable[[Tenant, dict[str, str]], Rows] = _detail_by_graph
        if not why:
            try:
                yield from _every(_by_graph, tenant, person, window, looked)
            except (Denied, NotFound, NotLicensed) as error:
                why = _explained(error)
        if why:
            details = _detail_by_cmdlet
            try:
                yield from _every(_by_cmdlet, tenant, person, window, looked)
            except (RequestFailed, SignInFailed) as error:
                raise Denied(f"{why} Get-MessageTraceV2: {error}") from None
        yield from _details(details, tenant, looked)
        if looked.strays:
            yield Shortfall(
                Outcome.PARTIAL,
                f"{looked.strays} rows were about other addresses: the service did not keep to the filter.",
            )
        if why:
            yield Shortfall(Outcome.COMPLETE if looked.first else Outcome.EMPTY, f"Read by Get-MessageTraceV2. {why}")


def _every(
    fetch: Callable[[Tenant, Window, str, tuple[str, str, str], _Looked], Rows],
    tenant: Tenant, person: Person, window: Window, looked: _Looked,
) -> Rows:  # fmt: skip
    for part in window.slices(timedelta(days=10)):
        for address in person.addresses or (person.upn,):
            for side in _SIDES:
                yield from fetch(tenant, part, address, side, looked)


def _by_graph(tenant: Tenant, part: Window, address: str, side: tuple[str, str, str], looked: _Looked) -> Rows:
    name, field_name, _ = side
    between = f"receivedDateTime ge {iso(part.start)} and receivedDateTime le {iso(part.end)}"
    params = {"$filter": f"{between} and {field_name} eq {literal(address)}", "$top": str(_SIZE)}

    def seen() -> Iterator[Page]:
        for page in tenant.graph.pages(_TRACES, params):
            looked.at(page, field_name, address)
            yield page

    yield from from_graph(seen(), "graph-message-trace-json", f"{part.start:%Y%m%dT%H%M}-{name}-{address}")


def _by_cmdlet(tenant: Tenant, part: Window, address: str, side: tuple[str, str, str], looked: _Looked) -> Rows:
    """No pages: the next question ends where the last answer ended, at the recipient it ended with."""
    name, field_name, parameter = side
    asked: dict[str, Any] = {parameter: address, "StartDate": _time(part.start), "EndDate": _time(part.end)}
    asked["ResultSize"] = _SIZE
    number, ended = 0, ("", "")
    for _ in range(_CALLS):
        rows, command = 0, powershell("Get-MessageTraceV2", **asked)
        for page in tenant.exchange.run("Get-MessageTraceV2", **asked):
            number += 1
            looked.at(page, field_name, address)
            file = f"{part.start:%Y%m%dT%H%M}-{name}-{address}-{number:03d}.json"
            yield from_page(page, "exchange-message-trace-json", file, command)
            rows += len(page.records)
            last = page.records[-1] if page.records else {}
            asked["EndDate"] = str(last.get("Received") or asked["EndDate"])
            asked["StartingRecipientAddress"] = str(last.get("RecipientAddress") or "")
        now = (asked["EndDate"], asked.get("StartingRecipientAddress", ""))
        if rows < _SIZE or now == ended:
            return
        ended = now
    yield Shortfall(Outcome.CAPPED, f"The trace of {address} was followed for {_CALLS} answers of {_SIZE} rows.")


def _details(fetch: Callable[[Tenant, dict[str, str]], Rows], tenant: Tenant, looked: _Looked) -> Rows:
    found = looked.conspicuous()
    for row in found[:_DETAILS]:
        try:
            yield from fetch(tenant, row)
        except RequestFailed as error:
            yield Shortfall(Outcome.PARTIAL, f"The details of conspicuous messages could not be read: {error}")
            return
    if len(found) > _DETAILS:
        outcome = Outcome.COMPLETE
        yield Shortfall(outcome, f"Details were read of {_DETAILS} of {len(found)} conspicuous messages.")


def _detail_by_graph(tenant: Tenant, row: dict[str, str]) -> Rows:
    recipient = quote(row["recipient"].replace("'", "''"), safe="@'")
    path = f"{_TRACES}/{segment(row['trace'])}/getDetailsByRecipient(recipientAddress='{recipient}')"
    yield from from_graph(tenant.graph.pages(path), "graph-message-detail-json", f"detail-{row['trace']}")


def _detail_by_cmdlet(tenant: Tenant, row: dict[str, str]) -> Rows:
    asked = {"MessageTraceId": row["trace"], "RecipientAddress": row["recipient"]}
    name = f"detail-{row['trace']}"
    yield from from_cmdlet(tenant, "Get-MessageTraceDetailV2", "exchange-message-detail-json", name, **asked)


def _explained(error: RequestFailed) -> str:
    missing = (
        f" A 401 here also means that the tenant lacks the service principal of Microsoft's app {_APP},"
        " or got it only hours ago."
    )
    return f"Graph's message trace: {error}{missing if error.status == 401 else ''}"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}"
