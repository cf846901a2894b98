"""What CSV shapes and JSON shapes have in common; a shape adds the keys it knows and how a record is read."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import unquote

from o365nb.intake import csv_text, json_text
from o365nb.intake.base import OWNER, Damaged, Item, Origin, Record, Shape

_USER = re.compile(r"users\('((?:[^']|'')+)'\)", re.IGNORECASE)


class CsvShape(Shape):
    """A CSV shape, recognised by the columns of its header. `forms` are the headers it knows."""

    forms: ClassVar[tuple[frozenset[str], ...]]
    sure: ClassVar[float] = 1.0

    def recognise(self, text: str) -> float:
        columns = csv_text.header(text)
        return max((_score(form, columns, self.sure) for form in self.forms), default=0.0)

    def lacks(self, text: str) -> list[str]:
        columns = csv_text.header(text)
        return min((sorted(form.difference(columns)) for form in self.forms), key=len)

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        for row in csv_text.rows(origin.path, text):
            yield from self.row(row, origin)

    @abstractmethod
    def row(self, row: csv_text.CsvRow, origin: Origin) -> Iterator[Item]:
        """The record of one row."""


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
        return max(_score(self.must, tuple(data), 0.0) for data in found)

    def lacks(self, text: str) -> list[str]:
        found = json_text.sample(text)
        return sorted(self.must.difference(found[0])) if found else []

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        context = unquote(json_text.context(text))
        named = _USER.search(context)
        owner = named[1].replace("''", "'") if named else ""
        for item in json_text.items(text):
            if isinstance(item, Damaged):
                yield item
                continue
            line, data = item
            data = self.complete(data, context) if isinstance(data, dict) else None
            if data is None or not self.fits(data):
                yield Damaged(line, f"not a record of the shape {self.name}")
            else:
                yield from self.records(line, {**data, OWNER: owner} if owner else data)

    def complete(self, data: dict[str, Any], context: str) -> dict[str, Any]:
        """The object with what only the list's @odata.context says of it."""
        return data

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Item]:
        """The record of one object; as it stands unless the shape says otherwise."""
        yield Record(line, self.kind, data)


def _score(form: frozenset[str], columns: tuple[str, ...], sure: float) -> float:
    """`sure` when every key is there, else at most a half: a guess, never a recognition."""
    share = len(form.intersection(columns)) / len(form)
    return sure if share == 1 and sure else share * 0.5


def filled(value: Any) -> bool:
    """Whether a cell or field says anything."""
    return value not in (None, "", [], {})
