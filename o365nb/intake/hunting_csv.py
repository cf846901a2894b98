"""Rows of advanced hunting that are events the logs know too, as the portal downloads them: CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from o365nb.intake.base import Item, Origin
from o365nb.intake.csv_text import CsvRow
from o365nb.intake.forms import JsonShape
from o365nb.intake.hunting import HuntingCloudAppEventsJson, HuntingSignInEventsJson, HuntingUrlClickEventsJson
from o365nb.intake.log_tables import opened
from o365nb.intake.sentinel import SentinelCsv


class HuntingCsv(SentinelCsv):
    """A table of advanced hunting; its rows are those of `twin`, the values as text."""

    twin: ClassVar[type[JsonShape]]
    times = ("Timestamp", "TimeGenerated")

    def row(self, row: CsvRow, origin: Origin) -> Iterator[Item]:
        data = dict.fromkeys(self.twin.must, "") | {name: opened(cell) for name, cell in row.cells.items()}
        when = data.get("Timestamp") or data.get("TimeGenerated")
        yield from self.twin().records(row.line, {**data, "Timestamp": when})


class HuntingCloudAppEventsCsv(HuntingCsv):
    """CloudAppEvents."""

    name = "hunting-cloud-app-events-csv"
    title = "Defender CloudAppEvents (CSV)"
    twin = HuntingCloudAppEventsJson
    forms = (
        frozenset({"Timestamp", "ActionType", "AccountObjectId", "RawEventData"}),
        frozenset({"TimeGenerated", "ActionType", "AccountObjectId", "RawEventData"}),
    )


class HuntingSignInEventsCsv(HuntingCsv):
    """EntraIdSignInEvents, AADSignInEventsBeta before."""

    name = "hunting-sign-in-events-csv"
    title = "Defender EntraIdSignInEvents (CSV)"
    twin = HuntingSignInEventsJson
    forms = (
        frozenset({"Timestamp", "AccountUpn", "ErrorCode", "LogonType", "IPAddress"}),
        frozenset({"TimeGenerated", "AccountUpn", "ErrorCode", "LogonType", "IPAddress"}),
    )


class HuntingUrlClickEventsCsv(HuntingCsv):
    """UrlClickEvents."""

    name = "hunting-url-click-events-csv"
    title = "Defender UrlClickEvents (CSV)"
    twin = HuntingUrlClickEventsJson
    forms = (
        frozenset({"Timestamp", "AccountUpn", "ActionType", "Url", "IsClickedThrough"}),
        frozenset({"TimeGenerated", "AccountUpn", "ActionType", "Url", "IsClickedThrough"}),
    )
