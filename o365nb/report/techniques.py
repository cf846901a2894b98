"""What the attacker did, ordered as an attack runs (ATT&CK), in words for readers who have never heard of it."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from o365nb.model import Context, Finding, plain
from o365nb.report.attack import TACTICS, TECHNIQUES, tactic_of
from o365nb.report.dossier import Dossier
from o365nb.report.markup import Column, Table, View, anchor, sheet
from o365nb.report.results import nothing_found
from o365nb.text import plural

_PLAIN = {
    "Reconnaissance": "Choosing a target",
    "Resource development": "Preparing",
    "Initial access": "Getting in",
    "Execution": "Running commands",
    "Credential access": "Taking proofs of identity",
    "Persistence": "Keeping a way back",
    "Defense evasion": "Hiding",
    "Discovery": "Looking around",
    "Lateral movement": "Going on to others",
    "Collection": "Reading and gathering",
    "Command and control": "Covering where they came from",
    "Exfiltration": "Taking data away",
    "Impact": "Doing damage",
}
_ORDER = (*TACTICS, "Other")
_COLUMNS = (
    Column("id", "No.", "code"),
    Column("what", "What was found", "titled"),
    Column("time", "First seen", "time"),
    Column("attack", "ATT&CK", "list"),
)


def techniques(of: Dossier) -> View:
    """The attacker's findings, a table for each purpose; what was looked at and is not theirs, folded, after them."""
    theirs = [one for one in of.found.findings if one.context in (Context.YES, Context.LIKELY)]
    others = [one for one in of.found.findings if one not in theirs]
    ordered = sorted(theirs, key=lambda one: (_ORDER.index(tactic_of(one.attack)), one.first or _never(of), one.id))
    tables = [
        Table(_title(tactic), _COLUMNS, [_row(one) for one in found], "")
        for tactic, found in groupby(ordered, key=lambda one: tactic_of(one.attack))
    ]
    if others:
        fold = f"{plural(len(others), 'more finding')}: not tied to the attacker"
        tables.append(Table("Not tied to the attacker", _COLUMNS, [_row(one) for one in others], "", fold))
    if not tables:
        tables = [Table("What was found", (), [], nothing_found(of))]
    lead = [f"{plural(len(theirs), 'finding')} tied to the attacker, in the order in which an attack runs."]
    return sheet(of.clock, [plain(one) for one in ordered], lead[0], *tables, lead=lead if theirs else [])


def _title(tactic: str) -> str:
    return f"{_PLAIN[tactic]} ({tactic.lower()})" if tactic in _PLAIN else "Other"


def _never(of: Dossier) -> Any:
    return of.case.info.window.end


def _row(one: Finding) -> dict[str, Any]:
    return {
        "id": one.id,
        "anchor": anchor(one.id),
        "what": {"title": one.title.rstrip("."), "text": one.summary, "codes": one.evidence},
        "time": one.first,
        "attack": [f"{name} {TECHNIQUES[name][0]}" if name in TECHNIQUES else name for name in one.attack],
    }
