"""Where the attacker's artefacts are met: in everybody's events, counted, and in everybody's rules, methods and grants.

Shared egress is no sighting: what an account used before the incident, or several others did, is a habit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from o365nb.analysis.artefacts import (
    Artefact,
    app_marks,
    device_marks,
    digits,
    forward_marks,
    method_marks,
    rule_marks,
)
from o365nb.analysis.base import accepted_domains, aware
from o365nb.analysis.baseline import DAYS, DAYS_HOSTED
from o365nb.analysis.reconcile import DEVICE_MADE, METHOD_MADE
from o365nb.analysis.trail import address_facts, network_of
from o365nb.engine import Engine

Sought = Mapping[tuple[str, str], Artefact]
#: Who used something before the incident: from so many people on, it is everybody's.
CROWD = 3
_COLUMNS = {
    "address": "e.client_ip",
    "pair": "'AS' || CAST(coalesce(e.asn, a.asn) AS VARCHAR) || ' ' || e.user_agent",
    "agent": "e.user_agent",
    "session": "e.session_id",
    "token": "e.token_id",
    "device": "e.device_id",
    "app": "e.app_id",
}
#: What stands or falls with the place of an event: a managed device or a habit excuses it.
_PLACES = ("address", "pair", "agent")


@dataclass(frozen=True, slots=True)
class Sighting:
    """One artefact on one account: how often, how often it was let in, when, and one piece of evidence."""

    kind: str
    value: str
    account: str
    times: int
    let_in: int
    first: datetime | None
    last: datetime | None
    evidence: str
    stopped: int = 0  # sign-ins that went on after the password and were not let in
    hosted: bool = False


def sightings(engine: Engine, sought: Sought, since: datetime | None) -> list[Sighting]:
    """Every artefact on every account of the evidence, whoever it was learned from."""
    found = [*_in_events(engine, sought, since), *_lures(engine, sought), *_in_objects(engine, sought)]
    return [one for one in found if one.account]


def _in_events(engine: Engine, sought: Sought, since: datetime | None) -> Iterator[Sighting]:
    values = [key for key in sought if key[0] in _COLUMNS]
    networks = {value for kind, value in values if kind == "address" and "/" in value}
    if networks:
        rows = engine.rows("SELECT DISTINCT lower(client_ip) AS ip FROM events WHERE client_ip LIKE '%:%'")
        values += [("address", row["ip"]) for row in rows if network_of(row["ip"]) in networks]
    engine.table("analysis_sought", {"kind": "VARCHAR", "value": "VARCHAR"}, values)
    address_facts(engine)
    kinds = {kind for kind, _ in values}
    for kind in (kind for kind in _COLUMNS if kind in kinds):
        yield from _habits_aside(kind, _merged(kind, engine.rows(_counted(kind, since), _before(since))))


def _before(since: datetime | None) -> list[datetime]:
    return [since.replace(tzinfo=None)] if since else []


def _counted(kind: str, since: datetime | None) -> str:
    """Sightings of one kind, counted by value and account; `?` is when the incident began."""
    earlier = "e.time < ?" if since else "TRUE"
    return f"""
        WITH seen AS (
            SELECT e.event_id, e.time, lower(e.actor) AS account, lower({_COLUMNS[kind]}) AS value,
                   CASE WHEN e.device_managed AND coalesce(e.device_id, '') <> '' THEN 0 ELSE 1 END AS unmanaged,
                   CASE WHEN coalesce(nullif(e.network_kind, 'unknown'), a.network_kind) IN ('hosting', 'vpn')
                        THEN 1 ELSE 0 END AS hosted,
                   CASE WHEN e.result = 'success' OR e.source = 'ual' AND e.result IS DISTINCT FROM 'failure'
                             AND e.operation NOT IN ('UserLoggedIn', 'UserLoginFailed')
                        THEN 1 ELSE 0 END AS let_in,
                   CASE WHEN e.result = 'interrupted' THEN 1 ELSE 0 END AS stopped,
                   CASE WHEN {earlier} THEN CAST(e.time AS DATE) END AS earlier
            FROM events e LEFT JOIN analysis_addresses a ON a.client_ip = e.client_ip
            WHERE e.source NOT IN ('message_trace', 'alert', 'incident', 'risk_detection')
              AND e.actor_kind IN ('user', 'admin', 'guest') AND e.actor LIKE '%@%'
              AND lower({_COLUMNS[kind]}) IN (SELECT value FROM analysis_sought WHERE kind = '{kind}')
        ),
        placed AS (
            SELECT *, row_number() OVER (
                PARTITION BY account, value ORDER BY let_in DESC, stopped DESC, time, event_id) AS nth
            FROM seen
        )
        SELECT account, value, count(*) AS times, sum(let_in) AS let_in, sum(stopped) AS stopped,
               sum(let_in * unmanaged) AS unmanaged,
               max(hosted) AS hosted, min(time) AS first, max(time) AS last,
               count(DISTINCT CASE WHEN let_in = 1 THEN earlier END) AS days,
               min(CASE WHEN nth = 1 THEN event_id END) AS evidence
        FROM placed GROUP BY account, value ORDER BY account, value
    """


def _merged(kind: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The addresses of one IPv6 network as one."""
    if kind != "address":
        return rows
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        row["value"] = network_of(row["value"])
        held = found.setdefault((row["account"], row["value"]), row)
        if held is not row:
            held.update({name: held[name] + row[name] for name in ("times", "let_in", "stopped", "unmanaged")})
            held.update({name: max(held[name], row[name]) for name in ("hosted", "days", "last")})
            held["first"] = min(held["first"], row["first"])
    return list(found.values())


