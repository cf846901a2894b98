"""Running a notebook: papermill with the interpreter that runs now, parameters checked, only the result written."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from o365nb.errors import BadInput, O365nbError
from o365nb.progress import Progress

_SECRET = re.compile(r"pass(word|phrase|wd)?|secret|token|credential|api_?key|private", re.IGNORECASE)


class NotebookFailed(O365nbError):
    """A cell of a notebook failed; says which notebook and what the cell said."""


def notebooks() -> Path:
    """The folder of the notebooks: in a source checkout beside the package, in an installed package inside it."""
    inside = Path(str(files("o365nb"))) / "notebooks"
    return inside if inside.is_dir() else inside.parent.parent / "notebooks"


def find(name: str) -> Path:
    """A notebook by its name without suffix. Raises BadInput for one that is not there."""
    path = notebooks() / f"{name}.ipynb"
    if not path.is_file():
        known = ", ".join(sorted(other.stem for other in notebooks().glob("*.ipynb"))) or "none"
        raise BadInput(f"There is no notebook {name!r}. Known: {known}.")
    return path


def parameters_of(notebook: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a notebook with their defaults: the plain assignments of its cell tagged `parameters`."""
    found: dict[str, Any] = {}
    for cell in notebook["cells"]:
        if "parameters" in cell.get("metadata", {}).get("tags", []):
            found |= {name: ast.literal_eval(value) for name, value in assigned("".join(cell["source"])).items()}
    return found


def assigned(source: str) -> dict[str, ast.expr]:
    """The plain assignments of a cell: names with what they are set to."""
    lines = [line for line in ast.parse(source).body if isinstance(line, ast.Assign)]
    return {line.targets[0].id: line.value for line in lines if isinstance(line.targets[0], ast.Name)}


def checked(notebook: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """`given`, when every name is a parameter of the notebook and none looks like a secret. Raises BadInput."""
    refuse(given, parameters_of(notebook))
    return given


def refuse(given: Iterable[str], known: Iterable[str]) -> None:
    """Raises BadInput for a parameter that looks like a secret, or that is none of the known ones."""
    names = list(known)
    for name in given:
        if _SECRET.search(name):
            raise BadInput(f"{name} looks like a secret. Secrets never go into notebook parameters; sign in instead.")
        if name not in names:
            raise BadInput(f"The notebook has no parameter {name}. It knows {', '.join(names)}.")


def execute(name: str, given: dict[str, Any], progress: Progress, label: str = "") -> Any:
    """Run a notebook with parameters and return it executed, clean of times and machine paths.

    Raises BadInput for parameters it does not have, NotebookFailed when a cell fails.
    """
    import nbformat

    path = find(name)
    source = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
    return run(source, checked(source, given), progress, label or f"Running {name}", path.name)


def run(source: Any, parameters: dict[str, Any], progress: Progress, label: str, name: str = "notebook") -> Any:
    """Run a notebook that is read already. Raises NotebookFailed when a cell fails or the kernel cannot run."""
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    cells = sum(cell.cell_type == "code" for cell in source.cells)
    with progress.task(label, cells, "cells") as task:
        try:
            done = papermill.execute_notebook(
                source,
                None,
                parameters=parameters,
                kernel_name="python3",
                progress_bar=False,
                cwd=str(Path.cwd()),
                kernel_manager_class=_kernel_manager(),
                on_cell_executed=lambda **_: task.advance(),
            )
        except PapermillExecutionError as error:
            raise NotebookFailed(f"{name}, cell {error.cell_index}: {error.ename}: {error.evalue}") from None
        except (DeadKernelError, RuntimeError) as error:
            raise NotebookFailed(f"{name}: the Python kernel could not run ({error}). Try `o365nb doctor`.") from None
    return clean(done)


def clean(notebook: Any) -> Any:
    """The notebook without what differs from run to run or names this machine, so that equal cases give equal files."""
    notebook.metadata.pop("papermill", None)
    for number, cell in enumerate(notebook.cells):
        for key in ("papermill", "execution", "collapsed", "jupyter"):
            cell.metadata.pop(key, None)
        cell.metadata["tags"] = [tag for tag in cell.metadata.get("tags", []) if not tag.startswith("papermill")]
        if "injected-parameters" in cell.metadata["tags"]:
            cell["id"] = f"given-{number}"
    return notebook


def _kernel_manager() -> Any:
    """A kernel of this very interpreter, whatever kernels the user has installed under the name python3."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=50"]
    spec = KernelSpec(argv=argv, display_name="Python 3", language="python")

    class SameInterpreter(AsyncKernelManager):
        transport = "ipc" if sockets_fit() else "tcp"

        @property
        def kernel_spec(self) -> KernelSpec:
            return spec

    return SameInterpreter


def sockets_fit() -> bool:
    """Whether the kernel can talk through files that only this user may open: not on Windows, nor under a long path."""
    from jupyter_core.paths import jupyter_runtime_dir

    return os.name == "posix" and len(jupyter_runtime_dir()) < 50
