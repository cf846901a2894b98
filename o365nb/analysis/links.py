"""Sharing links that the attacker made, and who used them since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from o365nb.engine import Engine
from o365nb.model import utc

LINKS = {
    "AnonymousLinkCreated": "a link for anybody was made",
    "AnonymousLinkUpdated": "a link for anybody was changed",
    "SharingLinkCreated": "a sharing link was made",
    "CompanyLinkCreated": "a link for everybody in the organisation was made",
    "SecureLinkCreated": "a link for named people was made",
    "AddedToSecureLink": "somebody was added to a link",
    "SharingInvitationCreated": "somebody was invited",
    "SharingSet": "it was shared",
}
_USED = ("AnonymousLinkUsed", "SharingLinkUsed", "CompanyLinkUsed", "SecureLinkUsed", "SharingInvitationAccepted")


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody's use of a link: how often, until when, by whom or from where."""

    who: str
    times: int
    last: datetime


def link_uses(engine: Engine, targets: Iterable[str]) -> Mapping[str, list[Use]]:
    """Uses of links by target (lower case); downloads by people without an account count too."""
    engine.table("analysis_links", {"target": "VARCHAR"}, sorted((target.lower(),) for target in targets))
    used = ", ".join(f"'{name}'" for name in _USED)
    rows = engine.rows(f"""
        SELECT lower(target) AS target,
               CASE WHEN actor IS NULL OR actor LIKE 'urn:%' OR actor = 'anonymous'
                    THEN 'somebody unnamed' ELSE lower(actor) END
               || CASE WHEN client_ip IS NOT NULL THEN ' from ' || client_ip ELSE '' END AS who,
               count(*) AS times, max(time) AS last
        FROM events WHERE lower(target) IN (SELECT target FROM analysis_links)
          AND (operation IN ({used}) OR operation IN ('FileDownloaded', 'FileAccessed', 'FilePreviewed')
               AND (actor LIKE 'urn:spo:%' OR actor = 'anonymous'))
        GROUP BY 1, 2 ORDER BY 1, 2
    """)
    found: dict[str, list[Use]] = {}
    for row in rows:
        found.setdefault(row["target"], []).append(Use(row["who"], row["times"], utc(row["last"])))
    return found
