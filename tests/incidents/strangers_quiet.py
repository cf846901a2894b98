"""Incidents with little to see: applications, tokens, delegates, forwarding, rules that are gone again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from incidents.hands import WEB_MAIL, Client, Hand, Place, Shape
from incidents.people import CHROME_PC, FIREFOX_PC, HERTA, LUC, SANNE, WANDA, Days, live
from incidents.scene import Scene
from incidents.strangers_phished import HETZNER, PYTHON, TUNNEL, VULTR, of, rummage, thief, user

NIGHT = datetime.fromisoformat("2026-10-14T01:30:00+00:00")
AMERICA = datetime.fromisoformat("2026-10-14T15:40:00+00:00")


def _grant(scene: Scene, principal: str, app: tuple[str, str], scopes: str, publisher: str = "") -> None:
    scene.stands(
        "grants",
        {
            "id": "grant-" + principal[:8],
            "clientId": principal,
            "consentType": "Principal",
            "principalId": scene.guid("user", scene.upn),
            "resourceId": scene.guid("graph"),
            "scope": scopes,
        },
    )
    scene.stands(
        "principals",
        {
            "id": principal,
            "appId": app[0],
            "displayName": app[1],
            "servicePrincipalType": "Application",
            "appOwnerOrganizationId": scene.guid("owner", app[1]),
            "verifiedPublisher": {"displayName": publisher, "verifiedPublisherId": "1180"} if publisher else {},
            "replyUrls": ["https://localhost"] if not publisher else [],
        },
    )


def app_from_before(shape: Shape) -> Scene:
    """An application let in before the log begins reads the mailbox through Graph every night."""
    scene = of(SANNE, shape, Days(-12, 2), NIGHT)
    principal, app = scene.guid("principal"), (scene.guid("app"), "PDF Signer Free")
    reader = Hand(scene.upn, VULTR, PYTHON, "", "attacker")
    info = f"Client=REST;Client=RESTSystem;;[AppId={app[0]}];"
    for day in range(-12, 2):
        scene.token_used(reader, scene.t(days=day), app)
        scene.read(reader, scene.t(days=day, minutes=1), folder="\\Postvak IN", sync=True, app=app, info=info)
        scene.read(reader, scene.t(days=day, minutes=4), [f"<n{day}@bloem.example>"], app=app, info=info)
    _grant(scene, principal, app, "Mail.Read Mail.Send offline_access User.Read")
    scene.send(reader, scene.t(days=1, minutes=9), [SANNE.partner], "Factuur gewijzigd", app=app, info=info)
    return scene


def consented(shape: Shape) -> Scene:
    """The user lets an application in that looks like a document service; it reads through Graph and sends."""
    scene = of(WANDA, shape, start=AMERICA)
    principal, app = scene.guid("principal"), (scene.guid("app"), "Shared Docs Viewer")
    scopes = "Mail.Read Mail.Send Files.Read.All offline_access User.Read"
    mine = WANDA.desk(scene)
    scene.delivered("share@docs-viewer.example", scene.upn, scene.t(hours=-1), "File shared with you", true="either")
    about = {
        "ConsentContext__IsAdminConsent": "False",
        "ConsentAction__Permissions": f"[] => [[ClientId: {principal}, ConsentType: Principal, Scope: {scopes} ]]",
        "ServicePrincipal__AppId": app[0],
    }
    target = ("ServicePrincipal", app[1], principal)
    scene.changed(mine, scene.t(), "Add service principal", target, true="either", AppId=app[0])
    scene.changed(mine, scene.t(seconds=2), "Consent to application", target, true="either", **about)
    reader = Hand(scene.upn, Place("52.14.200.9", 16509, "US", "Columbus"), PYTHON, "", "attacker")
    info = f"Client=REST;Client=RESTSystem;;[AppId={app[0]}];"
    for hour in range(1, 30, 4):
        scene.token_used(reader, scene.t(hours=hour), app)
        scene.read(reader, scene.t(hours=hour, minutes=1), sync=True, app=app, info=info)
        scene.read(reader, scene.t(hours=hour, minutes=2), [f"<c{hour}@millcreek.example>"], app=app, info=info)
    _grant(scene, principal, app, scopes)
    return scene


def old_protocol(shape: Shape) -> Scene:
    """A password from a leak, used over IMAP from hosted machines; no second factor is asked for."""
    scene = of(HERTA, shape, Days(-20, 2))
    exchange = ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online")
    for hour in range(0, 36, 5):
        place = replace(HETZNER, ip=f"65.108.{14 + hour % 3}.{77 + hour}")
        hand = Hand(scene.upn, place, Client("", "", "BAV2ROPC"), "", "attacker")
        scene.sign_in(hand, scene.t(hours=hour), app=exchange, factors=1, client_app="IMAP4")
        scene.read(
            hand,
            scene.t(hours=hour, minutes=1),
            folder="\\Posteingang",
            sync=True,
            app=exchange,
            info="Client=POP3/IMAP4",
        )
    return scene


def exchange_tool(shape: Shape) -> Scene:
    """A stolen token and a script over EWS: one sign-in without the user's doing, then folder after folder."""
    scene = of(LUC, shape)
    office = ("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office")
    hand = thief(scene, VULTR, PYTHON)
    scene.token_used(hand, scene.t(), office)
    folders = ("\\Boîte de réception", "\\Éléments envoyés", "\\Archive", "\\Comptabilité")
    for number, folder in enumerate(folders):
        scene.read(
            hand, scene.t(minutes=2 + number), folder=folder, sync=True, app=office,
            info="Client=WebServices;python-exchangelib/5.4",
        )  # fmt: skip
    rummage(scene, hand, scene.t(minutes=9), 8)
    scene.token_used(hand, scene.t(hours=20), office)
    scene.read(hand, scene.t(hours=20, minutes=2), folder=folders[0], sync=True, app=office, info="Client=WebServices;")
    return scene


