"""Look-alikes nobody on the judgement's side has seen: journeys, new lives, rules, letters, shared desks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from incidents.hands import OUTLOOK, PHONE_MAIL, Client, Hand, Place, Shape
from incidents.held_out_taken import act, start
from incidents.people import ANDROID, CHROME_PC, DESKTOP, EDGE, FIREFOX_PC, Days, carry, managed, work
from incidents.scene import Scene
from incidents.strangers_phished import PYTHON, of, user
from incidents.unseen_neighbours import (
    DESK_UPN,
    DIMITRA,
    EDGE_11,
    GILES,
    HOTEL,
    INGRID,
    NEREA,
    PAVEL,
    ZSOFIA,
    clerk,
    mornings,
)

_OUTLOOK = {"app": OUTLOOK, "info": DESKTOP}


def new_life(shape: Shape) -> Scene:
    """Another town, another post, another carrier: laptop, line and telephone number change within a day."""
    scene = of(INGRID, shape, Days(last=-1), start(12, 7, 30))
    town = replace(
        INGRID, office=Place("193.215.88.30", 2119, "NO", "Stavanger"),
        home=Place("79.161.140.31", 29695, "NO", "Stavanger"), mobile=Place("46.212.88.5", 12929, "NO", "Stavanger"),
        laptop=managed(EDGE_11, scene.guid("new laptop")),
    )  # fmt: skip
    admin = clerk(scene, INGRID, "ikt")
    mornings(scene, admin)
    scene.changed(admin, scene.t(minutes=-50), "Update user", user(scene), Department="Anskaffelser")
    scene.changed(admin, scene.t(minutes=-20), "Admin registered temporary access pass method for user", user(scene))
    laptop = town.hand(scene, "new laptop", town.office, town.laptop)
    scene.sign_in(laptop, scene.t(minutes=-4))
    scene.changed(laptop, scene.t(minutes=2), "Register device", ("Device", "NB-STV-2217", scene.guid("new object")))
    scene.changed(
        laptop.at(town.home), scene.t(hours=10), "User registered security info", user(scene),
        StrongAuthenticationMethod="Phone",
    )  # fmt: skip
    scene.changed(laptop.at(town.home), scene.t(hours=10, minutes=3), "User deleted security info", user(scene))
    for day in range(5):
        morning = scene.t(days=day, minutes=10)
        work(scene, laptop if day != 3 else laptop.at(town.home), town, morning, Days())
        scene.token_used(laptop.at(town.home), morning + timedelta(hours=11), OUTLOOK)
        carry(scene, town, morning, town.home, day)
    scene.stands(
        "methods",
        {
            "@odata.type": "#microsoft.graph.phoneAuthenticationMethod", "id": "3179e48a-750b-4051-897c-87b9720928f7",
            "phoneNumber": "+47 40000001", "phoneType": "mobile",
        },
    )  # fmt: skip
    return scene


def fair_trip(shape: Shape) -> Scene:
    """A fair abroad: hotel, tethering and a bought tunnel within the same hour; the browser hides the device."""
    scene = of(NEREA, shape, Days(last=-1), start(13, 6, 40))
    bare = replace(NEREA.laptop, device="", managed=False)
    places = (
        Place("88.255.216.7", 9121, "TR", "Istanbul"),
        Place("5.24.160.9", 16135, "TR", "Istanbul"),
        Place("146.70.182.20", 9009, "RO", "Bucharest"),
    )
    phone = NEREA.hand(scene, "phone", places[1], NEREA.phone)
    for day in range(3):
        for number, place in enumerate(places):
            hand = NEREA.hand(scene, f"trip {day} {number}", place, bare)
            at = scene.t(days=day, minutes=23 * number)
            scene.sign_in(hand, at)
            for mail in range(3):
                name = f"<feria{day}{number}{mail}@fundicion-duero.example>"
                scene.read(hand, at + timedelta(minutes=3 + 4 * mail), [name], folder=NEREA.folder)
            scene.send(hand, at + timedelta(minutes=18), [NEREA.partner], "Reunión en la feria")
        scene.files(
            NEREA.hand(scene, f"trip {day} 2", places[2], bare), scene.t(days=day, hours=2),
            [f"Catálogo {part}.pdf" for part in range(9)], "FileDownloaded",
        )  # fmt: skip
        scene.token_used(phone, scene.t(days=day, hours=3), PHONE_MAIL, client_app="Mobile Apps and Desktop clients")
    return scene


def dot_rules(shape: Shape) -> Scene:
    """Three rules named '.', '..' and 'x' against advertising, made at the desk in a lunch break."""
    scene = of(PAVEL, shape, Days(at_home=(4,)), start(14, 10, 20))
    desk = PAVEL.desk(scene)
    made = (
        (".", {"From": "info1@letters.example", "DeleteMessage": "True"}),
        ("..", {"SubjectContainsWords": "newsletter;sleva;akce", "MoveToFolder": "Smetí", "MarkAsRead": "True"}),
        ("x", {"From": "info2@letters.example", "MoveToFolder": "Archiv", "MarkAsRead": "True"}),
    )
    for number, (name, what) in enumerate(made):
        scene.cmdlet(
            desk, scene.t(minutes=3 * number), "New-InboxRule", f"{scene.upn}\\{name}",
            Name=name, StopProcessingRules="True", **what,
        )  # fmt: skip
    scene.removed(
        desk, scene.t(minutes=14), [f"<reklama{n}@letters.example>" for n in range(60)], PAVEL.folder, "SoftDelete"
    )
    conditions = (
        {"fromAddresses": [{"emailAddress": {"name": "i", "address": "info1@letters.example"}}]},
        {"subjectContains": ["newsletter", "sleva", "akce"]},
        {"fromAddresses": [{"emailAddress": {"name": "i", "address": "info2@letters.example"}}]},
    )
    actions = ({"delete": True}, {"moveToFolder": "AAMkB=", "markAsRead": True}, {"moveToFolder": "AAMkC="})
    scene.stands(
        "messageRules",
        *(
            {
                "id": f"AQAAAC{n}=", "displayName": made[n][0], "sequence": n + 1, "isEnabled": True, "hasError": False,
                "isReadOnly": False, "conditions": conditions[n], "actions": actions[n] | {"stopProcessingRules": True},
            }
            for n in range(3)
        ),
    )  # fmt: skip
    return scene


def club_letter(shape: Shape) -> Scene:
    """The club's letter goes to nine hundred members at night from home; bounces are sorted away and deleted."""
    scene = of(ZSOFIA, shape, start=start(15, 20, 50))
    home = ZSOFIA.evening(scene)
    scene.sign_in(home, scene.t())
    scene.cmdlet(
        home, scene.t(minutes=6), "New-InboxRule", f"{scene.upn}\\vissza", Name="vissza",
        SubjectContainsWords="Undeliverable;Kézbesíthetetlen;Automatikus válasz", MoveToFolder="Visszapattant",
        MarkAsRead="True",
    )  # fmt: skip
    sent = [
        scene.send(
            home, scene.t(minutes=15 + 2 * batch), [f"tag{batch * 45 + n}@posta{n % 9}.example" for n in range(45)],
            "Őszi hírlevél: evezős nap és közgyűlés",
        )
        for batch in range(20)
    ]  # fmt: skip
    back = [f"<vissza{n}@posta{n % 9}.example>" for n in range(31)]
    for number, mail in enumerate(back):
        scene.delivered(
            f"postmaster@posta{number % 9}.example", scene.upn, scene.t(minutes=17 + number),
            "Undeliverable: Őszi hírlevél", mail=mail,
        )  # fmt: skip
    scene.removed(home, scene.t(minutes=80), back, "\\Visszapattant", "MoveToDeletedItems")
    scene.removed(home, scene.t(minutes=84), sent[:3], "\\Elküldött elemek", "SoftDelete")
    return scene


