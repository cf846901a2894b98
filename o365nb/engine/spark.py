"""Spark as the engine: for evidence that outgrew one machine, and for notebooks where the tables lie already.

Statements are translated by `dialect`; the case's Parquet files are read in place, so a cluster must see them under
the same path. Spark itself is optional (extra `spark`) and imported here only.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from o365nb.errors import BadInput, Unreachable

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

#: What makes Spark answer as DuckDB does: naive times in UTC, errors instead of NULL, texts as they are written.
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.ansi.doubleQuotedIdentifiers": "false",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
}
#: For a Spark that we start ourselves: nobody outside this machine is listened to.
_START = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.catalogImplementation": "in-memory",
}
#: One process does all the work then: Spark's own gigabyte would be little. SPARK_DRIVER_MEMORY says otherwise.
_MEMORY = "4g"
_LOOPBACK = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


def session(where: str, settings: Mapping[str, str] | None = None) -> SparkSession:
    """The Spark session for an engine's name: the one that runs already, or one started now with these settings.

    Raises BadInput, with the mend, where Java is missing; Unreachable where no master answers.
    """
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    master = "local[*]" if where == "spark" else where
    if running is not None:
        if where != "spark" and running.sparkContext.master != master:
            raise BadInput(f"Spark runs already on {running.sparkContext.master}: ask it with --engine spark.")
        return running
    here = master.startswith("local")
    if here:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    if master.startswith("local-cluster") and "SPARK_HOME" not in os.environ:
        os.environ["SPARK_HOME"] = _home_of_our_own()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("o365nb")
    if master.startswith("local[") and "SPARK_DRIVER_MEMORY" not in os.environ:
        builder = builder.config("spark.driver.memory", _MEMORY)
    for name, value in {**_START, **(_LOOPBACK if here else {}), **_SETTINGS, **(settings or {})}.items():
        builder = builder.config(name, value)
    return _started(builder, master)


def _started(builder: SparkSession.Builder, master: str) -> SparkSession:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkRuntimeError

    try:
        with warnings.catch_warnings():
            # pyspark warns of pandas 3 wherever it finds it; nothing here goes through its pandas side.
            warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
            return builder.getOrCreate()
    except (PySparkRuntimeError, OSError) as problem:
        raise BadInput(
            f"Spark did not start ({str(problem)[:120]}). It needs Java 17 or newer: set JAVA_HOME."
        ) from None
    except Py4JError:
        raise Unreachable(
            f"Spark did not start on {master}: no master answers there. See its own lines above."
        ) from None


def _home_of_our_own() -> str:
    """Where the workers of a local cluster may write: pyspark as installed, by links, in a folder that goes away."""
    import pyspark

    home = Path(tempfile.mkdtemp(prefix="o365nb-spark-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    for item in Path(pyspark.__file__).parent.iterdir():
        if item.name != "work":
            (home / item.name).symlink_to(item)
    return str(home)


class Spark:
    """Statements translated, in a session of its own on the Spark that runs or is started."""

    def __init__(self, where: str) -> None:
        from o365nb.engine import dialect

        self._dialect = dialect
        self.session = session(where).newSession()
        for name, value in _SETTINGS.items():
            self.session.conf.set(name, value)
        context = self.session.sparkContext
        # On one machine two hundred tiny tasks for a few thousand rows are all that a small case would do.
        if str(context.master).startswith("local"):
            self.session.conf.set("spark.sql.shuffle.partitions", str(max(2, context.defaultParallelism)))
        self._names: set[str] = set()

    def close(self) -> None:
        """Drop what was made. Spark itself runs on: others may use it, and it ends with the process."""
        for name in self._names:
            self.session.catalog.dropTempView(name)

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[list[str], list[tuple[Any, ...]]]:
        answer = self._frame(sql, parameters)
        return answer.columns, [tuple(_plain(value) for value in row) for row in answer.collect()]

    def file(self, name: str, path: Path, columns: dict[str, str]) -> None:
        fields = ", ".join(f"`{column}` {self._dialect.column_type(kind)}" for column, kind in columns.items())
        self._name(name, self.session.read.schema(fields).parquet(str(path)))

    def view(self, name: str, select: str) -> None:
        self._name(name, self._frame(select))

    def derive(self, name: str, select: str) -> None:
        # Cut loose from what it was made of: plans that grow with every table cost more than the work itself.
        self._name(name, self._frame(select).localCheckpoint())

    def table(self, name: str, columns: dict[str, str], rows: Iterable[Sequence[Any]]) -> None:
        content = [tuple(row) for row in rows]
        kinds = [self._dialect.column_type(kind) for kind in columns.values()]
        texts = [any(isinstance(row[place], str) for row in content) for place in range(len(kinds))]
        given = ["STRING" if text else kind for kind, text in zip(kinds, texts, strict=True)]
        fields = ", ".join(f"`{column}` {kind}" for column, kind in zip(columns, given, strict=True))
        made = self.session.createDataFrame(content, fields)
        casts = (f"CAST(`{column}` AS {kind}) AS `{column}`" for column, kind in zip(columns, kinds, strict=True))
        self._name(name, made.selectExpr(*casts))

    def _frame(self, sql: str, parameters: Sequence[Any] = ()) -> DataFrame:
        times = frozenset(place for place, value in enumerate(parameters) if isinstance(value, datetime))
        values = [value.isoformat(" ") if isinstance(value, datetime) else value for value in parameters]
        return self.session.sql(self._dialect.to_spark(sql, times), args=values or None)

    def _name(self, name: str, frame: DataFrame) -> None:
        frame.createOrReplaceTempView(name)
        self._names.add(name)


def _plain(value: Any) -> Any:
    """A value as DuckDB gives it: structs as dicts."""
    from pyspark.sql import Row

    if isinstance(value, Row):
        return {name: _plain(part) for name, part in value.asDict().items()}
    return [_plain(part) for part in value] if isinstance(value, list) else value


__all__ = ["Spark", "session"]
