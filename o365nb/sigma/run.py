"""Running rules on a case: shapes first, then the events that can still match, then what was hit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from o365nb.case import Case
from o365nb.engine import Engine
from o365nb.errors import BadCase
from o365nb.events.schema import EVENTS
from o365nb.model import utc
from o365nb.progress import Progress
from o365nb.safe import one_line
from o365nb.sigma import correlation, query, rulefiles, shapes
from o365nb.sigma.answer import Answer, RuleAnswer, SigmaAnswer
from o365nb.sigma.conditions import fields_of
from o365nb.sigma.fields import Column, FieldMap, LogSource, Place, Property, literal, load_fields, names_wanted
from o365nb.sigma.judge import Job, judge
from o365nb.sigma.logic import needed, possible
from o365nb.sigma.rulefiles import Found

#: How many events of a rule's hits are named; the count is exact.
KEPT = 1_000
_TEXTS = [name for name, kind in EVENTS.items() if kind == "VARCHAR" and name not in ("raw_file", "event_id")]


def run(case: Case, rules: Path, fields: FieldMap | None = None, progress: Progress | None = None) -> SigmaAnswer:
    """Every rule of a file or folder on the case's events, whatever their time. Writes nothing but `tables/sigma/`.

    Raises BadInput when there are no rules, BadCase when the case has no tables yet.
    """
    if not (case.tables / "events.parquet").is_file():
        raise BadCase(f"{case.root}: no tables yet. Run `o365nb analyse --case {case.info.name}` first.")
    mapped, progress = fields or load_fields(), progress or Progress()
    with progress.task("Reading rules", unit="rules") as task:
        found = rulefiles.read(rules)
        answered = [_first(one, mapped) for one in found.found]
        task.advance(len(answered))
    jobs = [job for job in answered if job.condition is not None and job.answer is None]
    with Engine(case) as engine, progress.task("Asking rules", unit="rules") as task:
        connection = engine.connection
        shapes.prepare(connection, case.tables)
        total = _number(connection, "SELECT coalesce(sum(n), 0) FROM sigma_shapes")
        _run(connection, jobs)
        links = correlation.jobs(answered, mapped)
        for link in links:
            correlation.answer(connection, link)
        _measure(connection, answered)
        task.advance(len(answered))
    for job in answered:
        _noisy(job, mapped)
    told: list[RuleAnswer] = [job.told() for job in answered]
    return SigmaAnswer(
        str(rules.name),
        found.files,
        found.other_files,
        total,
        mapped.told,
        tuple(sorted(told, key=lambda one: one.rank)),
    )


def _first(found: Found, fields: FieldMap) -> Job:
    return Job(found) if correlation.is_one(found) else judge(found, fields)


def _run(connection: duckdb.DuckDBPyConnection, jobs: Sequence[Job]) -> None:
    connection.execute("CREATE OR REPLACE TEMP TABLE sigma_hits (job INTEGER, row BIGINT)")
    connection.execute("CREATE OR REPLACE TEMP TABLE sigma_shape_hits (job INTEGER, shape INTEGER)")
    sizes: dict[str, int] = {}
    for number, job in enumerate(jobs):
        job.measured["job"] = number
        source = job.source
        if source is None or job.condition is None:
            continue
        if source.name not in sizes:
            sizes[source.name] = _number(
                connection, f"SELECT coalesce(sum(n), 0) FROM sigma_shapes AS t WHERE {source.where}"
            )
        job.measured["of"] = sizes[source.name]
        if not sizes[source.name]:
            job.settle(Answer.CANNOT_FIRE, f"the case has no events of {source.name}")
            continue
        _ask(connection, job, partial(_ask_shapes, source=source))
    waiting = [job for job in jobs if job.candidates]
    if waiting:
        _gather(connection, waiting)
        for job in waiting:
            _ask(connection, job, _ask_events)
    for job in jobs:
        if job.answer is None:
            _clear_or_unable(connection, job)


def _ask(
    connection: duckdb.DuckDBPyConnection, job: Job, question: Callable[[duckdb.DuckDBPyConnection, Job], None]
) -> None:
    """One question. What the engine cannot take (nesting without end) is that rule's answer and stops no other."""
    try:
        question(connection, job)
    except duckdb.Error as error:
        told = one_line(error).partition(" LINE ")[0][:200]
        job.settle(Answer.NOT_SUPPORTED, f"the engine does not take it ({told})")
        job.candidates = []
        for table in ("sigma_hits", "sigma_shape_hits"):
            connection.execute(f"DELETE FROM {table} WHERE job = {job.measured['job']}")


