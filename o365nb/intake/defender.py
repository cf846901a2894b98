"""Alerts and incidents, Intune's devices, Defender for Endpoint's machines: from Graph and from Defender's own API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from o365nb.events.state import lower, many
from o365nb.intake.base import Item, Origin, Record
from o365nb.intake.forms import JsonShape

_DEVICE = re.compile(r"managedDevices\('([^']+)'\)", re.IGNORECASE)


class GraphAlertJson(JsonShape):
    """`security.alert`: one record for each person that its evidence names, one alone where it names nobody."""

    name = "graph-alert-json"
    title = "Defender alerts from Microsoft Graph (JSON)"
    kind = "alert"
    must = frozenset({"id", "title", "serviceSource", "createdDateTime"})
    entity = r"alerts_v2"

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Item]:
        for person in _people([data]):
            yield Record(line, self.kind, {**data, "@source": "alert", "@person": person, "@hosts": _hosts([data])})


class GraphIncidentJson(JsonShape):
    """`security.incident`: one record for each person that the evidence of its alerts names."""

    name = "graph-incident-json"
    title = "Defender incidents from Microsoft Graph (JSON)"
    kind = "alert"
    must = frozenset({"id", "displayName", "severity", "status", "createdDateTime"})
    any_of = frozenset({"alerts", "redirectIncidentId", "incidentWebUrl"})
    entity = r"security/incidents"

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Item]:
        alerts = [alert for alert in many(data.get("alerts")) if isinstance(alert, dict)]
        own = {name: value for name, value in data.items() if name != "alerts"}
        told = {
            "title": data["displayName"],
            "incidentId": data["id"],
            "serviceSource": "microsoft365Defender",
            "firstActivityDateTime": _first(alerts, "firstActivityDateTime", min),
            "lastActivityDateTime": _first(alerts, "lastActivityDateTime", max),
            "description": "; ".join(dict.fromkeys(str(alert.get("title") or "") for alert in alerts)),
        }
        for person in _people(alerts):
            yield Record(
                line, self.kind, {**own, **told, "@source": "incident", "@person": person, "@hosts": _hosts(alerts)}
            )


class DefenderAlertJson(JsonShape):
    """`alert` of Defender for Endpoint's own API: what was found on a machine of the person."""

    name = "defender-alert-json"
    title = "Machine alerts from Defender for Endpoint (JSON)"
    kind = "alert"
    must = frozenset({"id", "title", "machineId", "alertCreationTime"})
    entity = r"/api/\$metadata#Alerts"

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        for item in super().read(text, origin):
            if isinstance(item, Record):
                item.data["@person"] = origin.owner or None
            yield item

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Item]:
        user = data.get("relatedUser")
        told = {
            "@source": "alert",
            "serviceSource": "microsoftDefenderForEndpoint",
            "createdDateTime": data["alertCreationTime"],
            "firstActivityDateTime": data.get("firstEventTime"),
            "lastActivityDateTime": data.get("lastEventTime"),
            "device": data.get("computerDnsName"),
            "account": user.get("userName") if isinstance(user, dict) else None,
        }
        yield Record(line, self.kind, {**data, **told})


class GraphManagedDeviceJson(JsonShape):
    """`managedDevice`: a device enrolled in Intune."""

    name = "graph-managed-device-json"
    title = "Enrolled devices from Intune (JSON)"
    kind = "managed_device"
    must = frozenset({"id", "deviceName", "complianceState"})
    any_of = frozenset({"azureADDeviceId", "managementAgent", "enrolledDateTime"})
    entity = r"managedDevices(\(|$)(?!.*(windowsProtectionState|detectedApps))"


class _OfDevice(JsonShape):
    """What is told of one enrolled device: only the address of the answer says of which."""

    def complete(self, data: dict[str, Any], context: str) -> dict[str, Any]:
        named = _DEVICE.search(context)
        return {**data, "@device": named[1]} if named else data


class GraphProtectionStateJson(_OfDevice):
    """`windowsProtectionState`: antivirus, signatures and scans, as the device reported them at its last check-in."""

    name = "graph-protection-state-json"
    title = "Protection state of a Windows device from Intune (JSON)"
    kind = "protection_state"
    must = frozenset({"realTimeProtectionEnabled", "signatureVersion"})


class GraphMalwareStateJson(_OfDevice):
    """`windowsDeviceMalwareState`: what the antivirus found on a device."""

    name = "graph-malware-state-json"
    title = "Malware found on a Windows device from Intune (JSON)"
    kind = "malware_state"
    must = frozenset({"displayName", "threatState", "executionState"})
    entity = r"detectedMalwareState"


class GraphAppRegistrationJson(JsonShape):
    """`managedAppRegistration`: a protected app on a phone that need not be enrolled."""

    name = "graph-app-registration-json"
    title = "Protected apps on phones from Intune (JSON)"
    kind = "app_registration"
    must = frozenset({"deviceTag", "deviceName", "managementSdkVersion"})
    entity = r"managedAppRegistrations"


class DefenderMachineJson(JsonShape):
    """`machine` of Defender for Endpoint's own API."""

    name = "defender-machine-json"
    title = "Machines from Defender for Endpoint (JSON)"
    kind = "machine"
    must = frozenset({"id", "computerDnsName", "healthStatus"})
    entity = r"/api/\$metadata#Machines"


class DefenderLogonUserJson(JsonShape):
    """`user` of Defender for Endpoint's own API: who logged on to a machine. Only its file's name says to which."""

    name = "defender-logon-user-json"
    title = "Logged-on users from Defender for Endpoint (JSON)"
    kind = "logon_user"
    must = frozenset({"accountName", "accountDomain", "logonTypes"})
    entity = r"/api/\$metadata#Users"

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        named = re.search(r"logonusers-([0-9a-f]{40})", origin.path)
        for item in super().read(text, origin):
            if isinstance(item, Record) and named:
                item.data["@device"] = named[1]
            yield item


class DefenderMachineActionJson(JsonShape):
    """`machineAction`: a scan, an isolation, a package that somebody asked for."""

    name = "defender-machine-action-json"
    title = "Machine actions from Defender for Endpoint (JSON)"
    kind = "machine_action"
    must = frozenset({"id", "type", "machineId", "requestor"})
    entity = r"/api/\$metadata#MachineActions"


def _evidence(alerts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for alert in alerts:
        listed = alert.get("evidence")
        yield from (item for item in listed if isinstance(item, dict)) if isinstance(listed, list) else ()


def _people(alerts: list[dict[str, Any]]) -> list[str | None]:
    """The UPNs that evidence names, lower case, in order; [None] for nobody."""
    found: list[str] = []
    for item in _evidence(alerts):
        account = item.get("userAccount")
        names = [account.get("userPrincipalName")] if isinstance(account, dict) else []
        found += [lower(name) for name in (*names, item.get("upn"), item.get("primaryAddress")) if "@" in lower(name)]
    return [*dict.fromkeys(found)] or [None]


def _hosts(alerts: list[dict[str, Any]]) -> str | None:
    """The addresses and devices that evidence names, in one text."""
    names = ("ipAddress", "deviceDnsName", "hostName")
    found = [str(item[name]) for item in _evidence(alerts) for name in names if item.get(name)]
    return ", ".join(dict.fromkeys(found)) or None


def _first(alerts: list[dict[str, Any]], name: str, choose: Any) -> str | None:
    told = [str(alert[name]) for alert in alerts if alert.get(name)]
    return str(choose(told)) if told else None
