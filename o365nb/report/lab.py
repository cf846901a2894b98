"""Notebooks ready to work in: copied for a case, parameters filled in, trusted, the kernel set."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from o365nb.case import Case
from o365nb.case.folder import checked_name, write_atomic
from o365nb.case.place import private
from o365nb.errors import BadInput
from o365nb.report.notebook import notebooks, parameters_of, sockets_fit
from o365nb.report.trust import trust

#: Nothing leaves the machine: JupyterLab's news and its list of installable extensions are switched off.
QUIET = {
    "disabledExtensions": {
        "@jupyterlab/apputils-extension:announcements": True,
        "@jupyterlab/extensionmanager-extension": True,
    }
}
#: What a person may change under Settings: light or dark as the system is, and every cell on the page, so that a number
#: leads to its finding and a mark to its rows wherever they stand.
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"},
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}
#: The interpreter that runs now, found before any kernel that the user has installed under the same name.
KERNEL = {
    "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    "display_name": "o365nb",
    "language": "python",
}


def prepare_lab(case: str, data: Path, reports: Path) -> Path:
    """Copy the notebooks for a case into its report folder, with its parameters; returns the folder of the copies.

    Without a name the newest analysed case is taken. Copies that are there already are the analyst's own and are
    kept. Raises BadInput when there is no case to open.
    """
    name = checked_name(case) if case else _newest(data)
    opened = Case.open(data / name)
    out = Path(opened.info.out or reports / name)
    if out.resolve().is_relative_to(opened.root.resolve()):
        out = reports / f"{name}-work"  # notebooks that came with a case are not the analyst's own
    folder = out / "notebooks"
    private(folder)
    given = {"CASE": name, "DATA": str(data.resolve()), "REPORTS": str(out.resolve().parent)}
    for source in sorted(notebooks().glob("*.ipynb")):
        if not (folder / source.name).exists():
            notebook = _filled(json.loads(source.read_text("utf-8")), given)
            write_atomic(folder / source.name, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
            trust(notebook)
    shutil.rmtree(folder / ".jupyter", ignore_errors=True)  # all of it is written here, nothing else is read
    _write(folder / ".jupyter" / "labconfig" / "page_config.json", QUIET)
    _write(folder / ".jupyter" / "labconfig" / "default_setting_overrides.json", SETTINGS)
    _write(folder / ".jupyter" / "kernels" / "python3" / "kernel.json", KERNEL)
    return folder


def lab_environment(folder: Path) -> dict[str, str]:
    """What JupyterLab is told by its environment: the settings and the kernel of `prepare_lab`'s folder."""
    place = str(folder / ".jupyter")
    return {"JUPYTER_CONFIG_PATH": place, "JUPYTER_PATH": place}


def private_kernels() -> list[str]:
    """For JupyterLab's command line: kernels talk through files that only this user may open, where that works."""
    return ["--KernelManager.transport=ipc"] if sockets_fit() else []


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, json.dumps(content, indent=1) + "\n")


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
