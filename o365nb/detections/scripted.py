"""Acts by scripts and command lines in an account that has none: what the program behind the user agent tells."""

from __future__ import annotations

from o365nb.detections.base import detection


@detection(
    slug="co-scripted-access",
    severity="medium",
    attack=["T1059.009", "T1114.002"],
    needs=["ual/Exchange", "ual/SharePoint|ual/OneDrive"],
    respond=["revoke_sessions", "ask_user"],
    confidence=0.5,
    everyday=True,
    benign="A user who begins to write scripts; a new backup product that works in the user's name.",
    misses="Scripts that send a browser's user agent; accounts that run scripts every day.",
)
def script_at_work() -> str:
    """A script or command line worked in mailbox or files, which had never happened while the log ran."""
    return """
        WITH acts AS (
            SELECT t.subject, t.event_id, t.time, t.day, t.operation, t.client_ip, t.managed, x.client, x.client_kind,
                   s.grade, s.sureness, s.place
            FROM event_traits AS t JOIN case_events AS x ON x.event_id = t.event_id
            LEFT JOIN strange_events AS s ON s.event_id = t.event_id
            WHERE t.own_hand AND t.source = 'ual' AND coalesce(t.result, '') <> 'failure'
              AND t.operation NOT IN ('UserLoggedIn', 'UserLoginFailed') AND x.client_kind IN ('tool', 'headless')
        ),
        firsts AS (SELECT subject, client, min(day) AS day FROM acts GROUP BY subject, client)
        SELECT a.subject, a.event_id AS evidence, a.time, 'script:' || coalesce(a.client, '') AS object,
               coalesce(a.client, 'a script') || ' worked in the account (' || a.operation || ')'
               || CASE WHEN a.grade IS NOT NULL THEN ', from ' || a.place ELSE '' END AS summary,
               CASE WHEN a.grade IN ('clear', 'no_history') THEN a.sureness ELSE 0.3 END AS confidence
        FROM acts AS a JOIN firsts AS f ON f.subject = a.subject AND f.client = a.client
        JOIN history AS h ON h.subject = a.subject
        WHERE f.day > h.third_day AND NOT a.managed
    """