def gone_again(shape: Shape) -> Scene:
    """A rule that hides, made and removed within two hours; neither sessions nor sign-in records."""
    scene = of(WANDA, shape, start=AMERICA)
    hand = thief(scene, TUNNEL, FIREFOX_PC)
    scene.sign_in(hand, scene.t())
    rummage(scene, hand, scene.t(minutes=4), 8)
    what = {"From": "ap@millcreek.example", "DeleteMessage": "True", "StopProcessingRules": "True"}
    scene.cmdlet(hand, scene.t(minutes=12), "New-InboxRule", f"{scene.upn}\\a", Name="a", **what)
    for number in range(4):
        scene.send(hand, scene.t(minutes=20 + 9 * number), ["ap@millcreek.example"], "RE: ACH update")
    scene.removed(hand, scene.t(minutes=80), ["<x1@stonebridge.example>"], "\\Sent Items")
    scene.cmdlet(hand, scene.t(minutes=110), "Remove-InboxRule", f"{scene.upn}\\a", Identity="a")
    return scene


def forwarding_alone(shape: Shape) -> Scene:
    """The mailbox is forwarded outside from a hosted machine; neither sessions nor sign-in records."""
    scene = of(HERTA, shape)
    hand = thief(scene, VULTR, CHROME_PC)
    scene.sign_in(hand, scene.t())
    scene.cmdlet(
        hand,
        scene.t(minutes=4),
        "Set-Mailbox",
        scene.upn,
        Identity=scene.upn,
        ForwardingSmtpAddress="smtp:herta.lang.archiv@mailbox-frei.example",
        DeliverToMailboxAndForward="True",
    )
    scene.stands("mailbox", _forwarding(scene, "smtp:herta.lang.archiv@mailbox-frei.example"))
    return scene


def _forwarding(scene: Scene, to: str) -> dict[str, object]:
    return {
        "UserPrincipalName": scene.upn,
        "PrimarySmtpAddress": scene.upn,
        "ExchangeGuid": scene.guid("box"),
        "RecipientTypeDetails": "UserMailbox",
        "ForwardingAddress": None,
        "ForwardingSmtpAddress": to,
        "DeliverToMailboxAndForward": True,
        "AuditEnabled": True,
    }


