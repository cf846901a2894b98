"""Primitives about applications: what an account agreed to, what its owner runs, what somebody else uses.

They follow `strange_events` in the order of `primitives.PRIMITIVES`.
"""

from __future__ import annotations

APPS: dict[str, str] = {}

# When an account agreed to an application that unfamiliar hands use too, by the consents in the log.
APPS["app_consents"] = """
    WITH used AS (
        SELECT DISTINCT subject, lower(app_id) AS app FROM strange_events WHERE app_id IS NOT NULL
    ),
    consents AS (
        SELECT e.event_id, e.actor, e.time FROM case_events AS e
        WHERE e.operation IN ('Consent to application', 'Add OAuth2PermissionGrant', 'Add delegated permission grant',
                              'Add app role assignment grant to user', 'Add service principal')
          AND coalesce(e.result, '') <> 'failure' AND e.actor IN (SELECT upn FROM subjects)
    )
    SELECT DISTINCT u.subject, u.app, c.time FROM used AS u JOIN consents AS c ON c.actor = u.subject
    JOIN case_properties AS p ON p.event_id = c.event_id AND strpos(lower(p.value), u.app) > 0
"""

# Programs that the subject runs: used from the subject's own places. Signing in to agree to one is not running it.
APPS["own_apps"] = """
    SELECT DISTINCT t.subject, lower(t.app_id) AS app FROM event_traits AS t
    LEFT JOIN app_consents AS c ON c.subject = t.subject AND c.app = lower(t.app_id)
        AND abs(epoch(t.time) - epoch(c.time)) <= 900
    WHERE t.app_id IS NOT NULL AND t.own_hand AND (t.managed OR t.known_ip OR t.known_network) AND c.app IS NULL
"""

# Applications other than Microsoft's that an account let in: named by a consent in the log, or by a grant that stands.
# `intruders`: one that intruders use and the subject does not run.
APPS["let_in_apps"] = """
    WITH let_in AS (
        SELECT subject, app FROM app_consents
        UNION
        SELECT DISTINCT u.subject, lower(u.app_id) FROM strange_events AS u
        JOIN oauth_grants AS g ON g.owner = u.subject AND lower(g.app_id) = lower(u.app_id)
        WHERE coalesce(g.app_owner_tenant, '') NOT IN (SELECT tenant_id FROM list_own_publishers)
    )
    SELECT DISTINCT l.subject, l.app, b.app_id IS NOT NULL AND o.app IS NULL AS intruders
    FROM let_in AS l LEFT JOIN list_bad_apps AS b ON b.app_id = l.app
    LEFT JOIN own_apps AS o ON o.subject = l.subject AND o.app = l.app
"""
