"""Facts for the root cause that no single detection states: the order and the absence of things."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from o365nb.analysis.attackers import attacker_tables
from o365nb.analysis.base import COPIED, Labels, attackers, entry_time, moment
from o365nb.analysis.delegates import by_colleagues
from o365nb.analysis.entry_signs import signs
from o365nb.engine import Engine
from o365nb.model import Attribution, Context, Finding, Label, Severity, utc

_PLACE = ("ia-impossible-travel", "ia-new-country-unmanaged", "ia-residential-near")
#: The phases of an attack in which nothing is changed: the way in, and looking round.
_LOOKING = ("ia-", "co-")
_GRAVE = (Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)


def derived(engine: Engine, labels: Labels, found: Iterable[Finding], *, whole: bool) -> dict[str, str]:
    """Name of the fact → what was seen. `whole`: everything the verdict needs was seen whole."""
    found = list(found)
    engine.case_events()
    entries = _entries(engine, labels)
    facts = {
        "mfa_then_claim": _mfa_then_claim(entries),
        "replay_without_sign_in": _replay(engine, labels, found, entries),
        "consent_before_access": _consent(found, entries),
        "device_code_entry": _device_code(found, entries),
        "imitated_only": _imitated(labels, found),
        "single_factor_entry": _single_factor(entries),
        "inside_only": _inside(engine, found, entries, labels),
        "own_new_method": _own_method(engine, labels),
        "travel_only": _travel(engine, labels, found, whole=whole),
        "nothing_found": _nothing(labels, found, whole=whole),
        "all_explained": _explained(labels, found),
        "nothing_done": _nothing_done(labels, found),
        **signs(engine, labels, found, entries),
    }
    return {name: said for name, said in facts.items() if said}


def entry_visible(engine: Engine, labels: Labels) -> bool:
    """Whether the way in can be in the logs at all: sign-ins were read from before the attacker's first event."""
    entry = entry_time(labels)
    if entry is None:
        return True
    engine.case_events()
    rows = engine.rows("""
        SELECT min(time) AS first FROM case_events
        WHERE (source LIKE 'sign_in%' OR operation IN ('UserLoggedIn', 'UserLoginFailed'))
          AND lower(actor) IN (SELECT upn FROM subjects)
    """)
    first = rows[0]["first"]
    return first is not None and utc(first) < entry


def _entries(engine: Engine, labels: Labels) -> list[dict[str, Any]]:
    """The attacker's successful sign-ins, in order of time. `by_hand`: somebody was at a prompt and answered it."""
    theirs, properties = attacker_tables(engine, labels)
    return engine.rows(f"""
        SELECT e.event_id, e.time, e.source, e.asn, e.client_ip, e.mfa, e.session_id, e.network_kind,
               e.device_id, e.device_managed,
               e.source = 'sign_in' AND s.event_id IS NULL AS by_hand
        FROM {theirs} e
        LEFT JOIN (
            SELECT event_id FROM {properties} WHERE name = 'authenticationDetails' GROUP BY event_id
            HAVING count(CASE WHEN lower(value) NOT LIKE 'previously satisfied%' THEN 1 END) = 0
        ) s ON s.event_id = e.event_id
        WHERE e.result = 'success' AND (e.source LIKE 'sign_in%' OR e.operation = 'UserLoggedIn') ORDER BY e.time
    """)


def _mfa_then_claim(entries: list[dict[str, Any]]) -> str:
    proven = [row for row in entries if row["source"] == "sign_in" and row["mfa"] == "multiFactorAuthentication"]
    if not proven:
        return ""
    first = proven[0]
    later = [
        row
        for row in entries
        if row["source"] == "sign_in_noninteractive" and row["time"] > first["time"] and row["asn"] != first["asn"]
    ]
    return (
        f"proven at {moment(first['time'])}, claimed from {later[0]['client_ip']} at {moment(later[0]['time'])}"
        if later
        else ""
    )


def _replay(engine: Engine, labels: Labels, found: list[Finding], entries: list[dict[str, Any]]) -> str:
    # An application that was let in keeps the session in which the user agreed to it: nothing was stolen.
    let_in = {key for one in found if one.slug == "pe-oauth-app-use" for key in one.evidence}
    entries = [row for row in entries if row["event_id"] not in let_in]
    if not entries or any(row["by_hand"] for row in entries):
        return ""
    sessions = sorted({row["session_id"] for row in entries if row["session_id"]})
    engine.table("analysis_sessions", {"session_id": "VARCHAR"}, [(session,) for session in sessions])
    rows = engine.rows("""
        SELECT event_id, session_id FROM events
        WHERE (source = 'sign_in' OR operation = 'UserLoggedIn')
          AND session_id IN (SELECT session_id FROM analysis_sessions) ORDER BY time, event_id
    """)
    own = [row for row in rows if _is(labels.get(row["event_id"]), Label.USER)]
    return f"the session {own[0]['session_id']} is the user's own" if own else ""


