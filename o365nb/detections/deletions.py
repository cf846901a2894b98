"""What was destroyed or put out of sight: warnings, recoverable items, things in numbers, copies of sent mail."""

from __future__ import annotations

from o365nb.detections.base import Rows, detection
from o365nb.detections.text import terms_in

_WARNINGS = frozenset({"security", "bounce"})
_DELETING = "('HardDelete', 'SoftDelete', 'MoveToDeletedItems')"


def _warnings(rows: Rows) -> Rows:
    """Mail whose subject speaks of security or of bounces.

    Who travels is sent such notices and puts them away, so that only several in the bin say something.
    """
    found = []
    for row in rows:
        if words := list(dict.fromkeys(terms_in(row["title"] or "", _WARNINGS))):
            summary = f'mail called "{row["title"]}" was deleted{row["whence"]} ({", ".join(words)})'
            found.append({**row, "summary": summary})
    binned = [(row["subject"], row["day"]) for row in found if row["in_bin"]]
    return [row for row in found if not row["in_bin"] or binned.count((row["subject"], row["day"])) >= 3]


@detection(
    slug="de-purge-warnings",
    severity="high",
    attack=["T1070.008"],
    needs=["ual/Exchange"],
    respond=["report", "ask_user"],
    confidence=0.8,
    refine=_warnings,
    benign="The user tidies up on a journey; notices deleted after they were read.",
    misses="Deletions of which the log does not name the subject; one or two notices put into the bin.",
)
def warnings_deleted() -> str:
    """Notices about sign-ins, passwords, devices or undelivered mail were deleted by an unfamiliar hand."""
    return f"""
        WITH gone AS (
            SELECT t.event_id, t.time, t.day, t.subject, s.grade, s.sureness, s.place, b.since,
                   x.message_subject AS title, t.operation = 'MoveToDeletedItems' AS in_bin
            FROM event_traits AS t JOIN case_events AS x ON x.event_id = t.event_id
            LEFT JOIN strange_events AS s ON s.event_id = t.event_id
            LEFT JOIN break_ins AS b ON b.subject = t.subject AND epoch(t.time) - epoch(b.since) BETWEEN 0 AND 86400
            WHERE t.operation IN {_DELETING} AND t.own_hand AND coalesce(t.result, '') <> 'failure'
              AND (s.grade IN ('clear', 'no_history')
                   OR b.since IS NOT NULL AND NOT t.managed AND NOT t.known_ip AND NOT t.known_network)
        ),
        titles AS (
            SELECT event_id, title FROM gone WHERE title IS NOT NULL
            UNION SELECT g.event_id, p.value FROM gone AS g JOIN case_properties AS p ON p.event_id = g.event_id
            WHERE p.name = 'Subjects'
        )
        SELECT g.subject, g.event_id AS evidence, g.time, 'warnings' AS object, t.title, g.in_bin,
               CAST(g.day AS VARCHAR) AS day,
               CASE WHEN g.grade IS NOT NULL THEN ' from ' || g.place ELSE ', soon after an unfamiliar sign-in' END
               AS whence, coalesce(g.sureness, 0.5) AS confidence, '' AS summary
        FROM gone AS g JOIN titles AS t ON t.event_id = g.event_id
    """


@detection(
    slug="de-recoverable-purge",
    severity="high",
    attack=["T1070.008"],
    needs=["ual/Exchange"],
    respond=["report", "snapshot_evidence"],
    confidence=0.7,
    benign="The user empties the folder of deleted mail for good, to make room.",
    misses="What the mailbox removes by itself when its time is up.",
)
def recoverable_items_purged() -> str:
    """Mail was taken out of the folder for recoverable items: nobody gets it back."""
    return """
        WITH purged AS (
            SELECT t.event_id, t.time, t.subject, t.day, s.grade, s.sureness, s.place, b.since, x.folders
            FROM event_traits AS t JOIN case_events AS x ON x.event_id = t.event_id
            LEFT JOIN strange_events AS s ON s.event_id = t.event_id
            LEFT JOIN break_ins AS b ON b.subject = t.subject AND epoch(t.time) - epoch(b.since) BETWEEN 0 AND 86400
            WHERE t.operation = 'HardDelete' AND t.own_hand AND coalesce(t.result, '') <> 'failure'
              AND (s.grade IN ('clear', 'no_history')
                   OR b.since IS NOT NULL AND NOT t.managed AND NOT t.known_ip AND NOT t.known_network)
        )
        SELECT subject, event_id AS evidence, time, 'purged:' || CAST(day AS VARCHAR) AS object,
               'mail was purged from the recoverable items'
               || CASE WHEN grade IS NOT NULL THEN ' from ' || place ELSE ', soon after an unfamiliar sign-in' END
               AS summary, coalesce(sureness, 0.5) AS confidence
        FROM purged
        WHERE lower(array_to_string(folders, ' ')) LIKE '%recoverable items%'
    """


