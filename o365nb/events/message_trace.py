"""Graph's exchangeMessageTrace, one row per recipient → events (source `message_trace`)."""

from __future__ import annotations

KIND = "message_trace"

SELECT = """
WITH told AS (
    SELECT *, said(record->>'$.id') AS id, lower(said(record->>'$.senderAddress')) AS sender,
        lower(said(record->>'$.recipientAddress')) AS recipient, said(record->>'$.messageId') AS message,
        lower(record->>'$.status') AS status
    FROM records
)
SELECT raw_file, raw_line, seq, FALSE AS damaged,
    CASE WHEN id IS NOT NULL AND recipient IS NOT NULL THEN lower(id || '|' || recipient)
        ELSE sha256(CAST(record AS VARCHAR)) END AS event_id,
    utc_time(record->>'$.receivedDateTime') AS time,
    'message_trace' AS source,
    'Exchange' AS workload,
    'Message trace' AS operation,
    'Message trace' AS operation_raw,
    sender AS actor,
    'unknown' AS actor_kind,  -- a sender address proves nobody
    recipient AS target,
    address(record->>'$.fromIP') AS client_ip,
    CASE WHEN status IN ('delivered', 'expanded', 'resolved') THEN 'success'
        WHEN status IN ('failed', 'quarantined', 'filteredasspam') THEN 'failure'
        ELSE 'unknown' END AS result,
    CASE WHEN message IS NULL OR starts_with(message, '<') THEN message ELSE '<' || message || '>' END AS message_id,
    record->>'$.subject' AS message_subject,
    kept(one('status', record->>'$.status') || one('size', record->>'$.size') || one('fromIP', record->>'$.fromIP')
        || one('toIP', record->>'$.toIP')) AS properties
FROM told
"""
