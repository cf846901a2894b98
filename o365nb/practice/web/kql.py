"""The part of Kusto's language that an investigation of one account needs: where, project, take, newest of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from o365nb.practice.ids import Json
from o365nb.practice.web.faults import bad_request

Test = Callable[[Json], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')|datetime\((?P<time>[^)]*)\)|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_]\w*~?)|(?P<mark>[|(),*]|==|!=|=~|!~|>=|<=|>|<))"
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
}


def _folded(value: Any) -> str:
    return "" if value is None else str(value).lower()


def _has(value: Any, word: Any) -> bool:
    """Whether the text holds the word between signs that are no letters or digits, in any case."""
    found = rf"(?<![a-z0-9]){re.escape(_folded(word))}(?![a-z0-9])"
    return re.search(found, _folded(value)) is not None


_SAME: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "=~": lambda left, right: _folded(left) == _folded(right),
    "!~": lambda left, right: _folded(left) != _folded(right),
    "contains": lambda left, right: _folded(right) in _folded(left),
    "startswith": lambda left, right: _folded(left).startswith(_folded(right)),
    "has": _has,
}
_LISTS: dict[str, Callable[[Any, Sequence[Any]], bool]] = {
    "in": lambda left, right: left in right,
    "in~": lambda left, right: _folded(left) in {_folded(value) for value in right},
    "has_any": lambda left, right: any(_has(left, value) for value in right),
}


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: its table, and what its operators make of the rows."""

    table: str
    steps: tuple[Callable[[list[Json]], list[Json]], ...]

    def run(self, rows: list[Json]) -> list[Json]:
        """The rows after every operator."""
        for step in self.steps:
            rows = step(rows)
        return rows


def table_of(text: str) -> str:
    """The table that a query begins with. Raises 400 where it begins with none."""
    named = re.match(r"\s*([A-Za-z_]\w*)\s*(?:\||$)", text)
    if not named:
        raise bad_request("Syntax error: a query begins with the name of a table.")
    return named[1]


def parse(text: str, columns: Mapping[str, str]) -> Query:
    """A query over a table of these columns. Raises the service's 400 for what it cannot resolve or does not know."""
    return _Parser(text, columns).query()


class _Parser:
    def __init__(self, text: str, columns: Mapping[str, str]) -> None:
        self._columns = columns
        self._tokens = list(_tokens(text))
        self._at = 0

    def query(self) -> Query:
        table = self._word()
        steps = []
        while self._at < len(self._tokens):
            self._need("|")
            steps.append(self._operator())
        return Query(table, tuple(steps))

    def _operator(self) -> Callable[[list[Json]], list[Json]]:
        name = self._word()
        if name == "where":
            test = self._either()
            return lambda rows: [row for row in rows if test(row)]
        if name in ("take", "limit"):
            count = int(self._literal())
            return lambda rows: rows[:count]
        if name == "project":
            wanted = [self._column()]
            while self._take(","):
                wanted.append(self._column())
            return lambda rows: [{column: row[column] for column in wanted} for row in rows]
        if name == "summarize":
            return self._newest()
        raise bad_request(f"Syntax error: the practice tenant does not know the operator '{name}'.")

    def _newest(self) -> Callable[[list[Json]], list[Json]]:
        """`summarize arg_max(Column, *) by Column`."""
        for expected in ("arg_max", "("):
            self._need(expected)
        most = self._column()
        for expected in (",", "*", ")", "by"):
            self._need(expected)
        group = self._column()
        return lambda rows: list({row[group]: row for row in sorted(rows, key=lambda row: str(row[most]))}.values())

    def _either(self) -> Test:
        tests = [self._both()]
        while self._take("or"):
            tests.append(self._both())
        return lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._take("and"):
            tests.append(self._one())
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._take("("):
            test = self._either()
            self._need(")")
            return test
        column = self._column()
        sign = str(self._next()[1])
        if sign in _LISTS:
            many, values = _LISTS[sign], self._literals()
            return lambda row: many(row[column], values)
        if sign in _SAME:
            same, value = _SAME[sign], self._literal()
            return lambda row: same(row[column], value)
        if sign in _ORDER:
            order, limit = _ORDER[sign], self._literal()
            return lambda row: row[column] is not None and order(_like(row[column], limit), limit)
        raise bad_request(f"Syntax error: '{sign}' is no comparison.")

    def _literals(self) -> list[Any]:
        self._need("(")
        found = [self._literal()]
        while self._take(","):
            found.append(self._literal())
        self._need(")")
        return found

    def _literal(self) -> Any:
        kind, value = self._next()
        if kind == "word" and value in ("true", "false"):
            return value == "true"
        if kind not in ("text", "time", "number"):
            raise bad_request(f"Syntax error: a value is expected, not '{value}'.")
        return value

    def _column(self) -> str:
        name = self._word()
        if name not in self._columns:
            raise bad_request(f"'where' operator: Failed to resolve scalar expression named '{name}'")
        return name

    def _word(self) -> str:
        kind, value = self._next()
        if kind != "word":
            raise bad_request(f"Syntax error: a name is expected, not '{value}'.")
        return str(value)

    def _next(self) -> tuple[str, Any]:
        if self._at >= len(self._tokens):
            raise bad_request("Syntax error: the query ends too soon.")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, text: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] in (("word", text), ("mark", text)):
            self._at += 1
            return True
        return False

    def _need(self, text: str) -> None:
        if not self._take(text):
            raise bad_request(f"Syntax error: '{text}' is expected.")


def _tokens(text: str) -> Iterator[tuple[str, Any]]:
    position = 0
    while position < len(text.rstrip()):
        found = _TOKEN.match(text, position)
        if not found or found.lastgroup is None:
            raise bad_request(f"Syntax error at position {position} of the query.")
        yield found.lastgroup, _value(found.lastgroup, found[found.lastgroup])
        position = found.end()


def _value(kind: str, text: str) -> Any:
    if kind == "text":
        found = re.sub(r"\\(u[0-9a-fA-F]{4}|.)", _unescaped, text[1:-1])
        return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")  # two escapes can be one sign
    if kind == "number":
        return float(text) if "." in text else int(text)
    if kind == "time":
        return _time(text)
    return text


def _unescaped(found: re.Match[str]) -> str:
    sign = found[1]
    if len(sign) == 5:
        return chr(int(sign[1:], 16))
    if sign not in _ESCAPES:
        raise bad_request(f"Syntax error: '\\{sign}' is no escape sequence.")
    return _ESCAPES[sign]


def _time(text: str) -> datetime:
    """A time; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise bad_request(f"Syntax error: '{text}' is no time.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _like(value: Any, limit: Any) -> Any:
    return _time(value) if isinstance(limit, datetime) and isinstance(value, str) else value
