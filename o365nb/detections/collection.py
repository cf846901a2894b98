"""More of what was looked at and taken: mail by the hour, attachments, telling files, sites, chats, the directory."""

from __future__ import annotations

from o365nb.detections.base import Rows, detection
from o365nb.detections.changed import AFTER, DONE, WHENCE, hand
from o365nb.detections.text import terms_in

FILES = ["ual/SharePoint|ual/OneDrive"]


@detection(
    slug="co-mia-volume",
    severity="high",
    attack=["T1114.002"],
    needs=["ual/Exchange"],
    respond=["report"],
    confidence=0.7,
    everyday=True,
    benign="A new mail program that fetches everything, on a network never used before.",
    misses="Fewer than a hundred mails in an hour; whole folders, which are told of by themselves.",
)
def much_mail_read() -> str:
    """More mail was opened in an hour by an unfamiliar hand than the account's own hand ever opens."""
    return """
        WITH read AS (
            SELECT t.subject, t.event_id, t.time, t.day, floor(epoch(t.time) / 3600) AS hour,
                   s.grade, s.place, s.sureness,
                   unnest(CASE WHEN coalesce(array_length(x.message_ids), 0) = 0 THEN [t.event_id]
                          ELSE x.message_ids END) AS message
            FROM event_traits AS t JOIN case_events AS x ON x.event_id = t.event_id
            LEFT JOIN strange_events AS s ON s.event_id = t.event_id
            WHERE t.operation = 'MailItemsAccessed' AND t.own_hand AND coalesce(t.result, '') <> 'failure'
        ),
        own AS (
            SELECT subject, max(mails) AS most FROM (
                SELECT subject, hour, count(DISTINCT message) AS mails FROM read WHERE grade IS NULL
                GROUP BY subject, hour) AS hours
            GROUP BY subject
        ),
        strange AS (
            SELECT subject, hour, count(DISTINCT message) AS mails FROM read WHERE grade IN ('clear', 'no_history')
            GROUP BY subject, hour
        )
        SELECT DISTINCT r.subject, r.event_id AS evidence, r.time, 'much read:' || CAST(r.day AS VARCHAR) AS object,
               CAST(n.mails AS VARCHAR) || ' mails were opened within an hour from ' || r.place
               || coalesce('; the account itself opens at most ' || CAST(o.most AS VARCHAR), '') AS summary,
               r.sureness AS confidence
        FROM read AS r JOIN strange AS n ON n.subject = r.subject AND n.hour = r.hour
        LEFT JOIN own AS o ON o.subject = r.subject
        WHERE r.grade IN ('clear', 'no_history') AND n.mails >= 100 AND n.mails > coalesce(o.most, 0)
    """


@detection(
    slug="co-attachment",
    severity="medium",
    attack=["T1114.002"],
    needs=["ual/Exchange"],
    respond=["report"],
    confidence=0.7,
    everyday=True,
    benign="The user's own reading, on a network never used before.",
    misses="Attachments that came down with the whole folder.",
)
def attachments_opened() -> str:
    """Attachments were opened by an unfamiliar hand."""
    return """
        SELECT s.subject, s.event_id AS evidence, s.time,
               'attachments:' || coalesce(s.session_id, s.client_ip, '') AS object,
               'attachments were opened from ' || s.place AS summary, s.sureness AS confidence
        FROM strange_events AS s
        WHERE s.operation = 'AttachmentAccess' AND s.grade IN ('clear', 'no_history')
          AND coalesce(s.result, '') <> 'failure'
    """


def _telling_files(rows: Rows) -> Rows:
    """Files whose name or path speaks of money, pay or security."""
    found = []
    for row in rows:
        name = (row["file"] or "").rpartition("/")[2].replace("_", " ").replace("-", " ").replace("%20", " ")
        if words := list(dict.fromkeys(terms_in(name))):
            found.append({**row, "summary": f'the file "{name}" was opened from {row["place"]} ({", ".join(words)})'})
    return found