def delegated_by_admin(shape: Shape) -> Scene:
    """A taken-over administrator gives a second taken-over account the mailbox, which reads it as a delegate."""
    scene = of(LUC, shape)
    admin = thief(scene, VULTR, FIREFOX_PC, "admin", "admin@ateliers-du-lac.example")
    helper = thief(scene, VULTR, FIREFOX_PC, "helper", "stagiaire@ateliers-du-lac.example")
    for day in range(-20, 3):
        for name in ("admin", "stagiaire"):
            upn = f"{name}@ateliers-du-lac.example"
            own = Hand(upn, LUC.office, replace(LUC.laptop, device=scene.guid(name)), scene.guid("session", upn))
            scene.sign_in(own, scene.t(days=day, hours=-2))
    scene.sign_in(admin, scene.t())
    scene.cmdlet(
        admin, scene.t(minutes=5), "Add-MailboxPermission", scene.upn,
        Identity=scene.upn, User=helper.upn, AccessRights="FullAccess", AutoMapping="False",
    )  # fmt: skip
    scene.sign_in(helper, scene.t(minutes=11))
    for number in range(15):
        scene.read(
            helper, scene.t(minutes=15 + number), [f"<v{number}@rivages.example>"], owner=scene.upn, folder=LUC.folder
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


def replayed_at_home(shape: Shape) -> Scene:
    """Malware on the private computer: its session goes on from a private line in the same country, by night."""
    scene = of(HERTA, shape, Days(moving_home=True))
    stolen = Hand(
        scene.upn,
        Place("93.192.44.201", 3320, "DE", "Leipzig"),
        Client("Windows10", "Chrome 138.0.0", CHROME_PC.agent.replace("141", "138")),
        scene.guid("session", "private"),
        "attacker",
    )
    for hour in (15, 16, 17, 39):
        scene.token_used(stolen, scene.t(hours=hour), WEB_MAIL)
        rummage(scene, stolen, scene.t(hours=hour, minutes=3), 8, HERTA.folder)
    scene.files(stolen, scene.t(hours=17, minutes=20), [f"Angebot {n}.pdf" for n in range(40)], "FileDownloaded", 2)
    return scene


def only_mail_flow(shape: Shape) -> Scene:
    """Nothing but a message trace: four hundred mails by night, answers, refusals."""
    scene = of(WANDA, shape, start=datetime.fromisoformat("2026-10-14T05:10:00+00:00"))
    for number in range(400):
        scene.delivered(
            scene.upn,
            f"p{number}@c{number % 90}.example",
            scene.t(seconds=4 * number),
            "Shared document",
            true="either",
        )
    for number in range(40):
        scene.delivered(
            f"mailer-daemon@c{number}.example",
            scene.upn,
            scene.t(minutes=2, seconds=40 * number),
            "Undeliverable",
            true="either",
        )
    return scene


def house_to_house(shape: Shape) -> Scene:
    """Two accounts of a house, taken the same day from one network; both are asked about."""
    scene = of(WANDA, shape, start=AMERICA)
    dean = replace(WANDA, upn="dean.fox@stonebridge.example", laptop=replace(WANDA.laptop, device="6f0d3b1e-dead"))
    dean = replace(dean, home=Place("24.95.88.12", 10796, "US", "Columbus"))
    live(scene, dean)
    scene.beside.append(dean.upn)
    for upn, after in ((scene.upn, 0), (dean.upn, 5)):
        hand = thief(scene, HETZNER, FIREFOX_PC, upn, upn)
        scene.sign_in(hand, scene.t(hours=after))
        rummage(scene, hand, scene.t(hours=after, minutes=4), 9)
        scene.cmdlet(
            hand, scene.t(hours=after, minutes=20), "New-InboxRule", f"{upn}\\.", Name=".",
            SubjectOrBodyContainsWords="invoice", MoveToFolder="RSS Feeds", MarkAsRead="True",
        )  # fmt: skip
    first = thief(scene, HETZNER, FIREFOX_PC, scene.upn, scene.upn)
    scene.send(first, scene.t(hours=3), [dean.upn], "Please review")
    return scene


def salary(shape: Shape) -> Scene:
    """A person of the payroll office is imitated from inside; the rule hides the answers; a third is missing."""
    scene = of(SANNE, shape)
    hand = thief(scene, VULTR, CHROME_PC)
    scene.sign_in(hand, scene.t())
    rummage(scene, hand, scene.t(minutes=3), 10, SANNE.folder)
    scene.cmdlet(
        hand, scene.t(minutes=10), "New-InboxRule", f"{scene.upn}\\pz", Name="pz",
        From="salaris@kwekerij-zuid.example", DeleteMessage="True",
    )  # fmt: skip
    scene.changed(
        hand, scene.t(minutes=14), "User registered security info", user(scene), StrongAuthenticationMethod="Phone"
    )
    for number in range(3):
        scene.send(hand, scene.t(minutes=20 + number), ["salaris@kwekerij-zuid.example"], "Wijziging rekeningnummer")
    return scene


def lost_phone(shape: Shape) -> Scene:
    """The finder of a phone reads mail with it in another town: the device, the session and the program are known."""
    scene = of(LUC, shape)
    finder = Hand(
        scene.upn, Place("37.166.9.61", 51207, "FR", "Marseille"), LUC.phone, scene.guid("session", "phone"), "either"
    )
    for hour in (3, 5, 9, 28):
        scene.token_used(finder, scene.t(hours=hour), ("27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile"))
        scene.read(finder, scene.t(hours=hour, minutes=3), [f"<f{hour}@rivages.example>"], info="Client=REST;;")
    return scene
