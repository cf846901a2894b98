"""Tracks covered: logs switched off, sent mail deleted, hours without a record."""

from __future__ import annotations

from o365nb.detections.base import detection


@detection(
    slug="de-ual-off",
    severity="critical",
    attack=["T1562.008"],
    needs=["audit_config|ual/Exchange"],
    respond=["resume_unified_audit", "report"],
    confidence=0.9,
    benign="None: Microsoft's own provisioning only ever switches it on.",
    misses="Switching off before the log begins, when the setting itself was not collected.",
)
def audit_log_off() -> str:
    """The audit log of the whole organisation was switched off."""
    return """
        WITH off AS (
            SELECT DISTINCT event_id FROM case_properties
            WHERE name = 'Parameters.UnifiedAuditLogIngestionEnabled' AND lower(value) IN ('false', '$false')
        )
        SELECT coalesce(c.subject, c.actor) AS subject, c.event_id AS evidence, c.time, 'audit log' AS object,
               c.actor || ' switched the audit log off' AS summary, 0.95 AS confidence
        FROM changes AS c JOIN off ON off.event_id = c.event_id
        WHERE NOT coalesce(c.by_system, FALSE) AND coalesce(c.result, '') <> 'failure'
        UNION ALL
        SELECT '', key, CAST(NULL AS TIMESTAMP), 'audit log', 'the audit log is switched off', 0.7
        FROM org_config WHERE lower(name) LIKE '%unifiedauditlogingestionenabled' AND lower(value) = 'false'
    """


@detection(
    slug="de-mailbox-audit-off",
    severity="critical",
    attack=["T1562.008"],
    needs=["mailbox_settings|ual/Exchange", "audit_config|ual/Exchange"],
    respond=["audit_mailbox", "end_audit_bypass", "resume_mailbox_audit", "report"],
    confidence=0.8,
    benign="Service accounts whose reading is left out of the log on purpose.",
    misses="Switching off before the log begins, when the mailbox itself was not collected.",
)
def mailbox_audit_off() -> str:
    """Mailbox auditing was switched off or bypassed."""
    return """
        WITH off AS (
            SELECT event_id, min(replace(name, 'Parameters.', '')) AS setting FROM case_properties
            WHERE name = 'Parameters.AuditEnabled' AND lower(value) IN ('false', '$false')
               OR name IN ('Parameters.AuditBypassEnabled', 'Parameters.AuditDisabled')
               AND lower(value) IN ('true', '$true')
               OR name IN ('Parameters.AuditOwner', 'Parameters.AuditDelegate', 'Parameters.AuditAdmin')
                  AND lower(coalesce(value, '')) IN ('', 'none', '$null')
               OR name = 'Parameters.AuditLogAgeLimit' AND value IN ('0', '00:00:00', '0.00:00:00')
            GROUP BY event_id
        )
        SELECT coalesce(c.subject, c.actor) AS subject, c.event_id AS evidence, c.time, 'mailbox audit' AS object,
               c.actor || ' weakened mailbox auditing (' || off.setting || ')' || coalesce(' of '
               || c.target, '') AS summary,
               CASE WHEN c.grade = 'clear' THEN 0.95 WHEN c.subject IS NOT NULL THEN 0.7 ELSE 0.4 END AS confidence
        FROM changes AS c JOIN off ON off.event_id = c.event_id
        WHERE c.operation IN ('Set-Mailbox', 'Set-MailboxAuditBypassAssociation', 'Set-OrganizationConfig')
          AND NOT coalesce(c.by_system, FALSE) AND coalesce(c.result, '') <> 'failure'
        UNION ALL
        SELECT m.owner, m.key, CAST(NULL AS TIMESTAMP), 'mailbox audit', 'auditing of the mailbox is switched off', 0.5
        FROM mailboxes AS m JOIN subjects AS u ON u.upn = m.owner WHERE m.audit_enabled = FALSE
        UNION ALL
        SELECT g.owner, g.key, CAST(NULL AS TIMESTAMP), 'mailbox audit bypass',
               'what the account does in mailboxes goes unlogged (AuditBypassEnabled)', 0.6
        FROM org_config AS g JOIN subjects AS u ON u.upn = g.owner
        WHERE g.name = 'AuditBypassEnabled' AND lower(g.value) = 'true'
        UNION ALL
        SELECT '', key, CAST(NULL AS TIMESTAMP), 'mailbox audit',
               'mailbox auditing is off for everybody (AuditDisabled)', 0.6
        FROM org_config WHERE owner = '' AND name = 'AuditDisabled' AND lower(value) = 'true'
    """


