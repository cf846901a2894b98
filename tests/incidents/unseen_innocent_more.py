"""Further look-alikes nobody on the judgement's side has seen: duties, services, farewells, frights."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from incidents.hands import OUTLOOK, PHONE_MAIL, Client, Hand, Place, Shape
from incidents.held_out_taken import act, start
from incidents.people import DESKTOP, EDGE, Days, managed, work
from incidents.scene import Scene
from incidents.strangers_phished import of, user
from incidents.unseen_neighbours import AINO, DUARTE, IOANA, JOOST, ODILE, RAUL, THANDI, clerk, mornings

_OUTLOOK = {"app": OUTLOOK, "info": DESKTOP}
NEW_OUTLOOK = ("5d661950-3475-41cd-a2c3-d671a3162bc1", "Microsoft Outlook")
FLOWS = ("7ab7862c-4c57-491e-8a45-d52a7e023983", "Microsoft Power Automate")
_PHONE = {"client_app": "Mobile Apps and Desktop clients"}


def legal_hold(shape: Shape) -> Scene:
    """A compliance officer is given the role for a lawsuit, holds, searches and exports mailboxes late from home."""
    scene = of(THANDI, shape, Days(at_home=(2, 4)), start(14, 17, 30))
    admin, desk = clerk(scene, THANDI, "systems"), THANDI.desk(scene).at(THANDI.home)
    mornings(scene, admin)
    scene.cmdlet(
        admin, scene.t(hours=-9), "Add-RoleGroupMember", "eDiscovery Manager", Identity="eDiscovery Manager",
        Member=scene.upn,
    )  # fmt: skip
    scene.token_used(desk, scene.t(minutes=-3), OUTLOOK)
    acts = ("CaseAdded", "HoldCreated", "SearchCreated", "SearchStarted", "SearchExported", "SearchExportDownloaded")
    for number, operation in enumerate(acts):
        act(
            scene, desk, scene.t(minutes=11 * number), operation, "SecurityComplianceCenter", 24,
            ObjectId="Karoo Mills v Umgeni", Case="Karoo Mills v Umgeni", Query="Karoo AND (price OR rebate)",
            ExchangeLocations="pieter.botha@umgeni-foods.example;sales@umgeni-foods.example",
        )  # fmt: skip
    scene.files(desk, scene.t(minutes=80), [f"Exhibit {n}.pdf" for n in range(35)], "FileUploaded", 4)
    scene.send(desk, scene.t(minutes=95), [THANDI.partner], "Karoo Mills: disclosure, part 1", **_OUTLOOK)
    return scene


def leaver(shape: Shape) -> Scene:
    """The last week: files copied to a disk with leave, private mail sent home; then the chief gets the mailbox."""
    scene = of(JOOST, shape, Days(last=0), start(14, 13, 0))
    desk, admin = JOOST.desk(scene), clerk(scene, JOOST, "ict")
    mornings(scene, admin)
    scene.files(desk, scene.t(hours=-1), [f"Overdracht/{n:03}.docx" for n in range(180)], "FileDownloaded", 3)
    scene.files(desk, scene.t(hours=1), [f"Foto's/{n}.jpg" for n in range(60)], "FileSyncDownloadedFull", 2)
    for number in range(4):
        scene.send(
            desk,
            scene.t(hours=2, minutes=7 * number),
            ["joost.claes.gent@postbus.example"],
            "FW: loonbrief",
            **_OUTLOOK,
        )
    scene.removed(
        desk, scene.t(hours=3), [f"<prive{n}@vrienden.example>" for n in range(25)], JOOST.folder, "HardDelete"
    )
    work(scene, desk, JOOST, scene.t(days=1, hours=-6), Days())
    end = {"days": 1, "hours": 4}
    chief = Hand(JOOST.colleague, JOOST.office, managed(EDGE, scene.guid("chief")), scene.guid("session", "chief"))
    mornings(scene, chief, -20, 6)
    scene.changed(admin, scene.t(**end), "Disable account", user(scene))
    scene.changed(admin, scene.t(**end, minutes=1), "Reset user password", user(scene))
    scene.changed(admin, scene.t(**end, minutes=2), "Update StsRefreshTokenValidFrom Timestamp", user(scene))
    scene.cmdlet(admin, scene.t(**end, minutes=5), "Set-Mailbox", scene.upn, Identity=scene.upn, Type="Shared")
    scene.cmdlet(
        admin, scene.t(**end, minutes=7), "Add-MailboxPermission", scene.upn, Identity=scene.upn, User=chief.upn,
        AccessRights="FullAccess", InheritanceType="All",
    )  # fmt: skip
    scene.cmdlet(
        admin, scene.t(**end, minutes=9), "Set-MailboxAutoReplyConfiguration", scene.upn, Identity=scene.upn,
        AutoReplyState="Enabled", ExternalMessage="Joost werkt niet meer bij ons.",
    )  # fmt: skip
    for number in range(9):
        scene.read(
            chief, scene.t(days=2, minutes=8 * number), [f"<open{number}@garen-noord.example>"], owner=scene.upn,
            folder=JOOST.folder, **_OUTLOOK,
        )  # fmt: skip
    return scene


def outlook_updated(shape: Shape) -> Scene:
    """The new Outlook is rolled out, signatures roam, the office gets IPv6 and the telephone a new system."""
    scene = of(ODILE, shape, Days(laptop_from=-999, last=-1), start(14, 13, 5))
    agent = f"{ODILE.laptop.agent} OneOutlook/1.2025.1007.200"
    fresh = replace(ODILE.laptop, browser="Edge 142.0.0", agent=agent.replace("141", "142"))
    six = Place("2001:4958:2c80:41::9c2:7", 577, "CA", "Québec")
    phone = replace(ODILE.phone, os="Ios 26.1", agent="Outlook-iOS/5.2544.0 (iPhone; iOS 26.1)")
    for day in range(4):
        at = scene.t(days=day)
        if at.weekday() >= 5:
            continue
        desk = ODILE.hand(scene, "new outlook", six if day % 2 else ODILE.office, fresh)
        scene.sign_in(desk, at, app=NEW_OUTLOOK)
        scene.token_used(desk, at + timedelta(minutes=2), NEW_OUTLOOK)
        if day == 0:
            scene.cmdlet(
                desk, at + timedelta(minutes=9), "Set-MailboxMessageConfiguration", scene.upn, Identity=scene.upn,
                SignatureName="Odile", DefaultSignature="Odile", UseDefaultSignatureOnMobile="False",
            )  # fmt: skip
        for number in range(6):
            mail = f"<maj{day}{number}@sirop-beauce.example>"
            scene.read(
                desk, at + timedelta(minutes=12 + 9 * number), [mail], folder=ODILE.folder, app=NEW_OUTLOOK,
                info="Client=OWA;Action=ViaProxy",
            )  # fmt: skip
        scene.send(desk, at + timedelta(hours=1), [ODILE.partner], "Re: Commande", app=NEW_OUTLOOK)
        scene.files(desk, at + timedelta(hours=2), ["Inventaire.xlsx"])
        hand = ODILE.hand(scene, "phone", ODILE.home, phone)
        scene.token_used(hand, at + timedelta(hours=9), PHONE_MAIL, **_PHONE)
        scene.read(hand, at + timedelta(hours=9, minutes=1), sync=True, app=PHONE_MAIL, info="Client=REST;;")
    return scene


def own_flow(shape: Shape) -> Scene:
    """The user's own flow reads orders by day and night from Microsoft's cloud, files them and writes to drivers."""
    scene = of(AINO, shape, start=start(13, 6, 35))
    desk = AINO.desk(scene)
    act(
        scene, desk, scene.t(), "CreateFlow", "MicrosoftFlow", 45, ObjectId="41",
        FlowDetailsUrl="https://admin.flow.example/environments/d/flows/41",
        FlowConnectorNames="Office 365 Outlook, Excel Online (Business), Dropbox", UserTypeInitiated=1,
    )  # fmt: skip
    robot = Hand(scene.upn, Place("20.82.144.9", 8075, "NL", "Amsterdam"), Client("", "", "azure-logic-apps/1.0"), "")
    info = f"Client=REST;Client=RESTSystem;;[AppId={FLOWS[0]}];"
    for hour in range(0, 72, 2):
        at = scene.t(hours=hour, minutes=4)
        place = Place(f"20.82.{144 + hour % 5}.{9 + hour}", 8075, "NL", "Amsterdam")
        scene.token_used(robot.at(place), at, FLOWS)
        mail = f"<tilaus{hour}@satama-oy.example>"
        scene.delivered(AINO.partner, scene.upn, at - timedelta(minutes=3), f"Tilaus {hour}", mail=mail)
        scene.read(robot.at(place), at + timedelta(seconds=20), [mail], folder=AINO.folder, app=FLOWS, info=info)
        if hour % 6 == 0:
            scene.send(
                robot.at(place), at + timedelta(minutes=1), [f"kuski{hour % 4}@ajo.example"], "Uusi kuljetus",
                app=FLOWS, info=info,
            )  # fmt: skip
    return scene


def moved_by_tool(shape: Shape) -> Scene:
    """A bought migration tool: an administrator's account may impersonate, an application reads all by night."""
    scene = of(DUARTE, shape, start=start(14, 22, 15))
    admin = clerk(scene, DUARTE, "suporte")
    mornings(scene, admin)
    service, app, principal = f"migracao@{scene.domain}", (scene.guid("tool"), "MailHaul"), scene.guid("tool principal")
    cloud = Place("20.105.40.17", 8075, "NL", "Amsterdam")
    tool = Client("", "", "MailHaul/9.4 (ExchangeServicesClient/15.20)")
    scene.changed(admin, scene.t(hours=-7), "Add user", user(scene, service))
    scene.cmdlet(
        admin, scene.t(hours=-6, minutes=-50), "New-ManagementRoleAssignment", "MailHaul impersonation",
        Name="MailHaul impersonation", Role="ApplicationImpersonation", User=service,
    )  # fmt: skip
    target = ("ServicePrincipal", app[1], principal)
    scene.changed(admin, scene.t(hours=-6), "Add service principal", target, AppId=app[0])
    scene.changed(
        admin, scene.t(hours=-6, seconds=5), "Consent to application", target, ConsentContext__IsAdminConsent="True",
        ConsentAction__Permissions=(
            f"[] => [[ClientId: {principal}, ConsentType: AllPrincipals, "
            "Scope: EWS.AccessAsUser.All full_access_as_app ]]"
        ), ServicePrincipal__AppId=app[0],
    )  # fmt: skip
    first, last = (
        Hand(service, cloud, tool, scene.guid("session", "svc")),
        Hand(f"ServicePrincipal_{principal}", cloud, tool),
    )
    folders = ("\\Caixa de Entrada", "\\Itens Enviados", "\\Arquivo", "\\Clientes", "\\Calendário", "\\Contactos")
    for night, hand in enumerate((first, first, last)):
        at = scene.t(days=night)
        if hand is first:
            scene.sign_in(hand, at, app=app, factors=1)
        for number, folder in enumerate(folders):
            scene.read(
                hand, at + timedelta(minutes=2 + 5 * number), folder=folder, sync=True, owner=scene.upn, app=app,
                info=f"Client=WebServices;MailHaul/9.4 (ExchangeServicesClient/15.20);[AppId={app[0]}];",
            )  # fmt: skip
    scene.cmdlet(
        admin, scene.t(days=2, hours=9), "Set-Mailbox", scene.upn, Identity=scene.upn,
        ForwardingSmtpAddress="smtp:duarte.pinho@cortica-grupo.example", DeliverToMailboxAndForward="True",
    )  # fmt: skip
    scene.stands("principals", {
        "id": principal, "appId": app[0], "displayName": app[1], "servicePrincipalType": "Application",
        "appOwnerOrganizationId": scene.guid("vendor"), "replyUrls": ["https://app.mailhaul.example/auth"],
        "verifiedPublisher": {"displayName": "MailHaul Ltd", "verifiedPublisherId": "9031"},
    })  # fmt: skip
    return scene


