"""The case's events by shape: the distinct combinations of the columns that hold few values, and which event has which.

A million events have some thousand shapes, and most rules ask for nothing else: they are answered on the shapes, and
only what can still match is looked up among the events. Made once per case and kept beside `events.parquet`.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb

from o365nb.case.folder import write_atomic
from o365nb.sigma.fields import SHAPE

_FOLDER, _STAMP = "sigma", "stamp.json"
_VERSION = 2
_FILES = ("shapes", "names", "rows", "few")
#: A shape with no more events than this share of the case has `few`: their properties are kept apart, for these are
#: the events that rules mostly ask about, and reading everybody's properties takes longer than all the rest.
_FEW = 200


def prepare(connection: duckdb.DuckDBPyConnection, tables: Path) -> None:
    """Make `sigma_shapes` (shape, the columns, n, few), `sigma_names` (shape, name of a property that its events have,
    in lower case), and the views `sigma_events` (row, shape), `sigma_few` (row, properties: those of shapes that have
    few events) and `sigma_source` (events with `row`) known.

    What stands for the same events is taken; anything else is made anew.
    """
    folder, events = tables / _FOLDER, tables / "events.parquet"
    stamp = _stamp(tables, events)
    if not _fresh(folder, stamp):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _write(connection, events, folder)
        write_atomic(folder / _STAMP, json.dumps(stamp))
    for name in ("shapes", "names"):
        source = _parquet(folder / f"{name}.parquet")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE sigma_{name} AS SELECT * FROM {source}")
    for view, name in (("events", "rows"), ("few", "few")):
        source = _parquet(folder / f"{name}.parquet")
        connection.execute(f"CREATE OR REPLACE TEMP VIEW sigma_{view} AS SELECT * FROM {source}")
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW sigma_source AS SELECT *, file_row_number AS row"
        f" FROM {_parquet(events, ', file_row_number = true')}"
    )


def _stamp(tables: Path, events: Path) -> dict[str, object]:
    """What the shapes were made of: the tables' own stamp where they have one, and the very file."""
    counts, about = tables / "counts.json", events.stat()
    made_of = json.loads(counts.read_text("utf-8")).get("stamp", "") if counts.is_file() else ""
    return {
        "version": _VERSION,
        "columns": list(SHAPE),
        "tables": made_of,
        "size": about.st_size,
        "changed": about.st_mtime_ns,
    }


def _fresh(folder: Path, stamp: dict[str, object]) -> bool:
    path = folder / _STAMP
    if not path.is_file() or not all((folder / f"{name}.parquet").is_file() for name in _FILES):
        return False
    try:
        return bool(json.loads(path.read_text("utf-8")) == stamp)
    except ValueError:
        return False


def _write(connection: duckdb.DuckDBPyConnection, events: Path, folder: Path) -> None:
    columns = ", ".join(f'"{name}"' for name in SHAPE)
    same = " AND ".join(f's."{name}" IS NOT DISTINCT FROM e."{name}"' for name in SHAPE)
    source = _parquet(events, ", file_row_number = true")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE sigma_made AS"
        f" SELECT CAST(row_number() OVER (ORDER BY n DESC, {columns}) AS INTEGER) AS shape, *,"
        f" n * {_FEW} <= sum(n) OVER () AS few"
        f" FROM (SELECT {columns}, count(*) AS n FROM {source} GROUP BY ALL)"
    )
    joined = f"FROM {source} AS e JOIN sigma_made AS s ON {same}"
    made = {
        "shapes": "SELECT * FROM sigma_made",
        "rows": f"SELECT e.file_row_number AS row, s.shape {joined}",
        "few": f"SELECT e.file_row_number AS row, e.properties {joined} WHERE s.few",
        "names": "SELECT DISTINCT shape, name FROM"
        f" (SELECT s.shape, unnest([lower(p.name) for p in e.properties]) AS name {joined})",
    }
    for name, select in made.items():
        path = _text(folder / f"{name}.parquet")
        connection.execute(f"COPY ({select}) TO {path} (FORMAT parquet, COMPRESSION zstd)")
    connection.execute("DROP TABLE sigma_made")


def _parquet(path: Path, options: str = "") -> str:
    return f"read_parquet({_text(path)}{options})"


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