@detection(
    slug="co-file-recon",
    severity="medium",
    attack=["T1083"],
    needs=FILES,
    respond=["report"],
    confidence=0.7,
    refine=_telling_files,
    everyday=True,
    benign="The user's own work, on a network never used before.",
    misses="Files under names that tell nothing.",
)
def telling_files_opened() -> str:
    """Files whose names speak of money, pay or passwords were opened by an unfamiliar hand."""
    return """
        SELECT s.subject, s.event_id AS evidence, s.time, 'files:' || CAST(s.day AS VARCHAR) AS object,
               x.target AS file, s.place, '' AS summary, s.sureness AS confidence
        FROM strange_events AS s JOIN case_events AS x ON x.event_id = s.event_id
        WHERE s.operation IN ('FileAccessed', 'FileAccessedExtended', 'FilePreviewed', 'FileDownloaded')
          AND s.grade IN ('clear', 'no_history') AND coalesce(s.result, '') <> 'failure'
    """


@detection(
    slug="co-site-admin",
    severity="high",
    attack=["T1098"],
    needs=FILES,
    respond=["remove_by_hand", "ask_user"],
    confidence=0.5,
    everyday=True,
    benign="The owner of a site, or an administrator, helps somebody.",
    misses="Administrators from before the log begins.",
)
def site_administrator_made() -> str:
    """Somebody was made administrator of a site, with the subject's account or for it."""
    return f"""
        WITH helped AS (
            SELECT event_id, max(lower(value)) AS person FROM case_properties
            WHERE name IN ('TargetUserOrGroupName', 'ModifiedProperties.SiteAdmin') GROUP BY event_id
        ),
        acts AS (
            SELECT e.event_id, e.time, e.actor, e.target, e.operation, e.result, h.person, s.grade, s.place,
                   e.actor_kind = 'system' AS by_system
            FROM case_events AS e LEFT JOIN helped AS h ON h.event_id = e.event_id
            LEFT JOIN strange_events AS s ON s.event_id = e.event_id
            WHERE e.operation IN ('SiteCollectionAdminAdded', 'SiteAdminChangeRequest')
        )
        SELECT u.upn AS subject, c.event_id AS evidence, c.time, 'site:' || coalesce(c.target, '') AS object,
               c.actor || ' made ' || coalesce(c.person, 'somebody') || ' administrator of '
               || coalesce(c.target, 'a site') || {WHENCE} AS summary, {hand(0.4)} AS confidence
        FROM acts AS c JOIN subjects AS u ON u.upn = c.actor OR u.upn = c.person {AFTER}
        WHERE {DONE}
    """


@detection(
    slug="co-teams-copilot",
    severity="medium",
    attack=["T1213.005"],
    needs=["ual/MicrosoftTeams", "ual/others|ual"],
    respond=["report"],
    confidence=0.6,
    everyday=True,
    benign="The user's own chats, on a network never used before.",
    misses="What was read in Teams itself: the log holds no reading of single chats.",
)
def chats_fetched() -> str:
    """Chats, recordings or an assistant's answers were fetched by an unfamiliar hand."""
    return """
        SELECT s.subject, s.event_id AS evidence, s.time, 'fetched:' || s.operation AS object,
               s.operation || ' from ' || s.place AS summary, s.sureness AS confidence
        FROM strange_events AS s
        WHERE s.operation IN ('MessagesListed', 'MessagesExported', 'RecordingExported', 'TranscriptsExported',
                'MeetingTranscriptAccessed', 'MessageHostedContentRead', 'MessageHostedContentsListed', 'ChatRetrieved',
                'CopilotInteraction')
          AND s.grade IN ('clear', 'no_history') AND coalesce(s.result, '') <> 'failure'
    """


@detection(
    slug="co-directory-enum",
    severity="medium",
    attack=["T1087.003", "T1087.004"],
    needs=["directory_audit"],
    respond=["report"],
    confidence=0.4,
    everyday=True,
    benign="The personnel department makes a list of everybody.",
    misses="Reading by programs, of which only the Graph activity log tells.",
)
def directory_downloaded() -> str:
    """The list of all users, guests or members of a group was downloaded with the subject's account."""
    return f"""
        SELECT c.actor AS subject, c.event_id AS evidence, c.time, 'download' AS object,
               c.actor || ': ' || lower(c.operation) || {WHENCE} AS summary, {hand(0.3)} AS confidence
        FROM changes AS c {AFTER}
        WHERE c.own_hand AND {DONE} AND lower(c.operation) LIKE '%download%'
          AND (lower(c.operation) LIKE '%user%' OR lower(c.operation) LIKE '%member%'
               OR lower(c.operation) LIKE '%group%' OR lower(c.operation) LIKE '%device%')
    """
