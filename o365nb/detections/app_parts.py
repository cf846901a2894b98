"""Applications as back doors: credentials and owners added, rights given for everybody, borrowed names, old grants."""

from __future__ import annotations

import re

from o365nb.detections.base import Rows, detection
from o365nb.detections.changed import AFTER, DONE, WHENCE, hand, setting
from o365nb.detections.text import skeleton

DIRECTORY = "directory_audit|ual/AzureActiveDirectory"
#: What an application of somebody else's calls itself to be taken for Microsoft's.
_BRANDS = (
    *("microsoft", "office", "outlook", "onedrive", "sharepoint", "exchange", "azure", "windows", "teams", "entra"),
    *("defender", "authenticator", "o365", "m365"),
)
#: A credential was added, not taken away: the list of keys grew.
_ADDED = """
        SELECT n.event_id, max(n.value) AS keys FROM case_properties AS n
        LEFT JOIN case_properties AS o ON o.event_id = n.event_id AND o.name = n.name || '.old'
        WHERE n.name IN ('ModifiedProperties.KeyDescription', 'ModifiedProperties.FederatedIdentityCredentials',
                         'ModifiedProperties.PasswordCredentials', 'ModifiedProperties.KeyCredentials')
          AND length(coalesce(n.value, '')) > length(coalesce(o.value, ''))
        GROUP BY n.event_id
"""
_CREDENTIALS = f"""
        SELECT c.*, k.keys FROM changes AS c JOIN ({_ADDED}) AS k ON k.event_id = c.event_id
        WHERE c.own_hand AND {DONE}
          AND (lower(c.operation) LIKE 'update application%' OR lower(c.operation) IN ('update service principal',
                'add service principal credentials', 'add federated identity credential'))
"""


@detection(
    slug="pe-app-credential",
    severity="high",
    attack=["T1098.001"],
    needs=[DIRECTORY],
    respond=["remove_app_secret", "remove_app_certificate", "remove_federated_credential", "ask_user"],
    confidence=0.5,
    benign="A developer who renews the secret of the own application.",
    misses="Credentials that another account or an application added.",
)
def credential_added() -> str:
    """The account added a secret, certificate or trust to an application, which can then sign in by itself."""
    return f"""
        SELECT c.actor AS subject, c.event_id AS evidence, c.time,
               'credential:' || lower(coalesce(c.target, '')) AS object,
               c.actor || ' added a credential to the application "' || coalesce(c.target, '') || '"' || {WHENCE}
               AS summary, {hand(0.4)} AS confidence
        FROM ({_CREDENTIALS}) AS c {AFTER}
        UNION ALL
        SELECT b.subject, a.key, a.created, 'credential:' || lower(coalesce(a.app_name, '')),
               'a credential (' || a.item || ') was added to the application "' || coalesce(a.app_name, '')
               || '" within a day of an unfamiliar sign-in', 0.5
        FROM applications AS a CROSS JOIN break_ins AS b
        WHERE a.item IN ('secret', 'certificate', 'federated_credential')
          AND epoch(a.created) - epoch(b.since) BETWEEN 0 AND 86400
    """


@detection(
    slug="pe-app-owner",
    severity="medium",
    attack=["T1098"],
    needs=[DIRECTORY],
    respond=["remove_app_owner", "ask_user"],
    confidence=0.4,
    benign="A developer takes over an application.",
    misses="Owners from before the log begins.",
)
def owner_added() -> str:
    """Somebody became owner of an application: an owner may add credentials to it."""
    return f"""
        SELECT c.subject, c.event_id AS evidence, c.time, 'owner:' || lower(coalesce(c.target, '')) AS object,
               coalesce(c.actor, 'somebody') || ': ' || lower(c.operation) || ' (' || coalesce(c.target, '') || ')'
               || {WHENCE} AS summary, {hand(0.3)} AS confidence
        FROM changes AS c {AFTER}
        WHERE lower(c.operation) IN ('add owner to application', 'add owner to service principal')
          AND c.subject IS NOT NULL AND {DONE}
    """


