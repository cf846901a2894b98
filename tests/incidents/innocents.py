"""Cases in which no outsider had the account: an insider, a forgery, a user with a new phone."""

from __future__ import annotations

from datetime import timedelta

from incidents.habits import desk, weeks
from incidents.hands import HOME, LAPTOP, MAC_FIREFOX, OFFICE, OUTLOOK, PHONE, PRIVATE_PC, T0, Hand, Place, Shape
from incidents.scene import Scene

ERIN = "erin@contoso.example"


def delegate(shape: Shape) -> Scene:
    """S05: a colleague was given the boss's mailbox by a friend at the help desk, and reads it for two weeks."""
    scene = Scene("boss@contoso.example", shape)
    weeks(scene, days=22)
    friend = Hand("helpdesk@contoso.example", OFFICE, LAPTOP, "helpdesk")
    start = T0 - timedelta(days=14)
    scene.cmdlet(
        friend, start, "Add-MailboxPermission", scene.upn, Identity=scene.upn, User=ERIN, AccessRights="FullAccess"
    )
    insider = Hand(ERIN, OFFICE, LAPTOP, scene.guid("session", "erin"))
    for day in range(1, 15):
        at = start + timedelta(days=day, hours=6)
        scene.sign_in(insider, at)
        scene.read(
            insider,
            at + timedelta(minutes=4),
            [f"<d{day - 14}m0@fabrikam.example>"],
            owner=scene.upn,
            app=OUTLOOK,
            info="Client=MSExchangeRPC",
        )
    scene.searched(insider, start + timedelta(days=5, hours=7), "redundancy")
    return scene


def forged(shape: Shape) -> Scene:
    """S08: the partner was taken over and its name imitated; mail in the user's name never came from the mailbox."""
    scene = Scene("ivan@contoso.example", shape)
    weeks(scene)
    mine = desk(scene)
    for number, sender in enumerate(("uwe@fabrikarn.example", "uwe@fabrikam.co")):
        for day in range(2):
            at = scene.t(hours=-30 + 24 * day + number)
            scene.delivered(sender, scene.upn, at, "Re: Offer: new bank account", from_ip="203.0.113.99")
            scene.send(mine, at + timedelta(hours=1), [sender], "Re: Offer: new bank account")
    for number in range(6):
        scene.delivered(
            scene.upn,
            f"clerk{number}@contoso.example",
            scene.t(hours=2, minutes=number),
            "Urgent transfer",
            from_ip="203.0.113.98",
        )
    return scene


