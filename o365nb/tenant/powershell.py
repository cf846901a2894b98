"""The PowerShell line that does what a call of ours does: to be read, checked, and run by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from o365nb.errors import BadInput
from o365nb.model import iso

CMDLET = re.compile(r"[A-Z][A-Za-z]+-[A-Z][A-Za-z0-9]+")
#: PowerShell takes typographic single quotes for the plain one.
_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")


def powershell(cmdlet: str, **parameters: Any) -> str:
    """The same call as a line for Exchange Online PowerShell, every value quoted so that it stays a value."""
    if not CMDLET.fullmatch(cmdlet):
        raise BadInput(f"{cmdlet!r} is not a cmdlet.")
    parts = [cmdlet]
    for name, value in parameters.items():
        if not re.fullmatch(r"[A-Za-z]\w*", name):
            raise BadInput(f"{name!r} is not a parameter of a cmdlet.")
        joint = ":" if isinstance(value, bool) else " "
        parts.append(f"-{name}{joint}{_quoted(value)}")
    return " ".join(parts)


def _quoted(value: Any) -> str:
    if value is None:
        return "$null"
    if isinstance(value, bool):
        return "$true" if value else "$false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, datetime):
        return f"'{iso(value)}'"
    if isinstance(value, Mapping):
        members = (f"{name}={_quoted(item)}" for name, item in value.items() if name in ("add", "remove"))
        return "@{" + "; ".join(members) + "}"
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return f"@({', '.join(_quoted(item) for item in value)})"
    return _text(str(value))


def _text(text: str) -> str:
    """A single-quoted string on one line: nothing in it is expanded; control characters are spelled out."""
    pieces = re.split(r"([\x00-\x1f\x7f\u0085\u2028\u2029])", text)
    plain = [
        f"[char]{ord(piece)}" if odd % 2 else f"'{quotes_doubled(piece)}'"
        for odd, piece in enumerate(pieces)
        if piece or not odd
    ]
    return plain[0] if len(plain) == 1 else f"({' + '.join(plain)})"


def quotes_doubled(text: str) -> str:
    """Text for the inside of a single-quoted string: every quote that PowerShell takes for one is doubled."""
    return _QUOTES.sub(lambda quote: quote[0] * 2, text)