@detection(
    slug="pe-sp-new-asn",
    severity="high",
    attack=["T1078.004"],
    needs=["sign_in_service_principal", DIRECTORY],
    respond=["disable_application", "remove_app_secret", "report"],
    confidence=0.7,
    benign="A build service that moved, or a developer who tries the new secret at home.",
    misses="Applications that always sign in from many networks; credentials that another account added.",
)
def application_from_new_network() -> str:
    """An application got a credential from the subject's account and soon signed in from a network new for it."""
    return f"""
        WITH names AS (
            SELECT k.event_id, k.time, k.actor, lower(k.target) AS app FROM ({_CREDENTIALS}) AS k
            UNION
            SELECT k.event_id, k.time, k.actor, lower(p.value) FROM ({_CREDENTIALS}) AS k
            JOIN case_properties AS p ON p.event_id = k.event_id
            WHERE p.name IN ('AdditionalDetails.AppId', 'ModifiedProperties.AppId', 'TargetId.ServicePrincipal')
        ),
        used AS (
            SELECT event_id, time, app_id, app_name, client_ip, as_org, coalesce(CAST(asn AS VARCHAR), client_ip) AS net
            FROM events WHERE source = 'sign_in_service_principal' AND result = 'success' AND client_ip IS NOT NULL
        ),
        firsts AS (
            SELECT *, min(time) OVER (PARTITION BY app_id, net) AS net_since,
                   min(time) OVER (PARTITION BY app_id) AS app_since FROM used
        ),
        keyed AS (
            SELECT *, lower(app_id) AS app FROM firsts UNION ALL SELECT *, lower(app_name) FROM firsts
        )
        SELECT n.actor AS subject, u.event_id AS evidence, u.time, 'application:' || u.app_id AS object,
               'the application "' || coalesce(u.app_name, u.app_id) || '" signed in from ' || u.client_ip
               || coalesce(' (' || u.as_org || ')', '') || ', which is new for it, after ' || n.actor
               || ' had added a credential' AS summary
        FROM names AS n JOIN keyed AS u ON u.app = n.app
        WHERE epoch(u.net_since) - epoch(n.time) BETWEEN 0 AND 604800
    """


@detection(
    slug="pe-oauth-admin-consent",
    severity="critical",
    attack=["T1098.003"],
    needs=[DIRECTORY],
    respond=["remove_consent", "remove_app_role", "disable_application", "report"],
    confidence=0.5,
    benign="The IT department connects a product for everybody.",
    misses="Rights that another account gave, or from before the log begins.",
)
def consent_for_everybody() -> str:
    """With the subject's account an application was given rights over everybody's mail, files or the directory."""
    rights = " OR ".join(
        f"lower(value) LIKE '%{word}%'"
        for word in ("mail.", "files.", "sites.", "full_access_as_app", "rolemanagement.", "approleassignment.",
                     "directory.readwrite", "application.readwrite", "user.readwrite.all", "ews.", "chat.")
    )  # fmt: skip
    return setting(
        "'consent to application', 'add app role assignment to service principal', 'add delegated permission grant'",
        "name = 'ModifiedProperties.ConsentContext.IsAdminConsent' AND lower(value) LIKE '%true%'"
        f" OR name IN ('ModifiedProperties.AppRole.Value', 'ModifiedProperties.AppRole.DisplayName') AND ({rights})"
        " OR name = 'ModifiedProperties.DelegatedPermissionGrant.ConsentType' AND lower(value) LIKE '%allprincipals%'",
        "gave rights over everybody to", "consent", usual=0.4, about="c.own_hand",
    )  # fmt: skip


def _borrowed(rows: Rows) -> Rows:
    found = []
    for row in rows:
        words = [skeleton(word) for word in re.split(r"[^\w]+", (row["name"] or "").casefold()) if word]
        local = (row["subject"] or "").partition("@")[0]
        brand = next((brand for brand in _BRANDS if skeleton(brand) in words), "")
        house = skeleton(row["house"] or "")
        why = f"it borrows the name {brand}" if brand else ""
        if not why and house and len(house) >= 5 and house in skeleton(row["name"] or ""):
            why = "it borrows the organisation's name"
        if not why and len(local) >= 4 and local == (row["name"] or "").casefold():
            why = "it bears the user's own name"
        if not why and row["name"] and not re.search(r"\w", row["name"]):
            why = "its name holds no letter or digit"
        if why:
            summary = f'"{row["name"]}" of another organisation may act for the account: {why}'
            found.append({**row, "summary": summary})
    return found


