"""How the tenant's objects stand when a story begins: users, mailboxes, methods, devices, apps, the organisation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from o365nb.practice import alerts, app_registry, identity, intune, machines, mail_flow, policies, rules
from o365nb.practice.ids import Json, z
from o365nb.practice.logs.apps import GRAPH, MICROSOFT_TENANT, App
from o365nb.practice.organisation import FOUNDED, PLANS, SKU, on_premises
from o365nb.practice.people import DOMAIN, INITIAL_DOMAIN, Device, Person, named_id

PASSWORD_METHOD = "28c10230-6103-485e-b985-444c60001490"  # noqa: S105 - the fixed id of the password method
_MOBILE_PHONE = "3179e48a-750b-4051-897c-87b9720928f7"
ALTERNATE_PHONE = "b6332ec1-7057-4abe-9331-3d72feddfe41"
_EPOCH_OF_JUNK = 2**60 + 17  # the hidden rule that every mailbox has
#: Applications in the tenant besides Microsoft's own: key, name, publisher (verified), owner tenant, scopes granted.
APPROVED_CRM = "7d1c2f0e-52f5-4a3e-9b0e-6f4d0c9a1e10"
CRM_TENANT = "c0ffee00-5a5a-4b4b-8c8c-d00d5e11ca75"


def initial(people: dict[str, Person], now: datetime) -> Json:
    """The whole state, JSON-ready. Keys are UPNs for what belongs to a mailbox, object ids otherwise."""
    return {
        "users": {person.id: _user(person, now) for person in people.values()} | {identity.GUEST: identity.guest()},
        "invited_by": {identity.GUEST: people[f"ivan@{DOMAIN}"].id},
        "rules": {upn: [_junk_rule()] for upn in people},
        "mailboxes": {upn: _mailbox(person) for upn, person in people.items()},
        "settings": {upn: _settings() for upn in people},
        "methods": {upn: _methods(person, now) for upn, person in people.items()},
        "devices": {upn: _devices(person, now) for upn, person in people.items()},
        "grants": [_grant(person) for person in people.values() if person.department == "Sales"],
        "service_principals": {item["id"]: item for item in _service_principals()},
        "exchange": mail_flow.initial(),
        "intune": intune.initial(people, now),
        "defender": machines.initial(people, now),
        "security": alerts.initial(people, now),
        **identity.initial(people, now),
        **app_registry.initial(people, now),
        **policies.initial(now),
        "queries": {},
        "off": {},  # UPN to the spans (from, to) in which the account was switched off
    }


def _user(person: Person, now: datetime) -> Json:
    created = FOUNDED + timedelta(days=person.number * 23)
    changed = now - timedelta(days=60 + person.number * 3 % 200)
    return {
        "id": person.id,
        "accountEnabled": True,
        "ageGroup": None,
        "assignedLicenses": [{"disabledPlans": [], "skuId": SKU}],
        "assignedPlans": [
            {"assignedDateTime": z(created), "capabilityStatus": "Enabled", "service": service, "servicePlanId": plan}
            for plan, (_, service) in PLANS.items()
        ],
        "businessPhones": [f"+49 221 5550 {100 + person.number}"],
        "companyName": "Contoso",
        "createdDateTime": z(created),
        "creationType": None,
        "deletedDateTime": None,
        "department": person.department,
        "displayName": person.name,
        "employeeId": f"{1000 + person.number}",
        "externalUserState": None,
        "givenName": person.first,
        "identities": [{"signInType": "userPrincipalName", "issuer": INITIAL_DOMAIN, "issuerAssignedId": person.upn}],
        "jobTitle": person.title,
        "lastPasswordChangeDateTime": z(changed),
        "mail": person.upn,
        "mailNickname": person.upn.split("@", 1)[0],
        "mobilePhone": None,
        "officeLocation": "Koeln",
        **on_premises(person, now),
        "otherMails": [],
        "passwordPolicies": None,
        "preferredLanguage": "en-GB",
        "proxyAddresses": [f"SMTP:{person.upn}", f"smtp:{person.upn.split('@', 1)[0]}@{INITIAL_DOMAIN}"],
        "signInSessionsValidFromDateTime": z(changed),
        "surname": person.last,
        "usageLocation": "DE",
        "userPrincipalName": person.upn,
        "userType": "Member",
    }


def _junk_rule() -> Json:
    return rules.rule(_EPOCH_OF_JUNK, "Junk E-mail Rule", priority=0, hidden=True, folder="Junk Email")


def _mailbox(person: Person) -> Json:
    alias = person.upn.split("@", 1)[0]
    return {
        "@odata.type": "#Exchange.Mailbox",
        "Identity": f"{alias}_{named_id(f'mailbox:{person.upn}')[:8]}",
        "Alias": alias,
        "DisplayName": person.name,
        "UserPrincipalName": person.upn,
        "PrimarySmtpAddress": person.upn,
        "EmailAddresses": [f"SMTP:{person.upn}", f"smtp:{alias}@{INITIAL_DOMAIN}"],
        "ExchangeGuid": named_id(f"mailbox:{person.upn}"),
        "ExternalDirectoryObjectId": person.id,
        "RecipientTypeDetails": "UserMailbox",
        "ForwardingAddress": None,
        "ForwardingSmtpAddress": None,
        "DeliverToMailboxAndForward": False,
        "GrantSendOnBehalfTo": [],
        "AuditEnabled": True,
        "AuditLogAgeLimit": "90.00:00:00",
        "AuditOwner": [
            "Update",
            "MoveToDeletedItems",
            "SoftDelete",
            "HardDelete",
            "UpdateInboxRules",
            "MailItemsAccessed",
            "Send",
            "SearchQueryInitiated",
        ],
        "AuditDelegate": ["Update", "MoveToDeletedItems", "SoftDelete", "HardDelete", "SendAs", "MailItemsAccessed"],
        "AuditAdmin": ["Update", "MoveToDeletedItems", "SoftDelete", "HardDelete", "SendAs", "MailItemsAccessed"],
        "LitigationHoldEnabled": False,
        "LitigationHoldDuration": "Unlimited",
        "InPlaceHolds": [],
        "HiddenFromAddressListsEnabled": False,
        "WhenMailboxCreated": z(FOUNDED + timedelta(days=person.number * 23)),
        "IsValid": True,
        "ObjectState": "Unchanged",
    }


def _settings() -> Json:
    return {
        "archiveFolder": "AQMkADArchive",
        "timeZone": "W. Europe Standard Time",
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "dateFormat": "dd/MM/yyyy",
        "timeFormat": "HH:mm",
        "userPurpose": "user",
        "automaticRepliesSetting": automatic_replies("disabled", None, None, ""),
        "language": {"locale": "en-GB", "displayName": "English (United Kingdom)"},
    }


def automatic_replies(status: str, start: datetime | None, end: datetime | None, text: str) -> Json:
    """Graph's automaticRepliesSetting."""

    def moment(at: datetime | None) -> Json:
        when = at or datetime(2026, 11, 1, tzinfo=UTC)
        return {"dateTime": when.strftime("%Y-%m-%dT%H:%M:%S.0000000"), "timeZone": "UTC"}

    return {
        "status": status,
        "externalAudience": "all",
        "scheduledStartDateTime": moment(start),
        "scheduledEndDateTime": moment(end),
        "internalReplyMessage": text,
        "externalReplyMessage": text,
    }


