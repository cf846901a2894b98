"""Sign-ins that betray a proxy, a stolen session or an attack tool. Graph sign-ins and audit-log logons alike."""

from __future__ import annotations

from o365nb.detections.base import detection

SIGN_INS = "sign_in|ual/AzureActiveDirectory"
CONTAIN = ["block_sign_in", "revoke_sessions", "reset_password"]

#: Sign-ins of the subjects that went through; `strange` columns are NULL where nothing is odd. Applications that the
#: user let in run on servers elsewhere by nature: where they come from says nothing of the person (pe-oauth-app-use).
LET_IN = """
    SELECT t.*, s.grade, s.sureness, s.place FROM event_traits AS t
    LEFT JOIN strange_events AS s ON s.event_id = t.event_id
    LEFT JOIN let_in_apps AS c ON c.subject = t.subject AND c.app = lower(t.app_id)
    WHERE t.own_hand AND t.result IN ('success', 'interrupted') AND c.app IS NULL
      AND (t.source IN ('sign_in', 'sign_in_noninteractive') OR t.operation = 'UserLoggedIn')
"""


@detection(
    slug="ia-aitm-session-split",
    severity="critical",
    attack=["T1557", "T1539"],
    needs=[SIGN_INS, "sign_in_noninteractive|ual/AzureActiveDirectory"],
    respond=[*CONTAIN, "remove_auth_method", "ask_user"],
    confidence=0.95,
    seed=0.95,
    by_habit=True,
    benign="A VPN switched on within a session changes the network, but not the system or browser.",
    misses="A thief who copies the victim's system and browser, or who sits behind the victim's own provider.",
)
def session_split() -> str:
    """One session is used from two networks, later from another system or browser and without the user's device."""
    return f"""
        WITH legs AS (
            SELECT *, first_value(network) OVER w AS first_network, first_value(os) OVER w AS first_os,
                   first_value(browser) OVER w AS first_browser
            FROM ({LET_IN}) AS let_in WHERE session_id IS NOT NULL AND network IS NOT NULL
            WINDOW w AS (PARTITION BY subject, session_id ORDER BY time, event_id
                         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
        ),
        split AS (
            SELECT subject, session_id, min(client_ip) AS address,
                   min(coalesce(kit, trim(coalesce(os, '') || ' ' || coalesce(browser, '')))) AS client
            FROM legs
            WHERE network <> first_network AND device_id IS NULL AND NOT managed AND NOT known_ip AND NOT known_network
              AND (kit IS NOT NULL OR os <> first_os OR browser <> first_browser)
            GROUP BY subject, session_id
        )
        SELECT l.subject, l.event_id AS evidence, l.time, 'session:' || l.session_id AS object,
               'one session was used on two networks by two clients: it began on '
               || coalesce(l.first_os || ' ', '') || coalesce(l.first_browser, 'an unnamed client')
               || ' and was then used by ' || s.client || ' from ' || s.address AS summary
        FROM legs AS l JOIN split AS s ON s.subject = l.subject AND s.session_id = l.session_id
        WHERE NOT l.managed AND NOT l.known_ip AND NOT l.known_network
          AND (l.network <> l.first_network OR l.network_kind IN ('hosting', 'vpn') OR l.kit IS NOT NULL)
    """


@detection(
    slug="ia-session-stolen",
    severity="critical",
    attack=["T1539", "T1550.001"],
    needs=[SIGN_INS, "sign_in_noninteractive|ual/AzureActiveDirectory"],
    respond=[*CONTAIN, "ask_user"],
    confidence=0.85,
    seed=0.85,
    benign="A browser put back to an older version, on a network used for the first time.",
    misses="Thieves who copy the victim's browser to its version, or stay in the victim's network.",
)
def session_stolen() -> str:
    """A session that the user had kept for days goes on elsewhere, in another browser or an older version of it."""
    # One session lives in one browser on one computer, and browsers only ever get newer.
    return f"""
        WITH legs AS (
            SELECT *, coalesce(network_kind, '') AS kind,
                   TRY_CAST(regexp_extract(user_agent, '(Chrome|Firefox|Version)/([0-9]+)', 2) AS BIGINT) AS version
            FROM ({LET_IN}) AS let_in
            WHERE session_id IS NOT NULL AND network IS NOT NULL AND browser IS NOT NULL
              AND NOT regexp_matches(lower(coalesce(user_agent, '')), 'electron|teams/|webview')
        ),
        homes AS (
            SELECT subject, session_id, min(os) AS os, min(browser) AS browser, max(version) AS version,
                   min(time) AS since
            FROM legs WHERE known_network OR known_ip GROUP BY subject, session_id
            HAVING min(os) = max(os) AND min(browser) = max(browser) AND count(DISTINCT day) >= 2
        )
        SELECT l.subject, l.event_id AS evidence, l.time, 'session:' || l.session_id AS object,
               'a session that the user had on ' || coalesce(h.os, 'a computer') || ' with ' || h.browser
               || coalesce(' ' || CAST(h.version AS VARCHAR), '') || ' went on with ' || coalesce(l.os || ' ', '')
               || l.browser || coalesce(' ' || CAST(l.version AS VARCHAR), '') || ' from '
               || coalesce(l.place, l.client_ip) AS summary
        FROM legs AS l JOIN homes AS h ON h.subject = l.subject AND h.session_id = l.session_id
        WHERE (l.grade IS NOT NULL OR NOT l.known_ip AND l.os = h.os AND l.browser = h.browser)
          AND l.time > h.since AND l.device_id IS NULL AND NOT l.managed
          AND (l.os <> h.os OR l.browser <> h.browser OR l.version < h.version AND EXISTS (
              SELECT 1 FROM legs AS b WHERE b.subject = l.subject AND b.session_id = l.session_id
              AND b.version > l.version AND b.time < l.time))
    """


