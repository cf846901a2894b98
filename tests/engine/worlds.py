"""Values and tables that two engines are likely to treat differently: what an attacker may write, and odd numbers."""

from __future__ import annotations

from typing import Any

from detections import test_changes, test_collection, test_deletions, test_token_use
from detections.world import HOSTILE, INTRUDER, act, at, broke_in, partner, trace, usual
from tables import SUBJECT, rule, rule_change, sign_in, state

from o365nb.model import utc

TEXTS = [
    *(None, "", " ", "a", "A b", "a\\b", "a\\", "100%", "a_b", "axb", "line\nbreak", "end\n", "end\r\n", "x\u2028y"),
    *("\x85", "ΟΔΟΣ", "İstanbul", "ẞ", "Ǆ", "日本語", "🦆duck", HOSTILE, "'quoted'", '"double"', "$1", "\\1", "${x}"),
    *("?", ":name", "smtp:anna@contoso.example", "anna@", "@", "a@b@c", "/Inbox/Sub", "\\\\srv\\share\\x", "[abc]"),
    *("\x01", "%\x01_", "\t tab ", "12", "-7"),
]
OF_A_TEXT = r"""
    lower(a) · length(a) · trim(a) · trim(a, ' "[]') · replace(a, '\', '/') · a || 'x' · a <= 'a'
    split_part(a, '@', 1) · split_part(a, '@', 2) · split_part(a, '@', 9) · strpos(a, 'b') · strpos(a, '')
    substring(a, 2) · substring(a, 1, 3) · nullif(a, '') · coalesce(a, '-') · a IN ('a', 'A b')
    a IS DISTINCT FROM 'a' · a LIKE 'a%' · a LIKE '%\%' · a LIKE '100%' · a LIKE 'a_b' · a LIKE '%k' · a ILIKE 'A%'
    a NOT LIKE '%@%' · regexp_matches(a, '^a') · regexp_matches(a, 'end$') · regexp_matches(a, '^end.$')
    regexp_matches(a, 'x.y') · regexp_matches(a, '[$[]') · regexp_extract(a, '([^/\\]*)$', 1)
    regexp_extract(a, '^([a-z]+):', 1) · regexp_replace(a, '^(smtp|sip):', '') · TRY_CAST(a AS BIGINT)
    CAST(length(a) AS VARCHAR) || ' letters'
"""
OF_TWO_TEXTS = """
    a LIKE b · a LIKE '%' || b · strpos(a, b) > 0 · a < b · a = b · a IS DISTINCT FROM b · a || b · coalesce(a, b)
"""
OF_TIMES = """
    epoch(t) · epoch(t) - epoch(u) · CAST(t AS DATE) · CAST(t AS DATE) + 1 · CAST(t AS DATE) - 3 · CAST(t AS VARCHAR)
    t < u · t >= ? · CAST(epoch(t) / 3600 AS BIGINT) · floor(epoch(t) / 3600) · CAST(CAST(t AS DATE) AS VARCHAR)
    epoch(t) - epoch(u) BETWEEN 0 AND 1
"""
OF_A_NUMBER = """
    CAST(n AS BIGINT) · round(n) · n / 3 · greatest(n, 1) · least(n, NULL) · abs(n) · CAST(n * 2 AS BIGINT)
    0.7 + 0.15 * CAST(n AS BIGINT) · CASE WHEN n > 0 THEN 0.95 ELSE n END · nullif(n, 0.0)
"""
NUMBERS = [None, 0.0, 0.5, 1.5, 2.5, -1.5, 2.4999, 1e6, 59.999999]
GROUPS = """
    WITH grouped AS (
        SELECT g, count(*) AS n, count(DISTINCT v) AS different, min(v) AS low, max(v) AS high,
               sum(id) AS total, string_agg(v, ' | ' ORDER BY v) AS said, bool_or(v IS NULL) AS holes,
               string_agg(CASE WHEN id > 99 THEN v END, ',' ORDER BY CASE WHEN id > 99 THEN v END) AS nothing
        FROM probes GROUP BY g
    ),
    ordered AS (
        SELECT *, lag(v) OVER w AS before, row_number() OVER w AS nth, first_value(v) OVER w AS opening,
               count(*) OVER (PARTITION BY g ORDER BY x RANGE BETWEEN 2 PRECEDING AND CURRENT ROW) AS near
        FROM probes WINDOW w AS (PARTITION BY g ORDER BY v DESC, id)
    ),
    apart AS (SELECT id, unnest(CASE WHEN v IS NULL THEN ['-', '+'] ELSE [v] END) AS piece FROM probes)
    SELECT o.*, r.n, r.different, r.low, r.high, r.total, r.said, r.holes, r.nothing, a.piece
    FROM ordered AS o JOIN grouped AS r ON r.g = o.g LEFT JOIN apart AS a ON a.id = o.id
    ORDER BY o.v, o.id, a.piece
"""


