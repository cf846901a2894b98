"""What people said, kept in the case: the interview and the corrections. Every version is in the chain of custody."""

from __future__ import annotations

from pathlib import Path

from o365nb.analysis.corrections import FILE as CORRECTIONS
from o365nb.analysis.corrections import Correction, load, parse
from o365nb.analysis.interview import FILE as INTERVIEW
from o365nb.analysis.interview import Answers, load_answers, written
from o365nb.case import Case
from o365nb.case.folder import SAID, write_atomic
from o365nb.errors import BadEvidence


def answers_of(case: Case, given: Answers | None = None) -> Answers:
    """The answers given now, kept in the case; or those kept there from an earlier time.

    Raises BadEvidence naming the line that cannot be read.
    """
    path = case.root / INTERVIEW
    if given:
        write_atomic(path, written(given))
    return load_answers(_entered(case, path)) if path.is_file() else {}


def corrections_text(path: Path) -> str:
    """The text of a file of corrections that can be read whole. Raises BadEvidence naming the line that cannot."""
    if not path.exists():
        raise BadEvidence(path, "there is no such file", "Give the path of the file with the corrections.")
    load(path)
    return path.read_text("utf-8-sig")


def corrections_of(case: Case, given: str | None = None) -> tuple[Correction, ...]:
    """The corrections given now as the text of a file, kept in the case; or those kept there from an earlier time."""
    path = case.root / CORRECTIONS
    if given is not None:
        parse(given, path)
        write_atomic(path, given)
    return load(_entered(case, path)) if path.is_file() else ()


def _entered(case: Case, path: Path) -> Path:
    case.store(SAID, path.name, path.read_bytes())
    return path
