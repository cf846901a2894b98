"""People of several tenants and what their ordinary days look like: other houses, lines, languages and hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from incidents.hands import OUTLOOK, PHONE_MAIL, Client, Hand, Place
from incidents.scene import Scene

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome"
EDGE = Client("Windows10", "Edge 141.0.0", f"{WINDOWS}/141.0.0.0 Safari/537.36 Edg/141.0.0.0")
CHROME_PC = Client("Windows10", "Chrome 141.0.0", f"{WINDOWS}/141.0.0.0 Safari/537.36")
FIREFOX_PC = Client(
    "Windows10", "Firefox 143.0", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
)
SAFARI = Client(
    "MacOs",
    "Safari 18.6",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
    "Safari/605.1.15",
)
LINUX = Client("Linux", "Firefox 128.0", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
IPHONE = Client("Ios 18.6", "Mobile Safari 18.6", "Outlook-iOS/5.2530.0 (iPhone; iOS 18.6)")
ANDROID = Client("Android 15", "Chrome Mobile 141.0", "Outlook-Android/4.2530.2 (SM-S921B; Android 15)")
DESKTOP = "Client=MSExchangeRPC"
REST = "Client=REST;Client=RESTSystem;;"


def managed(client: Client, device: str) -> Client:
    return replace(client, device=device, managed=True)


@dataclass(frozen=True)
class Person:
    """An account's owner: where they are, what they use, with whom they write."""

    upn: str
    office: Place
    home: Place
    mobile: Place
    laptop: Client
    private: Client
    phone: Client
    partner: str
    colleague: str
    folder: str = "\\Inbox"
    hour: int = 7  # UTC, when the day begins

    def hand(self, scene: Scene, name: str, place: Place, client: Client) -> Hand:
        return Hand(self.upn, place, client, scene.guid("session", name))

    def desk(self, scene: Scene) -> Hand:
        return self.hand(scene, "desk", self.office, self.laptop)

    def evening(self, scene: Scene) -> Hand:
        return self.hand(scene, "private", self.home, self.private)


def moved(place: Place, day: int) -> Place:
    """The line's address of that day: providers change the end of it, IPv6 lines their whole interface part."""
    if ":" in place.ip:
        prefix = ":".join(place.ip.split(":")[:4])
        return replace(place, ip=f"{prefix}:{(day * 7919) % 60000 + 4000:x}:{(day * 104729) % 60000 + 4000:x}:1:2b")
    first, second, third, _ = place.ip.split(".")
    return replace(place, ip=f"{first}.{second}.{(int(third) + day * 37) % 250 + 1}.{(day * 53) % 250 + 2}")


@dataclass
class Days:
    """Which days somebody lives, and how. Days count from the incident; weekends are free."""

    first: int = -24
    last: int = 3
    moving_home: bool = False
    at_home: Sequence[int] = ()  # weekdays on which the laptop is at home
    private_every: int = 3
    phone: bool = True
    laptop_from: int = -999  # the laptop is used from that day on
    mails: int = 3


def live(scene: Scene, person: Person, days: Days | None = None) -> None:
    """The ordinary days of a person: laptop with Outlook and Teams, phone, and a private computer in the evening."""
    days = days or Days()
    for day in range(days.first, days.last + 1):
        morning = scene.start.replace(hour=person.hour, minute=3) + timedelta(days=day, minutes=(day * 13) % 41)
        if morning.weekday() >= 5:
            continue
        house = moved(person.home, day) if days.moving_home else person.home
        at_home = morning.weekday() in days.at_home
        if day >= days.laptop_from:
            work(scene, replace(person.desk(scene), place=house if at_home else person.office), person, morning, days)
        if days.phone:
            carry(scene, person, morning, house, day)
        if days.private_every and day % days.private_every == 0:
            evening = replace(person.evening(scene), place=house)
            at = morning + timedelta(hours=11, minutes=day % 9)
            scene.sign_in(evening, at)
            scene.read(evening, at + timedelta(minutes=2), [f"<p{day}@{person.partner.split('@')[1]}>"])


