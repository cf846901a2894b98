"""Sign-ins that nobody had to prove, programs that nobody ran before, doors that asked for less than usual."""

from __future__ import annotations

from o365nb.detections.base import detection
from o365nb.detections.sign_in import CONTAIN, LET_IN, SIGN_INS

_BOTH = [SIGN_INS, "sign_in_noninteractive|ual/AzureActiveDirectory"]
#: Programs of developers and administrators, and of Microsoft's own family that phishing pages borrow.
_DEVELOPERS = (
    "'aebc6443-996d-45c2-90f0-388ff96faa56', '04b07795-8ddb-461a-bbee-02f9e1bf7b46',"
    " '1950a258-227b-4e31-a9cf-717495945fc2', '1b730954-1685-4b74-9bfd-dac224a7b894',"
    " '14d82eec-204b-4c2f-b7e8-296a70dab67e'"
)


@detection(
    slug="ia-mfa-by-claim-new-asn",
    severity="high",
    attack=["T1550.001", "T1539"],
    needs=["sign_in"],
    respond=[*CONTAIN, "ask_user"],
    confidence=0.7,
    everyday=True,
    benign="A private telephone or laptop on a network never used before, signed in since yesterday.",
    misses="The audit log, which does not say how a sign-in was proved.",
)
def nobody_proved_anything() -> str:
    """A second factor was asked for and met by a token from before, in an unfamiliar place: a cookie that moved."""
    return f"""
        SELECT l.subject, l.event_id AS evidence, l.time,
               'claimed:' || coalesce(l.session_id, l.client_ip, '') AS object,
               'signed in to ' || coalesce(l.app_name, 'an application')
               || ' from ' || l.place || ', and the second factor was taken from an earlier sign-in' AS summary,
               l.sureness - 0.1 AS confidence
        FROM ({LET_IN}) AS l JOIN claimed_only AS c ON c.event_id = l.event_id
        WHERE l.grade IN ('clear', 'no_history') AND l.result = 'success' AND l.device_id IS NULL
          AND l.mfa = 'multiFactorAuthentication'
    """


@detection(
    slug="ia-uti-multi-ip",
    severity="high",
    attack=["T1550.001"],
    needs=["ual/Exchange|ual"],
    respond=["revoke_sessions", "reset_password", "ask_user"],
    confidence=0.7,
    everyday=True,
    benign="A laptop carried from one network to the next, or a company's exits to the net.",
    misses="Tokens whose id the log leaves out.",
)
def one_token_two_networks() -> str:
    """One token was used on two networks, one of them rented or in a new country: a token does not travel by itself."""
    return """
        WITH used AS (
            SELECT t.subject, t.event_id, t.time, t.network, x.token_id, s.grade, s.place, s.sureness
            FROM event_traits AS t JOIN case_events AS x ON x.event_id = t.event_id
            LEFT JOIN strange_events AS s ON s.event_id = t.event_id
            WHERE x.token_id IS NOT NULL AND t.network IS NOT NULL AND coalesce(t.result, '') <> 'failure'
        ),
        split AS (
            SELECT subject, token_id FROM used GROUP BY subject, token_id
            HAVING min(network) <> max(network) AND count(CASE WHEN grade = 'clear' THEN 1 END) > 0
               AND count(CASE WHEN grade IS NULL THEN 1 END) > 0
        )
        SELECT u.subject, u.event_id AS evidence, u.time, 'token:' || u.token_id AS object,
               'one token was used on the account''s own network and from ' || u.place AS summary,
               u.sureness - 0.1 AS confidence
        FROM used AS u JOIN split AS s ON s.subject = u.subject AND s.token_id = u.token_id
        WHERE u.grade = 'clear'
    """


