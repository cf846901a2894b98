"""Records → `tables/events.parquet`: normalised, each event once, enriched; and what became of every record.

What depends on one text alone (an address, a user agent, the name of an operation) is worked out once per text and
joined: a million events hold some thousands of them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import duckdb

from o365nb.engine import write_table
from o365nb.events import (
    alert,
    audit_record,
    directory_audit,
    enrichment,
    macros,
    message_trace,
    risk_detection,
    sign_in,
)
from o365nb.events.networks import Enrichment
from o365nb.events.schema import EVENTS
from o365nb.intake import activity
from o365nb.intake.counts import FileCount, Span
from o365nb.model import utc

LOGS = {log.KIND: log for log in (audit_record, sign_in, directory_audit, message_trace, alert, risk_detection)}
_STAGED = "{file: 'BIGINT', raw_line: 'BIGINT', seq: 'BIGINT', record: 'JSON'}"
#: What a sign-in record takes over from the audit log's twin of it; system and browser are `enrichment`'s.
_FROM_TWIN = ("session_id", "token_id", "device_id", "device_managed", "user_agent")
_FILE_BITS, _LINE_BITS = 42, 8


def place(file: int, line: int, nth: int = 0) -> int:
    """The place of a line's nth record in the order of all evidence: of two alike the first is kept."""
    return (file << _FILE_BITS) + (line << _LINE_BITS) + min(nth, (1 << _LINE_BITS) - 1)


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that records go into: `normalised`, and `files`.

    Where the engine read a file itself, its rows follow one another from row `base` on, and the first is of line
    `first`: then raw_line and seq need not be written (numbering while reading takes twice as long).
    """
    # Each thread holds some 200 MB while it takes records apart: many cores would need more than the limit.
    connection.execute(f"SET threads = {min(4, os.cpu_count() or 2)}")
    for statement in macros.create():
        connection.execute(statement)
    columns = ", ".join(f'"{name}" {kind}' for name, kind in EVENTS.items() if name not in ("raw_file", "raw_line"))
    ours = "file BIGINT, raw_line BIGINT, seq BIGINT, damaged BOOLEAN"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE normalised ({ours}, {columns})")
    connection.execute("CREATE OR REPLACE TEMP TABLE files (file BIGINT, raw_file VARCHAR, base BIGINT, first BIGINT)")
    connection.execute(f"""
        CREATE OR REPLACE TEMP VIEW numbered AS
        SELECT n.* EXCLUDE (raw_line, seq), n.rowid AS row, f.raw_file,
            coalesce(n.raw_line, n.rowid - f.base + f.first) AS raw_line,
            coalesce(n.seq, (n.file << {_FILE_BITS}) + ((n.rowid - f.base + f.first) << {_LINE_BITS})) AS seq
        FROM normalised AS n JOIN files AS f ON f.file = n.file
    """)


def normalise(connection: duckdb.DuckDBPyConnection, kind: str, staged: Path) -> None:
    """Normalise the staged records of one kind."""
    path = str(staged).replace("'", "''")
    fields = json.dumps(LOGS[kind].FIELDS)
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW records AS SELECT *, unnest(r) FROM ("
        f"SELECT *, from_json(record, '{fields}') AS r"
        f" FROM read_json('{path}', format = 'newline_delimited', columns = {_STAGED}))"
    )
    insert(connection, kind)


def insert(connection: duckdb.DuckDBPyConnection, kind: str) -> None:
    """Normalise what the relation `records` holds: file, raw_line, seq, record, and the kind's fields, also as `r`."""
    connection.execute(f"INSERT INTO normalised BY NAME {LOGS[kind].SELECT}")


def finish(
    connection: duckdb.DuckDBPyConnection, files: list[FileCount], folder: Path, by: Enrichment | None = None
) -> int:
    """Choose, enrich, count and write; returns the number of events. `by` is what the user brings to enrich with."""
    enrich(connection, by)
    _count(connection, files)
    activity.write(connection, folder)
    write_table(connection, "addresses", "SELECT * FROM addresses ORDER BY address", folder)
    return write_table(connection, "events", _FINAL, folder)


