"""Spark answers as DuckDB does: expression by expression, detection by detection, story by story."""

import os
import subprocess
import sys

import pytest
from engine.worlds import (
    GROUPS,
    NUMBERS,
    OF_A_NUMBER,
    OF_A_TEXT,
    OF_TIMES,
    OF_TWO_TEXTS,
    TEXTS,
    TIMES,
    expressions,
    hostile,
    moment,
)
from response import planted_links
from tables import make_case

from o365nb import detections, investigate
from o365nb.engine import Engine
from o365nb.errors import BadInput
from o365nb.progress import Progress
from o365nb.response.shared_links import shared_links


@pytest.fixture(scope="module")
def both(cluster, tmp_path_factory):
    """Two engines over one small case, the second of them Spark."""
    case = make_case(tmp_path_factory.mktemp("both"))
    with Engine(case) as one, Engine(case, cluster) as other:
        yield one, other


def alike(engines, kinds, rows, asked, parameters=()):
    """Both engines give the same for every expression and every row."""
    names = ", ".join(f"{expression} AS c{place}" for place, expression in enumerate(asked))
    answers = []
    for engine in engines:
        engine.table("probes", {"id": "BIGINT", **kinds}, [(n, *row) for n, row in enumerate(rows)])
        found = engine.rows(f"SELECT id, {names} FROM probes ORDER BY id", parameters)
        told = [dict(zip(asked, list(row.values())[1:], strict=True)) for row in found]
        answers.append([(row, {**said}) for row, said in zip(rows, told, strict=True)])
    assert answers[1] == answers[0]


def test_texts_are_treated_alike(both):
    alike(both, {"a": "VARCHAR"}, [(text,) for text in TEXTS], expressions(OF_A_TEXT))


def test_every_letter_has_the_same_lower_case(both):
    letters = [chr(code) for code in range(1, 0x1E944) if not 0xD800 <= code < 0xE000]
    alike(both, {"a": "VARCHAR"}, [(one,) for one in letters if one != one.lower() or one != one.upper()], ["lower(a)"])


def test_two_texts_are_compared_alike(both):
    pairs = [(one, two) for one in TEXTS for two in TEXTS]
    alike(both, {"a": "VARCHAR", "b": "VARCHAR"}, pairs, expressions(OF_TWO_TEXTS))


def test_times_are_treated_alike(both):
    given = [moment("2026-10-25T01:30:00")]
    alike(both, {"t": "TIMESTAMP", "u": "TIMESTAMP"}, TIMES, expressions(OF_TIMES), given)


def test_numbers_are_treated_alike(both):
    alike(both, {"n": "DOUBLE"}, [(number,) for number in NUMBERS], expressions(OF_A_NUMBER))


def test_groups_windows_and_lists_are_treated_alike(both):
    rows = [(n, f"g{n % 3}", None if n % 5 == 0 else f"{(7 * n) % 11:02}", float(n * n % 7)) for n in range(40)]
    answers = []
    for engine in both:
        engine.table("probes", {"id": "BIGINT", "g": "VARCHAR", "v": "VARCHAR", "x": "DOUBLE"}, rows)
        answers.append(engine.rows(GROUPS))
    assert answers[1] == answers[0]


def test_every_detection_gives_the_same_rows_in_a_hostile_world(cluster, tmp_path):
    made = make_case(tmp_path, **hostile())
    answers, talked = [], set()
    for where in ("duckdb", cluster):
        with Engine(made, where) as engine:
            detections.prepare(engine)
            rows = {one.slug: sorted(map(repr, engine.rows(one.query()))) for one in detections.all()}
        answers.append(rows)
        talked |= {slug for slug, found in rows.items() if found}
    assert answers[1] == answers[0]
    assert len(talked) >= 60


def test_the_whole_judgement_of_a_story_is_the_same(story, cluster, practice_copy):
    case, answers = practice_copy(story), []
    for where in ("duckdb", cluster):
        with Engine(case, where) as engine:
            answers.append(investigate.assess(case, engine, Progress()))
    assert answers[1] == answers[0]


def test_the_link_that_a_hand_made_is_named_alike(cluster, tmp_path):
    case, answers = make_case(tmp_path, events=planted_links.records()), []
    for where in ("duckdb", cluster):
        with Engine(case, where) as engine:
            answers.append(shared_links(engine, [planted_links.item()]))
    assert answers[1] == answers[0]
    assert [link.link for links in answers[0].values() for link in links] == [planted_links.THEIRS["id"]]


def test_what_runs_on_duckdb_only_says_so(both):
    with pytest.raises(BadInput, match="DuckDB only"):
        _ = both[1].connection


def test_a_second_spark_is_refused(cluster, tmp_path):
    with pytest.raises(BadInput, match="Spark runs already on local-cluster"):
        Engine(make_case(tmp_path), "spark://127.0.0.1:7077")


@pytest.mark.parametrize("where", ["sparkling", "spark://", "spark://a b", "duckdb2", "", "local-cluster[2]; rm"])
def test_an_engine_that_there_is_not_is_refused_with_the_mend(where, tmp_path):
    with pytest.raises(BadInput, match="is no engine: duckdb, spark"):
        Engine(make_case(tmp_path), where)


@pytest.mark.parametrize("package", ["pyspark", "sqlglot"])
def test_a_missing_package_is_one_line_with_the_mend_before_any_work(package):
    script = f"import sys; sys.modules['{package}'] = None\nfrom o365nb.engine import known_engine\n"
    mend = "pip install -e '.[spark]' in your clone."
    for engine, said in (("duckdb", ""), ("spark", f"needs {package}: {mend}")):
        command = [sys.executable, "-c", f"{script}known_engine('{engine}')"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "".join(done.stderr.splitlines()[-1:]).endswith(said)
        assert bool(done.returncode) is bool(said)


def test_spark_without_java_is_one_line_with_the_mend():
    script, without = "from o365nb.engine.spark import session\nsession('spark')", {"PATH": "/none", "JAVA_HOME": ""}
    command, world = [sys.executable, "-c", script], {**os.environ, **without}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=world)
    assert done.stderr.splitlines()[-1].endswith("It needs Java 17 or newer: set JAVA_HOME.")
