"""How the accounts stand, what they may do, and what Microsoft itself raised about them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from o365nb.model import utc
from o365nb.report.dossier import Dossier
from o365nb.report.facts import unseen
from o365nb.report.markup import Column, Table, View, sheet
from o365nb.report.reach import ANNEX
from o365nb.report.results import pill
from o365nb.text import plural

_USERS = "SELECT * FROM users WHERE list_contains($1, owner) ORDER BY owner"
_ROLES = "SELECT owner, role, state FROM roles WHERE list_contains($1, owner) ORDER BY owner, role, state"
_RISK = (
    "SELECT owner, name, value FROM org_config WHERE list_contains($1, owner)"
    " AND name IN ('riskState', 'riskLevel') ORDER BY owner, name"
)
_GRANTS = (
    "SELECT owner, coalesce(app_name, app_id, client_id) AS app FROM oauth_grants WHERE list_contains($1, owner)"
    " GROUP BY ALL HAVING app IS NOT NULL ORDER BY ALL"
)
_RAISED = (
    "SELECT event_id, time, source, operation, client_ip, properties FROM events"
    " WHERE (source = 'alert' AND (list_contains($1, target) OR list_contains($1, actor)))"
    " OR (source = 'risk_detection' AND list_contains($1, actor)) ORDER BY time, event_id"
)
#: The sources of this view: of each that was not seen whole, the reader is told.
_SOURCES = ("users", "roles", "oauth_grants", "risky_users", "alert", "risk_detection")
#: A role's state in the tenant: what it means. One that is merely asked for is not held.
_HELD = {"active": "held", "scheduled": "held", "activated": "taken up", "eligible": "may be taken up"}
_AT_RISK = {"atRisk": "at risk", "confirmedCompromised": "confirmed to be compromised"}
_SEVERITIES = {"high": ("bad", 0), "medium": ("warn", 1), "low": ("mute", 2)}


def account(of: Dossier) -> View:
    """The accounts as the directory has them, and the alerts and risk detections that name them."""
    subjects = [subject.lower() for subject in of.subjects]
    facts = list(_facts(of, subjects))
    raised = [_raised(row) for row in of.rows(_RAISED, [subjects])]
    owner = (Column("owner", "Account"),) if len(subjects) > 1 else ()
    columns = (*owner, Column("what", "What", "strong"), Column("state", "How it stands"))
    title = "How the account stands" if len(subjects) == 1 else "How the accounts stand"
    tables = [Table(title, columns, facts, "", title if len(facts) > ANNEX else "")] if facts else []
    if raised:
        columns = (
            *(Column("time", "When", "time"), Column("what", "What Microsoft raised", "titled")),
            *(Column("severity", "Severity", "pill"), Column("state", "State")),
        )
        fold = f"What Microsoft itself raised: {plural(len(raised), 'entry', 'entries')}"
        tables.append(Table("What Microsoft itself raised", columns, raised, "", fold if len(raised) > ANNEX else ""))
    missing = [text for text in (unseen(of.found, (source,)) for source in _SOURCES) if text]
    tail = [f"Cannot tell: {'; '.join(missing)}."] if missing else []
    if not raised and not unseen(of.found, ("alert",)):
        tail.insert(0, "No Defender alert names " + ("the account." if len(subjects) == 1 else "these accounts."))
    said = " ".join(f"{row['what']}: {row['state']}." for row in facts) or " ".join(tail)
    return sheet(of.clock, [*facts, *raised], said, *tables, tail=tail)


def _facts(of: Dossier, subjects: list[str]) -> Iterator[dict[str, Any]]:
    """What is worth a line: the password's age always, the rest where there is something to say."""
    users = {row["owner"]: row for row in of.rows(_USERS, [subjects])}
    roles, grants, risks = (of.rows(sql, [subjects]) for sql in (_ROLES, _GRANTS, _RISK))
    for owner in subjects:
        user = users.get(owner, {})
        risk = {row["name"]: row["value"] for row in risks if row["owner"] == owner}
        lines = {
            "Sign-in": "blocked" if user.get("account_enabled") is False else "",
            "Position": ", ".join(part for part in (user.get("job_title"), user.get("department")) if part),
            "Password last changed": _when(of, user.get("last_password_change")),
            "Directory roles": _roles(row for row in roles if row["owner"] == owner),
            "Applications with access": ", ".join(row["app"] for row in grants if row["owner"] == owner),
            "Risk, as Entra holds it": _risk(risk),
        }
        for what, state in lines.items():
            if state:
                yield {"owner": owner, "what": what, "state": state}


def _when(of: Dossier, time: Any) -> str:
    return of.clock.when(utc(time)) if time else ""


def _roles(rows: Iterator[Mapping[str, Any]]) -> str:
    """Each role once, with the strongest hold on it."""
    held: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: list(_HELD).index(row["state"]) if row["state"] in _HELD else len(_HELD)):
        held.setdefault(str(row["role"]), _HELD.get(row["state"], str(row["state"])))
    return ", ".join(f"{role} ({hold})" for role, hold in sorted(held.items()))


def _risk(risk: Mapping[str, Any]) -> str:
    state, level = _AT_RISK.get(str(risk.get("riskState")), ""), str(risk.get("riskLevel") or "")
    return f"{state}, level {level}" if state and level not in ("", "none", "hidden") else state


def _raised(row: Mapping[str, Any]) -> dict[str, Any]:
    told = {item["name"]: str(item["value"]) for item in row["properties"] or () if item["value"]}
    risk = row["source"] == "risk_detection"
    title = words(row["operation"]) if risk else str(row["operation"]).removeprefix("Defender alert: ")
    level = told.get("riskLevel" if risk else "severity", "").lower()
    tone, rank = _SEVERITIES.get(level, ("mute", 3))
    by = "Entra ID Protection" if risk else told.get("productName", "Microsoft Defender")
    states = [told.get(name, "") for name in (("riskState",) if risk else ("status", "classification"))]
    shown = [words(state) for state in states if state and state.lower() != "unknown"]
    return {
        "time": utc(row["time"]) if row["time"] else None,
        "what": {
            "title": title,
            "text": " · ".join(part for part in (by, row["client_ip"]) if part),
            "codes": (row["event_id"],),
        },
        "severity": pill(level or "not known", tone, rank=rank),
        "state": ", ".join(shown),
    }


def words(name: object) -> str:
    """A name of Microsoft's in words: `attackerInTheMiddle` is "attacker in the middle"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(name)).lower()
