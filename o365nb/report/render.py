"""The report of a case: notebook 90 executed by papermill once, rendered for two readers, one offline file each."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from o365nb.case import Bundle, Case
from o365nb.case.folder import write_atomic
from o365nb.case.place import private
from o365nb.errors import BadInput
from o365nb.progress import Progress
from o365nb.report.notebook import execute
from o365nb.report.redaction import Level, RedactedDossier, require_clean
from o365nb.report.trust import trust

NOTEBOOK = "90_incident_report"
#: Who reads it: the file and what its title says.
READERS = {"customer": ("report.html", "Incident report"), "technical": ("report-technical.html", "Technical report")}
#: In a folder of redacted results: it may be replaced by other redacted results, never mixed with the originals.
MARK = "redaction.txt"


def render(case: Case, out: Path, progress: Progress, level: Level = Level.NONE) -> Path:
    """Write `report.ipynb`, `report.html` and `report-technical.html` into `out`; returns the path of `report.html`.

    A redacted report comes with its own result bundle, redacted alike. Equal cases give equal files.
    Raises BadCase when the case was not analysed, NotebookFailed when a cell fails, Leaked when redaction missed
    something, BadInput when `out` holds results with originals.
    """
    results = Path(case.info.out)
    if level is Level.NONE:
        Bundle(out).load()  # a case that was not analysed says so before a kernel is started
        executed = _executed(case, out, level, progress)
        _write(executed, out, case.info.name, case.info.tool_version)
        return out / "report.html"
    refuse_mixture(out)
    dossier = RedactedDossier(case, results, level)
    executed = _executed(case, results, level, progress)
    _anonymous(executed, dossier.name, level)
    private(out.parent)
    with tempfile.TemporaryDirectory(prefix=".redacting-", dir=out.parent) as scratch:
        made = Path(scratch)
        dossier.save(made)
        _write(executed, made, dossier.name, case.info.tool_version)
        write_atomic(made / MARK, f"Redacted, level {level}. Pseudonyms are the same in every file of this folder.\n")
        require_clean(made, dossier.redactor, _library())
        private(out)
        for old in out.iterdir():  # results of an earlier run
            old.unlink()
        for file in sorted(made.iterdir()):
            shutil.move(file, out / file.name)
    return out / "report.html"


def refuse_mixture(out: Path) -> None:
    """Raise BadInput when redacted results would lie beside originals, or beside a folder that nobody checked."""
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        raise BadInput(f"{out} holds files that are not redacted. Name another folder with --out, or empty it.")
    for folder in (one for one in out.glob("*") if one.is_dir()):
        raise BadInput(f"{folder} is no redacted result. Take it away, or name another folder with --out.")


def _executed(case: Case, results: Path, level: Level, progress: Progress) -> Any:
    given = {"CASE": case.root.name, "DATA": str(case.root.parent), "REPORTS": str(results)}
    if level is not Level.NONE:
        given["REDACT"] = level.value
    return execute(NOTEBOOK, given, progress, "Writing the report")


def _anonymous(executed: Any, name: str, level: Level) -> None:
    """The parameters of a redacted notebook: as they would be typed, without the names of case and folders."""
    for cell in executed.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = f'# Parameters\nCASE = "{name}"\nREDACT = "{level}"\n'


def _write(executed: Any, out: Path, name: str, version: str) -> None:
    import nbformat

    private(out)
    write_atomic(out / "report.ipynb", nbformat.writes(executed))  # type: ignore[no-untyped-call]  # nbformat has no types
    trust(executed)
    for reader, (file, _) in READERS.items():
        write_atomic(out / file, to_html(executed, name, version, reader))


def to_html(executed: object, name: str, version: str, reader: str = "customer") -> str:
    """An executed report notebook as one HTML page for a reader: customer or technical."""
    from o365nb.report.page import Page

    footer = (
        f"Made with o365nb {version}. The judgements follow from the evidence in the register and are only as whole as"
        " the coverage says. Handle as confidential."
    )
    title = f"{READERS[reader][1]} · {name}"
    page = {"title": title, "running": title, "version": version, "footer": footer, "reader": reader}
    html, _ = Page().from_notebook_node(executed, {"page": page})  # type: ignore[no-untyped-call]  # nor nbconvert
    return str(html)


def _library() -> str:
    from o365nb.report.page import library

    return library()
