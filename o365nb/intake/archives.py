"""Zip and gzip, opened in memory and never on disk: a name in an archive is text, it leads nowhere.

An archive may be made to fill a machine, so what comes out of it is measured while it comes out: the sizes that an
archive states of itself are not believed.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from o365nb.errors import BadEvidence

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second is a zip without files


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may give. Logs shrink to a tenth or a fortieth; a bomb to a thousandth and less."""

    file_bytes: int = 2 * 1024**3
    total_bytes: int = 8 * 1024**3
    ratio: int = 250
    free_bytes: int = 16 * 1024**2  # below this, no ratio is looked at: a file of blanks is no attack
    files: int = 10_000
    depth: int = 3


LIMITS = Limits()
_CHUNK = 1024 * 1024
_AGAIN = "Copy it again: it is cut or damaged"
_MEND = "If it is real evidence, unpack it yourself and give the folder"


@dataclass(frozen=True, slots=True)
class Packed:
    """One file inside an archive. `name` leads nowhere; `original` is `archive!name as the archive writes it`."""

    name: str
    original: str
    data: bytes


@dataclass(slots=True)
class _Budget:
    limits: Limits
    files: int = 0
    bytes: int = 0


def is_zip(data: bytes) -> bool:
    """Whether these are the bytes of a zip archive, and not of an Excel workbook, which is one too."""
    if not data.startswith(ZIP):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "[Content_Types].xml" not in archive.NameToInfo
    except (zipfile.BadZipFile, ValueError, RuntimeError):
        return True  # opening it says what is wrong with it


def unzipped(path: Path | str, data: bytes, limits: Limits = LIMITS) -> Iterator[Packed | BadEvidence]:
    """Every file of a zip archive and of zips inside it; for one that cannot be had, the reason.

    What goes beyond the limits for the whole ends it, with the reason last.
    """
    try:
        yield from _zip(str(path), "", data, 1, _Budget(limits))
    except _TooMuch as problem:
        yield problem.reason


class _TooMuch(Exception):
    def __init__(self, reason: BadEvidence) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _zip(path: str, inside: str, data: bytes, level: int, budget: _Budget) -> Iterator[Packed | BadEvidence]:
    if level > budget.limits.depth:
        yield BadEvidence(path, f"archives are packed into one another more than {budget.limits.depth} deep", _MEND)
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, RuntimeError) as error:
        yield BadEvidence(path, f"the zip archive cannot be opened ({error})", _AGAIN)
        return
    seen: Counter[str] = Counter()
    with archive:
        for info in archive.infolist():
            name = _clean(info.filename)
            if info.is_dir() or not name:
                continue
            budget.files += 1
            if budget.files > budget.limits.files:
                raise _TooMuch(BadEvidence(path, f"the archive holds more than {budget.limits.files:,} files", _MEND))
            seen[info.filename] += 1
            again = f"#{seen[info.filename]}" if seen[info.filename] > 1 else ""  # an archive may hold a name twice
            label = f"{path}!{info.filename}{again}"
            try:
                body = _entry(label, archive, info, budget)
            except BadEvidence as problem:
                yield problem
                continue
            if is_zip(body):
                yield from _zip(label, f"{inside}{name}!", body, level + 1, budget)
            else:
                yield Packed(f"{inside}{name}", label, body)


def _entry(label: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> bytes:
    if info.flag_bits & 1:
        raise BadEvidence(label, "it is locked with a password", "Unpack the archive and give the folder")
    parts, size = [], 0
    try:
        with archive.open(info) as file:
            while part := file.read(_CHUNK):
                parts.append(part)
                size += len(part)
                budget.bytes += len(part)
                check(label, size, info.compress_size, budget.limits)
                if budget.bytes > budget.limits.total_bytes:
                    most = f"the archive unpacks to more than {budget.limits.total_bytes // 1024**2:,} MiB"
                    raise _TooMuch(BadEvidence(label, most, _MEND))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise BadEvidence(label, f"it cannot be unpacked ({error})", _AGAIN) from None
    return b"".join(parts)


def gunzip(path: Path | str, data: bytes, limits: Limits = LIMITS) -> bytes:
    """The content of a gzip file, all of its members. Raises BadEvidence for a cut one and for a bomb."""
    parts, size, rest = [], 0, data
    while rest:
        member = zlib.decompressobj(wbits=31)
        try:
            part = member.decompress(rest, _CHUNK)
            while part or not member.eof:
                parts.append(part)
                size += len(part)
                check(path, size, len(data), limits)
                part = member.decompress(member.unconsumed_tail, _CHUNK)
                if not (part or member.eof or member.unconsumed_tail):
                    break
        except zlib.error as error:
            raise BadEvidence(path, f"the gzip file cannot be unpacked ({error})", _AGAIN) from None
        if not member.eof:
            raise BadEvidence(path, "the gzip file cannot be unpacked (it ends too early)", _AGAIN)
        rest = member.unused_data.lstrip(b"\x00")  # tapes pad with zeros
    return b"".join(parts)


def check(path: Path | str, size: int, packed: int, limits: Limits) -> None:
    """Raises BadEvidence when so many bytes cannot honestly come out of so few."""
    if size > limits.file_bytes:
        raise BadEvidence(path, f"it unpacks to more than {limits.file_bytes // 1024**2:,} MiB", _MEND)
    if size > limits.free_bytes and size > limits.ratio * max(packed, 1):
        raise BadEvidence(
            path, f"it unpacks to more than {limits.ratio} times its size, as only an archive bomb does", _MEND
        )


def _clean(name: str) -> str:
    """A name without anything that leads out of a folder; "" for what systems put in beside the files."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")]
    if any(part.startswith(".") or part == "__MACOSX" for part in parts):
        return ""
    return "/".join(part.rstrip(":") for part in parts)