def authenticator(key: str, name: str, created: datetime) -> Json:
    """A Microsoft Authenticator registration."""
    return {
        "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod",
        "id": key,
        "displayName": name,
        "deviceTag": "SoftwareTokenActivated",
        "phoneAppVersion": "6.8.35",
        "createdDateTime": z(created),
    }


def mobile_phone(number: str, created: datetime, key: str = _MOBILE_PHONE) -> Json:
    """A telephone number that gets codes and calls. Its id is fixed by its type: mobile, alternate mobile, office."""
    return {
        "@odata.type": "#microsoft.graph.phoneAuthenticationMethod",
        "id": key,
        "phoneNumber": number,
        "phoneType": "mobile" if key == _MOBILE_PHONE else "alternateMobile",
        "smsSignInState": "notEnabled",
        "createdDateTime": z(created),
    }


def windows_hello(key: str, device: str, created: datetime) -> Json:
    """A Windows Hello for Business key: `device` is the name of the computer that holds it."""
    return {
        "@odata.type": "#microsoft.graph.windowsHelloForBusinessAuthenticationMethod",
        "id": key,
        "displayName": device,
        "keyStrength": "normal",
        "createdDateTime": z(created),
    }


def _methods(person: Person, now: datetime) -> list[Json]:
    enrolled = now - timedelta(days=150 + person.number * 5 % 300)
    return [
        {
            "@odata.type": "#microsoft.graph.passwordAuthenticationMethod",
            "id": PASSWORD_METHOD,
            "password": None,
            "createdDateTime": z(now - timedelta(days=60 + person.number * 3 % 200)),
        },
        authenticator(named_id(f"authenticator:{person.upn}"), person.phone.name, enrolled),
        mobile_phone(f"+49 15550 55{100 + person.number:04}", enrolled),
    ]


