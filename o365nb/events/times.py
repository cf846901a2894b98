"""Times as services and exports write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_NET_DATE = re.compile(r"^\\?/Date\((-?\d+)(?:[+-]\d{4})?\)\\?/$")
_LOCAL = re.compile(
    r"^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}),? +(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(\.\d+)?"
    r" ?([AaPp])?\.? ?(?:[Mm]\.?)?Z?$"
)
_YEAR_FIRST = re.compile(r"^(\d{4})/(\d{1,2})/(\d{1,2}),? +(\d{1,2})(:\d{2}.*)$")
_BLANKS = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u200e": None})  # newer .NET puts these before AM and PM


@dataclass(frozen=True, slots=True)
class DateOrder:
    """How a column writes its dates. `doubt` says why that could not be told from the column itself."""

    day_first: bool = False
    doubt: str = ""


def date_order(texts: Iterable[str]) -> DateOrder:
    """Whether the dates of a whole column are written day first: one 25/12 tells it for all of them.

    A column that tells nothing (all days up to the twelfth), or both, is read month first, with the doubt said.
    """
    day = month = either = ""
    for text in texts:
        if match := _LOCAL.match(_plain(text)):
            first, second = int(match[1]), int(match[3])
            if match[2] == "." or first > 12:
                day = day or text.strip()
            elif second > 12:
                month = month or text.strip()
            elif first != second:
                either = either or text.strip()
    if day and month:
        return DateOrder(doubt=f"dates are written in two ways ({day} and {month})")
    if either and not day and not month:
        return DateOrder(doubt=f"dates such as {either} can be read two ways; taken as month first")
    return DateOrder(day_first=bool(day))


def iso_time(text: str, *, day_first: bool = False) -> str | None:
    """An export's time as ISO 8601 UTC text, or None for what is no time.

    Knows ISO 8601 with any number of decimals, `/Date(ms)/` of Windows PowerShell, and the dates of locales, with or
    without AM/PM (`4/28/2021, 2:28:22.000 PM`, `28.04.2021 14:28:22`, `2021/04/28 14:28`). Dates with slashes or
    dashes are month first unless `day_first`, or unless that is no date; dots are day first everywhere.
    """
    text = _plain(text)
    if match := _NET_DATE.match(text):
        try:
            return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(match[1]))).isoformat()
        except OverflowError:
            return None
    if match := _LOCAL.match(text):
        return _local(match, day_first=day_first)
    if match := _YEAR_FIRST.match(text):
        text = f"{match[1]}-{match[2]:0>2}-{match[3]:0>2} {match[4]:0>2}{match[5]}"
    try:
        value = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    except (ValueError, OverflowError):
        return None


def _plain(text: str) -> str:
    return text.translate(_BLANKS).strip()


def _local(match: re.Match[str], *, day_first: bool) -> str | None:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    month, day = (second, first) if day_first or match[2] == "." or first > 12 else (first, second)
    if day_first and month > 12:
        month, day = day, month
    hour, minute, seconds = int(match[5]), int(match[6]), int(match[7] or 0)
    if match[9]:
        hour = hour % 12 + (12 if match[9].lower() == "p" else 0)
    micros = min(int(float(match[8] or 0) * 1_000_000 + 0.5), 999_999)
    try:
        return datetime(year, month, day, hour, minute, seconds, micros, tzinfo=UTC).isoformat()
    except ValueError:
        return None
