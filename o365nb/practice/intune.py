"""Intune as a story begins: every laptop enrolled with its protection state, company apps on the phones."""

from __future__ import annotations

from datetime import datetime, timedelta

from o365nb.practice.ids import Json, z
from o365nb.practice.people import Device, Person, named_id

#: Whose laptop nobody has looked after: old signatures, no full scan for half a year, a restart that is due.
NEGLECTED = "lukas@contoso.example"
SIGNATURES = "1.441.212.0"
_OLD_SIGNATURES = "1.437.96.0"
_NEVER = "0001-01-01T00:00:00Z"


def initial(people: dict[str, Person], now: datetime) -> Json:
    """Enrolled devices and app registrations by UPN; protection, malware and apps by the enrolled device's id."""
    laptops = {upn: person.laptop for upn, person in people.items() if person.laptop.managed}
    windows = {upn: laptop for upn, laptop in laptops.items() if laptop.os.startswith("Windows")}
    return {
        "devices": {upn: [managed_device(laptop, people[upn], now)] for upn, laptop in laptops.items()},
        "protection": {
            managed_id(laptop): protection_state(laptop, now, neglected=upn == NEGLECTED)
            for upn, laptop in windows.items()
        },
        "malware": {managed_id(laptop): [] for laptop in windows.values()},
        "apps": {managed_id(laptop): detected_apps() for laptop in laptops.values()},
        "registrations": {upn: [app_registration(person.phone, person, now)] for upn, person in people.items()},
    }


def managed_id(device: Device) -> str:
    """Intune's own id of a device: another than Entra's."""
    return named_id(f"intune:{device.id}")


def managed_device(device: Device, person: Person, now: datetime) -> Json:
    """Graph's `managedDevice`, v1.0."""
    windows = device.os.startswith("Windows")
    return {
        "id": managed_id(device),
        "userId": person.id,
        "deviceName": device.name,
        "managedDeviceName": f"{person.upn.split('@', 1)[0]}_{device.name}",
        "managedDeviceOwnerType": "company",
        "managementState": "managed",
        "managementAgent": "mdm",
        "enrolledDateTime": z(now - timedelta(days=200 + person.number * 11 % 500)),
        "lastSyncDateTime": z(now - timedelta(hours=1 + person.number % 7)),
        "operatingSystem": "Windows" if windows else "macOS",
        "osVersion": "10.0.26100.4652" if windows else "26.1 (25B78)",
        "complianceState": "noncompliant" if person.upn == NEGLECTED else "compliant",
        "jailBroken": "Unknown",
        "deviceEnrollmentType": "windowsAzureADJoin" if windows else "userEnrollment",
        "deviceRegistrationState": "registered",
        "azureADRegistered": True,
        "azureADDeviceId": device.id,
        "emailAddress": person.upn,
        "userPrincipalName": person.upn,
        "userDisplayName": person.name,
        "easActivated": False,
        "easDeviceId": "",
        "easActivationDateTime": _NEVER,
        "exchangeAccessState": "none",
        "exchangeAccessStateReason": "none",
        "exchangeLastSuccessfulSyncDateTime": _NEVER,
        "isEncrypted": True,
        "isSupervised": False,
        "manufacturer": device.manufacturer,
        "model": device.model,
        "serialNumber": f"PF{person.number:06}",
        "androidSecurityPatchLevel": "",
        "partnerReportedThreatState": "unknown",
        "deviceActionResults": [],
    }


def protection_state(device: Device, now: datetime, *, neglected: bool = False) -> Json:
    """Graph's `windowsProtectionState`: as the device reported it at its last check-in."""
    full = now - timedelta(days=183 if neglected else 5)
    quick = now - timedelta(days=44 if neglected else 1)
    return {
        "id": managed_id(device),
        "malwareProtectionEnabled": True,
        "deviceState": ["fullScanPending", "rebootPending"] if neglected else ["clean"],
        "realTimeProtectionEnabled": True,
        "networkInspectionSystemEnabled": True,
        "quickScanOverdue": neglected,
        "fullScanOverdue": neglected,
        "signatureUpdateOverdue": neglected,
        "rebootRequired": neglected,
        "fullScanRequired": neglected,
        "engineVersion": "1.1.25100.9",
        "signatureVersion": _OLD_SIGNATURES if neglected else SIGNATURES,
        "antiMalwareVersion": "4.18.25100.9006",
        "lastQuickScanDateTime": z(quick),
        "lastFullScanDateTime": z(full),
        "lastQuickScanSignatureVersion": _OLD_SIGNATURES if neglected else SIGNATURES,
        "lastFullScanSignatureVersion": "1.429.11.0" if neglected else SIGNATURES,
        "lastReportedDateTime": z(now - timedelta(hours=5)),
        "productStatus": ["avSignaturesOutOfDate", "noFullScanHappenedForSpecifiedPeriod"]
        if neglected
        else ["noStatus"],
        "isVirtualMachine": False,
        "tamperProtectionEnabled": not neglected,
    }


