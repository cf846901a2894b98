"""What stands in Exchange, as SQL that the detections put beside what the log tells: objects older than the log too.

Each text is the rest of a query: `UNION ALL` and rows with subject, evidence, time, object, summary, confidence.
Objects of the organisation have the subject ''. The state says when an object was changed last, seldom by whom.
"""

from __future__ import annotations

_FRESH = """
    CASE WHEN {0} >= (SELECT min(start_time) FROM case_window) AND {0} < (SELECT max(end_time) FROM case_window)
         THEN 1 ELSE 0 END"""

#: Mail-flow and journal rules in force that send mail outside, delete it, or spare it from the filter.
TRANSPORT_RULES = f"""
    UNION ALL
    SELECT '', r.key, CAST(NULL AS TIMESTAMP), 'transport rule:' || lower(coalesce(r.name, '')),
           CASE WHEN r.rule_type = 'journal' THEN 'journal rule "' ELSE 'mail-flow rule "' END || coalesce(r.name, '')
           || '" stands: ' || max(w.what),
           least(0.95, max(w.sure) + 0.15 * max({_FRESH.format("r.changed")})
                 + CASE WHEN max(lower(coalesce(r.audit_severity, ''))) = 'donotaudit' THEN 0.1 ELSE 0 END
                 + CASE WHEN regexp_matches(coalesce(r.name, ''), '^[ .,;:_*+~-]*$') THEN 0.2 ELSE 0 END)
    FROM transport_rules AS r
    JOIN (
        SELECT s.key, s.verb || ' ' || s.address || ' outside' AS what, s.sure
        FROM (SELECT key, unnest(redirect_to) AS address, 'diverts mail to' AS verb, 0.7 AS sure FROM transport_rules
              UNION ALL
              SELECT key, unnest(blind_copy_to), 'copies mail unseen to',
                     CASE WHEN rule_type = 'journal' THEN 0.4 ELSE 0.6 END FROM transport_rules
              UNION ALL SELECT key, unnest(copy_to), 'copies mail to', 0.5 FROM transport_rules) AS s
        LEFT JOIN own_domains AS o ON s.address LIKE '%@' || o.domain OR s.address LIKE '%@%.' || o.domain
        WHERE o.domain IS NULL AND s.address LIKE '%@%'
        UNION ALL
        SELECT key, 'deletes mail', CASE WHEN has_conditions = FALSE THEN 0.6 ELSE 0.35 END FROM transport_rules
        WHERE deletes
        UNION ALL
        SELECT key, 'spares all mail from the spam filter', 0.5 FROM transport_rules
        WHERE scl = -1 AND has_conditions = FALSE
    ) AS w ON w.key = r.key
    WHERE coalesce(r.enabled, TRUE) AND lower(coalesce(r.mode, 'enforce')) = 'enforce'
    GROUP BY r.key, r.rule_type, r.name
"""

#: Connectors in force that trust anybody, or lead all mail another way, without the hybrid wizard having made them.
CONNECTORS = f"""
    UNION ALL
    SELECT '', c.key, CAST(NULL AS TIMESTAMP), 'connector:' || lower(coalesce(c.name, '')),
           c.direction || ' mail connector "' || coalesce(c.name, '') || '" stands: ' || c.what,
           least(0.9, c.sure + 0.2 * {_FRESH.format("coalesce(c.changed, c.created)")})
    FROM (
        SELECT key, name, direction, created, changed, 0.5 AS sure,
               'takes mail in the name of any domain, from any address' AS what
        FROM connectors
        WHERE direction = 'inbound' AND coalesce(enabled, TRUE) AND list_contains(domains, '*')
          AND NOT coalesce(restricted, FALSE) AND coalesce(array_length(addresses), 0) = 0
          AND coalesce(certificate, '') = '' AND coalesce(connector_source, '') <> 'HybridWizard'
        UNION ALL
        SELECT key, name, direction, created, changed, 0.5, 'what comes over it counts as internal mail'
        FROM connectors
        WHERE direction = 'inbound' AND coalesce(enabled, TRUE) AND (treat_as_internal OR cloud_services_mail)
          AND coalesce(connector_source, '') <> 'HybridWizard'
        UNION ALL
        SELECT key, name, direction, created, changed, 0.4,
               'all mail to the outside leaves by ' || coalesce(array_to_string(addresses, ', '), '')
        FROM connectors
        WHERE direction = 'outbound' AND coalesce(enabled, TRUE) AND NOT coalesce(rule_scoped, FALSE)
          AND list_contains(domains, '*') AND coalesce(array_length(addresses), 0) > 0
          AND coalesce(connector_source, '') <> 'HybridWizard'
    ) AS c
"""

_DELEGATES = f"""
    UNION ALL
    SELECT p.owner, p.key, CAST(NULL AS TIMESTAMP), '{{object}}' || p.trustee,
           p.trustee || ' {{may}} ' || p.owner || CASE WHEN u.created IS NULL THEN ', from outside'
           ELSE ', an account made at ' || CAST(u.created AS VARCHAR) END,
           CASE WHEN u.created IS NULL THEN 0.8 ELSE 0.7 END
    FROM mailbox_permissions AS p
    JOIN subjects AS s ON s.upn = p.owner
    LEFT JOIN own_domains AS o ON p.trustee LIKE '%@' || o.domain OR p.trustee LIKE '%@%.' || o.domain
    LEFT JOIN (SELECT owner, created FROM users WHERE {_FRESH.format("created")} = 1) AS u ON u.owner = p.trustee
    WHERE p."right" = '{{right}}' AND NOT coalesce(p.deny, FALSE) AND NOT coalesce(p.automatic, FALSE)
      AND (u.created IS NOT NULL OR p.trustee LIKE '%#ext#%' OR p.trustee LIKE '%@%' AND o.domain IS NULL)
"""
#: Whoever may open a subject's mailbox and is a guest, outside, or an account younger than the case's window.
FULL_ACCESS = _DELEGATES.format(object="delegate:", may="may open the mailbox of", right="FullAccess")
#: The same for sending as the subject.
SEND_AS = _DELEGATES.format(object="sender:", may="may send as", right="SendAs")
