"""The password itself: guessed at, known but stopped, and tried again after it was taken away."""

from __future__ import annotations

from o365nb.detections.base import detection

SIGN_INS = "sign_in|ual/AzureActiveDirectory"


@detection(
    slug="ia-bruteforce-user",
    severity="medium",
    attack=["T1110.001"],
    needs=[SIGN_INS],
    respond=["reset_password", "ask_user"],
    confidence=0.5,
    benign="A telephone with the old password, at the user's own address: that is not reported.",
    misses="Guesses spread over more than a quarter of an hour, or over many addresses at long intervals.",
)
def password_guessed() -> str:
    """At least twenty wrong passwords for the account within a quarter of an hour, from places that are not its own."""
    return """
        WITH homes AS (SELECT subject, value AS client_ip FROM familiar WHERE kind = 'ip'),
        wrong AS (
            SELECT u.upn AS subject, i.event_id, i.time, i.client_ip FROM sign_ins AS i
            JOIN subjects AS u ON u.upn = i.actor
            LEFT JOIN homes AS h ON h.subject = i.actor AND h.client_ip = i.client_ip
            WHERE i.error_code = '50126' AND h.subject IS NULL
        ),
        counted AS (
            SELECT *, count(*) OVER (PARTITION BY subject ORDER BY epoch(time)
                                     RANGE BETWEEN 900 PRECEDING AND CURRENT ROW) AS run FROM wrong
        ),
        bursts AS (SELECT subject, CAST(time AS DATE) AS day, min(time) AS since, max(time) AS until, max(run) AS run
                   FROM counted WHERE run >= 20 GROUP BY subject, CAST(time AS DATE)),
        let_in AS (
            SELECT b.subject, b.day, min(i.time) AS time FROM bursts AS b JOIN sign_ins AS i ON i.actor = b.subject
            JOIN (SELECT DISTINCT subject, client_ip FROM wrong) AS w
                ON w.subject = b.subject AND w.client_ip = i.client_ip
            WHERE i.result = 'success' AND epoch(i.time) - epoch(b.since) BETWEEN 0 AND 3600 GROUP BY b.subject, b.day
        )
        SELECT w.subject, w.event_id AS evidence, w.time, 'guesses:' || CAST(b.day AS VARCHAR) AS object,
               CAST(b.run AS VARCHAR) || ' wrong passwords within a quarter of an hour'
               || CASE WHEN l.time IS NOT NULL THEN ', then one that was right, from the same address' ELSE '' END
               AS summary, CASE WHEN l.time IS NOT NULL THEN 0.95 ELSE 0.4 END AS confidence
        FROM bursts AS b JOIN wrong AS w ON w.subject = b.subject
            AND epoch(w.time) BETWEEN epoch(b.since) - 900 AND epoch(b.until)
        LEFT JOIN let_in AS l ON l.subject = b.subject AND l.day = b.day
    """


