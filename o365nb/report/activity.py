"""What happened when and from where: the timeline figure, the attacker's steps, the networks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from o365nb import plots
from o365nb.events.names import in_words
from o365nb.model import Label, plain, utc
from o365nb.report.dossier import Dossier
from o365nb.report.figures import Drawn
from o365nb.report.markup import Column, Table, View, sheet
from o365nb.report.words import LABELS
from o365nb.text import plural
from o365nb.timeline import Act, Place, Point, acts_of, points_of, steps_of

_PLACES = """
    SELECT event_id, client_ip, as_org, country, app_name FROM events
    WHERE event_id IN (SELECT unnest(?)) AND (client_ip IS NOT NULL OR app_name IS NOT NULL)
"""
_NETWORKS = """
    SELECT event_id, time, actor, client_ip, country, city, as_org, network_kind, os, browser, device_managed,
           result, error_code, source LIKE 'sign_in%' AS sign_in
    FROM events WHERE actor IN (SELECT upn FROM subjects) AND client_ip IS NOT NULL AND source <> 'message_trace'
"""
_SOURCES = """
    SELECT said, count(*) AS addresses FROM (
        SELECT unnest([country_from, asn_from, kind_from]) AS said FROM addresses
        WHERE address IN (SELECT client_ip FROM events WHERE actor IN (SELECT upn FROM subjects)))
    WHERE said IS NOT NULL GROUP BY said ORDER BY 2 DESC, 1
"""
#: The parties in the order in which they are shown, and their colours.
RANK = {Label.ATTACKER: 0, Label.UNKNOWN: 1, Label.USER: 2, Label.RESPONDER: 3, Label.SYSTEM: 4}
TONES = {Label.ATTACKER: "attacker", Label.USER: "user", Label.RESPONDER: "responder"}


class Figure(Drawn):
    """The timeline."""

    def __init__(self, of: Dossier, acts: list[Act]) -> None:
        points = points_of(acts)
        counts = Counter(act.lane for act in acts)
        told = ", ".join(f"{counts[lane]:,} {LABELS[lane]}" for lane in RANK if counts[lane]) or "no event"
        note, hint = "No event to show: the evidence holds none of these accounts.", ""
        if acts:
            bundled = " Where many events lie close together, one mark stands for several."
            note = f"{plural(len(acts), 'event')}: {told}.{bundled if len(points) < len(acts) else ''} The axis is UTC."
            hint = (
                "Hover or touch a mark to see what it is and why it is on its lane; drag to zoom, double-click to"
                " return."
            )
        plot = plots.timeline(points, of.case.info.window, of.clock)
        super().__init__(of.clock, [plain(point) for point in points], f"Timeline of {told}", plot, note, hint)


def acts(of: Dossier) -> list[Act]:
    """Every judged event and every change of the response, in order of time."""
    ids = [event.event_id for event in of.found.attributions]
    places = {
        row["event_id"]: Place(row["client_ip"] or "", network(row), row["app_name"] or "")
        for row in of.rows(_PLACES, [ids])
    }
    judged = acts_of(of.found.attributions, of.subjects, places)
    return sorted([*judged, *_responses(of)], key=lambda act: (act.time, act.event_id))


def timeline(of: Dossier) -> Figure:
    """The incident on one axis, a lane for each party."""
    return Figure(of, acts(of))


def steps(of: Dossier) -> View:
    """The attacker's acts one after the other, unbroken runs told as one."""
    theirs = steps_of([act for act in acts(of) if act.lane is Label.ATTACKER])
    carried = _carried(of)
    rows = [_run(point, carried) for point in theirs]
    columns = (*_WHEN, *_WHAT, Column("why", "Why it is the attacker's", "list"), _FINDINGS, _EVIDENCE)
    fold = f"{plural(len(rows), 'step')} of the attacker, in order" if len(rows) > 12 else ""
    empty = "No recorded act is attributed to an intruder."
    return _in_rows(of, rows, "The attacker's acts in order", columns, empty, fold)


def everybodys(of: Dossier) -> View:
    """The rows behind the timeline: the attacker's acts first, then those of nobody known, then the others'."""
    points = sorted(steps_of(acts(of)), key=lambda point: (RANK[point.lane], point.first))
    carried = _carried(of)
    rows = [{"whose": point.lane.value, **_run(point, carried)} for point in points]
    columns = (*_WHEN, Column("party", "Whose", "pill"), *_WHAT, Column("why", "Why", "list"), _FINDINGS, _EVIDENCE)
    fold = f"The rows behind the timeline: {plural(len(rows), 'act')}, the attacker's first"
    return _in_rows(
        of, rows, "Acts on the timeline", columns, "No event of these accounts is among the evidence.", fold
    )


_WHEN = (Column("time", "When", "time"),)
_WHAT = (Column("act", "Recorded act", "titled"), Column("count", "Records", "number"), Column("where", "From"))
_EVIDENCE = Column("events", "Evidence", "codes")
_FINDINGS = Column("findings", "Findings", "findings")


def _carried(of: Dossier) -> dict[str, list[str]]:
    """The findings that each event is evidence of, by its id."""
    carried: dict[str, list[str]] = {}
    for finding in of.found.findings:
        for event_id in finding.evidence:
            carried.setdefault(event_id, []).append(finding.id)
    return carried


def _why(reason: str) -> str:
    """A reason without the titles of findings: their numbers stand beside it."""
    own, evidence, _ = reason.partition("is evidence of: ")
    return f"{own}is the attacker's" if evidence and own else own


