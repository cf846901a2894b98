"""Defender's alerts and incidents: a few of an ordinary month; a story adds its own with `alert` and `incident`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from o365nb.practice.ids import Json, z
from o365nb.practice.people import TENANT_ID, Person, named_id

_SOURCES = {
    "microsoftDefenderForOffice365": ("microsoftDefenderForOffice365", "Microsoft Defender for Office 365"),
    "microsoftDefenderForEndpoint": ("antivirus", "Microsoft Defender for Endpoint"),
    "microsoftDefenderForCloudApps": ("cloudAppSecurity", "Microsoft Defender for Cloud Apps"),
    "azureAdIdentityProtection": ("azureAdIdentityProtection", "Microsoft Entra ID Protection"),
}


def initial(people: dict[str, Person], now: datetime) -> Json:
    """What Defender raised about people who are in no story: reported spam, and mail taken back after delivery."""
    chosen = [person for person in people.values() if person.number % 17 == 5]
    found = [
        alert(
            "Email reported by user as junk",
            now - timedelta(days=3 + 6 * place, hours=2),
            [person],
            category="InitialAccess",
            severity="low",
            status="resolved",
        )
        for place, person in enumerate(chosen)
    ]
    return {"alerts": found, "incidents": [incident([item], status="resolved") for item in found]}


def alert(
    title: str,
    at: datetime,
    people: Sequence[Person],
    *,
    category: str,
    severity: str = "medium",
    status: str = "new",
    service: str = "microsoftDefenderForOffice365",
    addresses: Sequence[str] = (),
    techniques: Sequence[str] = (),
) -> Json:
    """Graph's `security.alert`: seen some minutes after what it is about; people and addresses are its evidence."""
    identity = named_id(f"alert:{title}:{z(at)}:{people[0].upn if people else ''}")
    created = at + timedelta(minutes=11)
    detection, product = _SOURCES[service]
    users = [_evidence("user", created, userAccount=_account(person)) for person in people]
    hosts = [_evidence("ip", created, ipAddress=address, countryLetterCode=None) for address in addresses]
    return {
        "id": f"fa{identity}",
        "providerAlertId": identity,
        "incidentId": str(int(identity[:6], 16)),
        "tenantId": TENANT_ID,
        "title": title,
        "description": f"{title}.",
        "category": category,
        "severity": severity,
        "status": status,
        "classification": "unknown",
        "determination": "unknown",
        "serviceSource": service,
        "detectionSource": detection,
        "productName": product,
        "detectorId": named_id(f"detector:{title}"),
        "assignedTo": None,
        "actorDisplayName": None,
        "threatDisplayName": None,
        "threatFamilyName": None,
        "mitreTechniques": list(techniques),
        "recommendedActions": "",
        "createdDateTime": z(created),
        "lastUpdateDateTime": z(created),
        "firstActivityDateTime": z(at),
        "lastActivityDateTime": z(at),
        "resolvedDateTime": z(created) if status == "resolved" else None,
        "comments": [],
        "systemTags": [],
        "evidence": [*users, *hosts],
    }


def raised(state: Json, *alerts: Json) -> None:
    """Add a story's alerts, and the incident that Defender makes of them."""
    one = str(alerts[0]["incidentId"])
    together = [{**item, "incidentId": one} for item in alerts]
    state["security"]["alerts"].extend(together)
    state["security"]["incidents"].append(incident(together))


def incident(alerts: Sequence[Json], *, status: str = "active") -> Json:
    """Graph's `security.incident` of some alerts; the service shows the alerts only when they are expanded."""
    first = alerts[0]
    return {
        "id": first["incidentId"],
        "tenantId": TENANT_ID,
        "displayName": first["title"],
        "description": None,
        "summary": None,
        "severity": first["severity"],
        "status": status,
        "classification": "unknown",
        "determination": "unknown",
        "assignedTo": None,
        "createdDateTime": first["createdDateTime"],
        "lastUpdateDateTime": max(item["lastUpdateDateTime"] for item in alerts),
        "lastModifiedBy": "Microsoft 365 Defender",
        "redirectIncidentId": None,
        "resolvingComment": None,
        "comments": [],
        "customTags": [],
        "systemTags": [],
        "alerts": list(alerts),
    }


def _evidence(kind: str, at: datetime, **more: Json | str | None) -> Json:
    return {
        "@odata.type": f"#microsoft.graph.security.{kind}Evidence",
        "createdDateTime": z(at),
        "verdict": "suspicious",
        "remediationStatus": "none",
        "remediationStatusDetails": None,
        "roles": [],
        "detailedRoles": [],
        "tags": [],
        **more,
    }


def _account(person: Person) -> Json:
    return {
        "accountName": person.upn.split("@", 1)[0],
        "domainName": None,
        "userSid": None,
        "azureAdUserId": person.id,
        "userPrincipalName": person.upn,
        "displayName": person.name,
    }
