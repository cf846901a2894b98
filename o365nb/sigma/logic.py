"""What can be said of a condition before any event is read: can it hold at all, and can it hold without some fields?

The condition is opened into its alternatives (disjunctive normal form); with too many of them it counts as possible.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from o365nb.sigma.conditions import MANY, And, Filled, Leaf, Missing, Node, Not, Or, Text, as_operation

#: More leaves than this, over all alternatives, are not followed: the rule is run instead.
MOST = 20_000

#: One alternative: leaves that must hold and leaves that must not.
Alternative = frozenset[tuple[Leaf, bool]]


class _TooMany(Exception):
    """The condition has more alternatives than are followed."""


def possible(node: Node, absent: Collection[str] = (), single: Callable[[str], str] = lambda _: "") -> bool:
    """Can any event make the condition true when the `absent` fields never have a value?

    `single` names the column behind a field of which an event has one value at most, so that it cannot be two texts.
    """
    missing = {name.lower() for name in absent}
    try:
        return any(_holds(one, missing, single) for one in _alternatives(node, wanted=True))
    except _TooMany:
        return True


def needed(node: Node, absent: Collection[str]) -> list[str]:
    """Those of the `absent` fields without which the condition cannot hold, each by itself; all, if only together."""
    alone = [name for name in absent if not possible(node, [name])]
    return alone or list(absent)


def _alternatives(node: Node, *, wanted: bool) -> list[Alternative]:
    match node:
        case Leaf():
            return [frozenset({(node, wanted)})]
        case Not(arg):
            return _alternatives(arg, wanted=not wanted)
        case And(args) | Or(args):
            every = [_alternatives(arg, wanted=wanted) for arg in args]
            return _all_of(every) if isinstance(node, And) == wanted else _any_of(every)


def _any_of(every: list[list[Alternative]]) -> list[Alternative]:
    together = list(dict.fromkeys(one for group in every for one in group))
    _bounded(sum(map(len, together)))
    return together


def _all_of(every: list[list[Alternative]]) -> list[Alternative]:
    made: list[Alternative] = [frozenset()]
    for group in every:
        _bounded(len(group) * sum(map(len, made)) + len(made) * sum(map(len, group)))
        made = list(dict.fromkeys(one | other for one in made for other in group))
    return made


def _bounded(leaves: int) -> None:
    if leaves > MOST:
        raise _TooMany


def _holds(one: Alternative, missing: set[str], single: Callable[[str], str]) -> bool:
    texts: dict[str, set[Text]] = {}
    for leaf, wanted in one:
        if (leaf, not wanted) in one:
            return False
        if isinstance(leaf.test, Missing) and wanted:
            return False
        if leaf.field is None:
            continue
        gone = leaf.field.lower() in missing
        if wanted and gone:
            return False
        if wanted and isinstance(leaf.test, Text) and (column := single(leaf.field)):
            test = as_operation(leaf.test) if column == "operation" else leaf.test
            if isinstance(test, Text):
                texts.setdefault(column, set()).add(test)
        if not wanted and isinstance(leaf.test, Filled) and any(_asks(other, leaf.field) for other, yes in one if yes):
            return False
    return all(_agree(group) for group in texts.values())


def _asks(leaf: Leaf, field: str) -> bool:
    return leaf.field is not None and leaf.field.lower() == field.lower()


def _agree(texts: set[Text]) -> bool:
    """Can one value be all of these texts? Only whole texts decide; two patterns may always agree."""
    whole = [text for text in texts if all(isinstance(part, str) for part in text.parts)]
    if not whole:
        return True
    value = "".join(str(part) for part in whole[0].parts)
    return all(matches(text, value) for text in texts if text is not whole[0])


def matches(text: Text, value: str) -> bool:
    """Does this value pass the test? Said in Python, for what is known before a query."""
    regex = "".join(_regex(text))
    return re.fullmatch(regex, value, re.DOTALL | (0 if text.cased else re.IGNORECASE)) is not None


def _regex(text: Text) -> Iterator[str]:
    for part in text.parts:
        yield re.escape(part) if isinstance(part, str) else ".*" if part is MANY else "."
