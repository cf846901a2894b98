"""The analyst's corrections: `corrections.csv` in the case says whose a thing is. What is judged follows from it.

`networks.csv` says what a network is (hosting, VPN, corporate); this file says whose hand was at work.
"""

from __future__ import annotations

import csv
import io
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from o365nb.analysis.base import short
from o365nb.errors import BadEvidence, BadInput
from o365nb.safe import csv_cell, csv_text

FILE = "corrections.csv"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_ACT, _THING = ("user", "attacker", "responder"), ("user", "ours", "attacker")
#: What may be corrected, and whose it may be called.
WHATS: dict[str, tuple[str, ...]] = {
    "event": _ACT,
    "session": _ACT,
    "rule": _THING,
    "object": _THING,
    "device": (*_THING, "responder"),
    "app": (*_THING, "responder"),
    "address": (*_THING, "responder"),
}
#: A range wider than this is no office and no VPN, but a part of the world.
_WIDEST = {4: 12, 6: 24}
_NAMES = {
    "event": "the event {0}", "session": "the session {0}", "rule": 'the rule "{0}"', "object": "the object {0}",
    "device": "the device {0}", "app": "the application {0}", "address": "the address {0}",
}  # fmt: skip
_WHOSE = {
    "user": "the user's",
    "ours": "the organisation's",
    "attacker": "the attacker's",
    "responder": "a responder's",
}
_MEND = "Write what,value,whose,by,on,account,note as the first line, and one correction in each line below."


@dataclass(frozen=True, slots=True)
class Correction:
    """One line: `what` with this `value` is `whose`, said `by` somebody. `line` is its place in the file."""

    what: str
    value: str
    whose: str
    by: str
    on: str = ""
    account: str = ""
    note: str = ""
    line: int = 0

    @property
    def network(self) -> Network | None:
        """The range that is meant; None for what is no address."""
        return ipaddress.ip_network(self.value, strict=False) if self.what == "address" else None

    @property
    def claim(self) -> str:
        """What is said, in words."""
        where = f" of {self.account}" if self.account else ""
        return f"{_NAMES[self.what].format(short(self.value, 60))}{where} is {_WHOSE[self.whose]}"

    @property
    def place(self) -> str:
        """The line, so that a person finds it."""
        return f"{FILE}, line {self.line}"

    def said(self) -> str:
        """The correction as a reason: who said it, what, and where that is written."""
        when = f" on {self.on}" if self.on else ""
        note = f', "{short(self.note, 100)}"' if self.note else ""
        return f"{short(self.by, 60)} said{when} ({self.place}) that {self.claim}{note}"


COLUMNS = tuple(field.name for field in fields(Correction) if field.name != "line")


def load(path: Path) -> tuple[Correction, ...]:
    """The corrections of a file, none where there is no file. Raises BadEvidence naming the line that is wrong."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return ()
    except (UnicodeDecodeError, OSError) as error:
        raise BadEvidence(path, f"it cannot be read ({error})", "Save it as CSV in UTF-8.") from None
    return parse(text, path)


def parse(text: str, path: Path) -> tuple[Correction, ...]:
    """The corrections of a file's text. Lines that are empty or begin with # say nothing.

    Raises BadEvidence for a line that cannot be read, and for two lines that contradict each other.
    """
    header: list[str] = []
    delimiter = ","
    found: dict[tuple[str, str, str], Correction] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if not header:
            delimiter = ";" if ";" in line else ","  # European spreadsheets write semicolons
            header = _header(_cells(line.rstrip("\r"), delimiter, path, number), path, number)
            continue
        cells = _cells(line.rstrip("\r"), delimiter, path, number)
        if len(cells) > len(header):
            raise BadEvidence(path, "more cells than the first line names", "Put text with commas in quotes.", number)
        try:
            made = checked(dict(zip(header, cells, strict=False)), number)
        except BadInput as error:
            problem, _, mend = str(error).partition(". ")
            raise BadEvidence(path, problem, mend, number) from None
        held = found.setdefault((made.what, made.value, made.account), made)
        if held.whose != made.whose:
            raise BadEvidence(path, f"it contradicts line {held.line}", "Keep one of the two.", number)
    return tuple(found.values())


def checked(row: Mapping[str, str], line: int = 0) -> Correction:
    """A correction of a row's texts. Raises BadInput for what it cannot say; the sentence says how to mend it."""
    given = {name: " ".join(csv_text(row.get(name) or "").split()) for name in COLUMNS}
    what, whose = given["what"].lower(), given["whose"].lower()
    if what not in WHATS:
        raise BadInput(f"{given['what']!r} cannot be corrected. Write one of {', '.join(WHATS)}.")
    if whose not in WHATS[what]:
        raise BadInput(f"{given['whose']!r} does not say whose the {what} is. Write one of {', '.join(WHATS[what])}.")
    if not given["by"]:
        raise BadInput("nobody is named who says so. Fill the column `by`.")
    try:
        date.fromisoformat(given["on"] or "2026-01-01")
    except ValueError:
        raise BadInput(f"{given['on']!r} is no date. Write it as 2026-11-20.") from None
    account = given["account"].lower()
    if account and not re.fullmatch(r"[^@\s]+@[^@\s]+", account):
        raise BadInput(f"{given['account']!r} is no account. Write user@domain, or leave it empty.")
    if account and what in ("event", "object"):
        raise BadInput(f"the id of an {what} is one of its kind. Leave the column `account` empty.")
    return Correction(what, _value(what, given["value"]), whose, given["by"], given["on"], account, given["note"], line)


def _value(what: str, text: str) -> str:
    if not text:
        raise BadInput(f"the {what} is not named. Fill the column `value`.")
    if what == "address":
        return str(_network(text))
    if what == "app" and not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text.lower()):
        raise BadInput(f"{text!r} is no application id. Write the id: names are easily forged.")
    # A rule's name and an object's key stand as they are written; ids do not tell upper from lower case.
    return text if what in ("rule", "object") else text.lower()


def _network(text: str) -> Network:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise BadInput(f"{text!r} is no address. Write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48.") from None
    if network.prefixlen < _WIDEST[network.version]:
        raise BadInput(f"{text!r} is too wide to be anybody's. Name the network itself.")
    return network


def _cells(line: str, delimiter: str, path: Path, number: int) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error as error:
        mend = "Close every quote on the line where it opens."
        raise BadEvidence(path, f"it is not CSV ({error})", mend, number) from None


def _header(cells: list[str], path: Path, number: int) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if not {"what", "value", "whose", "by"} <= set(names) <= set(COLUMNS) or len(set(names)) < len(names):
        raise BadEvidence(path, "the first line is not understood", _MEND, number)
    return names


def with_added(text: str, made: Correction) -> str:
    """The text of a file with one more line. A file of another layout than ours is written anew."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    if text.partition("\n")[0].rstrip("\r") == ",".join(COLUMNS):
        out.write(text if text.endswith("\n") else f"{text}\n")
        kept: tuple[Correction, ...] = ()
    else:
        writer.writerow(COLUMNS)
        kept = parse(text, Path(FILE))
    writer.writerows([csv_cell(str(getattr(one, name))) for name in COLUMNS] for one in (*kept, made))
    return out.getvalue()
