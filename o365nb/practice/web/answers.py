"""JSON answers."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

import orjson
from starlette.responses import Response


def json_response(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer with a request id."""
    return Response(
        orjson.dumps(body),
        status,
        {"request-id": str(uuid4()), **(headers or {})},
        media_type="application/json; charset=utf-8",
    )


def no_content() -> Response:
    """204."""
    return Response(None, 204, {"request-id": str(uuid4())})
