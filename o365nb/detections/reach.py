"""From the account onwards: threads taken over, files as bait, other people's mailboxes, the cloud behind."""

from __future__ import annotations

from o365nb.detections.base import detection
from o365nb.detections.changed import AFTER, DONE, WHENCE, hand
from o365nb.detections.sign_in import LET_IN, SIGN_INS

_REPLY = "^(re|aw|fw|fwd|wg|sv|tr|rv|antw|odp|rif|vs)(\\[[0-9]+\\])?:"


@detection(
    slug="la-thread-hijack",
    severity="critical",
    attack=["T1534", "T1656"],
    needs=["ual/Exchange", "message_trace"],
    respond=["notify_recipients", "report"],
    confidence=0.8,
    benign="A reply from a hotel, copied to somebody new, or taken back at once.",
    misses="Replies of which the copy stays and that go to nobody new: those are the user's own in most cases.",
)
def thread_taken_over() -> str:
    """An unfamiliar hand answered in a thread, and then hid the answer or copied it to a domain never written to."""
    return f"""
        WITH said AS (
            SELECT s.subject, s.event_id, s.time, s.place, s.sureness, x.message_id, x.message_subject AS title
            FROM strange_events AS s JOIN case_events AS x ON x.event_id = s.event_id
            WHERE s.operation IN ('Send', 'SendAs', 'SendOnBehalf') AND s.grade IN ('clear', 'no_history')
              AND coalesce(s.result, '') <> 'failure' AND x.message_id IS NOT NULL
              AND regexp_matches(lower(trim(coalesce(x.message_subject, ''))), '{_REPLY}')
        ),
        gone AS (
            SELECT DISTINCT d.subject, d.message_id FROM (
                SELECT s.subject, unnest(x.message_ids) AS message_id FROM strange_events AS s
                JOIN case_events AS x ON x.event_id = s.event_id
                WHERE s.operation IN ('HardDelete', 'SoftDelete', 'MoveToDeletedItems')
                  AND s.grade IN ('clear', 'no_history')) AS d
        ),
        strangers AS (
            SELECT DISTINCT t.message_id, split_part(t.target, '@', 2) AS domain
            FROM case_events AS t JOIN said AS a ON a.message_id = t.message_id
            JOIN correspondents AS c ON c.domain = split_part(t.target, '@', 2)
            WHERE t.source = 'message_trace' AND epoch(a.time) - epoch(c.first_seen) < 172800
        ),
        named AS (SELECT message_id, min(domain) AS domain FROM strangers GROUP BY message_id)
        SELECT a.subject, a.event_id AS evidence, a.time, 'thread:' || lower(a.title) AS object,
               'answered in "' || a.title || '" from ' || a.place
               || CASE WHEN n.domain IS NOT NULL THEN ', with a copy to ' || n.domain || ', never written to before'
                       ELSE ', and destroyed the answer' END AS summary, a.sureness AS confidence
        FROM said AS a LEFT JOIN gone AS g ON g.subject = a.subject AND g.message_id = a.message_id
        LEFT JOIN named AS n ON n.message_id = a.message_id
        WHERE g.message_id IS NOT NULL OR n.domain IS NOT NULL
    """


