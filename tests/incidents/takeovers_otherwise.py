"""Takeovers that began otherwise than with a page in the middle: consent, spray, malware, a code."""

from __future__ import annotations

from incidents.habits import desk, weeks
from incidents.hands import (
    AUTH_BROKER,
    LAPTOP,
    MAC_FIREFOX,
    OFFICE,
    OUTLOOK,
    PRIVATE_PC,
    WEB_MAIL,
    Client,
    Hand,
    Place,
    Shape,
)
from incidents.scene import Scene
from incidents.takeovers import NEAR, RELAY, SERVER, _lure, _relayed, _rules, thief


def consent(shape: Shape, *, known: bool = True) -> Scene:
    """S02: the user lets a mail program of the intruder's in; nobody foreign ever signs in as the user."""
    scene = Scene("bob@contoso.example", shape)
    weeks(scene)
    app = ("e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd", "eM Client") if known else (scene.guid("app"), "Document Viewer Pro")
    scopes = (
        "EWS.AccessAsUser.All offline_access"
        if known
        else "Mail.ReadWrite Mail.Send MailboxSettings.ReadWrite offline_access"
    )
    principal, mine = scene.guid("principal"), desk(scene)
    about = {
        "ConsentContext__IsAdminConsent": "False",
        "ConsentAction__Permissions": f"[] => [[ClientId: {principal}, ConsentType: Principal, Scope: {scopes} ]]",
        "ServicePrincipal__AppId": app[0],
    }
    scene.changed(
        mine, scene.t(), "Add service principal", ("ServicePrincipal", app[1], principal), true="either", AppId=app[0]
    )
    scene.changed(
        mine,
        scene.t(seconds=3),
        "Consent to application",
        ("ServicePrincipal", app[1], principal),
        true="either",
        **about,
    )
    reader = Hand(scene.upn, SERVER, Client("", "", "eMClient/10.1" if known else ""), "", true="attacker")
    scene.token_used(reader, scene.t(seconds=40), app)
    for hour in range(2, 9):
        scene.read(
            reader,
            scene.t(hours=hour),
            folder=("\\Inbox", "\\Sent Items")[hour % 2],
            sync=True,
            app=app,
            info="Client=WebServices;ExchangeServicesClient" if known else "Client=REST;;",
        )
        scene.read(
            reader,
            scene.t(hours=hour, minutes=7),
            [f"<d-{hour}m1@fabrikam.example>"],
            app=app,
            info="Client=WebServices;ExchangeServicesClient" if known else "Client=REST;;",
        )
        scene.token_used(reader, scene.t(hours=hour, minutes=1), app)
    scene.stands(
        "grants",
        {
            "id": "grant-" + principal[:8],
            "clientId": principal,
            "consentType": "Principal",
            "principalId": scene.guid("user", scene.upn),
            "resourceId": scene.guid("exo"),
            "scope": f" {scopes}",
        },
        {
            "id": "grant-crm",
            "clientId": scene.guid("crm"),
            "consentType": "Principal",
            "principalId": scene.guid("user", scene.upn),
            "resourceId": scene.guid("graph"),
            "scope": "User.Read",
        },
    )
    scene.stands(
        "principals",
        {
            "id": principal,
            "appId": app[0],
            "displayName": app[1],
            "servicePrincipalType": "Application",
            "appOwnerOrganizationId": scene.guid("foreign"),
            "verifiedPublisher": {},
            "replyUrls": [],
        },
        {
            "id": scene.guid("crm"),
            "appId": scene.guid("crm app"),
            "displayName": "Expense Book",
            "servicePrincipalType": "Application",
            "appOwnerOrganizationId": scene.guid("vendor"),
            "verifiedPublisher": {"displayName": "Expense", "verifiedPublisherId": "77"},
            "replyUrls": [],
        },
    )
    return scene


