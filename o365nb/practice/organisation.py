"""The organisation as Graph and Exchange describe it: domains, licences. Nothing of it changes in a story."""

from __future__ import annotations

from datetime import UTC, datetime

from o365nb.practice.ids import Json, z
from o365nb.practice.people import DOMAIN, INITIAL_DOMAIN, TENANT_ID, named_id

FOUNDED = datetime(2019, 3, 4, 9, 0, tzinfo=UTC)
SKU = "f245ecc8-75af-4f8e-b61f-27d8114de5f3"
PLANS = {
    "41781fb2-bc02-4b7c-bd55-b576c07bb09d": ("AAD_PREMIUM", "AADPremiumService"),
    "9aaf7827-d63c-4b61-89c3-182f06f82e5c": ("EXCHANGE_S_STANDARD", "exchange"),
    "c1ec4a95-1f05-45b3-a911-aa3fa01094f5": ("INTUNE_A", "SCO"),
    "57ff2da0-773e-42df-b2af-ffb7a2317929": ("TEAMS1", "TeamspaceAPI"),
}


def organization() -> Json:
    """The organisation, as it never changes in a story."""
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
        "onPremisesLastSyncDateTime": None,
        "onPremisesSyncEnabled": None,
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


def skus(users: int) -> list[Json]:
    """Graph's subscribedSkus: business premium for everybody (Entra ID P1, no P2)."""
    return [
        {
            "id": f"{TENANT_ID}_{SKU}",
            "accountId": TENANT_ID,
            "accountName": "Contoso",
            "appliesTo": "User",
            "capabilityStatus": "Enabled",
            "consumedUnits": users,
            "prepaidUnits": {"enabled": users + 5, "suspended": 0, "warning": 0, "lockedOut": 0},
            "servicePlans": [
                {"servicePlanId": plan, "servicePlanName": name, "provisioningStatus": "Success", "appliesTo": "User"}
                for plan, (name, _) in PLANS.items()
            ],
            "skuId": SKU,
            "skuPartNumber": "SPB",
            "subscriptionIds": [named_id("subscription")],
        }
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