def _run(point: Point, carried: Mapping[str, list[str]]) -> dict[str, Any]:
    reasons = point.because[:2]
    return {
        "time": point.first,
        "until": point.last if point.count > 1 else None,
        "what": point.operations[0][0],
        "act": {"title": point.row or point.operations[0][0],
            "text": point.operations[0][0] if point.row else "", "codes": ()},
        "count": point.count,
        "who": point.actors[0] if point.actors else "",
        "where": point.places[0] if point.places else "",
        "because": list(reasons),
        "why": [text for text in map(_why, reasons) if text] or ["itself evidence"],
        "findings": sorted({number for event in point.event_ids for number in carried.get(event, ())}),
        "events": list(point.event_ids),
        "mark": plots.mark_of(point.lane, point.row, point.first, point.last),
        "party": {
            "text": LABELS[point.lane], "tone": TONES.get(point.lane, "mute"), "sign": "", "note": "",
            "rank": RANK[point.lane],
        },
    }  # fmt: skip


def _in_rows(
    of: Dossier, rows: list[dict[str, Any]], title: str, columns: tuple[Column, ...], empty: str, fold: str
) -> View:
    plain = [{key: value for key, value in row.items() if key not in ("mark", "party", "why", "act")} for row in rows]
    return sheet(of.clock, plain, title, Table(title, columns, rows, empty, fold, file="timeline.csv"))


def networks(of: Dossier) -> View:
    """Where the account was used from: one row per network, whose it was, and with what."""
    events = of.rows(_NETWORKS)
    sign_ins = [row for row in events if row["sign_in"]]
    labels = {event.event_id: event.label for event in of.found.attributions}
    groups: dict[tuple[Label, str, str], list[dict[str, Any]]] = {}
    for row in sign_ins or events:
        label = labels.get(row["event_id"], Label.UNKNOWN)
        groups.setdefault((label, row["actor"], network(row) or row["client_ip"]), []).append(row)
    rows = sorted(
        (_network_row(*key, group) for key, group in groups.items()), key=lambda row: (row["rank"], row["time"])
    )
    columns = (
        Column("whose", "Whose", "pill"),
        Column("network", "Network", "titled"),
        Column("kind", "Kind"),
        Column("count", "Events", "number"),
        Column("time", "First", "time"),
        Column("last", "Last", "time"),
        Column("device", "Device"),
        Column("addresses", "Addresses", "codes"),
    )
    what = "signed in from" if sign_ins else "used from"
    table = Table(
        f"Networks the account was {what}", columns, rows, "Cannot tell: no event of the account names an address."
    )
    told = f"Place and operator of an address come from: {_told_by(of)}. Nothing was asked online; all can be wrong."
    tail = (told,) if rows else ()
    if events and not sign_ins:
        tail = ("No sign-in log is among the evidence; these are the addresses of the recorded acts.", *tail)
    return sheet(of.clock, rows, table.caption, table, tail=tail)


def _told_by(of: Dossier) -> str:
    """Where the account's addresses got their places and operators from, each source with its date."""
    return "; ".join(row["said"] for row in of.rows(_SOURCES)) or "no source that knows them"


def _failures(group: list[dict[str, Any]]) -> str:
    """How many attempts failed, and most often why."""
    codes = Counter(row["error_code"] for row in group if row["result"] == "failure")
    if not codes:
        return ""
    usual = next((in_words(code) for code, _ in codes.most_common() if code and code != "0"), "")
    return f" ({codes.total():,} failed{': ' if usual else ''}{usual})"


def _network_row(label: Label, actor: str, network: str, group: list[dict[str, Any]]) -> dict[str, Any]:
    failed = sum(row["result"] == "failure" for row in group)
    managed = {row["device_managed"] for row in group}
    kinds = Counter(row["network_kind"] for row in group if row["network_kind"] and row["network_kind"] != "unknown")
    systems = Counter(" / ".join(p for p in (row["os"], row["browser"]) if p) for row in group)
    device = next((name for name, _ in systems.most_common() if name), "")
    state = (
        "managed"
        if managed == {True}
        else "not managed"
        if managed == {False}
        else "some managed"
        if True in managed
        else ""
    )
    return {
        "whose": {
            "text": LABELS[label],
            "tone": TONES.get(label, "mute"),
            "sign": "",
            "note": "",
            "rank": RANK[label],
        },
        "rank": RANK[label],
        "network": {"title": network, "text": actor, "codes": ()},
        "kind": kinds.most_common(1)[0][0] if kinds else "",
        "count": len(group),
        "failed": failed,
        "time": _aware(min(row["time"] for row in group)),
        "last": _aware(max(row["time"] for row in group)),
        "device": ", ".join(part for part in (device, state) if part) + _failures(group),
        "addresses": [address for address, _ in Counter(row["client_ip"] for row in group).most_common()],
    }


def network(row: Mapping[str, Any]) -> str:
    """Who runs the network an event came from, and where; "" when nobody knows."""
    return ", ".join(part for part in (row["as_org"], row.get("city"), row["country"]) if part)


def _aware(time: datetime) -> datetime:
    return utc(time)


def _responses(of: Dossier) -> list[Act]:
    return [
        Act(Label.RESPONDER, "", utc(row["at"]), row["title"], "", row["target"], row["proof"], f"receipt-{number}")
        for number, row in enumerate(of.receipts, 1)
    ]
