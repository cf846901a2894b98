"""Who may do what in the practice tenant: groups, roles, just-in-time roles, licences, risk; nothing of it is a sin."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from o365nb.practice.ids import Json, z
from o365nb.practice.organisation import FOUNDED
from o365nb.practice.people import DOMAIN, INITIAL_DOMAIN, PARTNER, Person, named_id

#: Microsoft's built-in roles that are used here: the template's id is the same in every tenant.
ROLES = {
    "62e90394-69f5-4237-9190-012177145e10": ("Global Administrator", "Can manage all aspects of Microsoft Entra ID."),
    "29232cdf-9323-42fd-ade2-1d097af3e4de": ("Exchange Administrator", "Can manage all aspects of Exchange."),
    "31392ffb-586c-42d1-9346-e59415a2cc4e": (
        "Exchange Recipient Administrator",
        "Can create or update Exchange Online recipients.",
    ),
    "fe930be7-5e62-47db-91af-98c3a49a38b1": ("User Administrator", "Can manage all aspects of users and groups."),
    "729827e3-9c14-49f7-bb1b-9608f156bbb8": ("Helpdesk Administrator", "Can reset passwords for non-administrators."),
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": ("Global Reader", "Can read everything that an administrator can."),
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": ("Application Administrator", "Can manage all aspects of applications."),
    "e8611ab8-c189-46e8-94e1-60213ab1f814": (
        "Privileged Role Administrator",
        "Can manage role assignments in Microsoft Entra ID.",
    ),
}
ROLE_IDS = {name: key for key, (name, _) in ROLES.items()}
EMERGENCY_GROUP = named_id("group:Emergency access")
MAIL_GROUP = named_id("group:Mail operators")
#: The guest of every story, and what nobody says of a guest.
GUEST = named_id(f"user:lena@{PARTNER}")
_BLANK_FOR_GUESTS = (
    "ageGroup", "companyName", "deletedDateTime", "department", "employeeId", "givenName", "jobTitle",
    "lastPasswordChangeDateTime", "mobilePhone", "officeLocation", "onPremisesDomainName", "onPremisesImmutableId",
    "onPremisesLastSyncDateTime", "onPremisesSamAccountName", "onPremisesSyncEnabled", "passwordPolicies",
    "preferredLanguage", "surname", "usageLocation",
)  # fmt: skip


def initial(people: Mapping[str, Person], now: datetime) -> Json:
    """Groups, roles and risk as they stand when a story begins; lists that a story adds to are there, empty."""
    carol, nadia, oskar = (people[f"{name}@{DOMAIN}"] for name in ("carol", "nadia", "oskar"))
    return {
        "groups": [*_departments(people), *_role_groups(nadia, oskar)],
        "role_assignments": [
            role_assignment(carol.id, "Exchange Administrator"),
            role_assignment(carol.id, "Global Administrator"),
            role_assignment(oskar.id, "Global Administrator"),
            role_assignment(MAIL_GROUP, "Exchange Recipient Administrator"),
        ],
        "pim": {
            "assignments": [_active(carol.id, name) for name in ("Exchange Administrator", "Global Administrator")]
            + [_active(oskar.id, "Global Administrator")],
            "eligibilities": [_eligible(nadia.id, "User Administrator", now - timedelta(days=200))],
            "requests": [_activation(nadia.id, "User Administrator", now - timedelta(days=9))],
            "group_assignments": [],
            "group_eligibilities": [],
        },
        "mfa": {upn: {"state": "disabled", "default": "push"} for upn in people},
        "risk_detections": [],  # Graph's riskDetection, one per finding of Identity Protection
        "risky_users": [],  # Graph's riskyUser; its id is the user's
        "risk_history": {},  # user id to Graph's riskyUserHistoryItem
        "risky_service_principals": [],
        "service_principal_risk_detections": [],
        "deleted_users": [],  # user objects with deletedDateTime, no longer among the users
    }


def role_definition(role: str) -> Json:
    """Graph's unifiedRoleDefinition of a built-in role."""
    name, description = ROLES[role]
    return {
        "id": role,
        "description": description,
        "displayName": name,
        "isBuiltIn": True,
        "isEnabled": True,
        "resourceScopes": ["/"],
        "templateId": role,
        "version": "1",
        "rolePermissions": [],
    }


def role_assignment(principal: str, role: str) -> Json:
    """Graph's unifiedRoleAssignment over the whole directory."""
    return {
        "id": "r" + named_id(f"role:{principal}:{role}").replace("-", ""),
        "condition": None,
        "principalId": principal,
        "directoryScopeId": "/",
        "appScopeId": None,
        "roleDefinitionId": ROLE_IDS[role],
    }


