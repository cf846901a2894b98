"""Taking in the files an analyst was given: all are read before one is kept, so bad input leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from o365nb.case import Case, Coverage
from o365nb.errors import BadEvidence, BadInput
from o365nb.intake.archives import GZIP, is_dropping, unpacked
from o365nb.intake.base import Damaged, Item, Origin, Plain, Record
from o365nb.intake.bulk import FROM as LARGE
from o365nb.intake.bulk import lines_of
from o365nb.intake.columns import NAMES, load_maps
from o365nb.intake.containers import Gunzipped
from o365nb.intake.mapped import MappedShape
from o365nb.intake.owners import owner_by_place
from o365nb.intake.recognition import HEAD, recognise
from o365nb.intake.text import encoding_of, recoded
from o365nb.model import Outcome
from o365nb.progress import Progress
from o365nb.text import plural

SOURCE = "files"
#: Where a column map lay that nobody named; custody says so of every file that it decided.
LYING = "in the evidence folder"
_LINK = ("it is a link, which is not followed: it may lead anywhere", "Put the file itself there")


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
class _Given:
    """What lies where it was said, each with its name there; `hidden` is everything whose name begins with a dot."""

    files: tuple[tuple[Path, str], ...]
    links: tuple[tuple[Path, str], ...]
    hidden: tuple[str, ...]


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

    `columns` is a column map file; one that lies in the folder (`columns.yaml`) is used without being named, and the
    ledger and every file that it decided say so. A file that no shape fits is entered in the ledger as failed, with the
    nearest guess; so is a link, which may lead anywhere. Raises BadInput when there
    are no files, BadEvidence when none fits or when one is cut: what it lost cannot be known. Files of plain records of
    `bulk_from` bytes or more are not held whole (`intake.bulk`).
    """
    written = columns or _lying(evidence)
    maps = [MappedShape(one) for one in load_maps(written)] if written else []
    given = _given(evidence)
    files = [(path, name) for path, name in given.files if written is None or not path.samefile(written)]
    if not files:
        raise BadInput(f"{written}: nothing lies beside the column map. Put the exports of the case into the folder.")
    known: dict[str, _Known] = {}
    refused = [_Refused(name, BadEvidence(path, *_LINK)) for path, name in given.links]
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
    kept = {"columns": _keep_map(case, written)} if written else {}
    if written and not columns:
        kept["columns_from"] = LYING
    for piece in _pieces(files):
        if isinstance(piece, _Piece) and piece.path in known:
            _keep(case, piece, known[piece.path], kept)
    for file in refused:
        reason = f"{file.problem.problem}. {file.problem.mend}"
        case.ledger.record(Coverage(SOURCE, "", None, Outcome.FAILED, reason=reason, file=file.name))
    if written and not columns:
        case.ledger.record(_unasked(written, sum(one.mapped for one in known.values())))
    if given.hidden:
        case.ledger.record(_passed_over(given.hidden))


def _unasked(written: Path, decided: int) -> Coverage:
    """Whoever made the files may have made the map too, and it says what their columns mean."""
    read = f"{plural(decided, 'file')} {'was' if decided == 1 else 'were'} read"
    reason = f"The column map {written.name} lay {LYING} and nobody named it; it decided how {read}."
    outcome = Outcome.PARTIAL if decided else Outcome.COMPLETE
    return Coverage(SOURCE, "", None, outcome, reason=reason, file=written.name)


def _passed_over(hidden: Sequence[str]) -> Coverage:
    """Files whose names begin with a dot; what a system puts beside files is no gap."""
    others = [name for name in hidden if not is_dropping(name)]
    first = others or hidden
    named = ", ".join(first[:3]) + (", …" if len(first) > 3 else "")
    reason = f"{plural(len(hidden), 'hidden file')} passed over, unread: {named}."
    return Coverage(SOURCE, "", None, Outcome.PARTIAL if others else Outcome.COMPLETE, reason=reason)


def _lying(evidence: Path | Sequence[Path]) -> Path | None:
    """The column map that lies in the evidence folder, if there is one."""
    places = [evidence / name for name in NAMES] if isinstance(evidence, Path) else []
    return next((place for place in places if place.is_file() and not place.is_symlink()), None)


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
    with _opened(piece) as file:
        head = file.read(2 * HEAD)
    try:
        shape, text = recognise(piece.path, head.rpartition(b"\n")[0] or head, maps, piece.name)
    except BadEvidence:
        return None
    if plain := shape.plain(text):
        encoding = encoding_of(head)
        if (encoding, plain.form) != ("utf-8-sig", "csv"):  # the engine passes over that mark by itself
            plain = replace(plain, encoding=encoding)
        with _opened(piece) as file:
            lines = lines_of(recoded(file, plain.encoding), plain.form)
        if lines is not None:
            return _Known(shape.name, isinstance(shape, MappedShape), lines - (plain.form == "csv"), plain, lines)
    return None


def _opened(piece: _Piece) -> BinaryIO:
    """The piece to read from, unpacked if gzip packed it; reading raises BadEvidence for a cut one or a bomb."""
    file = piece.file.open("rb")
    packed = file.read(2) == GZIP
    file.seek(0)
    return cast("BinaryIO", Gunzipped(piece.path, file, piece.file.stat().st_size)) if packed else file


def _counts(item: Item) -> bool:
    """Whether it stands for a record of its own."""
    return isinstance(item, Record) or (isinstance(item, Damaged) and not item.saved)


def _keep(case: Case, piece: _Piece, known: _Known, columns: dict[str, str]) -> None:
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
        about |= columns
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


def _given(evidence: Path | Sequence[Path]) -> _Given:
    """Each file with its name inside what was given. Raises BadInput where there is nothing.

    A link inside a folder is not followed: whoever packed the folder may point it at anything on this machine.
    """
    files: list[tuple[Path, str]] = []
    links: list[tuple[Path, str]] = []
    hidden: list[str] = []
    places = [evidence] if isinstance(evidence, Path) else list(evidence)
    for place in places:
        if place.is_dir():
            for path in sorted(place.rglob("*")):
                name = path.relative_to(place).as_posix()
                if path.is_symlink():
                    links.append((path, name))
                elif not path.is_file():
                    continue
                elif any(part.startswith(".") for part in name.split("/")):
                    hidden.append(name)
                else:
                    files.append((path, name))
        elif place.is_file():
            files.append((place, place.name))
        else:
            raise BadInput(f"{place}: no such file or folder. Check the path given to --evidence.")
    if not files:
        named = ", ".join(str(place) for place in places) or "no path"
        raise BadInput(f"{named}: no files there. Put the exports of the case into the folder and run again.")
    return _Given(tuple(files), tuple(links), tuple(hidden))


def _nothing(refused: Sequence[_Refused]) -> BadEvidence:
    first = refused[0].problem
    if len(refused) == 1:
        return first
    return BadEvidence(
        first.path,
        f"none of the {len(refused)} files is an export that can be read; this one: {first.problem}",
        first.mend,
    )
