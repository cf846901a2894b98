"""One rule's condition as SQL: over shapes, where it may stay open, and over candidate events, where it is decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import duckdb

from o365nb.sigma import sql
from o365nb.sigma.conditions import (
    MANY,
    And,
    Filled,
    Leaf,
    Missing,
    Network,
    Node,
    Not,
    NotSupported,
    Or,
    Pattern,
    SameAs,
    Test,
    Text,
    as_operation,
    leaves,
)
from o365nb.sigma.fields import Column, Constant, FieldMap, LogSource, Place, Property, literal

_OPEN = "CAST(NULL AS BOOLEAN)"  # not known yet: SQL's own third truth value


@dataclass(slots=True)
class Condition:
    """A condition with the places of its fields. `keys` are its keywords, each with the table of rows that have it."""

    node: Node
    source: LogSource
    places: dict[str, tuple[Place, ...]]
    keys: dict[Test, str] = field(default_factory=dict)

    @classmethod
    def of(cls, node: Node, source: LogSource, fields: FieldMap, names: Sequence[str]) -> Condition:
        return cls(node, source, {name.lower(): fields.places(source, name) for name in names})

    def of_field(self, name: str) -> tuple[Place, ...]:
        return self.places.get(name.lower(), ())

    def single(self, name: str) -> str:
        """The one column behind a field, of which an event has one value (an operation's two spellings are one)."""
        places = self.of_field(name)
        columns = {place.name.removesuffix("_raw") for place in places if isinstance(place, Column) and not place.means}
        plain = all(isinstance(place, Column) and not place.means for place in places)
        return columns.pop() if len(columns) == 1 and plain else ""

    @property
    def settled(self) -> bool:
        """The shapes alone decide it."""
        return not any(
            isinstance(leaf.test, Network | SameAs)
            or leaf.field is None
            or not all(_on_shapes(place) for place in self.of_field(leaf.field))
            for leaf in leaves(self.node)
        )

    @property
    def columns(self) -> set[str]:
        """The columns beside the shape's that it reads."""
        every = [place for places in self.places.values() for place in places]
        return {place.name for place in every if isinstance(place, Column) and not place.shared}

    @property
    def properties(self) -> list[Property]:
        """The properties that it reads."""
        return [place for places in self.places.values() for place in places if isinstance(place, Property)]

    @property
    def keywords(self) -> list[Test]:
        """What is looked for in every value."""
        return list(dict.fromkeys(leaf.test for leaf in leaves(self.node) if leaf.field is None))


def on_shapes(condition: Condition) -> str:
    """SQL over `sigma_shapes t`: TRUE, FALSE, or NULL where the events themselves must be asked."""
    return _write(condition.node, lambda name, tests: _shape_leaf(condition, name, tests))


def on_events(condition: Condition, connection: duckdb.DuckDBPyConnection) -> str:
    """SQL over `sigma_rows c JOIN sigma_shapes t`, with `sigma_values` beside: TRUE or FALSE."""
    return _write(condition.node, lambda name, tests: _event_leaf(condition, name, tests, connection))


Writer = Callable[[str | None, Sequence[Test]], str]


def _write(node: Node, leaf: Writer) -> str:
    match node:
        case Leaf(name, test):
            return leaf(name, [test])
        case Not(arg):
            return f"NOT ({_write(arg, leaf)})"
        case And(args):
            return "(" + " AND ".join(_write(arg, leaf) for arg in args) + ")"
        case Or(args):
            fields: dict[str | None, list[Test]] = {}
            for arg in args:
                if isinstance(arg, Leaf):
                    fields.setdefault(arg.field and arg.field.lower(), []).append(arg.test)
            parts = [leaf(name, tests) for name, tests in fields.items()]
            parts += [_write(arg, leaf) for arg in args if not isinstance(arg, Leaf)]
            return "(" + " OR ".join(parts) + ")"


def _on_shapes(place: Place) -> bool:
    return isinstance(place, Constant) or (isinstance(place, Column) and place.shared)


def _shape_leaf(condition: Condition, name: str | None, tests: Sequence[Test]) -> str:
    told = [test for test in tests if not isinstance(test, Missing)]
    if name is None:
        return _OPEN
    plain = [test for test in told if not isinstance(test, Network | SameAs)]
    places = condition.of_field(name)
    parts = [_column_holds(place, plain, "t") for place in places if _on_shapes(place) and plain]
    if (len(plain) < len(told) and places) or any(isinstance(p, Column) and not p.shared for p in places):
        parts.append(_OPEN)
    # Where no event of a shape has the property, the answer is known.
    parts += [f"(t.shape IN ({_having(place)}) AND {_OPEN})" for place in places if isinstance(place, Property)]
    return _either(parts)


def _having(place: Property) -> str:
    name = literal(place.name.lower())
    test = f"starts_with(name, {name})" if place.prefix else f"name = {name}"
    return f"SELECT shape FROM sigma_names WHERE {test}"


def _event_leaf(
    condition: Condition, name: str | None, tests: Sequence[Test], connection: duckdb.DuckDBPyConnection
) -> str:
    told = [test for test in tests if not isinstance(test, Missing)]
    if name is None:
        return _either([f"c.row IN (SELECT row FROM {condition.keys[test]})" for test in told])
    places, parts = condition.of_field(name), []
    plain = [test for test in told if not isinstance(test, Network | SameAs)]
    if plain:
        parts += [_place_holds(place, plain) for place in places]
    networks = [test.cidr for test in told if isinstance(test, Network)]
    if networks and places:
        inside = _addresses(connection, bag(places), networks)
        parts.append(f"c.row IN (SELECT row FROM ({bag(places)}) AS b WHERE b.value IN (SELECT value FROM {inside}))")
    parts += [_same(places, condition.of_field(test.field), test) for test in told if isinstance(test, SameAs)]
    return _either(parts)


def _place_holds(place: Place, tests: Sequence[Test]) -> str:
    if isinstance(place, Property):
        passes = sql.any_of(tests, sql.property_value(place, "v"))
        return f"c.row IN (SELECT v.row FROM sigma_values AS v WHERE {sql.property_rows(place, 'v')} AND {passes})"
    return _column_holds(place, tests, "t" if isinstance(place, Column) and place.shared else "c")


def _column_holds(place: Place, tests: Sequence[Test], alias: str) -> str:
    if isinstance(place, Column) and place.name == "operation" and not place.means:
        tests = [as_operation(test) for test in tests]
    return sql.place_holds(place, tests, alias)


def bag(places: Sequence[Place]) -> str:
    """SQL: every value of a field, as (row, value)."""
    parts = []
    for place in places:
        match place:
            case Property():
                value = sql.property_value(place, "v").raw
                parts.append(
                    f"SELECT v.row, {value} AS value FROM sigma_values AS v WHERE {sql.property_rows(place, 'v')}"
                )
            case Column() if not place.means:
                value = sql.column(place, "t" if place.shared else "c").raw
                parts.append(f"SELECT c.row, {value} FROM sigma_rows AS c JOIN sigma_shapes AS t USING (shape)")
            case Column():
                parts += [
                    f"SELECT c.row, {literal(word)} FROM sigma_rows AS c JOIN sigma_shapes AS t USING (shape)"
                    f" WHERE {sql.column(place, 't' if place.shared else 'c').raw} = {literal(held)}"
                    for held, words in place.means
                    for word in words
                ]
            case Constant(text):
                parts.append(f"SELECT row, {literal(text)} FROM sigma_rows")
    empty = "SELECT CAST(NULL AS BIGINT) AS row, CAST(NULL AS VARCHAR) AS value WHERE FALSE"
    return " UNION ALL ".join([empty, *parts])


def _same(ours: Sequence[Place], theirs: Sequence[Place], test: SameAs) -> str:
    compare = {
        (False, False): "lower(a.value) = lower(b.value)",
        (True, False): "starts_with(lower(a.value), lower(b.value))",
        (False, True): "suffix(lower(a.value), lower(b.value))",
        (True, True): "contains(lower(a.value), lower(b.value))",
    }[test.starts, test.ends]
    return f"c.row IN (SELECT a.row FROM ({bag(ours)}) AS a JOIN ({bag(theirs)}) AS b ON a.row = b.row WHERE {compare})"


def _addresses(connection: duckdb.DuckDBPyConnection, values: str, cidrs: Sequence[str]) -> str:
    """A table of those values that are addresses of the networks; each distinct value is looked at once, in Python."""
    networks = [ip_network(cidr) for cidr in cidrs]
    found = connection.execute(f"SELECT DISTINCT value FROM ({values}) WHERE value IS NOT NULL").fetchall()
    inside = [text for (text,) in found if _within(text, networks)]
    name = f"sigma_addresses_{_next(connection)}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT unnest(CAST(? AS VARCHAR[])) AS value", [inside])
    return name


def _within(text: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return False
    return any(address in network for network in networks)


def _next(connection: duckdb.DuckDBPyConnection) -> int:
    connection.execute("CREATE TEMP SEQUENCE IF NOT EXISTS sigma_number")
    row = connection.execute("SELECT nextval('sigma_number')").fetchone()
    return int(row[0]) if row else 0


def _either(parts: Sequence[str]) -> str:
    return "FALSE" if not parts else parts[0] if len(parts) == 1 else "(" + " OR ".join(parts) + ")"


def keyword(test: Test) -> str:
    """SQL over `value`, all the texts of an event in one: a keyword is found anywhere in it."""
    everywhere = sql.Value("value", "lower(value)")
    match test:
        case Text(parts, cased):
            inside = Text((MANY, *parts, MANY), cased)
            return sql.holds(_tidy(inside), everywhere)
        case Pattern():
            return sql.holds(test, everywhere)
        case Missing() | Filled():
            return "FALSE"
    raise NotSupported("this kind of value without a field")


def _tidy(text: Text) -> Text:
    parts: list[str | bool] = []
    for part in text.parts:
        if not (part is MANY and parts and parts[-1] is MANY):
            parts.append(part)
    return Text(tuple(parts), text.cased)