def new_phone(shape: Shape) -> Scene:
    """S10: a new phone, a rule for newsletters, an application the firm uses, a calendar share taken back."""
    scene = Scene("kai@contoso.example", shape)
    weeks(scene)
    mine, home = desk(scene), desk(scene, HOME)
    me = ("User", scene.upn, scene.guid("user", scene.upn))
    scene.sign_in(home, scene.t(hours=9))
    scene.changed(
        home,
        scene.t(hours=9, minutes=5),
        "User registered security info",
        me,
        StrongAuthenticationPhoneAppDetail="Pixel 9",
    )
    helpdesk = Hand("helpdesk@contoso.example", OFFICE, LAPTOP, "helpdesk")
    scene.changed(helpdesk, scene.t(hours=5), "Admin registered temporary access pass method for user", me)
    scene.cmdlet(
        mine,
        scene.t(hours=1),
        "New-InboxRule",
        f"{scene.upn}\\Newsletters",
        Name="Newsletters",
        From="news1@paper.example;news2@paper.example",
        MoveToFolder="Newsletters",
    )
    crm = scene.guid("crm")
    scopes = "User.Read Contacts.Read offline_access"
    about = {
        "ConsentContext__IsAdminConsent": "False",
        "ConsentAction__Permissions": f"[] => [[ClientId: {crm}, ConsentType: Principal, Scope: {scopes} ]]",
    }
    scene.changed(mine, scene.t(hours=2), "Consent to application", ("ServicePrincipal", "Northwind CRM", crm), **about)
    phone = Hand(scene.upn, HOME, PHONE, scene.guid("session", "new phone"))
    for hour in (10, 33):
        scene.token_used(phone, scene.t(hours=hour), ("27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile"))
        scene.read(phone, scene.t(hours=hour, minutes=2), sync=True, info="Client=REST;Client=RESTSystem;;")
    scene.cmdlet(
        mine,
        scene.t(hours=3),
        "Set-MailboxFolderPermission",
        f"{scene.upn}:\\Calendar",
        Identity=f"{scene.upn}:\\Calendar",
        User="Everyone",
        AccessRights="None",
    )
    scene.stands(
        "messageRules",
        {
            "id": "AQAAAAAAAAQ=",
            "displayName": "Newsletters",
            "sequence": 1,
            "isEnabled": True,
            "hasError": False,
            "isReadOnly": False,
            "conditions": {"fromAddresses": [{"emailAddress": {"name": "n", "address": "news1@paper.example"}}]},
            "actions": {"moveToFolder": "AAMk="},
        },
    )
    scene.stands(
        "methods",
        {
            "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod",
            "id": scene.guid("old"),
            "displayName": "Pixel 6",
            "createdDateTime": "2024-05-01T08:00:00Z",
        },
        {
            "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod",
            "id": scene.guid("new"),
            "displayName": "Pixel 9",
            "createdDateTime": scene.t(hours=9, minutes=5).strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    )
    scene.stands(
        "grants",
        {
            "id": "grant-crm",
            "clientId": crm,
            "consentType": "Principal",
            "resourceId": scene.guid("graph"),
            "principalId": scene.guid("user", scene.upn),
            "scope": "User.Read Contacts.Read offline_access",
        },
    )
    scene.stands(
        "principals",
        {
            "id": crm,
            "appId": scene.guid("crm app"),
            "displayName": "Northwind CRM",
            "servicePrincipalType": "Application",
            "appOwnerOrganizationId": scene.guid("vendor"),
            "replyUrls": [],
            "verifiedPublisher": {"displayName": "Northwind", "verifiedPublisherId": "4711"},
        },
    )
    return scene


def roaming(shape: Shape) -> Scene:
    """A private computer on a line that moves daily, and a week abroad: nothing else, in the poorest evidence."""
    scene = Scene("jan@contoso.example", shape)
    weeks(scene, client=LAPTOP, moving=True, away=Place("198.18.9.77", 3352, "ES", "Madrid"))
    return scene


def on_vpn(shape: Shape) -> Scene:
    """A private VPN for two evenings, from the user's own private computer: mail is read, newsletters are sorted."""
    scene = Scene("mia@contoso.example", shape)
    weeks(scene)
    tunnel = Hand(
        scene.upn, Place("203.0.113.201", 9009, "CH", "Zurich"), PRIVATE_PC, scene.guid("session", "private", 0)
    )
    for evening in (10, 34):
        scene.sign_in(tunnel, scene.t(hours=evening))
        for number in range(4):
            scene.read(tunnel, scene.t(hours=evening, minutes=3 + number), [f"<d0m{number}@fabrikam.example>"])
    scene.searched(tunnel, scene.t(hours=10, minutes=20), "holiday")
    scene.cmdlet(
        tunnel,
        scene.t(hours=34, minutes=30),
        "New-InboxRule",
        f"{scene.upn}\\Digest",
        Name="Digest",
        From="news2@paper.example",
        MoveToFolder="Digest",
    )
    return scene


def own_forwarding(shape: Shape) -> Scene:
    """From home, on a new private computer, the user has mail of one sender sent to a private address."""
    scene = Scene("nora@contoso.example", shape)
    weeks(scene)
    home = Hand(scene.upn, HOME, MAC_FIREFOX, scene.guid("session", "new computer"))
    scene.sign_in(home, scene.t(hours=10))
    scene.cmdlet(
        home,
        scene.t(hours=10, minutes=9),
        "New-InboxRule",
        f"{scene.upn}\\Club",
        Name="Club",
        From="board@club.example",
        ForwardTo="nora.home@freemail.example",
    )
    for number in range(3):
        scene.read(home, scene.t(hours=10, minutes=11 + number), [f"<d0m{number}@fabrikam.example>"])
    return scene
