"""The unified audit log by the Management Activity API: seven days, and only where a subscription already runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from o365nb.collectors.base import Person, Raw, Shortfall, from_page
from o365nb.errors import NotFound
from o365nb.model import Outcome, Window
from o365nb.tenant import Tenant
from o365nb.tenant.management import CONTENT_TYPES, REACH, SPAN


def by_feed(tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
    """Every blob that speaks of the account, whole as it came; what is in the others concerns others.

    Times of the feed are when records became available, so it is read up to now. Raises NotFound when no subscription
    runs or the window is older than the feed: none is started, for that would change the tenant and bring nothing.
    """
    running = tenant.management.subscriptions()
    kinds = [kind for kind in CONTENT_TYPES if running.get(kind)]
    now = tenant.now()
    oldest = now - REACH
    if not kinds:
        raise NotFound("No subscription of the audit feed runs in this tenant; it is not started for a collection.")
    if window.end <= oldest:
        raise NotFound("The audit feed reaches back seven days: the window is older.")
    looked = mentioned = gone = 0
    known: set[str] = set()  # what lies on the edge of two lists is in both
    names = [name.encode() for name in {person.upn, person.id.lower(), *person.addresses} if name]
    for kind in kinds:
        for part in Window(max(window.start, oldest), now).slices(SPAN):
            for entry in tenant.management.content(kind, part):
                link = str(entry.get("contentUri") or "")
                if link in known:
                    continue
                known.add(link)
                try:
                    page = tenant.management.blob(link)
                except NotFound:
                    gone += 1
                    continue
                looked += 1
                if any(name in page.body.lower() for name in names):
                    mentioned += 1
                    name = re.sub(r"[^A-Za-z0-9.]+", "-", str(entry.get("contentId") or looked))[:120]
                    what = f"GET {kind} content, available {entry.get('contentCreated')}"
                    yield from_page(page, "management-activity-json", f"{name}.json", what)
    yield Shortfall(Outcome.PARTIAL, _told(kinds, max(window.start, oldest), looked, mentioned, gone))


def _told(kinds: list[str], start: datetime, looked: int, mentioned: int, gone: int) -> str:
    missing = [kind for kind in CONTENT_TYPES if kind not in kinds]
    words = [f"It holds seven days, and nothing from before its subscription began: none before {start:%Y-%m-%d}."]
    words.append(f"{mentioned} of its {looked} parts speak of the account.")
    if missing:
        words.append(f"Not subscribed: {', '.join(missing)}.")
    if gone:
        words.append(f"{gone} parts were gone before they could be read.")
    return " ".join(words)
