"""`data/<case>/`: the case folder, in one class. Raw evidence goes in once and is never edited."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import threading
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

import zstandard

from o365nb import __version__
from o365nb.case.chain import Chain
from o365nb.case.ledger import Ledger
from o365nb.case.place import private, results_of
from o365nb.errors import BadCase, BadInput
from o365nb.model import Window, iso, plain, utc

_BLOCK = 4 * 1024 * 1024
#: What reading a packed file raises that was changed or cut.
DAMAGE = (OSError, EOFError, zlib.error, zstandard.ZstdError)
#: What custody calls the source of what people said (interview, corrections): kept with it, but no evidence.
SAID = "said"
#: The chain of later looks at the response (`o365nb.watch`); the evidence of each lies in `watch/<folder>/`.
WATCH = "watch.jsonl"
#: Names that Windows keeps for devices, whatever follows the dot.
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")


@dataclass(frozen=True, slots=True)
class CaseInfo:
    """What `case.json` says. `door` is live, export or practice; `story` names the practice story."""

    name: str
    subjects: tuple[str, ...]
    window: Window
    door: str
    tenant: str = ""
    story: str = ""
    ticket: str = ""
    domains: tuple[str, ...] = ()
    accepted_domains: tuple[str, ...] = ()
    time_zone: str = "UTC"
    out: str = ""
    #: Address databases that the user named: name, type, built, sha256, file.
    databases: tuple[dict[str, str], ...] = ()
    tool_version: str = __version__
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    def as_json(self) -> dict[str, Any]:
        fields = {name: plain(getattr(self, name)) for name in self.__slots__}
        fields["out"] = str(Path(self.out).resolve()) if self.out else ""  # whatever folder the next command runs in
        return {**fields, "window": {"start": iso(self.window.start), "end": iso(self.window.end)}}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> CaseInfo:
        lists = {name: tuple(data[name]) for name in ("subjects", "domains", "accepted_domains")}
        lists["databases"] = tuple(data.get("databases", ()))
        window = Window(utc(data["window"]["start"]), utc(data["window"]["end"]))
        return cls(**{**data, **lists, "window": window, "created": utc(data["created"])})


class Case:
    """One incident's folder. Open an existing one with `Case.open`, make a new one with `Case.create`."""

    def __init__(self, root: Path, info: CaseInfo) -> None:
        self.root, self.info = root, info
        self.custody = Chain(root / "custody.jsonl")
        self.receipts = Chain(root / "receipts.jsonl")
        self.ledger = Ledger(root / "coverage.jsonl")
        self._lock = threading.Lock()
        # By lower case: some systems take A.csv and a.csv for one file.
        self._stored: dict[str, str] = {}
        self._readings: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for line in self.custody.entries():
            self._remember(line)

    @classmethod
    def create(cls, root: Path, info: CaseInfo) -> Case:
        """A new, empty case folder. Raises BadInput when the name would leave the data folder."""
        checked_name(info.name)
        for folder in ("raw", "tables", "state"):
            private(root / folder)
        case = cls(root, info)
        case.save(info)
        return case

    @classmethod
    def open(cls, root: Path) -> Case:
        """An existing case. Raises BadCase when there is none or its case.json cannot be read."""
        path = root / "case.json"
        if not path.is_file():
            raise BadCase(f"{root}: no case here (case.json is missing). `o365nb investigate` makes one.")
        try:
            info = CaseInfo.from_json(json.loads(path.read_text("utf-8")))
            checked_name(info.name)
            out = results_of(root, info.out, info.created) if info.out else ""
            return cls(root, replace(info, out=out))
        except (ValueError, KeyError, TypeError, BadInput) as error:
            raise BadCase(f"{path}: not a case description ({error}). Restore it from a copy.") from None

    def save(self, info: CaseInfo) -> None:
        """Replace `case.json` in one step."""
        self.info = info
        write_atomic(self.root / "case.json", json.dumps(info.as_json(), indent=2, ensure_ascii=False) + "\n")

    def update(self, **changes: Any) -> None:
        """Save the case description with some fields changed."""
        self.save(replace(self.info, **changes))

    @property
    def tables(self) -> Path:
        return self.root / "tables"

    @property
    def state(self) -> Path:
        return self.root / "state"

    def store(self, source: str, name: str, body: bytes, *, snapshot: bool = False, **about: Any) -> str:
        """Keep one piece of evidence byte for byte (gzip) and enter it in the chain of custody.

        `about` goes into the custody line (shape, records, query or original path, request_ids, collector).
        Returns the path inside the case folder. The same bytes for the same source and name are kept once; a
        `snapshot` (state as it stands now) is entered again all the same, for when it was seen matters.
        """
        digest = hashlib.sha256(body).hexdigest()
        with self._lock:
            relative, known = self._place(source, name, ".gz", digest)
            if known and not snapshot:
                return relative
            if not known:
                write_atomic(self.root / relative, gzip.compress(body, 6, mtime=0))
            line = {"path": relative, "sha256": digest, "size": len(body), "source": source, **about}
            if snapshot:
                line["snapshot"] = True
            self._remember(self.custody.append({**line, "time": datetime.now(UTC), "tool_version": __version__}))
        return relative

    def store_file(self, source: str, name: str, received: Path, /, **about: Any) -> str:
        """Keep a large file byte for byte (zstd) without ever holding it whole; otherwise as `store`."""
        part = self.root / "raw" / f".{uuid.uuid4().hex}.part"
        part.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with self._lock:
            with received.open("rb") as given, part.open("wb") as kept:
                with zstandard.ZstdCompressor(level=1, threads=-1).stream_writer(kept, closefd=False) as packed:
                    while block := given.read(_BLOCK):
                        digest.update(block)
                        size += len(block)
                        packed.write(block)
                kept.flush()
                os.fsync(kept.fileno())
            relative, known = self._place(source, name, ".zst", digest.hexdigest())
            if known:
                part.unlink()
                return relative
            part.replace(self.root / relative)
            line = {"path": relative, "sha256": digest.hexdigest(), "size": size, "source": source, **about}
            self._remember(self.custody.append({**line, "time": datetime.now(UTC), "tool_version": __version__}))
        return relative

    def _place(self, source: str, name: str, packed: str, digest: str) -> tuple[str, bool]:
        """Where evidence of that name goes, and whether the same already lies there."""
        relative = f"raw/{source}/{_file_name(name)}{packed}"
        if self._stored.get(relative.lower(), digest) != digest:
            relative = f"raw/{source}/{digest[:16]}-{_file_name(name)}{packed}"
        (self.root / relative).parent.mkdir(parents=True, exist_ok=True)
        return relative, relative.lower() in self._stored

    def last_reading(self, source: str, subject: str) -> list[dict[str, Any]]:
        """The lines of custody of the last time that a tenant was asked for this source about this subject."""
        with self._lock:
            return list(self._readings.get((source, subject), ()))

    def _remember(self, line: dict[str, Any]) -> None:
        self._stored[line["path"].lower()] = str(line["sha256"])
        if line.get("read"):
            kept = self._readings.setdefault((str(line["source"]), str(line.get("subject"))), [])
            if kept and kept[-1]["read"] != line["read"]:
                kept.clear()
            kept.append(line)

    def raw(self, relative: str) -> bytes:
        """The bytes of a stored piece of evidence, as they were received."""
        with self.open_raw(relative) as stored:
            return stored.read()

    def open_raw(self, relative: str) -> io.BufferedReader:
        """A stored piece of evidence to read from, as it was received."""
        return open_packed(self._evidence(relative))

    def _evidence(self, said: object, where: str = "custody") -> Path:
        """The file of a line of custody. Raises BadCase naming the line `where` for one that lies elsewhere."""
        path = self.root / evidence_path(said, where)
        if not path.resolve().is_relative_to((self.root / "raw").resolve()):
            raise BadCase(f"{where}: {said!r} leads out of the case by a link. It was put there by another hand.")
        return path

    def verify(self) -> Iterator[str]:
        """Prove that nothing changed: check both chains and every file's hash; yields one line per check.

        Raises BadCase at the first thing that does not hold.
        """
        yield f"custody chain: {self.custody.proof()}"
        yield f"receipts chain: {self.receipts.proof()}"
        count = 0
        for number, line in enumerate(self.custody.entries(), 1):
            path = self._evidence(line.get("path"), f"{self.custody.path}, line {number}")
            if not path.is_file():
                raise BadCase(f"{path}: listed in the chain of custody, but missing.")
            try:
                with self.open_raw(line["path"]) as stored:
                    found = hashlib.file_digest(stored, "sha256").hexdigest()
            except DAMAGE as error:
                raise BadCase(f"{path}: cannot be unpacked ({error}). It was changed after it was collected.") from None
            if found != line["sha256"]:
                raise BadCase(f"{path}: SHA-256 is {found}, custody says {line['sha256']}. It was changed.")
            count += 1
        yield f"evidence: {count} files match their SHA-256"
        if strays := self.strays():
            named = ", ".join(strays[:3]) + (", …" if len(strays) > 3 else "")
            yield f"not evidence: {len(strays)} files that no line of custody names (put in later, or a kill): {named}"

        yield from self._rounds()

    def _rounds(self) -> Iterator[str]:
        """The same of every later look at the response (`watch/<time>/`, each a case of its own) and their chain."""
        told = Chain(self.root / WATCH)
        if told.path.exists():
            yield f"watch chain: {told.proof()}"
        folders = {path.name for path in (self.root / "watch").glob("*") if path.is_dir()}
        for number, line in enumerate(told.entries(), 1):
            if line.get("folder") not in folders:
                raise BadCase(f"{told.path}, line {number}: its evidence, watch/{line.get('folder')}, is missing.")
        for name in sorted(folders):
            for said in Case.open(self.root / "watch" / name).verify():
                yield f"watch/{name}: {said}"

    def strays(self) -> list[str]:
        """Files under `raw/` that no line of custody names: their paths inside the case folder."""
        known = {line["path"] for line in self.custody.entries()}
        every = (path for path in sorted((self.root / "raw").rglob("*")) if path.is_file())
        return [name for path in every if (name := path.relative_to(self.root).as_posix()) not in known]


