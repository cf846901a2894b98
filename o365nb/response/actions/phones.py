"""Telephones that keep the mailbox in step: the attacker's is blocked by its id, and removed only by choice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from o365nb.model import Persistence, Phase, Step
from o365nb.response import account
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State, sentence
from o365nb.response.exchange import Setting, adding, as_line, ask, cmdlet, made_of, removing, run, texts
from o365nb.response.situation import Row, Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant
from o365nb.tenant.permissions import exchange_right

_NEEDS = (exchange_right("Exchange (Recipient) Administrator"),)
_BLOCKED = "ActiveSyncBlockedDeviceIDs"


class BlockMobileDevice(Setting):
    """The mailbox refuses this device; the others go on."""

    kinds = ("device",)
    name = "block_mobile_device"
    title = "Block a telephone from the mailbox"
    needs = _NEEDS
    reads, writes = "Get-CASMailbox", "Set-CASMailbox"
    names: ClassVar[tuple[str, ...]] = (_BLOCKED,)

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            if row := situation.partnership(item):
                arguments = _arguments(item, row)
                step = made_of(arguments)
                yield self.draft(
                    "X7",
                    Phase.ERADICATE,
                    f"{one_line(item.description)} (mailbox {item.owner})",
                    f"{sentence(item.because)} Blocked, it gets no mail any more; what it has stays on it.",
                    as_line(self._set(step, self.wanted(step))) + account.comment(item.description),
                    finding_ids=item.finding_ids,
                    arguments=arguments,
                )

    def wanted(self, step: Step) -> Mapping[str, Any]:
        return {_BLOCKED: adding(step.arguments["device"])}

    def before(self, tenant: Tenant, step: Step) -> State:
        shown = self.found(tenant, step)
        if shown is None:
            return {"present": False}
        wanted = step.arguments["device"].lower()
        return {"present": True, "blocked": wanted in (one.lower() for one in texts(shown.get(_BLOCKED)))}

    def stands(self, step: Step, state: State) -> bool:
        return bool(state["blocked"])

    def values_before(self, step: Step, before: State) -> Mapping[str, Any]:
        device = step.arguments["device"]
        return {_BLOCKED: adding(device) if before["blocked"] else removing(device)}

    def told(self, state: State) -> str:
        return "blocked" if state["blocked"] else "let in"


class RemoveMobileDevice(Action):
    """By choice, when the list of telephones is to be clean; the device may ask again, and is refused while blocked."""

    kinds = ("device",)
    name = "remove_mobile_device"
    title = "Remove a telephone's partnership"
    needs = _NEEDS
    reversible = False
    irreversible_because = "only the telephone itself can enter into a partnership again"
    optional = True

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            if row := situation.partnership(item):
                yield self.draft(
                    "X7",
                    Phase.ERADICATE,
                    f"{one_line(item.description)} (mailbox {item.owner})",
                    "By choice, once the telephone is blocked and no longer wanted as evidence.",
                    as_line(cmdlet("Get-MobileDeviceStatistics", Mailbox=item.owner))
                    + " | Remove-MobileDevice"
                    + account.comment(item.description),
                    finding_ids=item.finding_ids,
                    arguments=_arguments(item, row),
                    rank=1,
                )

    def asks(self, step: Step) -> str:
        return step.arguments["name"] or step.arguments["device"]

    def before(self, tenant: Tenant, step: Step) -> State:
        upn, wanted = step.arguments["upn"], step.arguments["device"].lower()
        for one in ask(tenant, upn, "Get-MobileDeviceStatistics", Mailbox=upn):
            if str(one.get("DeviceId") or one.get("DeviceID") or "").lower() == wanted:
                return {
                    "present": True,
                    "identity": str(one.get("Guid") or one.get("Identity") or ""),
                    "blocked": str(one.get("DeviceAccessState") or "").lower() == "blocked",
                }
        return {"present": False}

    def changed(self, step: Step, state: State) -> str:
        if state["present"] and not state["blocked"]:
            return "it is not blocked yet: block it first, or it enters into a partnership again"
        return ""

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return state["present"] is False

    def words(self, state: State) -> str:
        if not state["present"]:
            return "no partnership"
        return f"partnership, {'blocked' if state['blocked'] else 'let in'}"

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (cmdlet("Remove-MobileDevice", Identity="(the identity of the partnership)", Confirm=False),)

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        identity = self.before(tenant, step).get("identity", "")
        request = cmdlet("Remove-MobileDevice", Identity=identity, Confirm=False)
        return run(tenant, step.arguments["upn"], request)


def _arguments(item: Persistence, row: Row) -> dict[str, str]:
    return {
        "upn": item.owner,
        "object": item.owner,
        "device": str(row["device_id"]),
        "name": str(row["name"] or ""),
    }
