"""The last look: is an address, a domain or an IP address of the case still in a file that is to be handed out?

Every file is read as it is, with HTML and JSON escapes undone, percent signs undone, indicators refanged, and what
looks like base64 decoded. Texts (names, subjects) are not searched for here: an attacker who calls a rule "Incident
report" would otherwise keep the report from being written.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from o365nb.case.stix import refang
from o365nb.errors import O365nbError
from o365nb.report.redaction.phrases import lowered
from o365nb.report.redaction.scrub import ADDRESS, Level, Redactor

_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")
_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]*:[0-9a-f:]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{20,}={0,2}")
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")


class Leaked(O365nbError):
    """Redaction missed something; nothing was handed out. Says in which file, not what."""


def require_clean(folder: Path, redactor: Redactor, library: str = "") -> None:
    """Raise Leaked when a file of the folder still holds an original. `library` is code of others, not searched."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            text = _read(path).replace(library, "") if library else _read(path)
            found = originals_in(text, redactor)
            if found:
                raise Leaked(
                    f"{path.name}: {len(found)} originals would have been left in it, so nothing was written. This is a"
                    " fault of the kit: please report it, and say which kind of evidence the case has."
                )


def _read(path: Path) -> str:
    """What a file says; of a workbook, what its parts say."""
    if path.suffix != ".xlsx":
        return path.read_text("utf-8")
    with zipfile.ZipFile(path) as book:
        return "\n".join(book.read(name).decode("utf-8") for name in book.namelist())


def originals_in(text: str, redactor: Redactor) -> set[str]:
    """The addresses, domains and IP addresses of the case that a text still holds, in any form."""
    people, domains, ips = redactor.identifiers
    found: set[str] = set()
    for form in _forms(text):
        low = lowered(form)
        if "@" in low:
            found |= {one for one in map(_plain, ADDRESS.findall(low)) if one in people}
        if redactor.level is Level.PUBLIC:
            found |= {one for one in _HOST.findall(low) if one in domains or one.partition(".")[2] in domains}
            found |= {one for one in _IP.findall(low) if one in ips}
    return found


def _plain(address: str) -> str:
    return address.strip("'")


def _forms(text: str) -> Iterator[str]:
    plain = _UNICODE.sub(lambda found: chr(int(found[1], 16)), html.unescape(text))
    yield plain
    if "[.]" in plain:
        yield refang(plain)
    if "%" in plain:
        yield unquote(plain)
    decoded = (_decoded(found) for found in _BASE64.findall(plain))
    yield "\n".join(one for one in decoded if one)


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
