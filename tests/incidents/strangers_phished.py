"""Incidents that start with a page in the middle, a password or a code: several houses, lines and hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from incidents.hands import AUTH_BROKER, OUTLOOK, WEB_MAIL, Client, Hand, Place, Shape
from incidents.people import (
    CHROME_PC,
    EDGE,
    FIREFOX_PC,
    HERTA,
    LINUX,
    LUC,
    SAFARI,
    SANNE,
    WANDA,
    Days,
    Person,
    live,
)
from incidents.scene import Scene

PYTHON = Client("", "", "python-requests/2.32.3")
HETZNER = Place("65.108.14.77", 24940, "FI", "Helsinki")
AZURE = Place("20.229.88.31", 8075, "NL", "Amsterdam")
VULTR = Place("45.76.90.12", 20473, "US", "Newark")
TUNNEL = Place("185.236.201.40", 9009, "CH", "Zurich")


def thief(scene: Scene, place: Place, client: Client, name: str = "thief", upn: str = "") -> Hand:
    return Hand(upn or scene.upn, place, client, scene.guid("session", name), true="attacker")


def of(person: Person, shape: Shape, days: Days | None = None, start: datetime | None = None) -> Scene:
    scene = Scene(person.upn, shape, **({"start": start} if start else {}))  # type: ignore[arg-type]  # one field
    live(scene, person, days)
    return scene


def user(scene: Scene, upn: str = "") -> tuple[str, str, str]:
    return ("User", upn or scene.upn, scene.guid("user", upn or scene.upn))


def rummage(scene: Scene, hand: Hand, at: datetime, count: int = 10, folder: str = "\\Inbox") -> None:
    for number in range(count):
        scene.read(hand, at + timedelta(seconds=35 * number), [f"<old{number}@archive.example>"], folder=folder)


def near_neighbour(shape: Shape) -> Scene:
    """A rented private line of the user's own provider and town, the user's own kind of browser; a rule by Outlook."""
    scene = of(HERTA, shape)
    scene.delivered("scan@dokumente-portal.example", scene.upn, scene.t(hours=-3), "Freigabe: Rechnung", true="either")
    hand = thief(scene, Place("84.150.7.119", 3320, "DE", "Regensburg"), CHROME_PC)
    scene.sign_in(hand, scene.t())
    rummage(scene, hand, scene.t(minutes=6), 12, HERTA.folder)
    scene.searched(hand, scene.t(minutes=15), "rechnung bankverbindung")
    scene.rule_updated(
        hand,
        scene.t(minutes=21),
        ".",
        {"ActionType": "Move", "Folder": "RSS-Feeds"},
        '{"SubjectOrBodyContains":["Rechnung","Zahlung"]}',
    )
    mails = [
        scene.send(
            hand,
            scene.t(hours=3, minutes=2 * number),
            [f"buchhaltung{number}@kunde{number}.example"],
            "Neue Bankverbindung",
        )
        for number in range(14)
    ]
    scene.removed(hand, scene.t(hours=4), mails, "\\Gesendete Elemente")
    return scene


def rented_machine(shape: Shape) -> Scene:
    """A machine rented from Microsoft's own cloud: its network's name is the service's."""
    scene = of(LUC, shape, Days(moving_home=True))
    scene.delivered("no-reply@partage-docs.example", scene.upn, scene.t(hours=-20), "Document partagé", true="either")
    hand = thief(scene, AZURE, CHROME_PC)
    scene.sign_in(hand, scene.t(), factors=2)
    rummage(scene, hand, scene.t(minutes=3), 16, LUC.folder)
    scene.cmdlet(
        hand,
        scene.t(minutes=12),
        "New-InboxRule",
        f"{scene.upn}\\rr",
        Name="rr",
        From=LUC.partner,
        MoveToFolder="Flux RSS",
        MarkAsRead="True",
        StopProcessingRules="True",
    )
    scene.changed(
        hand,
        scene.t(minutes=17),
        "User registered security info",
        user(scene),
        StrongAuthenticationPhoneAppDetail="SM-G991B",
    )
    for number in range(3):
        scene.send(hand, scene.t(hours=5, minutes=9 * number), [LUC.partner], "Changement de RIB")
    scene.stands(
        "methods",
        {
            "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod",
            "id": scene.guid("theirs"),
            "displayName": "SM-G991B",
            "createdDateTime": f"{scene.t(minutes=17):%Y-%m-%dT%H:%M:%SZ}",
        },
        {
            "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod",
            "id": scene.guid("own"),
            "displayName": "SM-S921B",
            "createdDateTime": "2025-01-20T09:00:00Z",
        },
    )
    return scene


