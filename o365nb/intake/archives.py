"""Archives and gzip, opened without trusting them: a name in an archive is text, it leads nowhere.

An archive may be made to fill a machine, so what comes out of it is measured while it comes out: the sizes that an
archive states of itself are not believed. Each file in it lies, under a name of ours, in a temporary folder that only
this user can read, for as long as it is looked at.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import BinaryIO

from o365nb.errors import BadEvidence
from o365nb.intake.containers import AGAIN, LIMITS, MEND, Budget, Limits, TooMuchError, check, opener

GZIP = b"\x1f\x8b"

#: What systems put in beside the files.
_DROPPINGS = re.compile(r"(^|/)(__MACOSX|\.DS_Store|\._[^/]*|Thumbs\.db|desktop\.ini)(/|$)", re.IGNORECASE)
_CHUNK = 1024 * 1024
_LONGEST = 512


@dataclass(frozen=True, slots=True)
class Member:
    """One file of evidence: as it was given (`name` is ""), or out of an archive.

    `name` leads nowhere; `original` is `archive!name as the archive writes it`. `path` holds its bytes until the next
    member is asked for. `archive_sha256` is that of the archive that was given, "" for a file as it was given.
    """

    name: str
    original: str
    path: Path
    archive_sha256: str = ""

    def open(self) -> BinaryIO:
        """Its bytes, as often as wanted, until the next member is asked for."""
        return self.path.open("rb")


def unpacked(path: Path, limits: Limits = LIMITS) -> Iterator[Member | BadEvidence]:
    """The file itself when it is no archive; else every file in it and in archives inside it (zip, 7z, tar, tar.gz).

    For a file that cannot be had, the reason, whose `path` is `archive!name`. What goes beyond the limits for the
    whole ends it, with the reason last. A file packed with gzip alone is one file: it stays as it is.
    """
    if not opener(path):
        yield Member("", str(path), path)
        return
    with TemporaryDirectory(prefix="o365nb-") as room:
        walk = _Walk(Path(room), _sha256(path), Budget(limits, path.stat().st_size))
        try:
            yield from walk.archive(str(path), "", path, 1)
        except TooMuchError as problem:
            walk.found = True
            yield problem.reason
        if not walk.found:
            yield BadEvidence(path, "the archive holds no files", "Leave it out")


@dataclass(slots=True)
class _Walk:
    """One archive that was given, and everything packed inside it."""

    room: Path
    sha256: str
    budget: Budget
    found: bool = False
    rooms: int = 0

    def archive(self, label: str, inside: str, path: Path, level: int) -> Iterator[Member | BadEvidence]:
        deepest = self.budget.limits.depth
        if level > deepest:
            self.found = True
            yield BadEvidence(label, f"archives are packed into one another more than {deepest} deep", MEND)
            return
        entries = opener(path)
        if not entries:
            return
        self.rooms += 1
        room = self.room / str(self.rooms)
        room.mkdir()
        seen: Counter[str] = Counter()
        for name, content in entries(label, path, room, self.budget):
            seen[name] += 1
            again = f"#{seen[name]}" if seen[name] > 1 else ""  # an archive may hold a name twice
            if isinstance(content, BadEvidence):
                self.found = True
                yield content
            elif not is_dropping(name):
                self.found = True
                yield from self._file(f"{label}!{name}{again}" if name else label, inside, name, content, level)
            if isinstance(content, Path):
                content.unlink(missing_ok=True)

    def _file(self, label: str, inside: str, name: str, path: Path, level: int) -> Iterator[Member | BadEvidence]:
        clean = _clean(name)
        if opener(path):
            yield from self.archive(label, f"{inside}{clean}!" if clean else inside, path, level + bool(name))
        else:
            yield Member(f"{inside}{clean}", label, path, self.sha256)


def is_dropping(name: str) -> bool:
    """Whether a file of that name is one that systems put beside the files of people."""
    return bool(_DROPPINGS.search(name.replace("\\", "/")))


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
            raise BadEvidence(path, f"the gzip file cannot be unpacked ({error})", AGAIN) from None
        if not member.eof:
            raise BadEvidence(path, "the gzip file cannot be unpacked (it ends too early)", AGAIN)
        rest = member.unused_data.lstrip(b"\x00")  # tapes pad with zeros
    return b"".join(parts)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _clean(name: str) -> str:
    """A name without anything that leads out of a folder, changes a line of text, or turns its direction."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "//", "..", ".")]
    joined = "/".join(part.rstrip(":") for part in parts)
    return "".join("_" if unicodedata.category(char)[0] == "C" else char for char in joined)[:_LONGEST]