def expressions(text: str) -> list[str]:
    return [part.strip() for line in text.splitlines() for part in line.split("·") if part.strip()]


def moment(text: str | None) -> Any:
    """A time as engines give it: UTC, without a zone."""
    return utc(text).replace(tzinfo=None) if text else None


TIMES = [
    (moment("2026-11-17T08:41:00"), moment("2026-11-17T08:40:59.999999")),
    (moment("1999-12-31T23:59:59.5"), moment("2000-01-01T00:00:00")),
    (moment("2026-10-25T01:30:00.000001"), None),
]

_CMDLETS = (
    *("New-InboxRule", "Set-Mailbox", "Add-MailboxPermission", "New-TransportRule", "New-InboundConnector"),
    *("Set-RemoteDomain", "Add-MailboxFolderPermission", "New-SweepRule", "Set-AdminAuditLogConfig"),
)
_ACTS = (
    *("Send", "MailItemsAccessed", "HardDelete", "SearchQueryInitiatedExchange", "FileDownloaded", "Add device"),
    *("User registered security info", "Consent to application", "Reset user password", "AnonymousLinkCreated"),
    *("Add member to role", "FileSyncDownloadedFull"),
)
_WORDS = {"message_subject": HOSTILE, "target": HOSTILE, "client_app": HOSTILE, "app_name": HOSTILE}
_NAMES = ("Identity", "Name", "User", "ForwardingSmtpAddress", "Role")
#: What the detections' own tests call an intruder's deed.
_DEEDS = (
    *(row for row, _ in test_changes.FOUND.values()), *test_token_use.FOUND.values(), *test_collection.FOUND.values(),
    *(row for rows in test_deletions.FOUND.values() for row in rows), *test_changes.WEAKER,
)  # fmt: skip


def _events() -> list[dict[str, Any]]:
    said = {f"Parameters.{name}": HOSTILE for name in _NAMES}
    later = {**INTRUDER, "time": at(minutes=1), "source": "sign_in_noninteractive", "app_id": HOSTILE}
    to = [f"p{n}@{HOSTILE}{n}.example" for n in range(60)]
    return [
        *usual(), *partner(), broke_in(), broke_in(user_agent="axios/1.7.2", session_id=HOSTILE, time=at(minutes=2)),
        sign_in(**{**later, **_WORDS}),
        *(act(name, time=at(minutes=n), properties=said, **_WORDS) for n, name in enumerate((*_CMDLETS, *_ACTS), 3)),
        *(act("FileDownloaded", **{**_WORDS, "time": at(minutes=40, seconds=n), "target": str(n)}) for n in range(30)),
        *(act("Send", time=at(hours=1, seconds=n), message_id=f"<{n}{HOSTILE}>", **_WORDS) for n in range(40)),
        *(trace(SUBJECT, one, time=at(hours=1, seconds=n), message_subject=HOSTILE) for n, one in enumerate(to)),
        *({**row, "event_id": f"deed-{n}", "as_org": HOSTILE, "time": at(hours=3, seconds=n)}
          for n, row in enumerate(_DEEDS)),
        trace(f"bob@fabrikarn.example{HOSTILE}", SUBJECT, time=at(hours=2), message_subject="RE: Invoice 4711"),
    ]  # fmt: skip


def hostile() -> dict[str, list[dict[str, Any]]]:
    """A month, a partner, an intruder, and a text that breaks what it can wherever a text may stand."""
    events, near = _events(), at(minutes=30)
    texts = {"name": HOSTILE, "words": [HOSTILE, "invoice"], "from_addresses": [HOSTILE, "bob@fabrikam.example"]}
    scopes = ["Mail.Read", "offline_access", HOSTILE]
    return {
        "events": events,
        "inbox_rules": [
            rule(**texts, forward_to=[f"x@{HOSTILE}"], move_to_folder=f"a/{HOSTILE}"),
            rule(name=".", rule_id="2", deletes=True),
        ],
        "rule_changes": [rule_change(**texts, event_id=events[-3]["event_id"], time=at(minutes=3))],
        "mailboxes": [state("mailbox", forwarding_smtp_address=f"smtp:x@{HOSTILE}.example")],
        "oauth_grants": [state("oauth_grant", app_id=HOSTILE, app_name=HOSTILE, scopes=scopes)],
        "auth_methods": [state("auth_method", method_type="phone", phone_number=HOSTILE, created=near)],
        "devices": [state("device", name=HOSTILE, registered=near, os_version="10.0.19041.928", malware=[HOSTILE])],
        "users": [state("user", "1", display_name=HOSTILE), state("user", "2", owner="x", display_name=HOSTILE)],
        "messages": [state("message", sender="x@contoso.example", headers=[{"name": "Reply-To", "value": HOSTILE}])],
        "connectors": [state("connector", owner="", name=HOSTILE, direction="inbound", domains=["*"])],
        "transport_rules": [state("transport_rule", owner="", name=HOSTILE, blind_copy_to=[f"x@{HOSTILE}"])],
    }