def _ask_shapes(connection: duckdb.DuckDBPyConnection, job: Job, source: LogSource) -> None:
    """TRUE shapes of a settled rule are hits; else what is TRUE or open is asked event by event."""
    if job.condition is None:
        return
    asked = f"SELECT shape FROM sigma_shapes AS t WHERE ({source.where}) AND ({query.on_shapes(job.condition)})"
    if job.condition.settled:
        connection.execute(f"INSERT INTO sigma_shape_hits SELECT {job.measured['job']}, shape FROM ({asked})")
        return
    held = connection.execute(f"{asked} IS NOT FALSE").fetchall()
    job.candidates = [shape for (shape,) in held]


def _gather(connection: duckdb.DuckDBPyConnection, jobs: Sequence[Job]) -> None:
    """What the waiting rules read of the events that can still match: columns, properties, and who has a keyword."""
    conditions = [job.condition for job in jobs if job.condition]
    every = sorted({shape for job in jobs for shape in job.candidates})
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE sigma_open AS SELECT unnest(CAST(? AS INTEGER[])) AS shape", [every]
    )
    columns = sorted({name for condition in conditions for name in condition.columns})
    named = "".join(f', e."{name}"' for name in columns)
    candidates = "SELECT row, shape FROM sigma_events SEMI JOIN sigma_open USING (shape)"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE sigma_rows AS {candidates}"
        if not columns
        else f"CREATE OR REPLACE TEMP TABLE sigma_rows AS SELECT r.row, r.shape{named} FROM sigma_source AS e"
        f" JOIN ({candidates}) AS r ON e.row = r.row"
    )
    _properties(connection, jobs)
    _keywords(connection, jobs)


def _properties(connection: duckdb.DuckDBPyConnection, jobs: Sequence[Job]) -> None:
    """`sigma_values`: the properties that rules read, of the events of shapes that have them."""
    asking = [(job, job.condition.properties) for job in jobs if job.condition and job.condition.properties]
    wanted = sorted(names_wanted(place for _, places in asking for place in places))
    of_shapes = sorted({shape for job, _ in asking for shape in job.candidates})
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE sigma_asked AS SELECT shape, few FROM sigma_shapes SEMI JOIN"
        f" (SELECT shape FROM sigma_names WHERE {_named('name', wanted)}) AS h USING (shape)"
        f" WHERE shape IN ({_list(of_shapes)})"
    )
    many = _number(connection, "SELECT count(*) FROM sigma_asked WHERE NOT few")
    source = "sigma_source" if many else "sigma_few"
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE sigma_values AS SELECT * FROM"
        " (SELECT row, p.name AS name, lower(p.name) AS lower_name, p.value AS value FROM"
        f" (SELECT e.row, unnest(e.properties) AS p FROM {source} AS e"
        " SEMI JOIN (SELECT row FROM sigma_events SEMI JOIN sigma_asked USING (shape)) AS r ON e.row = r.row))"
        f" WHERE {_named('lower_name', wanted)}"
    )


def _named(column: str, wanted: Sequence[tuple[str, bool]]) -> str:
    tests = (f"starts_with({column}, {literal(n)})" if begins else f"{column} = {literal(n)}" for n, begins in wanted)
    return f"({' OR '.join(tests) or 'FALSE'})"


