"""Attacks written before the judgement was asked about them: ways in, aims and leftovers that field reports tell of."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from incidents.hands import AUTH_BROKER, OUTLOOK, WEB_MAIL, Client, Hand, Place, Shape
from incidents.people import CHROME_PC, EDGE, FIREFOX_PC, LINUX, Days, Person
from incidents.people_abroad import CAMILA, JAN, KENJI, MATTEO, PRIYA, TOM
from incidents.scene import Scene
from incidents.strangers_phished import of, rummage, thief, user

AXIOS = Client("", "", "axios/1.13.2")
FASTHTTP = Client("", "", "fasthttp")
CONTABO = Place("144.91.80.22", 51167, "DE", "Düsseldorf")
RACKNERD = Place("104.168.30.14", 36352, "US", "Buffalo")
MULLVAD = Place("146.70.117.9", 9009, "NO", "Oslo")
TOR = Place("185.220.101.33", 60729, "DE", "Berlin")
POWERSHELL = ("1b730954-1685-4b74-9bfd-dac224a7b894", "Azure Active Directory PowerShell")
AZURE_PORTAL = ("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal")
GRAPH = ("00000003-0000-0000-c000-000000000000", "Microsoft Graph")


def start(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime.fromisoformat(f"2026-10-{day:02}T{hour:02}:{minute:02}:00+00:00")


def act(scene: Scene, hand: Hand, at: datetime, operation: str, workload: str, kind: int, **more: Any) -> str:
    """A record of any other workload."""
    made = scene._id("act", hand.true)
    scene._audit(hand, at, operation, workload, kind, made, **more)
    return made


def administrator(person: Person, scene: Scene) -> None:
    """The account holds a role, and does what administrators do in the morning."""
    for day in range(-20, 0, 4):
        at = scene.start.replace(hour=person.hour + 1) + timedelta(days=day)
        if at.weekday() < 5:
            scene.sign_in(person.desk(scene), at, app=AZURE_PORTAL)
            scene.changed(
                person.desk(scene),
                at + timedelta(minutes=6),
                "Reset user password",
                user(scene, f"u{day}@{scene.domain}"),
            )


def tycoon(shape: Shape) -> Scene:
    """A phishing service: the relay signs in by script, an hour later a person goes on from a private line nearby."""
    scene = of(CAMILA, shape, Days(moving_home=True), start(15, 13, 20))
    scene.delivered(
        "rh@comunicado-interno.example", scene.upn, scene.t(minutes=-50), "Revisão salarial.pdf", true="either"
    )
    relay = thief(scene, RACKNERD, AXIOS)
    scene.sign_in(relay, scene.t())
    scene.token_used(relay, scene.t(seconds=40), WEB_MAIL)
    hand = Hand(scene.upn, Place("191.177.20.88", 28573, "BR", "Curitiba"), EDGE, relay.session, "attacker")
    scene.token_used(hand, scene.t(minutes=66), WEB_MAIL)
    rummage(scene, hand, scene.t(minutes=68), 14, CAMILA.folder)
    scene.searched(hand, scene.t(minutes=80), "boleto OR pagamento OR fatura")
    scene.cmdlet(
        hand, scene.t(minutes=84), "New-InboxRule", f"{scene.upn}\\...", Name="...",
        SubjectOrBodyContainsWords="boleto;fatura;pagamento", MoveToFolder="Histórico de Conversas",
    )  # fmt: skip
    for number in range(5):
        scene.send(hand, scene.t(hours=2, minutes=6 * number), [CAMILA.partner], "Novos dados bancários")
    return scene


def ropc(shape: Shape) -> Scene:
    """Passwords tried by script, each address on a few accounts; one is right, and the directory is read with it."""
    scene = of(JAN, shape, start=start(14, 1, 5))
    nets = ((16276, "51.195"), (14061, "167.172"), (63949, "139.162"), (212238, "156.146"))
    for number in range(260):
        asn, net = nets[number % 4]
        place = Place(f"{net}.{number % 60 + 2}.{number * 7 % 240 + 4}", asn, ("FR", "US", "SG", "NL")[number % 4])
        upn = scene.upn if number % 20 == 3 else f"p{number % 41}@{scene.domain}"
        scene.sign_in(
            Hand(upn, place, FASTHTTP, "", "either"), scene.t(minutes=number * 2 - 520), app=POWERSHELL, resource=GRAPH,
            error=50126, factors=1, client_app="Mobile Apps and Desktop clients", protocol="ropc",
        )  # fmt: skip
    hand = Hand(scene.upn, Place("139.162.9.40", 63949, "SG", "Singapore"), FASTHTTP, "", "attacker")
    how = {"app": POWERSHELL, "resource": GRAPH, "factors": 1, "client_app": "Mobile Apps and Desktop clients"}
    for hour in (0, 3, 9, 27):
        scene.sign_in(hand, scene.t(hours=hour), protocol="ropc", **how)
    mail = Hand(scene.upn, Place("139.162.9.41", 63949, "SG", "Singapore"), FASTHTTP, "", "attacker")
    for hour in (4, 10, 28):
        scene.token_used(mail, scene.t(hours=hour), OUTLOOK, factors=1)
        scene.read(
            mail, scene.t(hours=hour, minutes=2), folder=JAN.folder, sync=True, app=OUTLOOK, info="Client=REST;;"
        )
    return scene


def smtp_relay(shape: Shape) -> Scene:
    """A leaked password in a mail gun: authenticated SMTP from rented machines everywhere, hundreds of letters."""
    scene = of(MATTEO, shape, Days(-20, 2), start(13, 22, 30))
    exchange = ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online")
    for number in range(9):
        asn, net, country = ((200019, "91.92.240", "BG"), (210644, "80.66.75", "RU"), (398101, "148.72.214", "US"))[
            number % 3
        ]
        hand = Hand(scene.upn, Place(f"{net}.{20 + number}", asn, country, ""), Client("", "", ""), "", "attacker")
        scene.sign_in(hand, scene.t(minutes=11 * number), app=exchange, factors=1, client_app="Authenticated SMTP")
    for number in range(380):
        scene.delivered(
            scene.upn, f"info@azienda{number}.example", scene.t(minutes=5, seconds=14 * number),
            "Sollecito di pagamento", true="either", from_ip="91.92.240.20",
        )  # fmt: skip
    for number in range(60):
        scene.delivered(
            f"postmaster@azienda{number}.example", scene.upn, scene.t(minutes=7, seconds=50 * number),
            "Mancato recapito", true="either",
        )  # fmt: skip
    return scene


def device_ticket(shape: Shape) -> Scene:
    """A device code for the broker, a device registered with it, and a primary refresh token for days."""
    scene = of(PRIYA, shape, start=start(14, 6, 40))
    scene.delivered(
        "meet@teams-invite.example", scene.upn, scene.t(minutes=-30), "Teams meeting: enter code", true="either"
    )
    hand = thief(scene, CONTABO, CHROME_PC)
    scene.sign_in(hand, scene.t(), app=AUTH_BROKER, protocol="deviceCode")
    target = ("Device", "DESKTOP-7Q2LKD", scene.guid("their device"))
    scene.changed(hand, scene.t(minutes=2), "Add device", target, TrustType="Azure AD registered")
    scene.changed(hand, scene.t(minutes=2, seconds=3), "Add registered owner to device", target)
    ticket = replace(CHROME_PC, device=scene.guid("their device"))
    later = Hand(
        scene.upn, Place("23.227.203.18", 8100, "US", "New York"), ticket, scene.guid("session", "prt"), "attacker"
    )
    for hour in (1, 20, 45):
        scene.token_used(later, scene.t(hours=hour), OUTLOOK, token="primaryRefreshToken")
        rummage(scene, later, scene.t(hours=hour, minutes=5), 9)
    scene.files(later, scene.t(hours=21), [f"assay-{n}.pdf" for n in range(30)], "FileDownloaded", 3)
    scene.stands("devices", {
        "@odata.type": "#microsoft.graph.device", "id": scene.guid("device object"),
        "deviceId": scene.guid("their device"), "displayName": "DESKTOP-7Q2LKD", "operatingSystem": "Windows",
        "operatingSystemVersion": "10.0.19045", "trustType": "Workplace", "isManaged": False, "isCompliant": False,
        "accountEnabled": True, "registrationDateTime": f"{scene.t(minutes=2):%Y-%m-%dT%H:%M:%SZ}",
    })  # fmt: skip
    return scene


def payslip(shape: Shape) -> Scene:
    """After the pay: a private line in the next town, a method of their own, the personnel portal, its mail deleted."""
    scene = of(TOM, shape, start=start(15, 18, 10))
    hand = thief(scene, Place("67.171.20.114", 7922, "US", "Portland"), LINUX)
    scene.sign_in(hand, scene.t(minutes=-1), error=50140)
    scene.sign_in(hand, scene.t())
    scene.changed(
        hand,
        scene.t(minutes=3),
        "User registered security info",
        user(scene),
        StrongAuthenticationMethod="PhoneAppNotification",
    )
    scene.sign_in(
        hand, scene.t(minutes=6), app=(scene.guid("portal"), "Workday"), resource=(scene.guid("portal"), "Workday")
    )
    scene.searched(hand, scene.t(minutes=11), "direct deposit")
    rummage(scene, hand, scene.t(minutes=12), 5)
    scene.cmdlet(
        hand, scene.t(minutes=14), "New-InboxRule", f"{scene.upn}\\wd", Name="wd",
        FromAddressContainsWords="myworkday.example", DeleteMessage="True",
    )  # fmt: skip
    return scene


def quick_help(shape: Shape) -> Scene:
    """A stranger in Teams calls himself help desk; the user approves; files leave through a bought tunnel."""
    scene = of(KENJI, shape, start=start(14, 2, 15))
    stranger = Hand("helpdesk@it-support-desk.onmicrosoft.example", Place("", 0), CHROME_PC, "", "either")
    act(
        scene, stranger, scene.t(minutes=-35), "ChatCreated", "MicrosoftTeams", 25, CommunicationType="OneOnOne",
        ChatThreadId="19:x@unq.gbl.spaces",
        Members=[{"DisplayName": "Help Desk", "UPN": stranger.upn}, {"DisplayName": "K. Sato", "UPN": scene.upn}],
    )  # fmt: skip
    hand = thief(scene, MULLVAD, FIREFOX_PC)
    for number in range(3):
        scene.sign_in(hand, scene.t(minutes=number - 4), error=500121)
    scene.sign_in(hand, scene.t())
    rummage(scene, hand, scene.t(minutes=4), 6, KENJI.folder)
    scene.files(hand, scene.t(minutes=15), [f"見積{n}.xlsx" for n in range(70)], "FileDownloaded", 4)
    return scene


def carried(shape: Shape) -> Scene:
    """From a telephone on the user's own carrier, in the user's own town: another system, and a look-alike partner."""
    scene = of(JAN, shape, start=start(14, 17, 50))
    hand = thief(
        scene,
        Place("37.47.201.90", 39603, "PL", "Katowice"),
        Client(
            "Android 14",
            "Chrome Mobile 139.0",
            "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile "
            "Safari/537.36",
        ),
    )
    scene.sign_in(hand, scene.t())
    rummage(scene, hand, scene.t(minutes=4), 12, JAN.folder)
    scene.cmdlet(
        hand, scene.t(minutes=16), "New-InboxRule", f"{scene.upn}\\;", Name=";",
        From=JAN.partner, MoveToFolder="Archiwum", MarkAsRead="True", StopProcessingRules="True",
    )  # fmt: skip
    for number in range(3):
        scene.send(hand, scene.t(minutes=25 + 8 * number), ["ksiegowosc@huta-p1us.example"], "Zmiana numeru rachunku")
    return scene
