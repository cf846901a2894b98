"""Attackers write our input. Every text of evidence passes here on its way to a terminal or a spreadsheet.

HTML is escaped where it is rendered (`html.escape`, Jinja autoescape).
"""

from __future__ import annotations

import re
import unicodedata

_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_EXECUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)", re.DOTALL)


def terminal(text: object) -> str:
    """Text for a terminal: no escape sequences; control characters, lone surrogates, direction changes as \\uXXXX."""
    clean = _ESCAPES.sub("", str(text))
    return "".join(_shown(char) for char in clean)


def _shown(char: str) -> str:
    if char in _BIDI or (unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t"):
        return f"\\u{ord(char):04x}"
    return char


def one_line(text: object) -> str:
    """Terminal-safe text on one line."""
    return terminal(" ".join(str(text).split()))


def csv_cell(text: str) -> str:
    """A CSV cell that no spreadsheet executes: a leading = + - @ tab or return gets an apostrophe (OWASP).

    A text that has the apostrophe already gets another, so that taking one away gives the text again.
    """
    return f"'{text}" if text.lstrip("'")[:1] in _EXECUTED else text


def csv_text(cell: str) -> str:
    """The text that a cell made by `csv_cell` stands for."""
    return cell[1:] if cell.startswith("'") and csv_cell(cell[1:]) == cell else cell
