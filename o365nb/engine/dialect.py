"""One SQL source for two engines: the subset of DuckDB's dialect that Spark answers alike, and its translation.

Three kinds of construct there are: what both say alike (most of it; sqlglot writes it Spark's way), what Spark says
differently and this module puts right (`to_spark`), and what cannot be put right or is not worth it (`faults`, which
a test holds over every statement that ships). Put right, because the plain translation differs without an error:

* `epoch(t)` keeps fractions of a second; `array_length` of NULL is NULL; text is lowered letter by letter;
* a backslash in LIKE is a backslash; in a regular expression `$` is the end of the text and `.` anything but `\\n`;
* `/` divides doubles; a cast to BIGINT rounds to the nearest, halves to even;
* `string_agg(x, s ORDER BY x)` for Spark before 4; unsaid places of NULL in ORDER BY (sqlglot).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import sqlglot
from sqlglot import exp

#: Letters whose lower case differs: Java looks at the neighbours (final sigma) and spells İ with two characters.
_LOWER_FROM, _LOWER_TO = "İΣ", "iσ"
#: Never in evidence as a wildcard's quote: LIKE has none in DuckDB, and a backslash in Spark.
_ESCAPE = "\x01"
_WHOLE_NUMBERS = ("BIGINT", "INT", "SMALLINT", "TINYINT")
#: Functions that differ without an error, or that only one engine has.
_REFUSED = {
    "date_diff": "it counts boundaries on one engine, whole units on the other: compare epoch()",
    "datediff": "it counts boundaries on one engine, whole units on the other: compare epoch()",
    "hash": "every engine has its own",
    "len": "it is the length of a text in Spark: array_length() or length()",
    "list": "its order is chance, and NULL stays on one engine only: unnest and group",
    "array_agg": "its order is chance, and NULL stays on one engine only: unnest and group",
    "list_aggregate": "only DuckDB has it",
    "time_bucket": "only DuckDB has it",
    "epoch_ms": "only DuckDB has it: epoch()",
    "isodow": "only DuckDB has it",
    "quantile_cont": "only DuckDB has it",
    "any_value": "which one is chance: min() or max()",
    "arg_max": "which of equals is chance: a window with a whole order",
    "arg_min": "which of equals is chance: a window with a whole order",
    "first": "which one is chance: min() or max()",
    "last": "which one is chance: min() or max()",
    "avg": "the last digits of a sum of doubles hang on its order",
    "random": "chance",
    "now": "the case has its own time",
    "current_date": "the case has its own time",
    "current_timestamp": "the case has its own time",
}
#: The same without brackets.
_BARE = {"current_date", "current_timestamp"}
#: What means the same in both kinds of regular expression: no classes by name, no word boundaries, no look-around.
_CLASS = re.compile(r"\[\^?[^\[\]\\]+\]")
_REGEX_REFUSED = re.compile(r"\\[a-zA-Z0-9]|\(\?|\[:|[*+?}]\+|&&")


@lru_cache(maxsize=1024)
def to_spark(sql: str, times: frozenset[int] = frozenset()) -> str:
    """A statement as Spark reads it. `times` are the places of those parameters (`?`) that are times."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    for place, parameter in enumerate(list(_in_order(tree, exp.Placeholder))):
        if place in times:
            parameter.replace(exp.cast(parameter.copy(), "TIMESTAMP", dialect="duckdb"))
    return tree.transform(_put_right).sql(dialect="spark")


def column_type(kind: str) -> str:
    """A column type of the schema as Spark writes it."""
    return exp.DataType.build(kind, dialect="duckdb").sql(dialect="spark")


def faults(sql: str) -> list[str]:
    """What in a statement lies outside the subset, in words; nothing for a statement that may ship."""
    words = sqlglot.tokenize(sql, read="duckdb")
    calls = {word.text.lower() for word, after in pairwise(words) if after.text == "("}
    calls |= {word.text.lower() for word in words} & _BARE
    found = [f"{name}: {why}" for name, why in _REFUSED.items() if name in calls]
    for node in sqlglot.parse_one(sql, read="duckdb").walk():
        found += _structure(node)
    return sorted(set(found))


def _structure(node: exp.Expr) -> Iterator[str]:
    if isinstance(node, exp.Bracket):
        yield "[n]: Spark fails where the list is shorter: list_contains(), or a column of its own"
    elif isinstance(node, exp.Window) and node.this.find(exp.Distinct):
        yield "distinct over a window: Spark refuses it, and it is quadratic: group first"
    elif isinstance(node, exp.GroupConcat) and not _ordered_by_itself(node):
        yield "string_agg that is not ordered by its own values: any other order has equals, and theirs is chance"
    elif isinstance(node, exp.Join) and node.args.get("method") == "ASOF":
        yield "ASOF JOIN: only DuckDB has it"
    elif isinstance(node, exp.Div) and not isinstance(node.expression, exp.Literal):
        yield "/: dividing by nothing is NULL or infinite on one engine, an error on the other: divide by a number"
    elif isinstance(node, exp.Limit) and not (node.parent or node).args.get("order"):
        yield "LIMIT without ORDER BY: which rows is chance"
    elif isinstance(node, exp.Explode) and not isinstance(node.parent, (exp.Select, exp.Alias)):
        yield "unnest inside an expression: Spark wants it alone; go on with it one SELECT further out"
    elif isinstance(node, (exp.RegexpLike, exp.RegexpExtract, exp.RegexpReplace)):
        yield from _regex(node)