def simulation(shape: Shape) -> Scene:
    """A test mail of the house is clicked; in a fright the user changes password and method at once, at the desk."""
    scene = of(RAUL, shape, start=start(14, 16, 20))
    desk = RAUL.desk(scene)
    lure = "<prueba@azulejos-pobianos.example>"
    scene.delivered(
        "soporte@azulejos-pobianos.example", scene.upn, scene.t(minutes=-12), "Su contraseña vence hoy", mail=lure,
        from_ip="147.160.167.12",
    )  # fmt: skip
    scene.read(desk, scene.t(minutes=-3), [lure], folder=RAUL.folder, **_OUTLOOK)
    robot = Client("Windows10", "Chrome 120.0.0", EDGE.agent.split(" Edg/")[0].replace("141", "120"))
    for number in range(3):
        scanner = Hand(scene.upn, Place(f"40.94.{30 + number}.8", 8075, "US", "Boydton"), robot, "", "either")
        scene.sign_in(scanner, scene.t(minutes=-11, seconds=9 * number), error=50058, factors=1)
    scene.delivered("capacitacion@entrenador.example", scene.upn, scene.t(minutes=4), "Usted cayó en una prueba")
    scene.changed(desk, scene.t(minutes=9), "Change password (self-service)", user(scene))
    scene.changed(desk, scene.t(minutes=9, seconds=4), "Update StsRefreshTokenValidFrom Timestamp", user(scene))
    after = replace(desk, session=scene.guid("session", "desk after"))
    scene.sign_in(after, scene.t(minutes=11))
    scene.changed(
        after, scene.t(minutes=15), "User registered security info", user(scene),
        StrongAuthenticationPhoneAppDetail="SM-S921B",
    )  # fmt: skip
    scene.send(after, scene.t(minutes=22), [f"sistemas@{scene.domain}"], "Di clic en un correo raro", **_OUTLOOK)
    phone = RAUL.hand(scene, "phone after", RAUL.mobile, RAUL.phone)
    scene.sign_in(phone, scene.t(minutes=40), app=PHONE_MAIL, **_PHONE)
    return scene


