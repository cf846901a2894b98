"""Identity Protection: Graph's riskDetection and riskyUser."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from o365nb.practice.ids import Json, z
from o365nb.practice.logs.sign_in import SignIn
from o365nb.practice.people import Person, named_id


def detection(sign_in: SignIn, kind: str, level: str, *, detected: timedelta, state: str = "atRisk") -> Json:
    """A risk that Entra saw in a sign-in, `detected` after it; 0 is real time. `kind` is the riskEventType."""
    at, place = sign_in.at, sign_in.place
    return {
        "id": named_id(f"risk:{kind}:{sign_in.id}").replace("-", ""),
        "requestId": sign_in.id,
        "correlationId": sign_in.correlation,
        "riskEventType": kind,
        "riskState": state,
        "riskLevel": level,
        "riskDetail": "none",
        "source": "IdentityProtection",
        "detectionTimingType": "offline" if detected else "realtime",
        "activity": "signin",
        "tokenIssuerType": "AzureAD",
        "ipAddress": place.ip,
        "activityDateTime": z(at),
        "detectedDateTime": z(at + detected),
        "lastUpdatedDateTime": z(at + detected),
        "userId": sign_in.person.id,
        "userDisplayName": sign_in.person.name,
        "userPrincipalName": sign_in.person.upn,
        "additionalInfo": f'[{{"Key":"userAgent","Value":"{sign_in.browser.user_agent}"}}]',
        "location": {
            "city": place.town.city,
            "state": place.town.state,
            "countryOrRegion": place.town.country,
            "geoCoordinates": {
                "altitude": None,
                "latitude": place.town.latitude,
                "longitude": place.town.longitude,
            },
        },
    }


def user(person: Person, detections: Sequence[Json]) -> Json:
    """The person as a risky user: the gravest level of the detections, the time of the last."""
    order = ("low", "medium", "high")
    return {
        "id": person.id,
        "isDeleted": False,
        "isProcessing": False,
        "riskLevel": max((item["riskLevel"] for item in detections), key=order.index),
        "riskState": "atRisk",
        "riskDetail": "none",
        "riskLastUpdatedDateTime": max(item["lastUpdatedDateTime"] for item in detections),
        "userDisplayName": person.name,
        "userPrincipalName": person.upn,
    }
