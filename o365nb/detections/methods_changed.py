"""How the identity is proved: methods removed, passes and application passwords made, resets, reported prompts."""

from __future__ import annotations

from o365nb.detections.base import detection
from o365nb.detections.changed import AFTER, DONE, STRANGE, WHENCE, hand

DIRECTORY = "directory_audit|ual/AzureActiveDirectory"
#: What is said of a change by the service that made it.
_REASONS = """
    SELECT event_id, max(lower(value)) AS reason FROM case_properties WHERE name = 'ResultReason' GROUP BY event_id
"""


@detection(
    slug="pe-mfa-weakened",
    severity="high",
    attack=["T1556.006"],
    needs=[DIRECTORY],
    respond=["remove_auth_method", "ask_user"],
    confidence=0.5,
    benign="A help desk that resets a lost phone. An old phone removed by its owner from home is not reported.",
    misses="Methods removed by the user's own hand, on the user's network, before anybody unfamiliar signed in.",
)
def methods_weakened() -> str:
    """A second factor was switched off for the account, or a way to prove identity was removed by a strange hand."""
    return f"""
        SELECT c.subject, c.event_id AS evidence, c.time, 'methods' AS object,
               coalesce(c.actor, 'somebody') || ': ' || lower(c.operation) || coalesce(' (' || r.reason || ')', '')
               || {WHENCE} AS summary, {hand(0.4)} AS confidence
        FROM changes AS c LEFT JOIN ({_REASONS}) AS r ON r.event_id = c.event_id {AFTER}
        WHERE c.subject IS NOT NULL AND {DONE}
          AND (lower(c.operation) IN ('disable strong authentication', 'admin deleted security info')
               OR {STRANGE} AND lower(c.operation) IN ('user deleted security info', 'delete fido2 security key(s)',
                    'delete fido2 security key', 'delete passwordless phone sign-in credential',
                    'delete windows hello for business credential', 'delete platform credential',
                    'remove users strong authentication phone app detail', 'user changed default security info'))
    """


@detection(
    slug="pe-tap",
    severity="high",
    attack=["T1556.006"],
    needs=["directory_audit"],
    respond=["remove_auth_method", "ask_user"],
    confidence=0.5,
    benign="The help desk lets somebody in who lost a phone, or starts in the company.",
    misses="Passes made before the log begins; those from a usual hand after which nobody unfamiliar signed in.",
)
def temporary_pass_made() -> str:
    """A temporary access pass was made by an unfamiliar hand, or one signed in within a day: it needs nothing else."""
    return f"""
        SELECT c.subject, c.event_id AS evidence, c.time, 'temporary pass' AS object,
               coalesce(c.actor, 'somebody') || ' made a temporary access pass for ' || coalesce(c.target, c.subject)
               || {WHENCE} AS summary, {hand(0.4)} AS confidence
        FROM changes AS c LEFT JOIN ({_REASONS}) AS r ON r.event_id = c.event_id {AFTER}
        WHERE c.subject IS NOT NULL AND {DONE} AND lower(c.operation) NOT LIKE '%delete%'
          AND (lower(c.operation) LIKE '%temporary access pass%'
               OR lower(c.operation) LIKE '%registered security info' AND r.reason LIKE '%temporary access pass%')
          AND ({STRANGE} OR c.event_id IN (
              SELECT x.event_id FROM changes AS x JOIN break_ins AS i ON i.subject = x.subject
              WHERE epoch(i.since) - epoch(x.time) BETWEEN 0 AND 86400))
    """


@detection(
    slug="pe-app-password",
    severity="high",
    attack=["T1556.006"],
    needs=[DIRECTORY],
    respond=["review_app_passwords", "ask_user"],
    confidence=0.5,
    benign="An old mail program that knows no second factor.",
    misses="Application passwords older than the log: Microsoft shows nobody a list of them.",
)
def application_password_made() -> str:
    """A password for old programs was made: it needs no second factor, and a password reset leaves it in force."""
    return f"""
        SELECT c.subject, c.event_id AS evidence, c.time, 'application password' AS object,
               coalesce(c.actor, 'somebody') || ' made an application password for ' || coalesce(c.target, c.subject)
               || {WHENCE} AS summary, {hand(0.5)} AS confidence
        FROM changes AS c LEFT JOIN ({_REASONS}) AS r ON r.event_id = c.event_id {AFTER}
        WHERE c.subject IS NOT NULL AND {DONE}
          AND (lower(c.operation) = 'create application password for user'
               OR lower(c.operation) = 'user registered security info' AND r.reason LIKE '%app password%')
    """


