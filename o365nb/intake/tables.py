"""Raw evidence → `tables/*.parquet`: stage the records, let SQL normalise them, count what became of every one."""

from __future__ import annotations

import hashlib
import json
import shutil
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb

from o365nb import __version__
from o365nb.case import Case
from o365nb.engine import connect, write_table
from o365nb.events import (
    devices,
    macros,
    rule_changes,
    rules,
    state,
    state_access,
    state_exchange,
    state_identity,
    state_mail,
)
from o365nb.events.schema import TABLES
from o365nb.intake import bulk, event_table
from o365nb.intake.brought import Brought
from o365nb.intake.consent_csv import PRINCIPAL
from o365nb.intake.counts import Span, TableCounts
from o365nb.intake.coverage import record_live_counts
from o365nb.intake.snapshots import standing
from o365nb.intake.staging import Stage, StateRecord
from o365nb.progress import Progress

Rows = list[dict[str, Any]]

#: Of the engine, whatever the evidence; what does not fit goes to the scratch folder.
_MEMORY = "900MB"

#: What Graph says beside the objects that `_state_rows` names itself.
_GRAPH_STATE = {**state_identity.ROWS, **state_access.ROWS}
#: Where each kind of object ends up, in the ledger's words.
_TABLE_OF = {
    "user": "users",
    "message_rule": "inbox_rules",
    "inbox_rule": "inbox_rules.hidden",
    "mailbox": "mailboxes",
    "oauth_grant": "oauth_grants",
    "auth_method": "auth_methods",
    "organization": "org_config",
    "accepted_domain": "org_config",
    **state_exchange.SOURCES,
    **state_mail.SOURCES,
    **devices.SOURCES,
    **{kind: source for kind, (_, source, _) in _GRAPH_STATE.items()},
}


def build_tables(case: Case, progress: Progress, *, bulk_from: float = bulk.FROM) -> TableCounts:
    """Every table of the case from everything raw in it, whichever door it came through.

    Nothing is done when the tables already stand for the same evidence. Live collections get their duplicates and
    unparsable records into the ledger here; files get their lines from `record_file_coverage`, once there is a window.
    Files of plain records are read by the engine itself from `bulk_from` bytes on; what it makes of them is the same.
    """
    lines = [line for line in case.custody.entries() if line.get("shape")]
    brought = Brought(case)
    stamp = _stamp(lines, brought.stamp)
    lines = standing(lines, case.ledger)
    before = TableCounts.load(case.tables)
    if before and before.stamp == stamp and all((case.tables / f"{name}.parquet").exists() for name in TABLES):
        return before
    scratch = case.tables / ".scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        scratch.mkdir(parents=True)
        with connect(scratch, _MEMORY) as connection:
            events = event_table.EventTable(connection, scratch)
            with Stage(scratch, events, bulk_from) as stage:
                with progress.task("Reading evidence", total=len(lines), unit="files") as task:
                    for line in lines:
                        stage.add(case, line)
                        task.advance(note=str(line["path"]))
                counts = TableCounts(stamp, files=stage.files)
                with progress.task("Normalising events", unit="events") as task, brought as by:
                    for kind in event_table.LOGS:
                        if stage.staged(kind):
                            events.normalise(kind, stage.path(kind))
                    counts.tables["events"] = events.finish(stage.files, case.tables, by)
                    task.advance(counts.tables["events"])
                _state(connection, stage, counts, case.tables)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    record_live_counts(case, counts.files)
    counts.save(case.tables)
    return counts


def _stamp(lines: Rows, brought: str) -> str:
    last = (lines[-1]["prev"], lines[-1]["sha256"]) if lines else ()
    content = [__version__, _code_version(), len(lines), last, brought]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _code_version() -> str:
    """A hash of the code and lists that make tables, so that those of an older version are made again."""
    digest = hashlib.sha256()
    for package in ("o365nb.events", "o365nb.intake"):
        for item in sorted(resources.files(package).iterdir(), key=lambda item: item.name):
            if item.name.endswith((".py", ".csv")):
                digest.update(item.name.encode() + item.read_bytes())
    return digest.hexdigest()[:16]


