"""Tests as SQL over one value. DuckDB minds letters' case and never takes a number for a text; Sigma is the reverse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from o365nb.sigma.conditions import MANY, ONE, Compared, Filled, NotSupported, Pattern, Test, Text, TimePart
from o365nb.sigma.fields import Column, Constant, Place, Property, literal

_SPECIAL = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


@dataclass(frozen=True, slots=True)
class Value:
    """SQL for one value: as it stands, and in lower case."""

    raw: str
    lower: str


def column(place: Column, alias: str) -> Value:
    """A column's value as text."""
    raw = f'CAST({alias}."{place.name}" AS VARCHAR)'
    return Value(raw, f"lower({raw})")


def constant(text: str) -> Value:
    """A text of the map."""
    return Value(literal(text), literal(text.lower()))


def holds(test: Test, value: Value) -> str:
    """SQL that is TRUE when the value passes the test, else FALSE, never NULL."""
    match test:
        case Filled():
            return f"({value.raw} IS NOT NULL)"
        case Text():
            return f"coalesce({_text(test, value)}, FALSE)"
        case Pattern(regex, flags):
            return f"coalesce(regexp_matches({value.raw}, {literal(_with_flags(regex, flags))}), FALSE)"
        case Compared(sign, number):
            return f"coalesce(TRY_CAST({value.raw} AS DOUBLE) {sign} {number!r}, FALSE)"
        case TimePart(part, number):
            return f"coalesce(date_part('{part}', TRY_CAST({value.raw} AS TIMESTAMP)) = {number}, FALSE)"
    raise NotSupported(f"{type(test).__name__.lower()} here")


def any_of(tests: Sequence[Test], value: Value) -> str:
    """SQL that is TRUE when the value passes one of the tests; many whole texts become one IN."""
    plain = {_plain(test) for test in tests if _is_plain(test)}
    parts = [holds(test, value) for test in tests if not _is_plain(test) or len(plain) == 1]
    if len(plain) > 1:
        parts.append(f"coalesce({value.lower} IN ({', '.join(lowered(text) for text in sorted(plain))}), FALSE)")
    return _either(parts)


def _either(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else "(" + " OR ".join(parts) + ")"


def _is_plain(test: Test) -> bool:
    return isinstance(test, Text) and not test.cased and all(isinstance(part, str) for part in test.parts)


def _plain(test: Test) -> str:
    return "".join(str(part) for part in test.parts) if isinstance(test, Text) else ""


def lowered(text: str) -> str:
    """A text of a rule in lower case; letters beyond ASCII are lowered by the engine, as those of the evidence are."""
    return literal(text.lower()) if text.isascii() else f"lower({literal(text)})"


def _text(test: Text, value: Value) -> str:
    subject = value.raw if test.cased else value.lower
    said = literal if test.cased else lowered
    match test.parts:
        case ():
            return f"{subject} = ''"
        case (str(text),):
            return f"{subject} = {said(text)}"
        case (x,) if x is MANY:
            return f"{subject} IS NOT NULL"
        case (x, str(text), y) if x is MANY and y is MANY:
            return f"contains({subject}, {said(text)})"
        case (str(text), x) if x is MANY:
            return f"starts_with({subject}, {said(text)})"
        case (x, str(text)) if x is MANY:
            return f"suffix({subject}, {said(text)})"
    signs = "".join(
        part.translate(_SPECIAL) if isinstance(part, str) else "_" if part is ONE else "%" for part in test.parts
    )
    return f"{subject} LIKE {said(signs)} ESCAPE '\\'"


def _with_flags(regex: str, flags: str) -> str:
    # The dot stands for a line break only when asked for; Sigma's ^ and $ are those of the whole value.
    return f"(?{flags}){regex}" if flags else regex


def property_value(place: Property, alias: str) -> Value:
    """What a place makes of one property, given as columns `name` and `value`."""
    if place.says:
        return constant(place.says)
    name, value = f"{alias}.name", f"{alias}.value"
    bare = f"substr({name}, {len(place.name) + 1})" if place.prefix else name
    match place.part:
        case "pair":
            raw = f"({bare} || '=' || {value})"
        case "name":
            raw = f"regexp_replace({bare}, '\\.old$', '')"
        case _:
            raw = value
    return Value(raw, f"lower({raw})")


def property_rows(place: Property, alias: str) -> str:
    """SQL that picks the properties that a place reads."""
    name = literal(place.name.lower())
    test = f"starts_with({alias}.lower_name, {name})" if place.prefix else f"{alias}.lower_name = {name}"
    if place.part in ("new", "old"):
        test += f" AND {'NOT ' if place.part == 'new' else ''}suffix({alias}.lower_name, '.old')"
    return test


def meanings(place: Column, tests: Sequence[Test], alias: str) -> str:
    """A column in the words of rules: the values one of whose words passes a test."""
    own = column(place, alias).raw
    parts = [
        f"({own} IS NOT DISTINCT FROM {literal(held)} AND {_either([any_of(tests, constant(word)) for word in words])})"
        for held, words in place.means
    ]
    return _either(parts) if parts else "FALSE"


def place_holds(place: Place, tests: Sequence[Test], alias: str) -> str:
    """SQL for a column or a constant passing one of the tests."""
    match place:
        case Constant(text):
            return any_of(tests, constant(text))
        case Column():
            return meanings(place, tests, alias) if place.means else any_of(tests, column(place, alias))
    raise NotSupported("a property where a column is expected")
