"""What Entra, Intune, Defender and Exchange each know of a device, in one row."""

import pytest

from o365nb.events import devices
from o365nb.events.devices import SOURCES, add
from o365nb.events.schema import STATE_TABLES
from o365nb.events.state import Seen
from o365nb.intake.staging import StateRecord

ANNA = "anna@contoso.example"
SEEN = Seen(ANNA, ("graph",), "2026-11-18T12:00:00Z", "raw/f.gz", 3)
ENTRA = {
    "id": "o-1", "deviceId": "D-1", "displayName": "CON-NB-004", "operatingSystem": "Windows", "trustType": "AzureAd",
    "operatingSystemVersion": "10.0.19045", "accountEnabled": True, "registrationDateTime": "2026-03-01T08:00:00Z",
    "approximateLastSignInDateTime": "2026-11-10T08:00:00Z",
}  # fmt: skip
INTUNE = {
    "id": "I-1", "azureADDeviceId": "d-1", "deviceName": "anna_Windows", "operatingSystem": "Windows",
    "osVersion": "10.0.26100.4652", "complianceState": "noncompliant", "managementAgent": "mdm",
    "lastSyncDateTime": "2026-11-17T08:00:00Z", "isEncrypted": True, "jailBroken": "Unknown",
    "deviceActionResults": [{"actionName": "windowsDefenderScan", "actionState": "done",
                             "lastUpdatedDateTime": "2026-11-16T08:00:00Z"}],
}  # fmt: skip
MACHINE = {
    "id": "m" * 40, "aadDeviceId": "D-1", "computerDnsName": "con-nb-004.contoso.example", "osPlatform": "Windows11",
    "version": "24H2", "osBuild": 26100, "lastSeen": "2026-11-18T08:00:00Z", "healthStatus": "Active",
    "riskScore": "High", "exposureLevel": "Low", "defenderAvStatus": "NotUpdated",
}  # fmt: skip
PROTECTION = {
    "id": "i-1", "malwareProtectionEnabled": True, "realTimeProtectionEnabled": False, "signatureVersion": "1.1",
    "signatureUpdateOverdue": True, "tamperProtectionEnabled": False, "rebootRequired": True,
    "lastFullScanDateTime": "2026-05-01T08:00:00Z", "lastQuickScanDateTime": "0001-01-01T00:00:00Z",
    "deviceState": ["fullScanPending", "rebootPending"], "lastReportedDateTime": "2026-11-17T08:00:00Z",
}  # fmt: skip
MALWARE = {"@device": "I-1", "displayName": "PWS:Win32/X", "category": "passwordStealer", "threatState": "active"}
SCAN = {
    "id": "a", "type": "RunAntiVirusScan", "scope": "Full", "status": "Succeeded", "machineId": "m" * 40,
    "creationDateTimeUtc": "2026-11-15T08:00:00Z", "lastUpdateDateTimeUtc": "2026-11-15T10:00:00Z",
}  # fmt: skip


def table(*given, partnerships=()):
    tables = {"devices": list(partnerships)}
    add(tables, [StateRecord(kind, data, SEEN) for kind, data in given])
    return tables["devices"]


