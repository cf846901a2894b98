"""What was read, searched, shared or taken. Only an unfamiliar hand counts: the user's own reading is no finding."""

from __future__ import annotations

from o365nb.detections.base import Rows, detection
from o365nb.detections.text import terms_in

_ACCESS = """
    SELECT s.*, x.message_ids, x.folders,
           'access:' || coalesce(s.session_id, s.client_ip, s.app_id, '') AS object,
           lower(coalesce(t.value, '')) AS access
    FROM strange_events AS s JOIN case_events AS x ON x.event_id = s.event_id
    LEFT JOIN case_properties AS t ON t.event_id = s.event_id AND t.name = 'OperationProperties.MailAccessType'
    WHERE s.operation = 'MailItemsAccessed' AND s.grade IN ('clear', 'no_history')
"""


@detection(
    slug="co-mia-bind",
    severity="high",
    attack=["T1114.002"],
    needs=["ual/Exchange"],
    respond=["report"],
    everyday=True,
    benign="The user's own reading from a network never used before.",
    misses="Reading that the licence or the audit settings do not record; hours after throttling.",
)
def mail_read() -> str:
    """Single mails were opened by an unfamiliar hand."""
    return f"""
        WITH read AS (SELECT * FROM ({_ACCESS}) AS a WHERE access <> 'sync'),
        totals AS (
            SELECT object, count(DISTINCT message) AS messages
            FROM (SELECT object, unnest(message_ids) AS message FROM read) AS m GROUP BY object
        )
        SELECT r.subject, r.event_id AS evidence, r.time, r.object,
               CAST(coalesce(t.messages, 0) AS VARCHAR)
               || CASE WHEN t.messages = 1 THEN ' mail was' ELSE ' mails were' END
               || ' opened from '
               || r.place AS summary, r.sureness AS confidence, coalesce(t.messages, 0) AS size
        FROM read AS r LEFT JOIN totals AS t ON t.object = r.object
    """


@detection(
    slug="co-mia-sync",
    severity="critical",
    attack=["T1114.002"],
    needs=["ual/Exchange"],
    respond=["report"],
    everyday=True,
    benign="The user's own Outlook on a network never used before.",
    misses="Copies taken by web or phone clients, which open mail one by one.",
)
def mail_synchronised() -> str:
    """Whole folders were copied to an unfamiliar mail program: all mail in them must be taken as read."""
    return f"""
        SELECT subject, event_id AS evidence, time, object,
               'a whole folder was copied from ' || place || coalesce(' by '
               || client_app, '') AS summary, sureness AS confidence
        FROM ({_ACCESS}) AS a WHERE access = 'sync'
    """


@detection(
    slug="co-mia-new-client",
    severity="high",
    attack=["T1114.002"],
    needs=["ual/Exchange"],
    respond=["remove_consent", "report"],
    everyday=True,
    benign="A mail program or service that the user began to use, on a server or a network never used before.",
    misses="Programs older than the log; phones and Outlook itself, which look like the user's own.",
)
def new_client_reads() -> str:
    """An unfamiliar hand read mail by a program that had never read the mailbox before."""
    return """
        WITH access AS (
            SELECT t.subject, t.event_id, t.time, t.day, lower(coalesce(t.app_id, '')) AS app,
                   s.grade, s.place, s.sureness,
                   lower(regexp_extract(coalesce(x.client_app, ''), 'Client=([^;/]+)', 1)) AS family
            FROM event_traits AS t JOIN case_events AS x ON x.event_id = t.event_id
            LEFT JOIN strange_events AS s ON s.event_id = t.event_id
            WHERE t.operation = 'MailItemsAccessed' AND t.own_hand AND NOT t.managed
        ),
        firsts AS (SELECT subject, app, family, min(day) AS day FROM access GROUP BY subject, app, family),
        vouched AS (SELECT DISTINCT lower(app_id) AS app FROM oauth_grants WHERE verified_publisher),
        strangers AS (
            SELECT c.subject, c.app FROM app_consents AS c LEFT JOIN vouched AS v ON v.app = c.app WHERE v.app IS NULL
            UNION SELECT u.upn, b.app_id FROM subjects AS u CROSS JOIN list_bad_apps AS b
        )
        SELECT a.subject, a.event_id AS evidence, a.time, 'client:' || a.app || ':' || a.family AS object,
               'mail was opened by a program new to the mailbox (' || a.family || ')'
               || ' from ' || a.place AS summary, a.sureness AS confidence
        FROM access AS a JOIN firsts AS f ON f.subject = a.subject AND f.app = a.app AND f.family = a.family
        JOIN history AS h ON h.subject = a.subject
        LEFT JOIN strangers AS s ON s.subject = a.subject AND s.app = a.app
        WHERE f.day > h.third_day AND a.grade IN ('clear', 'no_history')
          AND (s.app IS NOT NULL OR a.family IN ('webservices', 'imap4', 'pop3'))
    """


