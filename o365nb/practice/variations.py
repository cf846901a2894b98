"""Variations of a story: the same incident at another hour, with other tools, or with less of it written down.

`STORY.VARIATION` names one wherever a story is named: `aitm.other-hours`. The truth stays the truth: what is left
out of a log is missing from the evidence, not from what happened.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from o365nb.errors import BadInput
from o365nb.practice import places
from o365nb.practice.ids import Json
from o365nb.practice.places import Town
from o365nb.practice.world import World

Rewrite = Callable[[str], str]
LOGS = ("sign_ins", "audits", "directory", "traces")
#: The share of events that "gaps" leaves out, in tenths.
_LOST = 3
_GRAPH = ("/v1.0", "/beta")


@dataclass(frozen=True, slots=True)
class Variation:
    """What differs from the story as it is told. `refused` are beginnings of paths, or names of cmdlets."""

    name: str
    title: str
    seed: str = ""
    later: int = 0  # hours by which everybody else works later; the story keeps its times
    networks: bool = False
    clients: bool = False
    gaps: bool = False
    log: str = ""  # the log that is withheld
    refused: tuple[str, ...] = ()


AS_TOLD = Variation("", "")
_ALL = (
    Variation("seed-2", "another month of ordinary work, other ids, other chances", seed="2"),
    Variation("other-hours", "everybody works ten hours later: what happens by day happens by night", later=10),
    Variation("other-networks", "other addresses, towns and real operators of the same kind", networks=True),
    Variation("other-clients", "the intruder has other versions, browsers and libraries", clients=True),
    Variation("gaps", "three events in ten were never written down", gaps=True),
    Variation(
        "no-sign-ins", "the sign-in log may not be read", log="sign_ins",
        refused=tuple(f"{version}/auditLogs/signIns" for version in _GRAPH),
    ),
    Variation(
        "no-audit-log", "the unified audit log may not be read", log="audits",
        refused=(
            *(f"{version}/security/auditLog" for version in _GRAPH), "/api/v1.0/", "Search-UnifiedAuditLog",
            "Search-MailboxAuditLog",
        ),
    ),
    Variation(
        "no-directory-audits", "the directory's audit log may not be read", log="directory",
        refused=tuple(f"{version}/auditLogs/directoryAudits" for version in _GRAPH),
    ),
    Variation(
        "no-message-trace", "the message trace may not be read", log="traces",
        refused=(*(f"{version}/admin/exchange/tracing" for version in _GRAPH), "Get-MessageTraceV2"),
    ),
)  # fmt: skip


def variations() -> dict[str, Variation]:
    """Every variation by name. `seed-N` exists for every number N."""
    return {one.name: one for one in _ALL}


def split(name: str) -> tuple[str, Variation]:
    """A story's name and its variation. Raises BadInput for a variation that there is not."""
    story, dot, wanted = name.strip().lower().partition(".")
    known = variations()
    if not dot:
        return story, AS_TOLD
    if re.fullmatch(r"seed-\d{1,9}", wanted):
        return story, replace(known["seed-2"], name=wanted, seed=wanted.removeprefix("seed-"))
    if wanted not in known:
        raise BadInput(f"There is no variation {wanted!r} of a story. Choose one of: {', '.join(known)}.")
    return story, known[wanted]


def vary(world: World, state: Json, variation: Variation) -> Json:
    """Change what was written down of a story; its state as it then stands is given back."""
    if variation.gaps:
        for log in LOGS:
            kept = [entry for entry in getattr(world, log) if not _lost(world.seed, log, entry.record["id"])]
            setattr(world, log, kept)
    if variation.log:
        setattr(world, variation.log, [])
    if variation.networks:
        _rewrite(world, _elsewhere, LOGS, lambda _: True)
        state = _reworded(state, _elsewhere)
    if variation.clients:
        _rewrite(world, _equipped, LOGS[:3], lambda key: world.truth[key]["label"] == "attacker")
    return state


def _lost(seed: str, log: str, key: str) -> bool:
    return hashlib.sha256(f"{seed}|{log}|{key}".encode()).digest()[0] % 10 < _LOST