def work(scene: Scene, hand: Hand, person: Person, morning: datetime, days: Days) -> None:
    """A day at the laptop."""
    house = person.partner.split("@")[1]
    key = f"{morning:%m%d}"
    scene.sign_in(hand, morning)
    scene.token_used(hand, morning + timedelta(minutes=61), OUTLOOK)
    for number in range(days.mails):
        mail = f"<{key}m{number}@{house}>"
        at = morning + timedelta(minutes=12 + 31 * number)
        sender = person.partner if number == 0 else f"info{number}@letters.example"
        scene.delivered(sender, person.upn, at - timedelta(minutes=6), f"Letter {key} {number}", mail=mail)
        scene.read(hand, at, [mail], folder=person.folder, app=OUTLOOK, info=DESKTOP)
    sent = {"app": OUTLOOK, "info": DESKTOP}
    scene.send(hand, morning + timedelta(hours=2), [person.partner], f"Re: Letter {key} 0", **sent)
    scene.send(hand, morning + timedelta(hours=5), [person.colleague], "Termin", **sent)
    scene.files(hand, morning + timedelta(hours=3), [f"Liste {key}.xlsx", "Vorlage.docx"])
    scene.by_service(morning + timedelta(hours=6), "Set-Mailbox", person.upn, MailboxPlan="x")


def carry(scene: Scene, person: Person, morning: datetime, house: Place, day: int) -> None:
    """A day of the phone: on the road in the morning, at home in the evening."""
    phone = person.hand(scene, "phone", house, person.phone)
    road = phone.at(moved(person.mobile, day))
    how = {"app": PHONE_MAIL, "client_app": "Mobile Apps and Desktop clients"}
    scene.token_used(road, morning - timedelta(minutes=40), **how)
    scene.read(road, morning - timedelta(minutes=39), folder=person.folder, sync=True, app=PHONE_MAIL, info=REST)
    scene.token_used(phone, morning + timedelta(hours=12, minutes=20), **how)


HERTA = Person(
    "herta.lang@muehlbauer.example",
    Place("62.155.201.14", 3320, "DE", "Regensburg"),
    Place("84.148.20.31", 3320, "DE", "Regensburg"),
    Place("89.204.130.7", 6805, "DE", "Nuremberg"),
    managed(EDGE, "6f0d3b1e-0000-4000-8000-0000000000a1"),
    CHROME_PC,
    IPHONE,
    "einkauf@stahlwerk-ost.example",
    "georg.huber@muehlbauer.example",
    "\\Posteingang",
)
LUC = Person(
    "luc.moreau@ateliers-du-lac.example",
    Place("194.206.18.4", 3215, "FR", "Annecy"),
    Place("86.201.55.90", 3215, "FR", "Annecy"),
    Place("37.170.14.8", 51207, "FR", "Lyon"),
    managed(CHROME_PC, "6f0d3b1e-0000-4000-8000-0000000000b2"),
    SAFARI,
    ANDROID,
    "compta@rivages.example",
    "sophie.petit@ateliers-du-lac.example",
    "\\Boîte de réception",
    6,
)
SANNE = Person(
    "sanne@kwekerij-zuid.example",
    Place("80.101.44.12", 3265, "NL", "Breda"),
    Place("2a02:a453:9c1:1:1c2d:77aa:9b01:1", 1136, "NL", "Breda"),
    Place("188.207.70.4", 1136, "NL", "Rotterdam"),
    managed(EDGE, "6f0d3b1e-0000-4000-8000-0000000000c3"),
    FIREFOX_PC,
    ANDROID,
    "orders@bloem.example",
    "pieter@kwekerij-zuid.example",
    "\\Postvak IN",
    8,
)
WANDA = Person(
    "w.ortiz@stonebridge.example",
    Place("12.108.66.20", 7018, "US", "Columbus"),
    Place("24.95.120.77", 10796, "US", "Columbus"),
    Place("174.231.20.6", 22394, "US", "Columbus"),
    managed(EDGE, "6f0d3b1e-0000-4000-8000-0000000000d4"),
    CHROME_PC,
    IPHONE,
    "ap@millcreek.example",
    "dean.fox@stonebridge.example",
    "\\Inbox",
    13,
)