@detection(
    slug="im-mass-delete",
    severity="high",
    attack=["T1485"],
    needs=["ual/Exchange", "ual/SharePoint|ual/OneDrive"],
    respond=["report", "snapshot_evidence", "ask_user"],
    confidence=0.7,
    everyday=True,
    benign="A big tidying-up, on a network never used before.",
    misses="Fewer than fifty things in a day; what retention removes.",
)
def much_deleted() -> str:
    """At least fifty mails or files were deleted in a day by an unfamiliar hand."""
    return f"""
        WITH gone AS (
            SELECT s.subject, s.event_id, s.time, s.day, s.place, s.sureness,
                   greatest(1, coalesce(array_length(x.message_ids), 0)) AS things,
                   CASE WHEN s.operation LIKE 'File%' THEN 'files' ELSE 'mails' END AS kind
            FROM strange_events AS s JOIN case_events AS x ON x.event_id = s.event_id
            WHERE s.grade IN ('clear', 'no_history') AND coalesce(s.result, '') <> 'failure'
              AND (s.operation IN {_DELETING} OR s.operation IN ('FileDeleted', 'FileRecycled',
                   'FileVersionsAllDeleted', 'FileDeletedFirstStageRecycleBin', 'FileDeletedSecondStageRecycleBin'))
        ),
        counted AS (SELECT *, sum(things) OVER (PARTITION BY subject, kind, day) AS a_day FROM gone)
        SELECT subject, event_id AS evidence, time, kind || ':' || CAST(day AS VARCHAR) AS object,
               CAST(CAST(a_day AS BIGINT) AS VARCHAR) || ' ' || kind || ' were deleted in a day, from ' || place
               AS summary, sureness AS confidence
        FROM counted WHERE a_day >= 50
    """


@detection(
    slug="de-folder-stash",
    severity="medium",
    attack=["T1564.008"],
    needs=["ual/Exchange"],
    respond=["report", "ask_user"],
    confidence=0.6,
    everyday=True,
    benign="The user sorts mail on a journey.",
    misses="Moves by a rule, of which the rule itself tells.",
)
def mail_stashed() -> str:
    """An unfamiliar hand moved mail out of sight: into a folder that hardly anybody opens, or much into one folder."""
    return r"""
        WITH places AS (
            SELECT event_id, max(regexp_extract(value, '"Path" *: *"([^"]*)"', 1)) AS path FROM case_properties
            WHERE name = 'DestFolder' GROUP BY event_id
        ),
        moved AS (
            SELECT s.subject, s.event_id, s.time, s.day, s.place, s.sureness, p.path,
                   lower(trim(regexp_extract(coalesce(p.path, ''), '([^/\\]*)$', 1))) AS folder,
                   greatest(1, coalesce(array_length(x.message_ids), 0)) AS mails
            FROM strange_events AS s JOIN case_events AS x ON x.event_id = s.event_id
            JOIN places AS p ON p.event_id = s.event_id
            WHERE s.operation = 'Move' AND s.grade IN ('clear', 'no_history') AND coalesce(s.result, '') <> 'failure'
        ),
        counted AS (SELECT *, sum(mails) OVER (PARTITION BY subject, folder, day) AS a_day FROM moved)
        SELECT c.subject, c.event_id AS evidence, c.time, 'stash:' || c.folder AS object,
               CAST(CAST(c.a_day AS BIGINT) AS VARCHAR) || ' mails were moved to "' || coalesce(c.path, '') || '" from '
               || c.place AS summary,
               CASE WHEN f.name IS NOT NULL THEN c.sureness ELSE c.sureness - 0.3 END AS confidence
        FROM counted AS c LEFT JOIN list_folders AS f ON f.role = 'hide' AND f.name = c.folder
        WHERE f.name IS NOT NULL OR c.a_day >= 10
    """


@detection(
    slug="de-no-sent-copy",
    severity="medium",
    attack=["T1070.008"],
    needs=["message_trace", "messages"],
    respond=["report"],
    confidence=0.5,
    benign="Programs that send in the user's name; sent mail that the user deletes at once.",
    misses="Mail sent before the first unfamiliar sign-in; mail of which a copy was kept.",
)
def sent_without_copy() -> str:
    """After an unfamiliar hand got in, mail went out of which no copy lies among the sent ones."""
    return """
        WITH kept AS (SELECT DISTINCT message_id FROM messages WHERE message_id IS NOT NULL),
        homes AS (
            SELECT u.upn AS subject, min(m.sent) AS since, max(m.sent) AS until FROM messages AS m
            JOIN subjects AS u ON u.upn = m.owner WHERE m.sender = u.upn AND m.folder = 'sentitems' GROUP BY u.upn
        ),
        missing AS (
            SELECT e.actor AS subject, e.message_id, min(e.event_id) AS event_id, min(e.time) AS time,
                   max(e.message_subject) AS title
            FROM case_events AS e JOIN break_ins AS b ON b.subject = e.actor
            JOIN homes AS h ON h.subject = e.actor AND e.time BETWEEN h.since AND h.until
            LEFT JOIN kept AS k ON k.message_id = e.message_id
            WHERE e.source = 'message_trace' AND e.message_id IS NOT NULL AND k.message_id IS NULL
              AND epoch(e.time) - epoch(b.since) BETWEEN 0 AND 604800
            GROUP BY e.actor, e.message_id
        ),
        counted AS (SELECT *, count(*) OVER (PARTITION BY subject) AS times FROM missing)
        SELECT subject, event_id AS evidence, time, 'no copy' AS object,
               CAST(times AS VARCHAR) || ' sent mails left no copy in the mailbox, first "'
               || coalesce(title, '') || '"' AS summary
        FROM counted WHERE times >= 3
    """
