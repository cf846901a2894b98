"""A rule's condition as a small tree of our own: and, or, not over leaves of one field and one test.

pySigma parses rules and applies their modifiers; this turns its condition objects into values that can be compared,
reasoned about (`logic`) and written as SQL (`sql`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sigma.rule import SigmaRule

#: Wildcards inside a text: any number of characters, and exactly one.
MANY, ONE = True, False


class NotSupported(Exception):
    """Something that Sigma knows and this runner does not; says what."""


@dataclass(frozen=True, slots=True)
class Text:
    """The whole value is this text; wildcards are `MANY` and `ONE`. Letters' case counts only when `cased`."""

    parts: tuple[str | bool, ...]
    cased: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression is found in the value; `flags` of i, m, s."""

    regex: str
    flags: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    """The value is an address of this network (CIDR)."""

    cidr: str


@dataclass(frozen=True, slots=True)
class Compared:
    """The value is a number, and `<`, `<=`, `>` or `>=` this one."""

    sign: str
    number: float


@dataclass(frozen=True, slots=True)
class TimePart:
    """The value is a time, and its minute, hour, day, week, month or year is this."""

    part: str
    number: int


@dataclass(frozen=True, slots=True)
class Filled:
    """There is a value at all."""


@dataclass(frozen=True, slots=True)
class SameAs:
    """The value is that of another field, or starts or ends with it, or has it inside."""

    field: str
    starts: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """A placeholder that nobody gave values for."""

    name: str


Test = Text | Pattern | Network | Compared | TimePart | Filled | SameAs | Missing


@dataclass(frozen=True, slots=True)
class Leaf:
    """One test on one field; without a field, on every value of the event (a keyword)."""

    field: str | None
    test: Test


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them."""

    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not that."""

    arg: Node


Node = Leaf | And | Or | Not


_DASHES = str.maketrans({"–": "-", "—": "-"})


def as_operation(test: Test) -> Test:
    """A rule's name of an operation, written as the kit writes them: no full stop at its end, plain dashes."""
    if not isinstance(test, Text) or not test.parts:
        return test
    parts = [part.translate(_DASHES) if isinstance(part, str) else part for part in test.parts]
    if isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip(" .") or parts[-1]
    return Text(tuple(parts), test.cased)


def leaves(node: Node) -> list[Leaf]:
    """Every leaf, in order."""
    match node:
        case Leaf():
            return [node]
        case Not(arg):
            return leaves(arg)
        case And(args) | Or(args):
            return [leaf for arg in args for leaf in leaves(arg)]


def fields_of(node: Node) -> list[str]:
    """Every field that the condition names, once, as it is written."""
    named = [leaf.field for leaf in leaves(node) if leaf.field is not None]
    named += [leaf.test.field for leaf in leaves(node) if isinstance(leaf.test, SameAs)]
    return list(dict.fromkeys(named))


def replaced(node: Node, gone: Collection[Test]) -> Node:
    """The condition with these tests as if nobody had given their values."""
    match node:
        case Leaf(name, test):
            return Leaf(name, Missing("")) if test in gone else node
        case Not(arg):
            return Not(replaced(arg, gone))
        case And(args):
            return And(tuple(replaced(arg, gone) for arg in args))
        case Or(args):
            return Or(tuple(replaced(arg, gone) for arg in args))


def condition_of(rule: SigmaRule, placeholders: dict[str, list[str]]) -> Node:
    """The rule's condition; several conditions are alternatives.

    Raises pySigma's SigmaError for a condition that does not parse, NotSupported for what this runner lacks.
    """
    parsed = [_node(one.parsed, placeholders) for one in rule.detection.parsed_condition]
    return parsed[0] if len(parsed) == 1 else Or(tuple(parsed))


