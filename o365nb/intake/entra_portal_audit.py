"""The directory's audit log as the Entra portal downloads it as CSV: targets and changes spread over numbered columns.

(Its JSON download is Graph's own form.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from o365nb.intake.base import Damaged, Item, Origin, Record
from o365nb.intake.csv_text import CsvRow, Row
from o365nb.intake.forms import CsvShape, folded

_TARGET = re.compile(r"target(\d+)type")
_DETAIL = re.compile(r"additionaldetail(\d+)key")


class EntraPortalAuditCsv(CsvShape):
    """One row per change; up to three targets with up to five changed properties each."""

    name = "entra-portal-audit-csv"
    title = "Entra portal audit log (CSV)"
    forms = (frozenset({"dateutc", "activity", "category", "result", "actortype", "target1type"}),)
    times = ("dateutc",)

    def column(self, name: str) -> str:
        return "dateutc" if folded(name) == "date" else folded(name)

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        cells = {name: cell.strip() for name, cell in row.cells.items()}
        if not cells.get("dateutc", "")[:4].isdecimal() or not cells.get("activity"):
            yield Damaged(row.line, "the directory change has no time or no activity that can be read")
            return
        data = {
            "activityDateTime": cells["dateutc"],
            "activityDisplayName": row.cells["activity"],
            "correlationId": cells.get("correlationid") or None,
            "loggedByService": cells.get("service") or None,
            "category": cells.get("category") or None,
            "result": cells.get("result", "").lower(),
            "resultReason": cells.get("resultreason") or None,
            "initiatedBy": _initiator(cells),
            "targetResources": [_target(cells, number) for number in _numbers(_TARGET, cells)],
            "additionalDetails": _details(cells),
        }
        yield Record(row.line, "directory_audit", data)


def _initiator(cells: Row) -> dict[str, Any]:
    upn = cells.get("actoruserprincipalname", "")
    address = cells.get("ipaddress") or None
    if upn or cells.get("actortype", "").lower() == "user":
        user = {"id": cells.get("actorobjectid"), "displayName": cells.get("actordisplayname")}
        return {"user": {**user, "userPrincipalName": upn or None, "ipAddress": address}, "app": None}
    return {
        "user": {"ipAddress": address} if address else None,
        "app": {
            "displayName": cells.get("actordisplayname") or cells.get("actorserviceprincipalname"),
            "servicePrincipalId": cells.get("actorserviceprincipalid") or cells.get("actorobjectid"),
            "servicePrincipalName": cells.get("actorserviceprincipalname"),
        },
    }


def _numbers(pattern: re.Pattern[str], cells: Row) -> list[str]:
    found = (pattern.fullmatch(name) for name, cell in cells.items() if cell)
    return [match[1] for match in found if match]


def _target(cells: Row, number: str) -> dict[str, Any]:
    base = f"target{number}"
    changed = re.compile(rf"{base}modifiedproperty(\d+)name")
    return {
        "type": cells.get(f"{base}type"),
        "id": cells.get(f"{base}objectid"),
        "displayName": cells.get(f"{base}displayname"),
        "userPrincipalName": cells.get(f"{base}userprincipalname"),
        "modifiedProperties": [
            {
                "displayName": cells[f"{base}modifiedproperty{which}name"],
                "oldValue": cells.get(f"{base}modifiedproperty{which}oldvalue") or None,
                "newValue": cells.get(f"{base}modifiedproperty{which}newvalue") or None,
            }
            for which in _numbers(changed, cells)
        ],
    }


def _details(cells: Row) -> list[dict[str, str]]:
    details = [
        {"key": cells[f"additionaldetail{which}key"], "value": cells.get(f"additionaldetail{which}value", "")}
        for which in _numbers(_DETAIL, cells)
    ]
    agent = cells.get("useragent")
    return [*details, {"key": "User-Agent", "value": agent}] if agent else details