def test_one_row_tells_what_everybody_knows_of_a_device():
    everything = [
        ("machine_action", SCAN), ("malware_state", MALWARE), ("protection_state", PROTECTION), ("machine", MACHINE),
        ("logon_user", {"@device": "m" * 40, "accountDomain": "azuread", "accountName": "anna"}),
        ("managed_device", INTUNE), ("device", ENTRA),
    ]  # fmt: skip
    (row,) = table(*everything)
    assert {name: value for name, value in row.items() if name not in ("raw_file", "raw_line", "collected_at")} == {
        "key": f"device:{ANNA}:D-1", "owner": ANNA, "seen_by": ["defender", "graph", "intune"],
        "device_id": "D-1", "object_id": "o-1", "intune_id": "I-1", "machine_id": "m" * 40,
        "name": "CON-NB-004", "os": "Windows", "os_version": "10.0.26100.4652",
        "trust_type": "AzureAd", "managed": True, "compliant": False, "enabled": True,
        "registered": "2026-03-01T08:00:00", "last_sign_in": "2026-11-10T08:00:00", "last_seen": "2026-11-18T08:00:00",
        "encrypted": True, "patch_level": "10.0.26100.4652", "reboot_required": True, "antivirus": "on",
        "real_time_protection": False, "tamper_protection": False, "signature_version": "1.1",
        "signatures_overdue": True, "last_full_scan": "2026-11-15T10:00:00",
        "protection_state": "fullScanPending,rebootPending", "protection_reported": "2026-11-17T08:00:00",
        "malware": ["PWS:Win32/X · passwordStealer · active"], "sensor": "Active", "risk": "High", "exposure": "Low",
        "users": ["azuread\\anna"],
        "actions": ["2026-11-16T08:00:00 windowsDefenderScan done",
                    "2026-11-15T08:00:00 RunAntiVirusScan (Full) Succeeded"],
    }  # fmt: skip


def test_a_device_that_only_one_side_knows_has_its_own_row():
    stray = {**INTUNE, "id": "i-2", "azureADDeviceId": "00000000-0000-0000-0000-000000000000"}
    found = table(("device", ENTRA), ("managed_device", stray), ("machine", {**MACHINE, "aadDeviceId": None}))
    assert [(row["key"], row["seen_by"]) for row in found] == [
        (f"device:{ANNA}:D-1", ["graph"]),
        (f"device:{ANNA}:intune:i-2", ["intune"]),
        (f"device:{ANNA}:defender:{'m' * 40}", ["defender"]),
    ]


def test_the_phone_of_a_protected_app_never_hides_behind_a_name():
    phone = {
        "id": "T",
        "deviceTag": "tag",
        "deviceName": "CON-NB-004",
        "deviceType": "iPhone",
        "flaggedReasons": ["none"],
    }
    found = table(("device", ENTRA), ("app_registration", phone))
    assert [(row["name"], row["trust_type"]) for row in found] == [
        ("CON-NB-004", "AzureAd"), ("CON-NB-004", "ManagedApp"),
    ]  # fmt: skip


def test_a_partnership_stays_beside_the_device():
    partnership = {"key": "mobile_device:x", "trust_type": "MobilePartnership"}
    assert table(("device", ENTRA), partnerships=[partnership])[0] is partnership


def test_what_belongs_to_no_known_device_is_left_out():
    assert table(("protection_state", PROTECTION), ("machine_action", SCAN)) == []


def test_a_later_silence_wipes_nothing_out():
    (row,) = table(("device", ENTRA), ("device", {"id": "o-1", "deviceId": "D-1", "displayName": "CON-NB-004"}))
    assert (row["os"], row["registered"], row["enabled"]) == ("Windows", "2026-03-01T08:00:00", True)


def test_a_scan_that_was_not_full_or_failed_is_no_full_scan():
    for change in ({"scope": "Quick"}, {"status": "Failed"}, {"type": "Isolate"}):
        (row,) = table(("machine", MACHINE), ("machine_action", {**SCAN, **change}))
        assert (row["last_full_scan"], len(row["actions"])) == (None, 1)


@pytest.mark.parametrize("kind", SOURCES)
def test_rows_name_only_columns_of_the_table_whatever_a_record_lacks(kind):
    hostile = "=cmd|' /C calc'!A0\x1b[31m<script>\u202e"
    odd = {"id": 7, "displayName": hostile, "deviceActionResults": ["x", None], "osBuild": "many", "flaggedReasons": 3}
    for data in ({}, odd):
        for row in table(("managed_device", {"id": "i"}), ("machine", {"id": "m"}), (kind, data)):
            assert set(row) <= set(STATE_TABLES["devices"])


def test_every_kind_has_its_source():
    assert set(devices.SOURCES.values()) == {"devices", "managed_devices", "machines", "app_registrations"}
