"""Ways in that go through the password or the prompt: spraying, legacy protocols, device codes, prompt bombing."""

from __future__ import annotations

from o365nb.detections.base import detection

SIGN_INS = "sign_in|ual/AzureActiveDirectory"
#: Whether others' passwords were tried too: the account's own log cannot tell.
GUESSES = "password_guesses|everyone:sign_in|everyone:ual/AzureActiveDirectory"
CONTAIN = ["block_sign_in", "revoke_sessions", "reset_password"]


#: Sign-ins of strange hands by programs that cannot ask for a second factor.
_LEGACY = """
    SELECT s.* FROM strange_events AS s
    LEFT JOIN list_legacy_clients AS c ON c.kind = 'client_app' AND c.value = lower(s.client_app)
    LEFT JOIN list_legacy_clients AS a ON a.kind = 'user_agent' AND a.value = lower(s.user_agent)
    WHERE s.own_hand AND s.result = 'success' AND (c.value IS NOT NULL OR a.value IS NOT NULL)
      AND (s.source IN ('sign_in', 'sign_in_noninteractive') OR s.operation = 'UserLoggedIn')
"""


@detection(
    slug="ia-spray",
    severity="medium",
    attack=["T1110.003"],
    needs=[SIGN_INS, GUESSES],
    respond=["report"],
    confidence=0.8,
    benign="An application with a broken sign-in behind an address that a whole office shares.",
    misses="Sprays of fewer than ten an hour from one address or by one tool; addresses that more accounts use.",
)
def spray() -> str:
    """One address tried passwords on many accounts, the subject's among them."""
    return """
        SELECT i.actor AS subject, i.event_id AS evidence, i.time, 'ip:' || i.client_ip AS object,
               i.client_ip || s.company || ' tried passwords on ' || CAST(s.accounts AS VARCHAR) || ' accounts'
               AS summary
        FROM sign_ins AS i JOIN sprays AS s ON s.client_ip = i.client_ip JOIN subjects AS u ON u.upn = i.actor
        WHERE i.error_code IN ('50126', '50034', '50053', '50056')
    """


@detection(
    slug="ia-spray-hit",
    severity="critical",
    attack=["T1110.003", "T1078.004"],
    needs=[SIGN_INS, GUESSES],
    respond=[*CONTAIN, "report"],
    confidence=0.9,
    seed=0.8,
    benign="None known: users of a shared address that also sprays are told apart by their earlier sign-ins from it.",
    misses="A hit that is used from another address only.",
)
def spray_hit() -> str:
    """An address that sprayed passwords got one right: a sign-in went through, or failed only after the password."""
    return """
        WITH regulars AS (
            SELECT DISTINCT i.actor, i.client_ip FROM sign_ins AS i JOIN sprays AS s ON s.client_ip = i.client_ip
            WHERE i.result = 'success' AND epoch(s.since) - epoch(i.time) > 43200
        )
        SELECT i.actor AS subject, i.event_id AS evidence, i.time, 'ip:' || i.client_ip AS object,
               i.client_ip || ', which' || s.company || ' tried passwords on ' || CAST(s.accounts AS VARCHAR)
               || ' accounts, '
               || CASE WHEN i.result = 'success' THEN 'signed in'
               ELSE 'had the right password (' || v.meaning || ')' END
               AS summary
        FROM sign_ins AS i JOIN sprays AS s ON s.client_ip = i.client_ip
        LEFT JOIN list_password_valid_codes AS v ON v.code = i.error_code
        LEFT JOIN regulars AS r ON r.actor = i.actor AND r.client_ip = i.client_ip
        WHERE (i.result = 'success' OR v.code IS NOT NULL) AND r.actor IS NULL AND epoch(i.time) >= epoch(s.since)
    """


@detection(
    slug="ia-mfa-fatigue",
    severity="high",
    attack=["T1621"],
    needs=[SIGN_INS],
    respond=[*CONTAIN, "remove_auth_method", "ask_user"],
    confidence=0.7,
    benign="An app that keeps asking by mistake.",
    misses="Fewer than five prompts, or prompts spread over more than half an hour.",
)
def mfa_fatigue() -> str:
    """The user was flooded with prompts and refused or ignored at least five within half an hour."""
    return """
        WITH refused AS (
            SELECT s.upn AS subject, min(i.event_id) AS event_id, i.time, i.client_ip FROM sign_ins AS i
            JOIN subjects AS s ON s.upn = i.actor WHERE i.error_code = '500121'
            GROUP BY s.upn, i.time, i.client_ip
        ),
        counted AS (
            SELECT *, count(*) OVER (PARTITION BY subject ORDER BY epoch(time)
                                      RANGE BETWEEN 1800 PRECEDING AND CURRENT ROW) AS run FROM refused
        ),
        floods AS (SELECT subject, min(time) AS since, max(time) AS until, max(run) AS run FROM counted WHERE run >= 5
                   GROUP BY subject, CAST(time AS DATE)),
        let_in AS (
            SELECT f.subject, f.since, min(i.time) AS time FROM floods AS f JOIN sign_ins AS i ON i.actor = f.subject
            JOIN refused AS r ON r.subject = f.subject AND r.client_ip = i.client_ip
            WHERE i.result = 'success' AND epoch(i.time) - epoch(f.until) BETWEEN 0 AND 1800 GROUP BY f.subject, f.since
        )
        SELECT r.subject, r.event_id AS evidence, r.time, 'flood:' || CAST(f.since AS VARCHAR) AS object,
               CAST(f.run AS VARCHAR) || ' prompts within half an hour were refused or ignored'
               || CASE WHEN l.time IS NOT NULL THEN '; then one was approved' ELSE '' END AS summary,
               CASE WHEN l.time IS NOT NULL THEN 0.95 ELSE 0.6 END AS confidence
        FROM floods AS f JOIN refused AS r ON r.subject = f.subject
        LEFT JOIN let_in AS l ON l.subject = f.subject AND l.since = f.since
        WHERE epoch(r.time) BETWEEN epoch(f.since) - 1800 AND epoch(f.until)
    """


