"""Smaller settings of one mailbox: add-ins, published calendars, trusted senders, automatic replies, flows."""

from __future__ import annotations

from o365nb.detections.base import detection
from o365nb.detections.changed import setting

EXCHANGE = ["ual/Exchange"]


@detection(
    slug="pe-addin",
    severity="medium",
    attack=["T1137.006"],
    needs=EXCHANGE,
    respond=["disable_addin", "ask_user"],
    confidence=0.5,
    everyday=True,
    benign="A meeting add-in that the user installed on a journey.",
    misses="Add-ins from before the log begins; those that an administrator gave to everybody.",
)
def addin_installed() -> str:
    """An add-in was installed in the mailbox by an unfamiliar hand: it reads every mail that is opened."""
    return setting(
        "'new-app', 'install-app', 'enable-app', 'set-app'",
        "name IN ('Parameters.MarketplaceAssetID', 'Parameters.Url', 'Parameters.FileData', 'Parameters.Identity',"
        " 'Parameters.Etoken', 'Parameters.FileStream', 'Parameters.AddInOverrides')",
        "installed the add-in", "addin", usual=None,
    )  # fmt: skip


@detection(
    slug="pe-calendar-publish",
    severity="low",
    attack=["T1114"],
    needs=EXCHANGE,
    respond=["remove_by_hand", "ask_user"],
    confidence=0.4,
    everyday=True,
    benign="A calendar that its owner shows to customers.",
    misses="Calendars published before the log begins.",
)
def calendar_published() -> str:
    """The calendar was put on the web for everybody who knows its address."""
    return setting(
        "'set-mailboxcalendarfolder'",
        "name = 'Parameters.PublishEnabled' AND lower(value) IN ('true', '$true')",
        "published", "calendar", usual=0.4,
    )  # fmt: skip


@detection(
    slug="de-junk-lists",
    severity="medium",
    attack=["T1564.008"],
    needs=EXCHANGE,
    respond=["clear_trusted_senders", "ask_user"],
    confidence=0.5,
    everyday=True,
    benign="The user blocks a newsletter on a journey.",
    misses="Lists that Outlook changed: the log says only that they changed.",
)
def junk_lists_changed() -> str:
    """Whom the mailbox trusts or treats as junk was changed by an unfamiliar hand."""
    return setting(
        "'set-mailboxjunkemailconfiguration'",
        "name IN ('Parameters.TrustedSendersAndDomains', 'Parameters.BlockedSendersAndDomains',"
        " 'Parameters.TrustedRecipientsAndDomains') AND coalesce(value, '') NOT IN ('', '$null')"
        " OR name = 'Parameters.Enabled' AND lower(value) IN ('false', '$false')",
        "changed the junk mail lists of", "junk lists", usual=None,
    )  # fmt: skip


@detection(
    slug="de-user-block-tip",
    severity="low",
    attack=["T1564"],
    needs=EXCHANGE,
    respond=["ask_user"],
    confidence=0.5,
    everyday=True,
    benign="The user sets the time zone of the place visited.",
    misses="Settings of the browser, which no log holds.",
)
def mailbox_view_changed() -> str:
    """Language, time zone or the button for reporting mail were changed by an unfamiliar hand."""
    return setting(
        "'set-mailboxregionalconfiguration', 'set-owamailboxpolicy', 'set-reportsubmissionpolicy',"
        " 'set-mailboxcalendarconfiguration'",
        "name IN ('Parameters.Language', 'Parameters.TimeZone', 'Parameters.LocalizeDefaultFolderName',"
        " 'Parameters.ReportJunkEmailEnabled', 'Parameters.EnableReportToMicrosoft', 'Parameters.WorkingHoursTimeZone')"
        " AND coalesce(value, '') <> ''",
        "changed the view of", "view", usual=None,
    )  # fmt: skip


