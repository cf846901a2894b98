"""What the detections share: sign-ins of either source, what is familiar for a subject, and what is strange.

Each primitive is one SELECT, made into a table in this order by `run.prepare`. The SQL keeps to the subset that
translates for Spark. The ideas behind `strange_events`:

* An address, network, country, client or session is *familiar* from the day after it was used on two earlier days
  (five for hosting and VPN networks: whoever rents them changes tenants), from the day a managed device used it, or
  from the start when it belongs to the habits that the log opens with.
* An event is *strange* when neither its address nor its network is familiar and no managed device is behind it.
  `grade` says how much: `clear` (hosting or VPN network, attack tool, new country or client; or bound by session or
  address to such an event), `weak` (only the network is new: roaming; or a new client at a new address of a known
  provider's), `no_history` (nothing to compare with).
"""

from __future__ import annotations

from o365nb.detections.app_primitives import APPS
from o365nb.detections.object_primitives import OBJECTS
from o365nb.detections.password_primitives import PASSWORDS

PRIMITIVES: dict[str, str] = {}

# Of everybody, so with few columns.
PRIMITIVES["sign_ins"] = """
    SELECT event_id, time, source, operation, actor, client_ip, result, error_code, app_id, app_name, token_type,
           user_agent
    FROM events
    WHERE source IN ('sign_in', 'sign_in_noninteractive')
       OR (source = 'ual' AND operation IN ('UserLoggedIn', 'UserLoginFailed'))
"""

# The same sign-in is often there twice (Graph and audit log), so a gap in one is filled from the other.
PRIMITIVES["ip_facts"] = """
    SELECT client_ip, max(asn) AS asn, max(as_org) AS as_org, max(country) AS country,
           max(CASE WHEN network_kind <> 'unknown' THEN network_kind END) AS network_kind
    FROM events WHERE client_ip IS NOT NULL AND source <> 'message_trace' GROUP BY client_ip
"""

PRIMITIVES["kit_agents"] = """
    SELECT user_agent, min(tool) AS tool
    FROM (SELECT DISTINCT user_agent FROM events WHERE user_agent IS NOT NULL) AS seen
    JOIN list_kit_user_agents ON lower(user_agent) LIKE pattern
    GROUP BY user_agent
"""

# Everything a subject did, or that was done in a subject's mailbox. `managed`: the record names the device, since
# a token stolen from a managed computer carries the bare mark with it. `network` is the AS number where known,
# else the neighbourhood of the address; NULL where the address tells nothing (none, private, Microsoft's own).
PRIMITIVES["subject_events"] = r"""
    SELECT e.event_id, e.time, CAST(e.time AS DATE) AS day, e.source, e.operation,
           coalesce(a.upn, m.upn) AS subject, a.upn IS NOT NULL AS own_hand, e.result, e.error_code, e.client_ip,
           CASE WHEN e.client_ip IS NULL OR f.network_kind = 'microsoft'
                  OR regexp_matches(e.client_ip, '^(127\.|10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.|169\.254\.)')
                  OR regexp_matches(e.client_ip, '^(::1$|f[cd]|fe80|2603:10|2a01:111:|40\.126\.|20\.190\.)')
                THEN NULL
                WHEN coalesce(e.asn, f.asn) IS NOT NULL THEN 'AS' || CAST(coalesce(e.asn, f.asn) AS VARCHAR)
                WHEN e.client_ip LIKE '%:%' THEN regexp_extract(e.client_ip, '^([0-9a-f]*:[0-9a-f]*:[0-9a-f]*)', 1)
                ELSE regexp_extract(e.client_ip, '^([0-9]+\.[0-9]+)\.', 1) END AS network,
           coalesce(CASE WHEN e.network_kind <> 'unknown' THEN e.network_kind END, f.network_kind) AS network_kind,
           coalesce(e.as_org, f.as_org) AS as_org, coalesce(e.country, f.country) AS country,
           e.os, e.browser, CASE WHEN e.os IS NOT NULL THEN e.os || '/' || coalesce(e.browser, '') END AS agent,
           e.user_agent, k.tool AS kit, e.session_id, nullif(e.device_id, '') AS device_id,
           coalesce(e.device_managed, FALSE) AND coalesce(e.device_id, '') <> '' AS managed,
           e.app_id, e.app_name, e.client_app, e.token_type, e.mfa, e.correlation_id
    FROM case_events AS e
    LEFT JOIN subjects AS a ON a.upn = e.actor
    LEFT JOIN subjects AS m ON m.upn = e.mailbox_owner
    LEFT JOIN ip_facts AS f ON f.client_ip = e.client_ip
    LEFT JOIN kit_agents AS k ON k.user_agent = e.user_agent
    WHERE coalesce(a.upn, m.upn) IS NOT NULL AND e.source <> 'message_trace'
"""

