"""One session or one device in two places at once: what was copied, not carried."""

from __future__ import annotations

from o365nb.detections.base import detection
from o365nb.detections.sign_in import CONTAIN, LET_IN

#: Nobody carries a computer to another network and back within this, in seconds.
THERE_AND_BACK = 3600


@detection(
    slug="ia-two-places",
    severity="high",
    attack=["T1539", "T1550.001"],
    needs=["sign_in", "sign_in_noninteractive"],
    respond=[*CONTAIN, "ask_user"],
    confidence=0.8,
    benign="A private telephone that took over the computer's session; a second browser on the computer, behind a VPN.",
    misses="Thieves who come when the computer is off, or through it; the audit log, which does not name the device.",
)
def two_places_at_once() -> str:
    """A session or a device that is in use at its usual place is used elsewhere meanwhile, as it never was there."""
    # By a session: at home every sign-in in it names the computer, elsewhere none does. By a device: its name comes
    # from a rented network with a program that the device never ran; a VPN moves the programs that there are.
    return f"""
        WITH legs AS (
            SELECT *, known_ip AND coalesce(network_kind, '') NOT IN ('hosting', 'vpn') AS home
            FROM ({LET_IN}) AS let_in WHERE network IS NOT NULL AND result = 'success'
        ),
        bound AS (
            SELECT subject, session_id FROM legs WHERE home AND session_id IS NOT NULL GROUP BY subject, session_id
            HAVING count(DISTINCT day) >= 2 AND min(coalesce(device_id, '')) <> '' AND min(device_id) = max(device_id)
        ),
        programs AS (
            SELECT subject, device_id, agent, min(time) AS since FROM legs
            WHERE home AND device_id IS NOT NULL AND agent IS NOT NULL GROUP BY subject, device_id, agent
        ),
        settled AS (SELECT subject, device_id, min(since) AS since FROM programs GROUP BY subject, device_id),
        away AS (
            SELECT l.subject, l.event_id, l.time, l.client_ip, l.network, 'session' AS kind, l.session_id AS one
            FROM legs AS l JOIN bound AS b ON b.subject = l.subject AND b.session_id = l.session_id
            WHERE NOT l.known_ip AND l.device_id IS NULL AND coalesce(l.network_kind, '') NOT IN ('mobile', 'corporate')
            UNION ALL
            SELECT l.subject, l.event_id, l.time, l.client_ip, l.network, 'device', l.device_id
            FROM legs AS l JOIN settled AS d ON d.subject = l.subject AND d.device_id = l.device_id AND d.since < l.time
            LEFT JOIN programs AS p ON p.subject = l.subject AND p.device_id = l.device_id AND p.agent = l.agent
            WHERE l.network_kind IN ('hosting', 'vpn') AND NOT l.known_network AND l.has_history
              AND l.agent IS NOT NULL AND p.agent IS NULL
        ),
        seen AS (
            SELECT t.subject, t.time, t.network, 'session' AS kind, t.session_id AS one FROM event_traits AS t
            WHERE t.own_hand AND t.known_ip AND t.session_id IS NOT NULL AND coalesce(t.result, '') <> 'failure'
              AND coalesce(t.network_kind, '') NOT IN ('hosting', 'vpn')
            UNION ALL
            SELECT t.subject, t.time, t.network, 'device', t.device_id FROM event_traits AS t
            WHERE t.own_hand AND t.known_ip AND t.device_id IS NOT NULL AND coalesce(t.result, '') <> 'failure'
              AND coalesce(t.network_kind, '') NOT IN ('hosting', 'vpn')
        ),
        around AS (
            SELECT a.subject, a.event_id, a.kind, a.one,
                   max(CASE WHEN s.time <= a.time THEN epoch(s.time) END) AS before,
                   min(CASE WHEN s.time >= a.time THEN epoch(s.time) END) AS after
            FROM away AS a JOIN seen AS s ON s.subject = a.subject AND s.kind = a.kind AND s.one = a.one
            WHERE s.network <> a.network AND abs(epoch(s.time) - epoch(a.time)) <= {THERE_AND_BACK}
            GROUP BY a.subject, a.event_id, a.kind, a.one
        ),
        split AS (
            SELECT DISTINCT a.subject, a.client_ip, a.kind, a.one FROM away AS a
            JOIN around AS r ON r.subject = a.subject AND r.event_id = a.event_id AND r.kind = a.kind
            WHERE r.after - r.before <= {THERE_AND_BACK}
        )
        SELECT s.subject, t.event_id AS evidence, t.time, s.kind || ':' || s.one AS object,
               'the ' || s.kind || CASE WHEN s.kind = 'session' THEN ' of a known device' ELSE '' END
               || ' was used from ' || t.client_ip || coalesce(' (' || t.as_org || ')', '')
               || CASE WHEN s.kind = 'session' THEN ' by no device' ELSE ' by a program new to it' END
               || ', while it was in use at its usual place' AS summary
        FROM split AS s JOIN event_traits AS t ON t.subject = s.subject AND t.client_ip = s.client_ip
        WHERE t.own_hand AND coalesce(t.result, '') <> 'failure'
          AND (s.kind = 'session' AND t.session_id = s.one OR s.kind = 'device' AND t.device_id = s.one)
    """
