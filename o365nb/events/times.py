"""Times as services, exports and people's computers write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_NET_DATE = re.compile(r"^\\?/Date\((-?\d+)(?:[+-]\d{4})?\)\\?/$")
#: The half of the day, before or after the time, in the words of Windows' cultures.
_HALVES = {
    **dict.fromkeys(("am", "a", "vorm", "πμ", "上午", "午前", "오전", "de", "ص", "sa"), 0),
    **dict.fromkeys(("pm", "p", "nachm", "μμ", "下午", "午後", "오후", "du", "م", "ch"), 12),
}
_HALF = "|".join(sorted((re.escape(half) for half in _HALVES), key=len, reverse=True))
_CLOCK = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?P<part>[.,]\d+)?"
_TIME = rf"(?:(?P<before>{_HALF})\.? ?)?{_CLOCK} ?(?P<after>{_HALF})?\.?(?: ?(?:z|utc|gmt))?"
_MONTHS = dict(zip(re.findall("...", "janfebmaraprmayjunjulaugsepoctnovdec"), range(1, 13), strict=True))
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_LOCAL = re.compile(rf"^(?P<first>\d{{1,2}})(?P<sign>[/.-]) ?(?P<other>\d{{1,2}})(?P=sign) ?(?P<year>\d{{4}})"
                    rf"\.?(?: ?г\.?)?,? +{_TIME}$")  # fmt: skip
_YEAR_FIRST = re.compile(
    rf"^(?P<year>\d{{4}})(?P<sign>[/.-]) ?(?P<month>\d{{1,2}})(?P=sign) ?(?P<day>\d{{1,2}})\.?,? +{_TIME}$"
)
_DAY_FIRST_WORD = re.compile(rf"^(?:[a-z]{{3,9}},? )?(?P<day>\d{{1,2}})[ -]{_MONTH}[ -](?P<year>\d{{4}}),? +{_TIME}$")
_MONTH_FIRST_WORD = re.compile(
    rf"^(?:[a-z]{{3,9}},? )?{_MONTH} (?P<day>\d{{1,2}}),? (?P<year>\d{{4}}),?(?: at)? +{_TIME}$"
)
#: Newer .NET and browsers put these around AM and PM; Arabic and Hebrew write their direction.
_BLANKS = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u200e": None, "\u200f": None})
_BUDDHIST = 543  # Thai computers count years from the Buddha's death


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
        if match := _LOCAL.match(_words(_plain(text))):
            first, second = int(match["first"]), int(match["other"])
            if match["sign"] == "." or first > 12:
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

    Knows ISO 8601 with any number of decimals, `/Date(ms)/` of Windows PowerShell, and the dates of locales: with and
    without AM/PM (`4/28/2021, 2:28:22.000 PM`, `28.04.2021 14:28:22`, `2021/04/28 下午 2:28`), months in English words
    (`Apr 28, 2021 2:28 PM`), Thai years. Dates with slashes or dashes are month first unless `day_first`, or unless
    that is no date; dots are day first everywhere.
    """
    plain = _plain(text)
    if match := _NET_DATE.match(plain):
        return _since_epoch(int(match[1]))
    if plain[:4].isdecimal() and (iso := _iso(plain)):
        return iso
    words = _words(plain)
    if match := _LOCAL.match(words):
        return _local(match, day_first=day_first)
    if match := _DAY_FIRST_WORD.match(words) or _MONTH_FIRST_WORD.match(words):
        return _moment(match, _MONTHS[match["month"]], int(match["day"]))
    if match := _YEAR_FIRST.match(words):
        return _moment(match, int(match["month"]), int(match["day"]))
    return None


def _plain(text: str) -> str:
    return text.translate(_BLANKS).strip()


def _words(plain: str) -> str:
    """In lower case, with `a. m.` and `p.m.` as one word."""
    return re.sub(r"\b([ap])\.? ?m\b\.?", r"\1m", plain.lower())


def _iso(plain: str) -> str | None:
    try:
        value = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", plain))
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    except (ValueError, OverflowError):
        return None


def _since_epoch(milliseconds: int) -> str | None:
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)).isoformat()
    except OverflowError:
        return None


def _local(match: re.Match[str], *, day_first: bool) -> str | None:
    first, second = int(match["first"]), int(match["other"])
    month, day = (second, first) if day_first or match["sign"] == "." or first > 12 else (first, second)
    if day_first and month > 12:
        month, day = day, month
    return _moment(match, month, day)


def _moment(match: re.Match[str], month: int, day: int) -> str | None:
    hour, minute, seconds = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    half = _half(match)
    if half is not None:
        hour = hour % 12 + half
    year = int(match["year"])
    micros = min(int(float(f"0{(match['part'] or '.0').replace(',', '.')}") * 1_000_000 + 0.5), 999_999)
    try:
        return datetime(
            year - _BUDDHIST if year > 2400 else year, month, day, hour, minute, seconds, micros, UTC
        ).isoformat()
    except ValueError:
        return None


def _half(match: re.Match[str]) -> int | None:
    """0 for the morning, 12 for the afternoon, None where the time has 24 hours."""
    return _HALVES.get(match["before"] or match["after"] or "")
