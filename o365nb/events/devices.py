"""Every device of a person, whoever knows of it → devices: Entra, Intune, Defender and Exchange, one row for each.

Entra's device id joins them; it is what `azureADDeviceId` of Intune and `aadDeviceId` of Defender say. A mailbox
partnership has no such id: it keeps its own row, for it lets mail out by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from o365nb.events import state
from o365nb.events.rules import integer
from o365nb.events.state import Row, Seen, lower, many, moment, text, truth
from o365nb.events.state_exchange import Record

#: The kinds read here, and the source that the ledger books each under.
SOURCES = {
    "device": "devices",
    "managed_device": "managed_devices",
    "protection_state": "managed_devices",
    "malware_state": "managed_devices",
    "app_registration": "app_registrations",
    "machine": "machines",
    "logon_user": "machines",
    "machine_action": "machines",
}
_NOBODY = "00000000-0000-0000-0000-000000000000"
_LISTS = ("seen_by", "malware", "users", "actions")
#: Defender's words for its antivirus: whether it runs, and whether its signatures are too old.
_ANTIVIRUS = {"updated": "on", "notupdated": "on", "disabled": "off"}
_OVERDUE = {"updated": False, "notupdated": True}
_COMPLIANT = {"compliant": True, "noncompliant": False, "ingraceperiod": False, "error": False, "conflict": False}


def add(tables: Mapping[str, list[Row]], records: Iterable[Record]) -> None:
    """Put one row per device into `devices`, beside the mailbox partnerships that stand there already."""
    listed = [record for record in records if record.kind in SOURCES]
    rows: list[Row] = []
    names: dict[str, str] = {}  # (owner and) Intune's or Defender's own id → the row's key
    for kind, make in (("device", state.device), ("managed_device", managed_device), ("machine", machine)):
        for record in _in_order(listed, kind):
            row = make(record.data, record.seen)
            names[f"{record.seen.owner} {lower(record.data.get('id'))}"] = row["key"]
            rows.append(row)
    rows += [app_registration(record.data, record.seen) for record in _in_order(listed, "app_registration")]
    for kind, tell in (
        ("protection_state", protection_state), ("malware_state", malware_state), ("logon_user", logon_user),
        ("machine_action", machine_action),
    ):  # fmt: skip
        for record in _in_order(listed, kind):
            about = lower(record.data.get("@device") or record.data.get("machineId") or record.data.get("id"))
            if key := names.get(f"{record.seen.owner} {about}"):
                rows.append({**_seen(record.seen, "", ""), "key": key, "seen_by": [], **tell(record.data)})
    tables["devices"].extend(merged(rows))


def managed_device(data: Row, seen: Seen) -> Row:
    """Intune's `managedDevice`."""
    identity = _entra_id(data.get("azureADDeviceId"))
    return {
        **_seen(seen, "intune", identity or f"intune:{data.get('id')}"),
        "device_id": identity,
        "intune_id": text(data.get("id")),
        "name": text(data.get("deviceName")),
        "os": text(data.get("operatingSystem")),
        "os_version": text(data.get("osVersion")),
        "managed": lower(data.get("managementAgent")) not in ("eas", "unknown", "mssense"),
        "compliant": _COMPLIANT.get(lower(data.get("complianceState"))),
        "enrolled": moment(data.get("enrolledDateTime")),
        "last_seen": moment(data.get("lastSyncDateTime")),
        "encrypted": truth(data.get("isEncrypted")),
        "jail_broken": truth(data.get("jailBroken")),
        "patch_level": text(data.get("androidSecurityPatchLevel")) or text(data.get("osVersion")),
        "actions": sorted(_intune_actions(data)),
    }


def machine(data: Row, seen: Seen) -> Row:
    """A `machine` of Defender for Endpoint."""
    identity = _entra_id(data.get("aadDeviceId"))
    build, health = integer(data.get("osBuild")), lower(data.get("defenderAvStatus"))
    version = " ".join(part for part in (text(data.get("version")), f"build {build}" if build else None) if part)
    return {
        **_seen(seen, "defender", identity or f"defender:{data.get('id')}"),
        "device_id": identity,
        "machine_id": text(data.get("id")),
        "name": text(data.get("computerDnsName")),
        "os": text(data.get("osPlatform")),
        "os_version": version or None,
        "last_seen": moment(data.get("lastSeen")),
        "antivirus": _ANTIVIRUS.get(health),
        "signatures_overdue": _OVERDUE.get(health),
        "sensor": text(data.get("healthStatus")),
        "risk": text(data.get("riskScore")),
        "exposure": text(data.get("exposureLevel")),
    }


