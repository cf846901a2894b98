"""Graph's details of one message for one recipient: the steps that the transport took."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice.ids import Json, z
from o365nb.practice.web.collections import Collections
from o365nb.practice.web.faults import Refusal
from o365nb.practice.web.site import GRAPH

_TRACES = "admin/exchange/tracing/messageTraces"
#: What the last step is called, by the status of the row.
_LAST = {
    "delivered": ("Deliver", "The message was successfully delivered."),
    "failed": ("Fail", "The message could not be delivered."),
    "quarantined": ("Quarantine", "The message was quarantined as phishing."),
    "filteredAsSpam": ("Deliver", "The message was delivered to the Junk Email folder."),
    "pending": ("Defer", "The message waits to be delivered."),
}


class TraceDetails(Collections):
    """The details endpoint of one site."""

    def routes(self) -> list[Route]:
        return [
            Route(f"/{_TRACES}/{{trace}}/getDetailsByRecipient(recipientAddress='{{recipient}}')", self.details),
        ]

    async def details(self, request: Request) -> Response:
        self.site.authorise(request, GRAPH)
        trace = str(request.path_params["trace"])
        recipient = str(request.path_params["recipient"]).replace("''", "'")
        row = next((item for item in self.state.traces(recipient) if item["id"] == trace), None)
        if row is None:
            raise Refusal(404, "ResourceNotFound", "The message trace is not there.")
        quoted = recipient.replace("'", "''")
        name = f"{_TRACES}('{trace}')/getDetailsByRecipient(recipientAddress='{quoted}')"
        return self.page(request, name, steps(row), {}, default=1000, most=1000)


def steps(row: Json) -> list[Json]:
    """The steps of one row of the trace, the first one first."""
    at = datetime.fromisoformat(row["receivedDateTime"])
    event, said = _LAST.get(row["status"], ("Receive", "The message was received."))
    told = [("Receive", f"Message received by the service from {row['fromIP'] or 'inside'}.", timedelta(0))]
    told += [("Submit", "The message was submitted.", timedelta(seconds=1)), (event, said, timedelta(seconds=3))]
    return [
        {
            "id": row["id"],
            "messageId": row["messageId"],
            "dateTime": z(at + later),
            "event": name,
            "action": None,
            "description": words,
            "data": '<root><MEP Name="ClientIP" String="' + str(row["fromIP"]) + '"/></root>',
        }
        for name, words, later in told
    ]  # fmt: skip