@detection(
    slug="co-mia-throttled",
    severity="critical",
    attack=["T1114.002"],
    needs=["ual/Exchange"],
    respond=["report"],
    confidence=0.5,
    everyday=True,
    benign="A migration or a backup program that reads everything.",
    misses="Throttling of other people's mailboxes.",
)
def access_log_throttled() -> str:
    """The record of mail access was cut off for a day because too much was read: all mail must be taken as seen."""
    return """
        WITH access AS (
            SELECT t.event_id, t.time, t.subject, t.day, s.grade,
                   max(CASE WHEN p.name = 'OperationProperties.IsThrottled'
                   AND lower(p.value) = 'true' THEN 1 ELSE 0 END) AS throttled,
                   max(CASE WHEN p.name = 'OperationProperties.MailAccessType' THEN lower(p.value) END) AS kind
            FROM event_traits AS t LEFT JOIN strange_events AS s ON s.event_id = t.event_id
            LEFT JOIN case_properties AS p ON p.event_id = t.event_id
            WHERE t.operation = 'MailItemsAccessed' GROUP BY t.event_id, t.time, t.subject, t.day, s.grade
        ),
        counted AS (
            SELECT *, count(*) OVER (PARTITION BY subject ORDER BY epoch(time) RANGE BETWEEN 86400 PRECEDING
                AND CURRENT ROW) AS binds
            FROM access WHERE throttled = 1 OR kind = 'bind'
        )
        SELECT c.subject, c.event_id AS evidence, c.time, 'throttled:' || CAST(c.day AS VARCHAR) AS object,
               'the record of mail access stops after ' || CAST(c.time AS VARCHAR) || ' for up to a day' AS summary,
               CASE WHEN c.grade = 'clear' OR b.since IS NOT NULL
                   AND epoch(c.time) >= epoch(b.since) THEN 0.9 ELSE 0.4 END AS confidence
        FROM counted AS c LEFT JOIN break_ins AS b ON b.subject = c.subject
        WHERE c.throttled = 1 OR c.binds >= 1000
    """


#: What others did in a subject's mailbox who began to use it while the log ran.
_NEW_READERS = """
    WITH access AS (
        SELECT e.event_id, e.time, CAST(e.time AS DATE) AS day, e.operation, e.actor, e.mailbox_owner AS subject
        FROM case_events AS e JOIN subjects AS u ON u.upn = e.mailbox_owner
        WHERE e.operation IN ('MailItemsAccessed', 'SearchQueryInitiatedExchange', 'Send', 'SendAs', 'SendOnBehalf')
          AND e.actor <> e.mailbox_owner AND e.actor_kind IN ('user', 'admin', 'guest')
    ),
    pairs AS (SELECT subject, actor, min(day) AS first_day, count(DISTINCT day) AS days, count(*) AS times
              FROM access GROUP BY subject, actor)
    SELECT a.*, p.days, p.times FROM access AS a JOIN pairs AS p ON p.subject = a.subject AND p.actor = a.actor
    JOIN history AS h ON h.subject = a.subject WHERE p.days >= 2 AND p.first_day > h.third_day
"""


