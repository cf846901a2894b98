"""The devices that a person uses, as the response sees them: what Intune and Defender can be asked to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from o365nb.errors import NotFound
from o365nb.model import Step, iso
from o365nb.response import account
from o365nb.response.base import State
from o365nb.response.situation import Row, Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, literal, segment
from o365nb.tenant.permissions import Right

INTUNE = Right(
    "DeviceManagementManagedDevices.PrivilegedOperations.All", licence="Microsoft Intune", role="Intune Administrator"
)
INTUNE_READ = Right("DeviceManagementManagedDevices.Read.All", licence="Microsoft Intune")
DEFENDER_READ = Right("Machine.Read.All", licence="Defender for Endpoint", service="defender")
#: Words of Defender's machineAction: what was taken on, and what ended well.
UNDER_WAY = ("pending", "inprogress", "succeeded")
DONE = "succeeded"


def defender_right(permission: str) -> Right:
    """A permission of Defender for Endpoint's own API."""
    return Right(permission, licence="Defender for Endpoint", service="defender")


def of_victims(situation: Situation) -> Iterator[tuple[str, Row]]:
    """Each victim's devices, one row each; not the attacker's, which are thrown out, nor the mailbox partnerships."""
    theirs = {item.id for item in situation.objects("device")}
    for upn in situation.victims:
        named = set[str]()
        rows = [row for row in situation.tables["devices"] if row["owner"] == upn and row["key"] not in theirs]
        for row in sorted(rows, key=lambda row: (not looked_after(row), not row["device_id"], row["key"])):
            name = str(row["name"] or row["device_id"] or row["key"])
            if name.lower() not in named:
                named.add(name.lower())
                yield upn, row


def looked_after(row: Row) -> bool:
    """Whether anybody but its user can ask something of it."""
    return bool(row["intune_id"] or row["machine_id"])


def windows(row: Row) -> bool:
    """Intune's antivirus commands are for Windows only."""
    return str(row["os"] or "").lower().startswith("windows")


def suspicious(row: Row) -> bool:
    """Whether the device itself gives a reason to cut it off: something was found on it, or Defender rates it so."""
    return bool(row["malware"]) or str(row["risk"] or "").lower() in ("medium", "high")


def arguments(upn: str, row: Row, situation: Situation) -> dict[str, str]:
    """What a step needs to address the device."""
    return {
        "upn": upn,
        "name": str(row["name"] or ""),
        "intune": str(row["intune_id"] or ""),
        "machine": str(row["machine_id"] or ""),
        "not_before": iso(situation.verdict.last_attacker_event) or "",
    }


def target(upn: str, row: Row) -> str:
    """The device in words."""
    system = f"{row['os'] or 'unknown system'} {row['os_version'] or ''}".strip()
    return f"{one_line(str(row['name'] or 'a device without a name'))}, {one_line(system)}, of {upn}"


def intune(tenant: Tenant, step: Step) -> State:
    """The device and its protection as Intune knows them; `actions` by name: (state, begun)."""
    path = f"/deviceManagement/managedDevices/{segment(step.arguments['intune'])}"
    try:
        device = tenant.graph.get(path).data
    except NotFound:
        return {"present": False}
    try:
        shield = tenant.graph.get(f"{path}/windowsProtectionState").data
    except NotFound:
        shield = {}
    listed = [one for one in device.get("deviceActionResults") or [] if isinstance(one, dict)]
    return {
        "present": True,
        "name": str(device.get("deviceName") or ""),
        "system": f"{device.get('operatingSystem')} {device.get('osVersion')}",
        "synced": device.get("lastSyncDateTime"),
        "antivirus": shield.get("malwareProtectionEnabled"),
        "signatures": shield.get("signatureVersion"),
        "signatures_overdue": shield.get("signatureUpdateOverdue"),
        "full_scan": shield.get("lastFullScanDateTime"),
        "reboot_required": shield.get("rebootRequired"),
        "reported": shield.get("lastReportedDateTime"),
        "actions": {
            str(one.get("actionName")): [str(one.get("actionState")), str(one.get("startDateTime"))] for one in listed
        },
    }


def defender(tenant: Tenant, step: Step, kinds: Iterable[str]) -> State:
    """The last action of some kinds that Defender knows of the machine, with its scope, state and times."""
    machine = step.arguments["machine"]
    try:
        found = tenant.defender.get(f"/machines/{segment(machine)}").data
    except NotFound:
        return {"present": False}
    wanted = {kind.lower() for kind in kinds}
    every = [
        one
        for page in tenant.defender.pages("/machineactions", {"$filter": f"machineId eq {literal(machine)}"})
        for one in page.records
        if str(one.get("type")).lower() in wanted
    ]
    last = max(every, key=lambda one: str(one.get("creationDateTimeUtc")), default={})
    return {
        "present": True,
        "name": str(found.get("computerDnsName") or ""),
        "action": last.get("type"),
        "scope": last.get("scope"),
        "status": last.get("status"),
        "begun": last.get("creationDateTimeUtc"),
        "ended": last.get("lastUpdateDateTimeUtc"),
    }


def asked(state: State, action: str, since: datetime | None) -> str:
    """Intune's word for an action that was asked for at or after `since`; "" where there is none."""
    word, begun = (state.get("actions") or {}).get(action, ("", ""))
    return str(word) if since is None or account.reached(begun, since) else ""


def accepted(state: State, since: datetime | None, kind: str) -> bool:
    """Whether Defender has an action of this kind in hand, or done, that was asked for at or after `since`."""
    same = str(state.get("action") or "").lower() == kind.lower()
    under_way = str(state.get("status") or "").lower() in UNDER_WAY
    return same and under_way and since is not None and account.reached(state.get("begun"), since)


def changed(step: Step, state: State) -> str:
    """Why this is not the device that was planned for; "" when it is."""
    if not state["present"]:
        return "it is no longer known there"
    planned, now = step.arguments["name"].partition(".")[0].lower(), str(state["name"]).partition(".")[0].lower()
    return "" if not planned or planned == now else f"the device is now called {one_line(state['name'])!r}"


def health(state: State) -> str:
    """What Intune last heard of a device's protection, in words."""
    said: list[Any] = []
    if state.get("antivirus") is not None:
        said.append(f"antivirus {'on' if state['antivirus'] else 'OFF'}")
    if state.get("signatures"):
        said.append(f"signatures {state['signatures']}{' (too old)' if state['signatures_overdue'] else ''}")
    if state.get("full_scan"):
        said.append(f"last full scan {state['full_scan']}")
    if state.get("reboot_required"):
        said.append("a restart is due")
    said.append(f"system {state['system']}, last seen {state['synced']}")
    return one_line(", ".join(said))
