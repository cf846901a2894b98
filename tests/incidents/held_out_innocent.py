"""Look-alikes written before the judgement was asked about them: journeys, new things, new networks, duties."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from incidents.hands import OUTLOOK, PHONE_MAIL, WEB_MAIL, Client, Hand, Place, Shape
from incidents.held_out_taken import administrator, start
from incidents.people import ANDROID, CHROME_PC, EDGE, Days, live, managed
from incidents.people_abroad import ASTRID, CAMILA, JAN, KENJI, MATTEO, PRIYA, TOM
from incidents.scene import Scene
from incidents.strangers_phished import of, user

_DESKTOP = {"app": OUTLOOK, "info": "Client=MSExchangeRPC"}


def far_east(shape: Shape) -> Scene:
    """Days in Thailand: hotel lines, a local telephone card, the aeroplane; laptop and phone are the known ones."""
    scene = of(ASTRID, shape, Days(last=-1), start(14, 3, 10))
    places = (
        Place("171.97.40.8", 17552, "TH", "Bangkok"),
        Place("49.230.18.5", 131445, "TH", "Phuket"),
        Place("184.22.9.77", 133481, "TH", "Phuket"),
        Place("98.97.61.10", 14593, "SG", "Singapore"),
    )
    desk, phone = ASTRID.desk(scene), ASTRID.hand(scene, "phone", ASTRID.home, ASTRID.phone)
    for number in range(8):
        place, at = places[number % 4], scene.t(hours=9 * number)
        scene.sign_in(desk.at(place), at)
        scene.read(desk.at(place), at + timedelta(minutes=6), [f"<th{number}@fjallbolaget.example>"], **_DESKTOP)
        scene.token_used(phone.at(places[(number + 1) % 4]), at + timedelta(hours=3), PHONE_MAIL)
        scene.send(desk.at(place), at + timedelta(hours=1), [ASTRID.partner], "Hälsningar", **_DESKTOP)
    return scene


def edge_of_a_service(shape: Shape) -> Scene:
    """The house moves all traffic behind a security service: other network, other country, for everybody at once."""
    scene = of(MATTEO, shape, Days(last=-1))
    colleague = replace(
        MATTEO,
        upn="giulia.greco@conserviera-salento.example",
        laptop=managed(EDGE, "7a1c0000-0000-4000-8000-0000000000f2"),
    )
    live(scene, colleague, Days(last=-1, private_every=0, phone=False))
    for day in range(4):
        exit_ = Place(f"165.225.202.{14 + day}", 62044, "DE", "Frankfurt")
        for person in (MATTEO, colleague):
            desk = person.hand(scene, "desk" if person is MATTEO else "other desk", exit_, person.laptop)
            at = scene.t(days=day, hours=-1)
            scene.sign_in(desk, at)
            scene.token_used(desk, at + timedelta(hours=1), OUTLOOK)
            for number in range(3):
                scene.read(
                    desk, at + timedelta(minutes=9 + 8 * number), [f"<e{day}{number}@latta-sud.example>"], **_DESKTOP
                )
            scene.send(desk, at + timedelta(hours=2), [MATTEO.partner], "Re: Ordine", **_DESKTOP)
    return scene


def new_assistant(shape: Shape) -> Scene:
    """Somebody new in personnel reads and answers for her chief, with rights the administrator gave that morning."""
    scene = of(CAMILA, shape, start=start(12, 12, 30))
    helper = Hand(
        "bia.nunes@grupo-ipe.example", CAMILA.office, managed(EDGE, scene.guid("bia")), scene.guid("session", "bia")
    )
    admin = Hand("ti@grupo-ipe.example", CAMILA.office, managed(EDGE, scene.guid("ti")), scene.guid("session", "ti"))
    scene.cmdlet(
        admin, scene.t(hours=-1), "Add-MailboxPermission", scene.upn,
        Identity=scene.upn, User=helper.upn, AccessRights="FullAccess", InheritanceType="All",
    )  # fmt: skip
    for day in range(4):
        at = scene.t(days=day)
        scene.sign_in(helper, at)
        for number in range(6):
            scene.read(
                helper,
                at + timedelta(minutes=10 + 11 * number),
                [f"<rh{day}{number}@madeireira-sol.example>"],
                owner=scene.upn,
                folder=CAMILA.folder,
                **_DESKTOP,
            )
    scene.stands(
        "permissions",
        {
            "Identity": scene.upn,
            "User": helper.upn,
            "AccessRights": ["FullAccess"],
            "IsInherited": False,
            "Deny": False,
        },
    )
    return scene


def night_shift(shape: Shape) -> Scene:
    """An administrator's maintenance at night from home: rules of the mail flow, mailboxes, rights, a reset."""
    scene = of(JAN, shape, Days(at_home=(0, 4)), start(14, 22, 40))
    administrator(JAN, scene)
    desk = JAN.desk(scene).at(JAN.home)
    scene.sign_in(desk, scene.t())
    scene.cmdlet(
        desk,
        scene.t(minutes=8),
        "New-TransportRule",
        "Stopka",
        Name="Stopka",
        ApplyHtmlDisclaimerText="<p>Odlewnia</p>",
        FromScope="InOrganization",
    )
    scene.cmdlet(
        desk,
        scene.t(minutes=19),
        "Set-Mailbox",
        f"kadry@{scene.domain}",
        Identity=f"kadry@{scene.domain}",
        MessageCopyForSentAsEnabled="True",
    )
    scene.cmdlet(
        desk,
        scene.t(minutes=24),
        "Add-MailboxPermission",
        f"kadry@{scene.domain}",
        Identity=f"kadry@{scene.domain}",
        User=f"ewa.lis@{scene.domain}",
        AccessRights="FullAccess",
    )
    scene.changed(desk, scene.t(minutes=40), "Reset user password", user(scene, f"nowy@{scene.domain}"))
    scene.changed(
        desk,
        scene.t(minutes=44),
        "Add member to role",
        user(scene, f"admin2@{scene.domain}"),
        Role__DisplayName="Helpdesk Administrator",
    )
    return scene


