"""Files read through a column map (`columns.py`): CSV or JSON of a shape that nobody has seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from o365nb.errors import BadEvidence
from o365nb.events.times import DateOrder, date_order, iso_time
from o365nb.intake import csv_text, json_text
from o365nb.intake.base import Damaged, Item, Note, Origin, Shape
from o365nb.intake.columns import EPOCHS, FileMap, Source, load_maps, plain
from o365nb.intake.columns_fields import Target
from o365nb.intake.exchange_state import with_doubt
from o365nb.intake.forms import filled
from o365nb.intake.mapped_records import finished

Cells = dict[str, Any]


def mapped_name(one: FileMap) -> str:
    """What custody calls the shape of a file that was read through the map."""
    return f"mapped:{one.name}"


@dataclass(slots=True)
class _Said:
    """What is to be told of the file as a whole."""

    rest: Counter[str] = field(default_factory=Counter)
    unknown: dict[str, Counter[str]] = field(default_factory=dict)
    twice: int = 0
    zoneless: int = 0
    doubts: set[str] = field(default_factory=set)


class MappedShape(Shape):
    """One map of an analyst's, as a shape. It is found by its map, never by itself."""

    def __init__(self, one: FileMap) -> None:
        self.map = one
        self.name = mapped_name(one)
        self.title = f"the column map {one.name}"
        self.used = {plain(column) for source in one.fields.values() for column in source.columns}
        self.used |= {column.partition(".")[0] for column in self.used}  # an object of which a part is used

    def recognise(self, text: str) -> float:
        return 1.0 if self.map.fits("", columns_of(text)) else 0.0

    def checked(self, path: str, text: str) -> None:
        """Raises BadEvidence when the file lacks a column that the map must have."""
        columns = columns_of(text)
        have = {plain(column) for column in columns}
        for target, source in self.map.fields.items():
            wanted = [column for column in source.columns if plain(column) not in have]
            if target.named and source.columns and len(wanted) == len(source.columns):
                named = ", ".join(column[:40] for column in columns[:8])
                problem = f"the column map {self.map.name} takes {target.name} from {wanted[0]!r}, which it lacks"
                raise BadEvidence(path, f"{problem} (it has {named})", "Mend the map, or its files and headers")

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        said = _Said()
        orders = self._orders(text, origin)
        said.doubts |= {order.doubt for order in orders.values() if order.doubt}
        items = self._items(text, origin, orders, said)
        yield from with_doubt(items, origin) if self.map.kind == "inbox_rule" else items
        yield from _notes(said)

    def _items(self, text: str, origin: Origin, orders: dict[str, DateOrder], said: _Said) -> Iterator[Item]:
        for row in _rows(text, origin):
            if isinstance(row, Damaged):
                yield row
            else:
                yield from self._record(*row, orders, said)

    def _orders(self, text: str, origin: Origin) -> dict[str, DateOrder]:
        """In what order each time column without a format writes day and month: all of it tells, as in `CsvShape`."""
        columns = {
            source.columns[0]
            for target, source in self.map.fields.items()
            if target.kind == "time" and source.columns and not source.formats
        }
        return {
            column: date_order(
                str(_cell(row[1], column) or "") for row in _rows(text, origin) if not isinstance(row, Damaged)
            )
            for column in columns
        }

    def _record(self, line: int, cells: Cells, orders: dict[str, DateOrder], said: _Said) -> Iterator[Item]:
        data: dict[str, Any] = {}
        whole = any(target.name == "audit_data" for target in self.map.fields)
        for target, source in self.map.fields.items():
            value = _value(cells, target, source, orders, said)
            if filled(value):
                _put(data, target.place, value)
            elif target.always and not whole:
                shown = next((str(cell) for name in source.columns if filled(cell := _cell(cells, name))), "")
                what = f"{shown[:60]!r} is no {target.name}" if shown else f"it has no {target.name}"
                yield Damaged(line, what)
                return
        rest = [
            {"Name": name, "Value": cell}
            for name, cell in cells.items()
            if filled(cell) and plain(name) not in self.used
        ]
        said.rest.update(entry["Name"] for entry in rest)
        yield from finished(self.map.kind, line, data, rest)


def mapped_shape(name: str, path: str, written: bytes) -> MappedShape | None:
    """The shape of that name out of a map file kept in a case; None when this version cannot read it any more."""
    try:
        maps = load_maps(Path(path), written.decode("utf-8-sig"))
    except (BadEvidence, UnicodeDecodeError):
        return None
    return next((MappedShape(one) for one in maps if mapped_name(one) == name), None)


def columns_of(text: str) -> tuple[str, ...]:
    """The columns of a CSV file, or the keys of the first objects of a JSON file, from its beginning."""
    found = json_text.sample(text)
    if found:
        return tuple(dict.fromkeys(key for one in found for key in one))
    return csv_text.header(text)


