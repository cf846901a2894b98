"""Who may open the inbox, the calendar and the top of the mailbox without a right to the mailbox as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Shortfall, exchange_right, from_cmdlet
from o365nb.errors import NotFound
from o365nb.model import Outcome, Window
from o365nb.tenant import Tenant

_CMDLET, _SHAPE = "Get-MailboxFolderPermission", "exchange-folder-permission-json"


class FolderPermissions(Collector):
    """Three folders: those that everybody has, whatever the mailbox's language calls them. Others are not asked for."""

    source = "folder_permissions"
    title = "folder permissions"
    needs = (exchange_right(),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        missing = []
        for folder in ("", "Inbox", "Calendar"):
            try:
                yield from _of(tenant, person, folder, folder)
            except NotFound:
                if own := _own_name(tenant, person, folder):
                    yield from _of(tenant, person, folder, own)
                else:
                    missing.append(folder or "top folder")
        if missing:
            yield Shortfall(Outcome.PARTIAL, f"The mailbox shows no {' and no '.join(missing)}.")


def _of(tenant: Tenant, person: Person, folder: str, path: str) -> Iterator[Raw]:
    """The permissions of one folder; `folder` is its English name, "" for the top."""
    name = f"{folder.lower() or 'top'}-{person.upn}"
    yield from from_cmdlet(tenant, _CMDLET, _SHAPE, name, person.upn, Identity=f"{person.upn}:\\{path}")


def _own_name(tenant: Tenant, person: Person, folder: str) -> str:
    """What the mailbox calls that folder; "" where it has none."""
    if not folder:
        return ""
    pages = tenant.exchange.run(
        "Get-MailboxFolderStatistics", person.upn, Identity=person.upn, FolderScope=folder, ResultSize="Unlimited"
    )
    for page in pages:
        for found in page.records:
            if str(found.get("FolderType")) == folder:
                return str(found.get("FolderPath") or "").strip("/").replace("/", "\\")
    return ""
