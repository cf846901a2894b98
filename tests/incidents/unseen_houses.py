"""People of the unseen incidents: their towns, lines, languages and hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from incidents.hands import Hand, Place
from incidents.people import ANDROID, CHROME_PC, EDGE, FIREFOX_PC, IPHONE, SAFARI, Person, managed
from incidents.records import Json
from incidents.scene import Scene

INGRID = Person(
    "ingrid.aas@fjordbygg.example",
    Place("148.122.30.8", 2119, "NO", "Bergen"),
    Place("81.166.40.21", 29695, "NO", "Bergen"),
    Place("77.16.52.9", 2119, "NO", "Oslo"),
    managed(EDGE, "8b2d0000-0000-4000-8000-0000000000f1"),
    SAFARI,
    IPHONE,
    "regnskap@nordstein.example",
    "kari.moe@fjordbygg.example",
    "\\Innboks",
)
PABLO = Person(
    "pablo.ferrer@ceramicas-turia.example",
    Place("80.58.61.14", 3352, "ES", "Valencia"),
    Place("90.168.22.7", 12479, "ES", "Valencia"),
    Place("31.4.180.5", 12430, "ES", "Madrid"),
    managed(EDGE, "8b2d0000-0000-4000-8000-0000000000f2"),
    CHROME_PC,
    ANDROID,
    "compras@azulejos-norte.example",
    "marta.gil@ceramicas-turia.example",
    "\\Bandeja de entrada",
)
ZSOFIA = Person(
    "zsofia.kiss@tiszagep.example",
    Place("84.2.33.10", 5483, "HU", "Debrecen"),
    Place("86.101.20.44", 20845, "HU", "Debrecen"),
    Place("37.76.4.9", 21334, "HU", "Budapest"),
    managed(CHROME_PC, "8b2d0000-0000-4000-8000-0000000000f3"),
    FIREFOX_PC,
    ANDROID,
    "penzugy@alfold-acel.example",
    "bence.toth@tiszagep.example",
    "\\Beérkezett üzenetek",
    6,
)
MIA = Person(
    "mia.harding@corio-legal.example",
    Place("203.45.11.6", 1221, "AU", "Geelong"),
    Place("123.243.70.8", 7545, "AU", "Geelong"),
    Place("49.180.9.2", 4804, "AU", "Melbourne"),
    managed(EDGE, "8b2d0000-0000-4000-8000-0000000000f4"),
    SAFARI,
    IPHONE,
    "trust@bellarine-conveyancing.example",
    "noah.reid@corio-legal.example",
    hour=22,
)
ELENI = Person(
    "eleni.vlachou@patras-shipping.example",
    Place("79.129.14.3", 6799, "GR", "Patras"),
    Place("94.64.8.20", 6799, "GR", "Patras"),
    Place("46.103.7.4", 29247, "GR", "Athens"),
    CHROME_PC,
    FIREFOX_PC,
    ANDROID,
    "agency@ionian-bunkers.example",
    "nikos.pappas@patras-shipping.example",
    "\\Εισερχόμενα",
    6,
)
OMAR = Person(
    "omar.saleh@qasimi-contracting.example",
    Place("213.42.20.5", 8966, "AE", "Sharjah"),
    Place("94.200.14.9", 15802, "AE", "Sharjah"),
    Place("5.31.8.7", 15802, "AE", "Dubai"),
    managed(CHROME_PC, "8b2d0000-0000-4000-8000-0000000000f6"),
    SAFARI,
    IPHONE,
    "tenders@gulf-formwork.example",
    "huda.nasser@qasimi-contracting.example",
    hour=4,
)
TUULA = Person(
    "tuula.laine@oulun-puu.example",
    Place("62.78.100.4", 719, "FI", "Oulu"),
    Place("85.76.12.3", 16086, "FI", "Oulu"),
    Place("176.93.5.8", 1759, "FI", "Oulu"),
    managed(EDGE, "8b2d0000-0000-4000-8000-0000000000f7"),
    CHROME_PC,
    ANDROID,
    "laskut@kainuun-saha.example",
    "jari.niemi@oulun-puu.example",
    "\\Saapuneet",
    5,
)
BEN = Person(
    "ben.shaw@aire-packaging.example",
    Place("81.130.22.6", 2856, "GB", "Leeds"),
    Place("82.30.14.70", 5089, "GB", "Leeds"),
    Place("31.94.7.3", 12576, "GB", "Manchester"),
    managed(EDGE, "8b2d0000-0000-4000-8000-0000000000f8"),
    CHROME_PC,
    IPHONE,
    "payables@dales-dairy.example",
    "carol.hunt@aire-packaging.example",
    hour=8,
)
DESMOND = Person(
    "desmond.naidoo@umgeni-freight.example",
    Place("196.25.40.3", 37457, "ZA", "Durban"),
    Place("102.132.9.6", 37611, "ZA", "Durban"),
    Place("41.13.8.20", 36994, "ZA", "Durban"),
    managed(CHROME_PC, "8b2d0000-0000-4000-8000-0000000000f9"),
    FIREFOX_PC,
    ANDROID,
    "accounts@bluff-cold.example",
    "thandi.zulu@umgeni-freight.example",
    hour=6,
)
MARIE = Person(
    "marie.tremblay@groupe-chaudiere.example",
    Place("24.200.18.4", 5769, "CA", "Québec"),
    Place("70.51.90.3", 577, "CA", "Québec"),
    Place("207.219.8.6", 852, "CA", "Montréal"),
    managed(EDGE, "8b2d0000-0000-4000-8000-0000000000fa"),
    SAFARI,
    IPHONE,
    "direction@fonderie-beauce.example",
    "julie.roy@groupe-chaudiere.example",
    "\\Boîte de réception",
    13,
)
DERYA = Person(
    "derya.aksoy@egemen-tekstil.example",
    Place("88.250.14.9", 9121, "TR", "Izmir"),
    Place("176.41.7.5", 34984, "TR", "Izmir"),
    Place("178.241.9.3", 16135, "TR", "Izmir"),
    managed(EDGE, "8b2d0000-0000-4000-8000-0000000000fb"),
    CHROME_PC,
    ANDROID,
    "muhasebe@gediz-iplik.example",
    "cem.arslan@egemen-tekstil.example",
    "\\Gelen Kutusu",
    6,
)
LUCIA = Person(
    "lucia.paz@bodega-uco.example",
    Place("200.45.30.6", 7303, "AR", "Mendoza"),
    Place("181.97.14.8", 7303, "AR", "Mendoza"),
    Place("186.141.9.4", 11664, "AR", "Mendoza"),
    managed(CHROME_PC, "8b2d0000-0000-4000-8000-0000000000fc"),
    EDGE,
    IPHONE,
    "pagos@toneleria-sur.example",
    "diego.sosa@bodega-uco.example",
    "\\Bandeja de entrada",
    12,
)
KAMIL = Person(
    "kamil.novotny@slevarna-morava.example",
    Place("194.228.12.5", 5610, "CZ", "Brno"),
    Place("85.70.33.8", 5610, "CZ", "Brno"),
    Place("37.48.9.2", 13036, "CZ", "Brno"),
    managed(EDGE, "8b2d0000-0000-4000-8000-0000000000fd"),
    SAFARI,
    IPHONE,
    "nakup@strojirny-haj.example",
    "lenka.mala@slevarna-morava.example",
    "\\Doručená pošta",
    6,
)
METTE = Person(
    "mette.holm@limfjord-fisk.example",
    Place("80.62.117.4", 3292, "DK", "Aalborg"),
    Place("2.107.40.9", 3292, "DK", "Aalborg"),
    Place("85.184.160.7", 9158, "DK", "Aalborg"),
    managed(EDGE, "8b2d0000-0000-4000-8000-0000000000fe"),
    SAFARI,
    ANDROID,
    "bogholderi@skagen-is.example",
    "anders.bech@limfjord-fisk.example",
    "\\Indbakke",
    6,
)


def october(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime.fromisoformat(f"2026-10-{day:02}T{hour:02}:{minute:02}:00+00:00")


def letters(scene: Scene, person: Person, day: int, count: int = 3) -> list[str]:
    """The letters that reached the person on a day of the incident: those that `people.work` delivers."""
    at = scene.start.replace(hour=person.hour, minute=3) + timedelta(days=day, minutes=(day * 13) % 41)
    return [f"<{at:%m%d}m{number}@{person.partner.split('@')[1]}>" for number in range(count)]


def named(scene: Scene, hand: Hand) -> Json:
    """The session as SharePoint, Teams and Exchange write it."""
    return {"AppAccessContext": {"AADSessionId": hand.session}} if scene.shape.sessions and hand.session else {}


def reason(scene: Scene, text: str) -> None:
    """Why the directory says it made its last change."""
    scene.directory[-1]["resultReason"] = text


def methods(scene: Scene, *theirs: Json) -> None:
    """Ways to prove oneself as they stand: the owner's old telephone, and what came later."""
    own = {
        "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod",
        "id": scene.guid("own method"),
        "displayName": "own telephone",
        "createdDateTime": "2025-03-11T09:30:00Z",
    }
    scene.stands("methods", own, *theirs)


def authenticator(scene: Scene, at: datetime, name: str) -> Json:
    return {
        "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod",
        "id": scene.guid("method", name),
        "displayName": name,
        "createdDateTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
    }