@detection(
    slug="la-share-lure",
    severity="high",
    attack=["T1534"],
    needs=["ual/SharePoint|ual/OneDrive"],
    respond=["remove_by_hand", "notify_recipients", "report"],
    confidence=0.8,
    everyday=True,
    benign="A document that the user shares on a journey.",
    misses="Bait that lies elsewhere; files that were there before.",
)
def bait_shared() -> str:
    """A file was put up and shared within the day by an unfamiliar hand: bait under a trusted name."""
    return """
        WITH up AS (
            SELECT s.subject, s.event_id, s.time, s.place, s.sureness, x.target
            FROM strange_events AS s JOIN case_events AS x ON x.event_id = s.event_id
            WHERE s.operation IN ('FileUploaded', 'FileModified', 'FileSyncUploadedFull')
              AND s.grade IN ('clear', 'no_history')
              AND regexp_matches(lower(coalesce(x.target, '')), '[.](html?|shtml|one|pdf|svg|url|docx?|xlsx?|aspx)$')
        ),
        shared AS (
            SELECT s.subject, s.event_id, s.time, x.target FROM strange_events AS s
            JOIN case_events AS x ON x.event_id = s.event_id
            WHERE s.operation IN ('SecureLinkCreated', 'AddedToSecureLink', 'AnonymousLinkCreated',
                    'CompanyLinkCreated', 'SharingInvitationCreated', 'SharingSet')
              AND s.grade IN ('clear', 'no_history')
              AND coalesce(s.result, '') <> 'failure'
        ),
        pairs AS (
            SELECT u.subject, u.event_id AS put, u.time AS put_time, u.place, u.sureness, u.target, h.event_id, h.time
            FROM up AS u JOIN shared AS h ON h.subject = u.subject AND h.target = u.target
            WHERE epoch(h.time) - epoch(u.time) BETWEEN 0 AND 86400
        )
        SELECT subject, put AS evidence, put_time AS time, 'bait:' || target AS object,
               'the file ' || target || ' was put up and shared from ' || place AS summary, sureness AS confidence
        FROM pairs
        UNION ALL
        SELECT subject, event_id, time, 'bait:' || target, 'the file ' || target || ' was shared', sureness FROM pairs
    """


@detection(
    slug="la-shared-mailbox",
    severity="high",
    attack=["T1098.002"],
    needs=["ual/Exchange"],
    respond=["report"],
    confidence=0.7,
    everyday=True,
    benign="An assistant who works in the manager's mailbox on a journey.",
    misses="Rights in other mailboxes that were not used.",
)
def other_mailbox_used() -> str:
    """From the subject's account another mailbox was read, or mail sent in another's name, by an unfamiliar hand."""
    return """
        SELECT s.subject, s.event_id AS evidence, s.time, 'mailbox:' || coalesce(p.name, x.mailbox_owner, '') AS object,
               s.operation || ' in the mailbox of ' || coalesce(p.name, x.mailbox_owner, 'somebody else') || ' from '
               || s.place AS summary, s.sureness AS confidence
        FROM strange_events AS s JOIN case_events AS x ON x.event_id = s.event_id
        LEFT JOIN (SELECT event_id, max(lower(value)) AS name FROM case_properties
                   WHERE name IN ('SendAsUserSmtp', 'SendOnBehalfOfUserSmtp') GROUP BY event_id) AS p
            ON p.event_id = s.event_id
        WHERE s.own_hand AND s.grade IN ('clear', 'no_history') AND coalesce(s.result, '') <> 'failure'
          AND (s.operation IN ('MailItemsAccessed', 'HardDelete', 'SoftDelete', 'MoveToDeletedItems', 'Send')
               AND x.mailbox_owner <> s.subject
               OR s.operation IN ('SendAs', 'SendOnBehalf') AND coalesce(p.name, x.mailbox_owner, '') <> s.subject)
    """


@detection(
    slug="la-azure",
    severity="high",
    attack=["T1538", "T1098.003"],
    needs=[SIGN_INS, "directory_audit|ual/AzureActiveDirectory"],
    respond=["review_role", "report"],
    confidence=0.7,
    everyday=True,
    benign="An administrator who works on a journey.",
    misses="What was done there: Azure keeps a log of its own.",
)
def cloud_entered() -> str:
    """Azure was entered by an unfamiliar hand, or the account raised itself to administrator of everything in it."""
    return f"""
        SELECT subject, event_id AS evidence, time, 'azure' AS object,
               coalesce(app_name, 'Azure') || ' was entered from ' || place AS summary, sureness - 0.1 AS confidence
        FROM ({LET_IN}) AS l
        WHERE grade IN ('clear', 'no_history') AND result = 'success'
          AND lower(app_id) IN ('c44b4083-3bb0-49c1-b47d-974e53cbdf3c', '797f4846-ba00-4fd7-ba43-dac1f8f63013')
        UNION ALL
        SELECT c.actor, c.event_id, c.time, 'azure raised', c.actor || ' raised itself to administrator of Azure'
               || {WHENCE}, {hand(0.5)}
        FROM changes AS c {AFTER}
        WHERE c.own_hand AND {DONE} AND lower(c.operation) LIKE '%elevated their access to user access administrator%'
    """