def extortion(shape: Shape) -> Scene:
    """ "I have hacked your account", from the user's own address by the outside door; she reports it, afraid."""
    scene = of(IOANA, shape, start=start(14, 5, 40))
    desk, admin = IOANA.desk(scene), clerk(scene, IOANA, "suport")
    mornings(scene, admin)
    mails = []
    for number in range(3):
        mails.append(f"<btc{number}@mail{number}.example>")
        scene.delivered(
            scene.upn, scene.upn, scene.t(hours=-30 + 15 * number), "Am acces la contul tău. Plătește 1200 USD",
            mail=mails[-1], from_ip=("177.54.3.9", "103.77.20.4", "41.90.8.77")[number], true="either",
        )  # fmt: skip
    scene.sign_in(desk, scene.t(minutes=30))
    scene.read(desk, scene.t(minutes=40), mails, **_OUTLOOK)
    scene.send(desk, scene.t(minutes=47), [admin.upn], "FW: Am acces la contul tău", **_OUTLOOK)
    scene.removed(desk, scene.t(minutes=50), mails, "\\Inbox", "SoftDelete")
    scene.changed(admin, scene.t(hours=2), "Reset user password", user(scene))
    after = replace(desk, session=scene.guid("session", "desk after"))
    scene.sign_in(after, scene.t(hours=2, minutes=10))
    scene.read(after, scene.t(hours=2, minutes=14), ["<liniste@cereale-est.example>"], **_OUTLOOK)
    return scene