@detection(
    slug="ia-officehome-hosting",
    severity="high",
    attack=["T1557", "T1090.003"],
    needs=[SIGN_INS],
    respond=[*CONTAIN, "ask_user"],
    confidence=0.7,
    everyday=True,
    benign="The user's first sign-in through a VPN.",
    misses="Intruders on private lines; those who go straight to another application.",
)
def portal_from_rented_network() -> str:
    """The Office portal or Outlook on the web was entered from a rented network new for the account, by no device."""
    return f"""
        SELECT subject, event_id AS evidence, time, 'portal:' || coalesce(client_ip, '') AS object,
               coalesce(app_name, 'the portal') || ' was entered from ' || place
               || ', a rented network, without a known device' AS summary, sureness - 0.1 AS confidence
        FROM ({LET_IN}) AS l
        WHERE grade = 'clear' AND network_kind IN ('hosting', 'vpn') AND result = 'success' AND device_id IS NULL
          AND source <> 'sign_in_noninteractive' AND (lower(app_id) IN ('4765445b-32c6-49b0-83e6-1d93765276ca',
              '72782ba9-4490-4f03-8d82-562370ea3566', '00000002-0000-0ff1-ce00-000000000000',
              '9199bf20-a13f-4107-85dc-02114787ef48') OR app_name = 'OfficeHome')
    """


@detection(
    slug="ia-firstparty-oauth-phish",
    severity="high",
    attack=["T1528", "T1566.002"],
    needs=_BOTH,
    respond=["revoke_sessions", "reset_password", "ask_user"],
    confidence=0.7,
    by_habit=True,
    benign="A developer or administrator on a network never used before.",
    misses="Accounts that use these programs every day.",
)
def developer_program_signs_in() -> str:
    """A program for developers, new for the account, signed in from an unfamiliar place: it was phished for, or run."""
    return f"""
        WITH firsts AS (
            SELECT subject, lower(app_id) AS app, min(day) AS day FROM event_traits
            WHERE own_hand AND app_id IS NOT NULL AND result = 'success' GROUP BY subject, lower(app_id)
        )
        SELECT l.subject, l.event_id AS evidence, l.time, 'program:' || lower(l.app_id) AS object,
               coalesce(l.app_name, 'a program for developers') || ', never used by the account before, signed in from '
               || l.place AS summary, l.sureness AS confidence
        FROM ({LET_IN}) AS l
        JOIN firsts AS f ON f.subject = l.subject AND f.app = lower(l.app_id)
        LEFT JOIN history AS h ON h.subject = l.subject
        WHERE l.grade IN ('clear', 'no_history') AND l.result = 'success' AND lower(l.app_id) IN ({_DEVELOPERS})
          AND (h.third_day IS NULL OR f.day > h.third_day)
    """


@detection(
    slug="ia-ropc",
    severity="medium",
    attack=["T1078.004"],
    needs=["sign_in"],
    respond=[*CONTAIN, "ask_user"],
    confidence=0.6,
    by_habit=True,
    benign="A test program with a password in it, on a server never used before.",
    misses="The audit log, which does not name the protocol.",
)
def password_handed_to_program() -> str:
    """A program signed in by handing over the password itself, which no second factor can stop, from elsewhere."""
    return f"""
        WITH handed AS (
            SELECT DISTINCT event_id FROM case_properties
            WHERE name = 'authenticationProtocol' AND lower(value) = 'ropc'
        )
        SELECT l.subject, l.event_id AS evidence, l.time, 'ropc:' || coalesce(l.app_id, '') AS object,
               'the password was handed to ' || coalesce(l.app_name, 'a program') || ' from ' || l.place AS summary,
               l.sureness AS confidence
        FROM ({LET_IN}) AS l JOIN handed AS h ON h.event_id = l.event_id
        WHERE l.grade IS NOT NULL AND l.result = 'success'
    """


@detection(
    slug="ia-sfa-regression",
    severity="medium",
    attack=["T1556.009"],
    needs=["sign_in"],
    respond=["block_sign_in", "revoke_sessions", "ask_user"],
    confidence=0.6,
    everyday=True,
    benign="An application that asks for a second factor only now and then.",
    misses="Accounts that were never asked for one.",
)
def asked_for_less() -> str:
    """From an unfamiliar place one factor was enough, for an application that had always asked the account for two."""
    return f"""
        WITH habits AS (
            SELECT subject, app_id, count(*) AS times,
                   count(CASE WHEN mfa = 'multiFactorAuthentication' THEN 1 END) AS strong
            FROM event_traits
            WHERE own_hand AND source = 'sign_in' AND result = 'success' AND (known_ip OR known_network OR managed)
              AND mfa IS NOT NULL
            GROUP BY subject, app_id
        )
        SELECT l.subject, l.event_id AS evidence, l.time, 'one factor:' || coalesce(l.app_id, '') AS object,
               coalesce(l.app_name, 'an application') || ', which had always asked for a second factor, asked for none'
               || ' of ' || l.place AS summary, l.sureness - 0.1 AS confidence
        FROM ({LET_IN}) AS l JOIN habits AS h ON h.subject = l.subject AND h.app_id = l.app_id
        WHERE l.source = 'sign_in' AND l.result = 'success' AND l.grade IN ('clear', 'no_history')
          AND l.mfa = 'singleFactorAuthentication' AND h.times >= 5 AND h.strong >= 0.95 * h.times
    """


