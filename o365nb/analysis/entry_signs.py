"""Signs of a way in that products and devices give: risk detections by type, alerts, app passwords, own devices."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import Any

from o365nb.analysis.base import Labels, aware, entry_time, moment, short
from o365nb.analysis.interview import table
from o365nb.engine import Engine
from o365nb.model import Context, Finding, Label

Entries = list[dict[str, Any]]
#: So long before the first foreign act software on a device may have taken what was then used.
_STOLEN_BEFORE, _TOLD_AFTER = timedelta(days=60), timedelta(days=7)
#: A network of a café or a hotel: used by the person on few days, and by somebody else within one.
_NEAR, _GUEST_DAYS = timedelta(hours=24), 3
_APP_PASSWORD = ("Create app password", "User created app password", "Add app password", "User registered app password")


def signs(engine: Engine, labels: Labels, found: Iterable[Finding], entries: Entries) -> dict[str, str]:
    """Name of the sign → what was seen; "" for what was not. `entries` are the attacker's sign-ins."""
    found = list(found)
    return {
        **_risks(engine, found),
        "stealer_alert": _stealer(engine, labels),
        "several_services": _services(engine, found),
        "app_password": _app_password(engine, entries),
        "own_device": _own_device(engine, entries),
        "guest_network": _guest_network(engine, labels, entries),
    }


def _risks(engine: Engine, found: list[Finding]) -> dict[str, str]:
    """The types of Identity Protection's detections that nobody cleared, as `risk_<type>`."""
    told = [one for one in found if one.slug == "ia-risk-detections" and one.context is not Context.NO]
    if not told:
        return {}
    cited = {key: one.id for one in told for key in one.evidence}
    rows = engine.rows("SELECT event_id, lower(operation) AS kind FROM case_events WHERE source = 'risk_detection'")
    kinds: dict[str, set[str]] = {}
    for row in rows:
        if row["event_id"] in cited:
            kinds.setdefault(row["kind"], set()).add(cited[row["event_id"]])
    return {f"risk_{kind}": ", ".join(sorted(ids)) for kind, ids in kinds.items()}


def _stealer(engine: Engine, labels: Labels) -> str:
    """An alert about the person that names software which takes sessions, from before they were used elsewhere."""
    entry = entry_time(labels)
    rows = engine.rows("""
        SELECT e.event_id, e.time, e.operation,
               coalesce(string_agg(p.value, ' ' ORDER BY p.value), '') AS said
        FROM case_events AS e
        LEFT JOIN case_properties AS p
          ON p.event_id = e.event_id AND p.name IN ('category', 'description')
        WHERE e.source IN ('alert', 'incident') AND lower(e.target) IN (SELECT upn FROM subjects)
        GROUP BY e.event_id, e.time, e.operation ORDER BY e.time, e.event_id
    """)
    for row in rows:
        raised = aware(row["time"])
        apart = entry and raised and not entry - _STOLEN_BEFORE <= raised <= entry + _TOLD_AFTER
        if not apart and _names().search(f"{row['operation']} {row['said']}"):
            return f"{short(row['operation'], 100)}, raised at {moment(raised)}"
    return ""


@cache
def _names() -> re.Pattern[str]:
    words = "|".join(re.escape(row["word"]) for row in table("stealers.csv"))
    return re.compile(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])", re.IGNORECASE)


def _services(engine: Engine, found: list[Finding]) -> str:
    """More than one service outside Microsoft's was entered on one day."""
    cited = {
        key for one in found if one.slug == "la-saas-sso" and one.context is not Context.NO for key in one.evidence
    }
    if not cited:
        return ""
    engine.table("analysis_services", {"event_id": "VARCHAR"}, [(key,) for key in sorted(cited)])
    rows = engine.rows("""
        SELECT CAST(time AS DATE) AS day, count(DISTINCT app_id) AS services, max(app_name) AS app FROM case_events
        WHERE event_id IN (SELECT event_id FROM analysis_services) GROUP BY 1 ORDER BY services DESC, day LIMIT 1
    """)
    return f"{rows[0]['services']} services on {rows[0]['day']}" if rows and rows[0]["services"] > 1 else ""


def _app_password(engine: Engine, entries: Entries) -> str:
    """An app password was there or was made, and it or the old way was used: the entry asked for no second factor."""
    if not entries:
        return ""
    names = ", ".join(f"'{name}'" for name in _APP_PASSWORD)
    rows = engine.rows(f"""
        SELECT min(time) AS at FROM case_events WHERE operation IN ({names}) AND result IS DISTINCT FROM 'failure'
        UNION ALL
        SELECT min(p_time) FROM (
            SELECT e.time AS p_time FROM case_events AS e JOIN case_properties AS p ON p.event_id = e.event_id
            WHERE p.name = 'authenticationDetails' AND lower(p.value) LIKE '%app password%' AND e.result = 'success'
        ) AS used
    """)
    times = [row["at"] for row in rows if row["at"]]
    return f"seen at {moment(min(times))}" if times else ""


def _own_device(engine: Engine, entries: Entries) -> str:
    """The attacker's first sign-in came from a device that was registered for the person before."""
    first = next((row for row in entries if row["device_id"]), None)
    if first is None:
        return ""
    rows = engine.rows(
        "SELECT name, registered FROM devices WHERE lower(device_id) = ? AND (registered IS NULL OR registered < ?)"
        " ORDER BY key",
        [str(first["device_id"]).lower(), first["time"]],
    )
    if not rows and not first["device_managed"]:
        return ""
    name = f' "{short(rows[0]["name"], 60)}"' if rows and rows[0]["name"] else ""
    return f"the sign-in at {moment(first['time'])} is from the registered device{name}"


def _guest_network(engine: Engine, labels: Labels, entries: Entries) -> str:
    """The first foreign sign-in shares a network that the person used as a guest, within a day of it."""
    first = next((row for row in entries if row["asn"]), None)
    if first is None or first["network_kind"] in ("hosting", "vpn", "mobile", "microsoft", "corporate"):
        return ""
    rows = engine.rows(
        """SELECT event_id, time FROM case_events
           WHERE lower(actor) IN (SELECT upn FROM subjects) AND source LIKE 'sign_in%' AND result = 'success'
             AND asn = ? ORDER BY time, event_id""",
        [first["asn"]],
    )
    own = [row for row in rows if row["event_id"] in labels and labels[row["event_id"]].label is Label.USER]
    near = [row for row in own if abs(row["time"] - first["time"]) <= _NEAR]
    if not near or len({row["time"].date() for row in own}) >= _GUEST_DAYS:
        return ""
    return f"AS{first['asn']}, used by the person at {moment(near[0]['time'])}"