def boss_abroad(shape: Shape) -> Scene:
    """The assistant, a delegate for years, works four days from the Algarve, reads and writes for her boss."""
    scene = of(GILES, shape, start=start(12, 9, 15))
    helper = Hand(
        "ruth.amos@airedale-timber.example", GILES.office, managed(EDGE, scene.guid("ruth")), scene.guid("ses", "ruth")
    )
    flat = Place("85.139.77.14", 3243, "PT", "Lagos")
    for day in range(-24, 5):
        at = scene.t(days=day)
        if at.weekday() >= 5:
            continue
        here = helper.at(flat) if day >= 0 else helper
        scene.sign_in(here, at)
        for number in range(5):
            scene.read(
                here, at + timedelta(minutes=7 + 6 * number), [f"<giles{day}m{number}@norsk-tommer.example>"],
                owner=scene.upn, **_OUTLOOK,
            )  # fmt: skip
        mail = f"<onbehalf{day}@airedale-timber.example>"
        act(
            scene, here, at + timedelta(hours=1), "SendOnBehalf", "Exchange", 2, MailboxOwnerUPN=scene.upn,
            SendOnBehalfOfUserSmtp=scene.upn, Item={"InternetMessageId": mail, "Subject": "Diary for the week"},
            ClientInfoString=DESKTOP, SessionId=here.session if shape.sessions else "", LogonType=2,
        )  # fmt: skip
        scene.delivered(scene.upn, GILES.partner, at + timedelta(hours=1), "Diary for the week", mail=mail)
    scene.stands(
        "permissions",
        {
            "Identity": scene.upn, "User": helper.upn, "AccessRights": ["FullAccess"], "IsInherited": False,
            "Deny": False,
        },
    )  # fmt: skip
    return scene


