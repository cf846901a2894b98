"""Advanced hunting: fixed questions about the person to Defender's tables, the answer kept whole."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import orjson

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, from_page
from o365nb.errors import NotLicensed, RequestFailed
from o365nb.model import Outcome, Window, iso
from o365nb.tenant import Tenant

#: What one answer holds at most: the service cuts the rest without a word.
MOST = 100_000
#: A window is not halved further.
_SHORTEST = timedelta(hours=1)
_TOO_MUCH = re.compile(r"result size|exceeded the allowed|timed? ?out|runaway", re.IGNORECASE)
_PATH = "/security/runHuntingQuery"


class HuntingQuery(Collector):
    """One table. `tables` are its names, the present one first: Microsoft renames them. A table that is not there is
    not licensed; that says nothing of the others."""

    tables: ClassVar[tuple[str, ...]]
    shape: ClassVar[str] = "hunting-rows-json"
    retention = timedelta(days=30)
    absent_in = ("china",)

    @abstractmethod
    def condition(self, person: Person) -> str:
        """Which rows are about the person, in Kusto's language; every value by `kql`."""

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        for place, table in enumerate(self.tables, 1):
            try:
                yield from self._ask(tenant, table, person, window)
            except NotLicensed:
                if place == len(self.tables):
                    raise
            else:
                return

    def _ask(self, tenant: Tenant, table: str, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        """The answer for a window; where it was cut or refused for its size, the answers for both halves."""
        begin, end = iso(window.start), iso(window.end)
        query = (
            f"{table}\n| where Timestamp >= datetime({begin}) and Timestamp < datetime({end})"
            f"\n| where {self.condition(person)}"
        )
        asked = {"Query": query, "Timespan": f"{begin}/{end}"}
        long = window.end - window.start >= 2 * _SHORTEST
        try:
            page = tenant.graph.post(_PATH, asked, idempotent=True)
        except RequestFailed as error:
            if not (long and error.status == 400 and _TOO_MUCH.search(str(error))):
                raise
            yield from self._halves(tenant, table, person, window)
            return
        count = len(rows_of(page.data))
        if count >= MOST and long:
            yield from self._halves(tenant, table, person, window)
            return
        name = f"{table}-{window.start:%Y%m%dT%H%M}-{window.end:%Y%m%dT%H%M}-{person.upn}.json"
        yield replace(
            from_page(page, self.shape, name, f"POST /v1.0{_PATH} {orjson.dumps(asked).decode()}"), records=count
        )
        if count >= MOST:
            yield Shortfall(Outcome.CAPPED, f"From {begin} to {end} the service cut the answer at {MOST} rows.")

    def _halves(self, tenant: Tenant, table: str, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        middle = window.start + (window.end - window.start) / 2
        for part in (Window(window.start, middle), Window(middle, window.end)):
            yield from self._ask(tenant, table, person, part)


def rows_of(data: dict[str, Any]) -> list[Any]:
    """The rows of an answer; the service's own texts show its keys in both cases."""
    found = data.get("results") or data.get("Results")
    return found if isinstance(found, list) else []


def kql(text: str) -> str:
    """A text as a literal of Kusto's language: whatever is in it, it stays a text."""
    safe = re.sub(r"[\\\"']", r"\\\g<0>", text)
    return '"' + re.sub(r"[^\x20-\x7e]", lambda sign: _escaped(sign[0]), safe) + '"'


def _escaped(sign: str) -> str:
    """`\\uXXXX`; two of them for a sign beyond the first plane."""
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def listed(texts: tuple[str, ...]) -> str:
    """Several texts as the right side of `in~`."""
    return f"({', '.join(kql(text) for text in texts)})"
