"""From which devices some accounts were used, whose each was, and whether the organisation knows it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from o365nb.model import Label, utc
from o365nb.report.activity import RANK, TONES, network
from o365nb.report.dossier import Dossier
from o365nb.report.facts import unseen
from o365nb.report.markup import Column, Table, View, sheet
from o365nb.report.results import pill
from o365nb.report.scope import Judged, Scope
from o365nb.report.sign_ins import NO_SIGN_INS
from o365nb.report.words import LABELS
from o365nb.text import plural

_USED = """
    SELECT event_id, time, actor, os, browser, client, device_id, device_managed, as_org, city, country, client_ip
    FROM events
    WHERE source IN ('sign_in', 'sign_in_noninteractive')
      AND list_contains($1, lower(actor)) AND time >= $2 AND time < $3
    ORDER BY time, event_id
"""
_KNOWN = "SELECT device_id, name, os FROM devices WHERE device_id IS NOT NULL"
_COLUMNS = (
    *(Column("whose", "Whose", "pill"), Column("device", "Used with", "titled"), Column("known", "Known as")),
    *(Column("count", "Sign-ins", "number"), Column("time", "First", "time"), Column("last", "Last", "time")),
    Column("networks", "From", "codes"),
)


def used_devices(of: Dossier, scope: Scope) -> View:
    """One row for each system and program that signed in, the attacker's first."""
    judged = Judged(of)
    names = {row["device_id"]: row["name"] or row["os"] or "without a name" for row in of.rows(_KNOWN)}
    groups: dict[tuple[Label, str, str, str], list[dict[str, Any]]] = {}
    for row in of.rows(_USED, scope.parameters):
        label = judged.label(row["event_id"])
        if scope.takes(label):
            groups.setdefault((label, row["actor"], _with(row), row["device_id"] or ""), []).append(row)
    rows = [_row(key, group, names) for key, group in groups.items()]
    rows.sort(key=lambda row: (row["whose"]["rank"], row["time"]))
    missing = unseen(of.found, ("sign_in", "sign_in_noninteractive"))
    empty = f"Cannot tell: {missing}." if missing else NO_SIGN_INS
    strange = [row for row in rows if row["whose"]["text"] != LABELS[Label.USER]]
    told = plural(len(rows), "device or program", "devices and programs")
    lead = [f"{told}, {len(strange)} of them not the owner's."] if rows else []
    tail = [f"More may have been used than is listed: {missing}."] if missing and rows else []
    table = Table("What the account was used with", _COLUMNS, rows, empty)
    plain = [{**row, "whose": row["whose"]["text"], "device": row["device"]["title"]} for row in rows]
    return sheet(of.clock, plain, lead[0] if lead else empty, table, lead=lead, tail=tail)


def _with(row: dict[str, Any]) -> str:
    return ", ".join(part for part in (row["os"], row["browser"] or row["client"]) if part) or "not recorded"


def _row(key: tuple[Label, str, str, str], group: list[dict[str, Any]], names: dict[str, str]) -> dict[str, Any]:
    label, actor, used, device_id = key
    managed = {True: "managed", False: "not managed"}.get(group[-1]["device_managed"], "")
    places = Counter(network(row) or row["client_ip"] or "address not recorded" for row in group)
    stranger = "a registered device that is not among the evidence" if device_id else "no registered device"
    return {
        "whose": pill(LABELS[label], TONES.get(label, "mute"), rank=RANK[label]),
        "device": {
            "title": used,
            "text": " · ".join(part for part in (managed, actor) if part),
            "codes": (device_id,) if device_id else (),
        },
        "known": names.get(device_id, stranger),
        "count": len(group),
        "time": utc(group[0]["time"]),
        "last": utc(group[-1]["time"]),
        "networks": [place for place, _ in places.most_common()],
    }
