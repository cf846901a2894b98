"""SQL over the tables of one case: DuckDB, in memory, reading the case's Parquet files in place.

What detections and analysis see (views): every table of `events.schema`, empty where the case has none;
`event_properties` (one row per event × property); `rules` (inbox rules from state and from the audit log);
`subjects(upn)`, `accepted_domains(domain)`, `case_window(start_time, end_time)`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import duckdb

from o365nb.case import Case
from o365nb.events.schema import RULE_CHANGES, STATE_TABLES, TABLES

if TYPE_CHECKING:
    from pandas import DataFrame

_RULE_COLUMNS = [name for name in RULE_CHANGES if name not in ("event_id", "time", "owner", "change")]


def connect(scratch: Path | None = None, memory_limit: str = "2GB") -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with the kit's settings: UTC, bounded memory, no extension ever fetched."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "threads": os.cpu_count() or 2,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if scratch:
        config["temp_directory"] = str(scratch)
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


class Engine:
    """The tables of one case, ready to be asked. Close it, or use it as a context manager."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.connection = connect(case.tables / ".scratch")
        for name, columns in TABLES.items():
            self._view(name, columns, case.tables / f"{name}.parquet")
        info = case.info
        self.table("subjects", {"upn": "VARCHAR"}, [(upn,) for upn in info.subjects])
        self.table("accepted_domains", {"domain": "VARCHAR"}, [(domain,) for domain in info.accepted_domains])
        window = (info.window.start.replace(tzinfo=None), info.window.end.replace(tzinfo=None))
        self.table("case_window", {"start_time": "TIMESTAMP", "end_time": "TIMESTAMP"}, [window])
        self._derived()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The answer as dicts; times are naive datetimes in UTC."""
        cursor = self.connection.execute(sql, list(parameters))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def frame(self, sql: str, parameters: Sequence[Any] = ()) -> DataFrame:
        """The answer as a pandas DataFrame: for notebooks and plots, small by then."""
        return self.connection.execute(sql, list(parameters)).df()

    def table(self, name: str, columns: dict[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make (or replace) a small table, such as a list that ships with the detections."""
        content = list(rows)
        # One list per column: a parameter per cell costs twenty times as much.
        lists = [[row[place] for row in content] for place in range(len(columns))]
        cells = ", ".join(f'unnest(CAST(? AS {kind}[])) AS "{column}"' for column, kind in columns.items())
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT {cells}", lists)

    def _view(self, name: str, columns: dict[str, str], path: Path) -> None:
        if path.exists():
            quoted = str(path).replace("'", "''")
            self.connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{quoted}')")
        else:
            empty = ", ".join(f'CAST(NULL AS {kind}) AS "{column}"' for column, kind in columns.items())
            self.connection.execute(f"CREATE VIEW {name} AS SELECT {empty} WHERE FALSE")

    def _derived(self) -> None:
        self.connection.execute(
            "CREATE VIEW event_properties AS SELECT event_id, p.name AS name, p.value AS value"
            " FROM (SELECT event_id, unnest(properties) AS p FROM events)"
        )
        shared = ", ".join(f'"{column}"' for column in _RULE_COLUMNS)
        # One view, so that every rule detection reads state and log alike: a rule seen in both gives two rows.
        self.connection.execute(
            f"CREATE VIEW rules AS"
            f" SELECT key AS evidence, owner, CAST(NULL AS TIMESTAMP) AS time, 'state' AS side, hidden, {shared}"
            f" FROM inbox_rules"
            f" UNION ALL SELECT event_id, owner, time, 'log', CAST(NULL AS BOOLEAN), {shared}"
            f" FROM rule_changes WHERE change = 'set'"
        )


def write_table(connection: duckdb.DuckDBPyConnection, name: str, select: str, folder: Path) -> int:
    """Write one table of the case from a SELECT, columns cast and ordered as the schema says; returns the rows.

    Columns the SELECT does not give become NULL. The file is replaced in one step.
    """
    given = {row[0] for row in connection.execute(f"DESCRIBE {select}").fetchall()}
    columns = TABLES[name]
    casts = ", ".join(
        f'CAST({f"{chr(34)}{column}{chr(34)}" if column in given else "NULL"} AS {kind}) AS "{column}"'
        for column, kind in columns.items()
    )
    part, path = folder / f"{name}.parquet.part", folder / f"{name}.parquet"
    quoted = str(part).replace("'", "''")
    count = connection.execute(
        f"COPY (SELECT {casts} FROM ({select})) TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)"
    )
    written = count.fetchone()
    part.replace(path)
    return int(written[0]) if written else 0


__all__ = ["STATE_TABLES", "Engine", "connect", "write_table"]