def open_packed(path: Path, stored: IO[bytes] | None = None) -> io.BufferedReader:
    """A file to read from that is packed (.zst, .gz) or not, as its name says; from `stored` where it lies elsewhere.

    Damage shows while it is read, as one of `DAMAGE`.
    """
    if path.suffix == ".zst":
        packed = stored or path.open("rb")
        reader = zstandard.ZstdDecompressor().stream_reader(packed, closefd=stored is None)
        return io.BufferedReader(reader, _BLOCK)
    if path.suffix == ".gz":
        return io.BufferedReader(gzip.open(stored or path), _BLOCK)
    return io.BufferedReader(cast("io.RawIOBase", stored) if stored else io.FileIO(path), _BLOCK)


def evidence_path(said: object, where: str = "custody") -> str:
    """What a line of custody calls its file, when that lies under `raw/`. Raises BadCase naming the line `where`."""
    parts = str(said).split("/")
    if parts[0] != "raw" or len(parts) < 2 or any(part in ("", ".", "..") for part in parts) or "\\" in str(said):
        raise BadCase(f"{where}: {said!r} lies outside of the evidence. No case of o365nb says so: use a copy.")
    return str(said)


def checked_name(name: str) -> str:
    """A case name that is safe as a folder name everywhere. Raises BadInput for any other."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", name) or name.endswith(".") or _DEVICE.match(name):
        raise BadInput(f"{name!r} cannot be a case name. Use letters, digits, dot, dash and underscore.")
    return name


def write_atomic(path: Path, content: str | bytes) -> None:
    """Write, flush to disk, rename: a reader sees the old file or the new one, never half of one."""
    data = content.encode() if isinstance(content, str) else content
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _file_name(name: str) -> str:
    clean = re.sub(r"[^A-Za-z0-9._@-]", "_", name)[:120] or "evidence"
    return f"_{clean}" if _DEVICE.match(clean) else clean