def reception(shape: Shape) -> Scene:
    """One account, three shifts, two computers; a new porter looks in from home across the border."""
    scene = Scene(DESK_UPN, shape, start=start(14, 20, 10))
    front = Client("Windows10", "Edge 141.0.0", EDGE.agent)
    back = Client("Windows10", "Firefox 143.0", FIREFOX_PC.agent)
    for day in range(-24, 3):
        for shift, hour in enumerate((4, 12, 20)):
            at = scene.t(days=day).replace(hour=hour, minute=(day * 7) % 30)
            where = back if (day + shift) % 4 == 0 else front
            hand = Hand(scene.upn, HOTEL, where, scene.guid("session", day, shift))
            scene.sign_in(hand, at, factors=1)
            for number in range(4):
                mail = f"<buchung{day}s{shift}n{number}@reisebuero{number}.example>"
                scene.delivered(
                    f"post@reisebuero{number}.example", scene.upn, at + timedelta(minutes=20 * number), "Anfrage",
                    mail=mail,
                )  # fmt: skip
                scene.read(hand, at + timedelta(minutes=9 + 20 * number), [mail], folder="\\Posteingang")
            scene.send(hand, at + timedelta(hours=2), [f"gast{day}{shift}@post.example"], "Ihre Buchung")
            scene.files(hand, at + timedelta(hours=3), ["Dienstplan.xlsx", f"Anreise {day}.pdf"])
    room = Place("217.83.60.44", 3320, "DE", "Freilassing")
    porter = Client("Windows11", "Chrome 141.0.0", CHROME_PC.agent)
    for day in range(-3, 3):
        own = Hand(scene.upn, room, porter, scene.guid("session", "porter"))
        at = scene.t(days=day, hours=-5)
        scene.sign_in(own, at, factors=1)
        scene.files(own, at + timedelta(minutes=2), ["Dienstplan.xlsx"])
        scene.read(own, at + timedelta(minutes=5), [f"<buchung{day}s1n0@reisebuero0.example>"], folder="\\Posteingang")
        phone = Hand(scene.upn, Place(f"80.187.{90 + day}.7", 3320, "DE", "Freilassing"), ANDROID, scene.guid("phone"))
        scene.token_used(phone, at + timedelta(hours=3), PHONE_MAIL, client_app="Mobile Apps and Desktop clients")
    return scene


def sprayed_while_away(shape: Shape) -> Scene:
    """Passwords are guessed from everywhere, none right; the same day the user mistypes hers in a hotel abroad."""
    scene = of(DIMITRA, shape, Days(last=-1), start(14, 8, 5))
    for number in range(260):
        place = Place(
            f"{(185, 45, 141)[number % 3]}.{100 + number % 11}.{number % 190 + 1}.{number % 220 + 9}",
            (202425, 14061, 9009)[number % 3], ("NL", "US", "DE")[number % 3], "",
        )  # fmt: skip
        upn = scene.upn if number % 4 == 0 else f"u{number % 50}@{scene.domain}"
        scene.sign_in(
            Hand(upn, place, PYTHON, "", "either"), scene.t(minutes=-17 * number), error=(50126, 50053)[number % 2],
            factors=1,
        )  # fmt: skip
    hotel, road = Place("82.102.70.14", 6866, "CY", "Limassol"), Place("31.216.100.9", 15805, "CY", "Limassol")
    desk, phone = DIMITRA.desk(scene).at(hotel), DIMITRA.hand(scene, "phone", road, DIMITRA.phone)
    fresh = replace(desk, session=scene.guid("session", "hotel"))
    for number in range(2):
        scene.sign_in(replace(fresh, session=""), scene.t(minutes=number), error=50126, factors=1)
    for day in range(3):
        at = scene.t(days=day, minutes=4)
        scene.sign_in(fresh, at)
        for number in range(4):
            name = f"<nafs{day}{number}@limenas.example>"
            scene.read(fresh, at + timedelta(minutes=5 + 9 * number), [name], folder=DIMITRA.folder, **_OUTLOOK)
        scene.send(fresh, at + timedelta(hours=1), [DIMITRA.partner], "Ναύλωση", **_OUTLOOK)
        scene.token_used(phone, at + timedelta(hours=4), PHONE_MAIL, client_app="Mobile Apps and Desktop clients")
    return scene
