"""Mailbox forwarding set by the attacker: cleared by hand, read back by the kit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from o365nb.errors import NotFound
from o365nb.model import Phase, Step
from o365nb.response import account
from o365nb.response.base import Action, Draft, State, sentence
from o365nb.response.situation import Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, powershell
from o365nb.tenant.permissions import exchange_right


class ClearForwarding(Action):
    """Both forwarding addresses of the mailbox must be empty."""

    kinds = ("forwarding",)
    name = "clear_forwarding"
    title = "Clear mailbox forwarding"
    needs = (exchange_right(),)
    automatic = False

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            command = powershell(
                "Set-Mailbox",
                Identity=item.owner,
                ForwardingSmtpAddress=None,
                ForwardingAddress=None,
                DeliverToMailboxAndForward=False,
            )
            yield self.draft(
                "X2",
                Phase.ERADICATE,
                f"forwarding of mailbox {item.owner}",
                f"{sentence(item.because)} Every mail goes to the attacker until it is cleared.",
                command + account.comment(item.description),
                finding_ids=item.finding_ids,
                arguments={"upn": item.owner},
            )

    def before(self, tenant: Tenant, step: Step) -> State:
        upn = step.arguments["upn"]
        try:
            found = [box for page in tenant.exchange.run("Get-Mailbox", upn, Identity=upn) for box in page.records]
        except NotFound:
            found = []
        if not found:
            return {"present": False, "sends_to": ""}
        named = [str(found[0].get(name) or "") for name in ("ForwardingSmtpAddress", "ForwardingAddress")]
        return {"present": True, "sends_to": " ".join(name for name in named if name)}

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return not state["sends_to"]

    def words(self, state: State) -> str:
        return f"forwards to {one_line(state['sends_to'])}" if state["sends_to"] else "forwards nowhere"
