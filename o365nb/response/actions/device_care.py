"""The user's own devices: fresh signatures, a full scan, and a check-in that fetches both; read back as they answer.

Asking is quick, the answer takes hours: an accepted request is proof of nothing. The step holds when the device has
reported. A device that nobody looks after is a step by hand, with a sheet for its user.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from o365nb.model import Phase, Step, utc
from o365nb.response import account, machines
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State
from o365nb.response.removal import send
from o365nb.response.sheet import ADVICE, known_of
from o365nb.response.situation import Row, Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, powershell, segment

_UPDATED, _SCANNED = "windowsDefenderUpdateSignatures", "windowsDefenderScan"


class _Intune(Action):
    """One request to Intune about one of the user's devices; sent once, whatever comes of it."""

    reversible = False
    irreversible_because = "what a device did cannot be undone, and need not be"
    once = True
    needs = (machines.INTUNE, machines.INTUNE_READ)
    reason: str
    rank: int
    action: str
    noun: str

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for upn, row in machines.of_victims(situation):
            if row["intune_id"] and self.suits(row):
                yield self.draft(
                    "M2",
                    Phase.ERADICATE,
                    machines.target(upn, row),
                    f"{self.reason} What is known of it: {known_of(row)}.",
                    self.command(str(row["intune_id"])) + account.comment(str(row["name"] or "")),
                    finding_ids=situation.finding_ids(upn, self.name),
                    arguments=machines.arguments(upn, row, situation),
                    rank=self.rank,
                )

    def suits(self, row: Row) -> bool:
        """Whether such a device can be asked."""
        return machines.windows(row)

    def command(self, device: str) -> str:
        """The PowerShell line."""
        return powershell(self.noun, ManagedDeviceId=device)

    def before(self, tenant: Tenant, step: Step) -> State:
        return machines.intune(tenant, step)

    def changed(self, step: Step, state: State) -> str:
        return machines.changed(step, state)

    def took(self, step: Step, state: State, since: datetime | None) -> bool:
        word = machines.asked(state, self.action, since) if since else ""
        return word in ("pending", "active", "done") or self.holds(step, state, since)

    def body(self) -> dict[str, bool]:
        """What is sent with it."""
        return {}

    def requests(self, step: Step) -> tuple[Request, ...]:
        path = f"/deviceManagement/managedDevices/{segment(step.arguments['intune'])}/{self.action}"
        return (Request("POST", path, dict(self.body())),)

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return send(tenant.graph, self.requests(step)[0], idempotent=False)

    def words(self, state: State) -> str:
        if not state["present"]:
            return "Intune does not know the device any more"
        listed = [f"{name} {word}" for name, (word, _) in sorted(state["actions"].items())]
        return "; ".join([machines.health(state), *([one_line(", ".join(listed))] if listed else [])])


class UpdateSignatures(_Intune):
    """A scan with old signatures finds old things."""

    name = "update_signatures"
    title = "Update the antivirus signatures"
    reason = "Its antivirus gets the newest signatures before it looks for what stole the password or the session."
    rank, action, noun = 1, _UPDATED, "Update-MgDeviceManagementManagedDeviceWindowsDefenderSignature"

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        if not state["present"] or state["signatures_overdue"] is not False:
            return False
        return since is None or machines.asked(state, _UPDATED, since) == "done"


class SyncDevice(_Intune):
    """At the check-in a device fetches what was asked of it, and says how it is."""

    name = "sync_device"
    title = "Have the device check in"
    reason = "At its next check-in it fetches what was asked of it, and reports its antivirus, scans and updates."
    rank, action, noun = 3, "syncDevice", "Sync-MgDeviceManagementManagedDevice"

    def suits(self, row: Row) -> bool:
        return True

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return bool(state["present"] and since and account.reached(state["synced"], since))


