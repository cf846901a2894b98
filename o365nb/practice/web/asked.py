"""One request as the rules of the practice tenant see it: which service, which call, whose mailbox, read or write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson
from starlette.types import Scope

from o365nb.practice.ids import Json

#: The services, by which tokens are told apart; what belongs to none of them is the sign-in's.
GRAPH, EXCHANGE, MANAGEMENT, DEFENDER, LOGIN = "graph", "exchange", "management", "defender", "login"
GRAPH_VERSIONS = ("v1.0", "beta")
_READING_CMDLET = re.compile(r"(?:Get|Search|Test)-\w+")
_READING_POST = re.compile(r"/security/runHuntingQuery|/\$batch")
_OWNER = re.compile(r"/users/([^/]+)/(?:mailFolders|messages|mailboxSettings|calendar)\b")
_IDS = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<=[/'])[^/']*@[^/']*|(?<=/)[^/]{40,}")


@dataclass(frozen=True, slots=True)
class Asked:
    """`area` is the first part of the path (v1.0, beta, adminapi, api); `path` is as sent, without Graph's version.

    `parameters` are a cmdlet's. `body` is {} where no JSON object was sent.
    """

    method: str
    area: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    cmdlet: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    body: Json = field(default_factory=dict)

    @classmethod
    def of(cls, scope: Scope, raw: bytes) -> Asked:
        """Read the request line and the body."""
        sent = bytes(scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        body = _object(raw)
        area, _, rest = sent.lstrip("/").partition("/")
        path = f"/{rest}" if area in GRAPH_VERSIONS else sent
        command = body.get("CmdletInput") if area == "adminapi" else None
        command = command if isinstance(command, dict) else {}
        given = command.get("Parameters")
        return cls(
            scope["method"], area, path, query, str(command.get("CmdletName") or ""),
            given if isinstance(given, dict) else {}, body,
        )  # fmt: skip

    @property
    def service(self) -> str:
        return service_of(self.area, self.path)

    @property
    def graph(self) -> bool:
        return self.area in GRAPH_VERSIONS

    @property
    def reads(self) -> bool:
        """It changes nothing: to repeat it is harmless."""
        if self.cmdlet:
            return _READING_CMDLET.fullmatch(self.cmdlet) is not None
        return self.method == "GET" or (self.graph and _READING_POST.fullmatch(self.path) is not None)

    @property
    def repeatable(self) -> bool:
        """It may be asked again when its answer was lost: a session of the audit log search goes on with every call."""
        return self.reads and "SessionCommand" not in self.parameters

    @property
    def mailbox(self) -> str:
        """Whose mailbox Graph is asked about; "" for none."""
        found = _OWNER.match(self.path) if self.graph else None
        return unquote(found[1]).lower() if found else ""

    @property
    def kind(self) -> str:
        """The call without the names in it: the same for every user and every run."""
        return f"{self.method} {self.area} {self.cmdlet or _IDS.sub('*', unquote(self.path))}"


def service_of(area: str, path: str) -> str:
    """The service that answers there."""
    if area in GRAPH_VERSIONS:
        return GRAPH
    if area == "api":
        return MANAGEMENT if "/activity/feed/" in path else DEFENDER
    return EXCHANGE if area == "adminapi" else LOGIN


def _object(raw: bytes) -> Json:
    try:
        found = orjson.loads(raw) if raw else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