# What may teach us a subject's habits: own acts, sign-ins only when they succeeded, never an attack tool.
PRIMITIVES["habit_traits"] = """
    WITH own AS (
        SELECT *, managed AND kit IS NULL AS trusted, network_kind IN ('hosting', 'vpn') OR kit IS NOT NULL AS rented
        FROM subject_events
        WHERE own_hand AND source NOT IN ('directory_audit', 'risk_detection', 'alert')
          AND CASE WHEN source IN ('sign_in', 'sign_in_noninteractive')
          OR operation IN ('UserLoggedIn', 'UserLoginFailed')
                   THEN result = 'success' ELSE result <> 'failure' OR result IS NULL END
    )
    SELECT subject, 'ip' AS kind, client_ip AS value, day, trusted, coalesce(rented, FALSE) AS rented
    FROM own WHERE network IS NOT NULL
    UNION ALL SELECT subject, 'network', network, day, trusted AND NOT coalesce(rented, FALSE), coalesce(rented, FALSE)
    FROM own WHERE network IS NOT NULL
    UNION ALL SELECT subject, 'session', session_id, day, trusted, coalesce(rented, FALSE)
    FROM own WHERE session_id IS NOT NULL
    UNION ALL SELECT subject, 'country', country, day, trusted, FALSE
    FROM own WHERE country IS NOT NULL AND network IS NOT NULL AND (trusted OR NOT coalesce(rented, FALSE))
    UNION ALL SELECT subject, 'agent', agent, day, trusted, FALSE
    FROM own WHERE agent IS NOT NULL AND (trusted OR NOT coalesce(rented, FALSE))
"""

# The third day on which a subject is seen at all: from the day after it there is a history to compare with. Where the
# log runs on for a week, its later days show the habits that its first days are judged by.
PRIMITIVES["history"] = """
    SELECT subject, day AS third_day, total >= 7 AS is_long
    FROM (SELECT subject, day, row_number() OVER (PARTITION BY subject ORDER BY day) AS nth,
                 count(*) OVER (PARTITION BY subject) AS total
          FROM (SELECT DISTINCT subject, day FROM habit_traits) AS days) AS numbered
    WHERE nth = 3
"""

PRIMITIVES["familiar"] = """
    WITH days AS (
        SELECT subject, kind, value, day, max(CASE WHEN trusted THEN 1 ELSE 0 END) AS trusted,
               max(max(CASE WHEN rented THEN 1 ELSE 0 END)) OVER (PARTITION BY subject, kind, value) AS rented,
               row_number() OVER (PARTITION BY subject, kind, value ORDER BY day) AS nth,
               count(*) OVER (PARTITION BY subject, kind, value) AS total,
               min(day) OVER (PARTITION BY subject, kind, value) AS first_day
        FROM habit_traits GROUP BY subject, kind, value, day
    ),
    reasons AS (
        SELECT subject, kind, value, day AS since FROM days WHERE trusted = 1
        UNION ALL
        SELECT subject, kind, value, day + 1 FROM days WHERE nth = CASE WHEN rented = 1 THEN 5 ELSE 2 END
        UNION ALL
        SELECT d.subject, d.kind, d.value, d.first_day
        FROM days AS d JOIN history AS h ON h.subject = d.subject
        WHERE d.rented = 0 AND d.nth = 1 AND d.total >= 3 AND d.first_day <= h.third_day
    )
    SELECT subject, kind, value, min(since) AS since FROM reasons GROUP BY subject, kind, value
"""

PRIMITIVES["event_traits"] = """
    SELECT e.*, coalesce(e.day > h.third_day OR h.is_long, FALSE) AS has_history,
           coalesce(ip.since <= e.day, FALSE) AS known_ip, coalesce(net.since <= e.day, FALSE) AS known_network,
           coalesce(land.since <= e.day, FALSE) AS known_country, coalesce(agent.since <= e.day, FALSE) AS known_agent,
           coalesce(ses.since <= e.day, FALSE) AS known_session
    FROM subject_events AS e
    LEFT JOIN history AS h ON h.subject = e.subject
    LEFT JOIN familiar AS ip ON ip.kind = 'ip' AND ip.subject = e.subject AND ip.value = e.client_ip
    LEFT JOIN familiar AS net ON net.kind = 'network' AND net.subject = e.subject AND net.value = e.network
    LEFT JOIN familiar AS land ON land.kind = 'country' AND land.subject = e.subject AND land.value = e.country
    LEFT JOIN familiar AS agent ON agent.kind = 'agent' AND agent.subject = e.subject AND agent.value = e.agent
    LEFT JOIN familiar AS ses ON ses.kind = 'session' AND ses.subject = e.subject AND ses.value = e.session_id
"""

