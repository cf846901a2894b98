"""The protocols by which a mailbox is reached: all off as a lock, or the one closed that the attacker opened."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from o365nb.model import Persistence, Phase, Step
from o365nb.response import account
from o365nb.response.base import Draft, State, sentence
from o365nb.response.exchange import Setting, as_line, by_hand, cmdlet
from o365nb.response.situation import Situation
from o365nb.safe import one_line
from o365nb.tenant import powershell
from o365nb.tenant.permissions import exchange_right

#: Each protocol with the value that closes it.
_CLOSED = {
    "ImapEnabled": False,
    "PopEnabled": False,
    "SmtpClientAuthenticationDisabled": True,
    "ActiveSyncEnabled": False,
    "EwsEnabled": False,
    "MAPIEnabled": False,
    "OWAEnabled": False,
}
_SHORT = {
    "ImapEnabled": "IMAP",
    "PopEnabled": "POP",
    "SmtpClientAuthenticationDisabled": "SMTP AUTH",
    "ActiveSyncEnabled": "ActiveSync",
    "EwsEnabled": "EWS",
    "MAPIEnabled": "MAPI",
    "OWAEnabled": "Outlook on the web",
}


class _Protocols(Setting):
    needs = (exchange_right("Exchange (Recipient) Administrator"),)
    reads, writes = "Get-CASMailbox", "Set-CASMailbox"
    names: ClassVar[tuple[str, ...]] = tuple(_CLOSED)

    def told(self, state: State) -> str:
        known = [name for name in _CLOSED if isinstance(state.get(name), bool)]
        opened = [_SHORT[name] for name in known if state[name] is not _CLOSED[name]]
        return f"open: {', '.join(opened)}" if opened else "closed"


class LockProtocols(_Protocols):
    """By choice: app passwords outlive a reset, and not every protocol asks again whether a token still holds."""

    name = "lock_protocols"
    title = "Close every protocol of the mailbox"
    optional = True

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for upn in situation.victims:
            yield self.draft(
                "C4",
                Phase.CONTAIN,
                f"protocols of mailbox {upn}",
                "By choice, while the account is blocked: tokens and app passwords that are already out get no further"
                " than an hour into the mailbox. Undo it when the user has the account back, or nobody reads mail.",
                as_line(cmdlet(self.writes, Identity=upn, **_CLOSED)),
                finding_ids=situation.finding_ids(upn, self.name),
                arguments={"upn": upn, "object": upn},
            )

    def wanted(self, step: Step) -> Mapping[str, Any]:
        return _CLOSED


class CloseProtocol(_Protocols):
    """What the attacker opened is closed; what was open before stays so."""

    kinds = ("protocol",)
    name = "close_protocol"
    title = "Close the protocols that were opened"

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            opened = _opened(situation, item)
            if not item.owner or not opened:
                how = "Which protocol of whom it is was not collected, or it is everybody's: look, and set it back."
                line = powershell("Get-CASMailbox", Identity=item.owner) if item.owner else "Get-TransportConfig"
                yield by_hand(self, item, "X8", how, line)
                continue
            values = {name: _CLOSED[name] for name in opened}
            yield self.draft(
                "X8",
                Phase.ERADICATE,
                f"{', '.join(_SHORT[name] for name in opened)} of mailbox {one_line(item.owner)}",
                f"{sentence(item.because)} Such a sign-in asks for a password only, never for a second factor.",
                as_line(cmdlet(self.writes, Identity=item.owner, **values)) + account.comment(item.description),
                finding_ids=item.finding_ids,
                arguments={"upn": item.owner, "object": item.owner, "close": json.dumps(opened)},
            )

    def kept(self, step: Step) -> tuple[str, ...]:
        return tuple(json.loads(step.arguments["close"]))

    def wanted(self, step: Step) -> Mapping[str, Any]:
        return {name: _CLOSED[name] for name in self.kept(step)}


def _opened(situation: Situation, item: Persistence) -> list[str]:
    """The protocols that the event opened."""
    said = situation.log_of(item)
    if said.operation != "Set-CASMailbox":
        return []
    truths = {name: said.value(name).lower().lstrip("$") for name in _CLOSED}
    return [name for name, value in truths.items() if value == str(not _CLOSED[name]).lower()]
