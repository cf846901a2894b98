"""The organisation as Graph and Exchange describe it: domains, licences. Nothing of it changes in a story."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from o365nb.practice.ids import Json, z
from o365nb.practice.people import DOMAIN, INITIAL_DOMAIN, TENANT_ID, Person, named_id

FOUNDED = datetime(2019, 3, 4, 9, 0, tzinfo=UTC)
SKU = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"
#: What the licence of a tenant is called, by whether its people are more than receivers of mail.
_SKUS = {True: (SKU, "SPE_E5"), False: ("4b9405b0-7788-4568-add1-99614e613b69", "EXCHANGESTANDARD")}
#: Microsoft's ids of the service plans that a story can name.
_PLAN_IDS = {
    "AAD_PREMIUM": "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
    "AAD_PREMIUM_P2": "eec0eb4f-6444-4f95-aba0-50c24d67f998",
    "ATP_ENTERPRISE": "f20fedf3-f3c3-43c3-8267-2bfdd51c0939",
    "EXCHANGE_S_ENTERPRISE": "efb87545-963c-4e0d-99df-69c6916d9eb0",
    "EXCHANGE_S_STANDARD": "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
    "INTUNE_A": "c1ec4a95-1f05-45b3-a911-aa3fa01094f5",
    "M365_ADVANCED_AUDITING": "2f442157-a11c-46b9-ae5b-6e39ff4e5849",
    "THREAT_INTELLIGENCE": "8e0c0a52-6a6c-4d40-8370-dd62790dcd70",
    "WINDEFATP": "871d91ec-ec1a-452b-a83f-bd76c7d770ef",
}
PLANS = {
    "41781fb2-bc02-4b7c-bd55-b576c07bb09d": ("AAD_PREMIUM", "AADPremiumService"),
    "9aaf7827-d63c-4b61-89c3-182f06f82e5c": ("EXCHANGE_S_STANDARD", "exchange"),
    "c1ec4a95-1f05-45b3-a911-aa3fa01094f5": ("INTUNE_A", "SCO"),
    "57ff2da0-773e-42df-b2af-ffb7a2317929": ("TEAMS1", "TeamspaceAPI"),
}


#: Their accounts are kept in the on-premises directory and only mirrored here.
SYNCED_DEPARTMENT = "Operations"
_SYNCED_AGO = timedelta(minutes=17)


def on_premises(person: Person, now: datetime) -> Json:
    """Where the account is really kept: for most people in the cloud."""
    synced = person.department == SYNCED_DEPARTMENT
    anchor = base64.b64encode(bytes.fromhex(person.id.replace("-", ""))).decode()
    return {
        "onPremisesDomainName": f"corp.{DOMAIN}" if synced else None,
        "onPremisesImmutableId": anchor if synced else None,
        "onPremisesLastSyncDateTime": z(now - _SYNCED_AGO) if synced else None,
        "onPremisesSamAccountName": person.upn.split("@", 1)[0] if synced else None,
        "onPremisesSyncEnabled": True if synced else None,
    }


def organization(now: datetime) -> Json:
    """The organisation, as it never changes in a story that begins then: partly kept on-premises."""
    return {
        "id": TENANT_ID,
        "deletedDateTime": None,
        "businessPhones": ["+49 221 5550 0"],
        "city": "Koeln",
        "country": None,
        "countryLetterCode": "DE",
        "createdDateTime": z(FOUNDED),
        "defaultUsageLocation": "DE",
        "displayName": "Contoso",
        "onPremisesLastSyncDateTime": z(now - _SYNCED_AGO),
        "onPremisesSyncEnabled": True,
        "partnerTenantType": None,
        "postalCode": "50667",
        "preferredLanguage": "en",
        "securityComplianceNotificationMails": [],
        "securityComplianceNotificationPhones": [],
        "state": "Nordrhein-Westfalen",
        "street": "Domplatz 1",
        "technicalNotificationMails": [f"carol@{DOMAIN}"],
        "tenantType": "AAD",
        "assignedPlans": [
            {"assignedDateTime": z(FOUNDED), "capabilityStatus": "Enabled", "service": service, "servicePlanId": plan}
            for plan, (_, service) in PLANS.items()
        ],
        "verifiedDomains": [
            {"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": name == DOMAIN,
             "isInitial": name == INITIAL_DOMAIN, "name": name, "type": "Managed"}
            for name in (DOMAIN, INITIAL_DOMAIN)
        ],
    }  # fmt: skip


def domains() -> list[Json]:
    """Graph's domains."""
    return [
        {
            "id": name,
            "authenticationType": "Managed",
            "availabilityStatus": None,
            "isAdminManaged": True,
            "isDefault": name == DOMAIN,
            "isInitial": name == INITIAL_DOMAIN,
            "isRoot": True,
            "isVerified": True,
            "supportedServices": ["Email", "OfficeCommunicationsOnline"],
            "passwordValidityPeriodInDays": 2147483647,
            "passwordNotificationWindowInDays": 14,
            "state": None,
        }
        for name in (DOMAIN, INITIAL_DOMAIN)
    ]


def skus(users: int, plans: Sequence[str]) -> list[Json]:
    """Graph's subscribedSkus: one licence for everybody, with the service plans of the story."""
    sku, part = _SKUS["AAD_PREMIUM" in plans]
    return [
        {
            "id": f"{TENANT_ID}_{sku}",
            "accountId": TENANT_ID,
            "accountName": "Contoso",
            "appliesTo": "User",
            "capabilityStatus": "Enabled",
            "consumedUnits": users,
            "prepaidUnits": {"enabled": users + 5, "suspended": 0, "warning": 0, "lockedOut": 0},
            "servicePlans": _plans(plans),
            "skuId": sku,
            "skuPartNumber": part,
            "subscriptionIds": [named_id("subscription")],
        }
    ]


def licence_details(user: str, plans: Sequence[str]) -> list[Json]:
    """Graph's licenseDetails of one user."""
    sku, part = _SKUS["AAD_PREMIUM" in plans]
    key = named_id(f"licence:{user}").replace("-", "")
    return [{"id": key, "skuId": sku, "skuPartNumber": part, "servicePlans": _plans(plans)}]


def _plans(plans: Sequence[str]) -> list[Json]:
    return [
        {
            "servicePlanId": _PLAN_IDS[name],
            "servicePlanName": name,
            "provisioningStatus": "Success",
            "appliesTo": "User",
        }
        for name in plans
    ]


def accepted_domains() -> list[Json]:
    """Get-AcceptedDomain's output."""
    return [
        {
            "@odata.type": "#Exchange.AcceptedDomain",
            "Identity": name,
            "Name": name,
            "DomainName": name,
            "DomainType": "Authoritative",
            "Default": name == DOMAIN,
            "InitialDomain": name == INITIAL_DOMAIN,
            "MatchSubDomains": False,
            "IsValid": True,
        }
        for name in (DOMAIN, INITIAL_DOMAIN)
    ]
