"""The notebook around the kit: an error is one readable box, and parameters are looked at before anything is opened."""

from __future__ import annotations

import os
import sys
import textwrap
import traceback
from itertools import pairwise
from types import TracebackType
from typing import Any

from o365nb.errors import O365nbError
from o365nb.report.markup import visible
from o365nb.report.notebook import assigned, refuse
from o365nb.safe import one_line

_WIDTH = 96  # letters: a line of JupyterLab's, of VS Code's and of a printed notebook
#: How papermill begins the cell that it writes parameters into.
_GIVEN = "# Parameters\n"


def shell() -> Any:
    """The kernel's shell; None outside of a notebook."""
    if "ipykernel" not in sys.modules:
        return None
    from IPython import get_ipython

    return get_ipython()


def watched() -> bool:
    """Whether a person sits at the notebook, rather than papermill: only a person can press buttons."""
    here = shell()
    return bool(here and here.get_parent().get("content", {}).get("allow_stdin"))


def readable_errors() -> None:
    """In a notebook, an error of the kit is one box without a traceback; it still stops the run.

    Errors of the cell's own code keep their traceback. O365NB_DEBUG=1 brings back all of them.
    """
    if here := shell():
        here.set_custom_exc((Exception,), _show)


def check_parameters() -> None:
    """Refuse what papermill was given beyond the notebook's parameters: a typing error would be silent else.

    Raises BadInput, also for what looks like a secret: papermill has kept it in the notebook by then.
    """
    cells = here.user_ns.get("In", []) if (here := shell()) else []
    for before, cell in pairwise(cells):
        if cell.startswith(_GIVEN):
            refuse(assigned(cell), assigned(before))


def box(kind: str, *said: str) -> str:
    """An error for a person, wrapped and free of control characters; the frame is the one that a notebook draws."""
    lines = [textwrap.wrap(visible(one_line(text)), _WIDTH, break_on_hyphens=False) for text in said]
    return "\n".join((f"\x1b[1;31m✕ {kind}\x1b[0m", *(line for part in lines for line in part)))


def _show(here: Any, kind: type[BaseException], error: BaseException, trace: TracebackType, **_: Any) -> None:
    if isinstance(error, O365nbError):
        told = [kind.__name__, str(error)]
    elif _ours(trace) and not os.environ.get("O365NB_DEBUG"):
        from o365nb.tenant import redact

        told = ["The kit failed here", f"{kind.__name__}: {redact(error)}"]
        told.append("Run %env O365NB_DEBUG=1 and this cell again, and report what it says.")
    else:
        here.showtraceback((kind, error, trace))
        return
    here._showtraceback(kind, error, [box(*told)])  # noqa: SLF001 - papermill reads this message


def _ours(trace: TracebackType) -> bool:
    """Whether the error came up inside of the kit, below the cell's own code."""
    package = str(__file__).rpartition("report")[0]
    return any(frame.filename.startswith(package) for frame in traceback.extract_tb(trace))
