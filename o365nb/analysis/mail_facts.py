"""What a message is about and between whom: from the trace, from collected messages, and from the audit log itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from o365nb.analysis.base import short
from o365nb.engine import Engine
from o365nb.text import plural


@dataclass(frozen=True, slots=True)
class MailFacts:
    """One message: subject line, sender, recipients, and whether it carried attachments (None: not known)."""

    subject: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    sent: datetime | None = None
    attachments: bool | None = None

    @property
    def words(self) -> str:
        """`, subject line "…", from … to …, with attachments`; "" when nothing is known."""
        said = f', subject line "{short(self.subject, 120)}"' if self.subject else ""
        if self.sender:
            said += f", from {short(self.sender, 80)}"
        if self.recipients:
            more = len(self.recipients) - 1
            said += f" to {short(self.recipients[0], 80)}" + (f" and {plural(more, 'other')}" if more else "")
        return said + (", with attachments that must be taken as read" if self.attachments else "")


def mail_facts(engine: Engine, ids: str) -> Mapping[str, MailFacts]:
    """Facts of the messages whose ids the SELECT `ids` gives (one column `message_id`); the trace speaks first."""
    wanted = f"SELECT message_id FROM ({ids}) AS wanted WHERE message_id IS NOT NULL"
    found: dict[str, MailFacts] = {}
    # Worst first: what comes later is better and takes its place.
    for sql in (_AUDIT, _QUARANTINED, _MESSAGES, _TRACE):
        for row in engine.rows(sql.format(wanted=wanted)):
            held = found.get(row["message_id"], MailFacts())
            found[row["message_id"]] = MailFacts(
                row["subject"] or held.subject,
                row["sender"] or held.sender,
                tuple(row["recipients"].split(" ")) if row["recipients"] else held.recipients,
                row["sent"] or held.sent,
                row["attachments"] if row["attachments"] is not None else held.attachments,
            )
    return found


# A sender of the audit log is who wrote (Send, Create), never who opened, moved or deleted.
_AUDIT = """
    SELECT message_id, max(message_subject) AS subject,
           max(CASE WHEN operation IN ('Send', 'SendAs', 'SendOnBehalf') THEN lower(actor) END) AS sender,
           CAST(NULL AS VARCHAR) AS recipients,
           min(CASE WHEN operation IN ('Send', 'SendAs', 'SendOnBehalf') THEN time END) AS sent,
           CAST(NULL AS BOOLEAN) AS attachments
    FROM case_events WHERE source = 'ual' AND message_id IN ({wanted}) GROUP BY message_id
"""
_QUARANTINED = """
    SELECT q.message_id, max(q.subject) AS subject, max(lower(q.sender)) AS sender, max(q.whom) AS recipients,
           min(q.received) AS sent, CAST(NULL AS BOOLEAN) AS attachments
    FROM (SELECT message_id, subject, sender, received, lower(array_to_string(recipients, ' ')) AS whom
          FROM quarantine) AS q
    WHERE q.message_id IN ({wanted}) GROUP BY q.message_id
"""
_MESSAGES = """
    SELECT m.message_id, max(m.subject) AS subject, max(lower(m.sender)) AS sender, max(m.whom) AS recipients,
           min(m.sent) AS sent, bool_or(m.has_attachments) AS attachments
    FROM (SELECT message_id, subject, sender, sent, has_attachments, lower(array_to_string(recipients, ' ')) AS whom
          FROM messages) AS m
    WHERE m.message_id IN ({wanted}) GROUP BY m.message_id
"""
_TRACE = """
    SELECT message_id, max(about) AS subject, max(sender) AS sender,
           string_agg(recipient, ' ' ORDER BY recipient) AS recipients, min(sent) AS sent,
           CAST(NULL AS BOOLEAN) AS attachments
    FROM (SELECT message_id, lower(target) AS recipient, max(message_subject) AS about, max(lower(actor)) AS sender,
                 min(time) AS sent
          FROM events WHERE source = 'message_trace' AND message_id IN ({wanted}) GROUP BY 1, 2) AS t
    GROUP BY message_id
"""