@detection(
    slug="ia-guess-hit",
    severity="critical",
    attack=["T1110.003", "T1078.004"],
    needs=[SIGN_INS],
    respond=["block_sign_in", "revoke_sessions", "reset_password", "report"],
    confidence=0.9,
    seed=0.8,
    benign="None known: a device with an old password tries on from places that the user has signed in from.",
    misses="Guesses on one day only, or from an address that is given up before the right one.",
)
def password_found() -> str:
    """An unfamiliar address gave wrong passwords for the account at least five times on two days, and then got in."""
    # One account's log shows a spray so: a few tries a day, for days, from each of a handful of addresses. One address
    # that is merely new may be a telephone with the old password, in a hotel.
    return """
        WITH homes AS (SELECT subject, value AS client_ip FROM familiar WHERE kind = 'ip'),
        wrong AS (
            SELECT u.upn AS subject, i.event_id, i.time, i.client_ip FROM sign_ins AS i
            JOIN subjects AS u ON u.upn = i.actor
            LEFT JOIN homes AS h ON h.subject = i.actor AND h.client_ip = i.client_ip
            WHERE i.error_code = '50126' AND i.client_ip IS NOT NULL AND h.subject IS NULL
        ),
        tries AS (SELECT subject, client_ip, min(time) AS since, count(*) AS times FROM wrong
                  GROUP BY subject, client_ip HAVING count(*) >= 5 AND count(DISTINCT CAST(time AS DATE)) >= 2),
        entries AS (
            SELECT s.subject, s.event_id, s.time, s.client_ip, s.grade, t.times FROM strange_events AS s
            JOIN tries AS t ON t.subject = s.subject AND t.client_ip = s.client_ip
            WHERE s.own_hand AND s.grade IN ('clear', 'weak') AND s.result = 'success'
              AND epoch(s.time) > epoch(t.since)
              AND (s.source IN ('sign_in', 'sign_in_noninteractive') OR s.operation = 'UserLoggedIn')
        ),
        guessers AS (SELECT subject, count(*) AS addresses FROM tries GROUP BY subject),
        hits AS (SELECT subject, min(client_ip) AS client_ip, max(times) AS times, min(grade) AS grade FROM entries
                 GROUP BY subject)
        SELECT e.subject, e.event_id AS evidence, e.time, 'guessed' AS object,
               h.client_ip || ' gave ' || CAST(h.times AS VARCHAR) || ' wrong passwords in days, and then the right one'
               AS summary,
               CASE WHEN h.grade = 'clear' OR g.addresses > 1 THEN 0.9 ELSE 0.5 END AS confidence
        FROM (
            SELECT subject, event_id, time FROM entries
            UNION ALL SELECT w.subject, w.event_id, w.time FROM wrong AS w
                JOIN tries AS t ON t.subject = w.subject AND t.client_ip = w.client_ip
        ) AS e JOIN hits AS h ON h.subject = e.subject JOIN guessers AS g ON g.subject = e.subject
    """


@detection(
    slug="ia-password-known-blocked",
    severity="medium",
    attack=["T1078.004", "T1589.001"],
    needs=[SIGN_INS],
    respond=["reset_password", "ask_user"],
    confidence=0.6,
    everyday=True,
    benign="The user on a new network, who did not answer the prompt.",
    misses="Passwords that were right where nothing asked for more.",
)
def password_known() -> str:
    """From an unfamiliar place the right password was given, and something else stopped the sign-in every time."""
    return """
        WITH stopped AS (
            SELECT s.subject, s.event_id, s.time, s.network, s.client_ip, s.place, s.grade, v.meaning
            FROM strange_events AS s JOIN list_password_valid_codes AS v ON v.code = s.error_code
            WHERE s.own_hand AND s.grade IN ('clear', 'no_history') AND s.result <> 'success'
              AND (s.source IN ('sign_in', 'sign_in_noninteractive')
                   OR s.operation IN ('UserLoggedIn', 'UserLoginFailed'))
        ),
        entered AS (
            SELECT DISTINCT subject, network FROM event_traits WHERE own_hand AND result = 'success'
              AND network IS NOT NULL
        )
        SELECT s.subject, s.event_id AS evidence, s.time, 'known:' || coalesce(s.network, s.client_ip, '') AS object,
               'the right password was given from ' || s.place || ', and the sign-in stopped (' || s.meaning || ')'
               AS summary, CASE WHEN s.grade = 'clear' THEN 0.7 ELSE 0.4 END AS confidence
        FROM stopped AS s LEFT JOIN entered AS e ON e.subject = s.subject AND e.network = s.network
        WHERE e.subject IS NULL
    """


@detection(
    slug="ia-blocked-but-trying",
    severity="info",
    attack=["T1078.004"],
    needs=[SIGN_INS],
    respond=["report"],
    confidence=0.8,
    everyday=True,
    benign="The user's own telephone, which tries on after the reset: from the user's own address it is not reported.",
    misses="Intruders who gave up, or come back by another way.",
)
def intruder_refused() -> str:
    """From where somebody unfamiliar had got in, sign-ins are refused now: the account is locked or the token void."""
    return """
        WITH entered AS (
            SELECT subject, client_ip, min(time) AS since FROM strange_events
            WHERE own_hand AND grade = 'clear' AND result = 'success' AND client_ip IS NOT NULL
            GROUP BY subject, client_ip
        )
        SELECT e.subject, i.event_id AS evidence, i.time, 'refused:' || e.client_ip AS object,
               'sign-ins from ' || e.client_ip || ' are refused (' || i.error_code || ')' AS summary
        FROM entered AS e JOIN sign_ins AS i ON i.actor = e.subject AND i.client_ip = e.client_ip
        WHERE i.error_code IN ('50057', '50173', '50133', '70043', '53003') AND i.time > e.since
    """
