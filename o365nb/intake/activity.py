"""In which hours each file has events: the figures behind the strips of the overview and the search for holes.

Written once, from every record that has a time (duplicates too: a file holds what it holds), as
`tables/activity.hours` (Parquet): raw_file, source, person, hour, records, deeds. Small whatever the evidence: one
row per file, source, account and hour.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import duckdb

from o365nb.case import Case
from o365nb.engine import connect
from o365nb.model import utc

FILE = "activity.hours"  # Parquet too, but no table of the case
#: What somebody does who sits there: phones and programs left running do none of it.
_DEEDS = """(source = 'sign_in' AND result = 'success') OR (source = 'ual' AND result <> 'failure' AND (
    operation IN ('Send', 'SendAs', 'SendOnBehalf', 'Move', 'MoveToDeletedItems', 'SoftDelete', 'HardDelete',
        'FileModified', 'FileUploaded', 'FilePreviewed', 'MessageSent', 'ChatCreated')
    OR starts_with(operation, 'New-') OR starts_with(operation, 'Set-') OR starts_with(operation, 'SearchQuery')))"""
_SELECT = f"""
    SELECT raw_file, source, CASE WHEN actor_kind IN ('user', 'admin', 'guest') THEN coalesce(actor, '') ELSE '' END
        AS person, date_trunc('hour', time) AS hour, count(*) AS records,
        count(*) FILTER (WHERE actor_kind IN ('user', 'admin', 'guest') AND ({_DEEDS})) AS deeds
    FROM (SELECT n.* EXCLUDE (operation), coalesce(n.operation, o.operation) AS operation, f.raw_file
        FROM normalised AS n JOIN files AS f USING (file) LEFT JOIN operations AS o USING (operation_raw))
    WHERE time IS NOT NULL GROUP BY ALL
"""
_NOTHING = (
    "(SELECT '' AS raw_file, '' AS source, '' AS person, TIMESTAMP '2000-01-01' AS hour, 0 AS records, 0 AS deeds"
    " WHERE FALSE)"
)

Hours = dict[datetime, int]


@dataclass(frozen=True, slots=True)
class Log:
    """One log as several files tell it together: records by hour, and how many accounts they are of.

    `files` are paths in the case. `person` is the account that it is about, "" for many. `actors` are the hours of
    everybody who acts in it; "" stands for the services.
    """

    source: str
    person: str
    files: tuple[str, ...]
    hours: Hours
    actors: dict[str, set[datetime]]

    @property
    def people(self) -> int:
        """Of how many accounts the log is."""
        return sum(bool(actor) for actor in self.actors)


def write(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the figures from the records of the connection that makes the events."""
    part, path = folder / f"{FILE}.part", folder / FILE
    quoted = str(part).replace("'", "''")
    connection.execute(f"COPY ({_SELECT}) TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)")
    part.replace(path)


class Activity:
    """The figures of one case, asked by SQL. Use it as a context manager."""

    def __init__(self, case: Case) -> None:
        self._connection = connect()
        path = case.tables / FILE
        source = "read_parquet('" + str(path).replace("'", "''") + "')" if path.is_file() else _NOTHING
        self._connection.execute(f"CREATE VIEW activity AS SELECT * FROM {source}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def log(self, source: str, person: str, own: Iterable[str], shared: Iterable[str]) -> Log:
        """One log of one account: all that its `own` files hold, and what the files it shares with others say of it.

        For `person` "" the files are `own`.
        """
        mine, others = list(own), list(shared)
        rows = self._rows(
            """SELECT person, hour, sum(records) AS records FROM activity
            WHERE source = $1 AND (raw_file = ANY($2) OR (raw_file = ANY($3) AND person = $4)) GROUP BY ALL""",
            [source, mine, others, person],
        )
        hours, actors = Hours(), dict[str, set[datetime]]()
        for actor, hour, records in rows:
            hours[utc(hour)] = hours.get(utc(hour), 0) + int(records)
            actors.setdefault(actor, set()).add(utc(hour))
        return Log(source, person, (*mine, *others), hours, actors)

    def deeds(self, person: str, beside: str) -> set[datetime]:
        """The hours in which other sources than `beside` show that somebody worked: that person, "" for anybody."""
        rows = self._rows(
            "SELECT DISTINCT hour FROM activity WHERE deeds > 0 AND source <> $1 AND ($2 = '' OR person = $2)",
            [beside, person],
        )
        return {utc(hour) for (hour,) in rows}

    def counted(self, bins: int, start: datetime, length: float) -> list[tuple[str, str, int, int]]:
        """Records by file, source and bin; `length` in seconds from `start`. What lies outside is left out."""
        rows = self._rows(
            """SELECT raw_file, source, CAST(floor((epoch(hour) - $1) / $2) AS INTEGER) AS bin, sum(records)
            FROM activity WHERE epoch(hour) + 3600 > $1 AND epoch(hour) < $1 + $2 * $3 GROUP BY ALL ORDER BY ALL""",
            [start.timestamp(), length, bins],
        )
        return [(path, source, min(max(place, 0), bins - 1), int(records)) for path, source, place, records in rows]

    def _rows(self, sql: str, parameters: list[Any]) -> list[Any]:
        return self._connection.execute(sql, parameters).fetchall()
