"""Sources by time as a heat strip, plotly's own JSON: when each log has records, its holes, the case's window."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from o365nb.intake.overview import Overview, SourceLine
from o365nb.model import Window, iso
from o365nb.plots import Figure, safe_text
from o365nb.report.clock import Clock
from o365nb.report.words import source_name

#: One hue from pale to full, so that more is darker on paper and brighter is never needed; readable on black too.
_SCALE = [[0.0, "rgba(38,139,210,.10)"], [0.001, "rgba(38,139,210,.30)"], [1.0, "rgba(38,139,210,1)"]]
_HOLE = "#D55E00"
_INK = "#767b82"  # stands out from white and from black alike: a notebook has either
_ROW = 40  # pixels


def strips(found: Overview, clock: Clock) -> Figure:
    """A row for each source with times, a cell for each mark; blank where no file reaches."""
    lines = found.logs
    places = list(range(len(lines)))
    layout = {
        "height": 96 + _ROW * max(len(lines), 1),
        "margin": {"l": 10, "r": 10, "t": 26, "b": 34},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {"align": "left", "font": {"size": 12}},
        "font": {"size": 12, "color": _INK},
        "xaxis": {
            "type": "date",
            "range": [iso(found.start), iso(found.start + found.step * found.marks)],
            "gridcolor": "rgba(128,128,128,.22)",
            "automargin": True,
        },
        "yaxis": {
            "tickvals": places,
            "ticktext": [safe_text(name_of(found, line), 34, 68) for line in lines],
            "range": [len(lines) - 0.5, -0.5],
            "fixedrange": True,
            "automargin": True,
            "showgrid": False,
            "zeroline": False,
        },
        "shapes": [*_window(found.window), *(_box(hole, row) for row, line in enumerate(lines) for hole in line.holes)],
        "annotations": [_title(found.window)],
    }
    return {"data": [_heat(found, lines, clock), _holes(found, lines, clock)], "layout": layout}


def name_of(found: Overview, line: SourceLine) -> str:
    """A source by its name, and whose it is where several accounts have it."""
    several = sum(other.source == line.source for other in found.sources) > 1
    name = source_name(line.source)
    return f"{name} of {line.person or 'others'}" if several else name


def _heat(found: Overview, lines: tuple[SourceLine, ...], clock: Clock) -> Figure:
    middle = [iso(found.start + found.step * (mark + 0.5)) for mark in range(found.marks)]
    return {
        "type": "heatmap",
        "x": middle,
        "y": list(range(len(lines))),
        "z": [_levels(line) for line in lines],
        "zmin": 0,
        "zmax": 1,
        "text": [[_hover(found, line, mark, clock) for mark in range(found.marks)] for line in lines],
        "hoverinfo": "text",
        "hoverongaps": False,
        "colorscale": _SCALE,
        "showscale": False,
        "xgap": 1,
        "ygap": 10,
    }


def _levels(line: SourceLine) -> list[float | None]:
    """From 0 (reached and silent) to 1 (the busiest); None where no file reaches. Grows with the square root."""
    most = max(line.marks, default=0) or 1
    return [
        math.sqrt(records / most) if records or reached else None
        for records, reached in zip(line.marks, line.reached, strict=True)
    ]


def _hover(found: Overview, line: SourceLine, mark: int, clock: Clock) -> str:
    begin = found.start + found.step * mark
    records = line.marks[mark]
    said = f"{records:,} record{'s' * (records != 1)}" if records else "no record"
    when = f"{clock.when(begin)}, {_length(found.step)}"
    return f"<b>{safe_text(name_of(found, line))}</b><br>{safe_text(when)}<br>{said}"


def _length(step: timedelta) -> str:
    hours = step.total_seconds() / 3600
    return f"{hours:g} hour{'s' * (hours > 1)}" if hours < 24 else f"{hours / 24:g} day{'s' * (hours > 24)}"


def _holes(found: Overview, lines: tuple[SourceLine, ...], clock: Clock) -> Figure:
    """A cross in the middle of each hole: colour alone would not tell everybody."""
    marked = [(row, line, hole) for row, line in enumerate(lines) for hole in line.holes]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [iso(_middle(hole)) for _, _, hole in marked],
        "y": [row for row, _, _ in marked],
        "text": [
            f"<b>No record in {safe_text(name_of(found, line))}</b><br>although there usually are some<br>"
            f"{safe_text(clock.span(hole.start, hole.end))}"
            for _, line, hole in marked
        ],
        "hoverinfo": "text",
        "marker": {"symbol": "x", "size": 9, "color": _HOLE},
    }


def _middle(hole: Window) -> datetime:
    return hole.start + (hole.end - hole.start) / 2


def _box(hole: Window, row: int) -> dict[str, Any]:
    line = {"color": _HOLE, "width": 1.5, "dash": "dot"}
    return _rect(hole, row - 0.42, row + 0.42, "y", line=line, fillcolor="rgba(213,94,0,.16)")


def _window(window: Window) -> list[dict[str, Any]]:
    """The case's window: a frame around all rows."""
    return [_rect(window, 0, 1, "paper", line={"color": _INK, "width": 1}, fillcolor="rgba(128,128,128,.06)")]


def _rect(span: Window, low: float, high: float, axis: str, **style: Any) -> dict[str, Any]:
    place = {"type": "rect", "xref": "x", "yref": axis, "y0": low, "y1": high, "layer": "below"}
    return {**place, "x0": iso(span.start), "x1": iso(span.end), **style}


def _title(window: Window) -> dict[str, Any]:
    return {
        "xref": "x",
        "yref": "paper",
        "x": iso(window.start),
        "y": 1,
        "xanchor": "left",
        "yanchor": "bottom",
        "text": "the case's window",
        "showarrow": False,
        "font": {"size": 11},
    }
