"""Primitives about what is acted on: own domains and partners, mailboxes by any name, changes, codes and inbox rules.

They follow `strange_events` in the order of `primitives.PRIMITIVES`.
"""

from __future__ import annotations

OBJECTS: dict[str, str] = {}

OBJECTS["own_domains"] = """
    SELECT DISTINCT lower(domain) AS domain FROM accepted_domains
    UNION SELECT DISTINCT split_part(lower(upn), '@', 2) FROM subjects
"""

# One row per external correspondent domain of the tenant, as far as the trace of the subjects' mail goes.
OBJECTS["correspondents"] = """
    WITH mail AS (
        SELECT split_part(actor, '@', 2) AS from_domain, split_part(target, '@', 2) AS to_domain,
               time, CAST(time AS DATE) AS day
        FROM events WHERE source = 'message_trace' AND actor IS NOT NULL AND target IS NOT NULL
    ),
    external AS (
        SELECT from_domain AS domain, time, day, 1 AS received, 0 AS sent FROM mail
        WHERE from_domain <> '' AND from_domain NOT IN (SELECT domain FROM own_domains)
        UNION ALL
        SELECT to_domain, time, day, 0, 1 FROM mail
        WHERE to_domain <> '' AND to_domain NOT IN (SELECT domain FROM own_domains)
    )
    SELECT domain, min(time) AS first_seen, sum(received) AS received, sum(sent) AS sent,
           count(DISTINCT CASE WHEN received = 1 THEN day END) AS days_received,
           count(DISTINCT CASE WHEN sent = 1 THEN day END) AS days_sent
    FROM external GROUP BY domain
"""

# A partner writes and is written to, on more than one day; or, where the trace has holes, was written to on two days.
OBJECTS["partners"] = """
    SELECT * FROM correspondents
    WHERE (sent > 0 AND received > 0 AND days_received + days_sent >= 4) OR days_sent >= 2
"""

# The names under which Exchange may speak of a subject's mailbox in Identity or ObjectId.
OBJECTS["subject_names"] = """
    SELECT upn AS subject, upn AS name FROM subjects
    UNION SELECT upn, split_part(upn, '@', 1) FROM subjects
    UNION SELECT s.upn, lower(u.user_id) FROM subjects AS s JOIN users AS u ON u.owner = s.upn
        WHERE u.user_id IS NOT NULL
    UNION SELECT s.upn, lower(u.display_name) FROM subjects AS s JOIN users AS u ON u.owner = s.upn
          WHERE u.display_name IS NOT NULL
    UNION SELECT s.upn, lower(m.address) FROM subjects AS s JOIN mailboxes AS m ON m.owner = s.upn
        WHERE m.address IS NOT NULL
"""

# Changes made with Exchange cmdlets and in the directory, with the subject they concern: named, or the one who acted.
# The directory's change is told by its own log and by the audit log, there often by an id: one name for both.
OBJECTS["changes"] = r"""
    WITH named AS (
        SELECT event_id, max(lower(value)) AS identity FROM case_properties
        WHERE name IN ('Parameters.Identity', 'Parameters.Mailbox') GROUP BY event_id
    ),
    twins AS (
        SELECT correlation_id, lower(operation) AS operation, min(target) AS target
        FROM case_events WHERE source = 'directory_audit' AND correlation_id IS NOT NULL AND target IS NOT NULL
        GROUP BY correlation_id, lower(operation) HAVING count(DISTINCT target) = 1
    )
    SELECT DISTINCT e.event_id, e.time, e.source, e.operation, e.actor, e.actor_kind,
           coalesce(w.target, e.target) AS target, e.result,
           coalesce(t.subject, i.subject, a.upn) AS subject, a.upn IS NOT NULL AS own_hand,
           e.actor_kind = 'system' OR e.actor LIKE 'nt authority%' OR e.actor LIKE 'nt service%' AS by_system,
           s.grade, s.sureness, s.place
    FROM case_events AS e
    LEFT JOIN named AS n ON n.event_id = e.event_id
    LEFT JOIN subject_names AS t ON t.name = regexp_extract(lower(e.target), '([^/\\]+)$', 1)
    LEFT JOIN subject_names AS i ON i.name = regexp_extract(n.identity, '([^/\\]+)$', 1)
    LEFT JOIN subjects AS a ON a.upn = e.actor
    LEFT JOIN strange_events AS s ON s.event_id = e.event_id
    LEFT JOIN twins AS w ON e.source = 'ual' AND w.correlation_id = e.correlation_id
        AND w.operation = lower(e.operation)
    WHERE e.source IN ('ual', 'directory_audit')
      AND (e.source = 'directory_audit' OR e.operation LIKE '%-%' OR e.operation LIKE '% %')
"""

