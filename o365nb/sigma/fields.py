"""What a rule's log source and field names mean in the tables: `fields.yaml`, and a file that replaces parts of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from o365nb.errors import BadInput
from o365nb.events.schema import EVENTS

#: The columns of events that hold few different values: rules are asked of their distinct combinations first.
SHAPE = (
    *("source", "workload", "operation", "operation_raw", "actor_kind", "result", "error_code", "mfa", "token_type"),
    *("app_id", "app_name"),
)
_SECTIONS = ("logsources", "fields", "placeholders", "stand_ins", "noisy", "dead")
#: The words of the file for parts of a property.
_PARTS = {"property": "value", "new": "new", "old": "old", "pair": "pair", "name": "name"}
_LONGEST = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `events`; with `means`, what it holds in the words that rules use."""

    name: str
    means: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def shared(self) -> bool:
        """The column is part of an event's shape."""
        return self.name in SHAPE


@dataclass(frozen=True, slots=True)
class Property:
    """A property of events, or all whose name begins so. `says`: a fixed text in place of the value.

    `part`: value, new (not what stood before), old, pair (name=value), name (of the thing, without the prefix).
    """

    name: str
    prefix: bool = False
    part: str = "value"
    says: str = ""


@dataclass(frozen=True, slots=True)
class Constant:
    """The same text for every event."""

    text: str


Place = Column | Property | Constant


@dataclass(frozen=True, slots=True)
class LogSource:
    """Which events a rule is about: SQL over the shape's columns, or why none is."""

    name: str
    where: str
    groups: tuple[str, ...]
    why_not: str = ""


class FieldMap:
    """Names of rules → places in the tables. Lookups do not mind letters' case."""

    def __init__(self, data: dict[str, Any], told: str) -> None:
        self.told = told
        self._data = data
        self.placeholders = {
            str(name).lower(): [str(value) for value in _listed(values)]
            for name, values in data["placeholders"].items()
        }
        self.stand_ins = {str(text).lower() for text in data["stand_ins"]}
        self.noisy_share, self.noisy_hits = float(data["noisy"]["share"]), int(data["noisy"]["hits"])
        self.dead = {str(key).lower(): str(reason) for key, reason in data["dead"].items()}

    @cached_property
    def sources(self) -> dict[str, LogSource]:
        """Every log source of the map, by `product/service`."""
        return {name.lower(): _log_source(name, entry) for name, entry in self._data["logsources"].items()}

    @cached_property
    def _groups(self) -> dict[str, dict[str, tuple[Place, ...]]]:
        return {
            name: {str(field).lower(): _places(where, field) for field, where in group.items()}
            for name, group in self._data["fields"].items()
        }

    def source(self, product: str | None, service: str | None, category: str | None) -> LogSource:
        """The log source of a rule; one that the map does not know has its reason in `why_not`."""
        name = "/".join(part for part in (product, service or category) if part).lower()
        if name in self.sources:
            return self.sources[name]
        return LogSource(name, "", (), "no log source that the field map knows (docs/sigma.md lists them)")

    def places(self, source: LogSource, field: str) -> tuple[Place, ...]:
        """Where the values of a field are; () when the map does not have the name."""
        wanted = field.lower()
        for name in source.groups:
            group = self._groups.get(name, {})
            if wanted in group:
                return group[wanted]
        for name in source.groups:
            for pattern, places in self._groups.get(name, {}).items():
                if pattern.endswith("*") and wanted.startswith(pattern[:-1]):
                    return tuple(_completed(place, field[len(pattern) - 1 :]) for place in places)
        return ()


