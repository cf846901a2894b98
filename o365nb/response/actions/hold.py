"""Litigation hold: whoever is still inside may delete for good what would prove it. So nothing is lost from now on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from o365nb.model import Phase, Step
from o365nb.response.base import Draft, State
from o365nb.response.exchange import Setting, as_line, cmdlet
from o365nb.response.situation import Situation
from o365nb.tenant.permissions import exchange_right

_ON = {"LitigationHoldEnabled": True}


class HoldMailbox(Setting):
    """Early, and on the mailboxes of the case only; the undo releases what was not on hold before."""

    name = "hold_mailbox"
    title = "Put the mailbox on hold"
    needs = (exchange_right("Exchange (Recipient) Administrator"),)
    reads, writes = "Get-Mailbox", "Set-Mailbox"
    names: ClassVar[tuple[str, ...]] = tuple(_ON)

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for upn in situation.victims:
            yield self.draft(
                "E3",
                Phase.PRESERVE,
                f"mailbox of {upn}",
                f"What the attacker deletes in the mailbox of {upn} from now on is kept. It works within four hours at"
                " the latest, needs Exchange Online Plan 2 or archiving, and is released when the case is closed.",
                as_line(cmdlet(self.writes, Identity=upn, **_ON)),
                finding_ids=situation.finding_ids(upn, self.name),
                arguments={"upn": upn, "object": upn},
            )

    def wanted(self, step: Step) -> Mapping[str, Any]:
        return _ON

    def told(self, state: State) -> str:
        return "on hold" if state["LitigationHoldEnabled"] else "not on hold"
