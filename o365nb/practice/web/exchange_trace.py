"""Message trace by cmdlet: no pages; whoever wants more asks again up to the last row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from o365nb.practice.ids import Json
from o365nb.practice.web.cmdlets import Cmdlets, Parameters, Read
from o365nb.practice.web.faults import ExchangeRefusal
from o365nb.practice.web.graph_trace import steps

_MOST = 5000


class Traces(Cmdlets):
    """The same rows as Graph's message trace."""

    parameters: ClassVar[Mapping[str, frozenset[str]]] = {
        "Get-MessageTraceV2": frozenset(
            {"StartDate", "EndDate", "SenderAddress", "RecipientAddress", "StartingRecipientAddress", "MessageId",
             "MessageTraceId", "ResultSize", "Status", "FromIP"}
        ),
        "Get-MessageTraceDetailV2": frozenset({"MessageTraceId", "RecipientAddress", "StartDate", "EndDate"}),
    }  # fmt: skip

    def commands(self) -> dict[str, Read]:
        return {"Get-MessageTraceV2": self.rows, "Get-MessageTraceDetailV2": self.details}

    def rows(self, given: Parameters) -> list[Json]:
        now = self.state.clock.now()
        start = _time(given, "StartDate", now - timedelta(days=2))
        end = _time(given, "EndDate", now)
        if end - start > timedelta(days=10) or start < now - timedelta(days=90) or end < start:
            raise ExchangeRefusal(400, "BadRequest", "The StartDate and EndDate must be within the last 90 days and no"
                                  " more than 10 days apart.")  # fmt: skip
        address = _one(given.get("SenderAddress")) or _one(given.get("RecipientAddress"))
        tests = {"senderAddress": "SenderAddress", "recipientAddress": "RecipientAddress", "fromIP": "FromIP",
                 "messageId": "MessageId", "id": "MessageTraceId", "status": "Status"}  # fmt: skip
        wanted = {field: _one(given[name]) for field, name in tests.items() if given.get(name)}
        found = [
            (datetime.fromisoformat(item["receivedDateTime"]), item)
            for item in self.state.traces(address or None)
            if all(str(item[field]).lower() == value for field, value in wanted.items())
        ]
        found.sort(key=lambda pair: (end - pair[0], pair[1]["recipientAddress"]))
        after = str(given.get("StartingRecipientAddress") or "").lower()
        shown = [
            _row(item)
            for at, item in found
            if start <= at <= end and not (at == end and after and item["recipientAddress"].lower() < after)
        ]
        return shown[: min(int(given.get("ResultSize") or 1000), _MOST)]

    def details(self, given: Parameters) -> list[Json]:
        recipient = str(given.get("RecipientAddress") or "")
        row = next((item for item in self.state.traces(recipient) if item["id"] == given.get("MessageTraceId")), None)
        return [_detail(step) for step in steps(row)] if row else []


def _row(item: Json) -> Json:
    return {
        "@odata.type": "#Exchange.MessageTrace",
        "MessageTraceId": item["id"],
        "MessageId": item["messageId"],
        "Received": item["receivedDateTime"],
        "SenderAddress": item["senderAddress"],
        "RecipientAddress": item["recipientAddress"],
        "Subject": item["subject"],
        "Status": item["status"][:1].upper() + item["status"][1:],
        "FromIP": item["fromIP"],
        "ToIP": item["toIP"] or None,
        "Size": item["size"],
    }


def _detail(step: Json) -> Json:
    return {
        "@odata.type": "#Exchange.MessageTraceDetail",
        "MessageTraceId": step["id"],
        "MessageId": step["messageId"],
        "Date": step["dateTime"],
        "Event": step["event"],
        "Action": "",
        "Detail": step["description"],
        "Data": step["data"],
    }


def _one(value: Any) -> str:
    """An address, also as a list of one."""
    return str((value[0] if value else "") if isinstance(value, list) else value or "").lower()


def _time(given: Parameters, name: str, default: datetime) -> datetime:
    if not given.get(name):
        return default
    try:
        found = datetime.fromisoformat(str(given[name]))
    except ValueError:
        text = f"Cannot process argument transformation on parameter '{name}'."
        raise ExchangeRefusal(400, "BadRequest", text) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
