"""From a case to what people see: views, the executed notebook, one offline HTML page."""

from o365nb.report.lab import lab_environment, prepare_lab, private_kernels
from o365nb.report.render import render

__all__ = ["lab_environment", "prepare_lab", "private_kernels", "render"]
