"""Diagnostic settings of Entra ID: the envelope of Azure Monitor, as event hubs and storage accounts receive it.

Inside `properties` lies Graph's own record; what it leaves out, the envelope says (time, address, result).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from o365nb.events.times import iso_time
from o365nb.intake.base import Damaged, Record
from o365nb.intake.forms import JsonShape, filled
from o365nb.intake.log_tables import opened

#: What signInEventTypes says of a category, where the record does not.
_SIGN_INS = {
    "signinlogs": "interactiveUser",
    "noninteractiveusersigninlogs": "nonInteractiveUser",
    "serviceprincipalsigninlogs": "servicePrincipal",
    "managedidentitysigninlogs": "managedIdentity",
}


class AzureMonitorJson(JsonShape):
    """Sign-ins and directory changes in one stream, alone, in lines, or as `{"records": [...]}`."""

    name = "azure-monitor-json"
    title = "Entra logs from an event hub or storage account (JSON)"
    kind = "sign_in"
    must = frozenset({"category", "properties"})
    any_of = frozenset({"time", "operationName", "resourceId"})

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Record | Damaged]:
        inner, category = opened(data["properties"]), str(data["category"])
        if not isinstance(inner, dict):
            yield Damaged(line, "the envelope's properties are not an object")
        elif category.lower() in _SIGN_INS:
            yield from _sign_in(line, data, inner, _SIGN_INS[category.lower()])
        elif category.lower() == "auditlogs" or "activityDisplayName" in inner:
            yield from _directory_audit(line, data, inner)
        else:
            yield Damaged(line, f"records of the category {category[:60]} are not read")


def _sign_in(line: int, outer: dict[str, Any], inner: dict[str, Any], kind: str) -> Iterator[Record | Damaged]:
    when = _time(inner.get("createdDateTime"), outer.get("time"))
    if not when:
        yield Damaged(line, "the sign-in has no time that can be read")
        return
    found = opened(inner.get("status"))
    status: dict[str, Any] = found if isinstance(found, dict) else {}
    code = str(outer.get("resultType", "")).strip()
    if not filled(status.get("errorCode")) and code.lstrip("-").isdecimal():
        status = {**status, "errorCode": int(code), "failureReason": outer.get("resultDescription")}
    yield Record(
        line,
        "sign_in",
        {
            **inner,
            "createdDateTime": when,
            "status": status,
            "ipAddress": inner.get("ipAddress") or outer.get("callerIpAddress"),
            "correlationId": inner.get("correlationId") or outer.get("correlationId"),
            "signInEventTypes": inner.get("signInEventTypes") or [kind],
        },
    )


def _directory_audit(line: int, outer: dict[str, Any], inner: dict[str, Any]) -> Iterator[Record | Damaged]:
    when = _time(inner.get("activityDateTime"), outer.get("time"))
    name = inner.get("activityDisplayName") or outer.get("operationName")
    if not when or not name:
        yield Damaged(line, "the directory change has no time or no activity that can be read")
        return
    yield Record(
        line,
        "directory_audit",
        {
            **inner,
            "activityDateTime": when,
            "activityDisplayName": name,
            "correlationId": inner.get("correlationId") or outer.get("correlationId"),
            "result": inner.get("result") or outer.get("resultType"),
        },
    )


def _time(*values: Any) -> str | None:
    """The first that can be read; hand-made samples write `2025-01-15 14:20:35.456`."""
    return next((when for value in values if value and (when := iso_time(str(value)))), None)
