"""Who acts in an incident: places, programs, hands; and the shape in which the evidence of it arrives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

T0 = datetime(2026, 10, 14, 9, 12, tzinfo=UTC)
TENANT = "22222222-3333-4444-8555-666666666666"
OFFICE_HOME = ("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome")
OUTLOOK = ("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office")
PHONE_MAIL = ("27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile")
WEB_MAIL = ("9199bf20-a13f-4107-85dc-02114787ef48", "One Outlook Web")
AUTH_BROKER = ("29d9ed98-a469-4536-ade2-f981bc1d605e", "Microsoft Authentication Broker")
EXCHANGE = ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online")

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"


@dataclass(frozen=True)
class Place:
    ip: str
    asn: int
    country: str = "DE"
    city: str = "Berlin"


@dataclass(frozen=True)
class Client:
    os: str
    browser: str
    agent: str
    device: str = ""
    managed: bool = False


LAPTOP = Client(
    "Windows10", "Edge 140.0", f"{CHROME} Safari/537.36 Edg/140.0.0.0", "0d15ea5e-1111-4222-8333-444444444444", True
)
PRIVATE_PC = Client("Windows10", "Chrome 140.0.0", f"{CHROME} Safari/537.36")
PHONE = Client("Ios 18.1", "Mobile Safari", "Outlook-iOS/4.2540.0 (iPhone; iOS 18.1)")
MAC_FIREFOX = Client("MacOs", "Firefox 131.0", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:131.0) Firefox/131.0")
KIT = Client("", "", "axios/1.7.9")

OFFICE = Place("198.51.100.20", 8881)
HOME = Place("100.66.14.9", 3320)
HOME6 = Place("2001:db8:41:7::1a2b", 3320)


@dataclass(frozen=True)
class Hand:
    """Somebody's way in. `true` is whose it really is."""

    upn: str
    place: Place
    client: Client
    session: str = ""
    true: str = "user"

    def at(self, place: Place) -> Hand:
        return replace(self, place=place)


@dataclass
class Shape:
    """In which shape the evidence of an incident arrives, and how it is spoilt."""

    audit: str = "purview"  # a name of files.AUDIT_FILES
    sign_ins: bool = True  # sign-ins are among the files: Graph's, unless one of the next two
    sentinel_sign_ins: bool = False
    portal_sign_ins: bool = False
    sessions: bool = True  # records name sessions and tokens
    places: bool = True  # sign-ins name town and country
    directory: bool = True  # Graph's directory audits are among the files; the audit log has its own either way
    trace: bool = True
    trace_summary: bool = False  # the trace as the portal's summary instead of Graph's
    marked: bool = False  # what an intruder's token does with files carries the mark of a managed computer
    state: bool = True  # rules, methods, devices, grants as they stand
    ports: bool = False
    mixed_case: bool = False
    since: float = 0  # the evidence begins so many days before the incident; 0: with the scene
    missing: float = 0.0  # share of the records that were lost
    doubled: float = 0.0  # share of the audit records that are there twice