@detection(
    slug="pe-oauth-brand-mimic",
    severity="high",
    attack=["T1036", "T1528"],
    needs=["oauth_grants"],
    respond=["remove_consent", "revoke_sessions", "ask_user"],
    confidence=0.6,
    refine=_borrowed,
    benign='A product that is named after what it works with, such as "Backup for Office".',
    misses="Applications under an inconspicuous name; those whose publisher was verified.",
)
def application_borrows_name() -> str:
    """An unverified application of another organisation bears Microsoft's name, this organisation's or the user's."""
    return """
        WITH house AS (SELECT max(CASE WHEN name = 'tenant_id' THEN lower(value) END) AS tenant,
                              max(CASE WHEN name = 'display_name' THEN value END) AS called FROM org_config
                       WHERE owner = '' AND name IN ('tenant_id', 'display_name'))
        SELECT coalesce(nullif(g.owner, ''), u.upn) AS subject, g.key AS evidence, CAST(NULL AS TIMESTAMP) AS time,
               'app:' || lower(coalesce(g.app_id, g.app_name)) AS object, g.app_name AS name, h.called AS house
        FROM oauth_grants AS g JOIN subjects AS u ON u.upn = g.owner OR g.consent_type = 'AllPrincipals'
        CROSS JOIN house AS h
        WHERE NOT coalesce(g.verified_publisher, FALSE) AND g.app_owner_tenant IS NOT NULL
          AND lower(g.app_owner_tenant) NOT IN (SELECT tenant_id FROM list_own_publishers)
          AND lower(g.app_owner_tenant) <> coalesce(h.tenant, '')
    """


@detection(
    slug="pe-oauth-unexplained",
    severity="medium",
    attack=["T1671"],
    needs=["oauth_grants", DIRECTORY, "sign_in_noninteractive|ual/Exchange"],
    respond=["remove_consent", "ask_user"],
    confidence=0.5,
    benign="An application that the user let in long ago and took up again.",
    misses="Applications that never sign in for the user while the log runs.",
)
def grant_unexplained() -> str:
    """An application of another organisation began to act for the account, and the log holds no consent to it."""
    return """
        WITH firsts AS (
            SELECT subject, lower(app_id) AS app, min(day) AS day, min(time) AS time, min(event_id) AS event_id
            FROM event_traits WHERE app_id IS NOT NULL AND coalesce(result, '') <> 'failure'
            GROUP BY subject, lower(app_id)
        ),
        consents AS (
            SELECT DISTINCT c.actor, lower(g.app_id) AS app FROM changes AS c
            JOIN case_properties AS p ON p.event_id = c.event_id
            JOIN oauth_grants AS g ON g.owner = c.actor
                AND (strpos(lower(p.value), lower(g.app_id)) > 0 OR strpos(lower(p.value), lower(g.client_id)) > 0)
            WHERE lower(c.operation) LIKE 'consent to app%' OR lower(c.operation) LIKE '%permission%grant%'
               OR lower(c.operation) LIKE 'add app role assignment grant%'
        )
        SELECT g.owner AS subject, g.key AS evidence, f.time, 'app:' || f.app AS object,
               '"' || coalesce(g.app_name, f.app) || '" first acted for the account on ' || CAST(f.day AS VARCHAR)
               || ', and the log holds no consent to it' AS summary
        FROM oauth_grants AS g JOIN subjects AS u ON u.upn = g.owner
        JOIN firsts AS f ON f.subject = g.owner AND f.app = lower(g.app_id)
        JOIN history AS h ON h.subject = g.owner
        LEFT JOIN consents AS c ON c.actor = g.owner AND c.app = f.app
        WHERE c.app IS NULL AND f.day > h.third_day AND NOT coalesce(g.verified_publisher, FALSE)
          AND coalesce(g.app_owner_tenant, '') NOT IN (SELECT tenant_id FROM list_own_publishers)
    """