def spray(shape: Shape) -> Scene:
    """S03: a slow spray finds the password, an old protocol needs no second factor, mail flow is changed."""
    scene = Scene("carol@contoso.example", shape)
    weeks(scene)
    places = [Place(f"203.0.113.{100 + number}", 9009, "RO", "Bucharest") for number in range(3)]
    old = Client("", "", "BAV2ROPC")
    for hour in range(8):
        for number in range(24):
            upn = scene.upn if number == 5 else f"user{number}@contoso.example"
            failing = Hand(
                upn, places[(hour + number) % 3] if number % 2 else places[hour % 3], old, "", true="attacker"
            )
            scene.sign_in(
                failing,
                scene.t(hours=-9 + hour, minutes=number * 2),
                error=50126,
                factors=1,
                client_app="Authenticated SMTP",
                app=("00000002-0000-0ff1-ce00-000000000000", "Exchange"),
            )
    hit = Hand(scene.upn, places[1], old, "", true="attacker")
    scene.sign_in(
        hit,
        scene.t(),
        factors=1,
        client_app="Authenticated SMTP",
        app=("00000002-0000-0ff1-ce00-000000000000", "Exchange"),
    )
    hand = thief(scene, SERVER, MAC_FIREFOX)
    scene.sign_in(hand, scene.t(hours=2), factors=1)
    scene.cmdlet(
        hand,
        scene.t(hours=2, minutes=20),
        "New-TransportRule",
        ".",
        Name=".",
        BlindCopyTo="archive@mail-keep.example",
        SubjectOrBodyContainsWords="password;payment",
        SetAuditSeverity="DoNotAudit",
    )
    scene.cmdlet(
        hand,
        scene.t(hours=2, minutes=31),
        "New-InboundConnector",
        "Partner relay",
        Name="Partner relay",
        SenderIPAddresses="192.0.2.77",
        ConnectorType="OnPremises",
        TreatMessagesAsInternal="True",
    )
    scene.cmdlet(
        hand,
        scene.t(hours=3),
        "Set-AdminAuditLogConfig",
        "Admin Audit Log Settings",
        UnifiedAuditLogIngestionEnabled="False",
    )
    end = scene.t(hours=3).strftime("%Y-%m-%dT%H:%M:%S")
    scene.audit = [record for record in scene.audit if record["CreationTime"] <= end]
    scene.token_used(hand, scene.t(hours=5), WEB_MAIL)
    scene.audit.pop()
    return scene


def infostealer(shape: Shape) -> Scene:
    """S04: malware on the private computer took its session; it is used through a private line in the same town."""
    scene = Scene("dave@contoso.example", shape)
    weeks(scene)
    session = scene.guid("session", "private", -1)
    hand = Hand(
        scene.upn,
        NEAR,
        Client("Windows10", "Chrome 139.0.0", PRIVATE_PC.agent.replace("140", "139")),
        session,
        true="attacker",
    )
    scene.token_used(hand, scene.t(), WEB_MAIL)
    scene.token_used(hand, scene.t(minutes=50), ("ab9b8c07-8f02-4f72-87fa-80105867a763", "OneDrive SyncEngine"))
    scene.files(
        hand,
        scene.t(hours=1),
        [f"drawing-{number}.dwg" for number in range(60)],
        "FileSyncDownloadedFull",
        2,
        MachineDomainInfo="9f0e8d7c-0000-4000-8000-000000000009",
    )
    for number in range(6):
        scene.read(hand, scene.t(hours=2, minutes=number), [f"<d-{number + 1}m0@fabrikam.example>"])
    scene.token_used(hand, scene.t(hours=5), ("5a7e1000-0000-4000-8000-00000000c0de", "CRM (SAML)"))
    helpdesk = Hand("helpdesk@contoso.example", OFFICE, LAPTOP, "helpdesk")
    scene.changed(
        helpdesk, scene.t(hours=10), "Reset user password", ("User", scene.upn, scene.guid("user", scene.upn))
    )
    scene.token_used(hand, scene.t(hours=11), WEB_MAIL)
    scene.token_used(hand, scene.t(hours=13), WEB_MAIL, error=50173)
    return scene