def enrich(connection: duckdb.DuckDBPyConnection, by: Enrichment | None = None) -> None:
    """Make `told`: every record with what its twin and its texts tell, each text looked at once; and `skipped`."""
    _choose(connection)
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE operations AS SELECT operation_raw, operation_name(operation_raw) AS operation
        FROM (SELECT DISTINCT operation_raw FROM normalised WHERE operation IS NULL)
    """)
    enrichment.create(connection, "normalised", by)
    connection.execute(_TOLD)


_TOLD = f"""
    CREATE OR REPLACE TEMP VIEW told AS
    SELECT n.* REPLACE (
        coalesce(n.operation, o.operation) AS operation,
        list_concat(n.properties, t.properties) AS properties,
        {", ".join(f"coalesce(n.{column}, t.{column}) AS {column}" for column in _FROM_TWIN)},
        {enrichment.REPLACE}
    )
    FROM numbered AS n
    LEFT JOIN operations AS o ON o.operation_raw = n.operation_raw
    LEFT JOIN twins AS t ON t.event_id = n.event_id AND n.source <> 'ual'
    {enrichment.JOINS}
"""
_FINAL = "SELECT * EXCLUDE (row, file, seq, damaged) FROM told ANTI JOIN skipped USING (row) WHERE time IS NOT NULL"


def _choose(connection: duckdb.DuckDBPyConnection) -> None:
    """Which rows do not stand for their event: of several a whole one does, a sign-in record before the audit log's
    twin of it, the first. `twins` keeps what the audit log's has to tell."""
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE rivals AS SELECT row, file, event_id, source, damaged, seq FROM numbered
        SEMI JOIN (SELECT event_id FROM normalised WHERE time IS NOT NULL GROUP BY event_id HAVING count(*) > 1) AS o
            USING (event_id)
        WHERE time IS NOT NULL
    """)
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE skipped AS SELECT row, file FROM rivals
        ANTI JOIN (SELECT arg_min(row, (damaged, source = 'ual', seq)) AS row FROM rivals GROUP BY event_id) AS c
            USING (row)
    """)
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE twins AS SELECT * FROM numbered
        SEMI JOIN (
            SELECT arg_min(row, seq) AS row FROM rivals WHERE source = 'ual' AND event_id IN
                (SELECT event_id FROM rivals WHERE source <> 'ual') GROUP BY event_id
        ) AS t USING (row)
    """)


def _count(connection: duckdb.DuckDBPyConnection, files: list[FileCount]) -> None:
    timeless = "SELECT file, raw_line FROM numbered WHERE time IS NULL ORDER BY seq"
    for file, line in connection.execute(timeless).fetchall():
        files[file].fault(line, "the record has no time that can be read", saved=False)
    for file, count in connection.execute("SELECT file, count(*) FROM skipped GROUP BY file").fetchall():
        files[file].duplicates += count
    spans = """
        WITH told AS (
            SELECT file, source, CASE WHEN source = 'ual' THEN workload END AS workload,
                CASE WHEN actor_kind IN ('user', 'admin', 'guest') THEN actor END AS person,
                count(*) AS records, min(time) AS first, max(time) AS last
            FROM normalised WHERE time IS NOT NULL GROUP BY ALL
        ), named AS (
            SELECT *, unnest(CASE WHEN workload IS NOT NULL THEN ['ual', 'ual/' || workload] ELSE [source] END) AS name
            FROM told
        )
        SELECT file, name, CAST(sum(records) AS BIGINT), min(first), max(last),
            CASE WHEN count(DISTINCT person) = 1 THEN min(person) ELSE '' END
        FROM named GROUP BY file, name ORDER BY file, name
    """
    for file, source, count, first, last, person in connection.execute(spans).fetchall():
        files[file].spans[source] = Span(count, utc(first), utc(last), person)
