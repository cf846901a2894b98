"""By choice only: cutting a device off from the network, giving it up, or wiping it. Each is named, some are typed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from o365nb.model import Phase, Step
from o365nb.response import account, machines
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State, sentence
from o365nb.response.removal import send
from o365nb.response.sheet import known_of
from o365nb.response.situation import Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, powershell, segment

_ISOLATION = ("Isolate", "Unisolate")


class IsolateDevice(Action):
    """Defender keeps its own line to the device: it can be scanned, looked at and let go again."""

    name = "isolate_device"
    title = "Cut the device off from the network"
    optional = True
    once = True
    needs = (machines.defender_right("Machine.Isolate"), machines.DEFENDER_READ)

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for upn, row in machines.of_victims(situation):
            if row["machine_id"] and machines.suspicious(row):
                yield self.draft(
                    "C6",
                    Phase.CONTAIN,
                    machines.target(upn, row),
                    "By choice: something on it speaks for a thief that is at work now. Its user cannot work on it"
                    f" meanwhile. What is known of it: {known_of(row)}.",
                    "Microsoft Defender portal, Assets, Devices, the device, Isolate device"
                    + account.comment(str(row["name"] or "")),
                    finding_ids=situation.finding_ids(upn, self.name),
                    arguments=machines.arguments(upn, row, situation),
                )

    def before(self, tenant: Tenant, step: Step) -> State:
        return machines.defender(tenant, step, _ISOLATION)

    def changed(self, step: Step, state: State) -> str:
        return machines.changed(step, state)

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        done = str(state.get("status") or "").lower() == machines.DONE
        return bool(state["present"] and done and state["action"] == "Isolate")

    def took(self, step: Step, state: State, since: datetime | None) -> bool:
        return machines.accepted(state, since, "Isolate") or self.holds(step, state, since)

    def requests(self, step: Step) -> tuple[Request, ...]:
        body = {"Comment": "Incident response: cut off", "IsolationType": "Full"}
        return (Request("POST", f"/machines/{segment(step.arguments['machine'])}/isolate", body),)

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return send(tenant.defender, self.requests(step)[0], idempotent=False)

    def undo_requests(self, step: Step, before: State) -> tuple[Request, ...]:
        body = {"Comment": "Incident response: let go again"}
        return (Request("POST", f"/machines/{segment(step.arguments['machine'])}/unisolate", body),)

    def undo(self, tenant: Tenant, step: Step, before: State) -> Sent:
        return send(tenant.defender, self.undo_requests(step, before)[0], idempotent=False)

    def undone(self, state: State, before: State) -> bool:
        """Free again, or on the way to it."""
        free = state.get("action") != "Isolate" or str(state.get("status") or "").lower() not in machines.UNDER_WAY
        return bool(state["present"]) and free

    def words(self, state: State) -> str:
        if not state["present"]:
            return "the device is not known there any more"
        if not state["action"]:
            return "not cut off"
        return one_line(f"{'cut off' if state['action'] == 'Isolate' else 'let go again'}: {state['status']}")


class _GiveUp(Action):
    """A command of Intune's that ends the device as it was."""

    optional = True
    once = True
    reversible = False
    needs = (machines.INTUNE, machines.INTUNE_READ)
    action: str

    def before(self, tenant: Tenant, step: Step) -> State:
        return machines.intune(tenant, step)

    def changed(self, step: Step, state: State) -> str:
        return machines.changed(step, state) if state["present"] else ""

    def asks(self, step: Step) -> str:
        return step.arguments["name"] or step.arguments["intune"]

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        """A device that is wiped or retired leaves Intune."""
        return state["present"] is False or machines.asked(state, self.action, None) == "done"

    def took(self, step: Step, state: State, since: datetime | None) -> bool:
        if self.holds(step, state, since):
            return True
        return machines.asked(state, self.action, None) in ("pending", "active")

    def body(self) -> dict[str, bool]:
        """What is sent with it."""
        return {}

    def requests(self, step: Step) -> tuple[Request, ...]:
        path = f"/deviceManagement/managedDevices/{segment(step.arguments['intune'])}/{self.action}"
        return (Request("POST", path, dict(self.body())),)

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        # Never repeated blindly: after a lost answer the device's own list says whether it was taken on.
        return send(tenant.graph, self.requests(step)[0], idempotent=False)

    def words(self, state: State) -> str:
        if not state["present"]:
            return "no longer in Intune"
        word = machines.asked(state, self.action, None)
        return f"{self.action}: {word}" if word else f"{self.action} was not asked for"


class WipeDevice(_GiveUp):
    """Everything on it is gone, whoever it belonged to."""

    name = "wipe_device"
    title = "Wipe the device"
    irreversible_because = "a wipe destroys everything on the device"
    action = "wipe"

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for upn, row in machines.of_victims(situation):
            if row["intune_id"] and machines.suspicious(row):
                yield self.draft(
                    "M2",
                    Phase.ERADICATE,
                    machines.target(upn, row),
                    "By choice, where a thief was on it and nobody can say that it is gone: everything on it is"
                    f" destroyed, evidence too. What is known of it: {known_of(row)}.",
                    powershell(
                        "Clear-MgDeviceManagementManagedDevice",
                        ManagedDeviceId=str(row["intune_id"]),
                        KeepEnrollmentData=False,
                        KeepUserData=False,
                    )
                    + account.comment(str(row["name"] or "")),
                    finding_ids=situation.finding_ids(upn, self.name),
                    arguments=machines.arguments(upn, row, situation),
                    rank=6,
                )

    def body(self) -> dict[str, bool]:
        return {"keepEnrollmentData": False, "keepUserData": False}


class RetireDevice(_GiveUp):
    """The attacker's own device, enrolled: the company's data and its trust are taken from it."""

    name = "retire_device"
    title = "Retire a device that the attacker enrolled"
    irreversible_because = "a retired device must be enrolled again by whoever holds it"
    action = "retire"

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects("device"):
            row = situation.row("devices", item, "device_id")
            if row and row["intune_id"]:
                yield self.draft(
                    "X7",
                    Phase.ERADICATE,
                    f"{one_line(item.description)} (of {item.owner})",
                    f"{sentence(item.because)} It is enrolled in Intune: retired, it loses the company's data and what"
                    " access policies take for a trusted device.",
                    powershell("Invoke-MgRetireDeviceManagementManagedDevice", ManagedDeviceId=str(row["intune_id"]))
                    + account.comment(item.description),
                    finding_ids=item.finding_ids,
                    arguments=machines.arguments(item.owner, row, situation),
                    rank=2,
                )
