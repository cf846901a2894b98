"""Mail in somebody else's name: look-alike domains, forged senders, and invoices that others want to be paid by."""

from __future__ import annotations

from o365nb.detections.base import Rows, detection
from o365nb.detections.text import nearest, terms_in

_MONEY = frozenset({"money"})
# Rows that carry no evidence: the domains that others may imitate, for the comparison in Python.
_REAL = """
        SELECT CAST(NULL AS VARCHAR) AS subject, CAST(NULL AS VARCHAR) AS evidence, CAST(NULL AS TIMESTAMP) AS time,
               CAST(NULL AS VARCHAR) AS object, CAST(NULL AS VARCHAR) AS domain, CAST(NULL AS TIMESTAMP) AS first_seen,
               domain AS known, CAST(NULL AS TIMESTAMP) AS known_since, CAST(NULL AS VARCHAR) AS title,
               CAST(NULL AS VARCHAR) AS thread, CAST(NULL AS VARCHAR) AS place, '' AS summary, 0.0 AS confidence
        FROM own_domains
        UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, domain, first_seen, NULL, NULL, NULL, '', 0.0 FROM partners
"""
# The subjects' mail with the outside, one row per recipient.
_OUTSIDE = """
    WITH outside AS (
        SELECT e.event_id, e.time, u.upn AS subject, e.message_subject AS title,
               regexp_replace(lower(coalesce(e.message_subject, '')), '^((re|fw|fwd|aw|wg|tr):[ ]*)+', '') AS topic,
               CASE WHEN e.actor = u.upn THEN split_part(e.target, '@', 2)
                   ELSE split_part(e.actor, '@', 2) END AS domain
        FROM case_events AS e JOIN subjects AS u ON u.upn = e.actor OR u.upn = e.target WHERE e.source = 'message_trace'
    )
"""


def _imitations(rows: Rows) -> Rows:
    """Rows whose domain imitates one that was there before it, with how much and how."""
    known = {row["known"]: row["known_since"] for row in rows if row["known"]}
    likeness: dict[str, tuple[float, str]] = {}
    found = []
    for row in rows:
        domain = row["domain"]
        if row["evidence"] is None or domain is None or (domain in known and known[domain] is None):
            continue
        if domain not in likeness:
            older = {real for real, since in known.items() if since is None or since < row["first_seen"]}
            likeness[domain] = nearest(domain, older)
        sure, how = likeness[domain]
        if how:
            found.append({**row, "summary": f"{domain} {how}", "confidence": sure})
    return found


@detection(
    slug="im-lookalike-domain",
    severity="critical",
    attack=["T1583.001", "T1656"],
    needs=["message_trace"],
    respond=["report", "bank_recall", "notify_recipients", "warn_correspondents", "refuse_imitations"],
    refine=_imitations,
    benign="A sister company, or a partner's mailing service.",
    misses="Look-alikes of firms with which the subject did not correspond in the window; names with other words.",
)
def lookalike_domain() -> str:
    """Mail came from or went to a domain that imitates the organisation's own or a partner's."""
    return f"""{_OUTSIDE}
        SELECT x.subject, x.event_id AS evidence, x.time, 'domain:' || x.domain AS object, x.domain, c.first_seen,
               CAST(NULL AS VARCHAR) AS known, CAST(NULL AS TIMESTAMP) AS known_since, x.title,
               CAST(NULL AS VARCHAR) AS thread, CAST(NULL AS VARCHAR) AS place, '' AS summary, 0.0 AS confidence
        FROM outside AS x JOIN correspondents AS c ON c.domain = x.domain
        UNION ALL {_REAL}
    """


def _frauds(rows: Rows) -> Rows:
    telling = [row for row in rows if row["known"] or terms_in(row["title"] or "", _MONEY)]
    found = []
    for row in _imitations(telling):
        thread = f", in the conversation with {row['thread']}" if row["thread"] else ""
        summary = f'"{row["title"]}": money was written about with {row["domain"]}, which imitates another name{thread}'
        found.append({**row, "summary": summary, "confidence": 0.95 if thread else max(0.6, row["confidence"] - 0.1)})
    sent = (row for row in telling if row["place"])
    return found + [{**row, "summary": f'"{row["title"]}" was sent from {row["place"]}'} for row in sent]


