"""Exchange cmdlets about how things stand, through Export-Csv or a collector: inbox rules and mailboxes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from o365nb.intake.base import DAMAGED, OWNER, Damaged, Item, Note, Origin, Record
from o365nb.intake.csv_text import CsvRow
from o365nb.intake.exchange_state import with_doubt
from o365nb.intake.forms import CsvShape, only_a_type

#: What a remote session and the object model add: about the session, not about the object.
_FOREIGN = frozenset(
    {
        "PSComputerName",
        "RunspaceId",
        "PSShowComputerName",
        "IsValid",
        "ObjectState",
        "ObjectClass",
        "OrganizationId",
        "ExchangeVersion",
    }
)
_RULE_NAMES = {
    "RuleName": "Name",
    "UserName": OWNER,
    "RuleEnabled": "Enabled",
    "CopytoFolder": "CopyToFolder",
    "MovetoFolder": "MoveToFolder",
    "TextDescription": "Description",
}
_ADDRESSES = ("ForwardTo", "RedirectTo", "ForwardAsAttachmentTo")


class ExchangeInboxRuleCsv(CsvShape):
    """Get-InboxRule, and Microsoft-Extractor-Suite's MailboxRules, which calls some columns otherwise."""

    name = "exchange-inbox-rule-csv"
    title = "Get-InboxRule or mailbox rules of Microsoft-Extractor-Suite (CSV)"
    forms = (
        frozenset({"Name", "Enabled", "Priority", "RuleIdentity", "StopProcessingRules"}),
        frozenset({"Name", "Enabled", "Priority", "Identity", "MoveToFolder", "DeleteMessage"}),
        frozenset({OWNER, "Name", "Enabled", "MoveToFolder", "ForwardTo", "RedirectTo"}),  # its first versions
    )

    def column(self, name: str) -> str:
        return _RULE_NAMES.get(name, name)

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        nameless = 0
        for item in with_doubt(super().read(text, origin), origin):
            nameless += isinstance(item, Record) and OWNER not in item.data
            yield item
        if nameless:
            yield Note(f"{nameless} of the rules do not say whose they are.", limits=True)

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        cells, lost = kept(row)
        owner = next(
            (text for name in (OWNER, "MailboxOwnerId", "Identity") if "@" in (text := cells.get(name, ""))), ""
        )
        data: dict[str, Any] = {name: cell for name, cell in cells.items() if name != OWNER}
        if owner:
            data[OWNER] = owner.partition("\\")[0]
        lost = [name for name in lost if name in _ADDRESSES or name.endswith("Words") or name == "From"]
        yield from saved(row, "inbox_rule", data, lost)


class ExchangeMailboxCsv(CsvShape):
    """Get-Mailbox."""

    name = "exchange-mailbox-csv"
    title = "Get-Mailbox (CSV)"
    forms = (frozenset({"DeliverToMailboxAndForward", "ForwardingSmtpAddress", "PrimarySmtpAddress"}),)

    def column(self, name: str) -> str:
        """Hawk's reports of forwarding choose other capitals: ForwardingSMTPAddress."""
        return name.replace("SMTP", "Smtp")

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        cells, lost = kept(row)
        lost = [name for name in lost if name in ("ForwardingAddress", "ForwardingSmtpAddress", "GrantSendOnBehalfTo")]
        yield from saved(row, "mailbox", dict(cells), lost)


def kept(row: CsvRow) -> tuple[dict[str, str], list[str]]:
    """The cells that say something, and the columns in which Export-Csv left only the name of a type."""
    cells = {
        name: cell for name, cell in row.cells.items() if name not in _FOREIGN and (cell.strip() or name == "Name")
    }
    lost = [name for name, cell in cells.items() if only_a_type(cell)]
    return {name: cell for name, cell in cells.items() if name not in lost}, lost


def saved(row: CsvRow, kind: str, data: dict[str, Any], lost: list[str]) -> Iterator[Item]:
    """The record of a row; where cells of it are `lost` it is a damaged one, kept in part."""
    if not lost:
        yield Record(row.line, kind, data)
        return
    reason = f"only the name of a type stands in {', '.join(lost)}: what stood there is lost"
    yield Record(row.line, kind, {**data, DAMAGED: reason})
    yield Damaged(row.line, reason, saved=True)
