"""A figure of many marks: a row for each network or kind, a shape and colour for each party; marks lead to rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from o365nb.model import Label, Window, iso
from o365nb.plots import COLOURS, SHAPES, Figure, mark_of, safe_text
from o365nb.report.clock import Clock
from o365nb.report.words import LABELS

#: Marks in one row before they are bundled by time, and rows before the rest share one.
_MARKS, _ROWS = 150, 14
_ORDER = (Label.ATTACKER, Label.UNKNOWN, Label.USER, Label.RESPONDER, Label.SYSTEM)
#: How such a figure is used.
HOW_TO_READ = (
    "Hover to see what a mark is, click it for the rows behind it, drag to zoom, double-click to return."
    " The axis is UTC."
)
_INK, _HIGH = "#767b82", 30  # the ink stands out from white and from black alike; pixels


@dataclass(frozen=True, slots=True)
class Spot:
    """One thing that happened: on which row, whose, when; `hollow` when it did not succeed."""

    row: str
    lane: Label
    time: datetime
    said: str
    hollow: bool = False


def tracks(
    spots: Sequence[Spot], window: Window, clock: Clock, failed: str = "failed"
) -> tuple[Figure, dict[str, str]]:
    """The figure, and for each row's name the name that it has in the figure (rare ones share a row).

    `failed` is what a hollow mark is called.
    """
    names = _names(spots)
    rows = list(dict.fromkeys(names.values()))
    made: list[Figure] = []
    for lane in reversed(_ORDER):
        for word, hollow in ((f", {failed}", True), ("", False)):
            mine = [spot for spot in spots if spot.lane is lane and spot.hollow is hollow]
            if mine:
                made.append(_trace(mine[0], LABELS[lane] + word, names, rows, _bundled(mine, names, window), clock))
    return {"data": made, "layout": _layout(rows, window)}, names


def _names(spots: Sequence[Spot]) -> dict[str, str]:
    """The rows in order, the attacker's first; past the first ones they share the last row."""
    rank: dict[str, tuple[int, datetime]] = {}
    for spot in spots:
        mine = (_ORDER.index(spot.lane), spot.time)
        rank[spot.row] = min(rank.get(spot.row, mine), mine)
    ordered = sorted(rank, key=lambda row: (rank[row], row))
    rest = f"{len(ordered) - _ROWS + 1} more"
    return {row: row if number < _ROWS - 1 or len(ordered) == _ROWS else rest for number, row in enumerate(ordered)}


def _trace(
    first: Spot, name: str, names: dict[str, str], rows: list[str], bundles: list[list[Spot]], clock: Clock
) -> Figure:
    """Bundles of one party and one fate, of which `first` is one."""
    lane, shape = first.lane, SHAPES[first.lane].removesuffix("-open")
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [iso(b[0].time + (b[-1].time - b[0].time) / 2) for b in bundles],
        "y": [rows.index(names[b[0].row]) for b in bundles],
        "text": [_hover(b, names, clock) for b in bundles],
        "customdata": [list(mark_of(lane, names[b[0].row], b[0].time, b[-1].time)) for b in bundles],
        "hoverinfo": "text",
        "marker": {
            "symbol": f"{shape}-open" if first.hollow else shape,
            "color": COLOURS[lane],
            "size": [round(min(24, 9 + 2.2 * math.log2(len(b))), 1) for b in bundles],
            "opacity": 0.85,
            "line": {"width": 1.6 if first.hollow else 0.8, "color": COLOURS[lane]},
        },
    }


def _bundled(spots: list[Spot], names: dict[str, str], window: Window) -> list[list[Spot]]:
    """Marks of one row that would lie on each other, as one."""
    made: list[list[Spot]] = []
    ordered = sorted(spots, key=lambda spot: (names[spot.row], spot.time))
    for _, group in groupby(ordered, key=lambda spot: names[spot.row]):
        row = list(group)
        width = (window.end - window.start) / (_MARKS if len(row) > _MARKS else 10 * _MARKS)
        made += [list(some) for _, some in groupby(row, key=lambda spot: (spot.time - window.start) // width)]
    return made


def _hover(bundle: list[Spot], names: dict[str, str], clock: Clock) -> str:
    first, last = bundle[0], bundle[-1]
    head = f"<b>{len(bundle):,} events</b>" if len(bundle) > 1 else f"<b>{safe_text(first.said)}</b>"
    when = clock.span(first.time, last.time) if len(bundle) > 1 else clock.when(first.time)
    said = list(dict.fromkeys(spot.said for spot in bundle))[:4] if len(bundle) > 1 else []
    lines = [head, safe_text(LABELS[first.lane]), *map(safe_text, said), safe_text(names[first.row]), safe_text(when)]
    return "<br>".join([*lines, "<i>Click for the rows behind it</i>"])


def _layout(rows: list[str], window: Window) -> Figure:
    edge = (window.end - window.start) / 60  # so that no mark is cut
    return {
        "height": 100 + _HIGH * max(len(rows), 1),
        "margin": {"l": 10, "r": 10, "t": 34, "b": 34},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "itemsizing": "constant"},
        "hovermode": "closest",
        "hoverlabel": {"align": "left", "font": {"size": 12}},
        "font": {"size": 12, "color": _INK},
        "xaxis": {
            "type": "date",
            "range": [iso(window.start - edge), iso(window.end + edge)],
            "gridcolor": "rgba(128,128,128,.22)",
            "automargin": True,
        },
        "yaxis": {
            "tickvals": list(range(len(rows))),
            "ticktext": [safe_text(row, 38, 76) for row in rows],
            "range": [max(len(rows), 1) - 0.4, -0.6],
            "fixedrange": True,
            "automargin": True,
            "gridcolor": "rgba(128,128,128,.14)",
            "zeroline": False,
        },
    }
