"""The tables of one case, ready to be asked: the same names and the same answers on every engine.

What detections and analysis see: every table of `events.schema`, empty where the case has none; `case_events` (the
events without what other people do all day long: a fraction of them) and `case_properties` (their properties, one row
each), both made once, when asked for; `rules` (inbox rules from state and from the audit log); `subjects(upn)`,
`accepted_domains(domain)`, `case_window(start_time, end_time)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, Self

import duckdb

from o365nb.case import Case
from o365nb.engine.duck import DuckDB
from o365nb.errors import BadInput
from o365nb.events.schema import EVENTS, RULE_CHANGES, TABLES

#: What everybody does by the thousand: of people outside the case it tells nothing, and it is nine tenths of a log.
_BULK = """
    'MailItemsAccessed', 'UserLoggedIn', 'UserLoginFailed', 'Send', 'SendAs', 'Create', 'Update', 'Move',
    'MoveToDeletedItems', 'SoftDelete', 'HardDelete', 'AttachmentAccess', 'FileAccessed', 'FileAccessedExtended',
    'FilePreviewed', 'FileDownloaded', 'FileModified', 'FileModifiedExtended', 'FileUploaded', 'FileSyncUploadedFull',
    'FileSyncDownloadedFull', 'FileSyncDownloadedPartial', 'FolderModified', 'ListItemUpdated', 'ListItemViewed',
    'ListViewed', 'PageViewed', 'PageViewedExtended', 'PagePrefetched', 'ClientViewSignaled', 'SearchQueryPerformed',
    'SearchQueryInitiatedExchange', 'SearchQueryInitiatedSharePoint', 'MessageSent', 'MessageRead', 'MessagesListed',
    'TeamsSessionStarted', 'CopilotInteraction'
"""
_BULK_SOURCES = "'sign_in', 'sign_in_noninteractive', 'sign_in_service_principal', 'message_trace'"
_MINE = " OR ".join(f"lower({name}) IN (SELECT upn FROM subjects)" for name in ("actor", "mailbox_owner", "target"))
_OF_THE_CASE = f"{_MINE} OR source NOT IN ({_BULK_SOURCES}) AND coalesce(operation, '') NOT IN ({_BULK})"
_LEFT_OUT = ("operation_raw", "properties", "raw_file", "raw_line")

_RULE_COLUMNS = [name for name in RULE_CHANGES if name not in ("event_id", "time", "owner", "change")]
_ENGINES = re.compile(r"duckdb|spark|spark://[\w.:,\[\]-]+|local(-cluster)?\[[\d*]+(, *\d+)*\]|local")


class Backend(Protocol):
    """What it takes to be an engine. Statements are in the subset that `dialect` describes."""

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The names of the columns and the rows."""

    def file(self, name: str, path: Path, columns: dict[str, str]) -> None:
        """A Parquet file as a table, read in place."""

    def view(self, name: str, select: str) -> None:
        """A name for a SELECT that is worked out at every question."""

    def derive(self, name: str, select: str) -> None:
        """A table worked out once."""

    def table(self, name: str, columns: dict[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """A small table from rows of values; texts are cast where the column is no text."""

    def close(self) -> None:
        """Let go of everything that was made."""


class Engine:
    """The tables of one case. Close it, or use it as a context manager.

    `where` is duckdb, spark, spark://host:port, or a Spark master such as local-cluster[2,1,1024].
    """

    def __init__(self, case: Case, where: str = "duckdb") -> None:
        self.case = case
        self.backend = _start(known_engine(where), case)
        self._made: set[str] = set()
        for name, columns in TABLES.items():
            path = case.tables / f"{name}.parquet"
            if path.exists():
                self.backend.file(name, path, columns)
            else:
                empty = ", ".join(f'CAST(NULL AS {kind}) AS "{column}"' for column, kind in columns.items())
                self.backend.view(name, f"SELECT {empty} WHERE FALSE")
        info = case.info
        self.table("subjects", {"upn": "VARCHAR"}, [(upn,) for upn in info.subjects])
        self.table("accepted_domains", {"domain": "VARCHAR"}, [(domain,) for domain in info.accepted_domains])
        window = (info.window.start.replace(tzinfo=None), info.window.end.replace(tzinfo=None))
        self.table("case_window", {"start_time": "TIMESTAMP", "end_time": "TIMESTAMP"}, [window])
        self._views()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.backend.close()

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """DuckDB's own connection, for what runs there alone. Raises BadInput on another engine."""
        if not isinstance(self.backend, DuckDB):
            raise BadInput("This runs on DuckDB only: leave --engine away.")
        return self.backend.connection

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The answer as dicts; times are naive datetimes in UTC."""
        names, rows = self.backend.ask(sql, parameters)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def derive(self, name: str, select: str) -> None:
        """Make (or replace) a table from a SELECT, worked out once."""
        self.backend.derive(name, select)
        self._made.add(name)

    def once(self, name: str, select: str) -> None:
        """Make a table from a SELECT, unless it stands."""
        if name not in self._made:
            self.derive(name, select)

    def table(self, name: str, columns: dict[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make (or replace) a small table, such as a list that ships with the detections."""
        self.backend.table(name, columns, rows)

    def case_events(self) -> None:
        """Make the table `case_events`, unless it stands: what is asked of a case need not read the whole tenant."""
        columns = ", ".join(f'"{name}"' for name in EVENTS if name not in _LEFT_OUT)
        self.once("case_events", f"SELECT {columns} FROM events WHERE {_OF_THE_CASE}")

    def case_properties(self) -> None:
        """Make the table `case_properties`, unless it stands: taking every property apart costs more than all else."""
        self.once(
            "case_properties",
            f"""SELECT event_id, p.name AS name, p.value AS value FROM (
                SELECT event_id, unnest(properties) AS p FROM events WHERE {_OF_THE_CASE}
            ) AS apart""",
        )

    def _views(self) -> None:
        shared = ", ".join(f'"{column}"' for column in _RULE_COLUMNS)
        # One view, so that every rule detection reads state and log alike: a rule seen in both gives two rows.
        self.backend.view(
            "rules",
            f"SELECT key AS evidence, owner, CAST(NULL AS TIMESTAMP) AS time, 'state' AS side, hidden, {shared}"
            f" FROM inbox_rules"
            f" UNION ALL SELECT event_id, owner, time, 'log', CAST(NULL AS BOOLEAN), {shared}"
            f" FROM rule_changes WHERE change = 'set'",
        )


def known_engine(where: str) -> str:
    """The name of an engine as it was given. Raises BadInput for one that there is not, or not without a package."""
    if not _ENGINES.fullmatch(where):
        raise BadInput(f"--engine {where!r} is no engine: duckdb, spark (this machine) or spark://host:port.")
    missing = [name for name in ("pyspark", "sqlglot") if where != "duckdb" and find_spec(name) is None]
    if missing:
        raise BadInput(f"--engine {where} needs {' and '.join(missing)}: pip install -e '.[spark]' in your clone.")
    return where


def _start(where: str, case: Case) -> Backend:
    if where == "duckdb":
        return DuckDB(case.tables / ".scratch")
    from o365nb.engine.spark import Spark

    return Spark(where)
