"""A session in other hands: near the victim's home, past a new password, on to other services."""

from __future__ import annotations

from o365nb.detections.base import detection

SIGN_INS = "sign_in|ual/AzureActiveDirectory"


@detection(
    slug="ia-residential-near",
    severity="medium",
    attack=["T1090.003"],
    needs=[SIGN_INS],
    respond=["ask_user"],
    confidence=0.6,
    everyday=True,
    benign="A private computer, new or freshly set up, on a line that is new too.",
    misses="Thieves who copy the victim's user agent to the letter; addresses whose town the log does not name.",
)
def near_home() -> str:
    """A sign-in came from the user's own town, but by a line and a client that the account had never used."""
    return """
        WITH seen AS (
            SELECT t.subject, t.user_agent, e.city, t.time FROM event_traits AS t
            JOIN case_events AS e ON e.event_id = t.event_id
            WHERE t.own_hand AND (t.managed OR t.known_ip OR t.known_network)
        ),
        towns AS (SELECT subject, city, min(time) AS since FROM seen WHERE city IS NOT NULL GROUP BY subject, city),
        agents AS (SELECT subject, user_agent, min(time) AS since FROM seen GROUP BY subject, user_agent)
        SELECT s.subject, s.event_id AS evidence, s.time, 'line:' || s.network AS object,
               'signed in from ' || s.place || ', in the town where the account is used, by a client never seen before'
               AS summary
        FROM strange_events AS s JOIN case_events AS e ON e.event_id = s.event_id
        JOIN towns AS t ON t.subject = s.subject AND t.city = e.city AND t.since < s.time
        LEFT JOIN agents AS a ON a.subject = s.subject AND a.user_agent = s.user_agent AND a.since < s.time
        LEFT JOIN let_in_apps AS c ON c.subject = s.subject AND c.app = lower(s.app_id)
        WHERE s.own_hand AND s.has_history AND s.result = 'success' AND s.device_id IS NULL AND c.app IS NULL
          AND (s.source IN ('sign_in', 'sign_in_noninteractive') OR s.operation = 'UserLoggedIn')
          AND coalesce(s.network_kind, '') NOT IN ('mobile', 'corporate') AND s.network IS NOT NULL
          AND s.user_agent IS NOT NULL AND a.user_agent IS NULL
    """


@detection(
    slug="ia-token-outlives-reset",
    severity="high",
    attack=["T1550.001"],
    needs=["sign_in_noninteractive|ual/AzureActiveDirectory", "directory_audit|ual/AzureActiveDirectory"],
    respond=["revoke_sessions"],
    confidence=0.9,
    benign="The user's own session on a line never used before; it should have ended too.",
    misses="Sessions that log no session id; services that keep a sign-in of their own.",
)
def token_outlives_reset() -> str:
    """After the password was reset an unfamiliar hand went on in a session from before: nobody had revoked it."""
    return """
        WITH resets AS (
            SELECT DISTINCT subject, time FROM changes
            WHERE subject IS NOT NULL AND coalesce(result, '') <> 'failure'
              AND operation IN ('Reset user password', 'Reset password (by admin)', 'Reset password (self-service)',
                                'Change user password', 'Change password (self-service)')
        ),
        revoked AS (
            SELECT DISTINCT subject, time FROM changes
            WHERE subject IS NOT NULL AND coalesce(result, '') <> 'failure'
              AND operation IN ('Update StsRefreshTokenValidFrom Timestamp', 'Disable account')
        ),
        used AS (
            SELECT s.*, min(s.time) OVER (PARTITION BY s.subject, s.session_id) AS since FROM strange_events AS s
            WHERE s.own_hand AND s.session_id IS NOT NULL AND s.result = 'success'
              AND (s.source IN ('sign_in', 'sign_in_noninteractive') OR s.operation = 'UserLoggedIn')
        ),
        after AS (
            SELECT u.subject, u.event_id, u.time, u.place, u.sureness, max(r.time) AS reset FROM used AS u
            JOIN resets AS r ON r.subject = u.subject AND epoch(u.time) - epoch(r.time) BETWEEN 60 AND 2592000
                AND u.since < r.time
            GROUP BY u.subject, u.event_id, u.time, u.place, u.sureness
        )
        SELECT a.subject, a.event_id AS evidence, a.time, 'reset:' || CAST(a.reset AS VARCHAR) AS object,
               'a session from before the new password of ' || CAST(a.reset AS VARCHAR) || ' still worked from '
               || a.place AS summary, greatest(a.sureness, 0.6) AS confidence
        FROM after AS a
        LEFT JOIN revoked AS v ON v.subject = a.subject AND v.time >= a.reset AND v.time <= a.time
        WHERE v.subject IS NULL
    """


@detection(
    slug="la-saas-sso",
    severity="high",
    attack=["T1021.007"],
    needs=["sign_in"],
    respond=["revoke_sessions", "ask_user"],
    confidence=0.6,
    everyday=True,
    benign="The user's own work in such a service from a network never used before.",
    misses="Services that sign in by OAuth; what happens inside the service, which keeps its own log and session.",
)
def other_service_entered() -> str:
    """An unfamiliar hand went on to a service outside Microsoft that trusts the account (SAML, WS-Federation)."""
    return """
        SELECT s.subject, s.event_id AS evidence, s.time, 'service:' || lower(coalesce(s.app_id, '')) AS object,
               'signed in to ' || coalesce(s.app_name, 'a service') || ' with the account from ' || s.place AS summary,
               s.sureness AS confidence
        FROM strange_events AS s JOIN case_properties AS p ON p.event_id = s.event_id
        WHERE s.own_hand AND s.result = 'success' AND s.source IN ('sign_in', 'sign_in_noninteractive')
          AND p.name = 'authenticationProtocol' AND lower(p.value) IN ('saml20', 'wsfederation')
    """