class ScanDevice(Action):
    """A full scan, by Defender for Endpoint where it knows the machine, by Intune otherwise."""

    name = "scan_device"
    title = "Full antivirus scan"
    reversible = False
    irreversible_because = "what a device did cannot be undone, and need not be"
    once = True
    needs = (*_Intune.needs, machines.defender_right("Machine.Scan"), machines.DEFENDER_READ)

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for upn, row in machines.of_victims(situation):
            if not row["machine_id"] and not (row["intune_id"] and machines.windows(row)):
                continue
            scan = powershell("Invoke-MgScanDeviceManagementManagedDeviceWindowsDefender",
                              ManagedDeviceId=str(row["intune_id"]), QuickScan=False)  # fmt: skip
            command = "Start-MpScan -ScanType FullScan" if row["machine_id"] or not row["intune_id"] else scan
            yield self.draft(
                "M2",
                Phase.ERADICATE,
                machines.target(upn, row),
                "A thief left on it takes the new password as it took the old one. A full scan takes hours; verify"
                f" reads its result. What is known of it: {known_of(row)}.",
                command + account.comment(str(row["name"] or "")),
                finding_ids=situation.finding_ids(upn, self.name),
                arguments=machines.arguments(upn, row, situation),
                rank=2,
            )

    def before(self, tenant: Tenant, step: Step) -> State:
        if step.arguments["machine"]:
            return machines.defender(tenant, step, ["RunAntiVirusScan"])
        return machines.intune(tenant, step)

    def changed(self, step: Step, state: State) -> str:
        return machines.changed(step, state)

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        """A full scan that ended well after the attacker's last trace, or after it was asked for."""
        known = step.arguments["not_before"]
        after = since or (utc(known) if known else None)
        if not state["present"] or after is None:
            return False
        if "actions" in state:
            return account.reached(state["full_scan"], after)
        full = str(state["scope"] or "").lower() == "full" and str(state["status"] or "").lower() == machines.DONE
        return full and account.reached(state["begun"], after)

    def took(self, step: Step, state: State, since: datetime | None) -> bool:
        if "actions" in state:
            word = machines.asked(state, _SCANNED, since) if since else ""
            return word in ("pending", "active", "done") or self.holds(step, state, since)
        return machines.accepted(state, since, "RunAntiVirusScan")

    def requests(self, step: Step) -> tuple[Request, ...]:
        if step.arguments["machine"]:
            body = {"Comment": "Incident response: full scan", "ScanType": "Full"}
            return (Request("POST", f"/machines/{segment(step.arguments['machine'])}/runAntiVirusScan", body),)
        path = f"/deviceManagement/managedDevices/{segment(step.arguments['intune'])}/{_SCANNED}"
        return (Request("POST", path, {"quickScan": False}),)

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        service = tenant.defender if step.arguments["machine"] else tenant.graph
        return send(service, self.requests(step)[0], idempotent=False)

    def words(self, state: State) -> str:
        if not state["present"]:
            return "the device is not known there any more"
        if "actions" in state:
            return machines.health(state)
        if not state["action"]:
            return "no scan that an administrator asked for"
        return one_line(f"{str(state['scope'] or '').lower()} scan of {state['begun']}: {state['status']}".strip())


class CheckDevice(Action):
    """A device that neither Intune nor Defender knows: only its user can look, with a sheet that says how."""

    name = "check_device"
    title = "Check a device that nobody looks after"
    automatic = False
    reversible = False
    irreversible_because = "it was done by people"

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for upn, row in machines.of_victims(situation):
            if not machines.looked_after(row):
                yield self.draft(
                    "M2",
                    Phase.ERADICATE,
                    machines.target(upn, row),
                    f"Neither Intune nor Defender looks after it. {ADVICE} `o365nb respond sheet` prints a sheet for"
                    f" the user. What is known of it: {known_of(row)}.",
                    "",
                    arguments={"upn": upn, "name": str(row["name"] or ""), "os": str(row["os"] or "")},
                    rank=4,
                )

    def before(self, tenant: Tenant, step: Step) -> State:
        return {"present": None}

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return False

    def words(self, state: State) -> str:
        return "done by people, not read from the tenant"