def _keywords(connection: duckdb.DuckDBPyConnection, jobs: Sequence[Job]) -> None:
    """One table of rows for each keyword: its search goes through every text of the events that it may be about."""
    for job in jobs:
        if job.condition is None:
            continue
        for number, test in enumerate(job.condition.keywords):
            name = f"sigma_keyword_{job.measured['job']}_{number}"
            texts = ", ".join(f'e."{column}"' for column in _TEXTS)
            mine = f"SELECT row FROM sigma_rows WHERE shape IN ({_list(job.candidates)})"
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT row FROM (SELECT e.row, concat_ws(chr(31), {texts},"
                " array_to_string(e.message_ids, chr(31)), array_to_string(e.folders, chr(31)),"
                " array_to_string([p.value for p in e.properties], chr(31))) AS value FROM sigma_source AS e"
                f" SEMI JOIN ({mine}) AS r ON e.row = r.row)"
                f" WHERE {query.keyword(test)}"
            )
            job.condition.keys[test] = name


def _ask_events(connection: duckdb.DuckDBPyConnection, job: Job) -> None:
    if job.condition is None:
        return
    decided = query.on_events(job.condition, connection)
    connection.execute(
        f"INSERT INTO sigma_hits SELECT {job.measured['job']}, c.row FROM sigma_rows AS c"
        f" JOIN sigma_shapes AS t ON c.shape = t.shape WHERE t.shape IN ({_list(job.candidates)}) AND ({decided})"
    )


def _clear_or_unable(connection: duckdb.DuckDBPyConnection, job: Job) -> None:
    """Without a hit: is it clear, or has no event of its log source what it asks for?"""
    condition, number = job.condition, job.measured["job"]
    if condition is None or job.source is None:
        return
    hit = f"SELECT 1 FROM sigma_hits WHERE job = {number} UNION ALL SELECT 1 FROM sigma_shape_hits WHERE job = {number}"
    if connection.execute(f"{hit} LIMIT 1").fetchall():
        job.settle(Answer.HIT, "")
        return
    empty = [name for name in fields_of(condition.node) if _empty(connection, condition.of_field(name), job.source)]
    if empty and not possible(condition.node, empty, condition.single):
        names = ", ".join(needed(condition.node, empty))
        job.settle(Answer.CANNOT_FIRE, f"none of the {job.measured['of']:,} events of {job.source.name} has {names}")
        return
    job.settle(Answer.CLEAR, f"asked of {job.measured['of']:,} events of {job.source.name}")


#: Properties whose absence is an answer: a cmdlet without that parameter, a change of something else.
_FAMILIES = ("parameters.", "modifiedproperties.", "operationproperties.", "additionaldetails.", "target.", "targetid.")


def _empty(connection: duckdb.DuckDBPyConnection, places: Sequence[Place], source: LogSource) -> bool:
    """The field never has a value among the events of the log source, and could have one in another export."""
    return all(_never(connection, place, source) for place in places)


def _never(connection: duckdb.DuckDBPyConnection, place: Place, source: LogSource) -> bool:
    match place:
        case Property(name):
            if name.lower().startswith(_FAMILIES):
                return False
            test = f"starts_with(name, {literal(name.lower())})" if place.prefix else f"name = {literal(name.lower())}"
            asked = f"SELECT 1 FROM sigma_names SEMI JOIN (SELECT shape FROM sigma_shapes AS t WHERE {source.where})"
            return not connection.execute(f"{asked} USING (shape) WHERE {test} LIMIT 1").fetchall()
        case Column() if place.shared:
            asked = f'SELECT 1 FROM sigma_shapes AS t WHERE ({source.where}) AND "{place.name}" IS NOT NULL LIMIT 1'
            return not connection.execute(asked).fetchall()
        case Column():
            asked = (
                "SELECT 1 FROM sigma_source AS e JOIN sigma_events AS r ON e.row = r.row"
                f" JOIN (SELECT shape FROM sigma_shapes AS t WHERE {source.where}) AS t ON t.shape = r.shape"
                f' WHERE e."{place.name}" IS NOT NULL LIMIT 1'
            )
            return not connection.execute(asked).fetchall()
    return False


def _measure(connection: duckdb.DuckDBPyConnection, jobs: Iterable[Job]) -> None:
    """How often every rule hit, when, of whom, and which events: one pass over what was hit."""
    rows = connection.execute(
        "SELECT h.job, count(*), count(*) FILTER (EXISTS (SELECT 1 FROM subjects"
        " WHERE upn IN (e.actor, e.target, e.mailbox_owner))), min(e.time), max(e.time),"
        f" min({{'time': e.time, 'id': e.event_id}}, {KEPT}) FROM"
        " (SELECT job, row FROM sigma_hits UNION ALL"
        "  SELECT job, row FROM sigma_shape_hits JOIN sigma_events USING (shape)) AS h"
        " JOIN sigma_source AS e ON e.row = h.row GROUP BY h.job"
    ).fetchall()
    found = {row[0]: row for row in rows}
    for job in jobs:
        number, of = job.measured.pop("job", None), job.measured.pop("of", 0)
        if number not in found:
            continue
        _, hits, own, first, last, events = found[number]
        job.measured.update(_figures(hits, own, first, last, [event["id"] for event in events]))
        job.measured["share"] = round(hits / of, 6) if of else 0.0


def _figures(hits: int, own: int, first: Any, last: Any, events: Sequence[str]) -> dict[str, Any]:
    return {
        "hits": hits,
        "by_subjects": own,
        "first": utc(first) if first else None,
        "last": utc(last) if last else None,
        "events": tuple(events),
    }


def _noisy(job: Job, fields: FieldMap) -> None:
    if job.answer is not Answer.HIT or "correlation" in job.found.about:
        return
    hits, share = job.measured["hits"], job.measured["share"]
    name = job.source.name if job.source else ""
    job.reason = f"{hits:,} of its log source's events, {share:.2%} of {name}"
    if hits >= fields.noisy_hits and share > fields.noisy_share:
        job.answer = Answer.NOISY
        job.reason += f": more than {fields.noisy_share:.1%} says little about any one of them"


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers) or "NULL"


def _number(connection: duckdb.DuckDBPyConnection, select: str) -> int:
    row = connection.execute(select).fetchone()
    return int(row[0]) if row else 0
