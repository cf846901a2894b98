"""Who received the attacker's mail, and what is known of what they did with it."""

from __future__ import annotations

from datetime import datetime

from o365nb.analysis.attackers import attacker_tables
from o365nb.analysis.base import Labels, accepted_domains, domain_of, moment, subjects_of
from o365nb.engine import Engine
from o365nb.model import Recipient, utc

NOT_TRACED = "(not known: no message trace names this mail)"
_NO_CLICKS = "unknown: no click data was read"


def recipients(engine: Engine, labels: Labels) -> list[Recipient]:
    """Every recipient of mail that attacker-labelled events sent, once per mail."""
    own, subjects = accepted_domains(engine), set(subjects_of(engine))
    theirs, _ = attacker_tables(engine, labels)
    rows = engine.rows(f"""
        SELECT e.time, e.source, lower(e.actor) AS sender, lower(coalesce(e.target, '')) AS target,
               coalesce(e.message_id, '') AS message_id
        FROM {theirs} e
        WHERE e.source = 'message_trace' OR e.operation IN ('Send', 'SendAs', 'SendOnBehalf')
        ORDER BY e.time, e.event_id
    """)
    after = _sign_ins_after(engine, theirs)
    read = {
        row["upn"] for row in engine.rows("SELECT DISTINCT lower(actor) AS upn FROM events WHERE source = 'sign_in'")
    }
    found: dict[tuple[str, str], Recipient] = {}
    traced = {row["message_id"] for row in rows if row["source"] == "message_trace"}
    for row in rows:
        sent = row["source"] == "message_trace" and (row["sender"] in subjects or domain_of(row["sender"]) in own)
        if sent and row["target"]:
            address, internal = row["target"], domain_of(row["target"]) in own
            told = _after(address, utc(row["time"]), after, read) if internal else _NO_CLICKS
        elif row["source"] != "message_trace" and row["message_id"] not in traced:
            address, internal, told = NOT_TRACED, False, _NO_CLICKS
        else:
            continue
        key = (address, row["message_id"])
        if key not in found:
            found[key] = Recipient(address, internal, row["message_id"], utc(row["time"]), told)
    return list(found.values())


def _sign_ins_after(engine: Engine, theirs: str) -> dict[str, list[tuple[datetime, str]]]:
    """Successful attacker-labelled sign-ins by account, in order of time."""
    rows = engine.rows(f"""
        SELECT lower(e.actor) AS upn, e.time, coalesce(e.client_ip, 'an unknown address') AS client_ip
        FROM {theirs} e
        WHERE e.source LIKE 'sign_in%' AND e.result = 'success' ORDER BY e.time
    """)
    found: dict[str, list[tuple[datetime, str]]] = {}
    for row in rows:
        found.setdefault(row["upn"], []).append((utc(row["time"]), row["client_ip"]))
    return found


def _after(address: str, time: datetime, sign_ins: dict[str, list[tuple[datetime, str]]], read: set[str]) -> str:
    later = [(at, ip) for at, ip in sign_ins.get(address, ()) if at > time]
    if later:
        return f"yes: a sign-in from the attacker's address {later[0][1]} at {moment(later[0][0])}"
    if address in read:
        return "no sign-in from the attacker's addresses was seen; clicks are unknown"
    return "unknown: no click data and no sign-ins of this account were read"
