"""Notebooks whose outputs the kit made itself are signed, so that JupyterLab shows them with style and script.

JupyterLab strips both from every notebook that was not signed on this machine, one that papermill ran among them.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any


def trust(notebook: Any) -> bool:
    """Enter a notebook's signature among those that this user trusts (what `jupyter trust` does); it stays as it is.

    For what the kit has just made, never for what was found on a disk. False where there is nowhere to write it: then
    JupyterLab shows the notebook plainly, and the notebook says so.
    """
    import nbformat
    from nbformat.sign import NotebookNotary

    as_read = nbformat.reads(json.dumps(notebook), as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
    try:
        notary = NotebookNotary()  # type: ignore[no-untyped-call]  # the same
        try:
            notary.sign(as_read)  # type: ignore[no-untyped-call]  # the same
        finally:
            notary.store.close()
    except (OSError, sqlite3.Error):
        return False
    return True