@detection(
    slug="im-autoreply-signature",
    severity="medium",
    attack=["T1534"],
    needs=EXCHANGE,
    respond=["stop_auto_reply", "clear_signature", "ask_user"],
    confidence=0.5,
    everyday=True,
    benign="A holiday reply written on the journey.",
    misses="Signatures that live in Outlook on one computer.",
)
def words_put_in_mouth() -> str:
    """The automatic reply or the signature was written by an unfamiliar hand: it speaks to everybody who writes."""
    return setting(
        "'set-mailboxautoreplyconfiguration', 'set-mailboxmessageconfiguration'",
        "name IN ('Parameters.ExternalMessage', 'Parameters.InternalMessage', 'Parameters.SignatureText',"
        " 'Parameters.SignatureHtml') AND coalesce(value, '') NOT IN ('', '$null')"
        " OR name = 'Parameters.AutoReplyState' AND lower(value) IN ('enabled', 'scheduled')",
        "wrote a reply or signature for", "reply", usual=None,
    )  # fmt: skip


@detection(
    slug="pe-flow",
    severity="medium",
    attack=["T1020"],
    needs=["ual/others|ual", "messages"],
    respond=["remove_by_hand", "ask_user"],
    confidence=0.5,
    benign="A user who builds flows, on a network never used before; notices that a flow sends.",
    misses="Flows of another account; what a flow does: the log names the services that it connects, no more.",
)
def flow_made() -> str:
    """A flow was made by an unfamiliar hand, or flows forward the account's mail: a rule outside the mailbox."""
    return """
        WITH told AS (
            SELECT key, max(CASE WHEN lower(h.name) = 'x-ms-mail-application' THEN lower(h.value) END) AS application,
                   max(CASE WHEN lower(h.name) = 'x-ms-mail-operation-type' THEN lower(h.value) END) AS kind
            FROM (SELECT key, unnest(headers) AS h FROM messages) AS apart
            WHERE lower(h.name) LIKE 'x-ms-mail-%' GROUP BY key
        ),
        connectors AS (
            SELECT event_id, max(value) AS names FROM case_properties
            WHERE lower(name) IN ('flowconnectornames', 'connectorname', 'connectionname') GROUP BY event_id
        )
        SELECT e.actor AS subject, e.event_id AS evidence, e.time, 'flow:' || coalesce(e.target, '') AS object,
               e.operation || coalesce(' ' || e.target, '') || coalesce(' (' || n.names || ')', '')
               || CASE WHEN s.grade IS NOT NULL THEN ', from ' || s.place
                       ELSE ', within a day of an unfamiliar sign-in' END AS summary,
               CASE WHEN s.grade = 'clear' THEN 0.9 ELSE 0.6 END AS confidence
        FROM case_events AS e JOIN subjects AS u ON u.upn = e.actor
        LEFT JOIN connectors AS n ON n.event_id = e.event_id
        LEFT JOIN strange_events AS s ON s.event_id = e.event_id
        LEFT JOIN break_ins AS b ON b.subject = e.actor AND epoch(e.time) - epoch(b.since) BETWEEN 0 AND 86400
        WHERE e.operation IN ('CreateFlow', 'EditFlow', 'PutConnection', 'PutPermissions', 'CreateConnection')
          AND coalesce(e.result, '') <> 'failure' AND (s.grade IN ('clear', 'no_history') OR b.since IS NOT NULL)
        UNION ALL
        SELECT m.owner, m.key, m.sent, 'flow mail',
               'a flow ' || CASE WHEN t.kind = 'forward' THEN 'forwards' ELSE 'sends' END || ' mail of the account to '
               || coalesce(array_to_string(m.recipients, ', '), 'somebody'),
               CASE WHEN t.kind = 'forward' THEN 0.6 ELSE 0.3 END
        FROM messages AS m JOIN told AS t ON t.key = m.key JOIN subjects AS u ON u.upn = m.owner
        WHERE (t.application LIKE '%flow%' OR t.application LIKE '%automate%') AND m.sent IS NOT NULL
          AND (t.kind = 'forward' OR coalesce(array_length(m.recipients), 0) > 0)
    """