@detection(
    slug="ia-legacy-auth-success",
    severity="high",
    attack=["T1078.004"],
    needs=[SIGN_INS, "sign_in_noninteractive|ual/AzureActiveDirectory"],
    respond=[*CONTAIN, "report"],
    confidence=0.8,
    seed=0.5,
    by_habit=True,
    benign="A scanner or an old mail program on a network that the account does not usually use.",
    misses="Legacy clients on the user's own networks.",
)
def legacy_sign_in() -> str:
    """A sign-in that cannot ask for a second factor went through from an unfamiliar network."""
    return f"""
        SELECT s.subject, s.event_id AS evidence, s.time, 'client:'
            || lower(coalesce(s.client_app, s.user_agent)) AS object,
               'signed in by ' || coalesce(s.client_app, s.user_agent) || ' from ' || s.place AS summary,
               s.sureness AS confidence
        FROM ({_LEGACY}) AS s
    """


@detection(
    slug="ia-legacy-scattered",
    severity="critical",
    attack=["T1078.004"],
    needs=[SIGN_INS],
    respond=[*CONTAIN, "report"],
    confidence=0.9,
    seed=0.8,
    benign="None known: a mail program goes from network to network with its owner, not from country to country.",
    misses="Senders that stay in one network or country, and those that the user has always used.",
)
def legacy_sign_ins_from_everywhere() -> str:
    """On one day programs that cannot ask for a second factor signed in from three unfamiliar networks abroad."""
    return f"""
        WITH old AS ({_LEGACY} AND s.grade = 'clear' AND s.country IS NOT NULL),
        scattered AS (
            SELECT subject, day, count(DISTINCT network) AS networks, count(DISTINCT country) AS countries
            FROM old WHERE NOT known_country GROUP BY subject, day
            HAVING count(DISTINCT network) >= 3 AND count(DISTINCT country) >= 2
        )
        SELECT o.subject, o.event_id AS evidence, o.time, 'scattered:' || CAST(o.day AS VARCHAR) AS object,
               'mail programs signed in from ' || CAST(d.networks AS VARCHAR) || ' networks new for the account, in '
               || CAST(d.countries AS VARCHAR) || ' countries, on one day' AS summary
        FROM old AS o JOIN scattered AS d ON d.subject = o.subject AND d.day = o.day
        WHERE NOT o.known_country
    """


@detection(
    slug="ia-mfa-insisted",
    severity="high",
    attack=["T1621"],
    needs=[SIGN_INS],
    respond=[*CONTAIN, "ask_user"],
    confidence=0.7,
    benign="A user who lets prompts run out, on a private device and a network never used before.",
    misses="One or two refusals; prompts that were never refused.",
)
def approved_after_refusals() -> str:
    """From an unfamiliar place three prompts were refused or ignored, and the next one within half an hour let in."""
    return """
        WITH refused AS (
            SELECT i.actor AS subject, i.client_ip, i.time FROM sign_ins AS i
            WHERE i.error_code = '500121' AND i.client_ip IS NOT NULL GROUP BY i.actor, i.client_ip, i.time
        ),
        counted AS (
            SELECT s.subject, s.event_id, count(*) AS times FROM strange_events AS s
            JOIN refused AS r ON r.subject = s.subject AND r.client_ip = s.client_ip
            WHERE s.own_hand AND s.grade = 'clear' AND s.result = 'success'
              AND (s.source = 'sign_in' OR s.operation = 'UserLoggedIn')
              AND epoch(s.time) - epoch(r.time) BETWEEN 0 AND 1800
            GROUP BY s.subject, s.event_id HAVING count(*) >= 3
        )
        SELECT s.subject, s.event_id AS evidence, s.time, 'insisted:' || s.client_ip AS object,
               'signed in from ' || s.place || ' after ' || CAST(c.times AS VARCHAR)
               || ' prompts from there were refused or ignored' AS summary, s.sureness AS confidence
        FROM counted AS c JOIN strange_events AS s ON s.event_id = c.event_id
    """


@detection(
    slug="ia-devicecode-first",
    severity="high",
    attack=["T1528", "T1566.002"],
    needs=[SIGN_INS],
    respond=["revoke_sessions", "disable_device", "ask_user"],
    confidence=0.6,
    by_habit=True,
    benign="A television, a meeting-room device or a command line signed in for the first time.",
    misses="Accounts that use device codes regularly.",
)
def first_device_code() -> str:
    """The account signed in by device code for the first time: the user may have typed in an attacker's code."""
    return """
        WITH codes AS (SELECT *, min(time) OVER (PARTITION BY subject) AS first_time FROM device_codes)
        SELECT c.subject, c.event_id AS evidence, c.time, 'device code' AS object,
               'a device code was redeemed for ' || coalesce(c.app_name, 'an application') || ' from '
               || coalesce(c.place, c.client_ip, 'an unknown address') AS summary,
               CASE WHEN c.grade = 'clear' THEN 0.95 WHEN c.grade IS NOT NULL THEN 0.7 ELSE 0.4 END AS confidence
        FROM codes AS c
        WHERE epoch(c.time) - epoch(c.first_time) <= 86400
    """
