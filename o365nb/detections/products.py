"""What other products noticed: alerts about the account, links that were clicked, what the user's devices caught."""

from __future__ import annotations

from o365nb.detections.base import detection


@detection(
    slug="ia-defender-alert",
    severity="medium",
    attack=["T1078.004"],
    needs=["alert"],
    respond=["ask_user", "report"],
    confidence=0.5,
    everyday=True,
    benign="Products that call the first sign-in from abroad unusual.",
    misses="What no product noticed; alerts that somebody closed as false.",
)
def alert_raised() -> str:
    """A product raised an alert about the account, and nobody has called it false."""
    return """
        WITH told AS (
            SELECT event_id, max(CASE WHEN name = 'severity' THEN lower(value) END) AS severity,
                   max(CASE WHEN name = 'classification' THEN lower(value) END) AS classification
            FROM case_properties WHERE name IN ('severity', 'classification') GROUP BY event_id
        )
        SELECT u.upn AS subject, e.event_id AS evidence, e.time, 'alert:' || e.operation AS object,
               e.operation || ' (' || coalesce(t.severity, 'no level') || ', ' || e.actor || ')' AS summary,
               CASE t.severity WHEN 'high' THEN 0.7 WHEN 'medium' THEN 0.5 ELSE 0.3 END AS confidence
        FROM case_events AS e JOIN subjects AS u ON u.upn = e.target LEFT JOIN told AS t ON t.event_id = e.event_id
        WHERE e.source = 'alert' AND coalesce(t.severity, '') <> 'informational'
          AND coalesce(t.classification, '') NOT IN ('falsepositive', 'informationalexpectedactivity')
    """


@detection(
    slug="ia-link-clicked",
    severity="medium",
    attack=["T1566.002"],
    needs=["ual/others|ual"],
    respond=["ask_user"],
    confidence=0.5,
    everyday=True,
    benign="A link that was held back by mistake; a click that has nothing to do with the sign-in after it.",
    misses="Links that no protection rewrote; clicks on a private device in another program.",
)
def dangerous_link_opened() -> str:
    """A link was opened in spite of a warning, or within the hour before an unfamiliar hand signed in."""
    return """
        WITH fates AS (
            SELECT event_id, max(CASE WHEN name = 'UrlClickAction' THEN lower(value) END) AS fate
            FROM case_properties WHERE name = 'UrlClickAction' GROUP BY event_id
        ),
        clicks AS (
            SELECT u.upn AS subject, e.event_id, e.time, e.target AS link, e.result, coalesce(f.fate, '') AS fate
            FROM case_events AS e JOIN subjects AS u ON u.upn = e.actor LEFT JOIN fates AS f ON f.event_id = e.event_id
            WHERE e.operation = 'TIUrlClickData'
        )
        SELECT c.subject, c.event_id AS evidence, c.time, 'link:' || coalesce(c.link, '') AS object,
               'opened ' || coalesce(c.link, 'a link')
               || CASE WHEN b.since IS NOT NULL THEN ' less than an hour before an unfamiliar sign-in'
                       ELSE ' in spite of a warning' END AS summary,
               CASE WHEN b.since IS NOT NULL THEN 0.8 ELSE 0.5 END AS confidence
        FROM clicks AS c LEFT JOIN break_ins AS b ON b.subject = c.subject
            AND epoch(b.since) - epoch(c.time) BETWEEN 0 AND 3600
        WHERE coalesce(c.result, '') <> 'failure'
          AND (b.since IS NOT NULL OR c.fate IN ('4', '5') OR c.fate LIKE '%override%'
               OR c.fate LIKE '%blocked%' AND c.result = 'success')
    """


@detection(
    slug="ia-device-malware",
    severity="medium",
    attack=["T1555.003", "T1539"],
    needs=["managed_devices"],
    respond=["check_device", "scan_device", "isolate_device"],
    confidence=0.4,
    benign="A download that the protection caught before it ran.",
    misses="Devices that nobody manages; thieves that run once and leave nothing.",
)
def malware_on_device() -> str:
    """A device of the user's had malware, or stands unprotected: passwords and sessions may have been stolen there."""
    return """
        SELECT d.owner AS subject, d.key AS evidence, CAST(NULL AS TIMESTAMP) AS time,
               'device:' || coalesce(d.name, d.key) AS object,
               'the device ' || coalesce(d.name, '') || CASE WHEN coalesce(array_length(d.malware), 0) > 0
                   THEN ' had malware: ' || array_to_string(d.malware, '; ')
                   WHEN d.jail_broken THEN ' is jailbroken or rooted'
                   WHEN d.real_time_protection = FALSE THEN ' has its protection switched off'
                   ELSE ' is in the state ' || d.protection_state END AS summary,
               CASE WHEN lower(array_to_string(d.malware, ' ')) LIKE '%steal%' THEN 0.7
                    WHEN coalesce(array_length(d.malware), 0) > 0 THEN 0.4 ELSE 0.3 END AS confidence
        FROM devices AS d JOIN subjects AS u ON u.upn = d.owner
        WHERE coalesce(array_length(d.malware), 0) > 0 OR d.jail_broken OR d.real_time_protection = FALSE
           OR lower(coalesce(d.protection_state, '')) = 'critical'
    """
