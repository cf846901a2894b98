"""Evidence files for tests: what a shape reads from them, what a normaliser makes of a record, whole cases of them."""

from __future__ import annotations

import functools
import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import orjson

from o365nb import intake
from o365nb.case import Case, CaseInfo
from o365nb.engine import Engine, connect
from o365nb.intake import Damaged, Origin, Record, event_table
from o365nb.model import Window, utc
from o365nb.progress import Progress

REALDATA = Path(__file__).parent / "data" / "realdata"
SUBJECT = "anna@contoso.example"
WINDOW = Window(utc("2026-11-01"), utc("2026-11-18T12:00:00Z"))


def read(content: bytes | str, name: str = "export", owner: str = "") -> tuple[str, list[Record], list[Damaged]]:
    """The shape of some content, its records and what is damaged in it."""
    data = content.encode() if isinstance(content, str) else content
    shape, text = intake.recognise(name, data)
    items = list(shape.read(text, Origin(name, owner=owner)))
    records = [item for item in items if isinstance(item, Record)]
    return shape.name, records, [item for item in items if isinstance(item, Damaged)]


@functools.cache
def _connection() -> duckdb.DuckDBPyConnection:
    return connect()


def normalise(kind: str, *records: dict[str, Any]) -> list[dict[str, Any]]:
    """The events that Microsoft's own records of `kind` become, in order; empty columns left out."""
    connection = _connection()
    with TemporaryDirectory() as folder:
        events = event_table.EventTable(connection, Path(folder))
        events.add_file("raw/f.gz")
        lines = [{"file": 0, "raw_line": n + 1, "seq": n, "record": record} for n, record in enumerate(records)]
        staged = Path(folder) / "staged.ndjson"
        staged.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
        events.normalise(kind, staged)
        events.enrich()
        apart = "row, file, as_org, network_kind, client, client_kind, client_version"  # these have tests of their own
        cursor = connection.execute(f"SELECT * EXCLUDE ({apart}) FROM told ORDER BY seq")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [{name: value for name, value in row.items() if value not in (None, [])} for row in rows]


def normalise_one(kind: str, record: dict[str, Any], *columns: str) -> Any:
    """Of one record the columns asked for: a value for one column, a tuple for several."""
    (row,) = normalise(kind, record)
    values = tuple(row.get(column) for column in columns)
    return values[0] if len(columns) == 1 else values


def properties(row: dict[str, Any]) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in row.get("properties", [])}


def empty_case(root: Path, *, subjects: tuple[str, ...] = (SUBJECT,), window: Window = WINDOW) -> Case:
    return Case.create(root / "case", CaseInfo("test", subjects, window, "export"))


def case_of(root: Path, files: dict[str, bytes | str], **about: Any) -> Case:
    """A case with tables and ledger, made of the files by the same way as any export."""
    folder = root / "evidence"
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    case = empty_case(root, **about)
    intake.add_files(case, folder, Progress())
    intake.build_tables(case, Progress())
    intake.record_file_coverage(case)
    return case


def rows(case: Case, sql: str) -> list[dict[str, Any]]:
    with Engine(case) as engine:
        return engine.rows(sql)


def balanced(case: Case) -> dict[str, tuple[int, int, int]]:
    """(received, duplicates, lost) by file; fails unless every record is an event, a duplicate or lost."""
    counts = intake.TableCounts.load(case.tables)
    events = sum(file.kept for file in counts.files if not _state(file))
    assert events == counts.tables["events"]
    return {file.name or file.path: (file.received, file.duplicates, file.lost) for file in counts.files}


def _state(file: intake.FileCount) -> bool:
    events = ("ual", "sign_in", "directory", "message", "alert", "incident", "risk_detection")
    return not any(source.startswith(events) for source in file.spans)


def lines(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def real(path: str) -> bytes:
    """The bytes of a real sample, unpacked."""
    data = (REALDATA / path).read_bytes()
    return gzip.decompress(data) if path.endswith(".gz") else data


def audit(**given: Any) -> dict[str, Any]:
    """An audit record of anna's mailbox."""
    number = given.pop("number", 1)
    return {
        "CreationTime": "2026-11-17T08:41:00",
        "Id": f"00000000-0000-4000-8000-{number:012d}",
        "Operation": "Send",
        "RecordType": 2,
        "ResultStatus": "Succeeded",
        "UserType": 0,
        "Workload": "Exchange",
        "UserId": SUBJECT,
        "ClientIP": "203.0.113.10",
        **given,
    }


def signed_in(**given: Any) -> dict[str, Any]:
    """A sign-in of anna's as Graph beta gives it."""
    return {
        "id": "00000000-0000-4000-8000-0000000000aa",
        "createdDateTime": "2026-11-17T08:41:00Z",
        "userPrincipalName": "Anna@contoso.example",
        "userId": "10000000-0000-4000-8000-000000000001",
        "appId": "4765445b-32c6-49b0-83e6-1d93765276ca",
        "appDisplayName": "OfficeHome",
        "ipAddress": "203.0.113.10",
        "isInteractive": True,
        "status": {"errorCode": 0, "failureReason": None},
        **given,
    }