@detection(
    slug="ia-aitm-twin-login",
    severity="high",
    attack=["T1557"],
    needs=[SIGN_INS],
    respond=[*CONTAIN, "ask_user"],
    seed=0.7,
    everyday=True,
    benign="A split-tunnel VPN on a private computer sends two parts of one sign-in over two networks.",
    misses="A relay whose operator waits longer than a minute or stays on one network.",
)
def twin_login() -> str:
    """Two sign-ins of one person within a minute come from two networks, one of them rented or driven by a tool."""
    return f"""
        WITH ordered AS (
            SELECT *, lag(network) OVER w AS network_before, lag(time) OVER w AS time_before,
                   lead(network) OVER w AS network_after, lead(time) OVER w AS time_after
            FROM ({LET_IN}) AS let_in WHERE network IS NOT NULL
            WINDOW w AS (PARTITION BY subject ORDER BY time, event_id)
        )
        SELECT subject, event_id AS evidence, time, 'day:' || CAST(day AS VARCHAR) AS object,
               'signed in from ' || place || ' within a minute of a sign-in from another network' AS summary,
               sureness - 0.1 AS confidence
        FROM ordered
        WHERE grade = 'clear' AND (network_kind IN ('hosting', 'vpn') OR kit IS NOT NULL)
          AND (network_before <> network AND epoch(time) - epoch(time_before) <= 60
               OR network_after <> network AND epoch(time_after) - epoch(time) <= 60)
    """


@detection(
    slug="ia-ua-shift-in-flow",
    severity="high",
    attack=["T1557"],
    needs=[SIGN_INS],
    respond=[*CONTAIN, "ask_user"],
    confidence=0.9,
    seed=0.9,
    by_habit=True,
    benign="An app that opens a web page to sign in shows another browser, but the same system.",
    misses="Relays that pass on the victim's user agent in every step.",
)
def agent_shift() -> str:
    """Within one sign-in flow the system changes, or the browser changes together with the network."""
    return f"""
        WITH flows AS (
            SELECT subject, correlation_id FROM event_traits
            WHERE own_hand AND correlation_id IS NOT NULL AND NOT managed
              AND (source IN ('sign_in', 'sign_in_noninteractive') OR operation IN ('UserLoggedIn', 'UserLoginFailed'))
            GROUP BY subject, correlation_id
            HAVING min(os) <> max(os) OR min(browser) <> max(browser) AND min(network) <> max(network)
        )
        SELECT l.subject, l.event_id AS evidence, l.time, 'flow:' || l.correlation_id AS object,
               'one sign-in flow changed its client on the way: ' || coalesce(l.os, 'unknown system') || ' '
               || coalesce(l.browser, '') || ' from ' || l.place AS summary
        FROM ({LET_IN}) AS l JOIN flows AS f ON f.subject = l.subject AND f.correlation_id = l.correlation_id
        WHERE l.grade IS NOT NULL
    """


@detection(
    slug="ia-kit-useragent",
    severity="high",
    attack=["T1557"],
    needs=[SIGN_INS, "sign_in_noninteractive|ual/AzureActiveDirectory"],
    respond=[*CONTAIN, "ask_user"],
    confidence=0.9,
    seed=0.9,
    by_habit=True,
    benign="A developer's own scripts, from a network the account does not usually use.",
    misses="Kits that send a browser's user agent.",
)
def kit_user_agent() -> str:
    """A sign-in went through whose user agent is that of a phishing kit, an attack tool or a bare script library."""
    return f"""
        SELECT subject, event_id AS evidence, time, 'tool:' || kit AS object,
               'signed in with ' || kit || ' (' || user_agent || ') from ' || place AS summary
        FROM ({LET_IN}) AS let_in WHERE kit IS NOT NULL AND grade = 'clear' AND result = 'success'
    """


