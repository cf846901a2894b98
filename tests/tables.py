"""Real Parquet tables from plain dicts, for tests of everything that reads a case.

    case = make_case(tmp_path, events=[event(operation="New-InboxRule")], inbox_rules=[rule(name=".")])
    with Engine(case) as engine: ...

Every maker fills in an innocent default for each column that is not given. Columns are those of `events.schema`;
`properties` may be given as a dict, times as text or datetime.
"""

from __future__ import annotations

import functools
import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from o365nb.case import Case, CaseInfo, Coverage
from o365nb.engine import connect, write_table
from o365nb.events.schema import TABLES
from o365nb.model import Outcome, Window, utc

SUBJECT = "anna@contoso.example"
WINDOW = Window(utc("2026-10-18T12:00:00Z"), utc("2026-11-18T12:00:00Z"))
T0 = "2026-11-17T08:41:00Z"

#: What is recorded as seen whole when a test says nothing else.
SOURCES = (
    *("sign_in", "sign_in_noninteractive", "directory_audit", "ual", "message_trace", "users", "inbox_rules"),
    *("inbox_rules.hidden", "mailboxes", "oauth_grants", "auth_methods", "devices", "org_config"),
    *("mailbox_permissions", "folder_permissions", "sweep_rules", "transport_rules", "connectors", "remote_domains"),
    *("audit_config", "mailbox_settings", "mobile_devices", "blocked_senders"),
    *(
        "ual/others",
        "password_guesses",
        "alert",
        "managed_devices",
        "risk_detection",
        "sign_in_service_principal",
        "messages",
    ),
)

#: What is recorded for the whole tenant as well.
OF_EVERYONE = ("sign_in",)

_EVENT: dict[str, Any] = {
    "time": T0,
    "source": "ual",
    "workload": "Exchange",
    "operation": "Send",
    "actor": SUBJECT,
    "actor_kind": "user",
    "client_ip": "203.0.113.10",
    "country": "GB",
    "asn": 64500,
    "as_org": "Home Broadband",
    "network_kind": "isp",
    "result": "success",
    "message_ids": [],
    "folders": [],
    "properties": [],
    "raw_file": "raw/test/events.gz",
    "raw_line": 1,
}
_SIGN_IN: dict[str, Any] = {
    "source": "sign_in",
    "workload": "AzureActiveDirectory",
    "operation": "Sign-in activity",
    "user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36",
    "os": "Windows",
    "browser": "Chrome",
    "session_id": "00000000-0000-4000-8000-00000000000a",
    "device_id": "0d0d0d0d-0000-4000-8000-000000000001",
    "device_managed": True,
    "app_id": "4765445b-32c6-49b0-83e6-1d93765276ca",
    "app_name": "OfficeHome",
    "error_code": "0",
    "client_app": "Browser",
    "mfa": "multiFactorAuthentication",
    "token_type": "none",
}
_RULE: dict[str, Any] = {
    "rule_id": "1001",
    "name": "Newsletters",
    "enabled": True,
    "priority": 1,
    "words": [],
    "from_addresses": [],
    "has_conditions": True,
    "forward_to": [],
    "redirect_to": [],
    "forward_as_attachment_to": [],
    "deletes": False,
    "mark_as_read": False,
    "stop_processing": False,
}
_STATE: dict[str, Any] = {
    "owner": SUBJECT,
    "seen_by": ["graph"],
    "collected_at": "2026-11-18T12:00:00Z",
    "raw_file": "raw/test/state.gz",
    "raw_line": 1,
}


def event(**given: Any) -> dict[str, Any]:
    """An audit event (source `ual`); `event_id` is derived from the content unless given."""
    row = {**_EVENT, **given}
    row.setdefault("operation_raw", row["operation"])
    row.setdefault("event_id", _digest(row))
    return row


def sign_in(**given: Any) -> dict[str, Any]:
    """A successful interactive sign-in from a managed device at home."""
    return event(**{**_SIGN_IN, **given})


def rule(**given: Any) -> dict[str, Any]:
    """An inbox rule as it stands (state), seen by Graph and Exchange."""
    row = {**_STATE, "seen_by": ["graph", "exchange"], **_RULE, "hidden": False, "has_error": False, **given}
    row.setdefault("key", f"inbox_rule:{row['owner']}:{row['rule_id']}")
    return row


def rule_change(**given: Any) -> dict[str, Any]:
    """An inbox rule as the audit log tells it (table `rule_changes`)."""
    row = {"time": T0, "owner": SUBJECT, "change": "set", **_RULE, **given}
    row.setdefault("event_id", _digest(row))
    return row


def state(kind: str, identity: str = "1", **given: Any) -> dict[str, Any]:
    """A row of any state table; `kind` and `identity` make its evidence key."""
    row = {**_STATE, **given}
    row.setdefault("key", f"{kind}:{row['owner']}:{identity}")
    return row


def make_case(
    root: Path,
    *,
    subjects: tuple[str, ...] = (SUBJECT,),
    window: Window = WINDOW,
    accepted_domains: tuple[str, ...] = ("contoso.example", "contoso.onmicrosoft.example"),
    door: str = "export",
    coverage: dict[str, Outcome] | None = None,
    **tables: list[dict[str, Any]],
) -> Case:
    """A case folder with real tables. `tables` are rows by table name: events=[...], inbox_rules=[...], ...

    `coverage` overrides the outcome by source, e.g. {"sign_in": Outcome.NOT_LICENSED}; every other source of
    SOURCES counts as complete for each subject.
    """
    info = CaseInfo("test", subjects, window, door, domains=accepted_domains, accepted_domains=accepted_domains)
    case = Case.create(root / "case", info)
    for name, rows in tables.items():
        write_rows(case.tables, name, rows)
    outcomes = {**dict.fromkeys(SOURCES, Outcome.COMPLETE), **(coverage or {})}
    case.ledger.record(
        *(
            Coverage(source, subject, window, outcome, reason=f"test: {outcome}")
            for source, outcome in outcomes.items()
            for subject in (*subjects, *([""] if source in OF_EVERYONE else []))
        )
    )
    return case


def write_rows(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    """One table of a case as Parquet, through the kit's own writer."""
    columns = TABLES[name]
    for row in rows:
        if unknown := set(row) - set(columns):
            raise KeyError(f"{name} has no column {sorted(unknown)}")
    staged = folder / f"{name}.ndjson"
    staged.write_text("".join(json.dumps(_plain(row)) + "\n" for row in rows), "utf-8")
    types = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
    path = str(staged).replace("'", "''")
    write_table(_writer(), name, f"SELECT * FROM read_json('{path}', format='nd', columns={{{types}}})", folder)
    staged.unlink()


@functools.cache
def _writer() -> DuckDBPyConnection:
    """One connection for every table: opening it costs more than writing one."""
    return connect()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    plain = {}
    for column, value in row.items():
        if column == "properties" and isinstance(value, dict):
            plain[column] = [{"name": name, "value": text} for name, text in value.items()]
        elif isinstance(value, datetime):
            plain[column] = utc(value).isoformat()
        else:
            plain[column] = value
    return plain


def _digest(row: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(_plain(row), sort_keys=True).encode()).hexdigest()[:32]
