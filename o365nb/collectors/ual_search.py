"""The unified audit log by Search-UnifiedAuditLog: sessions that hand out their rows part by part."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from o365nb.collectors.base import Person, Raw, Shortfall, from_page
from o365nb.model import Outcome, Window
from o365nb.tenant import Page, Tenant, powershell

_CMDLET, _SHAPE = "Search-UnifiedAuditLog", "extractor-suite-ual-json"
#: A session gives 50,000 rows at most: windows with nearly as many are halved.
_MOST, _SIZE = 45_000, 5000
_NARROWEST = timedelta(hours=1)
#: Calls of one session; ten would do, were every part full.
_CALLS, _SESSIONS = 24, 3


def by_search(tenant: Tenant, person: Person, window: Window, *, naming: bool = False) -> Iterator[Raw | Shortfall]:
    """Every row of the window. A session that timed out is begun anew; what came twice is removed with the tables.

    It asks for what the person did or, `naming` the person, for whatever anybody did.
    """
    session = _Session(tenant, person, window, naming=naming)
    for _ in range(_SESSIONS):
        session = _Session(tenant, person, window, naming=naming)
        yield from session.parts()
        if session.too_many:
            middle = (window.start + (window.end - window.start) / 2).replace(microsecond=0)
            for half in (Window(window.start, middle), Window(middle, window.end)):
                yield from by_search(tenant, person, half, naming=naming)
            return
        if not session.broken:
            break
    if session.broken:
        yield Shortfall(
            Outcome.PARTIAL,
            f"The search of {window} timed out {_SESSIONS} times; {session.last} of {session.count} rows came.",
        )
    elif session.last < session.count:
        outcome = Outcome.CAPPED if session.count >= _MOST else Outcome.PARTIAL
        yield Shortfall(outcome, f"The search of {window} names {session.count} rows and gave {session.last}.")


class _Session:
    """One session: the identical call again and again until it gives nothing more."""

    def __init__(self, tenant: Tenant, person: Person, window: Window, *, naming: bool) -> None:
        self._tenant, self._person, self._window = tenant, person, window
        self._about: dict[str, Any] = {"FreeText": person.upn} if naming else {"UserIds": [person.upn]}
        self._id = str(uuid.uuid4())
        self.last = self.count = 0  # the row that came last, and how many there are
        self.broken = self.too_many = False

    def parts(self) -> Iterator[Raw]:
        asked: dict[str, Any] = {
            "StartDate": _time(self._window.start),
            "EndDate": _time(self._window.end, up=True),
            **self._about,
            "ResultSize": _SIZE,
            "SessionId": self._id,
            "SessionCommand": "ReturnLargeSet",
            "Formatted": True,
        }
        command, number = powershell(_CMDLET, **asked), 0
        name = f"{self._window.start:%Y%m%d%H%M}-{self._person.upn}-{self._id[:8]}"
        for _ in range(_CALLS):
            before = self.last
            for page in self._tenant.exchange.run(_CMDLET, self._person.upn, **asked):
                if page.records:
                    self._look(page)
                    if self.broken or self.too_many:
                        return
                    number += 1
                    yield from_page(page, _SHAPE, f"{name}-{number:03d}.json", command)
            if self.last == before:
                return
        self.broken = self.last < self.count

    def _look(self, page: Page) -> None:
        """Where the session stands after this page. An index of -1, or no count, is a session that timed out; a gap
        is a part that was handed out and never came."""
        places = [_number(row.get("ResultIndex")) for row in page.records]
        counts = [_number(row.get("ResultCount")) for row in page.records]
        if min(places) < 0 or max(counts) == 0 or min(places) > self.last + 1:
            self.broken = True
            return
        self.count = max(self.count, *counts)
        long = self._window.end - self._window.start >= 2 * _NARROWEST
        self.too_many = not self.last and long and self.count >= _MOST
        self.last = max(self.last, *places)


def _number(value: Any) -> int:
    text = str(value)
    return int(text) if text.lstrip("-").isdecimal() else 0


def _time(moment: datetime, *, up: bool = False) -> str:
    """UTC without a zone, as the cmdlet takes it; up to the whole second for an end."""
    if up and moment.microsecond:
        moment += timedelta(seconds=1)
    return f"{moment:%Y-%m-%dT%H:%M:%S}"
