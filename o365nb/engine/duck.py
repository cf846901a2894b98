"""DuckDB, embedded: nothing to install, nothing to start, and fast enough for the tenants that fit one machine."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from o365nb.events.schema import TABLES

#: How tables are written. Small groups of rows: each thread holds some of them at once, and memory is bounded.
PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 40960"


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
    connection.execute("SET enable_progress_bar = false")  # it writes between the lines of whoever prints
    return connection


class DuckDB:
    """Statements as they are written, on one connection in memory."""

    def __init__(self, scratch: Path) -> None:
        self.connection = connect(scratch)

    def close(self) -> None:
        self.connection.close()

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[list[str], list[tuple[Any, ...]]]:
        cursor = self.connection.execute(sql, list(parameters))
        return [column[0] for column in cursor.description or ()], cursor.fetchall()

    def file(self, name: str, path: Path, columns: dict[str, str]) -> None:
        quoted = str(path).replace("'", "''")
        self.connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{quoted}')")

    def view(self, name: str, select: str) -> None:
        self.connection.execute(f"CREATE OR REPLACE VIEW {name} AS {select}")

    def derive(self, name: str, select: str) -> None:
        self.connection.execute(f"CREATE OR REPLACE TEMPORARY TABLE {name} AS {select}")

    def table(self, name: str, columns: dict[str, str], rows: Iterable[Sequence[Any]]) -> None:
        content = list(rows)
        # One list per column: a parameter per cell costs twenty times as much.
        lists = [[row[place] for row in content] for place in range(len(columns))]
        cells = ", ".join(f'unnest(CAST(? AS {kind}[])) AS "{column}"' for column, kind in columns.items())
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT {cells}", lists)


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
    count = connection.execute(f"COPY (SELECT {casts} FROM ({select})) TO '{quoted}' ({PARQUET})")
    written = count.fetchone()
    part.replace(path)
    return int(written[0]) if written else 0
