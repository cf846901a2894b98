"""One zip, tar or gzip file: the files in it, each copied to a folder of ours and measured on the way.

Neither sizes nor counts that a container states are believed; nothing is read from it in one piece that its maker
could have made large (central directories, extended headers).
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from o365nb.errors import BadEvidence

ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second is a zip without files
SEVEN = b"7z\xbc\xaf\x27\x1c"
AGAIN = "Copy it again: it is cut or damaged (or one part of several: join them first)"
MEND = "If it is real evidence, unpack it yourself and give the folder"
_UNPACK = "Unpack the archive and give the folder"
_GZIP = b"\x1f\x8b"
_CHUNK = 1024 * 1024
#: More than this is never read at once for a container's own sake: 10,000 names need a fraction of it.
_OWN = 8 * 1024 * 1024
_METHODS = {0: "stored", 8: "deflate", 12: "bzip2", 14: "LZMA"}
_OTHER_METHODS = {1: "shrink", 6: "implode", 9: "deflate64", 93: "zstd", 95: "xz", 98: "PPMd", 99: "AES"}
#: RuntimeError covers what zipfile says of methods that it does not know.
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, RuntimeError, ValueError, LookupError)

#: A name as the container writes it, and its bytes or why they cannot be had.
Entry = tuple[str, Path | BadEvidence]


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
#: Of a packed export that is read as it comes, never held whole: a large tenant's month is more than an archive has.
STREAMED = Limits(file_bytes=64 * 1024**3)


class TooMuchError(Exception):
    """The archive that was given goes beyond the limits for the whole: nothing more is taken out of it."""

    def __init__(self, reason: BadEvidence) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(slots=True)
class Budget:
    """What has come out of an archive of `packed` bytes so far, with everything packed inside it."""

    limits: Limits
    packed: int
    files: int = 0
    bytes: int = 0

    def file(self, label: str) -> None:
        """Count one more file. Raises TooMuchError."""
        self.files += 1
        if self.files > self.limits.files:
            most = f"the archive holds more than {self.limits.files:,} files"
            raise TooMuchError(BadEvidence(label, most, MEND))

    def spend(self, label: str, size: int) -> None:
        """Count bytes that came out. Raises TooMuchError."""
        self.bytes += size
        if self.bytes > self.limits.total_bytes:
            most = f"the archive unpacks to more than {self.limits.total_bytes // 1024**2:,} MiB"
            raise TooMuchError(BadEvidence(label, most, MEND))
        if self.bytes > self.limits.free_bytes and self.bytes > self.limits.ratio * self.packed:
            most = f"the archive unpacks to more than {self.limits.ratio} times its size, as only an archive bomb does"
            raise TooMuchError(BadEvidence(label, most, MEND))


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes: ...


Opener = Callable[[str, Path, Path, Budget], Iterator[Entry]]


def opener(path: Path) -> Opener | None:
    """How to open this file, told by its first bytes; None for what is no archive (an Excel workbook is none)."""
    with path.open("rb") as file:
        head = file.read(1024)
        if head.startswith(_GZIP):
            return _gunzipped if _holds_archive(file) else None
    if head.startswith(ZIP):
        return None if _is_workbook(path) else _zip
    if head.startswith(SEVEN):
        from o365nb.intake.seven_zip import entries

        return entries
    return _tar if head[257:262] == b"ustar" else None


def check(path: Path | str, size: int, packed: int, limits: Limits) -> None:
    """Raises BadEvidence when so many bytes cannot honestly come out of so few."""
    if size > limits.file_bytes:
        raise BadEvidence(path, f"it unpacks to more than {limits.file_bytes // 1024**2:,} MiB", MEND)
    if size > limits.free_bytes and size > limits.ratio * max(packed, 1):
        raise BadEvidence(
            path, f"it unpacks to more than {limits.ratio} times its size, as only an archive bomb does", MEND
        )


def copied(label: str, source: Readable, target: Path, packed: int, budget: Budget) -> Path:
    """Copy a file that is being unpacked to `target`. Raises BadEvidence and TooMuchError before it grows too large."""
    size = 0
    try:
        with target.open("wb") as out:
            while part := source.read(_CHUNK):
                size += len(part)
                check(label, size, packed, budget.limits)
                budget.spend(label, len(part))
                out.write(part)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target


class Gunzipped(io.BufferedIOBase):
    """What a gzip file of `size` bytes holds, measured while it is read. Raises BadEvidence for a cut one or a bomb."""

    def __init__(self, label: str, file: BinaryIO, size: int, limits: Limits = STREAMED) -> None:
        self._label, self._packed, self._limits, self._size = label, size, limits, 0
        self._packed_file, self._file = file, gzip.GzipFile(fileobj=file)

    def read(self, size: int | None = -1, /) -> bytes:
        try:
            data = self._file.read(_OWN if size is None or size < 0 else size)
        except (zlib.error, EOFError, OSError) as error:
            raise BadEvidence(self._label, f"the gzip file cannot be unpacked ({error})", AGAIN) from None
        self._size += len(data)
        check(self._label, self._size, self._packed, self._limits)
        return data

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._packed_file.close()
        super().close()


class _Careful(io.BufferedIOBase):
    """A file from which a container's library cannot be made to read a great deal at once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int | None = -1, /) -> bytes:
        data = self._file.read(_OWN + 1 if size is None or size < 0 else min(size, _OWN + 1))
        if len(data) > _OWN:
            raise ValueError("a part of it that only names files is unreasonably large")
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


