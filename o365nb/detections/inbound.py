"""What comes in: answers led elsewhere, storms of bounces, floods that bury a warning."""

from __future__ import annotations

from o365nb.detections.base import Rows, detection
from o365nb.detections.text import labels, looks_like


def _led_elsewhere(rows: Rows) -> Rows:
    """Mail whose answers go to another organisation than it claims to come from; look-alikes weigh most."""
    found = []
    for row in rows:
        back, sender = row["back"], row["domain"]
        if not back or labels(back)[0] == labels(sender)[0]:
            continue
        sure, how = looks_like(back, sender)
        if sure >= 0.5 or row["own"]:
            told = f"answers to {row['sender']} go to {row['answers']}" + (f", which {how}" if how else "")
            found.append({**row, "summary": told, "confidence": 0.8 if sure >= 0.5 else 0.5})
    return found


@detection(
    slug="im-replyto",
    severity="medium",
    attack=["T1672"],
    needs=["messages"],
    respond=["refuse_imitations", "warn_correspondents", "report"],
    confidence=0.5,
    refine=_led_elsewhere,
    benign="A service that writes in the organisation's name and takes the answers itself.",
    misses="Mail that was not kept or of which the headers were not collected.",
)
def answers_led_elsewhere() -> str:
    """Mail in the name of the organisation or of a partner asks for answers to go to another domain."""
    return r"""
        WITH headers AS (
            SELECT key, max(CASE WHEN lower(h.name) = 'reply-to' THEN lower(h.value) END) AS answers
            FROM (SELECT key, unnest(headers) AS h FROM messages) AS apart WHERE lower(h.name) = 'reply-to' GROUP BY key
        ),
        read AS (
            SELECT m.owner, m.key, coalesce(m.received, m.sent) AS time, lower(m.sender) AS sender, h.answers,
                   regexp_extract(h.answers, '@([a-z0-9._-]+)', 1) AS back,
                   split_part(lower(m.sender), '@', 2) AS domain
            FROM messages AS m JOIN headers AS h ON h.key = m.key JOIN subjects AS u ON u.upn = m.owner
            WHERE m.sender LIKE '%@%'
        )
        SELECT r.owner AS subject, r.key AS evidence, r.time, 'answers:' || r.back AS object, r.sender, r.answers,
               r.back, r.domain, o.domain IS NOT NULL AS own, '' AS summary, 0.5 AS confidence
        FROM read AS r LEFT JOIN own_domains AS o ON o.domain = r.domain
        LEFT JOIN own_domains AS b ON b.domain = r.back LEFT JOIN partners AS p ON p.domain = r.domain
        WHERE b.domain IS NULL AND r.back <> r.domain AND (o.domain IS NOT NULL OR p.domain IS NOT NULL)
    """


@detection(
    slug="im-ndr-storm",
    severity="medium",
    attack=["T1534"],
    needs=["message_trace"],
    respond=["report", "warn_correspondents"],
    confidence=0.6,
    benign="A mailing to an old list; a mail server of a partner that is down.",
    misses="Bounces that a rule deletes before they are traced; fewer than twenty in a day.",
)
def bounces_storm() -> str:
    """Far more mail than usual came back undelivered: somebody sends in numbers, from here or in the account's name."""
    return """
        WITH bounced AS (
            SELECT e.event_id, e.time, u.upn AS subject, CAST(e.time AS DATE) AS day FROM case_events AS e
            JOIN subjects AS u ON u.upn = e.target
            WHERE e.source = 'message_trace' AND (split_part(lower(coalesce(e.actor, '')), '@', 1)
                  IN ('postmaster', 'mailer-daemon', '<>', '') OR lower(e.actor) LIKE 'microsoftexchange%')
        ),
        days AS (SELECT subject, day, count(*) AS times FROM bounced GROUP BY subject, day),
        totals AS (SELECT subject, sum(times) AS total FROM days GROUP BY subject),
        span AS (SELECT greatest(1.0, (epoch(max(end_time)) - epoch(min(start_time))) / 86400.0) AS days
                 FROM case_window)
        SELECT b.subject, b.event_id AS evidence, b.time, 'bounces:' || CAST(b.day AS VARCHAR) AS object,
               CAST(d.times AS VARCHAR) || ' mails came back undelivered on ' || CAST(b.day AS VARCHAR) AS summary
        FROM bounced AS b JOIN days AS d ON d.subject = b.subject AND d.day = b.day
        JOIN totals AS t ON t.subject = b.subject CROSS JOIN span AS w
        WHERE d.times >= 20 AND d.times * w.days > 10 * (t.total - d.times)
    """


@detection(
    slug="im-email-bomb",
    severity="medium",
    attack=["T1667"],
    needs=["message_trace"],
    respond=["ask_user", "report"],
    confidence=0.7,
    benign="An address that was entered on many lists by mistake.",
    misses="Floods from senders who wrote before, or of fewer than two hundred mails in an hour.",
)
def flooded() -> str:
    """At least two hundred mails within an hour from senders who never wrote before: a flood to bury a warning in."""
    return """
        WITH mail AS (
            SELECT e.event_id, e.time, u.upn AS subject, lower(e.actor) AS sender,
                   floor(epoch(e.time) / 3600) AS hour,
                   min(e.time) OVER (PARTITION BY u.upn, lower(e.actor)) AS first_time
            FROM case_events AS e JOIN subjects AS u ON u.upn = e.target
            WHERE e.source = 'message_trace' AND e.actor IS NOT NULL
        ),
        fresh AS (SELECT * FROM mail WHERE epoch(time) - epoch(first_time) <= 7200),
        hours AS (SELECT subject, hour, count(*) AS mails, count(DISTINCT sender) AS senders FROM fresh
                  GROUP BY subject, hour HAVING count(*) >= 200 AND count(DISTINCT sender) >= 50)
        SELECT f.subject, f.event_id AS evidence, f.time, 'flood:' || CAST(CAST(f.hour AS BIGINT) AS VARCHAR) AS object,
               CAST(h.mails AS VARCHAR) || ' mails of ' || CAST(h.senders AS VARCHAR)
               || ' senders who never wrote before came within an hour' AS summary
        FROM fresh AS f JOIN hours AS h ON h.subject = f.subject AND h.hour = f.hour
    """
