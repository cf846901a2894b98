"""Message trace: one row per recipient, as Graph's exchangeMessageTrace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from o365nb.practice.ids import Json, z


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one recipient. `trace` is the network message id, the same for all recipients of a message."""

    at: datetime
    trace: str
    message_id: str
    sender: str
    recipient: str
    subject: str
    size: int
    from_ip: str
    status: str = "delivered"

    @property
    def event_id(self) -> str:
        """What tells this row from every other: the trace has no id of its own per recipient."""
        return f"{self.trace}|{self.recipient.lower()}"


def graph_record(mail: Mail) -> Json:
    """The row as Graph v1.0 returns it."""
    return {
        "id": mail.trace,
        "senderAddress": mail.sender,
        "recipientAddress": mail.recipient,
        "messageId": mail.message_id,
        "receivedDateTime": z(mail.at),
        "subject": mail.subject,
        "size": mail.size,
        "fromIP": mail.from_ip,
        "toIP": "",
        "status": mail.status,
    }
