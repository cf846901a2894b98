"""Ways back in that hang on the account itself: authentication methods, devices, roles."""

from __future__ import annotations

from o365nb.detections.base import detection

DIRECTORY = "directory_audit|ual/AzureActiveDirectory"


@detection(
    slug="pe-mfa-method-added",
    severity="critical",
    attack=["T1556.006", "T1098.005"],
    needs=[DIRECTORY],
    respond=["remove_auth_method", "revoke_sessions", "ask_user"],
    confidence=0.8,
    benign="A new phone, registered from home: that is not reported.",
    misses="Methods added from the user's own network before anybody unfamiliar signed in.",
)
def method_added() -> str:
    """A way to prove the user's identity was added by an unfamiliar hand, or right after one got in."""
    return """
        WITH strong AS (
            SELECT DISTINCT event_id FROM case_properties
            WHERE name LIKE 'ModifiedProperties.StrongAuthentication%' AND name NOT LIKE '%.old'
                AND coalesce(value, '') NOT IN ('', '[]')
        ),
        added AS (
            SELECT c.* FROM changes AS c LEFT JOIN strong AS s ON s.event_id = c.event_id
            WHERE c.subject IS NOT NULL AND coalesce(c.result, '') <> 'failure'
              AND (c.operation IN ('User registered security info', 'User registered all required security info',
                                   'User changed default security info', 'Add FIDO2 security key',
                                   'Add Passkey (device-bound)',
                                   'Add Windows Hello for Business credential',
                                   'Add passwordless phone sign-in credential',
                                   'Add Passwordless phone sign-in credential', 'Add platform credential',
                                   'Admin registered security info', 'Create application password for user')
                   OR c.operation IN ('Update user', 'Update user.') AND s.event_id IS NOT NULL)
        ),
        telling AS (
            SELECT a.event_id AS evidence, a.subject, a.time, a.operation,
                   CASE WHEN a.grade IS NOT NULL THEN a.place
                       ELSE 'within a day of an unfamiliar sign-in' END AS context,
                   CASE WHEN a.grade = 'clear' THEN 0.95 WHEN a.grade IS NOT NULL AND b.since IS NOT NULL THEN 0.7
                        ELSE 0.5 END AS sure
            FROM added AS a LEFT JOIN break_ins AS b ON b.subject = a.subject
                AND epoch(a.time) - epoch(b.since) BETWEEN 0 AND 86400
            WHERE a.grade IN ('clear', 'no_history') OR b.since IS NOT NULL
        )
        SELECT subject, evidence, time, 'methods' AS object,
               operation || CASE WHEN context LIKE 'within%' THEN ', '
               ELSE ' from ' END || context AS summary, sure AS confidence
        FROM telling
        UNION ALL
        SELECT m.owner, m.key, m.created, 'methods',
               coalesce(m.method_type, 'method') || ' "' || coalesce(m.display_name, m.phone_number, '')
               || '" was added within a day of an unfamiliar sign-in',
               0.8
        FROM auth_methods AS m JOIN break_ins AS b ON b.subject = m.owner
        WHERE epoch(m.created) - epoch(b.since) BETWEEN 0 AND 86400 AND coalesce(m.method_type, '') <> 'password'
    """