def _rows(text: str, origin: Origin) -> Iterator[tuple[int, Cells] | Damaged]:
    if not json_text.sample(text[: 256 * 1024]):
        for row in csv_text.rows(origin.path, text):
            yield row.line, dict(row.cells)
        return
    for item in json_text.items(text):
        if isinstance(item, Damaged) or isinstance(item[1], dict):
            yield item
        else:
            yield Damaged(item[0], "not an object")


def _cell(cells: Cells, column: str) -> Any:
    """The cell of that column; in JSON, a name with dots may lead into objects."""
    if column in cells:
        return cells[column]
    wanted = plain(column)
    for name, cell in cells.items():
        if plain(name) == wanted:
            return cell
    return _inside(cells, column.split(".")) if "." in column else None


def _inside(value: Any, path: Iterable[str]) -> Any:
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _value(cells: Cells, target: Target, source: Source, orders: dict[str, DateOrder], said: _Said) -> Any:
    value = source.value if not source.columns else _first(cells, source)
    if isinstance(value, str):
        value = value.strip()
    if source.values and filled(value):
        word = plain(str(value))
        if word in source.values:
            value = source.values[word]
        elif source.otherwise is not None:
            value = source.otherwise
        else:
            said.unknown.setdefault(target.name, Counter())[str(value)] += 1
    elif not filled(value):
        value = source.otherwise
    if not filled(value):
        return None
    match target.kind:
        case "time":
            return _time(str(value), source, orders.get(source.columns[0]) if source.columns else None, said)
        case "number":
            text = str(value)
            return int(text) if text.removeprefix("-").isdecimal() and len(text) < 19 else None
        case "list":
            return _listed(value, source.separator)
        case "json":
            return value
        case _:
            return value if isinstance(value, (str, bool)) else str(value)


def _first(cells: Cells, source: Source) -> Any:
    for column in source.columns:
        value = _cell(cells, column)
        if source.opened and isinstance(value, str) and value.strip()[:1] in ("{", "["):
            try:
                value = json_text.loads(value)
            except ValueError:
                continue
        value = _inside(value, source.path) if source.path else value
        if filled(value):
            return value
    return None


def _listed(value: Any, separator: str) -> list[Any]:
    if isinstance(value, list):
        return [entry for entry in value if filled(entry)]
    if not separator:
        return [str(value)]
    return [entry.strip() for entry in str(value).split(separator) if entry.strip()]


def _time(written: str, source: Source, order: DateOrder | None, said: _Said) -> str | None:
    """ISO 8601 UTC. A time that says no zone is in the map's; in the hour that comes twice, the first."""
    for form in source.formats:
        if form in EPOCHS:
            return _since_1970(written, EPOCHS[form])
        try:
            return _in_zone(datetime.strptime(written, form), source.zone, said)  # noqa: DTZ007 - the zone comes next
        except ValueError:
            continue
    iso = None if source.formats else iso_time(written, day_first=bool(order and order.day_first))
    if iso is None or _says_zone(written):
        return iso
    return _in_zone(datetime.fromisoformat(iso).replace(tzinfo=None), source.zone, said)


def _since_1970(written: str, unit: int) -> str | None:
    try:
        return datetime.fromtimestamp(float(written) / unit, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def _says_zone(written: str) -> bool:
    text = written.strip().upper()
    return text.endswith(("Z", "UTC", "GMT")) or "/DATE(" in text or "+" in text[10:] or "-" in text[10:]


def _in_zone(moment: datetime, zone: str, said: _Said) -> str | None:
    if moment.tzinfo is None:
        said.zoneless += not zone
        named = ZoneInfo(zone or "UTC")
        moment = moment.replace(tzinfo=named)
        said.twice += moment.utcoffset() != moment.replace(fold=1).utcoffset()
    try:
        return moment.astimezone(UTC).isoformat()
    except (OverflowError, ValueError):
        return None


def _put(data: dict[str, Any], place: tuple[str | int, ...], value: Any) -> None:
    """Set what lies at a place, making the objects and lists on the way."""
    here: Any = data
    for part, following in zip(place, (*place[1:], None), strict=True):
        made: Any = value if following is None else [{}] if isinstance(following, int) else {}
        if isinstance(part, int):
            if following is None:
                here[part] = value
            here = here[part]
        else:
            here = here.setdefault(part, made)


def _notes(said: _Said) -> Iterator[Note]:
    if said.rest:
        named = ", ".join(name[:40] for name, _ in said.rest.most_common(12))
        yield Note(f"Columns that the map does not name are kept beside the rest: {named}.")
    for name, words in said.unknown.items():
        shown = ", ".join(word[:40] for word, _ in words.most_common(3))
        yield Note(f"{words.total()} values of {name} are not in the map ({shown}): taken as they stand.", limits=True)
    if said.twice:
        yield Note(f"{said.twice} times lie in the hour that comes twice when clocks go back: taken as the first.")
    if said.zoneless:
        yield Note("Its times say no zone, nor does the map: taken as UTC.", limits=True)
    for doubt in sorted(said.doubts):
        yield Note(f"It cannot be told in what order the file writes day and month: {doubt}.", limits=True)
