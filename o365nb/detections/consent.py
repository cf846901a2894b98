"""Applications that were let into the mailbox: consent outlives a password reset."""

from __future__ import annotations

from o365nb.detections.base import detection

CLOSE = ["remove_consent", "revoke_sessions", "ask_user"]

# Consent in the log: the application by any id or name that the record carries, and the scopes as one text.
_CONSENTS = """
    WITH consented AS (
        SELECT c.event_id, c.time, c.subject, c.target, c.grade, c.place, e.app_id, e.app_name
        FROM changes AS c JOIN case_events AS e ON e.event_id = c.event_id
        WHERE c.operation IN ('Consent to application', 'Add OAuth2PermissionGrant', 'Add delegated permission grant',
                              'Add app role assignment grant to user', 'Add service principal')
          AND c.subject IS NOT NULL AND coalesce(c.result, '') <> 'failure'
    ),
    details AS (
        SELECT p.event_id, max(CASE WHEN p.name LIKE '%IsAdminConsent' THEN lower(p.value) END) AS admin,
               max(CASE WHEN p.name LIKE '%ConsentAction.Permissions' OR p.name LIKE '%DelegatedPermissionGrant.Scope'
                        THEN lower(p.value) END) AS scopes
        FROM case_properties AS p JOIN consented AS c ON c.event_id = p.event_id
        WHERE p.name NOT LIKE '%.old' GROUP BY p.event_id
    )
"""


@detection(
    slug="pe-oauth-known-bad",
    severity="critical",
    attack=["T1528", "T1671"],
    needs=["oauth_grants|directory_audit|ual/AzureActiveDirectory"],
    respond=CLOSE,
    confidence=0.8,
    benign="Some of these are honest products; the company may have approved them.",
    misses="Applications registered for this one attack.",
)
def known_bad_app() -> str:
    """An application that intruders are known to use was granted access to the account."""
    return f"""{_CONSENTS},
        named AS (
            SELECT DISTINCT p.event_id, b.name, b.app_id
                FROM case_properties AS p JOIN consented AS c ON c.event_id = p.event_id
            JOIN list_bad_apps AS b ON strpos(lower(p.value), b.app_id) > 0
        ),
        granted AS (
            SELECT c.subject, c.event_id AS evidence, c.time, b.app_id, b.name, 0.9 AS sure FROM consented AS c
            JOIN list_bad_apps AS b ON b.app_id = lower(c.app_id) OR strpos(lower(c.target), b.app_id) > 0
            UNION ALL
            SELECT c.subject, c.event_id, c.time, n.app_id, n.name, 0.9
                FROM consented AS c JOIN named AS n ON n.event_id = c.event_id
            UNION ALL
            SELECT coalesce(nullif(g.owner, ''), u.upn), g.key, CAST(NULL AS TIMESTAMP), b.app_id, b.name,
                   CASE WHEN g.consent_type = 'AllPrincipals' THEN 0.5 ELSE 0.8 END
            FROM oauth_grants AS g JOIN list_bad_apps AS b ON b.app_id = lower(g.app_id)
            JOIN subjects AS u ON u.upn = g.owner OR g.consent_type = 'AllPrincipals'
        )
        SELECT subject, evidence, time, 'app:' || app_id AS object, name
            || ' was granted access to the account' AS summary,
               sure AS confidence
        FROM granted
    """


@detection(
    slug="pe-oauth-app-use",
    severity="high",
    attack=["T1528", "T1550.001"],
    needs=["sign_in_noninteractive|ual/Exchange"],
    respond=CLOSE,
    confidence=0.8,
    seed=0.8,
    benign="The user's own use of such a product, on a network that is new for the account.",
    misses="Applications let in before the log begins, unless intruders are known to use them.",
)
def bad_app_used() -> str:
    """An application that intruders use, or a newly consented stranger's, reached the account from elsewhere."""
    # What the user runs too, on a network of the user's own, is the user's program, wherever it turns up next.
    return """
        WITH reached AS (
            SELECT s.*, lower(s.app_id) AS app FROM strange_events AS s
            LEFT JOIN own_apps AS u ON u.subject = s.subject AND u.app = lower(s.app_id)
            WHERE s.app_id IS NOT NULL AND u.app IS NULL AND coalesce(s.result, '') <> 'failure'
        ),
        vouched AS (
            SELECT DISTINCT lower(app_id) AS app_id FROM oauth_grants
            WHERE verified_publisher OR app_owner_tenant IN (SELECT tenant_id FROM list_own_publishers)
        ),
        strangers AS (
            SELECT c.subject, c.app, min(c.time) AS since FROM app_consents AS c
            LEFT JOIN vouched AS v ON v.app_id = c.app WHERE v.app_id IS NULL GROUP BY c.subject, c.app
        ),
        names AS (SELECT lower(app_id) AS app_id, max(app_name) AS name FROM oauth_grants GROUP BY lower(app_id))
        SELECT r.subject, r.event_id AS evidence, r.time, 'app:' || r.app AS object,
               coalesce(b.name, '"' || coalesce(n.name, r.app_name, r.app) || '", which the user had just let in,')
               || ' reached the account from ' || r.place AS summary,
               CASE WHEN b.app_id IS NOT NULL THEN greatest(r.sureness, CASE WHEN s.app IS NULL THEN 0.0 ELSE 0.6 END)
                    WHEN r.grade = 'clear' THEN 0.55 ELSE 0.5 END AS confidence
        FROM reached AS r LEFT JOIN list_bad_apps AS b ON b.app_id = r.app
        LEFT JOIN strangers AS s ON s.subject = r.subject AND s.app = r.app AND epoch(r.time) >= epoch(s.since)
        LEFT JOIN names AS n ON n.app_id = r.app
        WHERE s.app IS NOT NULL OR b.app_id IS NOT NULL AND r.grade = 'clear'
    """