@detection(
    slug="ia-ca-gap",
    severity="medium",
    attack=["T1078.004"],
    needs=["sign_in"],
    respond=["harden", "report"],
    confidence=0.5,
    everyday=True,
    benign="The user abroad, at an application that no policy covers.",
    misses="Organisations without conditional access; the audit log, which does not name policies.",
)
def no_policy_asked() -> str:
    """A sign-in from an unfamiliar place passed without any conditional access policy asking for anything."""
    return f"""
        WITH unasked AS (
            SELECT DISTINCT event_id FROM case_properties
            WHERE name = 'conditionalAccessStatus' AND lower(value) IN ('notapplied', '2')
        ),
        asked AS (SELECT DISTINCT t.subject FROM event_traits AS t JOIN case_properties AS p ON p.event_id = t.event_id
                  WHERE p.name = 'conditionalAccessStatus' AND lower(p.value) = 'success')
        SELECT l.subject, l.event_id AS evidence, l.time,
               'gap:' || coalesce(l.app_id, '') || ':' || coalesce(l.client_app, '') AS object,
               'no access policy asked for anything when ' || coalesce(l.app_name, 'an application')
               || ' was entered by ' || coalesce(l.client_app, 'a program') || ' from ' || l.place AS summary,
               l.sureness - 0.2 AS confidence
        FROM ({LET_IN}) AS l JOIN unasked AS n ON n.event_id = l.event_id
        JOIN asked AS a ON a.subject = l.subject
        WHERE l.grade = 'clear' AND l.result = 'success' AND l.source = 'sign_in'
          AND coalesce(l.mfa, '') <> 'multiFactorAuthentication'
    """


@detection(
    slug="ia-rare-app",
    severity="medium",
    attack=["T1550.001"],
    needs=[*_BOTH, "everyone:sign_in|everyone:ual/AzureActiveDirectory"],
    respond=["revoke_sessions", "remove_consent", "ask_user"],
    confidence=0.5,
    everyday=True,
    benign="A program that the user tries out, on a network never used before.",
    misses="Programs that half the organisation uses.",
)
def rare_program() -> str:
    """A program that hardly anybody here uses, new for the account, signed in from an unfamiliar place."""
    return f"""
        WITH spread AS (
            SELECT lower(app_id) AS app, count(DISTINCT actor) AS people FROM sign_ins
            WHERE app_id IS NOT NULL AND result = 'success' GROUP BY lower(app_id)
        ),
        everybody AS (SELECT count(DISTINCT actor) AS people FROM sign_ins),
        firsts AS (
            SELECT subject, lower(app_id) AS app, min(day) AS day FROM event_traits
            WHERE own_hand AND app_id IS NOT NULL AND result = 'success' GROUP BY subject, lower(app_id)
        )
        SELECT l.subject, l.event_id AS evidence, l.time, 'rare:' || lower(l.app_id) AS object,
               coalesce(l.app_name, l.app_id) || ', which ' || CAST(p.people AS VARCHAR)
               || ' of ' || CAST(e.people AS VARCHAR) || ' accounts use, signed in from ' || l.place AS summary,
               l.sureness - 0.2 AS confidence
        FROM ({LET_IN}) AS l JOIN spread AS p ON p.app = lower(l.app_id)
        JOIN firsts AS f ON f.subject = l.subject AND f.app = lower(l.app_id)
        JOIN history AS h ON h.subject = l.subject CROSS JOIN everybody AS e
        WHERE l.grade = 'clear' AND l.result = 'success' AND p.people < 3 AND e.people >= 20 AND f.day > h.third_day
          AND coalesce(l.client_app, '') <> 'Browser'
    """