@detection(
    slug="pe-device-registered",
    severity="critical",
    attack=["T1098.005"],
    needs=[DIRECTORY],
    respond=["disable_device", "revoke_sessions", "ask_user"],
    confidence=0.8,
    benign="A new computer enrolled from the office or from home: that is not reported.",
    misses="Devices joined over the user's own network with an ordinary name and build.",
)
def device_registered() -> str:
    """A device was joined to the account by an unfamiliar hand, or right after one got in, or by an attack tool."""
    return """
        WITH builds AS (
            SELECT DISTINCT event_id FROM case_properties
            WHERE name NOT LIKE '%.old' AND (value LIKE '%10.0.19041.928%' OR value LIKE '%10.0.19045.2006%')
        ),
        named AS (
            SELECT event_id, max(replace(value, '"', '')) AS name FROM case_properties
            WHERE name = 'ModifiedProperties.Device.DisplayName' GROUP BY event_id
        )
        SELECT c.subject, c.event_id AS evidence, c.time, 'device:' || coalesce(n.name, d.name, c.target, '') AS object,
               c.operation || ' "' || coalesce(n.name, d.name, c.target, '') || '"'
               || CASE WHEN c.grade IS NOT NULL THEN ' from ' || c.place WHEN k.event_id IS NOT NULL
               THEN ' with the build of an attack tool'
                       ELSE ' within a day of an unfamiliar sign-in' END AS summary,
               CASE WHEN c.grade = 'clear' OR k.event_id IS NOT NULL THEN 0.95 ELSE 0.5 END AS confidence
        FROM changes AS c LEFT JOIN builds AS k ON k.event_id = c.event_id
        LEFT JOIN named AS n ON n.event_id = c.event_id
        LEFT JOIN (SELECT lower(object_id) AS object_id, max(name) AS name FROM devices GROUP BY lower(object_id)) AS d
            ON d.object_id = lower(c.target)
        LEFT JOIN break_ins AS b ON b.subject = c.subject AND epoch(c.time) - epoch(b.since) BETWEEN 0 AND 86400
        WHERE c.operation IN ('Add device', 'Register device', 'Add registered owner to device',
            'Add registered users to device')
          AND c.subject IS NOT NULL AND coalesce(c.result, '') <> 'failure'
          AND (c.grade IN ('clear', 'no_history') OR k.event_id IS NOT NULL OR b.since IS NOT NULL)
        UNION ALL
        SELECT d.owner, d.key, d.registered, 'device:' || coalesce(d.name, ''),
               'device "' || coalesce(d.name, '') || '" was joined '
               || CASE WHEN b.since IS NOT NULL THEN 'within a day of an unfamiliar sign-in'
               ELSE 'with the build of an attack tool' END,
               CASE WHEN b.since IS NOT NULL THEN 0.8 ELSE 0.6 END
        FROM devices AS d JOIN subjects AS u ON u.upn = d.owner
        LEFT JOIN break_ins AS b ON b.subject = d.owner AND epoch(d.registered) - epoch(b.since) BETWEEN 0 AND 86400
        WHERE NOT coalesce(d.managed, FALSE) AND (b.since IS NOT NULL
            OR d.os_version IN ('10.0.19041.928', '10.0.19045.2006'))
    """


@detection(
    slug="pe-role-added",
    severity="critical",
    attack=["T1098.003"],
    needs=[DIRECTORY],
    respond=["remove_role", "remove_role_eligibility", "remove_role_group_member", "report"],
    confidence=0.5,
    benign="The IT department gives somebody a role.",
    misses="Roles held before the log begins; roles of other accounts that the subject did not touch.",
)
def role_added() -> str:
    """The subject received an administrative role, or gave one to somebody."""
    return """
        WITH named AS (
            SELECT event_id, max(value) AS role FROM case_properties
            WHERE name IN ('ModifiedProperties.Role.DisplayName', 'Parameters.Role', 'Parameters.Roles',
                'Parameters.Identity')
              AND coalesce(value, '') <> '' GROUP BY event_id
        )
        SELECT c.subject, c.event_id AS evidence, c.time, 'role:' || coalesce(r.role, '') AS object,
               coalesce(c.actor, 'somebody') || ' gave the role ' || coalesce(r.role, '') || ' to '
               || coalesce(c.target, 'an account')
               || CASE WHEN c.grade IS NOT NULL THEN ' from ' || c.place ELSE '' END AS summary,
               CASE WHEN c.grade = 'clear' THEN 0.95 WHEN c.grade IS NOT NULL THEN 0.6 ELSE 0.4 END AS confidence
        FROM changes AS c LEFT JOIN named AS r ON r.event_id = c.event_id
        WHERE (c.operation IN ('Add member to role', 'Add eligible member to role', 'Add scoped member to role',
                               'Add role assignment to role definition', 'Add EligibleRoleAssignment to RoleDefinition',
                               'Add member to role outside of PIM (permanent)', 'Add-RoleGroupMember',
                               'New-ManagementRoleAssignment')
               OR regexp_matches(c.operation, '^Add (eligible )?member to role in PIM completed [(]')
               -- Whoever holds a role just in time takes it up every day: only a strange hand makes that telling.
               OR c.operation = 'Add member to role completed (PIM activation)' AND c.grade IN ('clear', 'no_history'))
          AND c.subject IS NOT NULL AND NOT coalesce(c.by_system, FALSE) AND coalesce(c.result, '') <> 'failure'
        UNION ALL
        SELECT h.owner, h.key, h.start, 'role:' || coalesce(h.role, ''),
               'the role ' || coalesce(h.role, '') || ' is held (' || coalesce(h.state, 'active')
               || ') since less than a day after an unfamiliar sign-in', 0.6
        FROM roles AS h JOIN break_ins AS b ON b.subject = h.owner
        WHERE epoch(h.start) - epoch(b.since) BETWEEN 0 AND 86400
    """
