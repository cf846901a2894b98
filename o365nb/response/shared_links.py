"""Sharing links by the ids that the log gives them: which link the attacker's hand made, on which file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from o365nb.engine import Engine
from o365nb.model import Persistence

#: SharePoint's own group behind every link: SharingLinks.<the item>.<kind>.<the link>. Its last part is the id of the
#: permission in Graph (field evidence, see docs/live-tenant.md); the log names the group when the link is made.
_GROUP = re.compile(
    r"SharingLinks\.(?P<item>{guid})\.(?P<kind>\w+)\.(?P<link>{guid})".replace(
        "{guid}", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    ),
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SharedLink:
    """One link: the address of what it opens, the item's own id there, and the id of the link."""

    url: str
    item: str
    link: str


def shared_links(engine: Engine, items: Iterable[Persistence]) -> dict[str, tuple[SharedLink, ...]]:
    """Item of the inventory → the links that its hand made there, where the log names them; nothing where it does not.

    A link counts only when the log names its group in the same act (same account, file, session and address, within
    ten minutes of the link's own record) and never before: what somebody else made earlier is not the attacker's.
    """
    wanted = {item.id.rpartition(":")[2]: item.id for item in items if item.kind == "sharing_link"}
    if not wanted:
        return {}
    engine.table("response_shares", {"event_id": "VARCHAR"}, [(one,) for one in sorted(wanted)])
    # A table of its own: Spark cannot plan the taking apart within the joins below.
    engine.derive(
        "response_link_groups",
        """
        SELECT time, actor, target, session_id, client_ip, p.value AS name FROM (
            SELECT time, actor, target, session_id, client_ip, unnest(properties) AS p
            FROM events WHERE operation = 'SharingSet'
        ) AS apart WHERE p.name = 'TargetUserOrGroupName' AND p.value LIKE 'SharingLinks.%'
        """,
    )
    rows = engine.rows("""
        SELECT m.event_id, s.target, s.name FROM (
            SELECT e.event_id, e.time, e.actor, e.target, e.session_id, e.client_ip
            FROM response_shares r JOIN events e ON e.event_id = r.event_id
        ) AS m JOIN response_link_groups AS s ON lower(s.actor) = lower(m.actor) AND s.target = m.target
            AND s.time >= m.time - INTERVAL 2 MINUTE AND s.time <= m.time + INTERVAL 10 MINUTE
            AND coalesce(s.session_id = m.session_id, TRUE) AND coalesce(s.client_ip = m.client_ip, TRUE)
        WHERE NOT EXISTS (
            SELECT 1 FROM response_link_groups AS earlier
            WHERE earlier.name = s.name AND earlier.time < m.time - INTERVAL 2 MINUTE
        ) ORDER BY m.event_id, s.target, s.name
    """)
    found: dict[str, dict[SharedLink, None]] = {}
    for row in rows:
        if named := _GROUP.fullmatch(str(row["name"])):
            link = SharedLink(str(row["target"]), named["item"].lower(), named["link"].lower())
            found.setdefault(wanted[str(row["event_id"])], {})[link] = None
    return {key: tuple(links) for key, links in found.items()}
