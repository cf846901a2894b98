"""Times for people: the customer's zone, with UTC beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MONTHS = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)  # any locale, one spelling


@dataclass(frozen=True, slots=True)
class Clock:
    """Writes times in one customer's zone. A zone that this machine does not know becomes UTC, and `note` says so."""

    zone: str = "UTC"

    @property
    def note(self) -> str:
        """How the report's times are to be read."""
        if self._is_utc and self.zone not in ("UTC", "Etc/UTC"):
            return f"All times are UTC: the time zone {self.zone!r} is not known on this machine."
        return "All times are UTC." if self._is_utc else f"Times are those of {self.zone}, with UTC beside them."

    def when(self, time: datetime | None) -> str:
        """A moment: `17 Nov 2026, 09:41 CET (08:41 UTC)`."""
        if time is None:
            return "not known"
        local, universal = self.local(time), time.astimezone(UTC)
        if self._is_utc:
            return f"{day(local)}, {local:%H:%M} UTC"
        other = "" if local.date() == universal.date() else f"{day(universal)}, "
        return f"{day(local)}, {local:%H:%M} {local.tzname()} ({other}{universal:%H:%M} UTC)"

    def span(self, first: datetime, last: datetime) -> str:
        """A stretch of time as the adverb of a sentence."""
        if last - first < timedelta(minutes=1):
            return f"on {self.when(first)}"
        if self.local(first).date() != self.local(last).date():
            return f"between {self.when(first)} and {self.when(last)}"
        begin, end = self.local(first), self.local(last)
        text = f"on {day(begin)} between {begin:%H:%M} and {end:%H:%M} {begin.tzname()}"
        return text if self._is_utc else f"{text} ({first.astimezone(UTC):%H:%M} to {last.astimezone(UTC):%H:%M} UTC)"

    def stretch(self, first: datetime, last: datetime) -> tuple[str, str]:
        """A stretch of time for a column: in the customer's zone, and in UTC ("" when that is the zone)."""
        begin, end = self.local(first), self.local(last)
        if self._is_utc:
            return _between(begin, end, "UTC"), ""
        start, stop = first.astimezone(UTC), last.astimezone(UTC)
        told = _between(start, stop, "UTC")
        same_day = begin.date() == end.date() == start.date() == stop.date()
        return _between(begin, end, end.tzname() or ""), told.partition(", ")[2] if same_day else told

    def local(self, time: datetime) -> datetime:
        """The same moment in the customer's zone."""
        return time.astimezone(self._zone)

    @property
    def _zone(self) -> tzinfo:
        try:
            return ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return UTC

    @property
    def _is_utc(self) -> bool:
        return self._zone is UTC or self.zone in ("UTC", "Etc/UTC")


def _between(begin: datetime, end: datetime, zone: str) -> str:
    if end - begin < timedelta(minutes=1):
        return f"{day(begin)}, {begin:%H:%M} {zone}"
    if begin.date() == end.date():
        return f"{day(begin)}, {begin:%H:%M}–{end:%H:%M} {zone}"
    return f"{day(begin)}, {begin:%H:%M} – {day(end)}, {end:%H:%M} {zone}"


def day(time: datetime) -> str:
    """`17 Nov 2026`, whatever the locale of the machine."""
    return f"{time.day} {_MONTHS[time.month - 1]} {time.year}"


def length(span: timedelta) -> str:
    """A duration in the two units that matter: `1 day 4 h`, `25 min`."""
    minutes = int(span.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} day{'s' if days > 1 else ''}" + (f" {hours} h" if hours else "")
    if hours:
        return f"{hours} h" + (f" {rest} min" if rest else "")
    return f"{rest} min" if rest else "under a minute"