def load_fields(path: Path | None = None) -> FieldMap:
    """The map that ships, with what the file at `path` replaces. Raises BadInput for a file that is no such map."""
    data = yaml.load(files(__package__).joinpath("fields.yaml").read_text("utf-8"), _LOADER)  # noqa: S506 - safe loader
    if path is None:
        return FieldMap(data, "fields.yaml as shipped")
    own = _own(path)
    for section in ("logsources", "placeholders", "noisy", "dead"):
        data[section] = {**data[section], **(own.get(section) or {})}
    data["stand_ins"] = own.get("stand_ins") or data["stand_ins"]
    for name, group in (own.get("fields") or {}).items():
        lower = {str(field).lower() for field in group}
        standing = {k: v for k, v in data["fields"].get(name, {}).items() if str(k).lower() not in lower}
        data["fields"][name] = {**standing, **group}
    made = FieldMap(data, path.name)
    try:
        made.sources, made._groups  # noqa: B018, SLF001 - both are read once, so that a fault shows here
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None
    return made


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _own(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LONGEST:
            raise BadInput(f"{path}: larger than 2 MiB, so no map of fields. See docs/sigma.md for its form.")
        own = yaml.load(path.read_text("utf-8-sig"), _LOADER)  # noqa: S506 - safe loader
    except FileNotFoundError:
        raise BadInput(f"{path}: no such file. Copy o365nb/sigma/fields.yaml and edit the copy.") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"{path}: not YAML ({' '.join(str(error).split())[:200]}). Mend it.") from None
    if not isinstance(own, dict) or (unknown := [str(key) for key in own if key not in _SECTIONS]):
        told = f"unknown: {', '.join(unknown)}" if isinstance(own, dict) else "it is no mapping"
        raise BadInput(f"{path}: no map of fields ({told}). It may have {', '.join(_SECTIONS)}.")
    lists = {"stand_ins": (list, "list")}
    for key, value in own.items():
        kind, called = lists.get(key, (dict, "mapping"))
        if not isinstance(value, kind | None):
            raise BadInput(f"{path}: {key} must be a {called}. See docs/sigma.md for the form.")
    return own


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _completed(place: Place, rest: str) -> Place:
    """`property Parameters.*` for the field Parameters.ForwardTo is that one property."""
    if isinstance(place, Property) and place.prefix:
        return Property(place.name + rest, part=place.part, says=place.says)
    return place


def _places(where: Any, field: Any) -> tuple[Place, ...]:
    return tuple(_place(one, field) for one in _listed(where))


def _place(one: Any, field: Any) -> Place:
    match one:
        case {"column": str(name), "means": dict(means)}:
            words = tuple((str(key), tuple(str(word) for word in _listed(value))) for key, value in means.items())
            return _column(name, field, words)
        case {"property": str(name), "says": str(says)}:
            return Property(name.rstrip("*"), name.endswith("*"), "value", says)
        case str() if " " in one:
            kind, _, name = one.partition(" ")
            if kind in _PARTS:
                return Property(name.removesuffix("*"), name.endswith("*"), _PARTS[kind])
            if kind == "text":
                return Constant(name)
        case str():
            return _column(one, field)
    raise BadInput(
        f"field {field}: {one!r} is no place. Write a column, or property, new, old, pair, name or text and a NAME."
    )


def _column(name: str, field: Any, means: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> Column:
    if name not in EVENTS or EVENTS[name].endswith("[]"):
        raise BadInput(f"field {field}: events has no column {name!r} of single values.")
    return Column(name, means)


def _log_source(name: str, entry: Any) -> LogSource:
    match entry:
        case {"why_not": str(reason)}:
            return LogSource(name, "", (), reason)
        case {"events": list(alternatives), "fields": list(groups)}:
            where = " OR ".join(f"({_where(one, name)})" for one in alternatives)
            return LogSource(name, where or "FALSE", tuple(str(group) for group in groups))
    raise BadInput(f"log source {name}: say `events` and `fields`, or `why_not`.")


def _where(conditions: Any, name: str) -> str:
    if not isinstance(conditions, dict) or not conditions:
        raise BadInput(f"log source {name}: each of its events is a mapping of column: value.")
    parts = []
    for column, value in conditions.items():
        if column == "not":
            parts.append(f"NOT ({_where(value, name)})")
        elif column in SHAPE:
            parts.append("(" + " OR ".join(_equals(column, str(one)) for one in _listed(value)) + ")")
        else:
            raise BadInput(f"log source {name}: {column!r} is not one of {', '.join(SHAPE)}.")
    return " AND ".join(parts)


def _equals(column: str, value: str) -> str:
    said = literal(value.lower().removesuffix("*"))
    test = f"starts_with(lower({column}), {said})" if value.endswith("*") else f"lower({column}) = {said}"
    return f"coalesce({test}, FALSE)"


def literal(text: str) -> str:
    """Text as an SQL literal. A NUL ends DuckDB's statement, and no value of evidence that Parquet keeps has one."""
    return "'" + text.replace("\x00", "�").replace("'", "''") + "'"


def names_wanted(places: Iterable[Place]) -> set[tuple[str, bool]]:
    """The properties that places read: (lower-case name, whether it is a beginning)."""
    return {(place.name.lower(), place.prefix) for place in places if isinstance(place, Property)}
