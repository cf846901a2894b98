"""Figures as plotly's own JSON: no plotly import is needed to make one, only to show it.

Text in a figure is pseudo-HTML to plotly, so evidence is escaped here; marks differ by shape as well as colour
(Okabe-Ito hues, safe for colour-blind readers).
"""

from __future__ import annotations

import html
import math
import textwrap
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from o365nb.model import Label, Window, content_id, iso
from o365nb.report.clock import Clock
from o365nb.report.markup import visible
from o365nb.timeline import LANES, Point

Figure = dict[str, Any]

#: Each party has its hue and its shape, in every figure.
COLOURS = {
    Label.ATTACKER: "#D55E00",
    Label.USER: "#0072B2",
    Label.RESPONDER: "#009E73",
    Label.SYSTEM: "#7A828C",
    Label.UNKNOWN: "#B07AA1",
}
SHAPES = {
    Label.ATTACKER: "diamond",
    Label.USER: "circle",
    Label.RESPONDER: "square",
    Label.SYSTEM: "x-thin-open",
    Label.UNKNOWN: "triangle-up",
}
_TITLES = {
    Label.ATTACKER: "ATTACKER",
    Label.USER: "ACCOUNT OWNER",
    Label.RESPONDER: "RESPONDERS",
    Label.SYSTEM: "SYSTEM",
    Label.UNKNOWN: "WHOSE IS UNKNOWN",
}
_ROW, _LANE = 34, 30  # pixels


def timeline(points: Sequence[Point], window: Window, clock: Clock) -> Figure:
    """The incident on one axis: a band per lane, a row per sort of act, each point explained on hover."""
    rows, bands, height = _places(points)
    shown = {lane for lane, _ in rows}
    traces = [_trace(lane, [p for p in points if p.lane is lane], rows, clock) for lane in LANES if lane in shown]
    wide, near = _ranges(points, window)
    layout = {
        "height": height + (74 if near != wide else 44),
        "margin": {"l": 10, "r": 10, "t": 40 if near != wide else 10, "b": 34},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": "zoom",
        "hoverlabel": {"align": "left", "font": {"size": 12}},
        "font": {"size": 12},
        "xaxis": {
            "type": "date",
            "range": near,
            "title": {"text": ""},
            "gridcolor": "rgba(128,128,128,.22)",
            "ticklabelmode": "instant",
            "automargin": True,
            "hoverformat": "%d %b %Y %H:%M UTC",
        },
        "yaxis": {"visible": False, "range": [height, 0], "fixedrange": True},
        "shapes": [_band(lane, top, bottom) for lane, top, bottom in bands],
        "annotations": [
            *(_title(lane, top) for lane, top, _ in bands),
            *(_row_name(row, y) for (_, row), y in rows.items()),
        ],
        "updatemenus": [_zoom(near, wide)] if near != wide else [],
    }
    return {"data": traces, "layout": layout}


#: How every figure is shown: nothing that would leave the page.
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "responsive": True,
    "scrollZoom": False,
    "showSendToCloud": False,  # plotly 7 shows a button that uploads the figure unless told not to
    "plotlyServerURL": "",
    "topojsonURL": "",
    "modeBarButtonsToRemove": ["toImage", "select2d", "lasso2d", "autoScale2d"],
}


def safe_text(text: str, width: int = 64, limit: int = 240) -> str:
    """Evidence for a figure: escaped, hidden characters shown, wrapped, cut with a mark."""
    clean = visible(text)
    clean = clean if len(clean) <= limit else clean[:limit] + f"… ({len(clean):,} characters)"
    return "<br>".join(html.escape(line, quote=False) for line in textwrap.wrap(clean, width) or [""])


def mark_of(lane: Label, row: str, first: datetime, last: datetime) -> tuple[str, str, str]:
    """What ties a mark of a figure to rows of a table: whose and which row, from when to when."""
    return f"{lane}-{content_id(row, 8)}", _stamp(first), _stamp(last)


def _stamp(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S.%f}"  # of one length, so that texts compare as times do


def _places(points: Sequence[Point]) -> tuple[dict[tuple[Label, str], float], list[tuple[Label, float, float]], int]:
    rows: dict[tuple[Label, str], float] = {}
    bands: list[tuple[Label, float, float]] = []
    y = 0
    present = list(dict.fromkeys((point.lane, point.row) for point in points))
    for lane in (Label.ATTACKER, Label.USER, Label.RESPONDER, Label.UNKNOWN, Label.SYSTEM):
        mine = [row for row in present if row[0] is lane]
        if not mine and lane in (Label.UNKNOWN, Label.SYSTEM):
            continue
        top = y
        y += _LANE
        for row in mine or [(lane, "none recorded")]:
            rows[row] = y + _ROW / 2
            y += _ROW
        bands.append((lane, top, y))
        y += 8
    return rows, bands, y


