"""A computer joined to the directory: what Entra's audit log tells of it, in the order in which it is written."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from o365nb.practice.ids import guid
from o365nb.practice.logs.apps import DEVICE_REGISTRATION
from o365nb.practice.logs.directory import Actor, Change
from o365nb.practice.people import Device, Person, named_id

_SERVICE = "Device Registration Service"


def joined(person: Person, device: Device, build: str, ip: str, at: datetime, rng: Random) -> list[Change]:
    """The directory's three changes by the registration service, then the service's own record of the person's act.

    `build` is the version of Windows that the computer claims.
    """
    correlation = guid(rng)
    service = Actor(named_id(f"sp:{DEVICE_REGISTRATION.id}"), _SERVICE, app_id=DEVICE_REGISTRATION.id)
    key = named_id(f"device-object:{device.id}")
    about: dict[str, tuple[object, object]] = {
        "CloudAccountEnabled": ([], [True]),
        "CloudDeviceId": ([], [device.id]),
        "CloudDeviceOSType": ([], ["Windows"]),
        "CloudDeviceOSVersion": ([], [build]),
        "CloudDisplayName": ([], [device.name]),
        "DeviceTrustType": ([], ["AzureAd"]),
    }
    named = {"Device.ObjectID": (None, key), "Device.DisplayName": (None, device.name)}
    agent = {"User-Agent": "Microsoft.OData.Client/7.12.5"}
    made = [
        Change(correlation, at, "Add device", "Device", service, "Device", key, device.name, None, about,
               operation_type="Add", details=agent),
    ]  # fmt: skip
    for seconds, activity in enumerate(("Add registered owner to device", "Add registered users to device"), 1):
        moment = at + timedelta(seconds=seconds)
        made.append(Change(
            guid(rng), moment, activity, "Device", service, "User", person.id, person.name, person.upn, named,
            operation_type="Assign", details=agent,
        ))  # fmt: skip
    made.append(Change(
        guid(rng), at + timedelta(seconds=3), "Register device", "Device", _by(person, ip), "Device", key, device.name,
        None, service=_SERVICE, operation_type="Add", details={
            "Device Id": device.id,
            "Device OS": "Windows",
            "Device Trust Type": "Azure AD join",
            "User-Agent": f"Dsreg/10.0 (Windows {build})",
        },
    ))  # fmt: skip
    return made


def hello_added(person: Person, device: Device, key: str, ip: str, at: datetime, rng: Random) -> Change:
    """A Windows Hello for Business key of that computer becomes a way to prove the person's identity."""
    return Change(
        guid(rng), at, "Add Windows Hello for Business credential", "UserManagement", _by(person, ip), "User",
        person.id, person.name, person.upn, {"SearchableDeviceKey": (None, [{"usage": "NGC", "keyIdentifier": key}])},
        service=_SERVICE, operation_type="Add", details={"Device Id": device.id},
    )  # fmt: skip


def _by(person: Person, ip: str) -> Actor:
    return Actor(person.id, person.name, person.upn, ip)
