"""More people: other languages, providers and hours of the day."""

from __future__ import annotations

from incidents.hands import Place
from incidents.people import ANDROID, CHROME_PC, EDGE, FIREFOX_PC, IPHONE, SAFARI, Person, managed

ASTRID = Person(
    "astrid.lind@norrvik-energi.example",
    Place("213.115.40.6", 3301, "SE", "Umeå"),
    Place("78.72.33.10", 3301, "SE", "Umeå"),
    Place("83.187.180.5", 1257, "SE", "Stockholm"),
    managed(EDGE, "7a1c0000-0000-4000-8000-0000000000e1"),
    SAFARI,
    IPHONE,
    "ekonomi@fjallbolaget.example",
    "olle.berg@norrvik-energi.example",
    "\\Inkorgen",
    6,
)
MATTEO = Person(
    "m.conti@conserviera-salento.example",
    Place("151.13.9.20", 1267, "IT", "Lecce"),
    Place("79.12.44.8", 3269, "IT", "Lecce"),
    Place("5.90.12.7", 30722, "IT", "Bari"),
    managed(CHROME_PC, "7a1c0000-0000-4000-8000-0000000000e2"),
    FIREFOX_PC,
    ANDROID,
    "amministrazione@latta-sud.example",
    "giulia.greco@conserviera-salento.example",
    "\\Posta in arrivo",
    7,
)
CAMILA = Person(
    "camila.rocha@grupo-ipe.example",
    Place("177.92.10.5", 14868, "BR", "Curitiba"),
    Place("189.40.66.3", 28573, "BR", "Curitiba"),
    Place("179.240.3.1", 26599, "BR", "Curitiba"),
    managed(EDGE, "7a1c0000-0000-4000-8000-0000000000e3"),
    CHROME_PC,
    ANDROID,
    "financeiro@madeireira-sol.example",
    "rafael.dias@grupo-ipe.example",
    "\\Caixa de Entrada",
    11,
)
JAN = Person(
    "jan.wilk@odlewnia-beskid.example",
    Place("83.14.20.7", 5617, "PL", "Bielsko-Biala"),
    Place("89.64.7.2", 6830, "PL", "Bielsko-Biala"),
    Place("37.47.120.3", 39603, "PL", "Katowice"),
    managed(EDGE, "7a1c0000-0000-4000-8000-0000000000e4"),
    CHROME_PC,
    IPHONE,
    "ksiegowosc@huta-plus.example",
    "ewa.lis@odlewnia-beskid.example",
    "\\Skrzynka odbiorcza",
    6,
)
PRIYA = Person(
    "priya.nair@sahyadri-labs.example",
    Place("122.160.40.9", 24560, "IN", "Pune"),
    Place("106.51.8.4", 24309, "IN", "Pune"),
    Place("157.44.2.9", 55836, "IN", "Pune"),
    managed(CHROME_PC, "7a1c0000-0000-4000-8000-0000000000e5"),
    FIREFOX_PC,
    ANDROID,
    "accounts@deccan-reagents.example",
    "arjun.rao@sahyadri-labs.example",
    hour=4,
)
TOM = Person(
    "t.brandt@cascade-title.example",
    Place("50.213.7.4", 7922, "US", "Tacoma"),
    Place("73.11.88.9", 7922, "US", "Tacoma"),
    Place("172.58.20.3", 21928, "US", "Seattle"),
    managed(EDGE, "7a1c0000-0000-4000-8000-0000000000e6"),
    SAFARI,
    IPHONE,
    "closing@evergreen-escrow.example",
    "nora.finn@cascade-title.example",
    hour=16,
)
KENJI = Person(
    "k.sato@minato-kako.example",
    Place("210.150.8.3", 4713, "JP", "Yokohama"),
    Place("126.40.7.2", 17676, "JP", "Yokohama"),
    Place("49.98.1.3", 9605, "JP", "Tokyo"),
    managed(EDGE, "7a1c0000-0000-4000-8000-0000000000e7"),
    CHROME_PC,
    IPHONE,
    "keiri@umibe-shoji.example",
    "y.mori@minato-kako.example",
    "\\受信トレイ",
    0,
)
