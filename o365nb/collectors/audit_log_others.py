"""What others did that names the person: in the mailbox, to the account, in a chat. The person's own log is silent."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from o365nb.collectors.audit_log import AuditLog, Way
from o365nb.collectors.ual_feed import by_feed
from o365nb.collectors.ual_query import by_query
from o365nb.collectors.ual_search import by_search


class AuditLogOfOthers(AuditLog):
    """A delegate's reading, a right given by an administrator and a stranger's chat stand under the other's name.

    What the person did comes here too, for it names the person; it counts once in the tables.
    """

    source = "ual/others"
    title = "what others did, in the unified audit log"
    ways: ClassVar[tuple[Way, ...]] = (
        Way("Graph's audit query", partial(by_query, naming=True), ("usgov", "china")),
        Way("Search-UnifiedAuditLog", partial(by_search, naming=True), ("china",)),
        Way("the Management Activity API", by_feed),
    )