def _rewrite(world: World, rewrite: Rewrite, logs: tuple[str, ...], concerned: Callable[[str], bool]) -> None:
    """The texts of the records that are concerned, changed. Ids stay: the truth knows events by them."""
    for log in logs:
        changed = [
            replace(entry, record=_reworded(entry.record, rewrite)) if concerned(entry.record["id"]) else entry
            for entry in getattr(world, log)
        ]
        setattr(world, log, changed)


def _reworded(record: Json, rewrite: Rewrite) -> Json:
    told = json.dumps(record)
    new = rewrite(told)
    return record if new == told else dict(json.loads(new))


# -- other networks -------------------------------------------------------------------------------------------------

#: A real operator of the same kind for each invented one that people and intruders come from.
_OPERATORS = {
    64520: 3320, 64521: 3209, 64522: 6805, 64523: 8422, 64524: 8708,
    64530: 25135, 64531: 12912,
    64600: 14061, 64601: 16276, 64602: 24940, 64603: 63949, 64604: 60781, 64605: 20473, 64606: 32097,
    64610: 12353, 64611: 9009, 64612: 8422,
}  # fmt: skip
_TOWNS = {
    places.AMSTERDAM: Town("Warszawa", "Mazowieckie", "PL", 52.2297, 21.0122),
    places.BUCHAREST: Town("Sofia", "Sofia-grad", "BG", 42.6977, 23.3219),
    places.DALLAS: Town("Atlanta", "Georgia", "US", 33.749, -84.388),
    places.OSTRAVA: Town("Kosice", "Kosicky kraj", "SK", 48.7164, 21.2611),
    places.TALLINN: Town("Riga", "Riga", "LV", 56.9496, 24.1052),
    places.CHICAGO: Town("Seattle", "Washington", "US", 47.6062, -122.3321),
    places.LISBON: Town("Madrid", "Madrid", "ES", 40.4168, -3.7038),
    places.LONDON: Town("Dublin", "Dublin", "IE", 53.3498, -6.2603),
}
_ADDRESS = re.compile(r"\b(203\.0\.113|198\.51\.100|192\.0\.2|100\.\d{1,3}\.\d{1,3})\.(\d{1,3})\b")
_NUMBER = re.compile(r'(?<="autonomousSystemNumber": )\d+')


def _place(town: Town) -> str:
    """A town as records write it down."""
    spot = {"altitude": None, "latitude": town.latitude, "longitude": town.longitude}
    named = {"city": town.city, "state": town.state, "countryOrRegion": town.country, "geoCoordinates": spot}
    return json.dumps(named)[1:-1]


_WHERE = {_place(old): _place(new) for old, new in _TOWNS.items()}
_WHERE_RE = re.compile("|".join(map(re.escape, _WHERE)))


def _elsewhere(text: str) -> str:
    text = _ADDRESS.sub(lambda found: f"{found[1]}.{_other(int(found[2]))}", text)
    text = _NUMBER.sub(lambda found: str(_OPERATORS.get(int(found[0]), found[0])), text)
    return _WHERE_RE.sub(lambda found: _WHERE[found[0]], text)


def _other(octet: int) -> int:
    """Another last octet for each one: no two become the same."""
    return (octet - 1) * 37 % 254 + 1 if 1 <= octet <= 254 else octet


# -- other clients --------------------------------------------------------------------------------------------------

_LIBRARY = re.compile(r"axios/[\d.]+")
_BROWSERS = re.compile(r"\b(Chrome|Edge|Edg|Firefox)([/ ])(\d{2,3})(?=\.)")
_MAC = ("Macintosh; Intel Mac OS X 10.15", "X11; Linux x86_64")


def _equipped(text: str) -> str:
    """A tool of the same kind for each: another library, an older browser, another desktop."""
    text = _LIBRARY.sub("python-requests/2.32.3", text)
    text = _BROWSERS.sub(lambda found: f"{found[1]}{found[2]}{int(found[3]) - 7}", text)
    return text.replace(*_MAC).replace("MacOs", "Linux") if _MAC[0] in text else text
