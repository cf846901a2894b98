"""Attackers write our input. Every text of evidence passes here on its way to a terminal or a spreadsheet.

HTML is escaped where it is rendered (`html.escape`, Jinja autoescape).
"""

from __future__ import annotations

import re
import unicodedata

#: Categories of Unicode whose characters nobody sees: control, format (zero width, direction, tags), unassigned, lines.
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
_EXECUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)", re.DOTALL)


def terminal(text: object) -> str:
    """Text for a terminal: no escape sequences, what nobody sees as `shown` writes it; line ends and tabs stay."""
    clean = _ESCAPES.sub("", str(text))
    return "".join(char if char in "\n\t" else shown(char) for char in clean)


def shown(char: str) -> str:
    r"""A character, or \uXXXX for one that is invisible, turns the direction of text or breaks a line."""
    if unicodedata.category(char) not in _HIDDEN:
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"


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