def _active(principal: str, role: str) -> Json:
    """Graph's unifiedRoleAssignmentScheduleInstance of a standing assignment."""
    key = named_id(f"role-schedule:{principal}:{role}")
    return {
        "id": key,
        "principalId": principal,
        "roleDefinitionId": ROLE_IDS[role],
        "directoryScopeId": "/",
        "appScopeId": None,
        "startDateTime": z(FOUNDED),
        "endDateTime": None,
        "assignmentType": "Assigned",
        "memberType": "Direct",
        "roleAssignmentOriginId": role_assignment(principal, role)["id"],
        "roleAssignmentScheduleId": key,
    }


def _eligible(principal: str, role: str, since: datetime) -> Json:
    key = named_id(f"role-eligible:{principal}:{role}")
    return {
        "id": key,
        "principalId": principal,
        "roleDefinitionId": ROLE_IDS[role],
        "directoryScopeId": "/",
        "appScopeId": None,
        "startDateTime": z(since),
        "endDateTime": None,
        "memberType": "Direct",
        "roleEligibilityScheduleId": key,
    }


def _activation(principal: str, role: str, at: datetime) -> Json:
    """Graph's unifiedRoleAssignmentScheduleRequest: somebody took up a role that they are eligible for."""
    return {
        "id": named_id(f"role-request:{principal}:{role}:{z(at)}"),
        "status": "Provisioned",
        "createdDateTime": z(at),
        "completedDateTime": z(at + timedelta(seconds=3)),
        "approvalId": None,
        "customData": None,
        "action": "selfActivate",
        "principalId": principal,
        "roleDefinitionId": ROLE_IDS[role],
        "directoryScopeId": "/",
        "appScopeId": None,
        "isValidationOnly": False,
        "targetScheduleId": named_id(f"role-eligible:{principal}:{role}"),
        "justification": "New colleague in Sales",
        "createdBy": {"application": None, "device": None, "user": {"displayName": None, "id": principal}},
        "scheduleInfo": {
            "startDateTime": z(at),
            "recurrence": None,
            "expiration": {"type": "afterDuration", "endDateTime": None, "duration": "PT4H"},
        },
        "ticketInfo": {"ticketNumber": None, "ticketSystem": None},
    }


def _departments(people: Mapping[str, Person]) -> list[Json]:
    names = dict.fromkeys(person.department for person in people.values())
    return [
        _group(name, mail=True, members=[person.id for person in people.values() if person.department == name])
        for name in names
    ]


def _role_groups(operator: Person, keeper: Person) -> list[Json]:
    return [
        _group("Mail operators", assignable=True, members=[operator.id], owners=[keeper.id]),
        _group("Emergency access", assignable=True, members=[keeper.id]),
    ]


def _group(
    name: str, members: list[str], owners: list[str] | None = None, *, mail: bool = False, assignable: bool = False
) -> Json:
    """A group as it is kept: Graph's `group` beside its members and owners (object ids)."""
    alias = name.lower().replace(" ", "-")
    record = {
        "id": named_id(f"group:{name}"),
        "deletedDateTime": None,
        "createdDateTime": z(FOUNDED),
        "description": None,
        "displayName": name,
        "groupTypes": ["Unified"] if mail else [],
        "isAssignableToRole": True if assignable else None,
        "mail": f"{alias}@{DOMAIN}" if mail else None,
        "mailEnabled": mail,
        "mailNickname": alias,
        "membershipRule": None,
        "onPremisesSyncEnabled": None,
        "proxyAddresses": [f"SMTP:{alias}@{DOMAIN}"] if mail else [],
        "securityEnabled": not mail,
        "visibility": "Private",
    }
    return {"record": record, "members": members, "owners": owners or []}


def guest() -> Json:
    """A supplier's contact, invited two years ago."""
    invited = z(FOUNDED + timedelta(days=2100))
    return {
        **dict.fromkeys(_BLANK_FOR_GUESTS),
        **{name: [] for name in ("businessPhones", "assignedLicenses", "assignedPlans", "otherMails")},
        "id": GUEST,
        "accountEnabled": True,
        "createdDateTime": invited,
        "creationType": "Invitation",
        "displayName": "Lena Sorge (Fabrikam)",
        "externalUserState": "Accepted",
        "identities": [],
        "mail": f"lena@{PARTNER}",
        "mailNickname": f"lena_{PARTNER}#EXT#",
        "proxyAddresses": [f"SMTP:lena@{PARTNER}"],
        "signInSessionsValidFromDateTime": invited,
        "userPrincipalName": f"lena_{PARTNER}#EXT#@{INITIAL_DOMAIN}",
        "userType": "Guest",
    }
