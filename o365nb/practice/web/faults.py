"""Error answers in the forms of Microsoft's services."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from starlette.responses import Response

from o365nb.practice.ids import Json
from o365nb.practice.web.answers import json_response


class Refusal(Exception):
    """An error answer of Graph: status, code, message."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, dict(headers or {})


class ExchangeRefusal(Exception):
    """An error answer of Exchange's InvokeCommand."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, dict(headers or {})


def bad_request(message: str) -> Refusal:
    """What was asked cannot be answered."""
    return Refusal(400, "BadRequest", message)


def not_found(name: str) -> Refusal:
    """Nothing of that name in the directory."""
    message = f"Resource '{name}' does not exist or one of its queried reference-property objects are not present."
    return Refusal(404, "Request_ResourceNotFound", message)


def graph_error(refusal: Refusal, date: str, client_request_id: str) -> Response:
    """Graph's error body. `date` is practice time."""
    identity = str(uuid4())
    inner = {"date": date, "request-id": identity, "client-request-id": client_request_id or identity}
    body: Json = {"error": {"code": refusal.code, "message": refusal.message, "innerError": inner}}
    return json_response(body, refusal.status, {"request-id": identity, **refusal.headers})


def exchange_error(refusal: ExchangeRefusal) -> Response:
    """Exchange's error body: the sentence that matters is in `details`."""
    body: Json = {
        "error": {
            "code": refusal.code,
            "message": "Error executing request. " + refusal.message,
            "details": [{"code": "Context", "target": "", "message": refusal.message}],
            "innererror": {
                "message": refusal.message,
                "type": "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
                "stacktrace": "",
                "internalexception": {
                    "message": refusal.message,
                    "type": "Microsoft.Exchange.Management.PSDirectInvoke.DirectInvokeCmdletExecutionException",
                    "stacktrace": "",
                },
            },
        }
    }
    return json_response(body, refusal.status, refusal.headers)
