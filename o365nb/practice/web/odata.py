"""OData's $filter, as far as Microsoft's log and directory services take it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from o365nb.practice.ids import Json
from o365nb.practice.web.faults import bad_request

Test = Callable[[Json], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<time>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_][\w.]*(?:/[\w.]+)*)|(?P<mark>[(),:]))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "ge": lambda left, right: left is not None and left >= right,
    "gt": lambda left, right: left is not None and left > right,
    "le": lambda left, right: left is not None and left <= right,
    "lt": lambda left, right: left is not None and left < right,
}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": lambda left, right: right in left,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a filter: property path, operator, literal (text, number, bool, time or None)."""

    path: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter: what it tests, and the conditions that hold for everything it lets through."""

    matches: Test
    conditions: tuple[Condition, ...] = ()

    def value(self, path: str, operator: str = "eq") -> Any:
        """The literal that a necessary condition compares `path` with; None when there is no such condition."""
        return next((item.value for item in self.conditions if (item.path, item.operator) == (path, operator)), None)


EVERYTHING = Filter(lambda _: True)


def parse_filter(text: str, allowed: Mapping[str, Sequence[str]], *, only_first_of_or: bool = False) -> Filter:
    """Parse a $filter. `allowed` says which operators each property takes; anything else is refused with 400.

    Lambdas are named by their collection: `signInEventTypes/any` or `targetResources/any/id`. With
    `only_first_of_or` an `or` is not an error and its right side is ignored: the message trace does that.
    """
    parser = _Parser(text, allowed, only_first_of_or=only_first_of_or)
    found = parser.either()
    parser.end()
    return found


class _Parser:
    def __init__(self, text: str, allowed: Mapping[str, Sequence[str]], *, only_first_of_or: bool) -> None:
        self._text, self._allowed, self._only_first = text, allowed, only_first_of_or
        self._tokens = list(_tokens(text))
        self._at = 0
        self._variable, self._collection = "", ""

    def either(self) -> Filter:
        parts = [self._both()]
        while self._word("or"):
            parts.append(self._both())
        if len(parts) == 1 or self._only_first:
            return parts[0]
        tests = [part.matches for part in parts]
        return Filter(lambda item: any(test(item) for test in tests))

    def _both(self) -> Filter:
        parts = [self._one()]
        while self._word("and"):
            parts.append(self._one())
        if len(parts) == 1:
            return parts[0]
        tests = [part.matches for part in parts]
        conditions = tuple(condition for part in parts for condition in part.conditions)
        return Filter(lambda item: all(test(item) for test in tests), conditions)

    def _one(self) -> Filter:
        if self._word("not"):
            inner = self._one().matches
            return Filter(lambda item: not inner(item))
        if self._mark("("):
            found = self.either()
            self._need(")")
            return found
        kind, word = self._next()
        if kind != "word":
            raise self._wrong(word)
        if word.lower() in _TEXT and self._mark("("):
            return self._function(word.lower())
        if word.endswith("/any") and self._mark("("):
            return self._any(word[: -len("/any")])
        return self._comparison(word)

    def _comparison(self, path: str) -> Filter:
        _, operator = self._next()
        if operator not in _COMPARE:
            raise self._wrong(operator)
        full = self._full(path)
        self._check(full, operator)
        value = self._literal()
        compare = _COMPARE[operator]
        read = self._reader(path)

        def matches(item: Any) -> bool:
            left = read(item)
            return compare(_as_time(left) if isinstance(value, datetime) and isinstance(left, str) else left, value)

        return Filter(matches, (Condition(full, operator, value),))

    def _function(self, name: str) -> Filter:
        _, path = self._next()
        self._check(self._full(path), name)
        self._need(",")
        value = self._literal()
        self._need(")")
        test, read = _TEXT[name], self._reader(path)
        return Filter(lambda item: isinstance(text := read(item), str) and test(text, str(value)))

    def _any(self, collection: str) -> Filter:
        _, variable = self._next()
        self._need(":")
        self._variable, self._collection = variable, collection
        inner = self.either()
        self._variable, self._collection = "", ""
        self._need(")")

        def matches(item: Any) -> bool:
            return any(inner.matches(member) for member in _walk(item, collection) or ())

        return Filter(matches, inner.conditions)

    def _full(self, path: str) -> str:
        """The path as `allowed` names it: inside a lambda, the collection stands for the variable."""
        if not self._variable:
            return path
        head, _, tail = path.partition("/")
        if head != self._variable:
            raise self._wrong(path)
        return f"{self._collection}/any" + (f"/{tail}" if tail else "")

    def _reader(self, path: str) -> Callable[[Any], Any]:
        inner = path.partition("/")[2] if self._variable else path
        return lambda item: _walk(item, inner) if inner else item

    def _check(self, path: str, operator: str) -> None:
        if operator not in self._allowed.get(path, ()):
            raise bad_request(f"Invalid filter clause: '{operator}' on '{path}' is not supported.")

    def _literal(self) -> Any:
        kind, text = self._next()
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "time":
            return _as_time(text)
        if kind == "number":
            return float(text) if "." in text else int(text)
        words = {"true": True, "false": False, "null": None}
        if kind == "word" and text in words:
            return words[text]
        raise self._wrong(text)

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise bad_request(f"Invalid filter clause: unexpected end of '{self._text}'.")
        self._at += 1
        return self._tokens[self._at - 1]

    def _word(self, text: str) -> bool:
        return self._take("word", text)

    def _mark(self, text: str) -> bool:
        return self._take("mark", text)

    def _take(self, kind: str, text: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == (kind, text):
            self._at += 1
            return True
        return False

    def _need(self, text: str) -> None:
        if not self._mark(text):
            raise bad_request(f"Invalid filter clause: '{text}' expected in '{self._text}'.")

    def _wrong(self, text: str) -> Exception:
        return bad_request(f"Invalid filter clause: syntax error at '{text}' in '{self._text}'.")

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise self._wrong(self._tokens[self._at][1])


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(text.rstrip()):
        found = _TOKEN.match(text, position)
        if not found or found.lastgroup is None:
            raise bad_request(f"Invalid filter clause: syntax error at position {position} in '{text}'.")
        yield found.lastgroup, found[found.lastgroup]
        position = found.end()


@lru_cache(maxsize=65536)
def _as_time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise bad_request(f"Invalid filter clause: '{text}' is not a time.") from None


def _walk(item: Any, path: str) -> Any:
    for name in path.split("/"):
        if not isinstance(item, Mapping):
            return None
        item = item.get(name)
    return item
