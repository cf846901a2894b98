"""Taking in the files an analyst was given: all are read before one is kept, so bad input leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from o365nb.case import Case, Coverage
from o365nb.errors import BadEvidence, BadInput
from o365nb.intake.base import Damaged, Note, Origin
from o365nb.intake.recognition import recognise
from o365nb.model import Outcome
from o365nb.progress import Progress

SOURCE = "files"


@dataclass(frozen=True, slots=True)
class _Known:
    path: Path
    name: str
    shape: str
    records: int


def add_files(case: Case, evidence: Path | Sequence[Path], progress: Progress) -> None:
    """Keep every file of a folder (or the files named) raw in the case, each with its shape.

    A file that no shape fits is entered in the ledger as failed, with the nearest guess. Raises BadInput when there
    are no files, BadEvidence when none fits or when one is cut: what it lost cannot be known.
    """
    known: list[_Known] = []
    refused: list[tuple[str, BadEvidence]] = []
    files = list(_files(evidence))
    with progress.task("Recognising evidence files", total=len(files), unit="files") as task:
        for path, name in files:
            data = path.read_bytes()
            try:
                shape, text = recognise(path, data)
            except BadEvidence as error:
                refused.append((name, error))
            else:
                items = shape.read(text, Origin(str(path)))
                count = sum(1 for item in items if not isinstance(item, Note) and not (isinstance(item, Damaged) and item.saved))
                known.append(_Known(path, name, shape.name, count))
            task.advance(note=name)
    if not known:
        raise _nothing(files, [problem for _, problem in refused])
    owner = case.info.subjects[0] if len(case.info.subjects) == 1 else ""
    for file in known:
        about = {
            "shape": file.shape,
            "records": file.records,
            "original": str(file.path),
            "file": file.name,
            "owner": owner,
        }
        case.store(SOURCE, file.name, file.path.read_bytes(), **about, seen_by="export", collector="intake")
    for name, problem in refused:
        reason = f"{problem.problem}. {problem.mend}"
        case.ledger.record(Coverage(SOURCE, "", None, Outcome.FAILED, reason=reason, file=name))


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


def _nothing(files: Sequence[tuple[Path, str]], problems: list[BadEvidence]) -> BadEvidence:
    first = problems[0]
    if len(files) == 1:
        return first
    return BadEvidence(
        first.path,
        f"none of the {len(files)} files is an export that can be read; this one: {first.problem}",
        first.mend,
    )
