"""What was asked and answered, for tests that hold both to Microsoft's published description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.types import Message, Send

from o365nb.practice.web.asked import Asked


@dataclass
class Entry:
    """One request with its answer. Headers by their names in lower case; the sign-in's secrets are not in it."""

    asked: Asked
    headers: Mapping[str, str]
    status: int = 0
    body: bytes = b""
    _parts: list[bytes] = field(default_factory=list, repr=False)

    def listen(self, send: Send) -> Send:
        """Send, and note what is sent."""

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
            elif message["type"] == "http.response.body":
                self._parts.append(message.get("body", b""))
                self.body = b"".join(self._parts)
            await send(message)

        return noting
