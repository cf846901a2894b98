"""Taking in the files an analyst was given: all are read before one is kept, so bad input leaves nothing behind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from o365nb.case import Case, Coverage
from o365nb.errors import BadEvidence, BadInput
from o365nb.intake.archives import is_zip, unzipped
from o365nb.intake.base import Damaged, Item, Origin, Record
from o365nb.intake.recognition import recognise
from o365nb.model import Outcome
from o365nb.progress import Progress

SOURCE = "files"


@dataclass(frozen=True, slots=True)
class _Piece:
    """One file as it was given, or inside an archive; the archive's SHA-256 then goes into custody too."""

    path: str
    name: str
    data: bytes
    archive_sha256: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    shape: str
    records: int


@dataclass(frozen=True, slots=True)
class _Refused:
    name: str
    problem: BadEvidence


def add_files(case: Case, evidence: Path | Sequence[Path], progress: Progress) -> None:
    """Keep every file of a folder (or the files named) raw in the case, each with its shape; zip archives are opened.

    A file that no shape fits is entered in the ledger as failed, with the nearest guess. Raises BadInput when there
    are no files, BadEvidence when none fits or when one is cut: what it lost cannot be known.
    """
    files = list(_files(evidence))
    known: dict[str, _Known] = {}
    refused: list[_Refused] = []
    with progress.task("Recognising evidence files", unit="files") as task:
        for piece in _pieces(files):
            found = _recognised(piece)
            if isinstance(found, _Known) and isinstance(piece, _Piece):
                known[piece.path] = found
            elif isinstance(found, _Refused):
                refused.append(found)
            task.advance(note=piece.name)
    if not known:
        raise _nothing(refused)
    for piece in _pieces(files):
        if isinstance(piece, _Piece) and piece.path in known:
            _keep(case, piece, known[piece.path])
    for file in refused:
        reason = f"{file.problem.problem}. {file.problem.mend}"
        case.ledger.record(Coverage(SOURCE, "", None, Outcome.FAILED, reason=reason, file=file.name))


def _recognised(piece: _Piece | _Refused) -> _Known | _Refused:
    """The shape, and how many records; read to the end, so that a file cut in the middle stops everything."""
    if isinstance(piece, _Refused):
        return piece
    try:
        shape, text = recognise(piece.path, piece.data)
    except BadEvidence as problem:
        return _Refused(piece.name, problem)
    return _Known(shape.name, sum(map(_counts, shape.read(text, Origin(piece.path)))))


def _counts(item: Item) -> bool:
    """Whether it stands for a record of its own."""
    return isinstance(item, Record) or (isinstance(item, Damaged) and not item.saved)


def _keep(case: Case, piece: _Piece, known: _Known) -> None:
    owner = case.info.subjects[0] if len(case.info.subjects) == 1 else ""
    about: dict[str, Any] = {
        "shape": known.shape,
        "records": known.records,
        "original": piece.path,
        "file": piece.name,
        "owner": owner,
    }
    if piece.archive_sha256:
        about["archive_sha256"] = piece.archive_sha256
    case.store(SOURCE, piece.name, piece.data, **about, seen_by="export", collector="intake")


def _pieces(files: Sequence[tuple[Path, str]]) -> Iterator[_Piece | _Refused]:
    """Each file, an archive as the files in it. Read anew each time: a case's evidence may be larger than memory."""
    for path, name in files:
        data = path.read_bytes()
        if not is_zip(data):
            yield _Piece(str(path), name, data)
            continue
        digest, count = hashlib.sha256(data).hexdigest(), 0
        for count, item in enumerate(unzipped(path, data), 1):  # noqa: B007 - counted for the empty archive
            inner = str(item.path if isinstance(item, BadEvidence) else item.original).removeprefix(str(path))
            if isinstance(item, BadEvidence):
                yield _Refused(f"{name}{inner}", item)
            else:
                yield _Piece(item.original, f"{name}!{item.name}", item.data, digest)
        if not count:
            yield _Refused(name, BadEvidence(path, "the archive holds no files", "Leave it out"))


def _files(evidence: Path | Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Each file with its name inside what was given. Raises BadInput where there is nothing."""
    given = [evidence] if isinstance(evidence, Path) else list(evidence)
    found = False
    for place in given:
        if place.is_dir():
            for path in sorted(place.rglob("*")):
                if path.is_file() and not any(part.startswith(".") for part in path.relative_to(place).parts):
                    found = True
                    yield path, path.relative_to(place).as_posix()
        elif place.is_file():
            found = True
            yield place, place.name
        else:
            raise BadInput(f"{place}: no such file or folder. Check the path given to --evidence.")
    if not found:
        named = ", ".join(str(place) for place in given) or "no path"
        raise BadInput(f"{named}: no files there. Put the exports of the case into the folder and run again.")


def _nothing(refused: Sequence[_Refused]) -> BadEvidence:
    first = refused[0].problem
    if len(refused) == 1:
        return first
    return BadEvidence(
        first.path,
        f"none of the {len(refused)} files is an export that can be read; this one: {first.problem}",
        first.mend,
    )
