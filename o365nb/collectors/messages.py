"""Sent messages and deleted ones that can be got back, with their headers and without their bodies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.errors import NotFound
from o365nb.model import Outcome, Window, iso
from o365nb.tenant import Tenant, literal, segment

_SELECT = (
    "id,internetMessageId,subject,sentDateTime,receivedDateTime,from,sender,toRecipients,ccRecipients,bccRecipients,"
    "replyTo,hasAttachments,parentFolderId,conversationId,isRead,internetMessageHeaders"
)
#: Well-known folder, and the time that its messages are chosen by.
_FOLDERS = (("sentitems", "sentDateTime"), ("recoverableitemsdeletions", "receivedDateTime"))


class Messages(Collector):
    """Metadata by the small right; bodies are read for one message at a time and on request only (`fetch_eml`)."""

    source = "messages"
    title = "sent and deleted messages"
    needs = (Right("Mail.ReadBasic.All", "Exchange Online"),)
    retention = timedelta(days=3650)  # as long as the mailbox itself keeps them

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        for folder, moment in _FOLDERS:
            params = {
                "$filter": f"{moment} ge {iso(window.start)} and {moment} lt {iso(window.end)}",
                "$select": _SELECT,
                "$top": "1000",
            }
            path = f"/users/{segment(person.id)}/mailFolders/{folder}/messages"
            try:
                pages = tenant.graph.pages(path, params)
                yield from from_graph(pages, "graph-message-json", f"{folder}-{person.upn}")
            except NotFound as error:
                yield Shortfall(Outcome.PARTIAL, f"The mailbox shows no folder {folder}: {error}")


def fetch_eml(tenant: Tenant, person: Person, message_id: str) -> Iterator[Raw]:
    """The whole message with that internet message id, as it was sent: one per copy in the mailbox.

    It needs Mail.Read, and the reading is logged as MailItemsAccessed of our application. Raises NotFound when the
    mailbox holds no such message.
    """
    wanted = message_id.strip()
    wanted = wanted if wanted.startswith("<") else f"<{wanted}>"
    below = f"/users/{segment(person.id)}/messages"
    params = {"$filter": f"internetMessageId eq {literal(wanted)}", "$select": "id,internetMessageId", "$top": "10"}
    found = [str(item["id"]) for page in tenant.graph.pages(below, params) for item in page.records if item.get("id")]
    if not found:
        raise NotFound(f"{person.upn} has no message {wanted}. Check the id; it may have been purged.")
    for number, identity in enumerate(found, 1):
        path = f"{below}/{segment(identity)}/$value"
        page = tenant.graph.raw(path)
        # No shape: it is evidence to be read by people, and makes no rows.
        yield Raw(page.body, "", f"message-{number:02d}.eml", f"GET {path} ({wanted})", 1, page.request_id)
