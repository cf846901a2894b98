"""Search-UnifiedAuditLog: sessions that hand out their rows a part at a time, in no order, many of them twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

import orjson

from o365nb.practice.ids import Json, z
from o365nb.practice.web.cmdlets import Cmdlets, Parameters, Read
from o365nb.practice.web.faults import ExchangeRefusal

_SESSION_LIMIT = 50_000
_MOST = 5000


class AuditSearch(Cmdlets):
    """A session is what was asked for when it began; each identical call gives the next part."""

    parameters: ClassVar[Mapping[str, frozenset[str]]] = {
        "Search-UnifiedAuditLog": frozenset(
            {"StartDate", "EndDate", "UserIds", "Operations", "RecordType", "ResultSize", "SessionId", "SessionCommand",
             "Formatted", "FreeText", "IPAddresses", "ObjectIds", "HighCompleteness"}
        ),
    }  # fmt: skip

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._sessions: dict[str, list[Json]] = {}
        self._given: dict[str, int] = {}

    def commands(self) -> dict[str, Read]:
        return {"Search-UnifiedAuditLog": self.search}

    def search(self, given: Parameters) -> list[Json]:
        size = min(int(given.get("ResultSize") or 100), _MOST)
        session = str(given.get("SessionId") or "")
        if not session:
            return self._rows(given)[:size]
        if session not in self._sessions:
            self._sessions[session] = self._rows(given)[:_SESSION_LIMIT]
        begin = self._given.get(session, 0)
        part = self._sessions[session][begin : begin + size]
        self._given[session] = begin + len(part)
        return part

    def _rows(self, given: Parameters) -> list[Json]:
        start, end = _time(given, "StartDate"), _time(given, "EndDate")
        if start >= end:
            raise ExchangeRefusal(400, "BadRequest", "The start date must be earlier than the end date.")
        users = [str(user) for user in given.get("UserIds") or []]
        wanted = {str(name).lower() for name in given.get("Operations") or []}
        word = str(given.get("FreeText") or "").lower()
        found = [
            record
            for record in self.state.audits(users)
            if start <= datetime.fromisoformat(record["createdDateTime"]) < end
            and (not wanted or record["operation"].lower() in wanted)
            and (not word or word in str(record["auditData"]).lower())
        ]
        return [_row(record, place, len(found)) for place, record in enumerate(found, 1)]


def _row(record: Json, place: int, count: int) -> Json:
    data = {name: value for name, value in record["auditData"].items() if name != "@odata.type"}
    return {
        "@odata.type": "#Exchange.UnifiedAuditLogEvent",
        "RecordType": record["auditLogRecordType"],
        "CreationDate": z(datetime.fromisoformat(record["createdDateTime"])),
        "UserIds": record["userPrincipalName"],
        "Operations": record["operation"],
        "AuditData": orjson.dumps(data).decode(),
        "ResultIndex": place,
        "ResultCount": count,
        "Identity": record["id"],
        "IsValid": True,
        "ObjectState": "Unchanged",
    }


def _time(given: Parameters, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(str(given.get(name)))
    except ValueError:
        text = f"Cannot process argument transformation on parameter '{name}'."
        raise ExchangeRefusal(400, "BadRequest", text) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
