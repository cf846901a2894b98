"""7z archives, through py7zr: files share one stream in them, so that all are unpacked before the first is looked at.

The dictionary and the list of names are as large as the archive says; what no honest archive needs is refused first.
"""

from __future__ import annotations

import io
import lzma
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import py7zr
from py7zr.archiveinfo import HeaderStreamsInfo
from py7zr.exceptions import ArchiveError, PasswordRequired, UnsupportedCompressionMethodError
from py7zr.io import Py7zIO, WriterFactory

from o365nb.errors import BadEvidence
from o365nb.intake.containers import AGAIN, Budget, Entry, TooMuchError, check

_UNPACK = "Unpack the archive and give the folder"
#: The list of names, unpacked; 10,000 files need less than half of it.
_HEADER = 4 * 1024 * 1024
_ENCODED = 0x17
#: What py7zr raises for bytes that make no sense to it; most of it comes from the standard library underneath.
_BROKEN = (
    *(ArchiveError, lzma.LZMAError, zlib.error, struct.error, OSError, EOFError, ValueError, TypeError),
    *(LookupError, AttributeError, ArithmeticError, AssertionError, RuntimeError, MemoryError),
)


@dataclass(slots=True)
class _Writer(Py7zIO):
    """Where py7zr writes one file to."""

    label: str
    target: Path
    budget: Budget
    done: bool = False
    written: int = 0
    file: BinaryIO | None = None

    def write(self, s: bytes | bytearray) -> int:
        self.written += len(s)
        check(self.label, self.written, self.budget.packed, self.budget.limits)
        self.budget.spend(self.label, len(s))
        self.file = self.file or self.target.open("wb")
        return self.file.write(s)

    def read(self, size: int | None = None) -> bytes:
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def flush(self) -> None:
        if self.file:
            self.file.flush()

    def size(self) -> int:
        return self.written

    def close(self) -> None:
        """Called by py7zr once the file is whole and its checksum holds."""
        self.done = True
        self.release()

    def release(self) -> None:
        """Let go of the file, whole or not."""
        if self.file:
            self.file.close()


@dataclass(slots=True)
class _Writers(WriterFactory):
    label: str
    room: Path
    budget: Budget
    made: dict[str, _Writer] = field(default_factory=dict)

    def create(self, filename: str) -> _Writer:
        target = self.room / str(len(self.made))
        target.touch()
        self.made[filename] = _Writer(f"{self.label}!{filename}", target, self.budget)
        return self.made[filename]


def entries(label: str, path: Path, room: Path, budget: Budget) -> Iterator[Entry]:
    """Every file of a 7z archive; see `containers.opener`."""
    with path.open("rb") as file:
        try:
            _reasonable(file)
            archive = py7zr.SevenZipFile(file)
            wanted, refused = _wanted(label, archive, budget)
            locked = archive.needs_password()
        except PasswordRequired:
            yield "", _locked(label)
            return
        except _BROKEN as error:
            yield "", BadEvidence(label, f"the 7z archive cannot be opened ({_said(error)})", AGAIN)
            return
        with archive:
            yield from refused
            if locked:
                yield "", _locked(label)
            elif wanted:
                yield from _unpacked(label, archive, wanted, _Writers(label, room, budget))


def _reasonable(file: BinaryIO) -> None:
    """Raises ValueError for a list of names that unpacks to more than any honest one."""
    head = file.read(32)
    offset, size = struct.unpack("<QQ", head[12:28])
    file.seek(0, io.SEEK_END)
    if size > _HEADER or offset + size > file.tell():
        raise ValueError("its list of files is unreasonably large, or missing")
    file.seek(32 + offset)
    header = file.read(size)
    file.seek(0)
    if header[:1] == bytes([_ENCODED]):
        folders = HeaderStreamsInfo.retrieve(io.BytesIO(header[1:])).unpackinfo.folders
        if any(max(folder.unpacksizes, default=0) > _HEADER for folder in folders):
            raise ValueError("its list of files is unreasonably large")


def _wanted(label: str, archive: py7zr.SevenZipFile, budget: Budget) -> tuple[list[str], list[Entry]]:
    """The names that are unpacked, and those that are not, with the reason."""
    wanted: list[str] = []
    refused: list[Entry] = []
    for info in archive.list():
        if info.is_directory:
            continue
        budget.file(label)
        name = f"{label}!{info.filename}"
        if info.is_symlink:
            problem = BadEvidence(name, "it is a link, which holds no evidence of its own", "Leave it out")
            refused.append((info.filename, problem))
        elif _leads_out(info.filename):
            refused.append((info.filename, BadEvidence(name, "its name leads out of the archive", _UNPACK)))
        else:
            wanted.append(info.filename)
    return wanted, refused


def _unpacked(label: str, archive: py7zr.SevenZipFile, wanted: list[str], writers: _Writers) -> Iterator[Entry]:
    problem: BadEvidence | None = None
    beyond: TooMuchError | None = None
    try:
        archive.extract(targets=wanted, factory=writers)
    except TooMuchError as error:
        beyond = error
    except BadEvidence as error:
        problem = error
    except UnsupportedCompressionMethodError as error:
        problem = BadEvidence(label, f"it is packed in a way that is not read here ({_said(error)})", _UNPACK)
    except _BROKEN as error:
        problem = BadEvidence(label, f"the archive cannot be unpacked ({_said(error)})", AGAIN)
    finally:
        for writer in writers.made.values():
            writer.release()
    for name, writer in writers.made.items():
        if writer.done:
            yield name, writer.target
    if beyond:
        raise beyond
    if problem:
        for name in wanted:
            if name not in writers.made or not writers.made[name].done:
                yield name, BadEvidence(f"{label}!{name}", problem.problem, problem.mend)


def _leads_out(name: str) -> bool:
    """The names that py7zr would refuse the whole archive for."""
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or name[1:2] == ":" or not any(part not in ("", ".") for part in parts)


def _locked(label: str) -> BadEvidence:
    return BadEvidence(label, "the 7z archive is locked with a password", _UNPACK)


def _said(error: BaseException) -> str:
    """What a library says, on one line and not at length."""
    return " ".join(str(part) for part in error.args if isinstance(part, str))[:120] or type(error).__name__
