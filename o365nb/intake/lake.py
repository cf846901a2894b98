"""Tables that lie in a lake already (Sentinel data lake, Fabric, Databricks), read in place by Spark: no export.

Every executor runs the very shape and SQL that read an exported file, over the rows of its own partition; what comes to
the driver, and into the case as evidence, is normalised events (some hundred bytes each), in the order of the table.
De-duplication, enrichment and counts are then those of any file, so the answers are equal by construction.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from o365nb.case import Case
from o365nb.engine import connect
from o365nb.errors import BadInput
from o365nb.intake import event_table
from o365nb.intake.base import Item
from o365nb.intake.counts import FileCount
from o365nb.intake.forms import JsonShape
from o365nb.intake.sentinel_json import (
    SentinelAuditLogsJson,
    SentinelEmailEventsJson,
    SentinelOfficeActivityJson,
    SentinelSigninJson,
)
from o365nb.intake.staging import Stage
from o365nb.progress import Progress

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SOURCE = "lake"
#: The tables by their names in Log Analytics, and the shape of their rows.
TABLES: dict[str, type[JsonShape]] = {
    "SigninLogs": SentinelSigninJson,
    "AADNonInteractiveUserSignInLogs": SentinelSigninJson,
    "AADServicePrincipalSignInLogs": SentinelSigninJson,
    "AADManagedIdentitySignInLogs": SentinelSigninJson,
    "AuditLogs": SentinelAuditLogsJson,
    "OfficeActivity": SentinelOfficeActivityJson,
    "EmailEvents": SentinelEmailEventsJson,
}
#: Rows that an executor normalises at a time: what bounds its memory.
_BATCH = 200_000
#: Times to the microsecond; Spark would cut them to the millisecond.
_AS_WRITTEN = {
    "timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "timestampNTZFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
}


class Part(NamedTuple):
    """What became of some rows of one partition: counts, as `FileCount` has them, and the events as Parquet."""

    rows: int
    received: int
    lost: int
    damaged: int
    reasons: tuple[str, ...]
    events: bytes


def add_tables(case: Case, tables: Mapping[str, DataFrame], progress: Progress) -> None:
    """Keep in the case what Spark tables hold: `tables` are DataFrames by the names of `TABLES`.

    Raises BadInput for another name, for no rows at all, or for a session that is not classic Spark.
    """
    for name in tables:
        if name not in TABLES:
            raise BadInput(f"{name} is no table that can be read in place. These are: {', '.join(TABLES)}.")
    found = 0
    with progress.task("Reading tables in place", total=len(tables), unit="tables") as task:
        for name, frame in tables.items():
            found += _add(case, name, frame)
            task.advance(note=name)
    if not found:
        raise BadInput("The tables have no rows. Widen the time that they are read for.")


def _add(case: Case, name: str, frame: DataFrame) -> int:
    """One table: worked out on all executors, brought over part by part, kept as one file."""
    with tempfile.TemporaryDirectory(prefix="o365nb-lake-") as folder:
        total, paths, rows = FileCount(name, TABLES[name].name), [], 0
        for number, part in enumerate(_parts(name, frame)):
            total.received += part.received
            total.lost += part.lost
            total.damaged += part.damaged
            total.reasons = [*total.reasons, *(_moved(reason, rows) for reason in part.reasons)][:3]
            paths.append((Path(folder, f"{number:06}.parquet"), rows))
            paths[-1][0].write_bytes(part.events)
            rows += part.rows
        if rows:
            about = {key: getattr(total, key) for key in ("received", "lost", "damaged", "reasons")}
            alone = case.info.subjects[0] if len(case.info.subjects) == 1 else ""
            case.store_file(
                SOURCE, f"{name}.parquet", _joined(paths, Path(folder)), shape=TABLES[name].name, file=name,
                records=total.received, normalised=about, original=f"the table {name}", owner=alone,
                seen_by="export", collector="lake",
            )  # fmt: skip
    return rows


def _parts(name: str, frame: DataFrame) -> Iterator[Part]:
    from pyspark import StorageLevel
    from pyspark.sql import DataFrame as Anything
    from pyspark.sql import functions

    if not isinstance(frame, Anything) or type(frame).__module__.startswith("pyspark.sql.connect"):
        raise BadInput(f"{name} is no table of a classic Spark session. Spark Connect cannot be read in place.")
    lines = frame.select(functions.to_json(functions.struct("*"), _AS_WRITTEN))
    made = lines.rdd.mapPartitions(partial(normalised, name)).persist(StorageLevel.DISK_ONLY)
    try:
        made.count()  # all executors at once; the iterator alone would ask one partition after the other
        yield from (Part(*part) for part in made.toLocalIterator())
    finally:
        made.unpersist()


def _moved(reason: str, before: int) -> str:
    """A fault's words (`FileCount.fault`) with the number of its line in the whole table."""
    line, colon, said = reason.partition(": ")
    number = line.removeprefix("line ")
    return f"line {int(number) + before}: {said}" if colon and number.isdecimal() else reason


def _joined(paths: Iterable[tuple[Path, int]], folder: Path) -> Path:
    """The parts as one file; lines are numbered on from part to part, as in one export."""
    joined = folder / "joined.parquet"
    reads = (
        f"SELECT * REPLACE (raw_line + {before} AS raw_line) FROM read_parquet('{path}')" for path, before in paths
    )
    with connect(folder) as connection:
        connection.execute(f"COPY ({' UNION ALL BY NAME '.join(reads)}) TO '{joined}' (FORMAT parquet)")
    return joined


def normalised(name: str, rows: Iterable[Sequence[str]]) -> Iterator[tuple[Any, ...]]:
    """On an executor: rows of one partition, each one JSON text, to parts. Plain tuples, for they travel."""
    left = (text for (text,) in rows)
    while batch := list(islice(left, _BATCH)):
        yield tuple(_normalised(name, batch))


def _normalised(name: str, rows: list[str]) -> Part:
    file = FileCount(name, TABLES[name].name, name)
    with tempfile.TemporaryDirectory(prefix="o365nb-lake-") as folder:
        path = Path(folder, "events.parquet")
        with connect(Path(folder), "1GB") as connection:
            events = event_table.EventTable(connection, Path(folder))
            with Stage(Path(folder), events) as stage:
                stage.add_items(file, _items(name, rows))
                for kind in event_table.LOGS:
                    if stage.staged(kind):
                        events.normalise(kind, stage.path(kind))
                events.keep(path)
        return Part(len(rows), file.received, file.lost, file.damaged, tuple(file.reasons), path.read_bytes())


def _items(name: str, rows: list[str]) -> Iterator[Item]:
    shape = TABLES[name]()
    for line, row in zip(count(1), rows):
        data = orjson.loads(row)
        if not data.get("Type"):
            data["Type"] = name  # what tells a table from its sisters
        yield from shape.records(line, data)
