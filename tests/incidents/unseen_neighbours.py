"""People of the unseen look-alikes: other countries, lines, languages and hours than those that are known."""

from __future__ import annotations

from dataclasses import replace

from incidents.hands import Hand, Place
from incidents.people import ANDROID, CHROME_PC, EDGE, FIREFOX_PC, IPHONE, LINUX, SAFARI, Client, Person, managed
from incidents.scene import Scene

Line = tuple[str, int]


def _one(
    upn: str,
    where: tuple[str, str],
    lines: tuple[Line, Line, Line],
    clients: tuple[Client, Client, Client],
    others: tuple[str, str],
    folder: str,
    hour: int,
) -> Person:
    """`where`: country, town. `lines`: office, home, telephone. `others`: the partner, the colleague's name."""
    office, home, mobile = (Place(ip, asn, *where) for ip, asn in lines)
    colleague = f"{others[1]}@{upn.partition('@')[2]}"
    return Person(upn, office, home, mobile, *clients, others[0], colleague, folder, hour)


def _clients(number: int, laptop: Client, private: Client, phone: Client) -> tuple[Client, Client, Client]:
    return managed(laptop, f"9b2e0000-0000-4000-8000-{number:012x}"), private, phone


EDGE_11 = replace(EDGE, os="Windows11")

INGRID = _one(
    "ingrid.haugen@fjordverft.example", ("NO", "Bergen"),
    (("193.214.12.40", 2119), ("84.211.60.19", 41164), ("77.18.52.7", 2119)),
    _clients(0xA1, EDGE, SAFARI, IPHONE), ("innkjop@skrueservice.example", "lars.moen"), "\\Innboks", 6,
)  # fmt: skip
NEREA = _one(
    "nerea.ibarra@talleres-ebro.example", ("ES", "Zaragoza"),
    (("80.33.201.6", 3352), ("90.170.44.12", 12479), ("31.221.8.9", 12430)),
    _clients(0xA2, EDGE_11, CHROME_PC, ANDROID), ("ventas@fundicion-duero.example", "pau.soler"),
    "\\Bandeja de entrada", 7,
)  # fmt: skip
PAVEL = _one(
    "p.dvorak@sklarna-morava.example", ("CZ", "Brno"),
    (("194.228.31.7", 5610), ("89.177.12.60", 6830), ("46.135.9.4", 13036)),
    _clients(0xA3, EDGE, FIREFOX_PC, ANDROID), ("obchod@pisek-plus.example", "jana.kral"), "\\Doručená pošta", 6,
)  # fmt: skip
ZSOFIA = _one(
    "kiss.zsofia@tisza-evezos.example", ("HU", "Szeged"),
    (("81.183.40.22", 5483), ("94.21.160.8", 20845), ("84.224.10.3", 8448)),
    _clients(0xA4, CHROME_PC, FIREFOX_PC, ANDROID), ("iroda@hajomester.example", "nagy.peter"),
    "\\Beérkezett üzenetek", 8,
)  # fmt: skip
GILES = _one(
    "giles.thorne@airedale-timber.example", ("GB", "Leeds"),
    (("81.130.44.9", 2856), ("82.31.7.60", 5089), ("31.94.20.5", 12576)),
    _clients(0xA5, EDGE, SAFARI, IPHONE), ("orders@norsk-tommer.example", "ruth.amos"), "\\Inbox", 8,
)  # fmt: skip
THANDI = _one(
    "thandi.nkosi@umgeni-foods.example", ("ZA", "Durban"),
    (("41.164.30.8", 36937), ("102.65.14.7", 37611), ("105.184.3.9", 29975)),
    _clients(0xA6, EDGE_11, CHROME_PC, IPHONE), ("legal@karoo-mills.example", "pieter.botha"), "\\Inbox", 6,
)  # fmt: skip
JOOST = _one(
    "joost.claes@leie-weverij.example", ("BE", "Gent"),
    (("81.246.18.4", 5432), ("84.194.77.3", 6848), ("94.109.5.8", 47377)),
    _clients(0xA7, EDGE, FIREFOX_PC, ANDROID), ("inkoop@garen-noord.example", "ilse.maes"), "\\Postvak IN", 7,
)  # fmt: skip
ODILE = _one(
    "odile.gagnon@erabliere-laval.example", ("CA", "Québec"),
    (("207.96.140.6", 577), ("24.201.33.9", 5769), ("142.169.78.4", 852)),
    _clients(0xA8, EDGE_11, SAFARI, IPHONE), ("achats@sirop-beauce.example", "marc.roy"), "\\Boîte de réception", 13,
)  # fmt: skip
AINO = _one(
    "aino.korhonen@tammer-kuljetus.example", ("FI", "Tampere"),
    (("62.142.9.12", 719), ("87.92.40.7", 16086), ("176.93.20.4", 1759)),
    _clients(0xA9, EDGE, LINUX, ANDROID), ("tilaukset@satama-oy.example", "ville.laine"), "\\Saapuneet", 5,
)  # fmt: skip
DIMITRA = _one(
    "d.papadaki@aegean-lines.example", ("GR", "Thessaloniki"),
    (("195.167.44.8", 6799), ("46.246.180.3", 3329), ("94.66.20.9", 6799)),
    _clients(0xAA, EDGE, CHROME_PC, IPHONE), ("sales@limenas.example", "n.vlachos"), "\\Εισερχόμενα", 6,
)  # fmt: skip
RAUL = _one(
    "raul.mena@azulejos-poblanos.example", ("MX", "Puebla"),
    (("201.144.12.9", 8151), ("187.190.60.4", 17072), ("189.203.2.8", 28403)),
    _clients(0xAB, EDGE_11, CHROME_PC, ANDROID), ("pedidos@barro-fino.example", "lucia.paz"),
    "\\Bandeja de entrada", 15,
)  # fmt: skip
IOANA = _one(
    "ioana.radu@moara-veche.example", ("RO", "Iași"),
    (("86.120.14.8", 8708), ("82.76.33.5", 8708), ("109.166.130.4", 8953)),
    _clients(0xAC, EDGE, FIREFOX_PC, ANDROID), ("vanzari@cereale-est.example", "mihai.pop"), "\\Inbox", 6,
)  # fmt: skip
DUARTE = _one(
    "duarte.pinho@cortica-douro.example", ("PT", "Porto"),
    (("194.65.20.9", 3243), ("85.240.12.6", 2860), ("148.63.4.8", 12353)),
    _clients(0xAD, CHROME_PC, SAFARI, IPHONE), ("compras@rolhas.example", "ines.faria"), "\\Caixa de Entrada", 8,
)  # fmt: skip
DESK_UPN = "rezeption@hotel-untersberg.example"
HOTEL = Place("91.112.40.18", 8447, "AT", "Salzburg")


def clerk(scene: Scene, person: Person, name: str) -> Hand:
    """An administrator of the house, at the office, with a managed computer of their own."""
    return Hand(
        f"{name}@{scene.domain}", person.office, managed(EDGE, scene.guid(name, "computer")), scene.guid(name, "ses")
    )


def mornings(scene: Scene, hand: Hand, first: int = -20, last: int = 2) -> None:
    """Somebody else's ordinary sign-ins, so that they are known to the house."""
    for day in range(first, last + 1):
        at = scene.t(days=day).replace(hour=7, minute=(day * 17) % 50)
        if at.weekday() < 5:
            scene.sign_in(hand, at)
