"""The redactor: texts, dataclasses, rows in; the same with pseudonyms out."""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from enum import Enum, StrEnum
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, TypeVar, cast

from o365nb.events.names import app_names
from o365nb.report.redaction.phrases import Phrases, lowered

T = TypeVar("T")


class Level(StrEnum):
    """How much is replaced."""

    NONE = "none"
    CUSTOMER = "customer"
    PUBLIC = "public"


#: Fields in the kit's own words or Microsoft's: nobody is named in them, and other parts of the report read them.
OWN_WORDS = frozenset((
    "operation", "operation_raw", "source", "slug", "severity", "kind", "phase", "action", "actions", "attack", "label",
    "verdict", "certainty", "context", "outcome", "shape", "result", "error_code", "network_kind", "os", "browser",
    "workload",
))  # fmt: skip
ADDRESS = re.compile(r"[^\s<>()\[\]\",;:@“”|\\/='][^\s<>()\[\]\",;:@“”|\\/=]*@[\w-]+(?:\.[\w-]+)+")
HOST_OF_URL = re.compile(r"(?i)\bhttps?://(?:[^\s/@]+@)?([\w.-]+)")
_IPV4 = re.compile(r"(?<![\w.])(?<![A-Za-z]/)\d{1,3}(?:\.\d{1,3}){3}(?!\w)(?!\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?=[0-9a-fA-F:]*:[0-9a-fA-F]*:)[0-9a-fA-F:]{3,39}(?![\w:])")
_GUID = re.compile(r"(?i)(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])")
#: What services make of a mailbox's or an object's id: long, and with capitals, small letters and figures.
_OPAQUE = re.compile(
    r"(?<![\w+/-])[0-9A-Fa-f]{32}(?:[0-9A-Fa-f]{8})?(?![\w+/-])|"
    r"(?<![\w+/-])(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])(?=[\w+/-]*\d)[A-Za-z0-9+/_-]{22,}={0,2}(?![\w=])"
)


@dataclass(frozen=True, slots=True)
class Names:
    """What is known before anything is written: pseudonyms of addresses and domains, and texts to look for."""

    people: Mapping[str, str]  # address, lower case → local part
    domains: Mapping[str, str]  # domain, lower case → domain
    messages: frozenset[str]  # internet message ids, lower case, without brackets
    phrases: Phrases
    ips: Mapping[str, str]


class Redactor:
    """Replaces what identifies. `level` none changes nothing; `salt` makes what nobody listed unguessable."""

    def __init__(self, level: Level, names: Names, salt: bytes) -> None:
        self.level, self._names, self._salt = level, names, salt
        self._back: dict[str, str] = {}
        self._text = lru_cache(maxsize=200_000)(self._scrubbed)

    @property
    def identifiers(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """Addresses, domains and IP addresses that must not be met in any output of this level."""
        ips = self._names.ips if self.level is Level.PUBLIC else {}
        return frozenset(self._names.people), frozenset(self._names.domains), frozenset(ips)

    def text(self, value: str) -> str:
        """A text without what identifies."""
        made = self._text(value)
        if made != value and (made not in self._back or value == value.lower()):
            self._back[made] = value
        return made

    def original(self, value: Any) -> Any:
        """What a redacted value stood for, to ask the tables with; lists too."""
        if isinstance(value, list):
            return [self.original(item) for item in value]
        return self._back.get(value, value) if isinstance(value, str) else value

    def deep(self, value: T) -> T:
        """The same thing with every text redacted, however deep."""
        return cast("T", self._deep(value))

    def _deep(self, value: Any) -> Any:
        if isinstance(value, str):
            return value if isinstance(value, Enum) else self.text(value)
        if is_dataclass(value) and not isinstance(value, type):
            given = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
            changed = {name: self._field(name, item) for name, item in given.items()}
            return replace(value, **{name: item for name, item in changed.items() if item is not given[name]})
        if isinstance(value, Mapping):
            return {name: self._field(str(name), item) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self._deep(item) for item in value)
        return value

    def _field(self, name: str, value: Any) -> Any:
        if value is None or isinstance(value, (datetime, bool, int, float)):
            return value
        return value if name in OWN_WORDS and isinstance(value, str) else self._deep(value)

    def _scrubbed(self, text: str) -> str:
        if self.level is Level.NONE or not text:
            return text
        pieces = self._names.phrases.pieces(text)
        return "".join(piece if done else self._patterns(piece) for piece, done in pieces)

    def _patterns(self, text: str) -> str:
        """What nobody listed and yet shows by its form."""
        if "@" in text:
            text = ADDRESS.sub(self._address, text)
        if self.level is not Level.PUBLIC:
            return text
        if "-" in text:
            text = _GUID.sub(self._guid, text)
        if "." in text:
            text = _IPV4.sub(self._ip, text)
        if ":" in text:
            text = _IPV6.sub(self._ip, text)
        return _OPAQUE.sub(self._opaque, text) if len(text) >= 22 else text

    def _address(self, found: re.Match[str]) -> str:
        local, _, domain = lowered(found[0]).rpartition("@")
        if f"{local}@{domain}" in self._names.messages:
            if self.level is Level.CUSTOMER:
                return found[0]
            return f"mail-{self._mark(local)}@{self._names.domains.get(domain, 'org.example')}"
        instead = self._names.domains.get(domain)
        if instead is None:
            instead = domain if self.level is Level.CUSTOMER else f"org-{self._mark(domain)}.example"
        known = self._names.people.get(f"{local}@{domain}")
        return f"{known or 'person-' + self._mark(f'{local}@{domain}')}@{instead}"

    def _guid(self, found: re.Match[str]) -> str:
        text = found[0].lower()
        if text in app_names() or set(text) <= set("0-"):
            return found[0]
        return str(uuid.UUID(bytes=self._hash(text)[:16], version=4))

    def _ip(self, found: re.Match[str]) -> str:
        try:
            address = ip_address(found[0])
        except ValueError:
            return found[0]
        if known := self._names.ips.get(found[0]) or self._names.ips.get(str(address)):
            return known
        tail = self._hash(str(address))
        return (
            f"241.{tail[0]}.{tail[1]}.{tail[2]}" if address.version == 4 else f"100::{tail[:2].hex()}:{tail[2:4].hex()}"
        )

    def _opaque(self, found: re.Match[str]) -> str:
        return f"id-{self._hash(found[0]).hex()[:10]}"

    def _mark(self, text: str) -> str:
        return self._hash(text).hex()[:6]

    def _hash(self, text: str) -> bytes:
        return hmac.new(self._salt, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