def _habits_aside(kind: str, rows: list[dict[str, Any]]) -> Iterator[Sighting]:
    people: dict[str, int] = {}
    for row in rows:
        people[row["value"]] = people.get(row["value"], 0) + (row["days"] > 0)
    for row in rows:
        usual = row["days"] >= (DAYS_HOSTED if row["hosted"] and kind != "agent" else DAYS)
        crowded = people[row["value"]] >= CROWD
        trusted = row["let_in"] > 0 and not row["unmanaged"]
        if kind in _PLACES and (usual or crowded or trusted):
            continue
        yield Sighting(
            kind, row["value"], row["account"], row["times"], int(row["let_in"]), aware(row["first"]),
            aware(row["last"]), row["evidence"], int(row["stopped"]), bool(row["hosted"]),
        )  # fmt: skip


def _lures(engine: Engine, sought: Sought) -> Iterator[Sighting]:
    """Mail from the domains that lured the victim, to anybody of the organisation."""
    domains = [(value,) for kind, value in sought if kind == "lure"]
    if not domains:
        return
    engine.table("analysis_lures", {"domain": "VARCHAR"}, domains)
    rows = engine.rows("""
        SELECT lower(target) AS account, split_part(lower(actor), '@', 2) AS value, count(*) AS times,
               min(time) AS first, max(time) AS last, min(event_id) AS evidence
        FROM events WHERE source = 'message_trace' AND result IS DISTINCT FROM 'failure'
          AND split_part(lower(actor), '@', 2) IN (SELECT domain FROM analysis_lures)
          AND split_part(lower(target), '@', 2) IN (SELECT domain FROM accepted_domains)
        GROUP BY 1, 2 ORDER BY 1, 2
    """)
    for row in rows:
        yield Sighting("lure", row["value"], row["account"], row["times"], 0, aware(row["first"]), aware(row["last"]),
                       row["evidence"])  # fmt: skip


