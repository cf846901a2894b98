"""A first column map for a file of a shape that is not known: its columns, and what each most likely is.

A guess goes by the column's name (Microsoft's, other products', and German ones) and by what its cells look like.
Every guess is for a person to check; columns without one are listed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from o365nb.errors import BadEvidence
from o365nb.events.times import date_order, iso_time
from o365nb.intake import csv_text, json_text
from o365nb.intake.columns_fields import Target, fields, kinds
from o365nb.intake.forms import filled, folded
from o365nb.intake.recognition import HEAD
from o365nb.intake.text import decode

#: Other words for a field, folded (no blanks, signs, capitals); Microsoft's own come from the field's place.
_WORDS = {
    "time": "time date datetime timestamp timeutc dateutc when zeit zeitpunkt datum datumuhrzeit zeitstempel createdat"
    " eventtime creationdate logtime uhrzeit received empfangen",
    "user": "user username account upn userid login benutzer benutzername konto anmeldename actor who userids identity",
    "ip": "ip ipaddress clientip sourceip src srcip ipadresse clientipaddress remoteip callerip addr quellip",
    "result_code": "resultcode errorcode resulttype status result ergebnis statuscode fehlercode outcome",
    "result_reason": "failurereason reason fehlergrund grund message meldung",
    "app_name": "app application appname anwendung programm service client",
    "user_agent": "useragent agent browserstring uastring",
    "country": "country land countrycode geocountry",
    "city": "city stadt ort",
    "device_name": "device computer hostname gerat gerät geraet",
    "os": "os operatingsystem betriebssystem platform",
    "browser": "browser",
    "session_id": "sessionid session sitzung",
    "operation": "operation operations action event activity aktion vorgang aktivitat ereignis eventname",
    "activity": "activity operation operationname aktivitat action event vorgang",
    "audit_data": "auditdata",
    "workload": "workload service product dienst",
    "target": "target object objectid ziel objekt file",
    "result": "result resultstatus status ergebnis outcome",
    "sender": "sender from mailfrom absender von fromaddress senderaddress",
    "recipients": "recipient recipients to rcpt empfanger empfänger an toaddress recipientaddress",
    "subject": "subject betreff titel title",
    "status": "status deliverystatus state zustellstatus",
    "message_id": "messageid internetmessageid nachrichtenid",
    "size": "size bytes grosse größe groesse",
    "owner": "owner mailbox user username upn postfach besitzer userprincipalname mailboxowner",
    "name": "name rulename displayname regel regelname",
    "enabled": "enabled active aktiv status accountenabled",
    "forward_to": "forwardto forward weiterleitung weiterleitenan",
    "redirect_to": "redirectto umleitung umleitenan",
    "move_to_folder": "movetofolder folder ordner",
    "trustee": "trustee user delegate grantee berechtigter",
    "rights": "accessrights rights permission permissions rechte",
    "scopes": "scope scopes permission permissions",
    "client_id": "clientid clientobjectid",
    "method": "method methodtype methode authmethod",
    "phone": "phone phonenumber telefon",
    "id": "id recordid requestid eventid guid",
}
_ADDRESS = re.compile(r"^\s*\[?(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:]+)\]?(?::\d+)?\s*$")
_SAMPLE = 200
_CLOSE = 0.82


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    cells: tuple[str, ...]

    def mostly(self, looks: str) -> bool:
        """Whether most of its cells look like a time, an address of a person, or one of a machine."""
        test = {"time": _is_time, "user": lambda cell: "@" in cell, "ip": lambda cell: bool(_ADDRESS.match(cell))}[
            looks
        ]
        return bool(self.cells) and sum(map(test, self.cells)) > len(self.cells) * 0.7


def draft(path: Path, data: bytes, kind: str = "") -> str:
    """A column map for the file, to be edited; of the likeliest kind where none is given.

    Raises BadEvidence for what has no columns.
    """
    columns = _columns(path, decode(path, data))
    if not columns:
        raise BadEvidence(path, "it has no columns", "A column map is for CSV, and for JSON with one object per record")
    guesses = {one: _guesses(one, columns) for one in ([kind] if kind else kinds())}
    likely = max(guesses, key=lambda one: _likelihood(one, guesses[one]))
    return "\n".join(_written(path.name, likely, guesses[likely], columns)) + "\n"


def _columns(path: Path, text: str) -> list[_Column]:
    rows: list[dict[str, Any]] = [dict(row) for row in json_text.sample(text[:HEAD], _SAMPLE)]
    if not rows:
        names = csv_text.header(text[:HEAD])
        rows = [dict.fromkeys(names, "")] if len(names) > 1 else []
        cut = text[:HEAD].rpartition("\n")[0] + "\n" if len(text) > HEAD else text
        rows += [dict(row.cells) for row, _ in zip(_readable(str(path), cut), range(_SAMPLE), strict=False)]
    flat = [dict(_flat(row)) for row in rows]
    names = tuple(dict.fromkeys(name for row in flat for name in row))
    return [_Column(name, tuple(str(row[name]) for row in flat if filled(row.get(name)))) for name in names if name]


def _readable(path: str, text: str) -> Iterator[csv_text.CsvRow]:
    try:
        yield from csv_text.rows(path, text)
    except BadEvidence:  # the sample ends inside a cell
        return


def _flat(row: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, dict) and value and path.count(".") < 3:
            yield from _flat(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def _guesses(kind: str, columns: list[_Column]) -> dict[str, _Column]:
    """For each field the column that fits best; a column is given away once."""
    scored = sorted(
        ((_fit(target, column), -place, target.name, column) for target in fields(kind).values()
         for place, column in enumerate(columns)),
        key=lambda entry: entry[:3], reverse=True,
    )  # fmt: skip
    found: dict[str, _Column] = {}
    given: set[str] = set()
    for score, _, name, column in scored:
        if score >= _CLOSE and name not in found and column.name not in given:
            found[name] = column
            given.add(column.name)
    return found


def _fit(target: Target, column: _Column) -> float:
    last = folded(str(column.name).rpartition(".")[2])
    whole = folded(column.name)
    own = {folded(str(target.place[-1])), folded("".join(map(str, target.place))), folded(target.name)}
    words = {folded(word) for word in _WORDS.get(target.name, "").split()}
    score = 1.0 if whole in own else 0.95 if last in own else 0.93 if {whole, last} & words else 0.0
    if not score:
        score = 0.9 * max(SequenceMatcher(None, whole, word).ratio() for word in own | words)
    looks = target.name if target.name in ("ip", "user") else "time" if target.kind == "time" else ""
    if looks and column.cells:
        score = min(1.0, score + 0.15) if column.mostly(looks) else score * 0.6
    return score


def _likelihood(kind: str, found: dict[str, _Column]) -> float:
    """How much of what the kind needs is there, then how much in all."""
    known = fields(kind)
    needed = [target.name for target in known.values() if target.named]
    have = sum(name in found for name in needed)
    return have / len(needed) * 10 + len(found) / len(known) + len(found) / 100


def _written(name: str, kind: str, found: dict[str, _Column], columns: list[_Column]) -> Iterator[str]:
    known = fields(kind)
    yield "# A first column map. Check every line: what stands here is guessed from names and looks."
    yield f"# Kinds of record: {', '.join(kinds())}"
    yield "maps:"
    yield f"  - name: {re.sub(r'[^A-Za-z0-9]+', '-', Path(name).stem).strip('-')[:40] or 'my-export'}"
    yield f"    kind: {kind}"
    needed = [found[target.name].name for target in known.values() if target.named and target.name in found]
    headers = needed or [column.name for column in columns[:3]]
    yield f"    headers: [{', '.join(_quoted(header.partition('.')[0]) for header in dict.fromkeys(headers))}]"
    if any(known[one].kind == "time" and _zoneless(column) for one, column in found.items()):
        yield "    zone: UTC   # its times say no zone: whose clock is it? Europe/Berlin, America/New_York, ..."
    yield "    fields:"
    for target in known.values():
        if target.name in found:
            yield f"      {target.name}: {_source(target, found[target.name])}"
        elif target.named:
            yield f"      # {target.name}: ...   # needed, and nothing looks like it"
    rest = [one.name for one in columns if one.name not in {column.name for column in found.values()}]
    if rest:
        yield f"    # kept beside the rest: {', '.join(_quoted(one) for one in rest)}"
    free = [target.name for target in known.values() if target.name not in found and not target.named]
    if free:
        yield f"    # also possible: {', '.join(free)}"


def _source(target: Target, column: _Column) -> str:
    name = _quoted(column.name)
    if target.kind == "list":
        return f'{{column: {name}, list: ";"}}'
    if target.kind == "time" and not all(map(_is_time, column.cells)):
        return f'{{column: {name}, format: "%d.%m.%Y %H:%M:%S"}}   # such as {_example(column)}'
    if target.kind == "time" and date_order(column.cells).doubt:
        return f'{{column: {name}, format: "%d/%m/%Y %H:%M:%S"}}   # or %m/%d: {_example(column)} can be both'
    words = sorted(set(column.cells))
    if target.name in ("result_code", "interactive") and len(words) < 8 and not all(map(str.isdecimal, words)):
        listed = ", ".join(f"{_quoted(word)}: {_said(target.name, word)}" for word in words)
        return f"{{column: {name}, values: {{{listed}}}}}   # 0 is success"
    return name


def _said(name: str, word: str) -> str:
    good = folded(word) in ("success", "succeeded", "ok", "true", "erfolg", "erfolgreich", "yes", "ja", "passed", "0")
    return str(good).lower() if name == "interactive" else "0" if good else word if word.isdecimal() else "1"


def _is_time(cell: str) -> bool:
    return iso_time(cell) is not None


def _zoneless(column: _Column) -> bool:
    return not any(re.search(r"(Z|[+-]\d\d:?\d\d|UTC|GMT)\s*$", cell, re.IGNORECASE) for cell in column.cells)


def _example(column: _Column) -> str:
    return _quoted(column.cells[0][:40]) if column.cells else "nothing"


def _quoted(text: str) -> str:
    """Text as YAML reads it back, on one line, whatever it holds."""
    bare = re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]*", text) and not _is_word(text)
    return text if bare else json.dumps(text, ensure_ascii=False)


def _is_word(text: str) -> bool:
    return text.lower() in ("true", "false", "yes", "no", "on", "off", "null", "y", "n")
