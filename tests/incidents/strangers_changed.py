"""Look-alikes in which something is new: a phone, a house, a country, a browser, a colleague."""

from __future__ import annotations

from dataclasses import replace

from incidents.hands import PHONE_MAIL, Client, Hand, Place, Shape
from incidents.people import ANDROID, EDGE, FIREFOX_PC, HERTA, LUC, SANNE, WANDA, Days, live, managed
from incidents.scene import Scene
from incidents.strangers_innocent import _DESKTOP, AMERICA
from incidents.strangers_phished import TUNNEL, of, user


def helped(shape: Shape) -> Scene:
    """The administrator clears the methods; the user registers the new phone at home and in a hotel reads mail."""
    scene = of(WANDA, shape, start=AMERICA)
    admin = Hand("it@stonebridge.example", WANDA.office, managed(EDGE, scene.guid("it")), scene.guid("session", "it"))
    scene.changed(admin, scene.t(), "Admin deleted security info", user(scene))
    scene.changed(admin, scene.t(minutes=2), "Reset user password", user(scene))
    scene.changed(admin, scene.t(minutes=5), "Admin registered temporary access pass method for user", user(scene))
    home = WANDA.hand(scene, "after", WANDA.home, WANDA.private)
    scene.sign_in(home, scene.t(hours=3))
    scene.changed(
        home,
        scene.t(hours=3, minutes=4),
        "User registered security info",
        user(scene),
        StrongAuthenticationPhoneAppDetail="iPhone 16",
    )
    phone = WANDA.hand(
        scene, "new phone", WANDA.home, replace(WANDA.phone, agent="Outlook-iOS/5.2540.0 (iPhone; iOS 19.0)")
    )
    scene.sign_in(phone, scene.t(hours=3, minutes=9), app=PHONE_MAIL, client_app="Mobile Apps and Desktop clients")
    scene.read(phone, scene.t(hours=3, minutes=11), sync=True, app=PHONE_MAIL, info="Client=REST;;")
    laptop = WANDA.hand(scene, "desk after", WANDA.office, WANDA.laptop)
    scene.sign_in(laptop, scene.t(days=1))
    scene.read(laptop, scene.t(days=1, minutes=4), ["<w1@millcreek.example>"], **_DESKTOP)
    return scene


def noisy_services(shape: Shape) -> Scene:
    """Teams, SharePoint and the service's own machines leave records in the user's name."""
    scene = of(SANNE, shape)
    sharepoint = ("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online")
    for day in range(-20, 3):
        for number in range(4):
            relay = Hand(
                scene.upn, Place(f"52.112.{day % 20 + 40}.{number + 9}", 8075, "IE", "Dublin"), Client("", "", "")
            )
            scene.read(
                relay,
                scene.t(days=day, hours=number),
                [f"<y{day}{number}@bloem.example>"],
                app=("cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", "Teams"),
                info="Client=REST;Client=RESTSystem;;",
            )
            scene.token_used(relay, scene.t(days=day, hours=number, minutes=2), sharepoint)
        robot = Hand("app@sharepoint", Place("", 0), Client("", "", ""))
        scene.files(robot, scene.t(days=day), ["index.aspx"], "FileModified")
    return scene


def second_browser(shape: Shape) -> Scene:
    """A log of four days; on the last evening the user takes another browser."""
    scene = of(LUC, shape, Days(-4, 0))
    other = LUC.hand(scene, "firefox", LUC.home, FIREFOX_PC)
    scene.sign_in(other, scene.t(hours=10))
    for number in range(5):
        scene.read(other, scene.t(hours=10, minutes=4 + number), [f"<b{number}@rivages.example>"])
    scene.searched(other, scene.t(hours=10, minutes=15), "facture edf")
    return scene


def partner_taken(shape: Shape) -> Scene:
    """The partner's real mailbox was taken over and writes to the user, who answers and asks; nothing else happens."""
    scene = of(HERTA, shape)
    desk = HERTA.desk(scene)
    for number, subject in enumerate(("Neue Bankverbindung", "Re: Neue Bankverbindung", "Dringend: Zahlung")):
        scene.delivered(HERTA.partner, scene.upn, scene.t(hours=-20 + 4 * number), subject, from_ip="185.220.14.9")
        scene.send(desk, scene.t(hours=-19 + 4 * number), [HERTA.partner], f"Re: {subject}", **_DESKTOP)
    return scene


