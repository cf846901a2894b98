"""The column map file: how an analyst brings a shape that nobody has seen, without code (docs/exports.md).

    maps:
      - name: vpn-portal
        kind: sign_in
        files: ["*.csv"]                  # and, or
        headers: [Zeitpunkt, Benutzer]    # columns that the file must have
        zone: Europe/Berlin               # of times that say none
        fields:
          time: {column: Zeitpunkt, format: "%d.%m.%Y %H:%M"}
          user: Benutzer
          result_code: {column: Ergebnis, values: {Erfolg: 0}, otherwise: 1}
          country: {column: Ort, path: land}
          interactive: {value: true}

A mistake in it is told with file, line and mend, before any evidence is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from o365nb.errors import BadEvidence
from o365nb.intake.columns_fields import Target, fields, kinds

#: Lying in the evidence folder under one of these names, a map is used without being named.
NAMES = ("columns.yaml", "columns.yml")
#: Times as numbers: seconds and milliseconds since 1970.
EPOCHS = {"epoch": 1, "epoch_ms": 1000}
_LARGEST = 1024 * 1024
_MAP_KEYS = ("name", "kind", "files", "headers", "zone", "fields")
_SOURCE_KEYS = ("column", "columns", "value", "path", "json", "values", "otherwise", "format", "zone", "list")
_WRITE = "docs/exports.md shows how a map is written; `o365nb columns FILE` writes a first one"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field comes from: the first of `columns` that says anything, or a constant."""

    columns: tuple[str, ...] = ()
    value: Any = None
    path: tuple[str, ...] = ()
    opened: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    otherwise: Any = None
    formats: tuple[str, ...] = ()
    zone: str = ""
    separator: str = ""


@dataclass(frozen=True, slots=True)
class FileMap:
    """Which files a map is for, and what they hold."""

    name: str
    kind: str
    files: tuple[str, ...]
    headers: tuple[str, ...]
    fields: dict[Target, Source]

    def fits(self, name: str, columns: tuple[str, ...]) -> bool:
        """Whether it is for the file of that name inside the evidence, with these columns."""
        last = PurePosixPath(name.replace("!", "/")).name
        named = not self.files or any(fnmatchcase(given, glob) for glob in self.files for given in (name, last))
        return named and {plain(header) for header in self.headers} <= {plain(column) for column in columns}


def plain(column: str) -> str:
    """A column's name as it is compared: without capitals, and blanks around it."""
    return column.strip().casefold()


