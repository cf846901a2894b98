"""What CSV shapes and JSON shapes have in common; a shape adds the keys it knows and how a record is read."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import unquote

from o365nb.events.times import DateOrder, date_order, iso_time
from o365nb.intake import csv_text, json_text
from o365nb.intake.base import OWNER, Damaged, Item, Note, Origin, Plain, Record, Shape

_TYPE_NAME = re.compile(r"^(Microsoft\.[A-Za-z.]+\.[A-Z]\w*|System\.[A-Za-z.]+(`\d+)?(\[.*\])?)$", re.DOTALL)
#: What the Zero Trust Assessment puts into the row that shows which columns there are; all its values are empty.
_MODEL = "isZtModelRow"
_USER = re.compile(r"users\('((?:[^']|'')+)'\)", re.IGNORECASE)


class CsvShape(Shape):
    """A CSV shape, recognised by the columns of its header. `forms` are the headers it knows, in its own names.

    `times` are the columns with the record's time: in what order a locale wrote its dates is told by all of them.
    `outer_times` says that each record carries a better time inside, so that those columns rarely matter.
    """

    forms: ClassVar[tuple[frozenset[str], ...]]
    sure: ClassVar[float] = 1.0
    times: ClassVar[tuple[str, ...]] = ()
    outer_times: ClassVar[bool] = False

    def column(self, name: str) -> str:
        """The shape's own name for a column of the header."""
        return name

    def columns(self, text: str) -> tuple[str, ...]:
        """The header of a file in the shape's own names."""
        return tuple(self.column(name) for name in csv_text.header(text))

    def recognise(self, text: str) -> float:
        columns = self.columns(text)
        return max((_score(form, columns, self.sure) for form in self.forms), default=0.0)

    def lacks(self, text: str) -> list[str]:
        columns = self.columns(text)
        return min((sorted(form.difference(columns)) for form in self.forms), key=len)

    def rows(self, text: str, origin: Origin) -> Iterator[csv_text.CsvRow]:
        """Every row, under the shape's own column names; of two of the same name the first that says anything."""
        for row in csv_text.rows(origin.path, text):
            cells: csv_text.Row = {}
            for name, cell in row.cells.items():
                own = self.column(name)
                cells[own] = cells.get(own) or cell
            yield replace(row, cells=cells)

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        order, matters = self._order(text, origin), not self.outer_times
        for row in self.rows(text, origin):
            for name in self.times:
                if row.cells.get(name):
                    when = iso_time(row.cells[name], day_first=order.day_first)
                    row.cells[name] = when or row.cells[name]
            for item in self.row(row, origin):
                matters = matters or (isinstance(item, Damaged) and item.saved)
                yield item
        if order.doubt and matters:
            yield Note(f"It cannot be told in what order the file writes day and month: {order.doubt}.", limits=True)

    def _order(self, text: str, origin: Origin) -> DateOrder:
        """From the whole column; ISO dates in the first row are taken to be ISO in all of them."""
        if not self.times:
            return DateOrder()
        first = next(self.rows(text, origin), None)
        if first is None or all(first.cells.get(name, "")[:4].isdecimal() for name in self.times):
            return DateOrder()
        return date_order(row.cells.get(name, "") for row in self.rows(text, origin) for name in self.times)

    @abstractmethod
    def row(self, row: csv_text.CsvRow, origin: Origin) -> Iterator[Item]:
        """The record of one row. The cells of `times` are ISO 8601 where they could be read."""


class JsonShape(Shape):
    """A JSON shape, recognised by keys of its records: all of `must`, one of `any_of` (if any), none of `never`.

    `entity` is how a service's @odata.context names the list: it recognises an answer without records.
    """

    kind: ClassVar[str]
    must: ClassVar[frozenset[str]]
    any_of: ClassVar[frozenset[str]] = frozenset()
    never: ClassVar[frozenset[str]] = frozenset()
    entity: ClassVar[str] = ""
    sure: ClassVar[float] = 1.0
    #: Whether a record is its object, as it stands.
    as_it_stands: ClassVar[bool] = False

    def fits(self, data: dict[str, Any]) -> bool:
        """Whether one object is a record of this shape."""
        return (
            self.must <= data.keys()
            and (not self.any_of or not self.any_of.isdisjoint(data))
            and self.never.isdisjoint(data)
        )

    def recognise(self, text: str) -> float:
        found = json_text.sample(text)
        if not found:
            return 0.9 if self.entity and re.search(self.entity, json_text.context(text), re.IGNORECASE) else 0.0
        fitting = sum(self.fits(data) for data in found)
        if fitting:
            return self.sure * fitting / len(found)
        return max(self._share(data) for data in found)

    def _share(self, data: dict[str, Any]) -> float:
        """How near an object comes, at most a half: what it must have, and one of what it should have."""
        wanted = len(self.must) + bool(self.any_of)
        near = len(self.must.intersection(data)) + (not self.any_of.isdisjoint(data))
        return 0.5 * near / wanted if wanted else 0.0

    def lacks(self, text: str) -> list[str]:
        found = json_text.sample(text)
        return sorted(self.must.difference(found[0])) if found else []

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        return self._read(json_text.items(text), unquote(json_text.context(text)))

    def read_lines(self, lines: Iterable[tuple[int, str]]) -> Iterator[Item]:
        """The records of some lines of a JSON lines file, each with its number."""
        return self._read(json_text.line_items(lines), "")

    def _read(self, items: Iterable[json_text.Item | Damaged], context: str) -> Iterator[Item]:
        named = _USER.search(context)
        owner = named[1].replace("''", "'") if named else ""
        models = 0
        for item in items:
            if isinstance(item, Damaged):
                yield item
                continue
            line, data = item
            if isinstance(data, dict) and data.get(_MODEL) is True:
                models += 1
                continue
            data = self.complete(data, context) if isinstance(data, dict) else None
            if data is None or not self.fits(data):
                yield Damaged(line, f"not a record of the shape {self.name}")
            else:
                yield from self.records(line, {**data, OWNER: owner} if owner else data)
        if models:
            yield Note(f"{models} rows in it are models of a row, made by a tool: no records.")

    def plain(self, text: str) -> Plain | None:
        if not self.as_it_stands:
            return None
        form = "lines" if json_text.is_lines(text) else "array" if text.lstrip()[:1] == "[" else ""
        return Plain(self.kind, form) if form else None

    def complete(self, data: dict[str, Any], context: str) -> dict[str, Any]:
        """The object with what only the list's @odata.context says of it."""
        return data

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Item]:
        """The record of one object; as it stands unless the shape says otherwise."""
        yield Record(line, self.kind, data)


def _score(form: frozenset[str], columns: tuple[str, ...], sure: float) -> float:
    """`sure` when every key is there, else at most a half: a guess, never a recognition."""
    share = len(form.intersection(columns)) / len(form) if form else 0.0
    return sure if share == 1 and sure else share * 0.5


def filled(value: Any) -> bool:
    """Whether a cell or field says anything."""
    return value not in (None, "", [], {})


def folded(name: str) -> str:
    """A column name without blanks, signs and capitals: portals change those from one release to the next."""
    return re.sub(r"[^a-z0-9#]", "", name.lower())


def only_a_type(text: str) -> bool:
    """Whether Export-Csv has written the name of a type where the value was an object: the value is lost."""
    return bool(_TYPE_NAME.match(text.strip()))