def bills_by_robot(shape: Shape) -> Scene:
    """Bills are sent on to the scanning service of the bookkeeping by a rule made at the desk; the rest is sorted."""
    scene = of(ASTRID, shape, start=start(13, 8, 20))
    desk = ASTRID.desk(scene)
    scene.cmdlet(
        desk, scene.t(), "New-InboxRule", f"{scene.upn}\\Fakturor till scanning", Name="Fakturor till scanning",
        SubjectContainsWords="faktura;kreditfaktura", RedirectTo="norrvik@inbox.skanningsbolaget.example",
        StopProcessingRules="True",
    )  # fmt: skip
    scene.cmdlet(
        desk, scene.t(minutes=4), "New-InboxRule", f"{scene.upn}\\Arkiv", Name="Nyhetsbrev",
        From="info2@letters.example", MoveToFolder="Arkiv", MarkAsRead="True",
    )  # fmt: skip
    return scene


def letter_to_all(shape: Shape) -> Scene:
    """A letter to all customers by mail merge from the desk, with what came back deleted by hand."""
    scene = of(PRIYA, shape, start=start(14, 7, 30))
    desk = PRIYA.desk(scene)
    for number in range(320):
        scene.send(
            desk,
            scene.t(seconds=6 * number),
            [f"lab{number}@client{number % 140}.example"],
            "Price list 2027",
            **_DESKTOP,
        )
    bounced = []
    for number in range(25):
        bounced.append(f"<b{number}@client{number}.example>")
        scene.delivered(
            f"postmaster@client{number}.example",
            scene.upn,
            scene.t(minutes=2, seconds=50 * number),
            "Undeliverable: Price list 2027",
            mail=bounced[-1],
        )
    scene.removed(desk, scene.t(hours=1), bounced, "\\Inbox", "MoveToDeletedItems")
    return scene


def on_leave(shape: Shape) -> Scene:
    """Off on leave: mail goes to the private address and a reply is set, from the phone on the way to the sea."""
    scene = of(TOM, shape, Days(last=1), start(16, 20, 30))
    road = TOM.hand(scene, "phone", Place("172.56.104.30", 21928, "US", "Portland"), TOM.phone)
    scene.token_used(road, scene.t(), PHONE_MAIL)
    scene.cmdlet(
        road, scene.t(minutes=3), "New-InboxRule", f"{scene.upn}\\vacation", Name="vacation",
        ForwardTo="tombrandt1981@mailhub.example",
    )  # fmt: skip
    scene.cmdlet(
        road, scene.t(minutes=6), "Set-MailboxAutoReplyConfiguration", scene.upn, Identity=scene.upn,
        AutoReplyState="Scheduled", ExternalMessage="I am on leave until Monday.",
    )  # fmt: skip
    return scene


def all_new_at_home(shape: Shape) -> Scene:
    """Another provider at home, another browser on the private computer, a new system on the phone, within a week."""
    scene = of(KENJI, shape, Days(last=-1))
    line = Place("2400:4051:22a1:9c00:11ab:2:3:4", 4713, "JP", "Yokohama")
    fresh = Client("Windows11", "Edge 142.0.0", EDGE.agent.replace("141", "142"))
    for day in range(5):
        at = scene.t(days=day, hours=1)
        home = KENJI.hand(
            scene,
            f"new browser {day // 3}",
            replace(line, ip=f"2400:4051:22a1:9c00:{day + 7:x}1ab:2:3:{day + 4:x}"),
            fresh,
        )
        scene.sign_in(home, at)
        scene.read(home, at + timedelta(minutes=4), [f"<n{day}@umibe-shoji.example>"], folder=KENJI.folder)
        phone = KENJI.hand(
            scene,
            "phone 2",
            home.place,
            Client("Ios 26.0", "Mobile Safari 26.0", "Outlook-iOS/5.2541.0 (iPhone; iOS 26.0)"),
        )
        scene.token_used(phone, at + timedelta(hours=1), PHONE_MAIL)
    return scene


