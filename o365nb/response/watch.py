"""What speaks against a response that seemed to hold: seen in evidence that was collected after it.

Tokens from before the revocation that still work, sign-ins of a closed account, rules that come back, objects that
appear, strange sign-ins after the account was opened again, and the attacker's artefacts on anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from o365nb.engine import Engine
from o365nb.model import Indicator
from o365nb.response.receipts import Receipt
from o365nb.safe import one_line

#: Access tokens that were out already live about an hour where a service does not re-check them (Microsoft).
GRACE = timedelta(minutes=60)
#: A refresh token that was revoked is refused within minutes; a sign-in later than this used one that was not.
_MINUTES = timedelta(minutes=5)
_ARTEFACTS = ("ip", "session_id", "app_id")
#: State in which something of an account's own that was not there before would be a way back in.
_OWN = ("inbox_rules", "sweep_rules", "auth_methods", "oauth_grants", "devices", "mailbox_permissions", "roles")
_TENANT = ("transport_rules", "connectors", "applications", "conditional_access")
_NAMES = ("name", "app_name", "display_name", "role", "trustee", "key")


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that speaks against the response. `serious` False: it is told, and the response stands."""

    kind: str
    subject: str
    what: str
    serious: bool
    first: datetime | None = None
    times: int = 1
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Closed:
    """One account's response: when it was blocked, its sessions last revoked, and when it was opened again."""

    upn: str
    blocked: datetime | None = None
    revoked: datetime | None = None
    opened: datetime | None = None

    @classmethod
    def read(cls, receipts: Iterable[Receipt]) -> tuple[Closed, ...]:
        """Every account that the receipts say was blocked, revoked or opened, in order of its name."""
        found: dict[str, dict[str, datetime | None]] = {}
        for one in receipts:
            upn = one.arguments.get("upn", "")
            if not upn or not (one.outcome.sent or one.outcome.value == "intended"):
                continue
            mine = found.setdefault(upn, {})
            if one.action == "revoke_sessions":
                mine["revoked"] = one.at
            elif one.action == "block_sign_in" and not one.undo:
                mine["blocked"], mine["opened"] = mine.get("blocked") or one.at, None
            elif one.action == "unblock_sign_in" or (one.action == "block_sign_in" and one.undo):
                mine["opened"] = None if one.undo and one.action == "unblock_sign_in" else one.at
        return tuple(cls(upn, **times) for upn, times in sorted(found.items()) if times)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the case knew before: credentials given out, the owners' networks, what stood, the attacker's marks."""

    credentials: tuple[tuple[str, str], ...]
    networks: tuple[tuple[str, str], ...]
    standing: dict[str, frozenset[str]]
    marks: tuple[tuple[str, str], ...]

    @classmethod
    def read(
        cls, engine: Engine, closed: Sequence[Closed], marks: Iterable[Indicator], attackers: Iterable[str]
    ) -> Earlier:
        """From the case's own tables; `attackers` are the ids of the events that are the attacker's."""
        upns = [(one.upn,) for one in closed]
        engine.table("watch_accounts", {"upn": "VARCHAR"}, upns)
        engine.table("watch_theirs", {"event_id": "VARCHAR"}, [(one,) for one in attackers])
        out = engine.rows("""
            SELECT DISTINCT lower(actor) AS upn, unnest([session_id, token_id]) AS credential
            FROM events JOIN watch_accounts a ON lower(actor) = a.upn
        """)
        known = engine.rows("""
            SELECT DISTINCT lower(e.actor) AS upn, coalesce(CAST(e.asn AS VARCHAR), e.client_ip) AS network
            FROM events e JOIN watch_accounts a ON lower(e.actor) = a.upn
            LEFT JOIN watch_theirs t ON t.event_id = e.event_id WHERE t.event_id IS NULL AND e.result = 'success'
        """)
        standing = {
            name: frozenset(str(row["key"]) for row in engine.rows(f"SELECT key FROM {name}"))
            for name in (*_OWN, *_TENANT)
        }
        return cls(
            tuple((str(row["upn"]), str(row["credential"])) for row in out if row["credential"]),
            tuple((str(row["upn"]), str(row["network"])) for row in known if row["network"]),
            standing,
            tuple((mark.kind, mark.value.lower()) for mark in marks if mark.kind in _ARTEFACTS),
        )


def signs(engine: Engine, closed: Sequence[Closed], earlier: Earlier, own_apps: Iterable[str] = ()) -> list[Sign]:
    """What the evidence of after the response says against it; the serious first.

    `own_apps` are the applications that the response itself was sent with: what they did is no sign.
    """
    columns = {"upn": "VARCHAR", "blocked": "TIMESTAMP", "revoked": "TIMESTAMP", "opened": "TIMESTAMP"}
    engine.table("watch_closed", columns, [(o.upn, *map(_text, (o.blocked, o.revoked, o.opened))) for o in closed])
    engine.table("watch_credentials", {"upn": "VARCHAR", "credential": "VARCHAR"}, earlier.credentials)
    engine.table("watch_networks", {"upn": "VARCHAR", "network": "VARCHAR"}, earlier.networks)
    engine.table("watch_marks", {"kind": "VARCHAR", "value": "VARCHAR"}, earlier.marks)
    engine.table("watch_own", {"app_id": "VARCHAR"}, [(one,) for one in sorted(set(own_apps))])
    found = [*_tokens(engine), *_closed_sign_ins(engine), *_opened_sign_ins(engine), *_artefacts(engine, closed)]
    found += [*_rules(engine), *_appeared(engine, closed, earlier)]
    return sorted(found, key=lambda one: (not one.serious, one.kind, one.subject, one.what))


def _text(time: datetime | None) -> str | None:
    return time.replace(tzinfo=None).isoformat() if time else None


def _tokens(engine: Engine) -> list[Sign]:
    """What was given out before the revocation, and still works after the time that it may."""
    rows = engine.rows(f"""
        SELECT c.upn, e.session_id, min(e.time) AS first, count(*) AS times, list(e.event_id) AS ids,
               min(e.client_ip) AS address
        FROM events e JOIN watch_closed c ON lower(e.actor) = c.upn
        JOIN watch_credentials k ON k.upn = c.upn AND (k.credential = e.session_id OR k.credential = e.token_id)
        WHERE e.result = 'success' AND e.time > c.revoked + CASE WHEN e.source LIKE 'sign_in%'
              THEN INTERVAL {_MINUTES.seconds // 60} MINUTE ELSE INTERVAL {GRACE.seconds // 60} MINUTE END
        GROUP BY c.upn, e.session_id ORDER BY c.upn, e.session_id
    """)
    said = "a session from before the revocation still works, last from {address}"
    return [_sign("token_survives", row, said.format(address=row["address"] or "an unknown address")) for row in rows]


def _closed_sign_ins(engine: Engine) -> list[Sign]:
    rows = engine.rows(f"""
        SELECT c.upn, e.client_ip AS address, min(e.time) AS first, count(*) AS times, list(e.event_id) AS ids
        FROM events e JOIN watch_closed c ON lower(e.actor) = c.upn
        WHERE e.source LIKE 'sign_in%' AND e.result = 'success'
          AND e.time > c.blocked + INTERVAL {_MINUTES.seconds // 60} MINUTE AND (c.opened IS NULL OR e.time < c.opened)
        GROUP BY c.upn, e.client_ip ORDER BY c.upn, e.client_ip
    """)
    return [_sign("closed_sign_in", row, f"signed in from {row['address']} although the account is blocked")
            for row in rows]  # fmt: skip


def _opened_sign_ins(engine: Engine) -> list[Sign]:
    """After the account was opened again: from networks that the owner was never seen in."""
    rows = engine.rows("""
        SELECT c.upn, e.client_ip AS address, max(e.as_org) AS org, min(e.time) AS first, count(*) AS times,
               list(e.event_id) AS ids
        FROM events e JOIN watch_closed c ON lower(e.actor) = c.upn
        LEFT JOIN watch_networks n ON n.upn = c.upn AND n.network = coalesce(CAST(e.asn AS VARCHAR), e.client_ip)
        WHERE e.source LIKE 'sign_in%' AND e.result = 'success' AND e.time >= c.opened AND n.upn IS NULL
        GROUP BY c.upn, e.client_ip ORDER BY c.upn, e.client_ip
    """)
    said = "signed in after the account was opened, from a network that its owner was never seen in: {address} ({org})"
    return [_sign("strange_sign_in", row, said.format(address=row["address"], org=row["org"] or "owner unknown"))
            for row in rows]  # fmt: skip


def _artefacts(engine: Engine, closed: Sequence[Closed]) -> list[Sign]:
    """The attacker's addresses, sessions and applications, on anybody: at work, or refused at the door."""
    times = [time for one in closed if (time := one.blocked or one.revoked)]
    if not times:
        return []
    began = f"CAST('{_text(min(times))}' AS TIMESTAMP)"
    rows = engine.rows(f"""
        SELECT lower(e.actor) AS upn, m.kind, m.value, e.result = 'success' AS through, min(e.time) AS first,
               count(*) AS times, list(e.event_id) AS ids
        FROM events e JOIN watch_marks m ON m.value = CASE m.kind WHEN 'ip' THEN e.client_ip
             WHEN 'session_id' THEN lower(e.session_id) ELSE lower(e.app_id) END
        LEFT JOIN watch_closed c ON c.upn = lower(e.actor)
        WHERE e.time > {began}
          AND (e.result <> 'success' OR c.upn IS NULL OR e.source LIKE 'sign_in%'
               OR e.time > coalesce(c.revoked, c.blocked) + INTERVAL {GRACE.seconds // 60} MINUTE)
          AND (e.result <> 'success' OR c.upn IS NULL OR e.time > coalesce(c.revoked, c.blocked))
        GROUP BY ALL ORDER BY upn, m.kind, m.value
    """)
    words = {"ip": "address", "session_id": "session", "app_id": "application"}
    return [
        _sign(
            "artefact_at_work" if row["through"] else "artefact_refused",
            row,
            f"the attacker's {words[row['kind']]} {one_line(row['value'])}"
            f" {'is at work' if row['through'] else 'still tries, and is refused'}",
            serious=bool(row["through"]),
        )
        for row in rows
    ]


def _rules(engine: Engine) -> list[Sign]:
    """Inbox rules set after the response, but by the response's own hand."""
    rows = engine.rows("""
        SELECT c.upn, r.name, min(r.time) AS first, count(*) AS times, list(r.event_id) AS ids
        FROM rule_changes r JOIN watch_closed c ON lower(r.owner) = c.upn
        JOIN events e ON e.event_id = r.event_id
        LEFT JOIN watch_own o ON o.app_id = lower(e.app_id)
        WHERE r.change = 'set' AND r.time > coalesce(c.blocked, c.revoked) AND o.app_id IS NULL
        GROUP BY c.upn, r.name ORDER BY c.upn, r.name
    """)
    return [_sign("rule_returns", row, f"inbox rule {one_line(row['name'] or '')!r} was set after the response")
            for row in rows]  # fmt: skip


def _appeared(engine: Engine, closed: Sequence[Closed], earlier: Earlier) -> list[Sign]:
    """What stands now and did not stand before. While the account is closed, nobody but an intruder adds to it."""
    shut = {one.upn for one in closed if not one.opened}
    known = {one.upn for one in closed}
    found = []
    for table in (*_OWN, *_TENANT):
        for row in engine.rows(f"SELECT * FROM {table} ORDER BY key"):
            owner = str(row.get("owner") or "").lower()
            if str(row["key"]) in earlier.standing[table] or (table in _OWN and owner not in known):
                continue
            label = next((str(row[name]) for name in _NAMES if row.get(name)), "")
            what = (
                f"{table.replace('_', ' ').removesuffix('s')} {one_line(label)!r} is new since the evidence was taken"
            )
            found.append(Sign("appeared", owner, what, serious=owner in shut, evidence=(str(row["key"]),)))
    return found


def _sign(kind: str, row: dict[str, Any], what: str, *, serious: bool = True) -> Sign:
    return Sign(kind, str(row["upn"] or ""), what, serious, row["first"], int(row["times"]), tuple(sorted(row["ids"])))
