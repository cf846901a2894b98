"""$top, $skiptoken and $select: which part of a collection is answered, and the link to the rest."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import orjson

from o365nb.practice.ids import Json
from o365nb.practice.web.faults import bad_request

_PLAIN = "$',():/@"  # what OData writes as it is


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is wanted: where it begins, how long it may be, and the address to continue at."""

    offset: int
    size: int
    url: str
    parameters: tuple[tuple[str, str], ...]

    def cut(self, items: Sequence[Json]) -> tuple[list[Json], str | None]:
        """The page of `items`, and the link to the next one."""
        page = list(items[self.offset : self.offset + self.size])
        after = self.offset + self.size
        if after >= len(items):
            return page, None
        token = base64.urlsafe_b64encode(orjson.dumps({"after": after})).decode().rstrip("=")
        keep = [(name, value) for name, value in self.parameters if name != "$skiptoken"]
        query = "&".join(f"{name}={quote(value, safe=_PLAIN)}" for name, value in [*keep, ("$skiptoken", token)])
        return page, f"{self.url}?{query}"


def page_request(url: str, query: Mapping[str, str], *, default: int, most: int) -> PageRequest:
    """Read $top and $skiptoken. Raises 400 for a size that is none and for a token that is not ours."""
    size = default
    if "$top" in query:
        if not re.fullmatch(r"[1-9]\d{0,8}", query["$top"]):
            raise bad_request(f"Invalid value '{query['$top']}' for $top query option found.")
        size = min(int(query["$top"]), most)
    return PageRequest(_offset(query.get("$skiptoken", "")), size, url, tuple(query.items()))


def _offset(token: str) -> int:
    if not token:
        return 0
    try:
        after = orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))["after"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise bad_request("Invalid skip token.") from None
    if not isinstance(after, int) or after < 0:
        raise bad_request("Invalid skip token.")
    return after


def select(item: Json, names: str | None, default: Sequence[str] = ()) -> Json:
    """$select: the named properties in the order asked for; `default` when nothing is asked for."""
    wanted = [name.strip() for name in names.split(",")] if names else list(default)
    if not wanted:
        return item
    if strange := [name for name in wanted if name not in item]:
        raise bad_request(f"Could not find a property named '{strange[0]}' on the type.")
    return {name: item[name] for name in wanted}
