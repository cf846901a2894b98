"""Mail diverted or opened to others above the inbox: mailbox forwarding, delegates, transport rules."""

from __future__ import annotations

from o365nb.detections import standing
from o365nb.detections.base import detection

_OUTSIDE = "o.domain IS NULL"
#: An object of the organisation by its own name: the log puts the organisation and a backslash before it.
_NAME = r"regexp_replace(coalesce(c.target, ''), '^.*\\', '')"
_JOIN_OWN = "LEFT JOIN own_domains AS o ON {0} LIKE '%@' || o.domain OR {0} LIKE '%@%.' || o.domain"


@detection(
    slug="pe-fwd-mailbox",
    severity="high",
    attack=["T1114.003"],
    needs=["mailboxes|ual/Exchange"],
    respond=["clear_forwarding", "ask_user"],
    confidence=0.8,
    benign="The mailbox of somebody who left, forwarded to a successor by an administrator.",
    misses="Forwarding set before the log begins and cleared before the collection.",
)
def mailbox_forwards() -> str:
    """The mailbox as a whole forwards to somebody else, or was made to for a time."""
    return f"""
        WITH values_set AS (
            SELECT c.event_id, c.time, c.subject, c.own_hand, c.grade, c.sureness,
                   regexp_replace(lower(trim(p.value)), '^smtp:', '') AS address
            FROM changes AS c JOIN case_properties AS p ON p.event_id = c.event_id
            WHERE c.operation = 'Set-Mailbox' AND NOT coalesce(c.by_system, FALSE)
                AND coalesce(c.result, '') <> 'failure'
              AND p.name IN ('Parameters.ForwardingSmtpAddress', 'Parameters.ForwardingAddress')
              AND c.subject IS NOT NULL
        ),
        cleared AS (SELECT subject, max(time) AS time FROM values_set
        WHERE address IN ('', '$null', 'null') GROUP BY subject),
        quiet AS (
            SELECT event_id FROM case_properties
            WHERE name = 'Parameters.DeliverToMailboxAndForward' AND lower(value) = 'false'
        ),
        targets AS (
            SELECT v.subject, v.event_id AS evidence, v.time, v.address, q.event_id IS NOT NULL AS silent,
                   CASE WHEN v.grade = 'clear' THEN 0.95 WHEN v.grade IS NOT NULL
                       OR v.own_hand THEN 0.8 ELSE 0.5 END AS sure,
                   c.time AS cleared
            FROM values_set AS v LEFT JOIN quiet AS q ON q.event_id = v.event_id
            LEFT JOIN cleared AS c ON c.subject = v.subject AND epoch(c.time) >= epoch(v.time)
            WHERE v.address NOT IN ('', '$null', 'null')
            UNION ALL
            SELECT owner, key, CAST(NULL AS TIMESTAMP), regexp_replace(lower(address), '^smtp:', ''),
                   coalesce(deliver_and_forward, TRUE) = FALSE, 0.8, CAST(NULL AS TIMESTAMP)
            FROM (SELECT owner, key, deliver_and_forward,
                         coalesce(nullif(forwarding_smtp_address, ''), nullif(forwarding_address, '')) AS address
                  FROM mailboxes JOIN subjects ON upn = owner) AS held
            WHERE address IS NOT NULL
        )
        SELECT t.subject, t.evidence, t.time, 'forward:' || t.address AS object,
               'all mail is sent on to ' || t.address || CASE WHEN silent THEN ', and no copy stays' ELSE '' END
               || CASE WHEN cleared IS NOT NULL THEN '; cleared again at ' || CAST(cleared AS VARCHAR)
               ELSE '' END AS summary,
               CASE WHEN {_OUTSIDE} AND t.address LIKE '%@%' THEN sure ELSE sure - 0.3 END AS confidence
        FROM targets AS t {_JOIN_OWN.format("t.address")}
    """


