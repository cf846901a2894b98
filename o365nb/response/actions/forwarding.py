"""Mailbox forwarding set by the attacker: both addresses are emptied, and come back by the undo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from o365nb.model import Persistence, Phase, Step
from o365nb.response import account
from o365nb.response.base import Draft, State, sentence
from o365nb.response.exchange import Setting, as_line, by_hand, cmdlet, people
from o365nb.response.situation import Situation
from o365nb.safe import one_line
from o365nb.tenant import powershell
from o365nb.tenant.permissions import exchange_right

_ADDRESSES = ("ForwardingSmtpAddress", "ForwardingAddress")
_NOWHERE = {**dict.fromkeys(_ADDRESSES), "DeliverToMailboxAndForward": False}


class ClearForwarding(Setting):
    """Both forwarding addresses of the mailbox must be empty."""

    kinds = ("forwarding",)
    name = "clear_forwarding"
    title = "Clear mailbox forwarding"
    needs = (exchange_right("Exchange (Recipient) Administrator"),)
    reads, writes = "Get-Mailbox", "Set-Mailbox"
    names: ClassVar[tuple[str, ...]] = tuple(_NOWHERE)

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            judged = _judged(situation, item)
            if not item.owner or not judged:
                how = "Where it forwards to now was not collected: look, keep it, and empty it."
                yield by_hand(self, item, "X2", how, powershell("Get-Mailbox", Identity=item.owner))
                continue
            yield self.draft(
                "X2",
                Phase.ERADICATE,
                f"forwarding of mailbox {item.owner}",
                f"{sentence(item.because)} Every mail goes to the attacker until it is cleared.",
                as_line(cmdlet(self.writes, Identity=item.owner, **_NOWHERE)) + account.comment(item.description),
                finding_ids=item.finding_ids,
                arguments={"upn": item.owner, "object": item.owner, "sends_to": "\n".join(judged)},
            )

    def wanted(self, step: Step) -> Mapping[str, Any]:
        return _NOWHERE

    def stands(self, step: Step, state: State) -> bool:
        return not _targets(state)

    def differs(self, step: Step, state: State) -> str:
        others = sorted(set(_targets(state)) - set(step.arguments["sends_to"].split("\n")))
        if not others:
            return ""
        return f"it forwards to {one_line(', '.join(others))} now, which nobody judged; collect and analyse again"

    def told(self, state: State) -> str:
        where = [str(state[name]) for name in _ADDRESSES if state[name]]
        return f"forwards to {one_line(' '.join(where))}" if where else "forwards nowhere"


def _targets(state: State) -> list[str]:
    return sorted({one for name in _ADDRESSES for one in people(state.get(name))})


def _judged(situation: Situation, item: Persistence) -> list[str]:
    """Whom the forwarding that was judged sends to: from the mailbox as collected, else as the log names it."""
    if item.id.startswith(f"forwarding:{item.owner}:"):
        return people(item.id.removeprefix(f"forwarding:{item.owner}:"))
    rows = [row for row in situation.tables["mailboxes"] if row["owner"] == item.owner]
    names = ("forwarding_smtp_address", "forwarding_address")
    return sorted({one for row in rows for name in names for one in people(row[name])})
