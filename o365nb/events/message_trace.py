"""Graph's exchangeMessageTrace, one row per recipient → events (source `message_trace`)."""

from __future__ import annotations

from o365nb.events.macros import structure

KIND = "message_trace"

#: What becomes columns: scalars.
_TEXTS = (
    *("fromIP", "id", "messageId", "receivedDateTime", "recipientAddress", "senderAddress", "size", "status"),
    *("subject", "toIP", "directionality", "deliveryLocation", "@lesser"),
)
#: Of a column map: what it does not name.
FIELDS = structure(_TEXTS, ("@rest",))

SELECT = """
WITH told AS (
    SELECT *, said(r.id) AS trace, lower(said(r.senderAddress)) AS sender,
        lower(said(r.recipientAddress)) AS recipient, said(r.messageId) AS message,
        lower(r.status) AS outcome
    FROM records
)
SELECT file, raw_line, seq, r."@lesser" IS NOT NULL AS damaged,
    CASE WHEN trace IS NOT NULL AND recipient IS NOT NULL THEN lower(trace || '|' || recipient)
        ELSE sha256(CAST(record AS VARCHAR)) END AS event_id,
    utc_time(r.receivedDateTime) AS time,
    'message_trace' AS source,
    'Exchange' AS workload,
    'Message trace' AS operation,
    'Message trace' AS operation_raw,
    sender AS actor,
    'unknown' AS actor_kind,  -- a sender address proves nobody
    recipient AS target,
    spelled(r.fromIP) AS client_ip,
    CASE WHEN regexp_full_match(outcome, 'delivered|expanded|resolved|junked|replaced') THEN 'success'
        WHEN outcome IN ('failed', 'quarantined', 'filteredasspam', 'blocked') THEN 'failure'
        ELSE 'unknown' END AS result,
    CASE WHEN message IS NULL OR starts_with(message, '<') THEN message ELSE '<' || message || '>' END AS message_id,
    r.subject AS message_subject,
    kept(one('status', r.status) || one('size', r.size) || one('fromIP', r.fromIP)
        || one('toIP', r.toIP) || one('directionality', r.directionality)
        || one('deliveryLocation', r.deliveryLocation) || coalesce(pairs(r."@rest", 'Column', FALSE), [])) AS properties
FROM told
"""