def _search_terms(rows: Rows) -> Rows:
    found = []
    for row in rows:
        text = row["searched"] or ""
        telling = terms_in(text)
        shown = f' for "{text}"' if text else ""
        sure = min(0.95, row["confidence"] + (0.1 if telling else 0.0))
        found.append({**row, "summary": f"mail was searched{shown} {row['place']}", "confidence": sure})
    return found


@detection(
    slug="co-nonowner",
    severity="medium",
    attack=["T1114.002"],
    needs=["ual/Exchange", "ual/others"],
    respond=["review_delegate", "ask_user"],
    confidence=0.7,
    benign="A delegate, an assistant or an administrator who reads with the owner's knowledge.",
    misses="Readers with the owner's own password; reading that the audit settings leave out.",
)
def read_by_others() -> str:
    """Somebody else opened mail in the mailbox on several days, and had not done so when the log begins."""
    return f"""
        SELECT subject, event_id AS evidence, time, 'reader:' || actor AS object,
               actor || ' used the mailbox on ' || CAST(days AS VARCHAR) || ' days, '
               || CAST(times AS VARCHAR) || ' times' AS summary
        FROM ({_NEW_READERS}) AS n
    """


@detection(
    slug="co-file-sync",
    severity="critical",
    attack=["T1530"],
    needs=["ual/SharePoint|ual/OneDrive"],
    respond=["report", "revoke_sessions"],
    confidence=0.7,
    everyday=True,
    benign="A new computer of the user's, set up on a network never used before.",
    misses="Copies made by a machine that synchronised before; downloads one by one.",
)
def files_synchronised() -> str:
    """Files were copied whole to a machine that never synchronised before, over an unfamiliar network."""
    return """
        WITH machines AS (
            SELECT event_id, max(lower(value)) AS machine FROM case_properties
            WHERE name IN ('MachineDomainInfo', 'MachineId') GROUP BY event_id
        ),
        synced AS (
            SELECT t.event_id, t.time, t.subject, t.day, s.grade, s.sureness, s.place,
                   coalesce(m.machine, '') AS machine
            FROM event_traits AS t LEFT JOIN machines AS m ON m.event_id = t.event_id
            LEFT JOIN strange_events AS s ON s.event_id = t.event_id
            WHERE t.operation = 'FileSyncDownloadedFull' AND coalesce(t.result, '') <> 'failure'
        ),
        homes AS (SELECT DISTINCT subject, machine FROM synced WHERE grade IS NULL AND machine <> ''),
        fresh AS (SELECT s.* FROM synced AS s LEFT JOIN homes AS h ON h.subject = s.subject AND h.machine = s.machine
                  WHERE h.machine IS NULL AND s.grade IS NOT NULL),
        totals AS (SELECT subject, day, count(*) AS files FROM fresh GROUP BY subject, day)
        SELECT f.subject, f.event_id AS evidence, f.time, 'sync:' || CAST(f.day AS VARCHAR) AS object,
               CAST(n.files AS VARCHAR) || ' files were copied whole from ' || f.place AS summary,
               CASE WHEN f.grade = 'clear' THEN f.sureness ELSE 0.4 END AS confidence
        FROM fresh AS f JOIN totals AS n ON n.subject = f.subject AND n.day = f.day
        WHERE n.files >= 5
    """