def payroll(shape: Shape) -> Scene:
    """S06: relayed sign-in, the pay office's mail deleted, a letter to it, and one phone number on two accounts."""
    scene = Scene("frank@contoso.example", shape)
    weeks(scene, client=PRIVATE_PC)  # a university: nobody's device is managed
    _lure(scene, hours=-3)
    hand = thief(scene, RELAY, MAC_FIREFOX)
    _relayed(scene, hand, RELAY)
    scene.cmdlet(
        hand,
        scene.t(minutes=6),
        "New-InboxRule",
        f"{scene.upn}\\Gandalf",
        Name="Gandalf",
        From="notifications@workday.example",
        DeleteMessage="True",
    )
    scene.sign_in(
        hand, scene.t(minutes=8), app=("5a7e1000-0000-4000-8000-000000000abc", "Workday"), resource=("wd", "Workday")
    )
    scene.send(hand, scene.t(minutes=14), ["hr@contoso.example"], "Update direct deposit")
    scene.changed(
        hand,
        scene.t(minutes=20),
        "User registered security info",
        ("User", scene.upn, scene.guid("user", scene.upn)),
        StrongAuthenticationUserDetails="+1 2025550147",
    )
    gina = Hand("gina@contoso.example", RELAY, MAC_FIREFOX, scene.guid("session", "gina"), true="attacker")
    scene.sign_in(gina, scene.t(hours=1))
    scene.changed(
        gina,
        scene.t(hours=1, minutes=4),
        "User registered security info",
        ("User", gina.upn, scene.guid("user", gina.upn)),
        StrongAuthenticationUserDetails="+1 2025550147",
    )
    _rules(
        scene,
        {
            "id": "AQAAAAAAAAI=",
            "displayName": "Gandalf",
            "sequence": 2,
            "isEnabled": True,
            "hasError": False,
            "isReadOnly": False,
            "conditions": {
                "fromAddresses": [{"emailAddress": {"name": "WD", "address": "notifications@workday.example"}}]
            },
            "actions": {"delete": True},
        },
    )
    scene.stands(
        "methods",
        {
            "@odata.type": "#microsoft.graph.phoneAuthenticationMethod",
            "phoneType": "alternateMobile",
            "id": "b6332ec1-7057-4abe-9331-3d72feddfe41",
            "phoneNumber": "+1 2025550147",
        },
        {
            "@odata.type": "#microsoft.graph.phoneAuthenticationMethod",
            "phoneType": "mobile",
            "id": "3179e48a-750b-4051-897c-87b9720928f7",
            "phoneNumber": "+49 1511 0000006",
        },
    )
    return scene


def device_code(shape: Shape) -> Scene:
    """S07: the user types in a code for somebody else, who joins a device and keeps its token past a reset."""
    scene = Scene("hana@contoso.example", shape)
    weeks(scene)
    joined = Client("Windows 10.0.19041.928", "", "Dsreg/10.0 (Windows 10.0.19041.928)")
    hand = Hand(scene.upn, SERVER, joined, scene.guid("session", "code"), true="attacker")
    drs = ("01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", "Device Registration Service")
    scene.sign_in(
        hand,
        scene.t(),
        app=AUTH_BROKER,
        resource=drs,
        protocol="deviceCode",
        client_app="Mobile Apps and Desktop clients",
    )
    device = scene.guid("device")
    target = ("Device", "DESKTOP-7Q2LKA9", scene.guid("device object"))
    scene.changed(
        hand,
        scene.t(minutes=4),
        "Register device",
        target,
        TargetId__DeviceId=device,
        TargetId__DeviceOSVersion="10.0.19041.928",
    )
    scene.changed(
        hand, scene.t(minutes=4, seconds=2), "Add registered owner to device", target, Device__ObjectID=target[2]
    )
    prt = Hand(
        scene.upn,
        SERVER,
        Client("Windows10", "Edge 129.0", "Mozilla/5.0 (Windows NT 10.0) Edg/129.0", device),
        scene.guid("session", "prt"),
        true="attacker",
    )
    scene.token_used(prt, scene.t(minutes=7), OUTLOOK, token="primaryRefreshToken")
    scene.changed(
        prt,
        scene.t(minutes=9),
        "Add Windows Hello for Business credential",
        ("User", scene.upn, scene.guid("user", scene.upn)),
    )
    for number in range(8):
        scene.read(prt, scene.t(minutes=30 + number), [f"<d-{number + 1}m0@fabrikam.example>"])
    helpdesk = Hand("helpdesk@contoso.example", OFFICE, LAPTOP, "helpdesk")
    scene.changed(
        helpdesk, scene.t(hours=30), "Reset user password", ("User", scene.upn, scene.guid("user", scene.upn))
    )
    scene.token_used(prt, scene.t(hours=48), OUTLOOK, token="primaryRefreshToken")
    scene.stands(
        "devices",
        {
            "id": target[2],
            "deviceId": device,
            "displayName": "DESKTOP-7Q2LKA9",
            "operatingSystem": "Windows",
            "operatingSystemVersion": "10.0.19041.928",
            "trustType": "AzureAd",
            "isManaged": False,
            "isCompliant": False,
            "accountEnabled": True,
            "registrationDateTime": scene.t(minutes=4).strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
        {
            "id": scene.guid("laptop"),
            "deviceId": LAPTOP.device,
            "displayName": "LAP-0412",
            "operatingSystem": "Windows",
            "operatingSystemVersion": "10.0.22631.4317",
            "trustType": "AzureAd",
            "isManaged": True,
            "isCompliant": True,
            "accountEnabled": True,
            "registrationDateTime": "2025-03-02T08:00:00Z",
        },
    )
    return scene
