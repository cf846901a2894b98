"""What the attacker saw: certain where the log names it, possible where the log stops or the label is not sure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from o365nb.analysis.attackers import attacker_tables
from o365nb.analysis.base import SURE, Labels, aware, short
from o365nb.analysis.exposure_forwarded import forwarded
from o365nb.analysis.exposure_mail import mail_seen, unrecorded
from o365nb.analysis.links import LINKS, link_uses
from o365nb.analysis.mail_facts import mail_facts
from o365nb.engine import Engine
from o365nb.model import Exposure
from o365nb.text import plural

#: What was done with a file, the farthest-reaching first: a copy is worse than a look.
_FILES = {
    "FileDownloaded": "downloaded",
    "FileSyncDownloadedFull": "copied whole by synchronisation",
    "FileSyncDownloadedPartial": "copied in part by synchronisation",
    "FileCopied": "copied",
    "FileAccessed": "opened",
    "FileAccessedExtended": "opened",
    "FileVersionViewed": "opened in an older version",
    "AttachmentAccess": "opened as an attachment",
    "FilePreviewed": "previewed",
}
_CHATS = {
    "MessageRead": "was read",
    "MessagesListed": "was listed",
    "ChatRetrieved": "was read",
    "MessageHostedContentRead": "was opened",
    "MessageSent": "was written to, and so stood open",
    "MessageCreatedHasLink": "was written to, and so stood open",
    "ChatCreated": "was begun",
}
_SEARCHES = {
    "SearchQueryInitiatedExchange": "the mailbox",
    "SearchQueryInitiatedSharePoint": "SharePoint and OneDrive",
    "SearchQueryPerformed": "SharePoint and OneDrive",
}
_WHERE = "'ChatThreadId', 'ChatName', 'TeamName', 'ChannelName'"


def exposure(engine: Engine, labels: Labels) -> list[Exposure]:
    """Everything that attacker-labelled events show to have been seen, each thing once per account and kind."""
    theirs, properties = attacker_tables(engine, labels)
    rows = _rows(engine, theirs, properties)
    known = mail_facts(engine, f"SELECT unnest(e.message_ids) AS message_id FROM {theirs} e")
    told: list[Exposure] = []
    for row in rows:
        label = labels[row["event_id"]]
        sure, doubt = label.confidence >= SURE, f"whose event it was is not sure (confidence {label.confidence:.2f})"
        shown = mail_seen(row, known) if row["operation"] == "MailItemsAccessed" else _seen(row)
        told += [seen if sure or seen.certainty == "possible" else _unsure(seen, doubt) for seen in shown]
    told += _files(rows, labels)
    told += _links(engine, rows, labels)
    told += forwarded(engine, labels, theirs, properties)
    told += unrecorded(engine, labels, rows)
    found: dict[tuple[str, str, str], Exposure] = {}
    for seen in told:
        key = (seen.subject, seen.kind, seen.item)
        if key not in found or (seen.certainty, found[key].certainty) == ("certain", "possible"):
            found[key] = seen
    return sorted(found.values(), key=lambda seen: (seen.time, seen.kind, seen.item))


def _rows(engine: Engine, theirs: str, properties: str) -> list[dict[str, Any]]:
    def value(test: str, read: str = "s.value") -> str:
        return f"max(CASE WHEN {test} THEN {read} END)"

    rows = engine.rows(f"""
        SELECT e.event_id, e.time, e.operation, coalesce(e.target, '') AS target, e.message_ids, e.folders,
               lower(coalesce(e.actor, '')) AS actor, lower(coalesce(e.mailbox_owner, e.actor, '')) AS subject,
               e.result, {value("s.name LIKE '%MailAccessType'", "lower(s.value)")} AS access,
               {value("s.name LIKE '%IsThrottled'", "lower(s.value)")} AS throttled,
               {value("s.name = 'OperationCount'")} AS counted,
               {value("s.name IN ('QueryText', 'Query', 'SearchQueryText')")} AS query,
               {value("s.name = 'ChatThreadId'")} AS thread, {value("s.name IN ('ChatName', 'TeamName')")} AS place,
               {value("s.name = 'ChannelName'")} AS channel
        FROM {theirs} e LEFT JOIN {properties} s ON s.event_id = e.event_id
             AND (s.name LIKE '%MailAccessType' OR s.name LIKE '%IsThrottled'
                  OR s.name IN ('OperationCount', 'QueryText', 'Query', 'SearchQueryText', {_WHERE}))
        WHERE e.source <> 'message_trace' AND e.result IS DISTINCT FROM 'failure'
        GROUP BY e.event_id, e.time, e.operation, e.target, e.message_ids, e.folders, e.actor, e.mailbox_owner,
                 e.result
        ORDER BY e.time, e.event_id
    """)
    return [{**row, "time": aware(row["time"])} for row in rows if row["time"] is not None]


def _unsure(seen: Exposure, doubt: str) -> Exposure:
    return Exposure(
        seen.kind, seen.item, "possible", seen.subject, seen.time, seen.event_id, f"{seen.why}; {doubt}"
    )  # fmt: skip


def _seen(row: dict[str, Any]) -> Iterator[Exposure]:
    """Chats and searches: one event, one thing."""
    operation = row["operation"]
    if operation in _CHATS:
        place = " / ".join(short(part, 80) for part in (row["place"], row["channel"]) if part)
        if item := row["thread"] or row["target"] or place:
            named = f' ("{place}")' if place and place != item else ""
            yield _made(row, "chat", item, f"the chat{named} {_CHATS[operation]}")
    elif operation in _SEARCHES and row["query"]:
        why = f"{_SEARCHES[operation]} of {row['subject']} was searched for it; the log does not keep what was found"
        yield _made(row, "search", short(row["query"], 200), why)


def _made(row: dict[str, Any], kind: str, item: str, why: str) -> Exposure:
    return Exposure(kind, item, "certain", row["subject"], row["time"], row["event_id"], why)


def _files(rows: Iterable[dict[str, Any]], labels: Labels) -> Iterator[Exposure]:
    """Each file once, with all that was done to it; the farthest-reaching act, surely the attacker's, carries it."""
    order = list(_FILES)
    acts: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        if row["operation"] in _FILES and row["target"]:
            acts.setdefault((row["subject"], row["target"]), []).append(row)
    for (_, item), done in acts.items():
        sure = [row for row in done if labels[row["event_id"]].confidence >= SURE]
        best = min(sure or done, key=lambda row: (order.index(row["operation"]), row["time"]))
        words = dict.fromkeys(_FILES[name] for name in order if name in {row["operation"] for row in sure or done})
        seen = _made(best, "file", item, f"the file was {_and(list(words))}")
        doubt = f"whose event it was is not sure (confidence {labels[best['event_id']].confidence:.2f})"
        yield seen if sure else _unsure(seen, doubt)


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _links(engine: Engine, rows: Iterable[dict[str, Any]], labels: Labels) -> Iterator[Exposure]:
    made = [row for row in rows if row["operation"] in LINKS and row["target"]]
    if not made:
        return
    uses = link_uses(engine, {row["target"] for row in made})
    for row in made:
        used = [use for use in uses.get(row["target"].lower(), ()) if use.last >= row["time"]]
        said = "no use of it is in the evidence"
        if used:
            whom = ", ".join(dict.fromkeys(use.who for use in used))
            said = f"it was used {plural(sum(use.times for use in used), 'time')} ({short(whom, 160)})"
        seen = _made(row, "link", row["target"], f"{LINKS[row['operation']]} for it; {said}")
        label = labels[row["event_id"]]
        doubt = f"whose event it was is not sure (confidence {label.confidence:.2f})"
        yield seen if label.confidence >= SURE else _unsure(seen, doubt)
