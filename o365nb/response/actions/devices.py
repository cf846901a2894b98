"""Devices that the attacker registered: disabled by hand, read back by the kit. Deleting loses recovery keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from o365nb.errors import NotFound
from o365nb.model import Phase, Step
from o365nb.response import account
from o365nb.response.base import Action, Draft, State, sentence
from o365nb.response.situation import Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, powershell, segment
from o365nb.tenant.permissions import Right


class DisableDevice(Action):
    """A registered device gets new tokens by itself, even after a password reset."""

    kinds = ("device",)
    name = "disable_device"
    title = "Disable device"
    needs = (Right("Device.Read.All"),)
    automatic = False

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("devices", item, "device_id")
            device = str(row["object_id"] or "") if row else ""
            if device:
                command = powershell("Update-MgDevice", DeviceId=device, AccountEnabled=False)
            else:
                command = powershell("Get-MgUserRegisteredDevice", UserId=situation.user_id(item.owner))
            yield self.draft(
                "X7",
                Phase.ERADICATE,
                f"{one_line(item.description)} (of {item.owner})",
                f"{sentence(item.because)} Disable it, do not delete it: it is evidence.",
                command + account.comment(item.description),
                finding_ids=item.finding_ids,
                arguments={"upn": item.owner, "device": device},
            )

    def before(self, tenant: Tenant, step: Step) -> State:
        if not step.arguments["device"]:
            return {"present": None}
        try:
            device = tenant.graph.get(f"/devices/{segment(step.arguments['device'])}").data
        except NotFound:
            return {"present": False}
        return {"present": True, "enabled": device.get("accountEnabled"), "name": str(device.get("displayName") or "")}

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return state["present"] is False or (state["present"] is True and state["enabled"] is False)

    def words(self, state: State) -> str:
        if not state["present"]:
            return "not read" if state["present"] is None else "device not there"
        return f"device {one_line(state['name'])!r} {'enabled' if state['enabled'] else 'disabled'}"