def load_maps(path: Path, text: str | None = None) -> list[FileMap]:
    """The maps of a file (`text`, where it was read already). Raises BadEvidence with the line of what is wrong."""
    reader = _Reader(path)
    entries = reader.pairs(reader.root(text), ("maps",), "a column map file")
    listed = {name: value for name, _, value in entries}.get("maps")
    maps = [reader.file_map(node) for node in reader.items(listed, "maps")]
    if not maps:
        raise BadEvidence(path, "there is no map in it", _WRITE)
    names = [one.name for one in maps]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise BadEvidence(path, f"two maps are called {twice}", "Give each a name of its own")
    return maps


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one map file; every complaint names its line."""

    path: Path

    def root(self, text: str | None) -> Any:
        import yaml

        try:
            if text is None:
                if self.path.stat().st_size > _LARGEST:
                    raise BadEvidence(self.path, "it is larger than any column map", _WRITE)
                text = self.path.read_text("utf-8-sig")
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except FileNotFoundError:
            raise BadEvidence(self.path, "there is no such file", "Give the path of the column map") from None
        except (UnicodeDecodeError, OSError) as error:
            raise BadEvidence(self.path, f"it cannot be read ({error})", "Save it as UTF-8 text") from None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else None
            raise BadEvidence(self.path, f"it is not YAML: {error.problem}", _WRITE, line) from None
        except (yaml.YAMLError, RecursionError) as error:
            raise BadEvidence(self.path, f"it is not YAML: {type(error).__name__}", _WRITE) from None

    def wrong(self, node: Any, problem: str, mend: str = _WRITE) -> BadEvidence:
        mark = getattr(node, "start_mark", None)
        return BadEvidence(self.path, problem, mend, mark.line + 1 if mark else None)

    def file_map(self, node: Any) -> FileMap:
        said = {name: value for name, _, value in self.pairs(node, _MAP_KEYS, "a map")}
        for name in ("name", "kind", "fields"):
            if name not in said:
                raise self.wrong(node, f"the map has no {name}")
        name, kind = self.text(said["name"], "name"), self.text(said["kind"], "kind")
        if not _NAME.fullmatch(name):
            raise self.wrong(said["name"], f"{name[:60]!r} is no name for a map", "Use letters, digits, dot and dash")
        if kind not in kinds():
            raise self.wrong(said["kind"], f"{kind!r} is no kind of record", _nearest(kind, kinds(), "Kinds are"))
        files = tuple(self.text(item, "files") for item in self.items(said.get("files"), "files"))
        headers = tuple(self.text(item, "headers") for item in self.items(said.get("headers"), "headers"))
        if not files and not headers:
            raise self.wrong(node, "the map does not say which files it is for", "Give files, headers, or both")
        zone = self.zone(said["zone"]) if "zone" in said else ""
        return FileMap(name, kind, files, headers, self.fields(kind, said["fields"], zone))

    def fields(self, kind: str, node: Any, zone: str) -> dict[Target, Source]:
        known = fields(kind)
        found = {}
        for name, at, value in self.pairs(node, tuple(known), f"the kind {kind}"):
            found[known[name]] = self.source(known[name], at, value, zone)
        missing = [target.name for target in known.values() if target.named and target not in found]
        if missing and known.get("audit_data") not in found:  # AuditData says all of it itself
            lacking = f"the map does not say where {', '.join(missing)} comes from"
            raise self.wrong(node, lacking, "Add it to fields")
        return found

    def source(self, target: Target, at: Any, node: Any, zone: str) -> Source:
        import yaml

        if isinstance(node, yaml.ScalarNode):
            return Source((self.text(node, target.name),), zone=zone, opened=target.kind == "json")
        said = {name: value for name, _, value in self.pairs(node, _SOURCE_KEYS, f"the field {target.name}")}
        if sum(name in said for name in ("column", "columns", "value")) != 1:
            raise self.wrong(at, f"{target.name} needs one of column, columns and value")
        for name, kind in (("format", "time"), ("zone", "time"), ("list", "list")):
            if name in said and target.kind != kind:
                raise self.wrong(said[name], f"{target.name} is no {kind}: {name} means nothing there", "Leave it out")
        columns = [*([said["column"]] if "column" in said else []), *self.items(said.get("columns"), "columns")]
        path = self.text(said["path"], "path") if "path" in said else ""
        words = self.pairs(said["values"], (), "values") if "values" in said else []
        return Source(
            tuple(self.text(column, "column") for column in columns),
            self.scalar(said["value"]) if "value" in said else None,
            tuple(path.split(".")) if path else (),
            bool(path) or target.kind == "json" or ("json" in said and self.scalar(said["json"]) is True),
            {plain(word): self.scalar(value) for word, _, value in words},
            self.scalar(said["otherwise"]) if "otherwise" in said else None,
            tuple(self.format(item) for item in self.items(said.get("format"), "format")),
            self.zone(said["zone"]) if "zone" in said else zone,
            self.text(said["list"], "list") if "list" in said else "",
        )

    def pairs(self, node: Any, known: tuple[str, ...], where: str) -> list[tuple[str, Any, Any]]:
        """Names, where they stand, and their values; every name is one of `known` and stands once."""
        import yaml

        if not isinstance(node, yaml.MappingNode):
            raise self.wrong(node, f"names and their values are expected in {where}")
        found: list[tuple[str, Any, Any]] = []
        for key, value in node.value:
            name = self.text(key, where)
            if known and name not in known:
                raise self.wrong(key, f"{where} has no {name[:60]!r}", _nearest(name, known, "There are"))
            if name in [other for other, _, _ in found]:
                raise self.wrong(key, f"{name} stands twice in {where}", "Keep one of the two")
            found.append((name, key, value))
        return found

    def items(self, node: Any, where: str) -> Iterator[Any]:
        """The entries of a list; a single value is a list of one."""
        import yaml

        if isinstance(node, yaml.SequenceNode):
            yield from node.value
        elif node is not None:
            yield node

    def text(self, node: Any, where: str) -> str:
        import yaml

        if not isinstance(node, yaml.ScalarNode) or not str(node.value).strip(" "):
            raise self.wrong(node, f"a word is expected for {where}")
        return str(node.value)

    def scalar(self, node: Any) -> Any:
        """A constant: text, number, true or false."""
        import yaml

        if not isinstance(node, yaml.ScalarNode):
            raise self.wrong(node, "one word or number is expected")
        value = yaml.SafeLoader("").construct_object(node)
        return value if isinstance(value, (str, int, float, bool)) or value is None else str(node.value)

    def zone(self, node: Any) -> str:
        name = self.text(node, "zone")
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise self.wrong(node, f"{name!r} is no time zone", "Write it as Europe/Berlin or UTC") from None

    def format(self, node: Any) -> str:
        """How times are written: epoch, epoch_ms, or the signs of strptime."""
        written, probe = self.text(node, "format"), datetime(2026, 11, 17, 8, 41, 30, tzinfo=UTC)
        if written in EPOCHS:
            return written
        try:
            read = datetime.strptime(probe.strftime(written), written)  # noqa: DTZ007 - only whether it can be read
        except (ValueError, re.error):
            raise self.wrong(node, f"{written!r} is no time format", 'Write it as "%d.%m.%Y %H:%M:%S"') from None
        if (read.year, read.month, read.day) != (2026, 11, 17):
            mend = 'It needs %Y, %m and %d, as in "%d.%m.%Y %H:%M:%S"'
            raise self.wrong(node, f"{written!r} does not say which day it was", mend)
        return written


def _nearest(name: str, known: tuple[str, ...] | list[str], all_of: str) -> str:
    close = get_close_matches(name, known, 1, 0.6)
    return f"Did you mean {close[0]}?" if close else f"{all_of} {', '.join(known)}"
