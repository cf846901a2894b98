"""What Entra's own Identity Protection found suspicious about the account's sign-ins."""

from __future__ import annotations

from o365nb.detections.base import detection


@detection(
    slug="ia-risk-detections",
    severity="high",
    attack=["T1078.004"],
    needs=["risk_detection"],
    respond=["block_sign_in", "revoke_sessions", "reset_password", "ask_user"],
    confidence=0.6,
    benign="Unfamiliar properties and unusual tokens of low level are noisy: a new phone, a VPN, an updated program.",
    misses="What the licence hides (riskEventType generic), and whatever looks like the user to Microsoft.",
)
def risk_detected() -> str:
    """Microsoft's Identity Protection marked a sign-in of the account as risky, and nobody has cleared it."""
    return """
        WITH told AS (
            SELECT event_id, max(CASE WHEN name = 'riskLevel' THEN lower(value) END) AS level,
                   max(CASE WHEN name = 'riskState' THEN lower(value) END) AS standing,
                   max(CASE WHEN name = 'requestId' THEN lower(value) END) AS request
            FROM case_properties WHERE name IN ('riskLevel', 'riskState', 'requestId') GROUP BY event_id
        ),
        risks AS (
            SELECT u.upn AS subject, e.event_id, e.time, e.operation AS kind, e.client_ip, t.level, t.request,
                   CASE WHEN lower(e.operation) IN ('attackerinthemiddle', 'suspicioussendingpatterns', 'nationstateip',
                        'attemptedprtaccess') THEN 0.9
                        WHEN lower(e.operation) IN ('passwordspray', 'leakedcredentials', 'suspiciousapitraffic',
                        'anomaloustoken', 'investigationsthreatintelligence') THEN 0.6 ELSE 0.4 END
                   + CASE t.level WHEN 'high' THEN 0.1 WHEN 'low' THEN -0.2 ELSE 0.0 END AS sure
            FROM case_events AS e JOIN subjects AS u ON u.upn = e.actor JOIN told AS t ON t.event_id = e.event_id
            WHERE e.source = 'risk_detection' AND coalesce(t.standing, '') NOT IN ('dismissed', 'confirmedsafe')
        ),
        both_logs AS (
            SELECT subject, event_id, time, kind, client_ip, level, sure FROM risks
            UNION ALL
            SELECT r.subject, e.event_id, e.time, r.kind, r.client_ip, r.level, r.sure FROM risks AS r
            JOIN case_events AS e ON e.event_id = r.request AND e.actor = r.subject
        )
        SELECT subject, event_id AS evidence, time, 'risk:' || kind AS object,
               'Identity Protection reports ' || kind || coalesce(' (' || level || ')', '')
               || coalesce(' from ' || client_ip, '') AS summary, least(0.95, sure) AS confidence
        FROM both_logs
    """
