"""Every folder of the mailbox, hidden ones too, with how much is in it: mail is put where nobody looks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_page
from o365nb.model import Outcome, Window
from o365nb.tenant import Page, Tenant, segment

_ASKED = {"includeHiddenFolders": "true", "$top": "250"}
_MOST = 300  # folders with folders below them that are opened


class MailFolders(Collector):
    """Names and counts only; folder by folder, as deep as they go."""

    source = "mail_folders"
    title = "mail folders"
    needs = (Right("Mail.ReadBasic.All", "Exchange Online"),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        below = f"/users/{segment(person.id)}/mailFolders"
        waiting, opened = deque([below]), 0
        while waiting and opened < _MOST:
            opened += 1
            for number, page in enumerate(tenant.graph.pages(waiting.popleft(), _ASKED), 1):
                waiting.extend(f"{below}/{segment(folder)}/childFolders" for folder in _parents(page))
                name = f"folders-{person.upn}-{opened:03d}-{number:02d}.json"
                yield from_page(page, "graph-mail-folder-json", name, "GET mailFolders, hidden ones too")
        if waiting:
            yield Shortfall(Outcome.PARTIAL, f"{len(waiting)} folders with folders below them were not opened.")


def _parents(page: Page) -> list[str]:
    return [str(folder["id"]) for folder in page.records if folder.get("childFolderCount") and folder.get("id")]