def _in_objects(engine: Engine, sought: Sought) -> Iterator[Sighting]:
    found = [*_standing(engine, sought), *_logged_rules(engine, sought), *_logged_objects(engine, sought)]
    owners: dict[tuple[str, str], set[str]] = {}
    for one in found:
        owners.setdefault((one.kind, one.value), set()).add(one.account)
    for one in found:
        # A name that several others chose for a rule or a device says nothing.
        if one.kind not in ("rule_name", "device_name") or len(owners[(one.kind, one.value)]) <= CROWD:
            yield one
    for (kind, value), artefact in sought.items():
        if kind == "mailbox":
            yield Sighting(kind, value, value, len(artefact.subjects), 1, None, None, "")


def _standing(engine: Engine, sought: Sought) -> Iterator[Sighting]:
    """Objects of anybody's as they stand."""
    own = accepted_domains(engine)
    for table, born, read in (
        ("inbox_rules", "", rule_marks),
        ("mailboxes", "", forward_marks),
        ("auth_methods", "created", method_marks),
        ("devices", "registered", device_marks),
        ("oauth_grants", "", app_marks),
    ):
        for row in engine.rows(f"SELECT * FROM {table} WHERE coalesce(owner, '') <> '' ORDER BY key"):
            at = aware(row[born]) if born else None
            for kind, value in read(row, own):
                if (kind, value) in sought:
                    yield Sighting(kind, value, row["owner"].lower(), 1, 1, at, at, row["key"])


def _logged_rules(engine: Engine, sought: Sought) -> Iterator[Sighting]:
    own = accepted_domains(engine)
    for row in engine.rows("SELECT * FROM rule_changes WHERE change = 'set' ORDER BY time, event_id"):
        at = aware(row["time"])
        for kind, value in rule_marks(row, own):
            if (kind, value) in sought:
                yield Sighting(kind, value, (row["owner"] or "").lower(), 1, 1, at, at, row["event_id"])


def _logged_objects(engine: Engine, sought: Sought) -> Iterator[Sighting]:
    """Telephones, device names and forward targets in what the log says of registrations and mailbox settings."""
    marks = {kind: {value for known, value in sought if known == kind} for kind in ("phone", "device_name", "forward")}
    if not any(marks.values()):
        return
    operations = ", ".join(f"'{name}'" for name in (*METHOD_MADE, *DEVICE_MADE, "Update user", "Set-Mailbox"))
    rows = engine.rows(f"""
        SELECT e.event_id, e.time, e.operation, lower(coalesce(e.actor, '')) AS actor,
               lower(coalesce(e.target, '')) AS target, lower(coalesce(e.mailbox_owner, '')) AS owner,
               lower(p.value) AS value
        FROM case_events e JOIN case_properties p ON p.event_id = e.event_id
        WHERE e.operation IN ({operations}) AND e.result IS DISTINCT FROM 'failure' AND p.value IS NOT NULL
        UNION SELECT e.event_id, e.time, e.operation, lower(coalesce(e.actor, '')), lower(coalesce(e.target, '')),
               lower(coalesce(e.mailbox_owner, '')), lower(e.target)
        FROM case_events e
        WHERE e.operation IN ({operations}) AND e.result IS DISTINCT FROM 'failure' AND e.target IS NOT NULL
        ORDER BY time, event_id, value
    """)
    for row in rows:
        account = next((who for who in (row["owner"], row["target"], row["actor"]) if "@" in who), "")
        at = aware(row["time"])
        for kind, value in _said(row["value"], marks):
            yield Sighting(kind, value, account, 1, 1, at, at, row["event_id"])


def _said(value: str, marks: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """Which marks one value of a property carries: whole words, never a part of one."""
    bare = value.strip(' "[]').removeprefix("smtp:")
    yield from ((kind, bare) for kind in ("device_name", "forward") if bare in marks[kind])
    if marks["phone"]:
        numbers = {digits(part) for part in value.replace("\\u002b", "+").split('"')}
        yield from (("phone", mark) for mark in marks["phone"] if mark in numbers)