PRIMITIVES["graded_events"] = """
    SELECT *, CASE
        WHEN managed AND kit IS NULL THEN NULL
        -- Many share a rented address: there only the usual program is familiar.
        WHEN network_kind IN ('hosting', 'vpn') AND has_history AND agent IS NOT NULL AND NOT known_agent
             AND NOT known_session THEN 'clear'
        WHEN network IS NULL OR known_ip THEN NULL
        -- Thousands share a provider: a program never seen, at an address never seen, is somebody's first time there.
        WHEN known_network THEN CASE WHEN has_history AND agent IS NOT NULL AND NOT known_agent AND NOT known_session
            THEN 'weak' END
        WHEN network_kind IN ('hosting', 'vpn') OR kit IS NOT NULL THEN 'clear'
        WHEN has_history AND agent IS NOT NULL AND NOT known_agent THEN 'clear'
        WHEN has_history AND country IS NOT NULL AND NOT known_country AND NOT known_session THEN 'clear'
        WHEN has_history THEN 'weak'
        ELSE 'no_history' END AS own_grade
    FROM event_traits
"""

# A refused sign-in says nothing about who holds the session, so only what went through marks session and address.
PRIMITIVES["strange_events"] = """
    WITH marks AS (
        SELECT * FROM graded_events
        WHERE own_grade = 'clear' AND (result IN ('success', 'interrupted') OR (result IS NULL OR result = 'unknown')
              AND source = 'ual' AND operation NOT IN ('UserLoggedIn', 'UserLoginFailed'))
    ),
    sessions AS (SELECT DISTINCT subject, session_id FROM marks WHERE session_id IS NOT NULL AND NOT known_session),
    addresses AS (SELECT DISTINCT subject, client_ip FROM marks),
    neighbours AS (
        SELECT DISTINCT subject, client_ip FROM graded_events
        WHERE own_grade = 'weak' AND known_network AND result = 'success'
    ),
    graded AS (
        SELECT e.*, CASE
            WHEN e.own_grade = 'clear' THEN 'clear'
            WHEN e.own_grade IS NOT NULL AND (s.session_id IS NOT NULL OR a.client_ip IS NOT NULL) THEN 'clear'
            WHEN (e.network IS NULL OR e.network_kind IN ('hosting', 'vpn')) AND NOT e.managed
                 AND s.session_id IS NOT NULL THEN 'clear'
            WHEN e.own_grade IS NULL AND n.client_ip IS NOT NULL AND NOT e.managed AND NOT e.known_ip
                 AND NOT e.known_session AND NOT e.known_agent THEN 'weak'
            ELSE e.own_grade END AS grade
        FROM graded_events AS e
        LEFT JOIN sessions AS s ON s.subject = e.subject AND s.session_id = e.session_id
        LEFT JOIN addresses AS a ON a.subject = e.subject AND a.client_ip = e.client_ip
        LEFT JOIN neighbours AS n ON n.subject = e.subject AND n.client_ip = e.client_ip
    )
    SELECT *,
        CASE WHEN grade = 'clear' AND has_history THEN 0.9 WHEN grade = 'clear' THEN 0.7
             WHEN grade = 'weak' THEN 0.5 ELSE 0.4 END AS sureness,
        coalesce(client_ip, 'an address the log does not name')
        || CASE WHEN as_org IS NOT NULL OR country IS NOT NULL
                THEN ' (' || coalesce(as_org, '') || CASE WHEN as_org IS NOT NULL
                AND country IS NOT NULL THEN ', ' ELSE '' END
                     || coalesce(country, '') || ')' ELSE '' END
        || CASE WHEN known_ip THEN ', by a program new for the account'
                WHEN grade = 'no_history' THEN ', with no earlier activity to compare with'
                ELSE ', new for the account' END AS place
    FROM graded WHERE grade IS NOT NULL
"""

PRIMITIVES |= APPS | PASSWORDS

# Sign-ins in which nobody proved anything: every step was met by a token from before. A cookie played back is one.
PRIMITIVES["claimed_only"] = """
    SELECT event_id FROM case_properties WHERE name = 'authenticationDetails'
    GROUP BY event_id
    HAVING count(CASE WHEN lower(value) NOT LIKE 'previously satisfied%' THEN 1 END) = 0
"""

# When somebody unfamiliar was first surely let in: later changes are read in that light.
PRIMITIVES["break_ins"] = """
    SELECT subject, min(time) AS since FROM strange_events
    WHERE grade = 'clear' AND result = 'success'
      AND (source IN ('sign_in', 'sign_in_noninteractive') OR operation = 'UserLoggedIn')
    GROUP BY subject
"""

PRIMITIVES |= OBJECTS
