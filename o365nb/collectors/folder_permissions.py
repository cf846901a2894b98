"""Who may open the inbox, the calendar and the top of the mailbox without a right to the mailbox as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_cmdlet
from o365nb.errors import NotFound
from o365nb.model import Outcome, Window
from o365nb.tenant import Tenant

_CMDLET, _SHAPE = "Get-MailboxFolderPermission", "exchange-folder-permission-json"


class FolderPermissions(Collector):
    """Three folders: those that everybody has. Others are not asked for."""

    source = "folder_permissions"
    title = "folder permissions"
    needs = (Right("Exchange.ManageAsApp with Global Reader", "Exchange Online"),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        missing = []
        for folder in ("", "Inbox", "Calendar"):
            asked = {"Identity": f"{person.upn}:\\{folder}"}
            name = f"{folder.lower() or 'top'}-{person.upn}"
            try:
                yield from from_cmdlet(tenant, _CMDLET, _SHAPE, name, person.upn, **asked)
            except NotFound:
                missing.append(folder or "the top folder")
        if missing:
            reason = f"No folder is called {' or '.join(missing)}: the mailbox speaks another language, or has none."
            yield Shortfall(Outcome.PARTIAL, reason)