def over_six(shape: Shape) -> Scene:
    """Both sides on IPv6 with interface parts that change; nothing but the audit log."""
    scene = of(SANNE, shape, Days(moving_home=True, at_home=(1, 3)))
    hand = thief(scene, Place("2a01:4f9:c010:9a31::1", 24940, "FI", "Helsinki"), EDGE)
    scene.sign_in(hand, scene.t())
    rummage(scene, hand, scene.t(minutes=5), 20, SANNE.folder)
    scene.cmdlet(
        hand.at(Place("2a01:4f9:c010:9a31::2", 24940, "FI", "Helsinki")),
        scene.t(minutes=25),
        "New-InboxRule",
        f"{scene.upn}\\,,",
        Name=",,",
        SubjectOrBodyContainsWords="factuur;betaling",
        DeleteMessage="True",
    )
    for number in range(6):
        scene.send(hand, scene.t(hours=26, minutes=4 * number), [SANNE.partner], "Gewijzigd rekeningnummer")
    return scene


def same_tunnel(shape: Shape) -> Scene:
    """The user works through a bought VPN every day; the intruder comes out of the very same address."""
    scene = of(WANDA, shape, start=datetime.fromisoformat("2026-10-14T15:40:00+00:00"))
    for day in range(-20, 3):
        own = WANDA.hand(scene, "tunnel", TUNNEL, WANDA.private)
        if (scene.start + timedelta(days=day)).weekday() < 5:
            scene.sign_in(own, scene.t(days=day, hours=2))
            scene.read(own, scene.t(days=day, hours=2, minutes=4), [f"<t{day}@millcreek.example>"])
    hand = thief(scene, TUNNEL, LINUX)
    scene.sign_in(hand, scene.t(minutes=30))
    rummage(scene, hand, scene.t(minutes=34), 15)
    scene.searched(hand, scene.t(minutes=45), "wire transfer routing")
    scene.cmdlet(
        hand,
        scene.t(minutes=50),
        "New-InboxRule",
        f"{scene.upn}\\zz",
        Name="zz",
        From="cfo@stonebridge.example",
        MoveToFolder="Conversation History",
        MarkAsRead="True",
    )
    scene.changed(
        hand, scene.t(minutes=58), "User registered security info", user(scene), StrongAuthenticationMethod="OTP app"
    )
    return scene


def three_days(shape: Shape) -> Scene:
    """A log of three days: nothing to compare with."""
    scene = of(HERTA, shape, Days(-4, 1))
    hand = thief(scene, HETZNER, FIREFOX_PC)
    scene.sign_in(hand, scene.t())
    rummage(scene, hand, scene.t(minutes=4), 9, HERTA.folder)
    scene.cmdlet(
        hand,
        scene.t(minutes=12),
        "New-InboxRule",
        f"{scene.upn}\\...",
        Name="...",
        SubjectOrBodyContainsWords="phishing;gehackt;betrug",
        DeleteMessage="True",
    )
    mails = [
        scene.send(hand, scene.t(hours=2, seconds=15 * number), [f"kontakt{number}@firma{number}.example"], "Dokument")
        for number in range(90)
    ]
    scene.removed(hand, scene.t(hours=3), mails, "\\Gesendete Elemente")
    return scene


def there_before_the_log(shape: Shape) -> Scene:
    """An intruder who reads every day since long before the log begins; at last an invoice is changed."""
    scene = of(LUC, shape, Days(-10, 2))
    hand = thief(scene, VULTR, FIREFOX_PC)
    for day in range(-10, 1):
        at = scene.start.replace(hour=21, minute=30) + timedelta(days=day)
        if day % 3 == 0:
            scene.sign_in(hand, at - timedelta(minutes=2))
        scene.token_used(hand, at, WEB_MAIL)
        rummage(scene, hand, at + timedelta(minutes=3), 4, LUC.folder)
    at = scene.t(hours=11)
    scene.cmdlet(
        hand,
        at,
        "New-InboxRule",
        f"{scene.upn}\\..",
        Name="..",
        From=LUC.partner,
        MoveToFolder="Historique des conversations",
        MarkAsRead="True",
    )
    for number in range(2):
        scene.send(hand, at + timedelta(minutes=20 + number), [LUC.partner], "Nouvelles coordonnées bancaires")
    return scene


