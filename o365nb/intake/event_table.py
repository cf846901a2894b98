"""Records → `tables/events.parquet`: normalised, each event once, enriched; and what became of every record.

What depends on one text alone (an address, a user agent, the name of an operation) is worked out once per text and
joined: a million events hold some thousands of them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import duckdb

from o365nb.engine import PARQUET, write_table
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
#: The columns of a part: `raw_line` and `seq` are NULL where the row's place in the part tells them.
_PART = {
    "file": "BIGINT",
    "raw_line": "BIGINT",
    "seq": "BIGINT",
    "damaged": "BOOLEAN",
    **{name: kind for name, kind in EVENTS.items() if name not in ("raw_file", "raw_line")},
}
_NO_PART = (
    "SELECT "
    + ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in _PART.items())
    + ", 0 AS file_row_number, 0 AS row WHERE FALSE"
)
_FILE_BITS, _LINE_BITS, _PART_BITS = 42, 8, 40


def place(file: int, line: int, nth: int = 0) -> int:
    """The place of a line's nth record in the order of all evidence: of two alike the first is kept."""
    return (file << _FILE_BITS) + (line << _LINE_BITS) + min(nth, (1 << _LINE_BITS) - 1)


class EventTable:
    """The events of one case in the making. Each batch of records becomes a Parquet file in the scratch folder, in the
    order of its records: memory stays bounded however much there is, and a row's place there is its number.

    Relations on the connection, from `enrich` on: `normalised` (`row`: its number among all), `numbered` (with
    raw_file, raw_line, seq), `told` (enriched), `skipped` (rows that do not stand for their event).
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
        self.connection, self.scratch = connection, scratch
        self._parts: list[Path] = []
        self._files = self._written = 0
        # Each thread holds some 200 MB while it takes records apart: many cores would need more than the limit.
        connection.execute(f"SET threads = {min(4, os.cpu_count() or 2)}")
        for statement in macros.create():
            connection.execute(statement)
        connection.execute("CREATE OR REPLACE TEMP TABLE files (file BIGINT, raw_file VARCHAR, first BIGINT)")
        connection.execute("CREATE OR REPLACE TEMP TABLE left_out (row BIGINT)")

    def add_file(self, path: str) -> int:
        """The number of a file, in the order of custody."""
        self.connection.execute("INSERT INTO files VALUES (?, ?, 0)", [self._files, path])
        self._files += 1
        return self._files - 1

    def normalise(self, kind: str, staged: Path) -> None:
        """Take the staged records of one kind."""
        fields = json.dumps(LOGS[kind].FIELDS)
        self.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW records AS SELECT *, unnest(r) FROM ("
            f"SELECT *, from_json(record, '{fields}') AS r"
            f" FROM read_json('{quoted(staged)}', format = 'newline_delimited', columns = {_STAGED}))"
        )
        self._parts.append(self._write(LOGS[kind].SELECT)[0])

    def part(self, records: str, select: str) -> tuple[Path, int]:
        """Normalise `records` (a SELECT of file, raw_line, seq, record, and a kind's fields, also as `r`) by `select`.

        Returns the Parquet file and its rows. It counts only once it is accepted. Raises duckdb.Error.
        """
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW records AS {records}")
        return self._write(select)

    def accept(self, path: Path, number: int, first: int, unsure: list[int]) -> None:
        """Take a part that the engine read from the file `number` by itself: its first row is of line `first`, and a
        line each (numbering while reading would take twice as long). The rows `unsure` are left out."""
        base = len(self._parts) << _PART_BITS
        self._parts.append(path)
        self.connection.execute("UPDATE files SET first = ? WHERE file = ?", [first, number])
        if unsure:
            self.connection.execute("INSERT INTO left_out SELECT unnest(?)", [[base + row for row in unsure]])

    def keep(self, path: Path) -> None:
        """Write what is normalised so far as it is, neither chosen nor enriched, in its order: for `restore`."""
        self._views()
        kept = "SELECT * EXCLUDE (row, file, raw_file, seq) FROM numbered ORDER BY seq"
        self.connection.execute(f"COPY ({kept}) TO '{quoted(path)}' ({PARQUET})")

    def restore(self, number: int, path: Path) -> None:
        """Take in what `keep` wrote, as the file of that number. Columns of an older version are left out."""
        read = f"read_parquet('{quoted(path)}')"
        given = {row[0] for row in self.connection.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()}
        names = [f'"{name}"' for name in ("damaged", *EVENTS) if name in given - {"raw_file"}]
        seq = f"{number << _FILE_BITS} + (raw_line << {_LINE_BITS}) AS seq"
        self._parts.append(self._write(f"SELECT {number} AS file, {seq}, {', '.join(names)} FROM {read}")[0])

    def _write(self, select: str) -> tuple[Path, int]:
        self._written += 1
        path = self.scratch / f"part-{self._written}.parquet"
        given = {row[0] for row in self.connection.execute(f"DESCRIBE {select}").fetchall()}
        # Not a UNION with an empty table of these columns: that keeps the order by doing without a second thread.
        told = {name: f'"{name}"' if name in given else "NULL" for name in _PART}
        columns = ", ".join(f'CAST({told[name]} AS {kind}) AS "{name}"' for name, kind in _PART.items())
        every = f"SELECT {columns} FROM ({select})"
        done = self.connection.execute(f"COPY ({every}) TO '{quoted(path)}' ({PARQUET})").fetchone()
        return path, int(done[0]) if done else 0

    def _views(self) -> None:
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW normalised AS {self._all()}")
        self.connection.execute(_NUMBERED)

    def enrich(self, by: Enrichment | None = None) -> None:
        """Make `told`: every record with what its twin and its texts tell, each text looked at once; and `skipped`."""
        run = self.connection.execute
        self._views()
        for statement in _CHOICE:
            run(statement)
        run("""
            CREATE OR REPLACE TEMP TABLE operations AS SELECT operation_raw, operation_name(operation_raw) AS operation
            FROM (SELECT DISTINCT operation_raw FROM normalised WHERE operation IS NULL)
        """)
        enrichment.create(self.connection, "normalised", by)
        run(_TOLD)

    def _all(self) -> str:
        """Every row of every part."""
        rows = [
            f"SELECT *, {(number << _PART_BITS)} + file_row_number AS row"
            f" FROM read_parquet('{quoted(path)}', file_row_number = true)"
            for number, path in enumerate(self._parts)
        ]
        every = " UNION ALL ".join(rows) or _NO_PART
        (left,) = self.connection.execute("SELECT count(*) FROM left_out").fetchone() or (0,)
        return f"SELECT * FROM ({every}) ANTI JOIN left_out USING (row)" if left else every

    def finish(self, files: list[FileCount], folder: Path, by: Enrichment | None = None) -> int:
        """Choose, enrich, count and write; returns the number of events. `by` is what the user brings."""
        self.enrich(by)
        _count(self.connection, files)
        activity.write(self.connection, folder)
        write_table(self.connection, "addresses", "SELECT * FROM addresses ORDER BY address", folder)
        # In what order events lie means nothing: to keep that of the parts takes half as long again, and holds memory.
        self.connection.execute("SET preserve_insertion_order = false")
        try:
            return write_table(self.connection, "events", _FINAL, folder)
        finally:
            self.connection.execute("RESET preserve_insertion_order")


def quoted(path: Path) -> str:
    """A path inside a SQL string."""
    return str(path).replace("'", "''")


_NUMBERED = f"""
    CREATE OR REPLACE TEMP VIEW numbered AS
    SELECT n.* EXCLUDE (raw_line, seq, file_row_number), f.raw_file,
        coalesce(n.raw_line, n.file_row_number + f.first) AS raw_line,
        coalesce(n.seq, (n.file << {_FILE_BITS}) + ((n.file_row_number + f.first) << {_LINE_BITS})) AS seq
    FROM normalised AS n JOIN files AS f ON f.file = n.file
"""
#: Which rows do not stand for their event: of several a whole one does, a sign-in record before the audit log's twin of
#: it, the first. `twins` keeps what the audit log's has to tell.
_CHOICE = (
    """
    CREATE OR REPLACE TEMP TABLE rivals AS SELECT row, file, event_id, source, damaged, seq FROM numbered
    SEMI JOIN (SELECT event_id FROM normalised WHERE time IS NOT NULL GROUP BY event_id HAVING count(*) > 1) AS o
        USING (event_id)
    WHERE time IS NOT NULL
    """,
    """
    CREATE OR REPLACE TEMP TABLE skipped AS SELECT row, file FROM rivals
    ANTI JOIN (SELECT arg_min(row, (damaged, source = 'ual', seq)) AS row FROM rivals GROUP BY event_id) AS c
        USING (row)
    """,
    """
    CREATE OR REPLACE TEMP TABLE twins AS SELECT * FROM numbered
    SEMI JOIN (
        SELECT arg_min(row, seq) AS row FROM rivals WHERE source = 'ual' AND event_id IN
            (SELECT event_id FROM rivals WHERE source <> 'ual') GROUP BY event_id
    ) AS t USING (row)
    """,
)
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