def customer_book(shape: Shape) -> Scene:
    """The user connects the mailbox with a well-known customer database, which reads and sends from a cloud."""
    scene = of(TOM, shape, start=start(13, 17, 30))
    app, principal = (scene.guid("crm"), "PipeRiver CRM"), scene.guid("crm principal")
    scopes = "Mail.ReadWrite Mail.Send Contacts.Read offline_access User.Read"
    about = {
        "ConsentContext__IsAdminConsent": "False",
        "ConsentAction__Permissions": f"[] => [[ClientId: {principal}, ConsentType: Principal, Scope: {scopes} ]]",
        "ServicePrincipal__AppId": app[0],
    }
    desk = TOM.desk(scene)
    scene.sign_in(desk, scene.t(minutes=-2), app=app)
    scene.changed(desk, scene.t(), "Consent to application", ("ServicePrincipal", app[1], principal), **about)
    robot = Hand(scene.upn, Place("54.203.11.8", 16509, "US", "Boardman"), Client("", "", "PipeRiver/3.1"), "")
    for hour in range(1, 40, 3):
        scene.token_used(robot, scene.t(hours=hour), app)
        scene.read(robot, scene.t(hours=hour, minutes=1), sync=True, app=app, info=f"Client=REST;[AppId={app[0]}];")
    scene.stands(
        "grants",
        {
            "id": "g2",
            "clientId": principal,
            "consentType": "Principal",
            "principalId": scene.guid("user", scene.upn),
            "resourceId": scene.guid("graph"),
            "scope": scopes,
        },
    )
    scene.stands("principals", {
        "id": principal, "appId": app[0], "displayName": app[1], "servicePrincipalType": "Application",
        "appOwnerOrganizationId": scene.guid("vendor"),
        "verifiedPublisher": {"displayName": "PipeRiver Inc", "verifiedPublisherId": "771"},
        "replyUrls": ["https://app.piperiver.example/oauth"],
    })  # fmt: skip
    return scene


def helped_at_the_desk(shape: Shape) -> Scene:
    """A telephone fell into a lake: the help desk clears the methods, the user registers a new one at home."""
    scene = of(JAN, shape, Days(last=3), start(14, 6, 50))
    desk = Hand("it@odlewnia-beskid.example", JAN.office, managed(EDGE, scene.guid("it")), scene.guid("session", "it"))
    scene.changed(desk, scene.t(), "Admin deleted security info", user(scene))
    scene.changed(desk, scene.t(minutes=3), "Reset user password", user(scene))
    scene.changed(
        desk,
        scene.t(minutes=5),
        "Admin registered security info",
        user(scene),
        StrongAuthenticationMethod="TemporaryAccessPass",
    )
    home = JAN.evening(scene)
    scene.sign_in(home, scene.t(hours=11))
    scene.changed(
        home,
        scene.t(hours=11, minutes=4),
        "User registered security info",
        user(scene),
        StrongAuthenticationPhoneAppDetail="Pixel 9",
    )
    phone = JAN.hand(scene, "phone 2", JAN.home, ANDROID)
    scene.sign_in(phone, scene.t(hours=11, minutes=20), app=PHONE_MAIL, client_app="Mobile Apps and Desktop clients")
    scene.token_used(phone, scene.t(hours=30), PHONE_MAIL)
    return scene


def scanner(shape: Shape) -> Scene:
    """The mail protection opens every link: pages of the sign-in asked for from a cloud, never with a password."""
    scene = of(CAMILA, shape)
    for number in range(14):
        robot = Hand(
            scene.upn,
            Place(f"35.174.145.{100 + number % 6}", 14618, "US", "Ashburn"),
            Client("Windows10", "Chrome 119.0.0", CHROME_PC.agent.replace("141", "119")),
            "",
            "either",
        )
        scene.sign_in(robot, scene.t(hours=3 * number - 20), error=50058, factors=1)
    scene.delivered("aviso@fatura-online.example", scene.upn, scene.t(hours=-1), "Fatura em atraso", true="either")
    return scene


def switched_tunnel(shape: Shape) -> Scene:
    """A bought tunnel on the private computer, since months; this week its exits are in other countries."""
    scene = of(PRIYA, shape, Days(private_every=0))
    for day in range(-22, 4):
        at = scene.start.replace(hour=15) + timedelta(days=day)
        exit_ = Place("103.108.229.20", 136787, "IN", "Mumbai") if day < -1 else (
            Place(f"37.19.20{day + 3}.9", 212238, ("NL", "GB", "SG", "JP", "US")[day + 1], "")
        )  # fmt: skip
        own = PRIYA.hand(scene, f"tunnel {day // 7}", exit_, PRIYA.private)
        scene.sign_in(own, at)
        scene.read(own, at + timedelta(minutes=3), [f"<v{day}@deccan-reagents.example>"], app=WEB_MAIL)
    return scene