def app_registration(data: Row, seen: Seen) -> Row:
    """Intune's `managedAppRegistration`: a phone by the tag that its apps give it."""
    tag = text(data.get("deviceTag")) or text(data.get("id")) or ""
    return {
        **_seen(seen, "intune", f"app:{tag}"),
        "device_id": None,
        "name": text(data.get("deviceName")),
        "os": text(data.get("deviceType")),
        "os_version": text(data.get("platformVersion")),
        "trust_type": "ManagedApp",
        "managed": False,
        "enrolled": moment(data.get("createdDateTime")),
        "last_seen": moment(data.get("lastSyncDateTime")),
        "jail_broken": "rooteddevice" in [lower(reason) for reason in many(data.get("flaggedReasons"))],
        "patch_level": text(data.get("platformVersion")),
    }


def protection_state(data: Row) -> Row:
    """Intune's `windowsProtectionState`."""
    on = truth(data.get("malwareProtectionEnabled"))
    return {
        "antivirus": None if on is None else "on" if on else "off",
        "real_time_protection": truth(data.get("realTimeProtectionEnabled")),
        "tamper_protection": truth(data.get("tamperProtectionEnabled")),
        "signature_version": text(data.get("signatureVersion")),
        "signatures_overdue": truth(data.get("signatureUpdateOverdue")),
        "last_quick_scan": moment(data.get("lastQuickScanDateTime")),
        "last_full_scan": moment(data.get("lastFullScanDateTime")),
        "full_scan_overdue": truth(data.get("fullScanOverdue")),
        "reboot_required": truth(data.get("rebootRequired")),
        "protection_state": _flags(data.get("deviceState")),
        "protection_reported": moment(data.get("lastReportedDateTime")),
    }


def malware_state(data: Row) -> Row:
    """Intune's `windowsDeviceMalwareState`."""
    since = moment(data.get("initialDetectionDateTime"))
    words = [data.get("displayName"), data.get("category"), data.get("threatState"), since]
    return {"malware": [" · ".join(str(word) for word in words if word)]}


def logon_user(data: Row) -> Row:
    """A `user` of Defender for Endpoint."""
    domain, name = text(data.get("accountDomain")), text(data.get("accountName"))
    return {"users": [f"{domain}\\{name}" if domain else str(name)]}


def machine_action(data: Row) -> Row:
    """A `machineAction` of Defender for Endpoint; a full scan that ended well is the device's last one too."""
    kind, status = text(data.get("type")) or "", text(data.get("status")) or ""
    scope, when = text(data.get("scope")), moment(data.get("creationDateTimeUtc"))
    ended = moment(data.get("lastUpdateDateTimeUtc"))
    words = [when, f"{kind} ({scope})" if scope else kind, status]
    full = (kind, scope, status) == ("RunAntiVirusScan", "Full", "Succeeded")
    return {"actions": [" ".join(word for word in words if word)], "last_full_scan": ended if full else None}


def merged(rows: Iterable[Row]) -> list[Row]:
    """One row per key. Of two values the later row's stands, but nothing wipes out what is known; times of use and of
    scans are the latest, lists add up, and Entra's name and system go before the others'."""
    kept: dict[str, Row] = {}
    for row in rows:
        place = row["key"].lower()
        before = kept.setdefault(place, {})
        told = {name: value for name, value in row.items() if value is not None}
        for name in _LISTS:
            both = dict.fromkeys([*(before.get(name) or ()), *(told.get(name) or ())])
            told[name] = sorted(both) if name == "seen_by" else list(both)
        for name in ("last_seen", "last_full_scan"):
            told[name] = max(filter(None, (before.get(name), told.get(name))), default=None)
        if before:  # Entra's row came first, then Intune's
            fixed = (
                "key",
                "device_id",
                "name",
                "os",
                "raw_file",
                "raw_line",
                *(("os_version",) if "intune" in before["seen_by"] else ()),
            )
            told |= {name: before[name] for name in fixed if before.get(name)}
        kept[place] = {**before, **told}
    return list(kept.values())


def _in_order(records: Iterable[Record], kind: str) -> list[Record]:
    """The records of a kind, the oldest first."""
    return sorted((record for record in records if record.kind == kind), key=lambda record: record.seen.collected_at)


def _seen(seen: Seen, side: str, identity: str) -> Row:
    """The columns that every state table begins with; the side is whose knowledge it is, not whose door."""
    row = seen.row("device", identity)
    return {**row, "seen_by": sorted({side if name == "graph" else name for name in seen.seen_by})}


def _entra_id(value: Any) -> str | None:
    found = lower(value)
    return found if found and found != _NOBODY else None


def _flags(value: Any) -> str | None:
    """Flags as the service writes them (text with commas) and as they are published (a list)."""
    return ",".join(map(str, many(value))) or None


def _intune_actions(data: Row) -> Iterator[str]:
    for item in many(data.get("deviceActionResults")):
        if isinstance(item, dict):
            when = moment(item.get("lastUpdatedDateTime") or item.get("startDateTime"))
            yield " ".join(str(word) for word in (when, item.get("actionName"), item.get("actionState")) if word)
