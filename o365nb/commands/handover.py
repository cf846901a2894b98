"""Where a report goes: one with originals beside the case's results, a redacted one into a folder of its own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from o365nb.errors import BadInput

if TYPE_CHECKING:
    from o365nb.case import Case
    from o365nb.progress import Progress

LEVELS = ("none", "customer", "public")
RedactOption = Annotated[
    str,
    typer.Option(
        "--redact",
        help="none: all are named; customer: no people, subjects, files; public: no organisations, hosts and IPs.",
    ),
]
_KEPT = "results"  # in the case folder: the originals of a case whose report folder is redacted


def known_level(text: str) -> None:
    """Raise BadInput for a level that there is not."""
    if text not in LEVELS:
        raise BadInput(f"--redact {text} is not known. Say one of {', '.join(LEVELS)}.")


def make_room(case: Case, redact: str, out: Path | None, reports: Path) -> Path:
    """The folder for the report of an investigation. A redacted one leaves the originals to the case folder."""
    if redact == "none":
        return Path(case.info.out)
    folder = out or reports / case.info.name
    if folder.resolve() == Path(case.info.out).resolve():
        kept = case.root / _KEPT
        if (folder / "verdict.json").is_file() and not kept.exists():
            shutil.move(folder, kept)
        case.update(out=str(kept))
    return folder


def report_folder(case: Case, redact: str, out: Path | None) -> Path:
    """The folder for a report of a case that was analysed: the results' own, or one beside it by level."""
    results = Path(case.info.out)
    if redact == "none":
        if out and out.resolve() != results.resolve():
            raise BadInput(f"Only a redacted report goes elsewhere than the results, which lie in {results}.")
        return results
    beside = results.parent if results.parent.resolve() != case.root.resolve() else Path("reports")
    return out or beside / f"{case.info.name}-{redact}"


def hand_over(case: Case, redact: str, folder: Path, progress: Progress, *, named: bool) -> Path:
    """Write the report; a folder that nobody `named` is called so that its name tells nobody's. Returns the HTML."""
    from o365nb.report import render
    from o365nb.report.redaction import Level, folder_name

    level = Level(redact)
    if level is not Level.NONE and not named:
        folder = folder.with_name(folder_name(case, level, folder.name))
    return render(case, folder, progress, level)
