"""A view that plotly draws wherever plotly's data can be shown; words stand in elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from o365nb import plots
from o365nb.report.clock import Clock
from o365nb.report.markup import View


class Drawn(View):
    """A figure as plotly's own JSON in `plot`, with a sentence below it on how to read it.

    `hint` says what a hand can do with it; on paper it is left out.
    """

    def __init__(
        self,
        clock: Clock,
        rows: Sequence[Mapping[str, Any]],
        said: str,
        plot: plots.Figure,
        note: str,
        hint: str = "",
    ) -> None:
        super().__init__("timeline", clock, rows, said, note=note, hint=hint)
        self.plot, self.note = plot, note

    @property
    def figure(self) -> Any:
        """The figure as a plotly object, to change or export."""
        import plotly.graph_objects as go

        return go.Figure(self.plot)

    @property
    def bundle(self) -> dict[str, Any]:
        """The figure for plotly's renderer, and words for all others."""
        return {"application/vnd.plotly.v1+json": {**self.plot, "config": plots.CONFIG}, **super().bundle}

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return self.bundle

    def _ipython_display_(self) -> None:
        """As a display, not as a result: beside a result's number JupyterLab's plotly loses its height on a resize."""
        from IPython.display import display

        display(self.bundle, raw=True)  # type: ignore[no-untyped-call]  # IPython has no types
