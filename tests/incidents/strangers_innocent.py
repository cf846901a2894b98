"""Look-alikes: nobody from outside had the account, whatever it looks like."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from incidents.hands import OUTLOOK, PHONE_MAIL, WEB_MAIL, Client, Hand, Place, Shape
from incidents.people import CHROME_PC, EDGE, HERTA, LUC, SAFARI, SANNE, WANDA, Days, managed
from incidents.scene import Scene
from incidents.strangers_phished import PYTHON, of

AMERICA = datetime.fromisoformat("2026-10-14T15:40:00+00:00")
CURL = Client("", "", "curl/8.5.0")
_DESKTOP = {"app": OUTLOOK, "info": "Client=MSExchangeRPC"}


def on_the_road(shape: Shape) -> Scene:
    """Three days in another country: hotel, fair, a bought VPN; laptop and phone are the known ones."""
    scene = of(LUC, shape, Days(last=-1))
    places = (
        Place("151.38.60.14", 1267, "IT", "Milan"),
        Place("93.63.178.9", 12874, "IT", "Milan"),
        Place("185.159.157.20", 62371, "CH", "Zurich"),
        Place("151.47.12.8", 1267, "IT", "Bologna"),
    )
    desk, phone = LUC.desk(scene), LUC.hand(scene, "phone", LUC.home, LUC.phone)
    for number, place in enumerate(places):
        at = scene.t(hours=9 * number)
        scene.sign_in(desk.at(place), at)
        scene.read(desk.at(place), at + timedelta(minutes=4), [f"<r{number}@rivages.example>"], **_DESKTOP)
        scene.token_used(phone.at(place), at + timedelta(hours=2), PHONE_MAIL)
        scene.read(phone.at(place), at + timedelta(hours=2, minutes=1), sync=True, app=PHONE_MAIL, info="Client=REST;;")
        scene.send(desk.at(place), at + timedelta(hours=1), [LUC.partner], "Salon")
    return scene


def new_everything(shape: Shape) -> Scene:
    """Short log; a new laptop from the house and a new line at home begin on the same day."""
    scene = of(HERTA, shape, Days(-7, -1))
    house = Place("95.90.201.66", 3209, "DE", "Regensburg")
    fresh = replace(HERTA, home=house, laptop=managed(EDGE, "6f0d3b1e-0000-4000-8000-0000000ffff1"))
    for day in range(3):
        laptop = fresh.hand(scene, "new laptop", house if day else HERTA.office, fresh.laptop)
        scene.sign_in(laptop, scene.t(days=day, hours=-1))
        scene.read(laptop, scene.t(days=day), [f"<q{day}@stahlwerk-ost.example>"], **_DESKTOP)
        scene.send(laptop, scene.t(days=day, hours=1), [HERTA.partner], "Re: Bestellung", **_DESKTOP)
        phone = HERTA.hand(scene, "phone", house, HERTA.phone)
        scene.token_used(phone, scene.t(days=day, hours=11), PHONE_MAIL)
    scene.cmdlet(
        fresh.hand(scene, "new laptop", house, fresh.laptop), scene.t(days=1, hours=2), "New-InboxRule",
        f"{scene.upn}\\Werbung", Name="Werbung", From="info1@letters.example", MoveToFolder="Werbung",
    )  # fmt: skip
    return scene


def split_tunnel(shape: Shape) -> Scene:
    """The house's VPN takes sign-ins through a hosted gateway; mail goes out at home: one session, two networks."""
    scene = of(WANDA, shape, Days(-20, -1), AMERICA)
    gateway = Place("3.130.14.90", 16509, "US", "Columbus")
    for day in range(4):
        desk = WANDA.hand(scene, "desk", gateway, WANDA.laptop)
        scene.sign_in(desk, scene.t(days=day))
        for number in range(4):
            scene.read(
                desk.at(WANDA.home), scene.t(days=day, minutes=2 + 9 * number), [f"<s{day}{number}@millcreek.example>"],
                **_DESKTOP,
            )  # fmt: skip
        scene.token_used(desk.at(WANDA.home), scene.t(days=day, hours=1), OUTLOOK)
        scene.send(desk.at(WANDA.home), scene.t(days=day, hours=2), [WANDA.partner], "Re: Letter", **_DESKTOP)
    return scene