def _state(connection: duckdb.DuckDBPyConnection, stage: Stage, counts: TableCounts, folder: Path) -> None:
    """The state tables, and what the audit log tells of inbox rules."""
    tables = _state_rows(stage)
    for name, rows in tables.items():
        counts.tables[name] = _write_rows(connection, name, _last_of_each(rows), folder)
    standing = {(row["owner"], rules.number(row["rule_id"])): row for row in tables["inbox_rules"]}
    path = str(folder / "events.parquet").replace("'", "''")
    wanted = ("event_id", "time", "operation", "actor", "mailbox_owner", "target", "properties")
    cursor = connection.execute(
        f"SELECT {', '.join(wanted)} FROM read_parquet('{path}') WHERE result <> 'failure'"
        f" AND operation IN ({macros.quoted_list(rule_changes.OPERATIONS)}) ORDER BY time, event_id"
    )
    changes = [rule_changes.from_event(dict(zip(wanted, row, strict=True))) for row in cursor.fetchall()]
    for row in changes:  # the log writes Exchange's id (the state may have Graph's form of it), and often no name
        rule = standing.get((row["owner"], row["rule_id"] or ""), row)
        row["rule_id"], row["name"] = rule["rule_id"], row["name"] or rule["name"]
    counts.tables["rule_changes"] = _write_rows(connection, "rule_changes", changes, folder)


def _state_rows(stage: Stage) -> dict[str, Rows]:
    tables: dict[str, Rows] = {name: [] for name in TABLES if name not in ("events", "addresses", "rule_changes")}
    by_kind: dict[str, list[StateRecord]] = {}
    for record in stage.state:
        by_kind.setdefault(record.kind, []).append(record)
    apps: dict[str, dict[str, Any]] = {}
    for record in by_kind.get("service_principal", []):  # read more than once, each time for other properties
        apps.setdefault(str(record.data.get("id")), {}).update(record.data)
    people = {str(r.data.get("id")): state.lower(r.data.get("userPrincipalName")) for r in by_kind.get("user", [])}
    for record in stage.state:
        data, seen = record.data, record.seen
        match record.kind:
            case "user":
                tables["users"].append(state.user(data, seen))
            case "mailbox":
                tables["mailboxes"].append(state.mailbox(data, seen))
            case "auth_method":
                tables["auth_methods"].append(state.auth_method(data, seen))
            case "organization":
                tables["org_config"].extend(state.organization(data, seen))
            case "accepted_domain":
                tables["org_config"].append(state.accepted_domain(data, seen))
            case "message_rule":
                tables["inbox_rules"].append(rules.from_graph(data, seen))
            case "inbox_rule":
                tables["inbox_rules"].append(rules.from_exchange(data, seen))
            case "oauth_grant":
                everybody = data.get("consentType") == "AllPrincipals"
                named = state.lower(data.get(PRINCIPAL)) or seen.owner
                owner = "" if everybody else people.get(str(data.get("principalId")), named)
                grant = state.oauth_grant(data, seen, owner, apps.get(str(data.get("clientId")), {}))
                tables["oauth_grants"].append(grant)
    state_exchange.add(tables, stage.state)
    state_exchange.add(tables, stage.state, state_mail.ROWS)
    devices.add(tables, stage.state)
    state_exchange.add(tables, stage.state, _GRAPH_STATE)
    state_access.name_rights(tables["applications"], apps)
    tables["inbox_rules"] = rules.merged(tables["inbox_rules"], stage.graph_rule_owners)
    _count_state(stage)
    return tables


def _count_state(stage: Stage) -> None:
    """State has no time of its own: how many objects of which kind a file holds, and whose they are."""
    by_path = {file.path: file for file in stage.files}
    for record in stage.state:
        spans = by_path[record.seen.raw_file].spans
        owner = "" if record.kind in ("organization", "accepted_domain") else record.seen.owner
        span = spans.setdefault(_TABLE_OF[record.kind], Span(0, person=owner))
        span.received += 1
        span.person = span.person if span.person == owner else ""


def _last_of_each(rows: Rows) -> Rows:
    """One row per key: the state as it was seen last, and every side that saw it."""
    kept: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["collected_at"] or ""):
        before = kept.get(row["key"], row)
        kept[row["key"]] = {**row, "seen_by": sorted({*before["seen_by"], *row["seen_by"]})}
    return list(kept.values())


def _write_rows(connection: duckdb.DuckDBPyConnection, name: str, rows: Rows, folder: Path) -> int:
    columns = TABLES[name]
    staged = folder / ".scratch" / f"{name}.rows.ndjson"
    lines = (json.dumps({c: v for c, v in row.items() if c in columns}, ensure_ascii=True) for row in rows)
    staged.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    kinds = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
    path = str(staged).replace("'", "''")
    select = f"SELECT * FROM read_json('{path}', format = 'newline_delimited', columns = {{{kinds}}})"
    return write_table(connection, name, select, folder)