@detection(
    slug="im-invoice-fraud",
    severity="critical",
    attack=["T1657", "T1656"],
    needs=["message_trace"],
    respond=["report", "stop_payment", "bank_recall", "notify_recipients", "warn_correspondents", "refuse_imitations"],
    refine=_frauds,
    benign="A partner that moved to another name and says so on the telephone too.",
    misses="Frauds whose subject line does not speak of money; what the mails themselves say is not read.",
)
def invoice_fraud() -> str:
    """Invoices or payments were written about under an imitated name, or by an unfamiliar hand in the mailbox."""
    return f"""{_OUTSIDE},
        threads AS (
            SELECT x.topic, min(x.domain) AS partner, min(x.time) AS since
            FROM outside AS x JOIN partners AS p ON p.domain = x.domain WHERE x.topic <> '' GROUP BY x.topic
        )
        SELECT x.subject, x.event_id AS evidence, x.time, 'fraud:' || x.domain AS object, x.domain, c.first_seen,
               CAST(NULL AS VARCHAR) AS known, CAST(NULL AS TIMESTAMP) AS known_since, x.title,
               CASE WHEN t.partner <> x.domain AND epoch(t.since) < epoch(x.time) THEN t.partner END AS thread,
               CAST(NULL AS VARCHAR) AS place, '' AS summary, 0.0 AS confidence
        FROM outside AS x JOIN correspondents AS c ON c.domain = x.domain LEFT JOIN threads AS t ON t.topic = x.topic
        UNION ALL
        SELECT s.subject, s.event_id, s.time, 'fraud:sent', NULL, NULL, NULL, NULL, e.message_subject, NULL, s.place,
               '', s.sureness
        FROM strange_events AS s JOIN case_events AS e ON e.event_id = s.event_id
        WHERE s.operation IN ('Send', 'SendAs', 'SendOnBehalf') AND s.grade = 'clear'
        UNION ALL {_REAL}
    """


@detection(
    slug="ia-spoof-not-compromise",
    severity="info",
    attack=["T1672"],
    needs=["message_trace", "ual/Exchange"],
    respond=["report", "warn_correspondents", "refuse_imitations"],
    benign="A scanner or an application that sends in the user's name over the organisation's own relay.",
    misses="Accounts whose sending is not audited: there, nothing tells forged mail from sent mail.",
)
def forged_sender() -> str:
    """Mail in the user's name came from an address that the user's own mail never comes from, and was never sent."""
    # Only where the log names what the user sends does its silence mean anything. A colleague's sending is not in the
    # evidence: mail in a colleague's name counts as forged where the machine is one that forged the user's.
    return """
        WITH sends AS (
            SELECT DISTINCT message_id FROM events
            WHERE source = 'ual' AND operation IN ('Send', 'SendAs', 'SendOnBehalf') AND message_id IS NOT NULL
        ),
        logged AS (SELECT min(time) AS first, max(time) AS last FROM events
                   WHERE source = 'ual' AND operation IN ('Send', 'SendAs', 'SendOnBehalf')),
        out_mail AS (
            SELECT u.upn AS subject, e.event_id, e.time, e.target, e.message_subject, e.client_ip,
                   s.message_id IS NOT NULL AS sent
            FROM case_events AS e JOIN subjects AS u ON u.upn = e.actor
            LEFT JOIN sends AS s ON s.message_id = e.message_id WHERE e.source = 'message_trace'
        ),
        totals AS (SELECT subject, count(CASE WHEN sent THEN 1 END) AS sent, count(*) AS traced
                   FROM out_mail GROUP BY subject),
        relays AS (SELECT DISTINCT subject, client_ip FROM out_mail WHERE sent AND client_ip IS NOT NULL),
        forged AS (
            SELECT m.subject, m.event_id, m.time, m.client_ip, m.subject AS claimed, m.message_subject
            FROM out_mail AS m JOIN totals AS t ON t.subject = m.subject CROSS JOIN logged AS l
            LEFT JOIN relays AS r ON r.subject = m.subject AND r.client_ip = m.client_ip
            WHERE NOT m.sent AND m.client_ip IS NOT NULL AND r.client_ip IS NULL AND t.sent * 2 >= t.traced
              AND t.sent >= 5 AND m.time BETWEEN l.first AND l.last
        ),
        machines AS (SELECT DISTINCT subject, client_ip FROM forged),
        colleagues AS (
            SELECT u.upn AS subject, e.event_id, e.time, e.client_ip, e.actor AS claimed, e.message_subject
            FROM case_events AS e JOIN subjects AS u ON u.upn = e.target
            JOIN machines AS k ON k.subject = u.upn AND k.client_ip = e.client_ip
            JOIN own_domains AS o ON o.domain = split_part(e.actor, '@', 2)
            WHERE e.source = 'message_trace' AND e.actor <> u.upn
        )
        SELECT subject, event_id AS evidence, time, 'forged:' || client_ip AS object,
               'mail in the name of ' || claimed || ' came from ' || client_ip
               || ' and was never sent from the mailbox: "' || coalesce(message_subject, '') || '"' AS summary
        FROM (SELECT * FROM forged UNION ALL SELECT * FROM colleagues) AS f
    """