@detection(
    slug="pe-delegate-full",
    severity="high",
    attack=["T1098.002"],
    needs=["mailbox_permissions|ual/Exchange"],
    respond=["remove_mailbox_permission", "ask_user"],
    confidence=0.6,
    benign="A handover or a shared mailbox arranged by the IT department.",
    misses="Colleagues of long standing whose right is older than the log.",
)
def full_access_given() -> str:
    """Somebody was given full access to the mailbox, or the subject gave it to somebody."""
    return (
        """
        WITH rights AS (
            SELECT event_id FROM case_properties
            WHERE name = 'Parameters.AccessRights' AND lower(value) LIKE '%fullaccess%'
        ),
        trustees AS (
            SELECT event_id, max(lower(value)) AS trustee FROM case_properties
                WHERE name = 'Parameters.User' GROUP BY event_id
        )
        SELECT coalesce(c.subject, n.subject) AS subject, c.event_id AS evidence, c.time, 'delegate:'
            || coalesce(t.trustee, '') AS object,
               coalesce(t.trustee, 'somebody') || ' was given full access to ' || coalesce(c.target, 'a mailbox')
               || ' by ' || c.actor AS summary,
               CASE WHEN c.grade = 'clear' THEN 0.95 WHEN c.grade IS NOT NULL THEN 0.7
                    WHEN t.trustee LIKE '%@%' AND o.domain IS NULL THEN 0.8 ELSE 0.5 END AS confidence
        FROM changes AS c JOIN rights AS r ON r.event_id = c.event_id
        LEFT JOIN trustees AS t ON t.event_id = c.event_id
        LEFT JOIN subject_names AS n ON n.name = t.trustee
        LEFT JOIN own_domains AS o ON t.trustee LIKE '%@' || o.domain
        WHERE c.operation = 'Add-MailboxPermission' AND NOT coalesce(c.by_system, FALSE)
            AND coalesce(c.result, '') <> 'failure'
          AND coalesce(lower(c.target), '') NOT LIKE '%discoverysearchmailbox%'
          AND coalesce(c.subject, n.subject) IS NOT NULL AND coalesce(t.trustee, '') NOT LIKE 'nt authority%'
    """
        + standing.FULL_ACCESS
    )


@detection(
    slug="pe-delegate-send",
    severity="high",
    attack=["T1098.002"],
    needs=["mailbox_permissions|ual/Exchange"],
    respond=["remove_send_as", "remove_send_on_behalf", "ask_user"],
    confidence=0.6,
    benign="An assistant who sends on behalf of a manager.",
    misses="Colleagues of long standing whose right is older than the log.",
)
def send_right_given() -> str:
    """Somebody was given the right to send as, or on behalf of, the subject."""
    return (
        """
        WITH rights AS (
            SELECT event_id, max(value) AS value FROM case_properties
            WHERE name = 'Parameters.AccessRights' AND lower(value) LIKE '%sendas%'
               OR name = 'Parameters.GrantSendOnBehalfTo' AND coalesce(value, '') NOT IN ('', '$null')
            GROUP BY event_id
        ),
        trustees AS (
            SELECT event_id, max(lower(value)) AS trustee FROM case_properties
            WHERE name IN ('Parameters.Trustee', 'Parameters.GrantSendOnBehalfTo') GROUP BY event_id
        )
        SELECT c.subject, c.event_id AS evidence, c.time, 'sender:' || coalesce(t.trustee, '') AS object,
               coalesce(t.trustee, 'somebody') || ' may now send in the name of ' || coalesce(c.target, c.subject)
               || ' (granted by ' || c.actor || ')' AS summary,
               CASE WHEN c.grade = 'clear' THEN 0.95 WHEN c.grade IS NOT NULL THEN 0.7 ELSE 0.5 END AS confidence
        FROM changes AS c JOIN rights AS r ON r.event_id = c.event_id LEFT JOIN trustees AS t ON t.event_id = c.event_id
        WHERE c.operation IN ('Add-RecipientPermission', 'Set-Mailbox') AND c.subject IS NOT NULL
          AND NOT coalesce(c.by_system, FALSE) AND coalesce(c.result, '') <> 'failure'
    """
        + standing.SEND_AS
    )