def _ordered_by_itself(node: exp.GroupConcat) -> bool:
    order = node.this
    return isinstance(order, exp.Order) and [one.this for one in order.expressions] == [order.this]


def _regex(node: exp.Expr) -> Iterator[str]:
    pattern = node.expression
    if not isinstance(pattern, exp.Literal):
        yield "a regular expression that is worked out: it cannot be translated; write it down"
    elif _REGEX_REFUSED.search(_CLASS.sub("x", pattern.this.replace("\\\\", ""))):
        yield f"a regular expression beyond the plain ones: {pattern.this}"
    if isinstance(node, exp.RegexpReplace) and not str(getattr(pattern, "this", "")).startswith("^"):
        yield "regexp_replace that is not bound to the start: one engine replaces the first, the other all"


def _in_order(tree: exp.Expr, kind: type[exp.Expr]) -> Iterator[exp.Expr]:
    """Nodes in the order in which they stand in the text."""
    return (node for node in tree.dfs() if isinstance(node, kind))


def _put_right(node: exp.Expr) -> exp.Expr:
    made = node
    match node:
        case exp.TimeToUnix():
            micros = exp.func("unix_micros", exp.cast(node.this, "TIMESTAMPLTZ"), dialect="spark")
            made = exp.paren(exp.Div(this=exp.cast(micros, "DOUBLE"), expression=exp.Literal.number("1e6")))
        case exp.ArraySize():
            made = exp.Anonymous(this="array_size", expressions=[node.this])
        case exp.Lower():
            letters = [exp.Literal.string(_LOWER_FROM), exp.Literal.string(_LOWER_TO)]
            if not isinstance(node.this, exp.Literal) and not node.find(exp.Translate):
                node.set("this", exp.Anonymous(this="translate", expressions=[node.this, *letters]))
        case exp.Like() | exp.ILike() if not isinstance(node.parent, exp.Escape):
            made = _like(node)
        case exp.RegexpLike() | exp.RegexpExtract() | exp.RegexpReplace():
            node.set("expression", exp.Literal.string(java_pattern(node.expression.this)))
        case exp.Div() if not isinstance(node.this, exp.Cast):
            node.set("this", exp.cast(node.this, "DOUBLE"))
            node.set("expression", exp.cast(node.expression, "DOUBLE"))
        case exp.Cast() if node.to.this.name in _WHOLE_NUMBERS and not isinstance(node, exp.TryCast):
            node.set("this", _nearest(node.this))
        case exp.GroupConcat():
            made = _joined(node)
    return made


def _nearest(value: exp.Expr) -> exp.Expr:
    return value if isinstance(value, exp.Null) else exp.Anonymous(this="rint", expressions=[exp.cast(value, "DOUBLE")])


def _like(node: exp.Expr) -> exp.Expr:
    if not isinstance(node.expression, exp.Literal):
        quote, twice = exp.Literal.string(_ESCAPE), exp.Literal.string(_ESCAPE * 2)
        node.set("expression", exp.Anonymous(this="replace", expressions=[node.expression, quote, twice]))
    return exp.Escape(this=node.copy(), expression=exp.Literal.string(_ESCAPE))


def java_pattern(pattern: str) -> str:
    """A plain regular expression of RE2 as Java reads it alike: one line end, `$` at the very end of the text."""
    out, inside = ["(?d)"], False
    for part in re.findall(r"\\.|.", pattern, re.DOTALL):
        if inside:
            out.append("\\[" if part == "[" else part)
            inside = part != "]"
        else:
            out.append("\\z" if part == "$" else part)
            inside = part == "["
    return "".join(out)


def _joined(node: exp.GroupConcat) -> exp.Expr:
    """`string_agg(x, s ORDER BY x)`; NULL of nothing, as in DuckDB."""
    value = node.this.this if isinstance(node.this, exp.Order) else node.this
    collected = exp.Anonymous(this="array_sort", expressions=[exp.Anonymous(this="collect_list", expressions=[value])])
    text = exp.Anonymous(this="array_join", expressions=[collected, node.args["separator"]])
    return exp.Case(
        ifs=[exp.If(this=exp.GT(this=exp.Count(this=value.copy()), expression=exp.Literal.number(0)), true=text)]
    )
