"""From a case to what people see: views, the executed notebook, one offline HTML page."""

from o365nb.report.lab import prepare_lab
from o365nb.report.render import render

__all__ = ["prepare_lab", "render"]
