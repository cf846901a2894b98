"""Mail in numbers, mail that carried the lure; and Microsoft's answer to it."""

from __future__ import annotations

from o365nb.detections.base import Rows, detection
from o365nb.detections.text import nearest, terms_in

_LURES = frozenset({"lure", "money", "security"})

# Mail out of the subjects by hour, as message trace counts it (one row per recipient), else as sent by the audit log.
_HOURS = """
    WITH out_mail AS (
        SELECT e.actor AS subject, e.event_id, e.time, e.source, CAST(e.time AS DATE)
            AS day, floor(epoch(e.time) / 3600) AS hour,
               e.message_subject, e.target, o.domain IS NOT NULL AS internal
        FROM case_events AS e JOIN subjects AS u ON u.upn = e.actor
        LEFT JOIN own_domains AS o ON o.domain = split_part(e.target, '@', 2)
        WHERE (e.source = 'message_trace' OR e.source = 'ual' AND e.operation IN ('Send', 'SendAs', 'SendOnBehalf'))
          AND coalesce(e.result, '') <> 'failure'
    )
"""


@detection(
    slug="im-mass-send",
    severity="critical",
    attack=["T1586.002"],
    needs=["message_trace|ual/Exchange"],
    respond=["block_sign_in", "bank_recall", "notify_recipients", "report"],
    confidence=0.8,
    benign="A mailing: whoever sent as much on earlier days is not reported.",
    misses="Slow sending; the first mailing of an account that sends mailings looks the same.",
)
def mass_mail() -> str:
    """The account sent far more mail in an hour than it ever had."""
    return f"""{_HOURS},
        hours AS (SELECT subject, source, day, hour, count(*) AS sent, count(DISTINCT target) AS recipients,
                         count(CASE WHEN NOT internal THEN 1 END) AS outside
                  FROM out_mail GROUP BY subject, source, day, hour),
        -- After somebody unfamiliar was let in fewer tell: a response may have cut the mailing short.
        big AS (
            SELECT h.* FROM hours AS h LEFT JOIN break_ins AS i ON i.subject = h.subject
                AND h.day BETWEEN CAST(i.since AS DATE) AND CAST(i.since AS DATE) + 1
            WHERE h.sent >= 50 OR h.sent >= 25 AND i.since IS NOT NULL
        ),
        usual AS (
            SELECT b.subject, b.source, b.hour, count(DISTINCT h.day) AS days FROM big AS b
            LEFT JOIN break_ins AS i ON i.subject = b.subject
            JOIN hours AS h ON h.subject = b.subject AND h.source = b.source AND h.day <> b.day AND h.sent * 5 > b.sent
             AND (h.day < b.day OR i.since IS NULL OR h.day < CAST(i.since AS DATE))
            GROUP BY b.subject, b.source, b.hour
        ),
        bursts AS (
            SELECT b.subject, b.day, b.source, sum(b.sent) AS sent, sum(b.outside) AS outside FROM big AS b
            LEFT JOIN usual AS u ON u.subject = b.subject AND u.source = b.source AND u.hour = b.hour
            WHERE coalesce(u.days, 0) < 2 GROUP BY b.subject, b.day, b.source
        ),
        totals AS (
            SELECT subject, day, max(sent) AS sent, max(CASE WHEN source = 'message_trace' THEN outside END) AS outside
            FROM bursts GROUP BY subject, day
        )
        SELECT m.subject, m.event_id AS evidence, m.time, 'mass:' || CAST(m.day AS VARCHAR) AS object,
               CAST(t.sent AS VARCHAR) || ' mails went out'
               || coalesce(', ' || CAST(t.outside AS VARCHAR) || ' of them accepted outside the organisation', '')
               AS summary,
               CASE WHEN t.sent < 50 THEN 0.5
                    WHEN i.since IS NOT NULL AND epoch(m.time) >= epoch(i.since) THEN 0.95 ELSE 0.6 END AS confidence
        FROM bursts AS b JOIN out_mail AS m ON m.subject = b.subject AND m.day = b.day AND m.source = b.source
        JOIN big AS h ON h.subject = m.subject AND h.source = m.source AND h.hour = m.hour
        JOIN totals AS t ON t.subject = b.subject AND t.day = b.day
        LEFT JOIN break_ins AS i ON i.subject = b.subject
    """


@detection(
    slug="la-internal-phish",
    severity="critical",
    attack=["T1534"],
    needs=["message_trace"],
    respond=["report", "notify_recipients"],
    confidence=0.6,
    benign="An announcement: whoever wrote to as many colleagues on earlier days is not reported.",
    misses="Mail to distribution lists, which the trace may count as one recipient.",
)
def internal_phish() -> str:
    """One mail went to at least twenty colleagues within an hour, after an unfamiliar sign-in or for the first time."""
    return f"""{_HOURS},
        waves AS (
            SELECT subject, day, hour, regexp_replace(lower(coalesce(message_subject, '')),
                '^((re|fw|fwd|aw|wg|tr):[ ]*)+', '') AS title,
                   count(DISTINCT target) AS colleagues
            FROM out_mail WHERE internal AND source = 'message_trace' GROUP BY 1, 2, 3, 4
        ),
        big AS (SELECT * FROM waves WHERE colleagues >= 20),
        usual AS (SELECT b.subject, b.hour, b.title, count(DISTINCT e.day) AS days FROM big AS b
                  JOIN big AS e ON e.subject = b.subject AND e.day < b.day GROUP BY b.subject, b.hour, b.title)
        SELECT m.subject, m.event_id AS evidence, m.time, 'wave:' || b.title AS object,
               '"' || coalesce(m.message_subject, '') || '" went to ' || CAST(b.colleagues AS VARCHAR)
               || ' colleagues' AS summary,
               CASE WHEN i.since IS NOT NULL AND epoch(m.time) - epoch(i.since) BETWEEN 0 AND 7 * 86400 THEN 0.9
                   ELSE 0.3 END AS confidence
        FROM big AS b JOIN out_mail AS m ON m.subject = b.subject AND m.hour = b.hour AND m.internal
            AND m.source = 'message_trace'
         AND regexp_replace(lower(coalesce(m.message_subject, '')), '^((re|fw|fwd|aw|wg|tr):[ ]*)+', '') = b.title
        LEFT JOIN usual AS u ON u.subject = b.subject AND u.hour = b.hour AND u.title = b.title
        LEFT JOIN break_ins AS i ON i.subject = b.subject
        WHERE coalesce(u.days, 0) < 1
    """


