"""A view that plotly draws wherever plotly's data can be shown; words stand in elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from o365nb import plots
from o365nb.report.clock import Clock
from o365nb.report.markup import View


class Drawn(View):
    """A figure as plotly's own JSON in `plot`, with a sentence below it on how to read it."""

    def __init__(
        self, clock: Clock, rows: Sequence[Mapping[str, Any]], said: str, plot: plots.Figure, note: str
    ) -> None:
        super().__init__("timeline", clock, rows, said, note=note)
        self.plot, self.note = plot, note

    @property
    def figure(self) -> Any:
        """The figure as a plotly object, to change or export."""
        import plotly.graph_objects as go

        return go.Figure(self.plot)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        shown = {**self.plot, "config": plots.CONFIG}
        return {"application/vnd.plotly.v1+json": shown, "text/html": self._repr_html_(), "text/plain": repr(self)}