@detection(
    slug="ia-token-replay-nonint",
    severity="high",
    attack=["T1550.001"],
    needs=["sign_in_noninteractive"],
    respond=["revoke_sessions", "reset_password", "block_sign_in"],
    seed=0.7,
    everyday=True,
    benign="A mail backup service, or a phone on a carrier it never used before.",
    misses="Replays from the victim's own provider; tokens used against services that keep no sign-in log.",
)
def token_replay() -> str:
    """A token was used without the user from a network where the user had not signed in before."""
    let_in = LET_IN.replace("c.app IS NULL", "(c.app IS NULL OR c.intruders)")
    return f"""
        WITH let_in AS ({let_in}),
        by_hand AS (
            SELECT l.subject, l.network, l.time FROM let_in AS l
            LEFT JOIN claimed_only AS c ON c.event_id = l.event_id
            WHERE l.source <> 'sign_in_noninteractive' AND l.mfa = 'multiFactorAuthentication'
              AND l.result = 'success' AND c.event_id IS NULL
              AND l.kit IS NULL AND coalesce(l.network_kind, '') NOT IN ('hosting', 'vpn')
        ),
        homes AS (SELECT DISTINCT subject, session_id FROM let_in
        WHERE session_id IS NOT NULL AND device_id IS NOT NULL),
        candidates AS (
            SELECT l.*, h.session_id IS NOT NULL AS left_device FROM let_in AS l
            LEFT JOIN homes AS h ON h.subject = l.subject AND h.session_id = l.session_id
            WHERE l.source = 'sign_in_noninteractive' AND l.result = 'success' AND l.device_id IS NULL
              AND coalesce(l.token_type, '') <> 'deviceCode'
              AND (l.grade = 'clear' OR l.grade IN ('weak', 'no_history') AND h.session_id IS NOT NULL
                   AND coalesce(l.network_kind, '') <> 'mobile')
        )
        SELECT subject, event_id AS evidence, time, 'network:' || coalesce(network, client_ip, '') AS object,
               'a token' || CASE WHEN left_device THEN ' of a session that belongs to a known device' ELSE '' END
               || ' was used for ' || coalesce(app_name, 'an application') || ' from ' || place AS summary,
               CASE WHEN grade = 'clear' THEN sureness ELSE 0.5 END AS confidence
        FROM candidates AS c
        WHERE NOT EXISTS (
            SELECT 1 FROM by_hand AS b WHERE b.subject = c.subject AND b.network = c.network
            AND epoch(c.time) - epoch(b.time) BETWEEN 0 AND 86400)
    """


@detection(
    slug="ia-impossible-travel",
    severity="medium",
    attack=["T1078.004"],
    needs=[SIGN_INS],
    respond=["ask_user"],
    confidence=0.5,
    everyday=True,
    benign="A VPN exit, a wrong location of an address, a mobile carrier that leaves the net abroad.",
    misses="Attackers near the victim. Distances are lower bounds between countries; travel inside one is not judged.",
)
def impossible_travel() -> str:
    """Two sign-ins are farther apart than anybody travels in the time between them."""
    return f"""
        WITH ordered AS (
            SELECT *, lag(country) OVER w AS country_before, lag(time) OVER w AS time_before
            FROM ({LET_IN}) AS let_in WHERE country IS NOT NULL AND network IS NOT NULL AND result = 'success'
            WINDOW w AS (PARTITION BY subject ORDER BY time, event_id)
        ),
        moves AS (
            SELECT o.*, 12742 * asin(sqrt(
                       pow(sin(radians(b.latitude - a.latitude) / 2), 2)
                       + cos(radians(a.latitude)) * cos(radians(b.latitude))
                       * pow(sin(radians(b.longitude - a.longitude) / 2), 2)
                   )) - a.radius_km - b.radius_km AS km, (epoch(time) - epoch(time_before)) / 3600.0 AS hours
            FROM ordered AS o JOIN list_countries AS a ON a.country = o.country_before
            JOIN list_countries AS b ON b.country = o.country WHERE o.country <> o.country_before
        )
        SELECT subject, event_id AS evidence, time, country_before || '-' || country AS object,
               'signed in from ' || country_before || ' and then from ' || country || ', at least '
               || CAST(CAST(km AS BIGINT) AS VARCHAR) || ' km away, '
               || CAST(CAST(greatest(1, hours * 60) AS BIGINT) AS VARCHAR) || ' minutes later' AS summary,
               CASE WHEN managed THEN 0.3 WHEN network_kind IN ('hosting', 'vpn') THEN 0.8 ELSE 0.6 END AS confidence
        FROM moves WHERE km > 500 AND km > 900 * hours AND (grade IS NOT NULL OR managed)
    """


@detection(
    slug="ia-new-country-unmanaged",
    severity="medium",
    attack=["T1078.004"],
    needs=[SIGN_INS],
    respond=["ask_user"],
    confidence=0.6,
    everyday=True,
    benign="Travel with a private device.",
    misses="The first days of the log, where there is no history; attackers in the victim's country.",
)
def new_country() -> str:
    """A sign-in went through from a country that is new for the account, without a managed device."""
    return f"""
        SELECT subject, event_id AS evidence, time, 'country:' || country AS object,
               'signed in from ' || place || ', the first time from ' || country
               || ', without a managed device' AS summary,
               CASE WHEN known_session THEN 0.3 ELSE 0.6 END AS confidence
        FROM ({LET_IN}) AS let_in
        WHERE has_history AND NOT known_country AND country IS NOT NULL AND result = 'success' AND grade IS NOT NULL
    """