def relayed_by_apple(shape: Shape) -> Scene:
    """A Mac with a private relay: another exit address, often another network, every hour."""
    scene = of(SANNE, shape)
    exits = ((13335, "104.28.54"), (54113, "146.75.168"), (20940, "172.224.226"))
    for hour in range(0, 40, 2):
        asn, net = exits[hour // 2 % 3]
        mac = SANNE.hand(scene, "mac", Place(f"{net}.{20 + hour}", asn, "NL", "Amsterdam"), SAFARI)
        if hour % 8 == 0:
            scene.sign_in(mac, scene.t(hours=hour))
        scene.token_used(mac, scene.t(hours=hour, minutes=2), WEB_MAIL)
        scene.read(mac, scene.t(hours=hour, minutes=3), [f"<k{hour}@bloem.example>"])
    return scene


def on_rails(shape: Shape) -> Scene:
    """The laptop on the phone's network: the carrier gives out another address every few minutes."""
    scene = of(HERTA, shape)
    for number in range(24):
        place = Place(
            f"89.204.{130 + number % 9}.{11 + 9 * number}", 6805, "DE", ("Ulm", "Stuttgart", "Köln")[number % 3]
        )
        laptop = HERTA.hand(scene, "desk", place, HERTA.laptop)
        at = scene.t(minutes=7 * number)
        if number % 6 == 0:
            scene.sign_in(laptop, at)
        scene.read(laptop, at + timedelta(minutes=1), [f"<z{number}@stahlwerk-ost.example>"], **_DESKTOP)
    return scene


def backed_up(shape: Shape) -> Scene:
    """A backup service let in by the administrator copies every mailbox each night from a cloud."""
    scene = of(LUC, shape, Days(-20, 2), datetime.fromisoformat("2026-10-14T02:00:00+00:00"))
    app, principal = (scene.guid("backup app"), "CloudKeep Backup for Microsoft 365"), scene.guid("backup principal")
    admin = Hand("admin@ateliers-du-lac.example", LUC.office, LUC.laptop, scene.guid("session", "admin"))
    about = {
        "ConsentContext__IsAdminConsent": "True",
        "ConsentAction__Permissions": (
            f"[] => [[ClientId: {principal}, ConsentType: AllPrincipals, Scope: Mail.Read full_access_as_app ]]"
        ),
        "ServicePrincipal__AppId": app[0],
    }
    scene.changed(
        admin, scene.t(days=-6, hours=8), "Consent to application", ("ServicePrincipal", app[1], principal), **about
    )
    for day in range(-5, 3):
        robot = Hand(f"ServicePrincipal_{principal}", Place("52.47.80.12", 16509, "FR", "Paris"), PYTHON)
        for number, folder in enumerate(("\\Boîte de réception", "\\Éléments envoyés", "\\Archive")):
            scene.read(
                robot, scene.t(days=day, minutes=number), folder=folder, sync=True, owner=scene.upn, app=app,
                info=f"Client=WebServices;ExchangeServicesClient/15.0;[AppId={app[0]}];",
            )  # fmt: skip
    scene.stands(
        "principals",
        {
            "id": principal,
            "appId": app[0],
            "displayName": app[1],
            "servicePrincipalType": "Application",
            "appOwnerOrganizationId": scene.guid("vendor"),
            "verifiedPublisher": {"displayName": "CloudKeep SAS", "verifiedPublisherId": "5519"},
            "replyUrls": ["https://app.cloudkeep.example/cb"],
        },
    )
    return scene


def assistant(shape: Shape) -> Scene:
    """An assistant with rights on the mailbox reads and writes for its owner, in the office, since long ago."""
    scene = of(WANDA, shape, start=AMERICA)
    helper = Hand(
        "pa@stonebridge.example", WANDA.office, managed(EDGE, scene.guid("pa laptop")), scene.guid("session", "pa")
    )
    for day in range(-24, 4):
        at = scene.t(days=day)
        if at.weekday() < 5:
            scene.sign_in(helper, at)
            for number in range(3):
                scene.read(
                    helper,
                    at + timedelta(minutes=5 + number),
                    [f"<a{day}{number}@millcreek.example>"],
                    owner=scene.upn,
                    **_DESKTOP,
                )
    admin = Hand("it@stonebridge.example", WANDA.office, managed(EDGE, scene.guid("it")), scene.guid("session", "it"))
    scene.cmdlet(
        admin, scene.t(hours=1), "Add-RecipientPermission", scene.upn,
        Identity=scene.upn, Trustee=helper.upn, AccessRights="SendAs",
    )  # fmt: skip
    return scene


def odd_rules(shape: Shape) -> Scene:
    """Newsletters are sorted into folders nobody opens, marked as read; from home, in the evening."""
    scene = of(HERTA, shape)
    home = HERTA.evening(scene)
    scene.sign_in(home, scene.t(hours=10))
    for number, (name, folder) in enumerate(
        (("news", "RSS-Feeds"), ("1", "Archiv"), ("Spam weg", "Gelöschte Elemente"))
    ):
        scene.cmdlet(
            home, scene.t(hours=10, minutes=4 + 3 * number), "New-InboxRule", f"{scene.upn}\\{name}",
            Name=name, From=f"info{number}@letters.example", MoveToFolder=folder, MarkAsRead="True",
        )  # fmt: skip
    scene.stands(
        "messageRules",
        *(
            {
                "id": f"AQAAAAAAAB{number}=",
                "displayName": name,
                "sequence": number + 1,
                "isEnabled": True,
                "hasError": False,
                "isReadOnly": False,
                "conditions": {
                    "fromAddresses": [{"emailAddress": {"name": "n", "address": f"info{number}@letters.example"}}]
                },
                "actions": {"moveToFolder": "AAMk=", "markAsRead": True},
            }
            for number, name in enumerate(("news", "1", "Spam weg"))
        ),
    )
    return scene


def sends_it_home(shape: Shape) -> Scene:
    """The user forwards the whole mailbox to a private address, from the laptop in the office."""
    scene = of(SANNE, shape)
    desk = SANNE.desk(scene)
    scene.cmdlet(
        desk, scene.t(hours=1), "Set-Mailbox", scene.upn,
        Identity=scene.upn, DeliverToMailboxAndForward="True",
        ForwardingSmtpAddress="smtp:sanne.thuis@vrijemail.example",
    )  # fmt: skip
    scene.stands(
        "mailbox",
        {
            "UserPrincipalName": scene.upn,
            "PrimarySmtpAddress": scene.upn,
            "ExchangeGuid": scene.guid("box"),
            "RecipientTypeDetails": "UserMailbox",
            "ForwardingAddress": None,
            "ForwardingSmtpAddress": "smtp:sanne.thuis@vrijemail.example",
            "DeliverToMailboxAndForward": True,
            "AuditEnabled": True,
        },
    )
    return scene


def campaign(shape: Shape) -> Scene:
    """Four hundred customers are written to from the desk; the sent mail is cleared away afterwards."""
    scene = of(LUC, shape)
    desk = LUC.desk(scene)
    mails = [
        scene.send(
            desk,
            scene.t(hours=1, seconds=7 * n),
            [f"client{n}@maison{n % 120}.example"],
            "Nos offres d'automne",
            **_DESKTOP,
        )
        for n in range(400)
    ]
    scene.removed(desk, scene.t(hours=3), mails, "\\Éléments envoyés", "SoftDelete")
    return scene


def moved_house(shape: Shape) -> Scene:
    """A migration: a service account with rights on every mailbox copies them from rented machines."""
    scene = of(HERTA, shape)
    service, azure = "svc-migration@muehlbauer.example", Place("20.113.40.8", 8075, "DE", "Frankfurt")
    admin = Hand("it@muehlbauer.example", HERTA.office, managed(EDGE, scene.guid("it")), scene.guid("session", "it"))
    robot = Hand(service, azure, Client("", "", "ExchangeServicesClient/15.01.2507"), scene.guid("session", "svc"))
    scene.cmdlet(
        admin, scene.t(hours=-3), "Add-MailboxPermission", scene.upn,
        Identity=scene.upn, User=service, AccessRights="FullAccess", AutoMapping="False",
    )  # fmt: skip
    scene.sign_in(robot, scene.t(), factors=1)
    for number, folder in enumerate(("\\Posteingang", "\\Gesendete Elemente", "\\Kalender", "\\Kontakte")):
        scene.read(
            robot, scene.t(minutes=3 + 4 * number), folder=folder, sync=True, owner=scene.upn,
            info="Client=WebServices;ExchangeServicesClient/15.01.2507;",
        )  # fmt: skip
    return scene


def developer(shape: Shape) -> Scene:
    """Command line tools, device codes and scripts, day by day, from office and home; a cloud shell now and then."""
    scene = of(SANNE, shape)
    cli = ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Microsoft Azure CLI")
    for day in range(-24, 3):
        at = scene.t(days=day)
        if at.weekday() >= 5:
            continue
        tool = Hand(scene.upn, SANNE.office, PYTHON if day % 2 else CURL, scene.guid("session", "cli", day // 6))
        scene.sign_in(tool, at, app=cli, protocol="deviceCode" if day % 6 == 0 else "none")
        scene.token_used(tool, at + timedelta(hours=1), cli)
        scene.token_used(tool.at(SANNE.home), at + timedelta(hours=11), cli)
    shell = Hand(scene.upn, Place("20.50.2.81", 8075, "NL", "Amsterdam"), PYTHON, scene.guid("session", "cli", 0))
    scene.token_used(shell, scene.t(hours=2), cli)
    return scene


def watched(shape: Shape) -> Scene:
    """A monitoring service signs in with the account every hour from a cloud, with a script's name."""
    scene = of(WANDA, shape, start=AMERICA)
    for day in range(-24, 3):
        for hour in (0, 8, 16):
            robot = Hand(
                scene.upn,
                Place(f"34.201.7.{20 + hour}", 14618, "US", "Ashburn"),
                replace(CURL, agent="Go-http-client/2.0"),
            )
            scene.sign_in(robot, scene.t(days=day, hours=hour), factors=1)
            scene.token_used(robot, scene.t(days=day, hours=hour, minutes=1), WEB_MAIL)
    return scene


def spray_without_hit(shape: Shape) -> Scene:
    """Three weeks of guessed passwords from everywhere; none is right."""
    scene = of(LUC, shape)
    for number in range(420):
        place = Place(
            f"45.{90 + number % 7}.{number % 200 + 1}.{number % 240 + 3}",
            (9009, 202425, 14061)[number % 3],
            ("RO", "NL", "US")[number % 3],
        )
        upn = scene.upn if number % 6 == 0 else f"p{number % 35}@ateliers-du-lac.example"
        scene.sign_in(
            Hand(upn, place, PYTHON, "", "either"),
            scene.t(hours=-number),
            error=(50126, 50053, 50126)[number % 3],
            factors=1,
        )
    return scene


def refused(shape: Shape) -> Scene:
    """Somebody has the password and asks for the second factor eleven times; the user refuses each time."""
    scene = of(HERTA, shape)
    for number in range(11):
        scene.sign_in(
            Hand(scene.upn, Place("176.111.174.26", 204428, "RU", "Moscow"), CHROME_PC, "", "either"),
            scene.t(hours=13, minutes=3 * number),
            error=500121,
        )
    return scene
