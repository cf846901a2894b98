"""Defender for Endpoint as a story begins: every managed laptop onboarded, seen an hour ago."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from o365nb.practice.ids import Json, z
from o365nb.practice.intune import NEGLECTED
from o365nb.practice.people import DOMAIN, Device, Person, named_id


def initial(people: dict[str, Person], now: datetime) -> Json:
    """Machines by UPN of their user; who logged on and what was found by machine; actions of the whole tenant."""
    owners = {upn: person for upn, person in people.items() if person.laptop.managed}
    return {
        "machines": {upn: [machine(person.laptop, person, now)] for upn, person in owners.items()},
        "logons": {machine_id(person.laptop): [logon(person, now)] for person in owners.values()},
        "alerts": {machine_id(person.laptop): [] for person in owners.values()},
        "actions": [scan(person.laptop, now - timedelta(days=5)) for upn, person in owners.items() if upn != NEGLECTED],
    }


def machine_id(device: Device) -> str:
    """Defender's id of a machine: forty hexadecimal digits."""
    return hashlib.sha256(f"machine:{device.id}".encode()).hexdigest()[:40]


def machine(device: Device, person: Person, now: datetime) -> Json:
    """A `machine` of the Defender for Endpoint API."""
    windows = device.os.startswith("Windows")
    return {
        "id": machine_id(device),
        "computerDnsName": f"{device.name.lower()}.{DOMAIN}",
        "firstSeen": z(now - timedelta(days=180)),
        "lastSeen": z(now - timedelta(hours=1)),
        "osPlatform": "Windows11" if windows else "macOS",
        "osVersion": None,
        "osProcessor": "x64" if windows else "arm64",
        "version": "24H2" if windows else "26.1",
        "osBuild": 26100 if windows else None,
        "lastIpAddress": f"192.168.7.{10 + person.number}",
        "lastExternalIpAddress": person.home.ip,
        "healthStatus": "Active",
        "onboardingStatus": "Onboarded",
        "rbacGroupId": 0,
        "rbacGroupName": "",
        "riskScore": "Medium" if person.upn == NEGLECTED else "None",
        "exposureLevel": "High" if person.upn == NEGLECTED else "Low",
        "isAadJoined": windows,
        "aadDeviceId": device.id,
        "machineTags": [],
        "defenderAvStatus": "NotUpdated" if person.upn == NEGLECTED else "Updated",
        "deviceValue": "Normal",
        "managedBy": "Intune",
    }


def logon(person: Person, now: datetime) -> Json:
    """A `user` of the Defender for Endpoint API: who logged on to a machine."""
    name = person.upn.split("@", 1)[0]
    return {
        "id": f"azuread\\{name}",
        "accountName": name,
        "accountDomain": "azuread",
        "accountSid": None,
        "firstSeen": z(now - timedelta(days=180)),
        "lastSeen": z(now - timedelta(hours=1)),
        "logonTypes": "Interactive",
        "logOnMachinesCount": 1,
        "isDomainAdmin": False,
        "isOnlyNetworkUser": False,
    }


def scan(device: Device, at: datetime, status: str = "Succeeded") -> Json:
    """A `machineAction`: a full scan that an administrator asked for."""
    return {
        "id": named_id(f"scan:{device.id}:{z(at)}"),
        "type": "RunAntiVirusScan",
        "title": None,
        "requestor": f"carol@{DOMAIN}",
        "requestorComment": "monthly scan",
        "status": status,
        "machineId": machine_id(device),
        "computerDnsName": f"{device.name.lower()}.{DOMAIN}",
        "creationDateTimeUtc": z(at),
        "lastUpdateDateTimeUtc": z(at + timedelta(hours=2)),
        "scope": "Full",
        "commands": [],
        "errorHResult": 0,
    }


#: How long a machine takes for what was asked of it.
TAKES = {
    "RunAntiVirusScan": timedelta(hours=2),
    "Isolate": timedelta(minutes=6),
    "Unisolate": timedelta(minutes=6),
}
_SOON = timedelta(minutes=2)


def action(machine: Json, kind: str, scope: str | None, comment: str, by: str, at: datetime) -> Json:
    """A `machineAction` that was just asked for."""
    return {
        "id": named_id(f"machine-action:{machine['id']}:{kind}:{at.isoformat()}"),
        "type": kind,
        "title": None,
        "requestor": by,
        "requestorComment": comment,
        "status": "Pending",
        "machineId": machine["id"],
        "computerDnsName": machine["computerDnsName"],
        "creationDateTimeUtc": z(at),
        "lastUpdateDateTimeUtc": z(at),
        "scope": scope,
        "commands": [],
        "errorHResult": 0,
    }


def action_as_of(asked: Json, now: datetime) -> Json:
    """The action as Defender shows it by now."""
    if asked["status"] != "Pending":
        return asked
    begun = datetime.fromisoformat(asked["creationDateTimeUtc"])
    done = begun + TAKES[asked["type"]]
    if done <= now:
        return {**asked, "status": "Succeeded", "lastUpdateDateTimeUtc": z(done)}
    if begun + _SOON <= now:
        return {**asked, "status": "InProgress", "lastUpdateDateTimeUtc": z(begun + _SOON)}
    return asked
