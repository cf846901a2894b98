"""Bytes to text: byte order marks, UTF-16 of Windows PowerShell, gzip; and times as exports write them."""

from __future__ import annotations

import codecs
import re
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from o365nb.errors import BadEvidence

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTAINERS = {
    b"PK\x03\x04": ("a zip archive or an Excel workbook", "Unpack it, or save the sheet as CSV UTF-8"),
    b"%PDF": ("a PDF", "Export the data itself as CSV or JSON"),
    b"\xd0\xcf\x11\xe0": ("an old Office document", "Save it as CSV UTF-8"),
    b"PAR1": ("a Parquet file", "Export the data as CSV or JSON"),
}
_NET_DATE = re.compile(r"^\\?/Date\((-?\d+)(?:[+-]\d{4})?\)\\?/$")
_SLASHED = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4}),? (\d{1,2}):(\d{2})(?::(\d{2}))?(\.\d+)? ?([AaPp][Mm])?$")


def decode(path: Path | str, data: bytes) -> str:
    """The text of an evidence file. Raises BadEvidence for what is no text, saying what it is and the mend."""
    if data[:2] == b"\x1f\x8b":
        data = _gunzip(path, data)
    for magic, (what, mend) in _CONTAINERS.items():
        if data.startswith(magic):
            raise BadEvidence(path, f"this is {what}, not an export in text form", mend)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _text(path, data[len(mark) :], encoding)
    return _text(path, data, _unmarked(data))


def _unmarked(data: bytes) -> str:
    """UTF-16 without a mark shows as a zero in every second byte of its mostly Latin beginning."""
    head = data[:512]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 4 and not even:
        return "utf-16-le"
    if even > len(head) // 4 and not odd:
        return "utf-16-be"
    return "utf-8"


def _text(path: Path | str, data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start < len(data) - 4:
            line = data.count(b"\n", 0, error.start) + 1
            raise BadEvidence(
                path, f"not {encoding.upper()} text from here on", "Export it again, or save it as UTF-8", line
            ) from None
        text = data[: error.start].decode(encoding)  # the file ends inside a character: a cut file, said by its shape
    if "\x00" in text[:4096]:
        raise BadEvidence(path, "this is a binary file, not an export in text form", "Export the data as CSV or JSON")
    return text


def _gunzip(path: Path | str, data: bytes) -> bytes:
    try:
        return zlib.decompress(data, wbits=31)
    except zlib.error as error:
        raise BadEvidence(
            path, f"the gzip file cannot be unpacked ({error})", "Copy it again: it is cut or damaged"
        ) from None


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