@detection(
    slug="co-mail-search",
    severity="high",
    attack=["T1114"],
    needs=["ual/Exchange"],
    respond=["report"],
    refine=_search_terms,
    everyday=True,
    benign="The user's own search from a network never used before.",
    misses="Searches in Outlook, which the log does not record; what was searched where the record leaves it out.",
)
def mail_searched() -> str:
    """The mailbox or files were searched by an unfamiliar hand, or by somebody who lately began to read along."""
    return f"""
        WITH texts AS (
            SELECT event_id, max(value) AS searched FROM case_properties
            WHERE lower(name) IN ('querytext', 'parameters.querytext', 'extendedproperties.querytext',
                'operationproperties.querytext',
                                  'searchquerytext', 'parameters.searchquerytext', 'record.querytext',
                                  'record.searchquerytext')
            GROUP BY event_id
        )
        SELECT s.subject, s.event_id AS evidence, s.time, 'search:'
            || coalesce(s.session_id, s.client_ip, '') AS object,
               t.searched, 'from ' || s.place AS place, s.sureness AS confidence, '' AS summary
        FROM strange_events AS s LEFT JOIN texts AS t ON t.event_id = s.event_id
        WHERE s.operation IN ('SearchQueryInitiatedExchange', 'SearchQueryInitiatedSharePoint', 'SearchQueryPerformed')
          AND s.grade IN ('clear', 'no_history')
        UNION ALL
        SELECT n.subject, n.event_id, n.time, 'search:' || n.actor, t.searched,
               'by ' || n.actor || ', who had begun to use the mailbox', 0.6, ''
        FROM ({_NEW_READERS}) AS n LEFT JOIN texts AS t ON t.event_id = n.event_id
        WHERE n.operation = 'SearchQueryInitiatedExchange'
    """


@detection(
    slug="co-share-anon",
    severity="high",
    attack=["T1567"],
    needs=["ual/SharePoint|ual/OneDrive"],
    respond=["remove_sharing_link", "ask_user"],
    everyday=True,
    benign="The user's own sharing from a network never used before.",
    misses="Links made earlier and used now.",
)
def shared_with_anyone() -> str:
    """A link that anybody, or somebody outside, can open was made by an unfamiliar hand."""
    return """
        SELECT s.subject, s.event_id AS evidence, s.time, 'link:' || coalesce(x.target, '') AS object,
               s.operation || ' for ' || coalesce(x.target, 'a file') || ' from '
               || s.place AS summary, s.sureness AS confidence
        FROM strange_events AS s JOIN case_events AS x ON x.event_id = s.event_id
        WHERE s.operation IN ('AnonymousLinkCreated', 'AnonymousLinkUpdated', 'SecureLinkCreated', 'AddedToSecureLink',
                              'SharingInvitationCreated') AND s.grade IN ('clear', 'no_history')
          AND coalesce(s.result, '') <> 'failure'
    """


@detection(
    slug="co-file-mass",
    severity="high",
    attack=["T1530"],
    needs=["ual/SharePoint|ual/OneDrive"],
    respond=["report"],
    everyday=True,
    benign="A synchronisation or a backup from a network never used before.",
    misses="Slow downloads: fewer than 25 files in three minutes.",
)
def files_taken() -> str:
    """At least 25 files were downloaded within three minutes by an unfamiliar hand."""
    return """
        WITH taken AS (
            SELECT *, lag(time, 24) OVER (PARTITION BY subject ORDER BY time, event_id) AS earlier
            FROM strange_events
            WHERE operation IN ('FileDownloaded', 'FileSyncDownloadedFull') AND grade IN ('clear', 'no_history')
              AND coalesce(result, '') <> 'failure'
        ),
        bursts AS (SELECT DISTINCT subject, day FROM taken WHERE epoch(time) - epoch(earlier) <= 180),
        totals AS (SELECT subject, day, count(*) AS files FROM taken GROUP BY subject, day)
        SELECT t.subject, t.event_id AS evidence, t.time, 'files:' || CAST(t.day AS VARCHAR) AS object,
               CAST(n.files AS VARCHAR) || ' files were downloaded from '
               || t.place AS summary, t.sureness AS confidence
        FROM taken AS t JOIN bursts AS b ON b.subject = t.subject AND b.day = t.day
        JOIN totals AS n ON n.subject = t.subject AND n.day = t.day
    """