def method_and_device(shape: Shape) -> Scene:
    """Long log; the intruder registers a method and a device, and goes on with the device's own token."""
    scene = of(SANNE, shape, Days(-55, 3))
    hand = thief(scene, HETZNER, EDGE)
    scene.sign_in(hand, scene.t())
    scene.changed(
        hand, scene.t(minutes=7), "User registered security info", user(scene), StrongAuthenticationMethod="iPhone 11"
    )
    device = "9e51a7c0-1111-4222-8333-00000000abcd"
    enrol = replace(hand, client=Client("Windows10", "Edge 18", "Dsreg/10.0 (Windows 10.0.19045.2006)"))
    scene.sign_in(enrol, scene.t(minutes=11), app=AUTH_BROKER, resource=("01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", "DRS"))
    scene.changed(enrol, scene.t(minutes=13), "Register device", ("Device", "DESKTOP-Q1", scene.guid("dev")))
    machine = Hand(
        scene.upn,
        HETZNER,
        Client("Windows10", "", "Windows-AzureAD-Authentication-Provider/1.0", device),
        "",
        "attacker",
    )
    for hour in (1, 5, 29, 53):
        scene.token_used(machine, scene.t(hours=hour), OUTLOOK, token="primaryRefreshToken")
        rummage(scene, hand, scene.t(hours=hour, minutes=5), 5, SANNE.folder)
    scene.stands(
        "devices",
        {
            "id": scene.guid("dev"),
            "deviceId": device,
            "displayName": "DESKTOP-Q1",
            "operatingSystem": "Windows",
            "operatingSystemVersion": "10.0.19045.2006",
            "trustType": "Workplace",
            "isManaged": False,
            "isCompliant": False,
            "accountEnabled": True,
            "registrationDateTime": f"{scene.t(minutes=13):%Y-%m-%dT%H:%M:%SZ}",
        },
        {
            "id": scene.guid("own dev"),
            "deviceId": SANNE.laptop.device,
            "displayName": "KZ-114",
            "operatingSystem": "Windows",
            "operatingSystemVersion": "10.0.22631.4317",
            "trustType": "AzureAd",
            "isManaged": True,
            "isCompliant": True,
            "accountEnabled": True,
            "registrationDateTime": "2025-06-02T08:00:00Z",
        },
    )
    return scene


def reset_half_way(shape: Shape) -> Scene:
    """The help desk resets the password on the second day; what the user does with new sessions is the user's."""
    scene = of(HERTA, shape, Days(-20, 0))
    hand = thief(scene, VULTR, SAFARI)
    scene.sign_in(hand, scene.t())
    rummage(scene, hand, scene.t(minutes=5), 10, HERTA.folder)
    scene.searched(hand, scene.t(minutes=12), "lohn")
    for number in range(40):
        scene.send(hand, scene.t(hours=4, seconds=20 * number), [f"x{number}@y{number}.example"], "Angebot")
    desk = Hand("it@muehlbauer.example", HERTA.office, HERTA.laptop, "it")
    scene.changed(desk, scene.t(hours=6), "Reset user password", user(scene))
    scene.changed(desk, scene.t(hours=6, minutes=2), "Update StsRefreshTokenValidFrom Timestamp", user(scene))
    for hour in (7, 9, 30):
        scene.token_used(hand, scene.t(hours=hour), WEB_MAIL, error=50173)
    fresh = HERTA.hand(scene, "desk after", HERTA.office, HERTA.laptop)
    again = HERTA.hand(scene, "private after", HERTA.home, HERTA.private)
    for day in (1, 2):
        scene.sign_in(fresh, scene.t(days=day, hours=-1))
        scene.read(fresh, scene.t(days=day), ["<new1@stahlwerk-ost.example>"], app=OUTLOOK, info="Client=MSExchangeRPC")
        scene.sign_in(again, scene.t(days=day, hours=9))
        scene.read(again, scene.t(days=day, hours=9, minutes=4), ["<new2@stahlwerk-ost.example>"])
    return scene
