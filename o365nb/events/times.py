"""Times as services and exports write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_NET_DATE = re.compile(r"^\\?/Date\((-?\d+)(?:[+-]\d{4})?\)\\?/$")
_SLASHED = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4}),? (\d{1,2}):(\d{2})(?::(\d{2}))?(\.\d+)? ?([AaPp][Mm])?$")


def iso_time(text: str, *, day_first: bool = False) -> str | None:
    """An export's time as ISO 8601 UTC text, or None for what is no time.

    Knows ISO 8601 with any number of decimals, `/Date(ms)/` of Windows PowerShell, and slashed dates with or without
    AM/PM (`4/28/2021, 2:28:22.000 PM`). Slashed dates are month first unless `day_first`, or unless that is no date.
    """
    text = text.strip()
    if match := _NET_DATE.match(text):
        try:
            return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(match[1]))).isoformat()
        except OverflowError:
            return None
    if match := _SLASHED.match(text):
        return _slashed(match, day_first=day_first)
    try:
        value = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        return None
    return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()


def _slashed(match: re.Match[str], *, day_first: bool) -> str | None:
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    month, day = (second, first) if day_first or first > 12 else (first, second)
    hour, minute, seconds = int(match[4]), int(match[5]), int(match[6] or 0)
    if match[8]:
        hour = hour % 12 + (12 if match[8].lower() == "pm" else 0)
    micros = int(float(match[7] or 0) * 1_000_000 + 0.5)
    try:
        return datetime(year, month, day, hour, minute, seconds, micros, tzinfo=UTC).isoformat()
    except ValueError:
        return None
