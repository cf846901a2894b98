"""What the attacker put into the mailbox itself: sweep rules and add-ins, switched off and left as evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from o365nb.model import Persistence, Phase, Step
from o365nb.response import account
from o365nb.response.base import Draft, sentence
from o365nb.response.exchange import Switch, as_line, by_hand, made_of
from o365nb.response.situation import Row, Situation
from o365nb.safe import one_line
from o365nb.tenant import powershell
from o365nb.tenant.permissions import exchange_right


class _Part(Switch):
    needs = (exchange_right("Exchange (Recipient) Administrator"),)
    mailbox: ClassVar[str] = "Mailbox"
    place: str
    table: str
    id_column: str
    what: str

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row(self.table, item, self.id_column)
            if row is None or not row[self.id_column] or not item.owner:
                how = "Its present state was not collected: list them, keep the list, and switch this one off."
                line = powershell(self.reads, Mailbox=item.owner) if item.owner else self.reads
                yield by_hand(self, item, self.place, how, line)
            else:
                yield self._draft(item, row)

    def _draft(self, item: Persistence, row: Row) -> Draft:
        arguments = {"upn": item.owner, "object": str(row[self.id_column]), "name": str(row["name"] or "")}
        return self.draft(
            self.place,
            Phase.ERADICATE,
            f"{self.what} '{one_line(arguments['name'])}' of {item.owner}",
            f"{sentence(item.because)} Switched off, not deleted: it stays as evidence.",
            as_line(self.request(made_of(arguments), enabled=False)) + account.comment(item.description),
            finding_ids=item.finding_ids,
            arguments=arguments,
        )


class DisableSweepRule(_Part):
    """A sweep rule clears mail away, and is no inbox rule: nobody looks there."""

    kinds = ("sweep_rule",)
    name = "disable_sweep_rule"
    title = "Disable sweep rule"
    place, table, id_column, what = "X1", "sweep_rules", "rule_id", "sweep rule"
    reads, off, on = "Get-SweepRule", "Disable-SweepRule", "Enable-SweepRule"

    def is_it(self, shown: Mapping[str, Any], step: Step) -> bool:
        own = (str(shown.get("RuleId") or ""), str(shown.get("Identity") or "").rpartition("\\")[2])
        return step.arguments["object"] in own


class DisableAddin(_Part):
    """An add-in reads the mail that is opened, whoever signs in."""

    kinds = ("addin",)
    name = "disable_addin"
    title = "Disable add-in"
    place, table, id_column, what = "X15", "addins", "app_id", "add-in"
    reads, off, on = "Get-App", "Disable-App", "Enable-App"

    def called(self, shown: Mapping[str, Any]) -> str:
        return str(shown.get("DisplayName") or "")

    def is_it(self, shown: Mapping[str, Any], step: Step) -> bool:
        return str(shown.get("AppId") or "").lower() == step.arguments["object"].lower()