def _zip(label: str, path: Path, room: Path, budget: Budget) -> Iterator[Entry]:
    with path.open("rb") as file:
        try:
            archive = zipfile.ZipFile(_Careful(file))
        except _BROKEN as error:
            yield "", BadEvidence(label, f"the zip archive cannot be opened ({error})", AGAIN)
            return
        with archive:
            for number, info in enumerate(archive.infolist()):
                if info.filename.endswith("/"):
                    continue
                budget.file(label)
                name = f"{label}!{info.filename}"
                try:
                    yield info.filename, _zipped(name, archive, info, room / str(number), budget)
                except BadEvidence as problem:
                    yield info.filename, problem


def _zipped(label: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, budget: Budget) -> Path:
    if info.flag_bits & 1:
        raise BadEvidence(label, "it is locked with a password", _UNPACK)
    if info.compress_type not in _METHODS:
        method = _OTHER_METHODS.get(info.compress_type, f"method {info.compress_type}")
        raise BadEvidence(label, f"it is packed with {method}, which is not read here", _UNPACK)
    if info.external_attr >> 16 & 0o170000 == 0o120000:
        raise BadEvidence(label, "it is a link, which holds no evidence of its own", "Leave it out")
    try:
        with archive.open(info) as source:
            return copied(label, source, target, info.compress_size, budget)
    except _BROKEN as error:
        raise _cannot(label, error) from None


def _tar(label: str, path: Path, room: Path, budget: Budget) -> Iterator[Entry]:
    size = path.stat().st_size
    with path.open("rb") as file:
        try:
            with tarfile.open(fileobj=_Careful(file), mode="r:") as archive:
                for number, info in enumerate(archive):
                    if not info.isdir():
                        budget.file(label)
                        yield (
                            info.name,
                            _tarred(f"{label}!{info.name}", archive, info, room / str(number), budget, size),
                        )
        except _BROKEN as error:
            yield "", BadEvidence(label, f"the tar archive cannot be read on ({error})", AGAIN)


def _tarred(
    label: str, archive: tarfile.TarFile, info: tarfile.TarInfo, target: Path, budget: Budget, packed: int
) -> Path | BadEvidence:
    source = archive.extractfile(info) if info.isreg() else None
    if source is None:
        what = "a link" if info.issym() or info.islnk() else "no file but a device"
        return BadEvidence(label, f"it is {what}, which holds no evidence of its own", "Leave it out")
    try:
        return copied(label, source, target, packed, budget)
    except BadEvidence as problem:
        return problem
    except _BROKEN as error:
        return _cannot(label, error)


def _gunzipped(label: str, path: Path, room: Path, budget: Budget) -> Iterator[Entry]:
    """The archive that gzip packed once more (.tar.gz): it has no name of its own."""
    try:
        with gzip.open(path, "rb") as source:
            yield "", copied(label, source, room / "0", path.stat().st_size, budget)
    except BadEvidence as problem:
        yield "", problem
    except _BROKEN as error:
        yield "", BadEvidence(label, f"the gzip file cannot be unpacked ({error})", AGAIN)


def _holds_archive(file: BinaryIO) -> bool:
    """Whether what gzip packed begins like an archive."""
    file.seek(0)
    try:
        head = zlib.decompressobj(wbits=31).decompress(file.read(64 * 1024), 1024)
    except zlib.error:
        return False  # reading it as text says what is wrong with it
    return head.startswith((*ZIP, SEVEN)) or head[257:262] == b"ustar"


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(_Careful(file)) as archive:
                return "[Content_Types].xml" in archive.NameToInfo
        except _BROKEN:
            return False  # opening it says what is wrong with it


def _cannot(label: str, error: Exception) -> BadEvidence:
    return BadEvidence(label, f"it cannot be unpacked ({error})", AGAIN)
