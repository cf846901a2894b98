"""Quieter ways out for mail: forwarding policies, folder rights, sweep rules, phones that keep the mailbox in step."""

from __future__ import annotations

from o365nb.detections.base import detection

#: Rights that show no more than whether somebody is busy, or nothing.
_HARMLESS = "'', 'none', 'availabilityonly', 'foldervisible'"


@detection(
    slug="pe-autoforward-policy",
    severity="high",
    attack=["T1562.001"],
    needs=["remote_domains|ual/Exchange"],
    respond=["stop_auto_forwarding", "stop_domain_forwarding", "report"],
    confidence=0.6,
    benign="A service outside to which the administrators let mail be forwarded on purpose.",
    misses="A remote domain that allowed it before the case's window; the default domain allows it in every tenant.",
)
def forwarding_allowed() -> str:
    """Automatic forwarding to the outside was allowed for the organisation, or is."""
    return """
        WITH opened AS (
            SELECT event_id, min(replace(name, 'Parameters.', '') || ' ' || value) AS what FROM case_properties
            WHERE name = 'Parameters.AutoForwardEnabled' AND lower(value) IN ('true', '$true')
               OR name = 'Parameters.AutoForwardingMode' AND lower(value) = 'on'
            GROUP BY event_id
        )
        SELECT coalesce(c.subject, c.actor) AS subject, c.event_id AS evidence, c.time,
               'forwarding policy:' || lower(coalesce(c.target, '')) AS object,
               c.actor || ' allowed automatic forwarding (' || o.what || ')' AS summary,
               CASE WHEN c.grade = 'clear' THEN 0.95 WHEN c.grade IS NOT NULL THEN 0.8 ELSE 0.5 END AS confidence
        FROM changes AS c JOIN opened AS o ON o.event_id = c.event_id
        WHERE c.operation IN ('New-RemoteDomain', 'Set-RemoteDomain', 'New-HostedOutboundSpamFilterPolicy',
                              'Set-HostedOutboundSpamFilterPolicy')
          AND NOT coalesce(c.by_system, FALSE) AND coalesce(c.result, '') <> 'failure'
        UNION ALL
        SELECT '', key, CAST(NULL AS TIMESTAMP), 'forwarding policy:' || lower(substr(name, 20)),
               'the outbound spam policy "' || substr(name, 20) || '" lets everybody forward mail outside', 0.6
        FROM org_config WHERE owner = '' AND name LIKE 'AutoForwardingMode:%' AND lower(value) = 'on'
        UNION ALL
        SELECT '', key, CAST(NULL AS TIMESTAMP), 'forwarding policy:' || coalesce(domain, ''),
               'the remote domain "' || coalesce(name, '') || '" (' || coalesce(domain, '')
               || '), changed in the time under investigation, lets mail be forwarded there', 0.5
        FROM remote_domains
        WHERE auto_forward AND coalesce(changed, created) >= (SELECT min(start_time) FROM case_window)
          AND coalesce(changed, created) < (SELECT max(end_time) FROM case_window)
    """


@detection(
    slug="pe-folder-acl",
    severity="medium",
    attack=["T1098.002"],
    needs=["folder_permissions|ual/Exchange"],
    respond=["remove_folder_permission", "ask_user"],
    confidence=0.5,
    benign="A calendar that its owner shows to everybody in the house.",
    misses="Rights given to a colleague by name; folders other than the inbox, the calendar and the top, in the state.",
)
def folder_opened() -> str:
    """A folder was opened to everybody or to somebody outside, or stands open to them."""
    return f"""
        WITH given AS (
            SELECT event_id,
                   max(CASE WHEN name IN ('Parameters.User', 'Parameters.MemberUpn', 'Item.ParentFolder.MemberUpn')
                       THEN lower(value) END) AS trustee,
                   max(CASE WHEN name IN ('Parameters.AccessRights', 'Item.ParentFolder.MemberRights')
                       THEN lower(value) END) AS granted,
                   max(CASE WHEN name IN ('Parameters.Identity', 'Item.ParentFolder.Path') THEN lower(value) END)
                       AS folder
            FROM case_properties
            WHERE name IN ('Parameters.User', 'Parameters.MemberUpn', 'Item.ParentFolder.MemberUpn',
                'Parameters.AccessRights', 'Item.ParentFolder.MemberRights', 'Parameters.Identity',
                'Item.ParentFolder.Path')
            GROUP BY event_id
        ),
        log AS (
            SELECT coalesce(t.subject, s.upn) AS subject, e.event_id, e.time, g.trustee, g.granted, g.folder,
                   h.grade, coalesce(g.trustee, '') LIKE '%@%' AS named
            FROM case_events AS e JOIN given AS g ON g.event_id = e.event_id
            LEFT JOIN subjects AS s ON s.upn = e.actor
            LEFT JOIN subject_names AS t ON t.name = lower(coalesce(e.mailbox_owner, split_part(g.folder, ':', 1)))
            LEFT JOIN strange_events AS h ON h.event_id = e.event_id
            WHERE e.operation IN ('Add-MailboxFolderPermission', 'Set-MailboxFolderPermission',
                    'AddFolderPermissions', 'ModifyFolderPermissions')
              AND coalesce(e.result, '') <> 'failure' AND coalesce(e.actor_kind, '') <> 'system'
        )
        SELECT l.subject, l.event_id AS evidence, l.time,
               'folder:' || coalesce(l.folder, '') || ':' || l.trustee AS object,
               l.trustee || ' was given ' || l.granted || ' on ' || coalesce(l.folder, 'a folder') AS summary,
               CASE WHEN l.grade = 'clear' THEN 0.95 WHEN l.grade IS NOT NULL THEN 0.7 ELSE 0.4 END AS confidence
        FROM log AS l LEFT JOIN own_domains AS o ON l.trustee LIKE '%@' || o.domain OR l.trustee LIKE '%@%.' || o.domain
        WHERE l.subject IS NOT NULL AND coalesce(l.granted, '') NOT IN ({_HARMLESS})
          AND coalesce(l.folder, '') NOT LIKE '%holidays%'
          AND (l.trustee IN ('default', 'anonymous', 'everyone') OR l.named AND o.domain IS NULL)
        UNION ALL
        SELECT p.owner, p.key, CAST(NULL AS TIMESTAMP), 'folder:' || p.folder || ':' || p.trustee,
               CASE WHEN p.trustee_kind = 'default' THEN 'everybody in the organisation'
                    WHEN p.trustee_kind = 'anonymous' THEN 'anybody at all' ELSE p.trustee END
               || ' may use the folder "' || coalesce(p.folder, '') || '" (' || p.rights || ')',
               CASE WHEN p.rights IN ('limiteddetails', 'reviewer') AND p.trustee_kind = 'default'
                         AND lower(p.folder) IN ('calendar', 'kalender', 'calendrier', 'calendario', 'agenda') THEN 0.3
                    ELSE 0.6 END
        FROM (SELECT owner, key, folder, trustee, trustee_kind, lower(array_to_string(rights, ', ')) AS rights
              FROM folder_permissions) AS p
        JOIN subjects AS s ON s.upn = p.owner
        LEFT JOIN own_domains AS o ON p.trustee LIKE '%@' || o.domain OR p.trustee LIKE '%@%.' || o.domain
        WHERE coalesce(p.rights, '') NOT IN ({_HARMLESS}) AND o.domain IS NULL
          AND (p.trustee_kind IN ('default', 'anonymous', 'external') OR p.trustee LIKE '%@%')
    """


