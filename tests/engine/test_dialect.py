"""The subset of SQL that both engines answer alike: every statement that ships keeps to it."""

import pytest

from o365nb import detections, investigate
from o365nb.detections.primitives import PRIMITIVES
from o365nb.engine import Engine
from o365nb.engine.dialect import faults, java_pattern, to_spark
from o365nb.progress import Progress

QUERIES = {**{one.slug: one.query() for one in detections.all()}, **PRIMITIVES}


class Noting:
    """The case's own DuckDB, and a note of every statement that it is given."""

    def __init__(self, inner):
        self.inner, self.statements = inner, set()

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def ask(self, sql, parameters=()):
        self.statements.add(sql)
        return self.inner.ask(sql, parameters)

    def derive(self, name, select):
        self.statements.add(select)
        self.inner.derive(name, select)


@pytest.mark.parametrize("name", QUERIES)
def test_every_detection_keeps_to_the_subset(name):
    assert faults(QUERIES[name]) == []


def test_every_statement_of_the_analysis_keeps_to_the_subset(practice_copy):
    case = practice_copy("aitm")
    with Engine(case) as engine:
        engine.backend = Noting(engine.backend)
        investigate.assess(case, engine, Progress())
        statements = engine.backend.statements
    assert len(statements) > len(QUERIES) + 40
    assert {sql: found for sql in statements if (found := faults(sql))} == {}


@pytest.mark.parametrize(
    ("sql", "because"),
    [
        ("SELECT date_diff('day', a, b) FROM t", "date_diff"),
        ("SELECT hash(a) FROM t", "hash"),
        ("SELECT len(a) FROM t", "len"),
        ("SELECT list(DISTINCT a) FROM t", "list"),
        ("SELECT array_agg(a) FROM t", "array_agg"),
        ("SELECT list_aggregate(a, 'sum') FROM t", "list_aggregate"),
        ("SELECT time_bucket(INTERVAL '1 hour', a) FROM t", "time_bucket"),
        ("SELECT epoch_ms(a) FROM t", "epoch_ms"),
        ("SELECT isodow(a) FROM t", "isodow"),
        ("SELECT quantile_cont(a, 0.5) FROM t", "quantile_cont"),
        ("SELECT any_value(a) FROM t", "any_value"),
        ("SELECT arg_max(a, b) FROM t", "arg_max"),
        ("SELECT avg(a) FROM t", "avg"),
        ("SELECT random()", "random"),
        ("SELECT now()", "now"),
        ("SELECT current_date", "current_date"),
        ("SELECT a[1] FROM t", "[n]"),
        ("SELECT count(DISTINCT a) OVER (PARTITION BY b) FROM t", "distinct over a window"),
        ("SELECT string_agg(a, ',') FROM t", "string_agg"),
        ("SELECT string_agg(a, ',' ORDER BY b) FROM t", "string_agg"),
        ("SELECT * FROM a ASOF JOIN b ON a.x >= b.x", "ASOF JOIN"),
        ("SELECT a / b FROM t", "/"),
        ("SELECT a FROM t LIMIT 1", "LIMIT"),
        ("SELECT lower(unnest(a)) FROM t", "unnest"),
        ("SELECT regexp_matches(a, b) FROM t", "a regular expression"),
        (r"SELECT regexp_matches(a, '\w+') FROM t", "a regular expression"),
        ("SELECT regexp_matches(a, '(?i)x') FROM t", "a regular expression"),
        ("SELECT regexp_replace(a, 'x', '') FROM t", "regexp_replace"),
    ],
)
def test_what_the_engines_answer_differently_is_refused(sql, because):
    assert [found for found in faults(sql) if found.startswith(because)]


@pytest.mark.parametrize(
    ("sql", "spark"),
    [
        ("SELECT epoch(a) FROM t", "SELECT (CAST(UNIX_MICROS(CAST(a AS TIMESTAMP_LTZ)) AS DOUBLE) / 1e6) FROM t"),
        ("SELECT array_length(a) FROM t", "SELECT ARRAY_SIZE(a) FROM t"),
        ("SELECT CAST(a AS BIGINT) FROM t", "SELECT CAST(RINT(CAST(a AS DOUBLE)) AS BIGINT) FROM t"),
        ("SELECT a LIKE 'x%' FROM t", "SELECT a LIKE 'x%' ESCAPE '\\001' FROM t"),
        ("SELECT a FROM t ORDER BY a", "SELECT a FROM t ORDER BY a NULLS LAST"),
        ("SELECT unnest(a) FROM t", "SELECT EXPLODE(a) FROM t"),
    ],
)
def test_what_spark_says_differently_is_put_right(sql, spark):
    assert to_spark(sql) == spark


def test_parameters_that_are_times_are_times_in_spark_too():
    sql = "SELECT a FROM t WHERE b = ? AND c < ?"
    assert to_spark(sql, frozenset({1})) == "SELECT a FROM t WHERE b = ? AND c < CAST(? AS TIMESTAMP_NTZ)"


@pytest.mark.parametrize(
    ("plain", "java"),
    [
        ("^a$", r"(?d)^a\z"),
        (r"([^/\\]*)$", r"(?d)([^/\\]*)\z"),
        ("[$[]", r"(?d)[$\[]"),
        (r"\$", r"(?d)\$"),
    ],
)
def test_a_regular_expression_ends_where_the_text_ends(plain, java):
    assert java_pattern(plain) == java
