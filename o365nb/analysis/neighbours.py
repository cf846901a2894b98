"""What surrounds the subjects' events: rules and devices that tie events together, and other people's events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from o365nb.analysis.baseline import Baseline
from o365nb.analysis.closure import Claim, Ground, join, leads_on
from o365nb.analysis.trail import Event, Trace, load, network_of
from o365nb.engine import Engine

_REGISTERED = ("Register device", "Add device", "Add registered owner to device", "Add registered users to device")
_ACT, _MAIL = "source <> 'message_trace'", "source = 'message_trace'"
#: Traces that may make an event of somebody outside the case the attacker's: among which events, and in which column.
_ACROSS = {
    "session": (_ACT, "lower(session_id)"),
    "token": (_ACT, "lower(token_id)"),
    "device": (_ACT, "lower(device_id)"),
    "address": (_ACT, "lower(client_ip)"),
    "app": (_ACT, "lower(app_id)"),
    "message": (_MAIL, "message_id"),
    "domain": (_MAIL, "split_part(lower(actor), '@', 2)"),
}


def object_traces(engine: Engine, events: Iterable[Event]) -> dict[str, tuple[Trace, ...]]:
    """Event id → traces over objects: an inbox rule by owner and name or id, a registered device by its id."""
    found: dict[str, tuple[Trace, ...]] = {}
    for row in engine.rows("SELECT event_id, lower(owner) AS owner, rule_id, name FROM rule_changes"):
        keys = [f"{row['owner']} {value}" for value in (row["name"], row["rule_id"]) if value]
        found[row["event_id"]] = tuple(("rule", key) for key in keys)
    devices: dict[str, str] = {}
    for row in engine.rows(
        "SELECT lower(name) AS name, lower(device_id) AS id, lower(object_id) AS object FROM devices"
    ):
        devices.update({key: row["id"] for key in (row["name"], row["id"], row["object"]) if key and row["id"]})
    named = _named_devices(engine, devices)
    for event in events:
        if event.operation in _REGISTERED:
            device = devices.get(event.target.lower()) or named.get(event.event_id)
            if device:
                found[event.event_id] = (*found.get(event.event_id, ()), ("device", device))
    return found


def _named_devices(engine: Engine, devices: Mapping[str, str]) -> dict[str, str]:
    """Event id → device, where the target is the person and a property names the device by one of its ids or names."""
    engine.case_events()
    engine.case_properties()
    operations = ", ".join(f"'{name}'" for name in _REGISTERED)
    rows = engine.rows(f"""
        SELECT p.event_id, lower(trim(p.value, ' "[]')) AS value FROM case_properties AS p
        JOIN case_events AS e ON e.event_id = p.event_id WHERE e.operation IN ({operations}) AND p.value IS NOT NULL
    """)
    return {row["event_id"]: devices[row["value"]] for row in rows if row["value"] in devices}


def baselines_of(engine: Engine, people: Iterable[str], until: datetime | None) -> dict[str, Baseline]:
    """The known addresses and devices of people outside the case, from day counts alone."""
    wanted = sorted(set(people))
    found = {person: Baseline(person, until) for person in wanted}
    if not wanted:
        return found
    engine.table("analysis_people", {"upn": "VARCHAR"}, [(person,) for person in wanted])
    limit = "AND time < ?" if until else ""
    sql = f"""
        SELECT DISTINCT lower(actor) AS actor, CAST(time AS DATE) AS day, lower(client_ip) AS client_ip,
               lower(device_id) AS device_id, device_managed
        FROM events WHERE lower(actor) IN (SELECT upn FROM analysis_people)
          AND result IS DISTINCT FROM 'failure' AND source <> 'message_trace' {limit}
    """
    for row in engine.rows(sql, [until.replace(tzinfo=None)] if until else []):
        _count(
            found[row["actor"]], row["day"], row["client_ip"] or "", row["device_id"] or "", bool(row["device_managed"])
        )
    return found


def _count(base: Baseline, day: date, client_ip: str, device_id: str, managed: bool) -> None:  # noqa: FBT001 - a column
    if client_ip:
        base.days.setdefault(("address", network_of(client_ip)), set()).add(day)
    if device_id:
        base.days.setdefault(("device", device_id), set()).add(day)
        if managed:
            base.managed.add(device_id)


def claims_on_others(engine: Engine, claims: Mapping[str, Claim], ground: Ground) -> dict[str, Claim]:
    """The attacker's events on other people's accounts: two rounds, so that a session found there counts too."""
    found: dict[str, Claim] = {}
    asked: set[Trace] = set()
    frontier: Iterable[Claim] = claims.values()
    for _ in range(2):
        best = _leading(frontier, ground, asked)
        if not best:
            break
        asked |= set(best)
        events = [
            event for event in _sharing(engine, best) if event.event_id not in claims and event.event_id not in found
        ]
        usual = baselines_of(engine, {event.actor for event in events}, ground.first)
        beyond = Ground(ground.subjects, {**ground.baselines, **usual}, ground.shared, ground.own_domains, ground.first)
        made = {event.event_id: claim for event in events if (claim := _best(event, best, beyond))}
        found.update(made)
        frontier = made.values()
    return found


def _leading(frontier: Iterable[Claim], ground: Ground, asked: set[Trace]) -> dict[Trace, Claim]:
    best: dict[Trace, Claim] = {}
    for claim in frontier:
        malicious = (claim.event.app_id,) if "malicious application" in claim.because else ()
        for trace in ground.traces(claim.event):
            if trace[0] in _ACROSS and trace not in asked and leads_on(trace, claim.event, ground, malicious):
                held = best.get(trace)
                if held is None or claim.confidence > held.confidence:
                    best[trace] = claim
    return best


def _best(event: Event, best: Mapping[Trace, Claim], ground: Ground) -> Claim | None:
    made = [
        claim
        for trace in ground.traces(event)
        if trace in best and (claim := join(trace, best[trace], event, ground, best[trace].hop + 1))
    ]
    return max(made, key=lambda claim: claim.confidence, default=None)


def _sharing(engine: Engine, best: Mapping[Trace, Claim]) -> list[Event]:
    """Events of people outside the case that carry one of the traces; IPv6 networks are matched by their /64."""
    wide: list[Trace] = []
    if any(kind == "address" and "/" in value for kind, value in best):
        rows = engine.rows("SELECT DISTINCT lower(client_ip) AS ip FROM events WHERE client_ip LIKE '%:%'")
        wide = [("address", row["ip"]) for row in rows if ("address", network_of(row["ip"])) in best]
    keys = [*(trace for trace in best if not (trace[0] == "address" and "/" in trace[1])), *wide]
    engine.table("analysis_traces", {"kind": "VARCHAR", "value": "VARCHAR"}, keys)
    kinds = {kind for kind, _ in keys}
    tests = [
        f"({scope} AND {column} IN (SELECT value FROM analysis_traces WHERE kind = '{kind}'))"
        for kind, (scope, column) in _ACROSS.items()
        if kind in kinds
    ]
    if not tests:
        return []
    return load(engine, f"lower(actor) NOT IN (SELECT upn FROM subjects) AND ({' OR '.join(tests)})")
