"""What the attacker saw: certain where the log names it, possible where the log stops or the label is not sure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from o365nb.analysis.attackers import attacker_tables
from o365nb.analysis.base import SURE, Labels, aware, moment, short
from o365nb.engine import Engine
from o365nb.model import WHOLE_MAILBOX, Attribution, Exposure, utc

_FILES = {
    "FileAccessed": "opened",
    "FileAccessedExtended": "opened",
    "FilePreviewed": "previewed",
    "FileDownloaded": "downloaded",
    "FileSyncDownloadedFull": "copied whole by synchronisation",
    "FileSyncDownloadedPartial": "copied in part by synchronisation",
    "AttachmentAccess": "opened as an attachment",
}
_LINKS = {
    "AnonymousLinkCreated": "a link for anybody was made",
    "AnonymousLinkUpdated": "a link for anybody was changed",
    "SharingLinkCreated": "a sharing link was made",
    "SecureLinkCreated": "a link for named people was made",
    "AddedToSecureLink": "somebody was added to a link",
    "SharingInvitationCreated": "somebody was invited",
}
_CHATS = {
    "MessageRead": "read",
    "MessagesListed": "listed",
    "ChatRetrieved": "read",
    "MessageHostedContentRead": "opened",
}
#: After a mailbox is throttled, its accesses go unrecorded for up to this long (Microsoft's documentation).
BLIND = timedelta(hours=24)


def exposure(engine: Engine, labels: Labels) -> list[Exposure]:
    """Everything that attacker-labelled events show to have been seen, each thing once per account and kind."""
    theirs, properties = attacker_tables(engine, labels)
    subjects = _mail_subjects(engine, theirs)
    found: dict[tuple[str, str, str], Exposure] = {}
    for row in _rows(engine, theirs, properties):
        for seen in _seen(row, labels[row["event_id"]], subjects):
            key = (seen.subject, seen.kind, seen.item)
            if key not in found or (seen.certainty, found[key].certainty) == ("certain", "possible"):
                found[key] = seen
    return sorted(found.values(), key=lambda seen: (seen.time, seen.kind, seen.item))


def _rows(engine: Engine, theirs: str, properties: str) -> list[dict[str, Any]]:
    return engine.rows(f"""
        SELECT e.event_id, e.time, e.operation, coalesce(e.target, '') AS target, e.message_ids,
               coalesce(lower(coalesce(e.mailbox_owner, e.actor)), '') AS subject, e.folders, e.message_id,
               max(CASE WHEN s.name LIKE '%MailAccessType' THEN lower(s.value) END) AS access,
               bool_or(s.name LIKE '%IsThrottled' AND lower(s.value) = 'true') AS throttled
        FROM {theirs} e LEFT JOIN {properties} s
             ON s.event_id = e.event_id AND (s.name LIKE '%MailAccessType' OR s.name LIKE '%IsThrottled')
        WHERE e.source <> 'message_trace' GROUP BY ALL ORDER BY e.time, e.event_id
    """)


def _mail_subjects(engine: Engine, theirs: str) -> dict[str, str]:
    """Subject lines of the mails that attackers opened, as far as the message trace knows them."""
    rows = engine.rows(f"""
        SELECT t.message_id, max(t.message_subject) AS said FROM events t
        WHERE t.message_subject IS NOT NULL AND t.message_id IN (
            SELECT unnest(e.message_ids) FROM {theirs} e)
        GROUP BY t.message_id
    """)
    return {row["message_id"]: row["said"] for row in rows}


def _seen(row: dict[str, Any], label: Attribution, subjects: dict[str, str]) -> Iterator[Exposure]:
    operation = row["operation"]
    if operation == "MailItemsAccessed":
        yield from _mail(row, label, subjects)
    elif operation in _FILES and row["target"]:
        yield _made(row, label, "file", row["target"], f"the file was {_FILES[operation]}")
    elif operation in _LINKS and row["target"]:
        yield _made(row, label, "link", row["target"], f"{_LINKS[operation]} for it")
    elif operation in _CHATS and row["target"]:
        yield _made(row, label, "chat", row["target"], f"the chat was {_CHATS[operation]}")


def _mail(row: dict[str, Any], label: Attribution, subjects: dict[str, str]) -> Iterator[Exposure]:
    folders = ", ".join(row["folders"] or ())
    if row["access"] == "sync":
        for folder in row["folders"] or ["(folder not named)"]:
            yield _made(
                row, label, "folder", folder, "the folder was synchronised: every mail in it must be taken as read"
            )
    else:
        where = f" in {short(folders, 80)}" if folders else ""
        for message in row["message_ids"] or ():
            said = f', subject line "{short(subjects[message], 120)}"' if message in subjects else ""
            yield _made(row, label, "mail", message, f"the mail was opened{where}{said}")
    if row["throttled"]:
        end = moment(utc(row["time"]) + BLIND)
        why = (
            f"so much was opened that the service stopped to record it at {moment(row['time'])}, for up to a day:"
            f" that the whole mailbox of {row['subject']} was read until {end} cannot be excluded"
        )
        yield _made(row, label, "mail", f"{WHOLE_MAILBOX}, until {end})", why, certain=False)


def _made(row: dict[str, Any], label: Attribution, kind: str, item: str, why: str, *, certain: bool = True) -> Exposure:
    sure = certain and label.confidence >= SURE
    doubt = "" if sure or not certain else f"; whose event it was is not sure (confidence {label.confidence:.2f})"
    time = aware(row["time"]) or label.time
    return Exposure(kind, item, "certain" if sure else "possible", row["subject"], time, row["event_id"], why + doubt)
