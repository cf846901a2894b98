"""Exchange's own settings through Export-Csv or a collector: the same properties as the cmdlets', as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from o365nb.intake.base import Item, Origin
from o365nb.intake.csv_text import CsvRow
from o365nb.intake.exchange_csv import kept, saved
from o365nb.intake.forms import CsvShape

_BETWEEN = re.compile(r"\s*[,|]\s*|\s+(?=smtp:)")


class ExchangeSettingCsv(CsvShape):
    """One setting of one kind per row. `lists` are the columns in which a cmdlet has a list; `vital` are those whose
    loss (Export-Csv writes the name of a type where it met a list) makes the row a damaged one."""

    kind: ClassVar[str]
    lists: ClassVar[tuple[str, ...]] = ()
    vital: ClassVar[tuple[str, ...]] = ()

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        cells, lost = kept(row)
        data: dict[str, Any] = {name: _listed(cell) if name in self.lists else cell for name, cell in cells.items()}
        yield from saved(row, self.kind, data, [name for name in lost if name in self.vital])


class ExchangeTransportRuleCsv(ExchangeSettingCsv):
    """Get-TransportRule."""

    name = "exchange-transport-rule-csv"
    title = "Get-TransportRule (CSV)"
    kind = "transport_rule"
    forms = (
        frozenset({"Name", "State", "Mode", "Priority"}),
        frozenset({"Name", "Description", "CreatedBy", "WhenChanged", "State"}),  # Microsoft-Extractor-Suite's choice
    )
    times = ("WhenChanged",)
    lists = ("Conditions", "Actions", "SubjectOrBodyContainsWords", "SubjectContainsWords", "BlindCopyTo", "CopyTo",
             "RedirectMessageTo", "AddToRecipients", "FromAddressContainsWords")  # fmt: skip
    vital = ("BlindCopyTo", "CopyTo", "RedirectMessageTo", "AddToRecipients")


class ExchangeInboundConnectorCsv(ExchangeSettingCsv):
    """Get-InboundConnector."""

    name = "exchange-inbound-connector-csv"
    title = "Get-InboundConnector (CSV)"
    kind = "inbound_connector"
    forms = (frozenset({"Name", "ConnectorType", "SenderDomains", "SenderIPAddresses"}),)
    times = ("WhenCreated", "WhenChanged", "WhenCreatedUTC", "WhenChangedUTC")
    lists = ("SenderDomains", "SenderIPAddresses")
    vital = lists


class ExchangeOutboundConnectorCsv(ExchangeSettingCsv):
    """Get-OutboundConnector."""

    name = "exchange-outbound-connector-csv"
    title = "Get-OutboundConnector (CSV)"
    kind = "outbound_connector"
    forms = (frozenset({"Name", "ConnectorType", "RecipientDomains", "SmartHosts"}),)
    times = ("WhenCreated", "WhenChanged", "WhenCreatedUTC", "WhenChangedUTC")
    lists = ("RecipientDomains", "SmartHosts")
    vital = lists


class ExchangeRemoteDomainCsv(ExchangeSettingCsv):
    """Get-RemoteDomain."""

    name = "exchange-remote-domain-csv"
    title = "Get-RemoteDomain (CSV)"
    kind = "remote_domain"
    forms = (frozenset({"DomainName", "AutoForwardEnabled"}),)
    times = ("WhenCreated", "WhenChanged", "WhenCreatedUTC", "WhenChangedUTC")


class ExchangeMailboxPermissionCsv(ExchangeSettingCsv):
    """Get-MailboxPermission."""

    name = "exchange-mailbox-permission-csv"
    title = "Get-MailboxPermission (CSV)"
    kind = "mailbox_permission"
    forms = (
        frozenset({"Identity", "User", "AccessRights", "IsInherited"}),
        frozenset({"Identity", "User", "AccessRights", "Deny"}),
    )
    lists = ("AccessRights",)
    vital = lists


class ExchangeRecipientPermissionCsv(ExchangeSettingCsv):
    """Get-RecipientPermission."""

    name = "exchange-recipient-permission-csv"
    title = "Get-RecipientPermission (CSV)"
    kind = "mailbox_permission"
    forms = (frozenset({"Identity", "Trustee", "AccessRights"}),)
    lists = ("AccessRights",)
    vital = lists


class ExchangeFolderPermissionCsv(ExchangeSettingCsv):
    """Get-MailboxFolderPermission."""

    name = "exchange-folder-permission-csv"
    title = "Get-MailboxFolderPermission (CSV)"
    kind = "folder_permission"
    forms = (frozenset({"FolderName", "User", "AccessRights"}),)
    lists = ("AccessRights",)
    vital = lists


def _listed(cell: str) -> list[str]:
    """`{a, b}`, `a, b` and `a|b` are two; `smtp:*;1` keeps its sign."""
    return [entry for entry in _BETWEEN.split(cell.strip().removeprefix("{").removesuffix("}").strip()) if entry]