@detection(
    slug="pe-transport-rule",
    severity="critical",
    attack=["T1114.003", "T1564.008"],
    needs=["transport_rules|ual/Exchange"],
    respond=["disable_transport_rule", "report"],
    confidence=0.6,
    benign="Journalling or a disclaimer that the compliance department ordered.",
    misses="Rules that spare named senders from the filter, where they are older than the log.",
)
def transport_rule_diverts() -> str:
    """A mail-flow rule of the whole organisation copies, diverts, deletes or white-lists mail, or hides itself."""
    return (
        f"""
        WITH telling AS (
            SELECT event_id, min(replace(name, 'Parameters.', '') || ' ' || coalesce(value, '')) AS what,
                   max(CASE WHEN lower(value) = 'donotaudit' THEN 1 ELSE 0 END) AS unaudited
            FROM case_properties
            WHERE name IN ('Parameters.RedirectMessageTo', 'Parameters.BlindCopyTo', 'Parameters.CopyTo',
                'Parameters.AddToRecipients')
                  AND coalesce(value, '') NOT IN ('', '$null')
               OR name = 'Parameters.DeleteMessage' AND lower(value) = 'true'
               OR name = 'Parameters.SetSCL' AND value = '-1'
               OR name = 'Parameters.SetAuditSeverity' AND lower(value) = 'donotaudit'
            GROUP BY event_id
        )
        SELECT coalesce(c.subject, c.actor) AS subject, c.event_id AS evidence, c.time, 'transport rule:'
            || lower({_NAME}) AS object,
               'mail-flow rule "' || {_NAME} || '" by ' || c.actor || ': ' || t.what AS summary,
               CASE WHEN c.grade = 'clear' THEN 0.95 WHEN t.unaudited = 1
                   OR c.grade IS NOT NULL THEN 0.8 ELSE 0.4 END AS confidence
        FROM changes AS c JOIN telling AS t ON t.event_id = c.event_id
        WHERE c.operation IN ('New-TransportRule', 'Set-TransportRule', 'Enable-TransportRule')
          AND NOT coalesce(c.by_system, FALSE) AND coalesce(c.result, '') <> 'failure'
    """
        + standing.TRANSPORT_RULES
    )


@detection(
    slug="pe-connector",
    severity="critical",
    attack=["T1098"],
    needs=["connectors|ual/Exchange"],
    respond=["disable_inbound_connector", "disable_outbound_connector", "report"],
    confidence=0.5,
    benign="The hybrid wizard, or a mail service that the administrators connected.",
    misses="A connector limited to the attacker's own address, where it is older than the log.",
)
def connector_opened() -> str:
    """A mail connector of the organisation was made or changed: it decides whose mail is trusted and where it goes."""
    return (
        f"""
        WITH telling AS (
            SELECT event_id, min(replace(name, 'Parameters.', '') || ' ' || coalesce(value, '')) AS what
            FROM case_properties
            WHERE name IN ('Parameters.SenderIPAddresses', 'Parameters.SmartHosts', 'Parameters.SenderDomains')
                  AND coalesce(value, '') NOT IN ('', '$null')
               OR name IN ('Parameters.TreatMessagesAsInternal', 'Parameters.CloudServicesMailEnabled')
                  AND lower(value) IN ('true', '$true')
            GROUP BY event_id
        )
        SELECT coalesce(c.subject, c.actor) AS subject, c.event_id AS evidence, c.time, 'connector:'
            || lower({_NAME}) AS object,
               'mail connector "' || {_NAME} || '" by ' || c.actor || ': ' || t.what AS summary,
               CASE WHEN c.grade = 'clear' THEN 0.95 WHEN c.grade IS NOT NULL THEN 0.7 ELSE 0.4 END AS confidence
        FROM changes AS c JOIN telling AS t ON t.event_id = c.event_id
        WHERE c.operation IN ('New-InboundConnector', 'Set-InboundConnector', 'New-OutboundConnector',
                              'Set-OutboundConnector')
          AND NOT coalesce(c.by_system, FALSE) AND coalesce(c.result, '') <> 'failure'
    """
        + standing.CONNECTORS
    )
