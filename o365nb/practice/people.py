"""The sixty people of the practice tenant: names, jobs, homes and devices, the same in every story."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from uuid import UUID

from o365nb.practice.places import Place, home

DOMAIN = "contoso.example"
INITIAL_DOMAIN = "contoso.onmicrosoft.example"
PARTNER = "fabrikam.example"
LOOKALIKE = "docs-fabrikarn.example"
TENANT_ID = "11111111-2222-4333-8444-555555555555"

_DEPARTMENTS: dict[str, tuple[str, str, str]] = {
    # department: head's title, title of the others, first names (the head first)
    "Management": ("Chief Executive Officer", "Executive Assistant", "Martha Stefan Viola"),
    "Finance": ("Head of Finance", "Accountant", "Frank Anna Gina Lukas Petra Ruben Silke"),
    "Sales": ("Head of Sales", "Account Manager", "Ivan Jana Kai Theo Ulla Wanda Xaver Yara Zoe"),
    "IT": ("Head of IT", "Systems Administrator", "Carol Nadia Oskar"),
    "Human Resources": ("Head of Human Resources", "HR Officer", "Erin Mona Pia Rolf"),
    "Engineering": (
        "Head of Engineering",
        "Engineer",
        "Dave Bob Hana Ada Ben Clara Dirk Elif Fabian Greta Heiko Ines Jonas Karla Leo",
    ),
    "Operations": ("Head of Operations", "Planner", "Quirin Agnes Bruno Cora Dora Emil Felix Gabi Hugo Ilse"),
    "Purchasing": ("Head of Purchasing", "Buyer", "Noah Olga Paul Rita Sven"),
    "Marketing": ("Head of Marketing", "Marketing Specialist", "Tanja Udo Vera Willi"),
}
_LAST_NAMES = [
    "Albrecht",
    "Berger",
    "Conrad",
    "Dietz",
    "Ebert",
    "Fischer",
    "Graf",
    "Hartmann",
    "Imhof",
    "Jansen",
    "Keller",
    "Lorenz",
    "Maurer",
    "Neumann",
    "Oswald",
    "Pohl",
    "Quast",
    "Richter",
    "Sommer",
    "Thiel",
    "Ulrich",
    "Vogel",
    "Winter",
    "Xander",
    "Yilmaz",
    "Zimmer",
    "Arndt",
    "Brandt",
    "Cremer",
    "Dorn",
]
_EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
)
_SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.0 Safari/605.1.15"
)
_PHONES = (
    ("Ios 26.1", "iPhone", "Apple", "Outlook-iOS/723.4210.prod"),
    ("Android 16", "SM-S938B", "samsung", "Outlook-Android/2.0"),
)


@dataclass(frozen=True, slots=True)
class Device:
    """A laptop or phone. `managed` ones are joined and compliant; `user_agent` is the browser's (or the app's)."""

    id: str
    name: str
    os: str
    browser: str
    user_agent: str
    trust_type: str
    manufacturer: str
    model: str
    managed: bool


@dataclass(frozen=True, slots=True)
class Stay:
    """A time away from home and office: where laptop and phone are from `start` to `end` (UTC)."""

    start: datetime
    end: datetime
    laptop: tuple[Place, ...]
    phone: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the tenant."""

    number: int
    id: str
    upn: str
    first: str
    last: str
    department: str
    title: str
    manager: str  # UPN, "" for the head of the house
    home: Place
    laptop: Device
    phone: Device
    stays: tuple[Stay, ...] = field(default=())

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


def named_id(key: str) -> str:
    """A GUID that is always the same for the same key."""
    return str(UUID(bytes=hashlib.sha256(f"practice:{key}".encode()).digest()[:16], version=4))


@cache
def everybody() -> tuple[Person, ...]:
    """All people, heads of department first in their department."""
    rows = [
        (first, department, head if not place else other, heads.split()[0])
        for department, (head, other, heads) in _DEPARTMENTS.items()
        for place, first in enumerate(heads.split())
    ]
    return tuple(_person(number, *row) for number, row in enumerate(rows))


def _person(number: int, first: str, department: str, title: str, head: str) -> Person:
    upn = f"{first.lower()}@{DOMAIN}"
    boss = "Martha" if first == head else head
    return Person(
        number=number,
        id=named_id(f"user:{upn}"),
        upn=upn,
        first=first,
        last=_LAST_NAMES[number * 7 % len(_LAST_NAMES)],
        department=department,
        title=title,
        manager="" if boss == first else f"{boss.lower()}@{DOMAIN}",
        home=home(number),
        laptop=_laptop(upn, number, mac=department == "Marketing"),
        phone=_phone(upn, number, first),
    )


def _laptop(upn: str, number: int, *, mac: bool) -> Device:
    key = named_id(f"laptop:{upn}")
    name = f"CON-{'MAC' if mac else 'NB'}-{number:03}"
    if mac:
        kind = ("MacOs", "Safari 26.0", _SAFARI, "Azure AD registered", "Apple", "MacBook Pro")
    else:
        kind = ("Windows10", "Edge 142.0.0", _EDGE, "Azure AD joined", "LENOVO", "21N2")
    return Device(key, name, *kind, managed=True)


def _phone(upn: str, number: int, first: str) -> Device:
    os, model, maker, agent = _PHONES[number % 3 % 2]
    owner = f"{first}'s {model}" if model == "iPhone" else model
    key = named_id(f"phone:{upn}")
    browser = "Mobile Safari" if maker == "Apple" else "Chrome Mobile"
    return Device(key, owner, os, browser, agent, "Azure AD registered", maker, model, managed=False)
