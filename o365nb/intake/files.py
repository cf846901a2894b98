"""Taking in the files an analyst was given: all are read before one is kept, so bad input leaves nothing behind."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from o365nb.case import Case, Coverage
from o365nb.errors import BadEvidence, BadInput
from o365nb.intake.archives import GZIP, unpacked
from o365nb.intake.base import Damaged, Item, Origin, Plain, Record
from o365nb.intake.bulk import FROM as LARGE
from o365nb.intake.bulk import lines_of
from o365nb.intake.columns import NAMES, load_maps
from o365nb.intake.mapped import MappedShape
from o365nb.intake.owners import owner_by_place
from o365nb.intake.recognition import HEAD, recognise
from o365nb.intake.text import encoding_of, recoded
from o365nb.model import Outcome
from o365nb.progress import Progress

SOURCE = "files"


@dataclass(frozen=True, slots=True)
class _Piece:
    """One file as it was given, or inside an archive; the archive's SHA-256 then goes into custody too."""

    path: str
    name: str
    file: Path
    archive_sha256: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    shape: str
    mapped: bool
    records: int
    plain: Plain | None = None
    lines: int = 0


@dataclass(frozen=True, slots=True)
class _Refused:
    name: str
    problem: BadEvidence


def add_files(
    case: Case,
    evidence: Path | Sequence[Path],
    progress: Progress,
    columns: Path | None = None,
    *,
    bulk_from: float = LARGE,
) -> None:
    """Keep every file of a folder (or the files named) raw in the case, each with its shape; archives are opened.

    `columns` is a column map file; one that lies in the folder (`columns.yaml`) is used without being named.
    A file that no shape fits is entered in the ledger as failed, with the nearest guess. Raises BadInput when there
    are no files, BadEvidence when none fits or when one is cut: what it lost cannot be known. Files of plain records of
    `bulk_from` bytes or more are not held whole (`intake.bulk`).
    """
    written = columns or _lying(evidence)
    maps = [MappedShape(one) for one in load_maps(written)] if written else []
    files = [(path, name) for path, name in _files(evidence) if written is None or not path.samefile(written)]
    if not files:
        raise BadInput(f"{written}: nothing lies beside the column map. Put the exports of the case into the folder.")
    known: dict[str, _Known] = {}
    refused: list[_Refused] = []
    with progress.task("Recognising evidence files", unit="files") as task:
        for piece in _pieces(files):
            found = _recognised(piece, maps, bulk_from)
            if isinstance(found, _Known) and isinstance(piece, _Piece):
                known[piece.path] = found
            elif isinstance(found, _Refused):
                refused.append(found)
            task.advance(note=piece.name)
    if not known:
        raise _nothing(refused)
    kept = _keep_map(case, written) if written else ""
    for piece in _pieces(files):
        if isinstance(piece, _Piece) and piece.path in known:
            _keep(case, piece, known[piece.path], kept)
    for file in refused:
        reason = f"{file.problem.problem}. {file.problem.mend}"
        case.ledger.record(Coverage(SOURCE, "", None, Outcome.FAILED, reason=reason, file=file.name))


def _lying(evidence: Path | Sequence[Path]) -> Path | None:
    """The column map that lies in the evidence folder, if there is one."""
    places = [evidence / name for name in NAMES] if isinstance(evidence, Path) else []
    return next((place for place in places if place.is_file()), None)


def _keep_map(case: Case, path: Path) -> str:
    """Keep the map in the case: tables are built from the raw files again, and then by the same map."""
    return case.store("columns", path.name, path.read_bytes(), original=str(path), collector="intake")


def _recognised(piece: _Piece | _Refused, maps: Sequence[MappedShape], bulk_from: float) -> _Known | _Refused:
    """The shape, and how many records; read to the end, so that a file cut in the middle stops everything."""
    if isinstance(piece, _Refused):
        return piece
    try:
        if piece.file.stat().st_size >= bulk_from and (large := _large(piece, maps)):
            return large
        shape, text = recognise(piece.path, piece.file.read_bytes(), maps, piece.name)
    except BadEvidence as problem:
        return _Refused(piece.name, problem)
    return _Known(shape.name, isinstance(shape, MappedShape), sum(map(_counts, shape.read(text, Origin(piece.path)))))


def _large(piece: _Piece, maps: Sequence[MappedShape]) -> _Known | None:
    """A large file of plain records is never held whole: its lines are counted, the engine reads it later."""
    with _opened(piece.file) as file:
        head = file.read(2 * HEAD)
    try:
        shape, text = recognise(piece.path, head.rpartition(b"\n")[0] or head, maps, piece.name)
    except BadEvidence:
        return None
    if plain := shape.plain(text):
        encoding = encoding_of(head)
        if (encoding, plain.form) != ("utf-8-sig", "csv"):  # the engine passes over that mark by itself
            plain = replace(plain, encoding=encoding)
        with _opened(piece.file) as file:
            lines = lines_of(recoded(file, plain.encoding), plain.form)
        if lines is not None:
            return _Known(shape.name, isinstance(shape, MappedShape), lines - (plain.form == "csv"), plain, lines)
    return None


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
    return cast("BinaryIO", gzip.open(path)) if packed else path.open("rb")


def _counts(item: Item) -> bool:
    """Whether it stands for a record of its own."""
    return isinstance(item, Record) or (isinstance(item, Damaged) and not item.saved)


def _keep(case: Case, piece: _Piece, known: _Known, columns: str) -> None:
    alone = case.info.subjects[0] if len(case.info.subjects) == 1 else ""
    placed = owner_by_place(piece.name)
    about: dict[str, Any] = {
        "shape": known.shape,
        "records": known.records,
        "original": piece.path,
        "file": piece.name,
        "owner": placed or alone,
    }
    if placed:
        about["owner_from"] = "the folder that the collector made for the account"
    if known.mapped:
        about["columns"] = columns
    if piece.archive_sha256:
        about["archive_sha256"] = piece.archive_sha256
    about |= {"seen_by": "export", "collector": "intake"}
    if known.plain:
        about |= {"plain": asdict(known.plain), "lines": known.lines}
        case.store_file(SOURCE, piece.name, piece.file, **about)
    else:
        case.store(SOURCE, piece.name, piece.file.read_bytes(), **about)


def _pieces(files: Sequence[tuple[Path, str]]) -> Iterator[_Piece | _Refused]:
    """Each file, an archive as the files in it. Read anew each time: a case's evidence may be larger than memory."""
    for path, name in files:
        for item in unpacked(path):
            if isinstance(item, BadEvidence):
                yield _Refused(f"{name}{str(item.path).removeprefix(str(path))}", item)
            else:
                inner = f"!{item.name}" if item.name else ""
                yield _Piece(item.original, f"{name}{inner}", item.path, item.archive_sha256)


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
