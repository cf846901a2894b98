"""Enrichment as a share of the ingest that it is part of, and against the same look-ups made row by row.

    python benchmarks/enrich.py [--records 200000] [--mmdb FILE ...]

The records are made here: one address in five records is new, one user agent in a hundred. The databases are the
user's; without any, the case's own sign-ins, the lists that ship and (where installed) the registries' files answer.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from pathlib import Path

import duckdb

from o365nb import intake
from o365nb.case import Case, CaseInfo
from o365nb.engine import connect
from o365nb.events import enrichment
from o365nb.events.addresses import known
from o365nb.events.agents import agent
from o365nb.events.mmdb import Database
from o365nb.events.networks import Enrichment
from o365nb.events.registry import registry
from o365nb.model import Window, utc
from o365nb.progress import Progress

_ROWS = 20_000


def main() -> None:
    """Make a case, time its tables, then the enrichment alone over the same events."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--records", type=int, default=200_000)
    options.add_argument("--mmdb", type=Path, action="append", default=[])
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        evidence = _evidence(root / "audit.jsonl", asked.records)
        window = Window(utc("2026-11-01"), utc("2026-12-01"))
        case = Case.create(root / "case", CaseInfo("bench", ("anna@contoso.example",), window, "export"))
        intake.bring(case, tuple(asked.mmdb), root / "settings", fresh=False)
        intake.add_files(case, evidence, Progress())
        started = time.perf_counter()
        intake.build_tables(case, Progress())
        ingest = time.perf_counter() - started
        _report(case, asked.records, asked.mmdb, ingest)


def _report(case: Case, records: int, paths: list[Path], ingest: float) -> None:
    databases = tuple(Database(path) for path in paths)
    by = Enrichment(databases, registry=registry())
    connection = connect()
    path = str(case.tables / "events.parquet").replace("'", "''")
    connection.execute(f"CREATE TABLE plain AS SELECT * FROM read_parquet('{path}')")
    started = time.perf_counter()
    enrichment.create(connection, "plain", by)
    lookups = time.perf_counter() - started
    bare = _select(connection, "n.*", "")
    joined = _select(connection, f"n.* REPLACE ({enrichment.REPLACE})", enrichment.JOINS) - bare
    count = connection.execute(
        "SELECT count(DISTINCT client_ip), count(DISTINCT user_agent) FROM plain WHERE client_ip IS NOT NULL"
    ).fetchone()
    some = f"SELECT client_ip, user_agent FROM plain WHERE client_ip <> '' AND user_agent <> '' LIMIT {_ROWS}"
    rows = connection.execute(some).fetchall()
    started = time.perf_counter()
    for address, text in rows:
        asked = known(address)
        for database in databases if asked else ():
            database.find(asked)
        agent(text)
    by_row = (time.perf_counter() - started) * records / len(rows)
    share = (lookups + joined) / ingest
    print(f"{records:,} records, {count[0]:,} addresses, {count[1]:,} user agents, {len(databases)} databases")
    print(f"ingest {ingest:6.2f} s | looking up {lookups:5.2f} s + joining {joined:5.2f} s = {share:.1%} of it")
    print(f"row by row (of {len(rows):,}, scaled) {by_row:6.2f} s = {by_row / (lookups + joined):.1f} x as long")


def _select(connection: duckdb.DuckDBPyConnection, columns: str, joins: str) -> float:
    started = time.perf_counter()
    connection.execute(
        f"CREATE OR REPLACE TABLE made AS SELECT {columns} FROM plain AS n"
        f" LEFT JOIN (SELECT * FROM plain WHERE FALSE) AS t ON t.event_id = n.event_id {joins}"
    )
    return time.perf_counter() - started


def _evidence(path: Path, records: int) -> Path:
    """Audit records as the Management Activity API gives them, one to a line."""
    chance = random.Random(365)  # noqa: S311 - evidence is made up, not secret
    addresses = [".".join(str(chance.randint(1, 223)) for _ in range(4)) for _ in range(max(1, records // 5))]
    agents = [f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/{n}.0.0.0 Safari/537.36"
              for n in range(max(1, records // 100))]  # fmt: skip
    with path.open("w", encoding="utf-8") as file:
        for number in range(records):
            record = {
                "CreationTime": f"2026-11-{number % 28 + 1:02}T08:{number % 60:02}:00",
                "Id": f"00000000-0000-4000-8000-{number:012x}",
                "Operation": "FileAccessed",
                "RecordType": 6,
                "UserType": 0,
                "Workload": "SharePoint",
                "UserId": "anna@contoso.example",
                "ClientIP": chance.choice(addresses),
                "UserAgent": chance.choice(agents),
                "ObjectId": f"https://contoso.example/{number}",
                "OrganizationId": "0", "Version": 1, "UserKey": "k",
            }  # fmt: skip
            file.write(json.dumps(record) + "\n")
    return path


if __name__ == "__main__":
    main()