@detection(
    slug="pe-oauth-risky-consent",
    severity="high",
    attack=["T1528"],
    needs=["oauth_grants|directory_audit|ual/AzureActiveDirectory"],
    respond=CLOSE,
    confidence=0.6,
    benign="A new online service that the user signed up for; applications consented to by an administrator for all.",
    misses="Grants of the organisation to itself; applications whose publisher was verified.",
)
def risky_consent() -> str:
    """An unverified application of a foreign tenant may read mail, files or people, and keeps that right."""
    return f"""{_CONSENTS},
        opened AS (
            SELECT g.key, min(r.opens) AS opens FROM (SELECT key, unnest(scopes) AS scope FROM oauth_grants) AS g
            JOIN list_risky_scopes AS r ON lower(g.scope) LIKE r.pattern GROUP BY g.key
        ),
        lasting AS (SELECT DISTINCT key FROM (SELECT key, unnest(scopes) AS scope FROM oauth_grants) AS g
                    WHERE lower(scope) = 'offline_access'),
        said AS (
            SELECT d.event_id, min(r.opens) AS opens FROM details AS d
            JOIN list_risky_scopes AS r ON d.scopes LIKE '% ' || r.pattern || ' %'
                OR d.scopes LIKE '%' || replace(r.pattern, '%', '') || '%'
            WHERE d.scopes LIKE '%offline_access%' AND coalesce(d.admin, 'false') NOT LIKE '%true%' GROUP BY d.event_id
        ),
        vouched AS (
            SELECT DISTINCT lower(app_id) AS app_id, lower(app_name) AS app_name, lower(client_id) AS client_id
            FROM oauth_grants
            WHERE verified_publisher OR app_owner_tenant IN (SELECT tenant_id FROM list_own_publishers)
        ),
        -- One consent is written to the log four times, under the name of the application, of the resource, or none.
        named AS (
            SELECT c.event_id, max(g.app_name) AS app_name FROM consented AS c
            JOIN case_properties AS p ON p.event_id = c.event_id
            JOIN (SELECT DISTINCT app_name, lower(app_id) AS app_id, lower(client_id) AS client_id FROM oauth_grants
                  WHERE app_name IS NOT NULL) AS g
                ON strpos(lower(p.value), g.app_id) > 0 OR strpos(lower(p.value), g.client_id) > 0
            GROUP BY c.event_id
        ),
        granted AS (
            SELECT g.owner AS subject, g.key AS evidence, CAST(NULL AS TIMESTAMP)
                AS time, coalesce(g.app_name, g.app_id) AS app, o.opens,
                   CASE WHEN epoch(g.collected_at) - epoch(g.app_created) < 30 * 86400 THEN 0.8 ELSE 0.6 END AS sure
            FROM oauth_grants AS g JOIN subjects AS u ON u.upn = g.owner JOIN opened AS o ON o.key = g.key
            JOIN lasting AS l ON l.key = g.key
            WHERE NOT coalesce(g.verified_publisher, FALSE) AND coalesce(g.consent_type, 'Principal') = 'Principal'
              AND coalesce(g.app_owner_tenant, '') NOT IN (SELECT tenant_id FROM list_own_publishers)
            UNION ALL
            SELECT c.subject, c.event_id, c.time, coalesce(n.app_name, c.app_name, c.target, 'an application'), s.opens,
                   CASE WHEN c.grade = 'clear' THEN 0.9 ELSE 0.6 END
            FROM consented AS c JOIN said AS s ON s.event_id = c.event_id
            LEFT JOIN named AS n ON n.event_id = c.event_id
            LEFT JOIN vouched AS v ON v.app_id = lower(c.app_id)
                OR v.app_name = lower(coalesce(n.app_name, c.app_name, c.target))
                OR v.client_id = lower(c.target)
            WHERE v.app_id IS NULL
        )
        SELECT subject, evidence, time, 'app:' || lower(app) AS object,
               '"' || app || '" may read ' || opens || ' and stay signed in' AS summary, sure AS confidence
        FROM granted
    """
