"""The unified audit log by Graph's audit query: submitted, waited for, read page by page, split where it was cut."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import orjson

from o365nb.collectors.base import Person, Raw, Shortfall, from_page
from o365nb.errors import NotFound, RequestFailed
from o365nb.model import Outcome, Window, iso
from o365nb.tenant import Page, Tenant, segment

_QUERIES = "/security/auditLog/queries"
_FIRST_WAIT, _LONGEST_WAIT, _PATIENCE = 1.0, 60.0, 3600.0  # seconds
#: The tenant has about 200 submissions a day, and shares them with its portal.
_SUBMISSIONS = 16
_NARROWEST = timedelta(hours=2)
#: A finished query has been seen to give other records when it was read again: short answers are read until two agree.
_READINGS, _SHORT = 3, 10


@dataclass(slots=True)
class _Budget:
    """How many more queries may be submitted for halves, and what they ask for."""

    left: int = _SUBMISSIONS
    naming: bool = False


def by_query(tenant: Tenant, person: Person, window: Window, *, naming: bool = False) -> Iterator[Raw | Shortfall]:
    """One query per person and window; its submission is evidence too, so that a pending query is found again.

    It asks for what the person did or, `naming` the person, for whatever anybody did.
    """
    yield from _part(tenant, person, window, _Budget(naming=naming), ())


def _part(
    tenant: Tenant, person: Person, window: Window, budget: _Budget, abandons: tuple[str, ...]
) -> Iterator[Raw | Shortfall]:
    wanted = _wanted(person, window, naming=budget.naming)
    state = yield from _finished(tenant, wanted, abandons)
    if state.get("status") != "succeeded":
        yield Shortfall(
            Outcome.FAILED,
            f"The audit query {state.get('id')} is still {state.get('status')} after"
            f" {_PATIENCE / 60:.0f} minutes: collect again later.",
        )
        return
    cut = bool(state.get("isRecordCountLimitExceeded"))
    divisible = window.end - window.start >= _NARROWEST and budget.left >= 2
    if cut and divisible:
        yield from _halves(tenant, person, window, budget, abandons)
        return
    came: tuple[str, ...] = ()
    try:
        for item in _records(tenant, wanted, str(state.get("id") or ""), _name(person, window)):
            if isinstance(item, Shortfall):
                yield item
                continue
            came = (item.listing,)
            yield replace(item, abandons=abandons)
    except RequestFailed as error:
        if error.status < 500 or not divisible:
            raise
        yield from _halves(tenant, person, window, budget, (*abandons, *came))
        return
    if cut:
        limit = state.get("recordCountLimit")
        yield Shortfall(
            Outcome.CAPPED,
            f"The service cut the answer at its limit ({limit or 'not named'} records): ask for shorter windows.",
        )


def _halves(
    tenant: Tenant, person: Person, window: Window, budget: _Budget, abandons: tuple[str, ...]
) -> Iterator[Raw | Shortfall]:
    budget.left -= 2
    middle = (window.start + (window.end - window.start) / 2).replace(microsecond=0)
    for half in (Window(window.start, middle), Window(middle, window.end)):
        yield from _part(tenant, person, half, budget, abandons)


def _wanted(person: Person, window: Window, *, naming: bool) -> dict[str, Any]:
    asked = {"keywordFilter": person.upn} if naming else {"userPrincipalNameFilters": [person.upn]}
    return {
        "@odata.type": "#microsoft.graph.security.auditLogQuery",
        "displayName": f"o365nb {person.upn} {iso(window.start)}",
        "filterStartDateTime": iso(window.start),
        "filterEndDateTime": iso(window.end),
        **asked,
    }


def _finished(
    tenant: Tenant, wanted: dict[str, Any], abandons: tuple[str, ...]
) -> Generator[Raw, None, dict[str, Any]]:
    """Submit and wait; returns the query's last state. One that failed, or is gone, is submitted once more."""
    for last in (False, True):
        page = tenant.graph.post(_QUERIES, wanted, idempotent=True)
        while page.held and _lost(tenant, page):  # submitted in an earlier run, and no good any more
            page = tenant.graph.post(_QUERIES, wanted, idempotent=True)
        submitted = from_page(page, "graph-audit-query-json", f"query-{page.key[:12]}.json", _asked(wanted))
        yield replace(submitted, records=0, abandons=abandons)
        path = _path(page)
        state = _wait(tenant, path)
        if state.get("status") not in ("failed", "cancelled"):
            break
        if last:
            raise RequestFailed(f"The audit query {state.get('id')} ended as {state.get('status')}. Collect again.")
    return state


def _lost(tenant: Tenant, submitted: Page) -> bool:
    try:
        return tenant.graph.get(_path(submitted)).data.get("status") in ("failed", "cancelled")
    except NotFound:
        return True


def _path(submitted: Page) -> str:
    return f"{_QUERIES}/{segment(str(submitted.data.get('id') or ''))}"


def _wait(tenant: Tenant, path: str) -> dict[str, Any]:
    """The query's last state; waits 1, 2, 4 … 60 seconds between looks, an hour in all."""
    pause, waited = _FIRST_WAIT, 0.0
    while True:
        state = tenant.graph.get(path).data
        if state.get("status") in ("succeeded", "failed", "cancelled") or waited >= _PATIENCE:
            return state
        tenant.pause(pause)
        waited, pause = waited + pause, min(pause * 2, _LONGEST_WAIT)


def _records(tenant: Tenant, wanted: dict[str, Any], query: str, name: str) -> Iterator[Raw | Shortfall]:
    """The records, page by page; of later readings only the pages with something new."""
    known: set[str] = set()
    for reading in range(_READINGS):
        new = number = 0
        for page in tenant.graph.pages(f"{_QUERIES}/{segment(query)}/records", {"$top": "999"}):
            number += 1
            fresh = {str(record.get("id")) for record in page.records} - known
            new, known = new + len(fresh), known | fresh
            what = f"GET {_QUERIES}/{query}/records, page {number}, of {orjson.dumps(wanted).decode()}"
            if not reading:
                yield from_page(page, "graph-audit-log-record-json", f"{name}-{number:03d}.json", what)
            elif fresh:
                again = from_page(page, "graph-audit-log-record-json", f"{name}-again{reading}-{number:03d}.json", what)
                yield replace(again, listing=f"{again.listing}/again{reading}", restart=0)
        if number > _SHORT or (reading and not new):
            return
    yield Shortfall(
        Outcome.PARTIAL,
        f"The finished audit query {query} gave other records each of the {_READINGS} times it was read.",
    )


def _asked(wanted: dict[str, Any]) -> str:
    return f"POST {_QUERIES} {orjson.dumps(wanted).decode()}"


def _name(person: Person, window: Window) -> str:
    return f"{window.start:%Y%m%d%H%M}-{window.end:%Y%m%d%H%M}-{person.upn}"