def _devices(person: Person, now: datetime) -> list[Json]:
    since = now - timedelta(days=200 + person.number * 11 % 500)
    return [device_object(own, since, now - timedelta(hours=6)) for own in (person.laptop, person.phone)]


def device_object(device: Device, registered: datetime, last_seen: datetime, version: str = "") -> Json:
    """Graph's device. A joined computer that nobody manages has neither owner's mark nor compliance."""
    laptop = device.managed
    name, _, told = device.os.partition(" ")
    return {
        "@odata.type": "#microsoft.graph.device",
        "id": named_id(f"device-object:{device.id}"),
        "deletedDateTime": None,
        "accountEnabled": True,
        "approximateLastSignInDateTime": z(last_seen),
        "complianceExpirationDateTime": None,
        "deviceCategory": None,
        "deviceId": device.id,
        "deviceMetadata": None,
        "deviceOwnership": "Company" if laptop else "Personal",
        "deviceVersion": 2,
        "displayName": device.name,
        "enrollmentProfileName": None,
        "enrollmentType": "AzureDomainJoined" if laptop else None,
        "isCompliant": True if laptop else None,
        "isManaged": True if laptop else None,
        "isRooted": False,
        "managementType": "MDM" if laptop else None,
        "manufacturer": device.manufacturer,
        "mdmAppId": "0000000a-0000-0000-c000-000000000000" if laptop else None,
        "model": device.model,
        "onPremisesLastSyncDateTime": None,
        "onPremisesSyncEnabled": None,
        "operatingSystem": {"Windows10": "Windows", "Ios": "iOS", "MacOs": "MacMDM"}.get(name, name),
        "operatingSystemVersion": version or told or ("10.0.26100.4652" if name == "Windows10" else "26.1"),
        "physicalIds": [],
        "profileType": "RegisteredDevice",
        "registrationDateTime": z(registered),
        "systemLabels": [],
        "trustType": "AzureAd" if device.trust_type == "Azure AD joined" else "Workplace",
    }


def _grant(person: Person) -> Json:
    key = "g" + named_id(f"grant:{person.upn}").replace("-", "")
    return grant(key, named_id(f"sp:{APPROVED_CRM}"), person, GRAPH, " User.Read openid profile")


def grant(key: str, client: str, person: Person, resource: App, scope: str) -> Json:
    """A person's consent to the service principal `client`: `scope` begins with a space, as the service writes it."""
    return {
        "id": key,
        "clientId": client,
        "consentType": "Principal",
        "principalId": person.id,
        "resourceId": named_id(f"sp:{resource.id}"),
        "scope": scope,
    }


def _service_principals() -> list[Json]:
    trace_app = "8bd644d1-64a1-4d4b-ae52-2e0cbf64e373"  # without it the message trace answers 401
    return [
        principal(APPROVED_CRM, "Tradeline CRM", CRM_TENANT, "Tradeline Ltd."),
        principal(GRAPH.id, GRAPH.name, MICROSOFT_TENANT, ""),
        principal(trace_app, "Exchange Message Tracing", MICROSOFT_TENANT, ""),
        *(principal(app.id, app.name, app.owner, "", kind) for app, kind in app_registry.principals()),
    ]


def principal(app_id: str, name: str, owner: str, publisher: str, kind: str = "Application") -> Json:
    """An application's service principal: `owner` is the tenant that registered it, `publisher` a verified one."""
    return {
        "id": named_id(f"sp:{app_id}"),
        "deletedDateTime": None,
        "accountEnabled": True,
        "alternativeNames": [],
        "appDisplayName": name,
        "appId": app_id,
        "appOwnerOrganizationId": owner,
        "appRoleAssignmentRequired": False,
        "appRoles": app_registry.app_roles(app_id),
        "description": None,
        "disabledByMicrosoftStatus": None,
        "displayName": name,
        "homepage": f"https://{name.lower().replace(' ', '-')}.example",
        "info": None,
        "keyCredentials": [],
        "loginUrl": None,
        "notes": None,
        "oauth2PermissionScopes": [],
        "passwordCredentials": [],
        "replyUrls": [f"https://{name.lower().replace(' ', '-')}.example/signed-in"],
        "servicePrincipalNames": [app_id],
        "servicePrincipalType": kind,
        "signInAudience": "AzureADMultipleOrgs",
        "tags": [],
        "verifiedPublisher": {
            "displayName": publisher or None,
            "verifiedPublisherId": "5206095" if publisher else None,
            "addedDateTime": z(FOUNDED) if publisher else None,
        },
    }