#: How long a device takes for what was asked of it, from its next check-in on; a wiped or retired one is gone then.
TAKES = {
    "windowsDefenderScan": timedelta(hours=2),
    "windowsDefenderUpdateSignatures": timedelta(minutes=10),
    "syncDevice": timedelta(minutes=4),
    "retire": timedelta(minutes=20),
    "wipe": timedelta(minutes=40),
}
_SOON = timedelta(minutes=4)  # a device that is on checks in


def asked_of(device: Json, action: str, now: datetime) -> None:
    """What an administrator asked of a device: Intune answers at once, the device when it can."""
    entry = {"actionName": action, "actionState": "pending", "startDateTime": z(now), "lastUpdatedDateTime": z(now)}
    kept = [item for item in device["deviceActionResults"] if item["actionName"] != action]
    device["deviceActionResults"] = [*kept, entry]


def as_of(device: Json, now: datetime) -> Json | None:
    """The device as Intune shows it by now; None once it is wiped or retired."""
    synced = str(device["lastSyncDateTime"])
    shown = [_action_as_of(item, now) for item in device["deviceActionResults"]]
    for item in shown:
        if item["actionState"] == "done" and item["actionName"] in ("retire", "wipe"):
            return None
        if item["actionState"] != "pending":
            synced = max(synced, z(datetime.fromisoformat(item["startDateTime"]) + _SOON))
    return {**device, "deviceActionResults": shown, "lastSyncDateTime": synced}


def _action_as_of(item: Json, now: datetime) -> Json:
    begun = datetime.fromisoformat(item["startDateTime"])
    done = begun + TAKES[item["actionName"]]
    if done <= now:
        return {**item, "actionState": "done", "lastUpdatedDateTime": z(done)}
    if begun + _SOON <= now:
        return {**item, "actionState": "active", "lastUpdatedDateTime": z(begun + _SOON)}
    return item


def protection_as_of(state: Json, device: Json, now: datetime) -> Json:
    """The protection as the device has reported it by now."""
    shown = dict(state)
    for item in (as_of(device, now) or device)["deviceActionResults"]:
        if item["actionState"] != "done":
            continue
        shown["lastReportedDateTime"] = item["lastUpdatedDateTime"]
        if item["actionName"] == "windowsDefenderUpdateSignatures":
            shown |= {"signatureVersion": SIGNATURES, "signatureUpdateOverdue": False}
        if item["actionName"] == "windowsDefenderScan":
            shown |= {"lastFullScanDateTime": item["lastUpdatedDateTime"], "fullScanOverdue": False,
                      "lastFullScanSignatureVersion": shown["signatureVersion"]}  # fmt: skip
    return shown


def malware(key: str, name: str, category: str, severity: str, at: datetime, *, state: str = "detected") -> Json:
    """Graph's `windowsDeviceMalwareState`: what the antivirus found on one device; for stories."""
    cleaned = state in ("cleaned", "quarantined", "removed")
    return {
        "id": key,
        "displayName": name,
        "additionalInformationUrl": None,
        "severity": severity,
        "category": category,
        "executionState": "unknown",
        "state": state,
        "threatState": "cleaned" if cleaned else "active",
        "initialDetectionDateTime": z(at),
        "lastStateChangeDateTime": z(at),
        "detectionCount": 1,
    }


def detected_apps() -> list[Json]:
    """Graph's `detectedApp`: what is installed on an ordinary laptop."""
    listed = (
        ("Microsoft Edge", "142.0.3595.65", "Microsoft Corporation"),
        ("Microsoft 365 Apps for enterprise", "16.0.19328.20178", "Microsoft Corporation"),
        ("Company Portal", "11.2.1002.0", "Microsoft Corporation"),
    )
    return [
        {
            "id": named_id(f"app:{name}").replace("-", ""),
            "displayName": name,
            "version": version,
            "sizeInByte": 0,
            "deviceCount": 60,
            "publisher": publisher,
            "platform": "windows",
        }
        for name, version, publisher in listed
    ]


def app_registration(phone: Device, person: Person, now: datetime) -> Json:
    """Graph's `managedAppRegistration`: a company app under protection on a phone that is not enrolled."""
    kind = "ios" if phone.os.startswith("Ios") else "android"
    return {
        "@odata.type": f"#microsoft.graph.{kind}ManagedAppRegistration",
        "id": f"T_{named_id(f'mam:{phone.id}')}",
        "createdDateTime": z(now - timedelta(days=150 + person.number * 5 % 300)),
        "lastSyncDateTime": z(now - timedelta(hours=3)),
        "applicationVersion": "4.2540.0",
        "managementSdkVersion": "20.6.0",
        "platformVersion": phone.os.partition(" ")[2],
        "deviceType": phone.model,
        "deviceTag": named_id(f"tag:{phone.id}"),
        "deviceName": phone.name,
        "userId": person.id,
        "flaggedReasons": ["none"],
        "version": "1",
        "appIdentifier": {"@odata.type": f"#microsoft.graph.{kind}MobileAppIdentifier"},
    }