@detection(
    slug="de-sent-cleanup",
    severity="high",
    attack=["T1070.008"],
    needs=["ual/Exchange"],
    respond=["report"],
    confidence=0.8,
    benign="Somebody who takes back one mail sent by mistake.",
    misses="Mail sent without keeping a copy; deletions that the log does not name.",
)
def sent_mail_removed() -> str:
    """Mail was deleted from Sent soon after it was sent, by an unfamiliar hand or in numbers."""
    return r"""
        WITH sent AS (
            SELECT message_id, min(time) AS time FROM case_events
            WHERE message_id IS NOT NULL AND actor IN (SELECT upn FROM subjects)
              AND (operation IN ('Send', 'SendAs', 'SendOnBehalf') OR source = 'message_trace') GROUP BY message_id
        ),
        gone AS (
            SELECT e.event_id, e.time, e.subject, e.sureness, e.grade, x.folders,
                   unnest(CASE WHEN coalesce(array_length(x.message_ids), 0) = 0 THEN ['-']
                   ELSE x.message_ids END) AS message_id
            FROM (SELECT t.event_id, t.time, t.subject, s.sureness, s.grade FROM event_traits AS t
                  LEFT JOIN strange_events AS s ON s.event_id = t.event_id
                  WHERE t.operation IN ('HardDelete', 'SoftDelete', 'MoveToDeletedItems')
                      AND coalesce(t.result, '') <> 'failure') AS e
            JOIN case_events AS x ON x.event_id = e.event_id
        ),
        sent_folders AS (
            SELECT DISTINCT event_id FROM (SELECT event_id, unnest(folders) AS folder FROM gone) AS f
            JOIN list_folders AS l ON l.role = 'sent' AND l.name = lower(regexp_extract(f.folder, '([^/\\]*)$', 1))
        ),
        quick AS (
            SELECT g.subject, g.event_id, g.time, max(g.sureness) AS sureness, max(g.grade) AS grade,
                   max(CASE WHEN epoch(g.time) - epoch(s.time) BETWEEN 0 AND 900 THEN 1 ELSE 0 END) AS soon,
                   count(DISTINCT s.message_id) AS messages
            FROM gone AS g LEFT JOIN sent_folders AS f ON f.event_id = g.event_id
            LEFT JOIN sent AS s ON s.message_id = g.message_id AND epoch(g.time) - epoch(s.time) BETWEEN 0 AND 86400
            WHERE f.event_id IS NOT NULL AND (s.message_id IS NOT NULL OR g.grade = 'clear') OR s.message_id IS NOT NULL
            GROUP BY g.subject, g.event_id, g.time
        ),
        daily AS (SELECT *, sum(greatest(messages, 1)) OVER (PARTITION BY subject, CAST(time AS DATE)) AS a_day
        FROM quick)
        SELECT subject, event_id AS evidence, time, 'sent:' || CAST(CAST(time AS DATE) AS VARCHAR) AS object,
               'at least ' || CAST(a_day AS VARCHAR) || ' sent mails were deleted'
               || CASE WHEN soon = 1 THEN ' within minutes of sending' ELSE '' END AS summary,
               CASE WHEN grade IS NOT NULL THEN sureness WHEN a_day >= 10 THEN 0.7 ELSE 0.4 END AS confidence
        FROM daily WHERE grade IN ('clear', 'no_history') OR a_day >= 5 AND soon = 1
    """


@detection(
    slug="de-log-gap",
    severity="info",
    attack=["T1562.008"],
    needs=["sign_in|ual/AzureActiveDirectory", "ual"],
    respond=["report"],
    benign="A quiet day: signed in, no mail read.",
    misses="Gaps shorter than a day.",
)
def log_gap() -> str:
    """On some days the account signed in, yet the audit log has nothing of it, although it has on other days."""
    return """
        WITH days AS (
            SELECT subject, day,
                   count(CASE WHEN source IN ('sign_in', 'sign_in_noninteractive')
                   AND result = 'success' THEN 1 END) AS sign_ins,
                   count(CASE WHEN source = 'ual' AND operation NOT IN ('UserLoggedIn', 'UserLoginFailed')
                   THEN 1 END) AS acts,
                   min(CASE WHEN source IN ('sign_in', 'sign_in_noninteractive') THEN event_id END) AS evidence,
                   min(CASE WHEN source IN ('sign_in', 'sign_in_noninteractive') THEN time END) AS time
            FROM subject_events GROUP BY subject, day
        ),
        usual AS (SELECT subject, count(CASE WHEN acts > 0 THEN 1 END) AS busy, count(*) AS total FROM days
        WHERE sign_ins > 0 GROUP BY subject)
        SELECT d.subject, d.evidence, d.time, 'gap' AS object,
               'the audit log is silent on days with sign-ins, first on '
               || CAST(min(d.day) OVER (PARTITION BY d.subject) AS VARCHAR) AS summary
        FROM days AS d JOIN usual AS u ON u.subject = d.subject
        WHERE d.sign_ins >= 3 AND d.acts = 0 AND u.busy * 2 > u.total
    """
