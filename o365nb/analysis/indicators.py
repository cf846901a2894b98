"""Indicators of compromise from attacker-labelled events: never the user's, Microsoft's or the organisation's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from o365nb.analysis.attackers import attacker_tables
from o365nb.analysis.base import SURE, Labels, accepted_domains, aware, domain_of
from o365nb.analysis.trail import MICROSOFT_ASN
from o365nb.engine import Engine
from o365nb.model import Attribution, Indicator, Label
from o365nb.text import plural

_ORDER = ("ip", "domain", "email", "user_agent", "session_id", "app_id", "url")


@dataclass(slots=True)
class _Seen:
    first: datetime | None
    last: datetime | None
    count: int
    operations: dict[str, int]


def indicators(engine: Engine, labels: Labels, apps: Mapping[str, str] | None = None) -> list[Indicator]:
    """What others can look for, each with how often and in what it was seen.

    `apps` are the keys of the grants (or application ids) that are the attacker's, with the reason.
    """
    marks = [(key, _mark(label)) for key, label in labels.items()]
    engine.table("analysis_labels", {"event_id": "VARCHAR", "label": "VARCHAR"}, marks)
    own = accepted_domains(engine)
    found: dict[tuple[str, str], _Seen] = {}
    theirs, _ = attacker_tables(engine, labels)
    rows = engine.rows(f"""
        SELECT e.*, EXISTS (SELECT 1 FROM subjects s WHERE s.upn = lower(e.actor)) AS own_hand
        FROM {theirs} e
        JOIN analysis_labels l ON l.event_id = e.event_id WHERE l.label = 'attacker' ORDER BY e.time, e.event_id
    """)
    for row in rows:
        for kind, value in _values(row, own):
            _count(found, kind, value, row)
    innocent = _innocent(engine, found)
    found = {(kind, value): seen for (kind, value), seen in found.items() if (kind, value.lower()) not in innocent}
    made = [
        Indicator(kind, value, aware(seen.first), aware(seen.last), _why(seen)) for (kind, value), seen in found.items()
    ]
    ids = {row["key"]: row["app_id"] for row in engine.rows("SELECT key, app_id FROM oauth_grants")}
    made += [Indicator("app_id", ids.get(app) or app, None, None, why) for app, why in (apps or {}).items()]
    return sorted(made, key=lambda one: (_ORDER.index(one.kind), one.value))


def _mark(label: Attribution) -> str:
    """The label, but attackers that are not sure are `doubtful`: neither an indicator nor a reason against one."""
    return "doubtful" if label.label is Label.ATTACKER and label.confidence < SURE else label.label.value


def _values(row: dict[str, Any], own: frozenset[str]) -> Iterator[tuple[str, str]]:
    if row["source"] == "message_trace":
        sender, domain = (row["actor"] or "").lower(), domain_of(row["actor"])
        if domain and domain not in own and not row["own_hand"]:
            yield "email", sender
            yield "domain", domain
        return
    microsoft = row["asn"] in MICROSOFT_ASN or row["network_kind"] == "microsoft"
    if row["client_ip"] and not microsoft and is_public(row["client_ip"]):
        yield "ip", row["client_ip"]
    if row["user_agent"] and not microsoft:
        yield "user_agent", row["user_agent"]
    if row["session_id"]:
        yield "session_id", row["session_id"]


def _innocent(engine: Engine, values: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the values that events of anybody else carry too: an indicator that matches the user helps nobody."""
    wanted = {(kind, value.lower()) for kind, value in values}
    engine.table("analysis_values", {"kind": "VARCHAR", "value": "VARCHAR"}, sorted(wanted))
    columns = {"ip": "client_ip", "user_agent": "user_agent", "session_id": "session_id"}
    found = set()
    for kind, column in columns.items():
        rows = engine.rows(f"""
            SELECT DISTINCT lower(e.{column}) AS value FROM events e
            LEFT JOIN analysis_labels l ON l.event_id = e.event_id
            WHERE lower(e.{column}) IN (SELECT value FROM analysis_values WHERE kind = '{kind}')
              AND e.source <> 'message_trace' AND e.result IS DISTINCT FROM 'failure'
              AND coalesce(l.label, 'other') IN ('user', 'responder', 'other')
        """)
        found |= {(kind, row["value"]) for row in rows}
    return found


def _count(found: dict[tuple[str, str], _Seen], kind: str, value: str, row: dict[str, Any]) -> None:
    seen = found.setdefault((kind, value), _Seen(row["time"], row["time"], 0, {}))
    seen.last = row["time"]
    seen.count += 1
    seen.operations[row["operation"]] = seen.operations.get(row["operation"], 0) + 1


def _why(seen: _Seen) -> str:
    top = sorted(seen.operations, key=lambda name: (-seen.operations[name], name))[:3]
    others = " and others" if len(seen.operations) > len(top) else ""
    return f"in {plural(seen.count, 'event')} of the attacker: {', '.join(top)}{others}"


def is_public(address: str) -> bool:
    """Whether an address is one that others can meet: not private, not the machine's own."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return not (found.is_private and not _documentation(address)) and not found.is_loopback and not found.is_link_local


def _documentation(address: str) -> bool:
    """Addresses of RFC 5737 and 3849: they stand for public ones in examples and in the practice tenant."""
    return address.startswith(("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"))