@detection(
    slug="pe-sweep-rule",
    severity="medium",
    attack=["T1564.008"],
    needs=["sweep_rules|ual/Exchange"],
    respond=["disable_sweep_rule", "ask_user"],
    confidence=0.5,
    benign="Somebody who clears newsletters away; most sweep rules are that.",
    misses="A sweep rule older than the log that clears away the mail of a stranger into an ordinary folder.",
)
def swept_away() -> str:
    """A sweep rule was made by an unfamiliar hand, or clears the mail of partners or colleagues out of sight."""
    return """
        SELECT c.subject, c.event_id AS evidence, c.time, 'sweep:' || lower(coalesce(c.target, '')) AS object,
               'sweep rule "' || coalesce(c.target, '') || '" was made by ' || c.actor AS summary,
               CASE WHEN c.grade = 'clear' THEN 0.9 WHEN c.grade = 'no_history' THEN 0.5 ELSE 0.4 END AS confidence
        FROM changes AS c
        WHERE c.operation IN ('New-SweepRule', 'Set-SweepRule', 'Enable-SweepRule') AND c.subject IS NOT NULL
          AND (c.grade IS NOT NULL OR NOT c.own_hand)
          AND NOT coalesce(c.by_system, FALSE) AND coalesce(c.result, '') <> 'failure'
        UNION ALL
        SELECT r.owner, r.key, CAST(NULL AS TIMESTAMP), 'sweep:' || lower(coalesce(r.name, '')),
               'sweep rule "' || coalesce(r.name, '') || '" clears mail of ' || coalesce(r.sender, 'somebody')
               || ' into "' || coalesce(r.destination_folder, '') || '"',
               CASE WHEN f.name IS NOT NULL THEN 0.6 ELSE 0.5 END
        FROM sweep_rules AS r
        JOIN subjects AS s ON s.upn = r.owner
        LEFT JOIN list_folders AS f ON f.role = 'hide' AND f.name = lower(r.destination_folder)
        LEFT JOIN own_domains AS o ON r.sender LIKE '%@' || o.domain
        LEFT JOIN partners AS p ON r.sender LIKE '%@' || p.domain
        WHERE coalesce(r.enabled, TRUE) AND (o.domain IS NOT NULL OR p.domain IS NOT NULL)
    """


@detection(
    slug="pe-eas-device",
    severity="medium",
    attack=["T1098.005"],
    needs=["mobile_devices"],
    respond=["block_mobile_device", "ask_user", "check_devices"],
    confidence=0.5,
    benign="A new phone.",
    misses="Phones whose partnership is older than the case's window, and mail read without a partnership.",
)
def phone_joined() -> str:
    """A phone began to keep the mailbox in step during the time under investigation."""
    return """
        WITH phones AS (
            SELECT d.owner, d.key, d.name, d.os, d.registered,
                   count(*) OVER (PARTITION BY d.owner, lower(coalesce(d.name, ''))) AS alike
            FROM devices AS d JOIN subjects AS s ON s.upn = d.owner WHERE d.trust_type = 'MobilePartnership'
        )
        SELECT owner AS subject, key AS evidence, registered AS time, key AS object,
               'the phone "' || coalesce(name, '') || '" (' || coalesce(os, 'unknown system')
               || ') keeps the mailbox in step since '
               || CAST(registered AS VARCHAR) AS summary,
               CASE WHEN alike > 1 THEN 0.4 ELSE 0.6 END AS confidence
        FROM phones
        WHERE registered >= (SELECT min(start_time) FROM case_window)
          AND registered < (SELECT max(end_time) FROM case_window)
    """