def forged_boss(shape: Shape) -> Scene:
    """Mail in the user's name comes from outside straight to the house's own door; audit log and trace show it."""
    scene = of(WANDA, shape, start=AMERICA)
    for number in range(12):
        scene.delivered(
            scene.upn,
            f"staff{number}@stonebridge.example",
            scene.t(minutes=number),
            "Gift cards needed",
            from_ip="203.0.113.77",
        )
    return scene


def first_week(shape: Shape) -> Scene:
    """A new colleague: four days, everything is new, a rule, a consent, a phone."""
    scene = of(SANNE, shape, Days(-3, 2, private_every=2))
    desk = SANNE.desk(scene)
    scene.changed(
        Hand("it@kwekerij-zuid.example", SANNE.office, SANNE.laptop, "it"),
        scene.t(days=-3, hours=-3),
        "Add user",
        user(scene),
    )
    scene.changed(
        desk,
        scene.t(days=-3, hours=-1),
        "User registered security info",
        user(scene),
        StrongAuthenticationPhoneAppDetail="SM-S921B",
    )
    scene.cmdlet(
        desk,
        scene.t(hours=2),
        "New-InboxRule",
        f"{scene.upn}\\Orders",
        Name="Orders",
        From=SANNE.partner,
        MoveToFolder="Orders",
    )
    return scene


def emigrant(shape: Shape) -> Scene:
    """The user moves abroad for good: known laptop and phone, new line, new carrier."""
    abroad = replace(
        HERTA, office=Place("213.47.60.9", 8447, "AT", "Linz"), home=Place("84.115.20.8", 8412, "AT", "Linz"),
        mobile=Place("178.115.40.9", 25255, "AT", "Linz"),
    )  # fmt: skip
    scene = of(HERTA, shape, Days(last=-1))
    live(scene, abroad, Days(0, 8))
    return scene


def rented_desk(shape: Shape) -> Scene:
    """From some day on the user works on a virtual desktop in Microsoft's cloud."""
    scene = of(WANDA, shape, start=AMERICA)
    desk = replace(
        WANDA, office=Place("20.98.146.31", 8075, "US", "Des Moines"), laptop=managed(EDGE, scene.guid("vdi"))
    )
    for day in range(-2, 4):
        hand = desk.hand(scene, "vdi", desk.office, desk.laptop)
        scene.sign_in(hand, scene.t(days=day, hours=1))
        for number in range(4):
            scene.read(
                hand,
                scene.t(days=day, hours=1, minutes=6 + number),
                [f"<e{day}{number}@millcreek.example>"],
                **_DESKTOP,
            )
        scene.send(hand, scene.t(days=day, hours=2), [WANDA.partner], "Re: order", **_DESKTOP)
    return scene


def new_tablet(shape: Shape) -> Scene:
    """A tablet with another system, at home and then on the train; only the audit log, without sessions."""
    scene = of(LUC, shape)
    tablet = LUC.hand(
        scene, "tablet", LUC.home, replace(ANDROID, agent="Outlook-Android/4.2540.1 (Pixel Tablet; Android 16)")
    )
    for hour in (11, 13, 34, 36):
        at = tablet.at(LUC.home if hour in (11, 34) else moved_mobile(hour))
        scene.token_used(at, scene.t(hours=hour), PHONE_MAIL, client_app="Mobile Apps and Desktop clients")
        scene.read(
            at, scene.t(hours=hour, minutes=2), sync=True, app=PHONE_MAIL, info="Client=REST;Client=RESTSystem;;"
        )
    return scene


def moved_mobile(hour: int) -> Place:
    return Place(f"37.170.{hour}.{hour + 40}", 51207, "FR", "Lyon")


def tunnelled(shape: Shape) -> Scene:
    """For two evenings the user tries a bought VPN with another browser: nothing is changed, mail is read."""
    scene = of(SANNE, shape)
    for evening in (11, 35):
        hand = SANNE.hand(scene, "private", TUNNEL, SANNE.private)
        scene.sign_in(hand, scene.t(hours=evening))
        for number in range(5):
            scene.read(hand, scene.t(hours=evening, minutes=4 + number), [f"<u{evening}{number}@bloem.example>"])
    return scene