def _node(item: Any, placeholders: dict[str, list[str]]) -> Node:
    from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR

    match item:
        case ConditionAND():
            return And(tuple(_node(arg, placeholders) for arg in item.args))
        case ConditionOR():
            return Or(tuple(_node(arg, placeholders) for arg in item.args))
        case ConditionNOT():
            return Not(_node(item.args[0], placeholders))
        case None:
            raise NotSupported("a condition with nothing in it")
    return _leaf(getattr(item, "field", None), item.value, placeholders)


def _leaf(name: str | None, value: Any, placeholders: dict[str, list[str]]) -> Node:
    from sigma import types

    match value:
        case types.SigmaExpansion():
            return Or(tuple(_leaf(name, one, placeholders) for one in value.values))
        case types.SigmaNull():
            return Not(Leaf(name, Filled()))
        case types.SigmaExists():
            return Leaf(name, Filled()) if value.exists else Not(Leaf(name, Filled()))
        case types.SigmaString():
            return _texts(name, value, placeholders)
        case types.SigmaRegularExpression():
            return _patterns(name, value, placeholders)
    return Leaf(name, _test(value))


def _test(value: Any) -> Test:
    from sigma import types

    match value:
        case types.SigmaBool():
            return Text((str(value.boolean).lower(),))
        case types.SigmaTimestampPart():
            return TimePart(value.timestamp_part.name.lower(), int(value.number))
        case types.SigmaNumber():
            return Text((str(value),))
        case types.SigmaCIDRExpression():
            return Network(str(value.network))
        case types.SigmaCompareExpression() if value.op.name in _SIGNS:
            return Compared(_SIGNS[value.op.name], float(value.number.number))
        case types.SigmaFieldReference():
            return SameAs(value.field, value.starts_with, value.ends_with)
    raise NotSupported(f"values of the kind {type(value).__name__}")


_SIGNS = {"LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}


def _texts(name: str | None, value: Any, placeholders: dict[str, list[str]]) -> Node:
    from sigma.types import SigmaCasedString

    cased = isinstance(value, SigmaCasedString)
    found = [_text(one.s, cased=cased) for one in _filled_in(value, placeholders)]
    leaves = [Leaf(name, test) for test in found]
    if Text((), cased) in found and name is not None:  # an empty value and none look alike in many exports
        return Or((*leaves, Not(Leaf(name, Filled()))))
    return leaves[0] if len(leaves) == 1 else Or(tuple(leaves))


def _patterns(name: str | None, value: Any, placeholders: dict[str, list[str]]) -> Node:
    flags = "".join(sorted(value.sigma_to_re_flag[flag] for flag in value.flags))
    made: list[Node] = []
    for one in _filled_in(value.regexp, placeholders):
        parts = _text(one.s, cased=True)
        regex = "".join("*?"[part is ONE] if isinstance(part, bool) else part for part in getattr(parts, "parts", ()))
        made.append(Leaf(name, parts if isinstance(parts, Missing) else Pattern(regex, flags)))
    return made[0] if len(made) == 1 else Or(tuple(made))


def _filled_in(value: Any, placeholders: dict[str, list[str]]) -> list[Any]:
    """The text once for every value of its placeholders; a placeholder without values stays in it."""
    from sigma.types import SigmaString

    given = {name: [SigmaString(text) for text in texts] for name, texts in placeholders.items()}
    return list(value.replace_placeholders(lambda one: iter(given.get(one.name.lower()) or [one])))


def _text(parts: list[Any], *, cased: bool) -> Text | Missing:
    from sigma.types import Placeholder, SpecialChars

    made: list[str | bool] = []
    for part in parts:
        if isinstance(part, Placeholder):
            return Missing(part.name)
        kind = {SpecialChars.WILDCARD_MULTI: MANY, SpecialChars.WILDCARD_SINGLE: ONE}.get(part, part)
        if isinstance(kind, str) and made and isinstance(made[-1], str):
            made[-1] += kind
        elif not (kind is MANY and made and made[-1] is MANY):
            made.append(kind)
    return Text(tuple(made), cased)
