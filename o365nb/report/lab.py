"""Notebooks ready to work in: copied for a case, parameters filled in, the kernel set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from o365nb.case import Case
from o365nb.case.folder import checked_name, write_atomic
from o365nb.errors import BadInput
from o365nb.report.notebook import notebooks, parameters_of

#: Nothing leaves the machine: JupyterLab's news and its list of installable extensions are switched off.
QUIET = {
    "disabledExtensions": {
        "@jupyterlab/apputils-extension:announcements": True,
        "@jupyterlab/extensionmanager-extension": True,
    }
}


def prepare_lab(case: str, data: Path, reports: Path) -> Path:
    """Copy the notebooks for a case into its report folder, with its parameters; returns the folder of the copies.

    Without a name the newest analysed case is taken. Copies that are there already are the analyst's own and are
    kept. Raises BadInput when there is no case to open.
    """
    name = checked_name(case) if case else _newest(data)
    out = Path(Case.open(data / name).info.out or reports / name)
    folder = out / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    given = {"CASE": name, "DATA": str(data.resolve()), "REPORTS": str(out.resolve().parent)}
    for source in sorted(notebooks().glob("*.ipynb")):
        if not (folder / source.name).exists():
            notebook = json.loads(source.read_text("utf-8"))
            write_atomic(
                folder / source.name, json.dumps(_filled(notebook, given), indent=1, ensure_ascii=False) + "\n"
            )
    quiet = folder / ".jupyter" / "labconfig"
    quiet.mkdir(parents=True, exist_ok=True)
    write_atomic(quiet / "page_config.json", json.dumps(QUIET, indent=1) + "\n")
    return folder


def _newest(data: Path) -> str:
    cases = sorted(data.glob("*/case.json"), key=lambda path: path.stat().st_mtime)
    if not cases:
        raise BadInput(f"{data}: no case here yet. Make one: o365nb investigate --practice aitm")
    return cases[-1].parent.name


def _filled(notebook: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    defaults = parameters_of(notebook)
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            lines = "".join(cell["source"]).splitlines()
            cell["source"] = "\n".join(_line(line, defaults, given) for line in lines)
    return notebook


def _line(line: str, defaults: dict[str, Any], given: dict[str, Any]) -> str:
    name, equals, rest = line.partition(" = ")
    if not equals or name not in given or name not in defaults:
        return line
    _, mark, comment = rest.partition("  #")
    return f"{name} = {given[name]!r}{mark}{comment}"