def _consent(found: list[Finding], entries: list[dict[str, Any]]) -> str:
    consents = [one for one in found if one.slug.startswith("pe-oauth") and one.context is not Context.NO]
    used = {key for one in consents if one.slug == "pe-oauth-app-use" for key in one.evidence}
    # Without Graph's sign-ins nothing says which logon was by hand: then all of them must be the application's.
    foreign = [row for row in entries if row["source"] == "sign_in" or (row["source"] == "ual" and not used)]
    if not consents or foreign or (used and any(row["event_id"] not in used for row in entries)):
        return ""
    return ", ".join(one.id for one in consents)


def _device_code(found: list[Finding], entries: list[dict[str, Any]]) -> str:
    """The attacker's first sign-in is the one by device code: nothing was stolen before it."""
    codes = {key for one in found if one.slug == "ia-devicecode-first" for key in one.evidence}
    first = entries[0] if entries else None
    if first is None or first["event_id"] not in codes:
        return ""
    return f"the first foreign sign-in, at {moment(first['time'])} from {first['client_ip']}"


def _imitated(labels: Labels, found: list[Finding]) -> str:
    """Imitations of the organisation or a partner wrote, and nobody but the user ever used the account."""
    outside = [one.id for one in found if one.slug == "im-lookalike-domain"]
    return ", ".join(outside) if outside and not _outsiders(labels) else ""


def _single_factor(entries: list[dict[str, Any]]) -> str:
    first = next((row for row in entries if row["source"] == "sign_in"), None)
    if first is None or first["mfa"] != "singleFactorAuthentication":
        return ""
    return f"sign-in at {moment(first['time'])} from {first['client_ip']}"


def _inside(engine: Engine, found: list[Finding], entries: list[dict[str, Any]], labels: Labels) -> str:
    """A colleague was let into the mailbox, or lately began to use it, and nobody foreign signed in."""
    used = [one for one in found if one.slug == "co-nonowner" or by_colleagues(one, labels)]
    let_in = [one for one in found if one.slug.startswith("pe-delegate")] + used
    if entries or all(one.context is Context.NO for one in let_in):
        return ""
    told = [(key,) for key in sorted({key for one in used for key in one.evidence})]
    engine.table("analysis_readers", {"event_id": "VARCHAR"}, told)
    rows = engine.rows("""
        SELECT lower(actor) AS actor, count(*) AS times, count(r.event_id) > 0 AS lately
        FROM case_events AS e LEFT JOIN analysis_readers AS r ON r.event_id = e.event_id
        WHERE lower(mailbox_owner) IN (SELECT upn FROM subjects) AND lower(actor) <> lower(mailbox_owner)
          AND actor_kind IN ('user', 'admin') GROUP BY lower(actor) ORDER BY lately DESC, times DESC, actor LIMIT 1
    """)
    return f"{rows[0]['actor']} used the mailbox {rows[0]['times']} times" if rows else ""


def _own_method(engine: Engine, labels: Labels) -> str:
    """The user registered a way to prove the identity, by the own hand, and nobody else used the account."""
    if entry_time(labels):
        return ""
    rows = engine.rows("""
        SELECT event_id, time FROM case_events WHERE operation = 'User registered security info'
          AND lower(actor) IN (SELECT upn FROM subjects) AND result IS DISTINCT FROM 'failure' ORDER BY time, event_id
    """)
    own = [row for row in rows if _is(labels.get(row["event_id"]), Label.USER)]
    return f"registered at {moment(own[0]['time'])}" if own else ""


def _travel(engine: Engine, labels: Labels, found: list[Finding], *, whole: bool) -> str:
    """Sign-ins from an unusual country that are the user's own, and nothing graver beside them."""
    if attackers(labels) or not whole or _grave(found, but=_PLACE):
        return ""
    rows = engine.rows("""
        SELECT country, min(time) AS first FROM case_events
        WHERE lower(actor) IN (SELECT upn FROM subjects) AND source LIKE 'sign_in%' AND result = 'success'
          AND country IS NOT NULL AND device_managed AND coalesce(device_id, '') <> ''
        GROUP BY country ORDER BY count(*) DESC, country
    """)
    return f"managed device in {rows[1]['country']} since {moment(rows[1]['first'])}" if len(rows) > 1 else ""


def _nothing(labels: Labels, found: list[Finding], *, whole: bool) -> str:
    return "" if attackers(labels) or _grave(found) or not whole else "no finding above low"


def _explained(labels: Labels, found: list[Finding]) -> str:
    """However much was read: no act in the account is anybody else's, and whatever looked grave is the user's."""
    return "" if _outsiders(labels) or _grave(found) else "no finding above low is open"


def _nothing_done(labels: Labels, found: list[Finding]) -> str:
    """No act in the account is known to be anybody else's, and nothing that is open was left behind, hidden or sent."""
    left = [one for one in found if not one.slug.startswith(_LOOKING) or one.slug == COPIED]
    return "" if _outsiders(labels) or _grave(left) else "what is open is only where from, and what was read"


def _outsiders(labels: Labels) -> bool:
    """Whether anything but mail from outside is an attacker's."""
    return any(label.source != "message_trace" for label in attackers(labels))


def _grave(found: Iterable[Finding], but: tuple[str, ...] = ()) -> bool:
    return any(one.severity in _GRAVE and one.context is not Context.NO and one.slug not in but for one in found)


def _is(label: Attribution | None, wanted: Label) -> bool:
    return label is not None and label.label is wanted