# Device codes that the subjects redeemed, from either log, with whether the place is strange.
OBJECTS["device_codes"] = """
    WITH requests AS (
        SELECT event_id FROM case_properties WHERE name = 'ExtendedProperties.RequestType' AND value = 'Cmsi:Cmsi'
    )
    SELECT u.upn AS subject, i.event_id, i.time, i.app_name, i.client_ip, i.token_type, s.grade, s.place
    FROM sign_ins AS i JOIN subjects AS u ON u.upn = i.actor
    LEFT JOIN requests AS r ON r.event_id = i.event_id
    LEFT JOIN strange_events AS s ON s.event_id = i.event_id
    WHERE i.result = 'success' AND (i.token_type = 'deviceCode' OR r.event_id IS NOT NULL AND i.app_id IN
          ('29d9ed98-a469-4536-ade2-f981bc1d605e', '9ba1a5c7-f17a-4de9-a1f1-6178c8d51223'))
"""

# Every rule of a subject from state and log, with what is known of the hand that made it.
OBJECTS["subject_rules"] = r"""
    WITH hands AS (
        SELECT r.owner, lower(coalesce(r.name, '')) AS name,
               max(CASE s.grade WHEN 'clear' THEN 3 WHEN 'no_history' THEN 2 WHEN 'weak' THEN 1
               ELSE 0 END) AS strangeness,
               max(s.place) AS place
        FROM rule_changes AS r LEFT JOIN strange_events AS s ON s.event_id = r.event_id
        WHERE r.change = 'set' GROUP BY r.owner, lower(coalesce(r.name, ''))
    ),
    -- Exchange keeps rules of its own in every mailbox; one of that name that looks for words or senders is not one.
    judged AS (
        SELECT *, side = 'state' AND coalesce(array_length(words), 0) = 0
                  AND coalesce(array_length(from_addresses), 0) = 0
                  AND regexp_matches(lower(coalesce(name, '')),
                                     '^(junk e-?mail rule|microsoft[.]exchange[.]oof[.]|delegate rule)')
                  AS is_system
        FROM rules
    ),
    read AS (
        SELECT r.*, h.strangeness, h.place, h.owner IS NOT NULL AS logged,
               lower(trim(regexp_extract(coalesce(r.move_to_folder, r.copy_to_folder, ''), '([^:/\\]*)$', 1)))
               AS folder,
               coalesce(array_length(r.forward_to), 0) + coalesce(array_length(r.redirect_to), 0)
                   + coalesce(array_length(r.forward_as_attachment_to), 0) > 0 AS forwards
        FROM judged AS r JOIN subjects AS u ON u.upn = r.owner
        LEFT JOIN hands AS h ON h.owner = r.owner AND h.name = lower(coalesce(r.name, ''))
        WHERE coalesce(r.enabled, TRUE) AND NOT r.is_system
    )
    SELECT read.*, f.name IS NOT NULL AS hide_folder,
           'rule:' || lower(coalesce(read.name, read.rule_id, '')) AS object,
           'inbox rule ' || CASE WHEN read.name IS NULL THEN 'without a name'
           ELSE '"' || read.name || '"' END AS called,
           coalesce(read.deletes, FALSE) AS removes,
           coalesce(read.mark_as_read, FALSE) AS marks_read, coalesce(read.stop_processing, FALSE) AS stops,
           CASE read.strangeness WHEN 3 THEN 0.95 WHEN 2 THEN 0.8 WHEN 1 THEN 0.7 WHEN 0 THEN 0.4 ELSE 0.7 END AS hand
    FROM read LEFT JOIN list_folders AS f ON f.role = 'hide' AND f.name = read.folder
"""