def _lures(rows: Rows) -> Rows:
    known = {row["known"] for row in rows if row["known"]}
    found = []
    for row in rows:
        if row["evidence"] is None:
            continue
        sure, how = nearest(row["domain"], known)
        telling = terms_in(row["title"] or "", _LURES)
        if how or telling:
            why = f"whose domain {how}" if how else "whose domain never wrote before"
            summary = f'"{row["title"] or ""}" was delivered from {row["sender"]}, {why}'
            found.append(
                {**row, "summary": summary, "confidence": 0.9 if sure >= 0.8 else 0.7 if how or telling else 0.5}
            )
    return found


@detection(
    slug="ia-phish-delivered",
    severity="medium",
    attack=["T1566.001", "T1566.002"],
    needs=["message_trace"],
    respond=["report", "ask_user"],
    confidence=0.7,
    refine=_lures,
    benign="A first mail of a new correspondent that happened to arrive before a break-in.",
    misses="Lures from partners who were taken over, by chat, or older than two days.",
)
def lure_delivered() -> str:
    """Within two days before the break-in a mail like a lure was delivered, from a domain never seen before."""
    return """
        SELECT e.target AS subject, e.event_id AS evidence, e.time, 'lure:'
            || lower(coalesce(e.message_id, e.event_id)) AS object,
               split_part(e.actor, '@', 2) AS domain, e.actor AS sender, e.message_subject AS title,
               CAST(NULL AS VARCHAR) AS known, '' AS summary
        FROM case_events AS e JOIN break_ins AS b ON b.subject = e.target
        JOIN correspondents AS c ON c.domain = split_part(e.actor, '@', 2)
        LEFT JOIN case_properties AS p ON p.event_id = e.event_id AND lower(p.name) = 'status'
        WHERE e.source = 'message_trace' AND epoch(b.since) - epoch(e.time) BETWEEN 0 AND 48 * 3600
          AND epoch(e.time) - epoch(c.first_seen) <= 3600
          AND lower(coalesce(p.value, 'delivered')) IN ('delivered', 'resolved', 'expanded', 'gettingstatus')
        UNION ALL SELECT CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS TIMESTAMP), CAST(NULL
            AS VARCHAR), CAST(NULL AS VARCHAR),
               CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), domain, '' FROM own_domains
        UNION ALL SELECT CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS TIMESTAMP), CAST(NULL
            AS VARCHAR), CAST(NULL AS VARCHAR),
               CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), domain, '' FROM partners
    """


@detection(
    slug="im-sender-restricted",
    severity="high",
    attack=["T1586.002"],
    needs=["ual"],
    respond=["unrestrict_sender", "notify_recipients", "report"],
    confidence=0.9,
    benign="A mailing that went over the sending limit.",
    misses="Blocks older than the log.",
)
def sender_restricted() -> str:
    """Microsoft stopped the account from sending because of what it sent."""
    return """
        WITH told AS (
            SELECT e.event_id, e.time, e.operation, lower(coalesce(e.target, '')) AS target,
                   coalesce(e.actor, '') AS actor, lower(coalesce(p.value, '')) AS value
            FROM case_events AS e LEFT JOIN case_properties AS p ON p.event_id = e.event_id
            WHERE e.source = 'ual' AND e.operation IN ('HygieneTenantEvents', 'AlertTriggered', 'AlertEntityGenerated')
        ),
        judged AS (
            SELECT event_id, min(time) AS time,
                   max(CASE WHEN operation = 'HygieneTenantEvents' OR value LIKE '%restricted from sending%'
                            OR value LIKE '%suspicious email sending patterns%' THEN 1 ELSE 0 END) AS stopped,
                   max(CASE WHEN value LIKE '%delist%' OR value LIKE '%unblocked%' THEN 1 ELSE 0 END) AS lifted
            FROM told GROUP BY event_id
        )
        SELECT DISTINCT u.upn AS subject, j.event_id AS evidence, j.time, 'restricted' AS object,
               'Microsoft restricted the account from sending mail' AS summary
        FROM judged AS j JOIN told AS t ON t.event_id = j.event_id
        JOIN subjects AS u ON u.upn = t.target OR u.upn = t.actor AND t.operation = 'HygieneTenantEvents'
          OR strpos(t.value, u.upn) > 0
        WHERE j.stopped = 1 AND j.lifted = 0
    """