def _trace(lane: Label, points: Sequence[Point], rows: dict[tuple[Label, str], float], clock: Clock) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": _TITLES[lane].capitalize(),
        "x": [iso(p.first + (p.last - p.first) / 2) for p in points],
        "y": [rows[(p.lane, p.row)] for p in points],
        "text": [_hover(p, clock) for p in points],
        "customdata": [list(mark_of(p.lane, p.row, p.first, p.last)) for p in points],
        "hoverinfo": "text",
        "marker": {
            "symbol": SHAPES[lane],
            "color": COLOURS[lane],
            "size": [round(min(26, 10 + 2.2 * math.log2(p.count)), 1) for p in points],
            "opacity": 0.78,
            "line": {"width": 0.8, "color": "rgba(255,255,255,.6)" if lane is not Label.SYSTEM else COLOURS[lane]},
        },
    }


def _hover(point: Point, clock: Clock) -> str:
    several = point.count > 1
    lines = [
        f"<b>{safe_text(point.operations[0][0])}</b>"
        if len(point.operations) == 1
        else f"<b>{point.count:,} events</b>"
    ]
    if several and len(point.operations) == 1:
        lines[0] += f" × {point.count:,}"
    elif several:
        lines += [f"{safe_text(operation)} × {count:,}" for operation, count in point.operations[:6]]
        lines += [f"… and {len(point.operations) - 6} more kinds"] if len(point.operations) > 6 else []
    lines.append(safe_text(clock.when(point.first) if not several else clock.span(point.first, point.last)))
    for name, values in (("by", point.actors), ("from", point.places), ("because", point.because)):
        if values:
            more = f" (and {len(values) - 1} more)" if len(values) > 1 else ""
            lines.append(f"{name} {safe_text(values[0])}{more}")
    return "<br>".join(lines)


def _ranges(points: Sequence[Point], window: Window) -> tuple[list[str | None], list[str | None]]:
    """The whole stretch, and the part to open on: the attack with some air around it."""
    near_by = [p for p in points if window.start - timedelta(days=60) <= p.first <= window.end + timedelta(days=60)]
    wide = _padded(
        min([window.start, *(p.first for p in near_by)]), max([window.end, *(p.last for p in near_by)]), 0.01
    )
    theirs = [p for p in near_by if p.lane is Label.ATTACKER]
    if not theirs:
        return wide, wide
    start, end = min(p.first for p in theirs), max(p.last for p in theirs)
    answers = [p.last for p in near_by if p.lane is Label.RESPONDER and p.last - end < timedelta(days=3)]
    return wide, _padded(start, max([end, *answers]), 0.06)


def _padded(start: datetime, end: datetime, share: float) -> list[str | None]:
    air = max((end - start) * share, timedelta(minutes=20))
    return [iso(start - 2 * air), iso(end + air)]  # the names of the rows stand on the left


def _band(lane: Label, top: float, bottom: float) -> Figure:
    return {
        "type": "rect",
        "xref": "paper",
        "yref": "y",
        "x0": 0,
        "x1": 1,
        "y0": top,
        "y1": bottom,
        "layer": "below",
        "fillcolor": COLOURS[lane],
        "opacity": 0.07,
        "line": {"width": 0},
    }


def _title(lane: Label, top: float) -> Figure:
    return {
        "xref": "paper",
        "yref": "y",
        "x": 0,
        "y": top + 4,
        "xanchor": "left",
        "yanchor": "top",
        "xshift": 8,
        "name": lane.value,
        "text": f"<b>{_TITLES[lane]}</b>",
        "showarrow": False,
        "font": {"size": 11, "color": COLOURS[lane]},
    }


def _row_name(row: str, y: float) -> Figure:
    return {
        "xref": "paper",
        "yref": "y",
        "x": 0,
        "y": y,
        "xanchor": "left",
        "yanchor": "middle",
        "xshift": 8,
        "text": row,
        "showarrow": False,
        "font": {"size": 11},
        "opacity": 0.75,
    }


def _zoom(near: list[str | None], wide: list[str | None]) -> Figure:
    buttons = [
        {"label": label, "method": "relayout", "args": [{"xaxis.range": span}]}
        for label, span in (("The attack", near), ("Whole period", wide))
    ]
    return {
        "type": "buttons",
        "direction": "right",
        "x": 0,
        "xanchor": "left",
        "y": 1,
        "yanchor": "bottom",
        "showactive": False,
        "pad": {"b": 6, "l": 0, "r": 0, "t": 0},
        "font": {"size": 11},
        "buttons": buttons,
    }
