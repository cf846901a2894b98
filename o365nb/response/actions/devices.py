"""Devices that the attacker registered: switched off, and deleted only by choice. Deleting loses recovery keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from o365nb.errors import NotFound
from o365nb.model import Persistence, Phase, Step
from o365nb.response import account
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State, sentence
from o365nb.response.removal import send
from o365nb.response.situation import Row, Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, powershell, segment
from o365nb.tenant.permissions import Right

_NEEDS = (Right("Device.ReadWrite.All", role="Cloud Device Administrator"),)


class _Device(Action):
    """A device of the directory, by its object id."""

    kinds = ("device",)

    def before(self, tenant: Tenant, step: Step) -> State:
        if not step.arguments["device"]:
            return {"present": None}
        try:
            device = tenant.graph.get(_path(step)).data
        except NotFound:
            return {"present": False}
        return {
            "present": True,
            "enabled": device.get("accountEnabled"),
            "name": str(device.get("displayName") or ""),
            "on_premises": bool(device.get("onPremisesSyncEnabled")),
        }

    def changed(self, step: Step, state: State) -> str:
        if state["present"] is None:
            return "its id is not known"
        if state["present"] and step.arguments.get("name") and state["name"] != step.arguments["name"]:
            return f"the device is now called {one_line(state['name'])!r}; collect and analyse again"
        if state["present"] and state["on_premises"]:
            return "the device is kept on-premises: disable its computer account there, then synchronise"
        return ""

    def words(self, state: State) -> str:
        if not state["present"]:
            return "not read" if state["present"] is None else "device not there"
        return f"device {one_line(state['name'])!r} {'enabled' if state['enabled'] else 'disabled'}"


class DisableDevice(_Device):
    """A registered device gets new tokens by itself, even after a password reset."""

    name = "disable_device"
    title = "Disable device"
    needs = _NEEDS

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            if situation.partnership(item):
                continue  # the mailbox's, not the directory's: it is blocked there
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
                f"{sentence(item.because)} Disabled, it gets no token any more; it stays as evidence.",
                command + account.comment(item.description),
                automatic=bool(device),
                finding_ids=item.finding_ids,
                arguments=_arguments(item, row),
            )

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return state["present"] is False or (state["present"] is True and state["enabled"] is False)

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (_switch(step, enabled=False),) if step.arguments["device"] else ()

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return send(tenant.graph, _switch(step, enabled=False))

    def undo_requests(self, step: Step, before: State) -> tuple[Request, ...]:
        return (_switch(step, enabled=bool(before["enabled"])),)

    def undo(self, tenant: Tenant, step: Step, before: State) -> Sent:
        return send(tenant.graph, _switch(step, enabled=bool(before["enabled"])))

    def undone(self, state: State, before: State) -> bool:
        return bool(state["present"] and state["enabled"] == before["enabled"])


class DeleteDevice(_Device):
    """By choice, when nobody needs the device as evidence any more, and never before it is off."""

    name = "delete_device"
    title = "Delete device"
    needs = _NEEDS
    reversible = False
    irreversible_because = "a deleted device registers anew, and its recovery keys are lost"
    optional = True

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("devices", item, "device_id")
            if row and row["object_id"]:
                yield self.draft(
                    "X7",
                    Phase.ERADICATE,
                    f"{one_line(item.description)} (of {item.owner})",
                    "By choice, once the device is disabled and no longer wanted as evidence. Its recovery keys go with"
                    " it.",
                    powershell("Remove-MgDevice", DeviceId=str(row["object_id"])) + account.comment(item.description),
                    finding_ids=item.finding_ids,
                    arguments=_arguments(item, row),
                    rank=1,
                )

    def asks(self, step: Step) -> str:
        return step.arguments["name"] or step.arguments["device"]

    def changed(self, step: Step, state: State) -> str:
        if state["present"] and state["enabled"] is not False:
            return "it is not disabled yet: disable it first, and see whether somebody misses it"
        return super().changed(step, state)

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return state["present"] is False

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (Request("DELETE", _path(step)),)

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return send(tenant.graph, Request("DELETE", _path(step)))


def _arguments(item: Persistence, row: Row | None) -> dict[str, str]:
    found = row or {}
    return {"upn": item.owner, "device": str(found.get("object_id") or ""), "name": str(found.get("name") or "")}


def _path(step: Step) -> str:
    return f"/devices/{segment(step.arguments['device'])}"


def _switch(step: Step, *, enabled: bool) -> Request:
    return Request("PATCH", _path(step), {"accountEnabled": enabled})
