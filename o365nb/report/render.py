"""The report of a case: notebook 90 executed by papermill, rendered to one offline file."""

from __future__ import annotations

from pathlib import Path

from o365nb.case import Bundle, Case
from o365nb.case.folder import write_atomic
from o365nb.progress import Progress
from o365nb.report.notebook import execute

NOTEBOOK = "90_incident_report"


def render(case: Case, out: Path, progress: Progress) -> Path:
    """Write `report.ipynb` and `report.html` into `out`, where the result bundle lies; returns the HTML's path.

    Equal cases give equal files. Raises BadCase when the case was not analysed, NotebookFailed when a cell fails.
    """
    import nbformat

    Bundle(out).load()  # a case that was not analysed says so before a kernel is started
    parameters = {"CASE": case.root.name, "DATA": str(case.root.parent), "REPORTS": str(out)}
    executed = execute(NOTEBOOK, parameters, progress, "Writing the report")
    html = to_html(executed, case.info.name, case.info.tool_version)
    out.mkdir(parents=True, exist_ok=True)
    write_atomic(out / "report.ipynb", nbformat.writes(executed))  # type: ignore[no-untyped-call]  # nbformat has no types
    write_atomic(out / "report.html", html)
    return out / "report.html"


def to_html(executed: object, name: str, version: str) -> str:
    """An executed report notebook as one HTML page."""
    from o365nb.report.page import Page

    footer = (
        f"Made with o365nb {version}. The judgements follow from the evidence in the register and are only as whole as"
        " the coverage says. Handle as confidential."
    )
    page = {"title": f"Incident report · {name}", "version": version, "footer": footer}
    html, _ = Page().from_notebook_node(executed, {"page": page})  # type: ignore[no-untyped-call]  # nor nbconvert
    return str(html)
