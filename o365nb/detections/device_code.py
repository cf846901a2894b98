"""After a device code: a computer joined with it, the broker's token for that, and the token that the computer gets."""

from __future__ import annotations

from o365nb.detections.base import detection

SIGN_INS = "sign_in|ual/AzureActiveDirectory"
DIRECTORY = "directory_audit|ual/AzureActiveDirectory"


@detection(
    slug="ia-devicecode-then-register",
    severity="critical",
    attack=["T1528", "T1098.005"],
    needs=[SIGN_INS, DIRECTORY],
    respond=["block_sign_in", "revoke_sessions", "disable_device", "ask_user"],
    confidence=0.95,
    seed=0.85,
    benign="The IT department sets up a device without a keyboard, from the office.",
    misses="Computers joined more than half an hour after the code.",
)
def code_then_join() -> str:
    """Within half an hour after a device code was redeemed, a device was joined to the account."""
    return """
        WITH pairs AS (
            SELECT c.subject, c.event_id AS code, c.time AS code_time, c.place, c.grade, j.event_id AS joined, j.time
            FROM device_codes AS c JOIN changes AS j ON j.subject = c.subject
            WHERE j.operation IN ('Add device', 'Register device', 'Add registered owner to device',
                'Add registered users to device')
              AND coalesce(j.result, '') <> 'failure' AND epoch(j.time) - epoch(c.time) BETWEEN 0 AND 1800
        ),
        moments AS (
            SELECT subject, code AS evidence, code_time AS time, place, grade FROM pairs
            UNION SELECT subject, joined, time, place, grade FROM pairs
        )
        SELECT subject, evidence, time, 'code and device' AS object,
               'a device was joined right after a device code was redeemed from '
               || coalesce(place, 'a usual place') AS summary,
               CASE WHEN grade = 'clear' THEN 0.95 WHEN grade IS NOT NULL THEN 0.7 ELSE 0.4 END AS confidence
        FROM moments
    """


@detection(
    slug="ia-authbroker-drs",
    severity="high",
    attack=["T1098.005"],
    needs=[SIGN_INS],
    respond=["revoke_sessions", "disable_device", "ask_user"],
    seed=0.5,
    by_habit=True,
    benign="A new computer that the user sets up on a network never used before.",
    misses="Computers joined from the user's own networks.",
)
def broker_reaches_registration() -> str:
    """Microsoft's authentication broker got a token to join devices, from an unfamiliar place."""
    return """
        SELECT s.subject, s.event_id AS evidence, s.time, 'broker:' || coalesce(s.client_ip, '') AS object,
               'a token to join devices was given out to ' || s.place AS summary, s.sureness AS confidence
        FROM strange_events AS s JOIN case_events AS e ON e.event_id = s.event_id
        LEFT JOIN (SELECT DISTINCT event_id FROM case_properties
                   WHERE name = 'resourceId' AND lower(value) = '01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9') AS r
            ON r.event_id = s.event_id
        WHERE s.own_hand AND s.result = 'success' AND s.grade IN ('clear', 'no_history')
          AND lower(s.app_id) = '29d9ed98-a469-4536-ade2-f981bc1d605e'
          AND (r.event_id IS NOT NULL OR lower(coalesce(e.target, '')) IN
               ('01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9', 'device registration service'))
    """


@detection(
    slug="pe-prt-new-device",
    severity="high",
    attack=["T1550.001"],
    needs=["sign_in_noninteractive"],
    respond=["disable_device", "revoke_sessions", "ask_user"],
    seed=0.6,
    benign="A private computer that the user joined, on a network never used before.",
    misses="Joined computers on the user's own networks; tokens of a computer that the log knows from its first days.",
)
def new_device_signs_in() -> str:
    """A device that the account never had, and that nobody manages, signs in by itself from an unfamiliar place."""
    return """
        WITH firsts AS (
            SELECT subject, device_id, min(day) AS day FROM event_traits
            WHERE device_id IS NOT NULL AND own_hand GROUP BY subject, device_id
        )
        SELECT s.subject, s.event_id AS evidence, s.time, 'device:' || s.device_id AS object,
               'a device new to the account, ' || coalesce(d.name, s.device_id)
               || ', used its own long-lived token from ' || s.place AS summary, s.sureness AS confidence
        FROM strange_events AS s
        JOIN firsts AS f ON f.subject = s.subject AND f.device_id = s.device_id
        JOIN history AS h ON h.subject = s.subject
        LEFT JOIN (SELECT lower(device_id) AS device_id, max(name) AS name FROM devices GROUP BY lower(device_id)) AS d
            ON d.device_id = lower(s.device_id)
        WHERE s.own_hand AND s.result = 'success' AND s.token_type = 'primaryRefreshToken' AND NOT s.managed
          AND s.grade = 'clear' AND f.day > h.third_day
    """