@detection(
    slug="ia-helpdesk-reset",
    severity="high",
    attack=["T1566.004", "T1556.006"],
    needs=["directory_audit", "sign_in|ual/AzureActiveDirectory"],
    respond=["block_sign_in", "revoke_sessions", "reset_password", "remove_auth_method", "ask_user"],
    confidence=0.7,
    benign="Somebody who really lost the phone, on a journey, and whom the help desk let in again.",
    misses="A help desk that was talked into it by somebody who waits for hours, or uses the user's own network.",
)
def reset_then_strange_sign_in() -> str:
    """Somebody else reset the password or the methods, and within two hours an unfamiliar hand signed in."""
    return f"""
        WITH resets AS (
            SELECT c.subject, c.event_id, c.time, c.actor, c.operation
            FROM changes AS c LEFT JOIN ({_REASONS}) AS r ON r.event_id = c.event_id
            WHERE c.subject IS NOT NULL AND c.actor <> c.subject AND {DONE}
              AND (lower(c.operation) IN ('reset user password', 'reset password (by admin)',
                       'admin deleted security info', 'disable strong authentication', 'delete fido2 security key(s)')
                   OR lower(c.operation) = 'admin registered security info')
        ),
        entries AS (
            SELECT subject, min(time) AS since FROM strange_events
            WHERE own_hand AND grade IN ('clear', 'no_history') AND result = 'success' GROUP BY subject
        ),
        pairs AS (
            SELECT r.subject, r.event_id AS reset, r.time AS reset_time, r.actor, r.operation, s.event_id, s.time,
                   s.place, s.sureness
            FROM resets AS r JOIN strange_events AS s ON s.subject = r.subject
            -- Whoever was in before the reset did not need it: that reset was meant to throw somebody out.
            JOIN entries AS b ON b.subject = r.subject AND b.since >= r.time
            WHERE s.own_hand AND s.result = 'success' AND s.grade IN ('clear', 'no_history')
              AND (s.source IN ('sign_in', 'sign_in_noninteractive') OR s.operation = 'UserLoggedIn')
              AND epoch(s.time) - epoch(r.time) BETWEEN 0 AND 7200
        )
        SELECT subject, reset AS evidence, reset_time AS time, 'reset' AS object,
               actor || ': ' || lower(operation) || '; within two hours somebody signed in from ' || place AS summary,
               sureness - 0.1 AS confidence
        FROM pairs
        UNION ALL
        SELECT subject, event_id, time, 'reset', 'signed in from ' || place || ' after ' || lower(operation),
               sureness - 0.1
        FROM pairs
    """


@detection(
    slug="ia-sspr-abuse",
    severity="high",
    attack=["T1556.006"],
    needs=["directory_audit"],
    respond=["block_sign_in", "revoke_sessions", "reset_password", "remove_auth_method", "ask_user"],
    confidence=0.6,
    everyday=True,
    benign="Somebody who forgot the password on a journey.",
    misses="Resets from the user's own networks; resets that the log shows from Microsoft's own address.",
)
def self_service_reset() -> str:
    """The password was reset without knowing the old one, by an unfamiliar hand."""
    return f"""
        SELECT c.subject, c.event_id AS evidence, c.time, 'self-service reset' AS object,
               'the password was reset by self-service' || {WHENCE} AS summary,
               {hand(0.4)} AS confidence
        FROM changes AS c {AFTER}
        WHERE lower(c.operation) IN ('reset password (self-service)',
                'self-serve password reset flow activity progress',
                'self-service password reset flow activity progress')
          AND c.subject IS NOT NULL AND c.result = 'success' AND {STRANGE}
    """


@detection(
    slug="ia-user-reported-fraud",
    severity="high",
    attack=["T1621"],
    needs=["directory_audit"],
    respond=["block_sign_in", "revoke_sessions", "reset_password", "ask_user"],
    confidence=0.7,
    benign="A slip of the finger.",
    misses="Users who told a colleague, or nobody.",
)
def user_reported_prompt() -> str:
    """The user reported a prompt for approval as not being the user's own: somebody has the password."""
    return """
        WITH reports AS (
            SELECT DISTINCT c.subject, c.event_id, c.time, c.operation FROM changes AS c
            WHERE c.subject IS NOT NULL
              AND (lower(c.operation) LIKE 'suspicious activity reported%' OR lower(c.operation) LIKE 'fraud reported%')
        )
        SELECT subject, event_id AS evidence, time, 'reported prompt' AS object,
               'the user reported a sign-in prompt: ' || lower(operation) AS summary
        FROM reports
        UNION ALL
        -- The report is the user's own act; what it is about are the sign-ins that asked.
        SELECT r.subject, s.event_id, s.time, 'reported prompt',
               'a sign-in from ' || s.place || ' asked for the approval that the user reported'
        FROM reports AS r JOIN strange_events AS s ON s.subject = r.subject
        WHERE s.own_hand AND epoch(r.time) - epoch(s.time) BETWEEN 0 AND 3600
          AND (s.source = 'sign_in' OR s.operation IN ('UserLoggedIn', 'UserLoginFailed'))
    """
