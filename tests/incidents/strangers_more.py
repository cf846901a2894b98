"""More incidents and look-alikes: a relay round the corner, an abused help desk, delegates, a merger, a journey."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from incidents.hands import OUTLOOK, PHONE_MAIL, Hand, Place, Shape
from incidents.people import CHROME_PC, EDGE, FIREFOX_PC, HERTA, LUC, SAFARI, WANDA, Days, managed
from incidents.scene import Scene
from incidents.strangers_phished import of, rummage, thief, user

AMERICA = datetime.fromisoformat("2026-10-14T15:40:00+00:00")
_DESKTOP = {"app": OUTLOOK, "info": "Client=MSExchangeRPC"}


def relay_round_the_corner(shape: Shape) -> Scene:
    """A page in the middle behind a private line of the user's town; the session goes on from another such line."""
    scene = of(LUC, shape)
    relay, second = Place("90.12.77.14", 12322, "FR", "Annecy"), Place("78.203.5.61", 12322, "FR", "Annecy")
    scene.delivered("partage@docs-annecy.example", scene.upn, scene.t(hours=-2), "Facture à signer", true="either")
    hand = thief(scene, relay, FIREFOX_PC)
    flow = scene.guid("flow")
    scene.sign_in(Hand(scene.upn, relay, LUC.private, hand.session, "attacker"), scene.t(), flow=flow)
    scene.sign_in(hand, scene.t(seconds=9), flow=flow)
    rummage(scene, hand.at(second), scene.t(minutes=5), 12, LUC.folder)
    scene.cmdlet(
        hand.at(second), scene.t(minutes=15), "New-InboxRule", f"{scene.upn}\\..", Name="..",
        SubjectOrBodyContainsWords="facture;virement", MoveToFolder="Flux RSS", MarkAsRead="True",
    )  # fmt: skip
    scene.send(hand.at(second), scene.t(minutes=30), [LUC.partner], "Nouvelles coordonnées bancaires")
    return scene


def help_desk_called(shape: Shape) -> Scene:
    """Somebody talks the help desk into a new password and a cleared method, then comes in with both."""
    scene = of(WANDA, shape, start=AMERICA)
    desk = Hand("it@stonebridge.example", WANDA.office, managed(EDGE, scene.guid("it")), scene.guid("session", "it"))
    scene.changed(desk, scene.t(minutes=-20), "Reset user password", user(scene))
    scene.changed(desk, scene.t(minutes=-16), "Admin deleted security info", user(scene))
    hand = thief(scene, Place("172.58.14.77", 21928, "US", "Dallas"), SAFARI)
    scene.sign_in(hand, scene.t())
    scene.changed(
        hand, scene.t(minutes=4), "User registered security info", user(scene), StrongAuthenticationMethod="Phone"
    )
    rummage(scene, hand, scene.t(minutes=8), 10)
    scene.cmdlet(
        hand, scene.t(minutes=15), "New-InboxRule", f"{scene.upn}\\x", Name="x",
        From="payroll@stonebridge.example", DeleteMessage="True",
    )  # fmt: skip
    scene.send(hand, scene.t(minutes=22), ["payroll@stonebridge.example"], "Change of direct deposit")
    return scene


def shared_by_five(shape: Shape) -> Scene:
    """A mailbox that five colleagues read from the office and from home; a sixth begins in the last week."""
    scene = of(HERTA, shape, Days(private_every=0, phone=False))
    for number in range(6):
        upn = f"team{number}@muehlbauer.example"
        own = Hand(upn, HERTA.office, managed(EDGE, scene.guid(upn)), scene.guid("session", upn))
        home = Place(f"91.64.{20 + number}.7", 3209, "DE", "Regensburg")
        for day in range(-24 if number < 5 else -4, 3):
            at = scene.t(days=day, minutes=17 * number)
            if at.weekday() >= 5:
                continue
            here = own.at(home) if (day + number) % 3 == 0 else own
            scene.sign_in(here, at)
            for mail in range(3):
                name = f"<k{day}{number}{mail}@stahlwerk-ost.example>"
                scene.read(here, at + timedelta(minutes=4 + mail), [name], owner=scene.upn, **_DESKTOP)
    return scene


def merged(shape: Shape) -> Scene:
    """A merger: the administrator has mail of the mailbox sent on to the same person's address in the new house."""
    scene = of(HERTA, shape)
    admin = Hand("it@muehlbauer.example", HERTA.office, managed(EDGE, scene.guid("it")), scene.guid("session", "it"))
    for day in range(-20, 3):
        scene.sign_in(admin, scene.t(days=day, hours=-2))
    scene.cmdlet(
        admin, scene.t(hours=2), "Set-Mailbox", scene.upn, Identity=scene.upn,
        ForwardingSmtpAddress="smtp:herta.lang@muehlbauer-stahl.example", DeliverToMailboxAndForward="True",
    )  # fmt: skip
    return scene


def new_phone_abroad(shape: Shape) -> Scene:
    """On a journey the phone is lost: a new one is bought there, and registered with the known laptop in the hotel."""
    scene = of(LUC, shape, Days(last=-1))
    hotel = Place("212.106.201.9", 3352, "ES", "Valencia")
    desk = LUC.desk(scene).at(hotel)
    scene.sign_in(desk, scene.t())
    scene.changed(
        desk, scene.t(minutes=6), "User registered security info", user(scene), StrongAuthenticationPhoneAppDetail="P9"
    )
    agent = "Outlook-Android/4.2540.1 (Pixel 9; Android 16)"
    phone = LUC.hand(scene, "new phone", Place("88.29.14.7", 12430, "ES", "Valencia"), replace(LUC.phone, agent=agent))
    scene.sign_in(phone, scene.t(hours=1), app=PHONE_MAIL, client_app="Mobile Apps and Desktop clients")
    for hour in (2, 9, 26):
        scene.token_used(phone, scene.t(hours=hour), PHONE_MAIL, client_app="Mobile Apps and Desktop clients")
        scene.read(phone, scene.t(hours=hour, minutes=1), sync=True, app=PHONE_MAIL, info="Client=REST;;")
    scene.read(desk, scene.t(hours=3), ["<v1@rivages.example>"], **_DESKTOP)
    return scene


def insider_next_door(shape: Shape) -> Scene:
    """A colleague gave herself a right on the mailbox with an administrator's role and reads by night, from home."""
    scene = of(WANDA, shape, start=AMERICA)
    upn = "mel@stonebridge.example"
    own = Hand(upn, WANDA.office, managed(CHROME_PC, scene.guid("mel")), scene.guid("session", "mel"))
    for day in range(-24, 3):
        scene.sign_in(own, scene.t(days=day, hours=-1))
    scene.cmdlet(
        own, scene.t(days=-6), "Add-MailboxPermission", scene.upn,
        Identity=scene.upn, User=upn, AccessRights="FullAccess", AutoMapping="False",
    )  # fmt: skip
    home = own.at(Place("24.95.17.202", 10796, "US", "Columbus"))
    for day in range(-5, 3):
        for number in range(4):
            scene.read(home, scene.t(days=day, hours=12, minutes=number), [f"<i{day}{number}@millcreek.example>"],
                       owner=scene.upn)  # fmt: skip
    return scene
