"""Who came from where: programs and devices on the one side, networks on the other, a line for each way between them.

Drawn by the kit itself as SVG. A map of the world would have to be fetched: plotly loads the outlines of countries from
its maker's server, and where an address is said to be is often wrong anyway.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from o365nb.model import Label
from o365nb.report.activity import RANK, network
from o365nb.report.dossier import Dossier
from o365nb.report.markup import View
from o365nb.report.words import LABELS
from o365nb.text import plural

_EVENTS = """
    SELECT event_id, actor, client_ip, country, city, as_org, network_kind, os, browser, client, device_managed, result,
           source LIKE 'sign_in%' AS sign_in
    FROM events WHERE actor IN (SELECT upn FROM subjects) AND client_ip IS NOT NULL AND source <> 'message_trace'
"""
_SIGNS = {Label.ATTACKER: "◆", Label.USER: "●", Label.UNKNOWN: "▲", Label.RESPONDER: "■", Label.SYSTEM: "✕"}
#: The most things on a side; the rest is one of them. Pixels: the height of one, and where the lines run.
_MOST, _HIGH, _FROM, _TO = 11, 46, 300, 560
_LETTERS = 38


@dataclass(frozen=True, slots=True)
class Way:
    """How often a party came with one program from one network; `failed` of them were not let in."""

    label: Label
    means: str
    place: str
    count: int
    failed: int
    addresses: int
    kind: str


def flows(of: Dossier) -> View:
    """The ways as a figure; their rows are the ways themselves, the attacker's first."""
    events = of.rows(_EVENTS)
    sign_ins = [row for row in events if row["sign_in"]]
    labels = {event.event_id: event.label for event in of.found.attributions}
    ways = _shortened(_ways(sign_ins or events, labels, several=len(of.subjects) > 1))
    what = "sign-in" if sign_ins else "recorded act"
    total = sum(way.count for way in ways)
    means = plural(len({way.means for way in ways}), "program or device", "programs and devices")
    told = f"{plural(total, what)} by {means} from {plural(len({way.place for way in ways}), 'network')}."
    empty = "Cannot tell: no event of the account names an address."
    rows = [{**{name: getattr(way, name) for name in Way.__slots__}, "label": way.label.value} for way in ways]
    return View(
        "flows", of.clock, rows, told if ways else empty, lead=told, empty="" if ways else empty, what=what,
        drawing=_drawing(ways, what), legend=[(_SIGNS[one], LABELS[one], one.value) for one in _parties(ways)],
    )  # fmt: skip


def _ways(events: Iterable[dict[str, Any]], labels: dict[str, Label], *, several: bool) -> list[Way]:
    groups: dict[tuple[Label, str, str], list[dict[str, Any]]] = {}
    for row in events:
        label = labels.get(row["event_id"], Label.UNKNOWN)
        who = f"{row['actor']}: " if several else ""
        groups.setdefault((label, who + _means(row), network(row) or row["client_ip"]), []).append(row)
    ways = [_way(*key, rows) for key, rows in groups.items()]
    return sorted(ways, key=lambda way: (RANK[way.label], -way.count, way.place, way.means))


def _way(label: Label, means: str, place: str, rows: Sequence[dict[str, Any]]) -> Way:
    kinds = Counter(row["network_kind"] for row in rows if row["network_kind"] not in (None, "", "unknown"))
    failed = sum(row["result"] == "failure" for row in rows)
    addresses = len({row["client_ip"] for row in rows})
    return Way(label, means, place, len(rows), failed, addresses, kinds.most_common(1)[0][0] if kinds else "")


def _means(row: dict[str, Any]) -> str:
    named = " / ".join(part for part in (row["os"], row["browser"] or row["client"]) if part) or "program not named"
    return f"{named}, managed device" if row["device_managed"] else named


def _shortened(ways: list[Way]) -> list[Way]:
    """No more things on a side than can be read; what is rare goes together."""
    for side in ("means", "place"):
        kept = list(dict.fromkeys(getattr(way, side) for way in ways))
        if len(kept) > _MOST:
            rest = set(kept[_MOST - 1 :])
            name = f"{len(rest)} more"
            ways = [_moved(way, side, name) if getattr(way, side) in rest else way for way in ways]
    merged: dict[tuple[Label, str, str], Way] = {}
    for way in ways:
        key = (way.label, way.means, way.place)
        merged[key] = _sum(merged[key], way) if key in merged else way
    return list(merged.values())


def _moved(way: Way, side: str, name: str) -> Way:
    means, place = (name, way.place) if side == "means" else (way.means, name)
    return Way(way.label, means, place, way.count, way.failed, way.addresses, way.kind)


def _sum(one: Way, two: Way) -> Way:
    return Way(
        one.label, one.means, one.place, one.count + two.count, one.failed + two.failed,
        one.addresses + two.addresses, one.kind if one.kind == two.kind else "",
    )  # fmt: skip


def _drawing(ways: Sequence[Way], what: str) -> dict[str, Any]:
    means, places = (list(dict.fromkeys(getattr(way, side) for way in ways)) for side in ("means", "place"))
    high = max(len(means), len(places), 1) * _HIGH
    left = {name: high * (number + 0.5) / len(means) for number, name in enumerate(means)}
    right = {name: high * (number + 0.5) / len(places) for number, name in enumerate(places)}
    most = max((way.count for way in ways), default=1)
    return {
        "height": high + 12,
        "lines": [_line(way, left[way.means], right[way.place], most, what) for way in reversed(ways)],
        "left": [_node(name, left[name], _total(ways, "means", name, what), _FROM - 10) for name in means],
        "right": [_node(name, right[name], _whose(ways, name), _TO + 10) for name in places],
    }


def _line(way: Way, start: float, end: float, most: int, what: str) -> dict[str, Any]:
    middle = (_FROM + _TO) / 2
    failed = f", {way.failed:,} not let in" if way.failed else ""
    return {
        "path": f"M{_FROM} {start:.1f} C{middle} {start:.1f} {middle} {end:.1f} {_TO} {end:.1f}",
        "width": round(1.5 + 9 * math.sqrt(way.count / most), 1),
        "whose": way.label.value,
        "said": f"{LABELS[way.label]}: {plural(way.count, what)}{failed}, with {way.means}, from {way.place}",
    }


def _node(name: str, y: float, note: str, x: float) -> dict[str, Any]:
    short = name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"
    return {"name": short, "whole": name, "note": note, "x": x, "y": round(y, 1)}


def _total(ways: Sequence[Way], side: str, name: str, what: str) -> str:
    return plural(sum(way.count for way in ways if getattr(way, side) == name), what)


def _whose(ways: Sequence[Way], place: str) -> str:
    mine = [way for way in ways if way.place == place]
    parties = " ".join(f"{_SIGNS[one]} {LABELS[one]}" for one in _parties(mine))
    kinds = ", ".join(dict.fromkeys(way.kind for way in mine if way.kind))
    addresses = plural(max(way.addresses for way in mine), "address", "addresses")
    return " · ".join(part for part in (parties, kinds, addresses) if part)


def _parties(ways: Iterable[Way]) -> list[Label]:
    return sorted({way.label for way in ways}, key=lambda label: RANK[label])
