"""Handing a case over: one archive with its hash list, and the proof that such an archive is whole.

Left out: `state/` (a practice tenant's own world with its keys and its truth: no evidence) and files that a kill
left half written. The same case gives the same archive, byte for byte.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from o365nb.case.chain import follow
from o365nb.case.folder import DAMAGE, WATCH, Case, evidence_path, open_packed
from o365nb.errors import BadCase, BadInput

SUMS = "SHA256SUMS"
_PACKED = (".gz", ".zst", ".parquet")  # packing them again costs time and saves nothing
_CHUNK = 1 << 20
#: No line of a chain or of a hash list comes near.
_LONGEST = 16 * _CHUNK
_SUM = re.compile(r"([0-9a-f]{64})  (.+)")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A finished archive. `sha256` is its own hash, to be written down apart from it."""

    path: Path
    sha256: str
    files: int
    size: int


def seal(case: Case, out: Path) -> Sealed:
    """Write the case into one ZIP archive and prove it. Raises BadCase for a case that does not verify,
    BadInput where something stands at `out` already.
    """
    if out.exists():
        raise BadInput(f"{out}: there is a file already. Name another, so that nothing handed over is replaced.")
    for _ in case.verify():
        pass
    part = out.with_name(out.name + ".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        count = _write(case, part)
        for _ in verify_archive(part):
            pass
        digest, size = _hash_of(part), part.stat().st_size
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return Sealed(out, digest, count, size)


def _write(case: Case, path: Path) -> int:
    names = sorted(_contents(case.root))
    sums = []
    path.unlink(missing_ok=True)  # a kill may have left one
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # mail and addresses: for this user alone
    with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            source = case.root / name
            with archive.open(_entry(f"{case.info.name}/{name}", source.stat().st_size), "w") as target:
                sums.append(f"{_copy(source, target)}  {name}\n")
        text = "".join(sums).encode()
        with archive.open(_entry(f"{case.info.name}/{SUMS}", len(text)), "w") as target:
            target.write(text)
    return len(names)


def _contents(root: Path) -> Iterator[str]:
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            raise BadCase(f"{path}: a link has no place in a case folder. Remove it: it may lead anywhere.")
        if not path.is_file() or name.startswith("state/") or name.endswith(".part") or name == SUMS:
            continue
        if re.search(r"[\\\x00-\x1f\x7f]", name):
            raise BadCase(f"{path}: this name cannot stand in a hash list. Nothing of o365nb is called so: remove it.")
        yield name


def _entry(name: str, size: int) -> zipfile.ZipInfo:
    """The same for the same file: no time of its own, no owner. The size lets large files be ZIP64."""
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    info.create_system = 3
    info.compress_type = zipfile.ZIP_STORED if name.endswith(_PACKED) else zipfile.ZIP_DEFLATED
    info.file_size = size
    return info


def _copy(source: Path, target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    with source.open("rb") as file:
        while block := file.read(_CHUNK):
            digest.update(block)
            target.write(block)
    return digest.hexdigest()


def verify_archive(path: Path) -> Iterator[str]:
    """Prove a sealed archive without unpacking it to disk: hash list, both chains, every piece of evidence.

    Yields one line per check. Raises BadCase at the first thing that does not hold.
    """
    yield f"archive: SHA-256 {_hash_of(path)}"
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _Archive(path, archive).checks()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError, *DAMAGE) as error:
        raise BadCase(f"{path}: not a whole archive ({error}). Ask for it again.") from None


class _Archive:
    """A sealed archive, open for reading."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path, self._zip = path, archive
        names = [info.filename for info in archive.infolist()]
        sums = [name for name in names if name.count("/") == 1 and name.endswith(f"/{SUMS}")]
        if len(sums) != 1 or len(set(names)) != len(names):
            raise BadCase(f"{path}: not a case sealed by o365nb: it needs one hash list and no name twice.")
        self._root = sums[0].removesuffix(SUMS)
        for name in names:
            if not name.startswith(self._root) or ".." in name.split("/") or "\\" in name:
                raise BadCase(f"{path}: {name!r} would be unpacked outside the case. Do not unpack this archive.")
        self._names = {name.removeprefix(self._root) for name in names} - {SUMS}

    def checks(self) -> Iterator[str]:
        yield f"hash list: {self._sums()} files match their SHA-256"
        yield from self._case("")
        rounds = self._folders("watch/")
        if WATCH in self._names:
            yield f"watch chain: {follow(self._lines(WATCH), self._at(WATCH))}"
        for number, line in enumerate(self._lines(WATCH), 1):
            if (name := json.loads(line).get("folder")) not in rounds:
                raise BadCase(f"{self._at(WATCH)}, line {number}: its evidence, watch/{name}, is missing.")
        for name in rounds:
            for said in self._case(f"watch/{name}/"):
                yield f"watch/{name}: {said}"

    def _case(self, inside: str) -> Iterator[str]:
        """Both chains and all evidence of the case in a folder of the archive ("" or one that ends in a slash)."""
        custody, receipts = f"{inside}custody.jsonl", f"{inside}receipts.jsonl"
        yield f"custody chain: {follow(self._lines(custody), self._at(custody))}"
        yield f"receipts chain: {follow(self._lines(receipts), self._at(receipts))}"
        yield f"evidence: {self._evidence(inside, custody)} files match their SHA-256"

    def _folders(self, above: str) -> list[str]:
        inside = (name.removeprefix(above) for name in self._names if name.startswith(above))
        return sorted({name.partition("/")[0] for name in inside if "/" in name})

    def _sums(self) -> int:
        listed: dict[str, str] = {}
        for number, line in enumerate(self._lines(SUMS), 1):
            found = _SUM.fullmatch(line.decode("utf-8", "replace"))
            if not found or found[2] in listed:
                raise BadCase(f"{self._at(SUMS)}, line {number}: not a hash and a name that stands there once.")
            if found[2] not in self._names:
                raise BadCase(f"{self._at(found[2])}: listed, but not there. The archive was changed.")
            listed[found[2]] = found[1]
        if apart := sorted(self._names - set(listed)):
            raise BadCase(f"{self._at(apart[0])}: in the archive, not in the hash list. The archive was changed.")
        for name, expected in listed.items():
            with self._zip.open(self._root + name) as file:
                actual = _hash(file)
            if actual != expected:
                raise BadCase(f"{self._at(name)}: SHA-256 is {actual}, the hash list says {expected}. It was changed.")
        return len(listed)

    def _evidence(self, inside: str, custody: str) -> int:
        known: dict[str, str] = {}
        number = 0
        for number, line in enumerate(self._lines(custody), 1):
            entry = json.loads(line)
            name = inside + evidence_path(entry.get("path"), f"{self._at(custody)}, line {number}")
            if name not in self._names:
                raise BadCase(f"{self._at(name)}: listed in the chain of custody, but missing.")
            if name not in known:
                with self._zip.open(self._root + name) as packed, open_packed(Path(name), packed) as file:
                    known[name] = _hash(file, entry.get("size"))
            if known[name] != entry.get("sha256"):
                raise BadCase(
                    f"{self._at(name)}: SHA-256 is {known[name]}, custody says {entry.get('sha256')}. It was changed."
                )
        return number

    def _lines(self, name: str) -> Iterator[bytes]:
        """The finished lines of a file, one at a time: an archive may be made to fill the memory of who proves it."""
        if name not in self._names and name != SUMS:
            return
        with self._zip.open(self._root + name) as packed, io.BufferedReader(cast("io.RawIOBase", packed)) as file:
            while (line := file.readline(_LONGEST)).endswith(b"\n"):
                yield line[:-1]
            if len(line) == _LONGEST:
                raise BadCase(f"{self._at(name)}: a line of it is longer than any of o365nb. The archive was changed.")

    def _at(self, name: str) -> str:
        return f"{self._path}, {self._root}{name}"


def _hash(file: IO[bytes], size: object = None) -> str:
    """The SHA-256 of a file, or of what goes just beyond `size` bytes: what is longer is another file at any length."""
    digest, read = hashlib.sha256(), 0
    while (block := file.read(_CHUNK)) and (not isinstance(size, int) or read <= size):
        digest.update(block)
        read += len(block)
    return digest.hexdigest()


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return _hash(file)
