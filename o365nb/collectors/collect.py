"""Run one collector for one person: store every answer as received, enter exactly one line in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from o365nb.case import Case, Coverage
from o365nb.collectors.base import Collector, Person, Raw, Shortfall
from o365nb.collectors.reading import Reading, listing_fields, reading_of, window_text
from o365nb.errors import (
    Denied,
    NotLicensed,
    O365nbError,
    RequestFailed,
    SignInFailed,
    Throttled,
    Unreachable,
)
from o365nb.model import Outcome, Window, iso
from o365nb.tenant import Tenant

#: Which error is which outcome; the first that fits.
_OUTCOMES: tuple[tuple[type[O365nbError], Outcome], ...] = (
    (NotLicensed, Outcome.NOT_LICENSED),
    (Denied, Outcome.DENIED),
    (SignInFailed, Outcome.DENIED),  # signed in, but no token for this service
    (Throttled, Outcome.THROTTLED),
    (RequestFailed, Outcome.FAILED),
    (Unreachable, Outcome.FAILED),
)
#: A window made from "the last 30 days" slips past the retention while the first sources are read: no gap yet.
_SLACK = timedelta(hours=6)


def collect_one(
    collector: Collector,
    tenant: Tenant,
    person: Person,
    window: Window,
    case: Case,
    *,
    anew: bool = False,
    after: Callable[[Raw], None] = lambda _: None,
) -> Coverage:
    """Fetch one source about one person, keep it, and say in the ledger how that ended.

    A reading that was killed or broke off is gone on with, unless `anew`: what it holds is not asked for again.
    What the service refuses becomes an outcome, never an exception. `after` is called with every answer once it is
    kept; what it raises ends the reading. Returns the ledger's entry.
    """
    asked, about = _key(collector, person, window)
    reading = reading_of(case, collector, about, asked, tenant.now(), anew=anew)
    reach, gap = _reach(collector, tenant, window, reading)
    tally, gaps = _Tally(), [gap] if gap else []
    if reach:
        given = {"subject": about, "read": reading.id, "window": window_text(asked), "reach": window_text(reach)}
        try:
            for item in collector.fetch(tenant.holding(reading.take), person, reach):
                if isinstance(item, Shortfall):
                    gaps.insert(0, item)
                    continue
                if not item.held:
                    _store(case, collector, item, tenant.now(), given)
                tally.add(item)
                after(item)
        except (RequestFailed, SignInFailed, Unreachable) as error:
            gaps.insert(0, Shortfall(_outcome(error), _why(collector, error, tally.records)))
    received = tally.records
    missing = next((gap.outcome for gap in gaps if not gap.outcome.seen), None)  # others only say which way was taken
    outcome = missing or (Outcome.COMPLETE if received else Outcome.EMPTY)
    reason = " ".join(dict.fromkeys(gap.reason for gap in gaps))
    entry = Coverage(collector.source, about, asked, outcome, received=received, reason=reason, read=reading.id)
    case.ledger.record(entry)
    return entry


class _Tally:
    """How many records came, without those of listings that were given up or begun anew."""

    def __init__(self) -> None:
        self._by_listing: dict[str, tuple[int, int]] = {}  # how often begun anew, records

    def add(self, raw: Raw) -> None:
        for listing in raw.abandons:
            self._by_listing.pop(listing, None)
        restart, records = self._by_listing.get(raw.listing, (raw.restart, 0))
        self._by_listing[raw.listing] = (raw.restart, raw.records + (records if restart == raw.restart else 0))

    @property
    def records(self) -> int:
        return sum(records for _, records in self._by_listing.values())


def record_failure(collector: Collector, person: Person, window: Window, case: Case, reason: str) -> None:
    """Enter a collector's own breakdown where its outcome would stand, so that a later success replaces it."""
    asked, about = _key(collector, person, window)
    case.ledger.record(Coverage(collector.source, about, asked, Outcome.FAILED, reason=reason))


def _key(collector: Collector, person: Person, window: Window) -> tuple[Window | None, str]:
    """The window and the subject under which the ledger knows this source: state has no window."""
    return window if collector.retention is not None else None, "" if collector.tenant_wide else person.upn


def _reach(
    collector: Collector, tenant: Tenant, window: Window, reading: Reading
) -> tuple[Window | None, Shortfall | None]:
    """The part of the window that the service still has, and the gap where that is less than what was asked for."""
    cloud = tenant.profile.cloud
    if cloud.family in collector.absent_in:
        return None, Shortfall(
            Outcome.NOT_OFFERED, f"Not offered in cloud {cloud.name}: export it from the portal instead."
        )
    if collector.retention is None:
        return window, None
    now = tenant.now()
    oldest = reading.reach.start if reading.reach else now - collector.retention
    end = reading.reach.end if reading.reach else min(window.end, now)
    start = max(window.start, oldest)
    kept = f"The service keeps it {collector.retention.days} days: nothing before {iso(oldest.replace(microsecond=0))}."
    kept = f"{kept} {collector.beyond}".strip()
    if window.end <= oldest:
        return None, Shortfall(Outcome.EXPIRED, kept)
    if start >= end:
        return None, Shortfall(Outcome.FAILED, "The window lies in the future: nothing can be there yet.")
    return Window(start, end), Shortfall(Outcome.PARTIAL, kept) if window.start < oldest - _SLACK else None


def _store(case: Case, collector: Collector, raw: Raw, now: datetime, given: dict[str, Any]) -> None:
    """`given` is what the answers of a reading have in common."""
    owner = given["subject"] if raw.owner is None else raw.owner
    case.store(
        collector.source,
        raw.name,
        raw.body,
        snapshot=collector.retention is None,
        shape=raw.shape,
        records=raw.records,
        query=raw.query,
        owner=owner,
        seen_by=next((side for side in ("exchange", "defender") if raw.shape.startswith(f"{side}-")), "graph"),
        request_ids=[raw.request_id] if raw.request_id else [],
        collector=type(collector).__name__,
        tenant_time=iso(now),
        **listing_fields(raw),
        **{name: value for name, value in given.items() if value is not None},
    )


def _outcome(error: O365nbError) -> Outcome:
    return next(outcome for kind, outcome in _OUTCOMES if isinstance(error, kind))


def _why(collector: Collector, error: O365nbError, received: int) -> str:
    """The error in words, with what the collector needs where that is the matter."""
    reason = str(error)
    if isinstance(error, (Denied, SignInFailed)):
        reason += f" Needs: {', '.join(map(str, collector.needs))}."
    came = f" {received} record{'s' if received > 1 else ''} came before that." if received else ""
    return reason + came
