"""Message traces as CSV: Get-MessageTrace(V2), the portal's list, and its enhanced summary and extended reports.

All become Graph's exchangeMessageTrace, one record per message and recipient; the network message id is its id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from o365nb.intake.base import Damaged, Item, Note, Origin, Record
from o365nb.intake.csv_text import CsvRow
from o365nb.intake.forms import CsvShape, folded

KIND = "message_trace"
#: The reports' events, the most final first, in the words that Get-MessageTrace has for them.
_OUTCOMES = {
    "deliver": "Delivered",
    "fail": "Failed",
    "quarantine": "Quarantined",
    "drop": "Failed",
    "expand": "Expanded",
    "resolve": "Resolved",
    "send": "Delivered",  # handed on to another organisation's server
    "defer": "Pending",
}
_UNSETTLED = "GettingStatus"
_RECIPIENT = re.compile(r"\s*([^;#\s][^;#]*?)\s*##\s*([^;]*?)\s*(?:;|$)")


class MessageTraceCsv(CsvShape):
    """Get-MessageTrace or Get-MessageTraceV2 through Export-Csv, or the list that the portal shows."""

    name = "message-trace-csv"
    title = "Get-MessageTrace or message trace list (CSV)"
    forms = (
        frozenset({"received", "senderaddress", "recipientaddress", "status"}),
        frozenset({"date", "sender", "recipient", "subject", "status"}),
    )
    times = ("received", "date")

    def column(self, name: str) -> str:
        own = folded(name)
        return "date" if own.startswith("dateutc") else own

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        cells = row.cells
        when = cells.get("received") or cells.get("date") or ""
        if not when[:4].isdecimal():
            yield Damaged(row.line, "the message has no time that can be read")
            return
        yield Record(
            row.line,
            KIND,
            {
                "id": cells.get("messagetraceid") or cells.get("networkmessageid"),
                "senderAddress": cells.get("senderaddress") or cells.get("sender"),
                "recipientAddress": cells.get("recipientaddress") or cells.get("recipient"),
                "messageId": cells.get("messageid"),
                "receivedDateTime": when,
                "subject": cells.get("subject"),
                "size": cells.get("size"),
                "fromIP": cells.get("fromip"),
                "toIP": cells.get("toip"),
                "status": cells.get("status"),
            },
        )


class MessageTraceSummaryCsv(CsvShape):
    """The (enhanced) summary report: one row per message, its recipients in one cell with what became of each."""

    name = "message-trace-summary-csv"
    title = "Message trace summary report (CSV)"
    forms = (
        frozenset({"origintimestamputc", "senderaddress", "recipientstatus", "messageid"}),
        frozenset({"origintimestamp", "senderaddress", "recipientstatus", "messageid"}),
    )
    times = ("origintimestamputc", "origintimestamp")

    def column(self, name: str) -> str:
        return folded(name)

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        message, when = _message(row.cells), _when(row.cells)
        listed = row.cells.get("recipientstatus", "")
        if not when:
            yield Damaged(row.line, "the message has no time that can be read")
            return
        for recipient, events in _RECIPIENT.findall(listed):
            outcome = _outcome(events.split(","))
            yield Record(row.line, KIND, {**message, "recipientAddress": recipient, "status": outcome})
        rest = [text.strip() for text in _RECIPIENT.sub("", listed).split(";") if text.strip()]
        for text in rest if listed.strip() else [""]:
            yield Damaged(row.line, f"a recipient without its status: {text[:80]}" if text else "no recipient is named")


class MessageTraceExtendedCsv(CsvShape):
    """The extended report: one row per step of each message. The step that settled it comes first, so that the others
    of the same message and recipient count as duplicates of it."""

    name = "message-trace-extended-csv"
    title = "Message trace extended report (CSV)"
    forms = (
        frozenset({"origintimestamputc", "senderaddress", "recipientaddress", "eventid", "networkmessageid"}),
        frozenset({"datetimeutc", "senderaddress", "recipientaddress", "eventid", "networkmessageid"}),
    )
    times = ("origintimestamputc", "datetimeutc")

    def column(self, name: str) -> str:
        return folded(name)

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        waiting: list[tuple[int, Item]] = []
        for item in super().read(text, origin):
            rank = _rank(item)
            if rank:
                waiting.append((rank, item))
            else:
                yield item
        yield from (item for _, item in sorted(waiting, key=lambda pair: pair[0]))
        yield Note("The report has a row for each step of a message: the steps before the last count as duplicates.")

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        message, when = _message(row.cells), _when(row.cells)
        recipients = [text.strip() for text in row.cells.get("recipientaddress", "").split(";") if text.strip()]
        if not when or not recipients:
            yield Damaged(row.line, "the step has no time or no recipient that can be read")
            return
        for recipient in recipients:
            status = _outcome([row.cells.get("eventid", "")])
            yield Record(row.line, KIND, {**message, "recipientAddress": recipient, "status": status})


def _when(cells: dict[str, str]) -> str:
    times = (cells.get(name, "") for name in ("origintimestamputc", "origintimestamp", "datetimeutc"))
    return next((text for text in times if text[:4].isdecimal()), "")


def _message(cells: dict[str, str]) -> dict[str, Any]:
    return {
        "id": cells.get("networkmessageid") or None,
        "senderAddress": cells.get("senderaddress"),
        "messageId": cells.get("messageid"),
        "receivedDateTime": _when(cells),
        "subject": cells.get("messagesubject"),
        "size": cells.get("totalbytes"),
        "fromIP": cells.get("originalclientip") or cells.get("clientip"),
        "directionality": cells.get("directionality"),
    }


def _outcome(events: list[str]) -> str:
    """What became of it: the most final of the events."""
    happened = {event.strip().lower() for event in events}
    return next((word for event, word in _OUTCOMES.items() if event in happened), _UNSETTLED)


def _rank(item: Item) -> int:
    """0 for what settled a message, then what is on the way."""
    if not isinstance(item, Record):
        return 0
    status = item.data["status"]
    return {"Delivered": 0, "Failed": 0, "Quarantined": 0, _UNSETTLED: 2}.get(status, 1)
