"""One object of the inventory, told the same way whatever kind it is of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from o365nb.analysis.reconcile import Origin
from o365nb.case import Ledger
from o365nb.model import Label, Persistence


def item(
    kind: str,
    row: Mapping[str, Any],
    description: str,
    origin: Origin,
    cited: Mapping[str, list[str]],
    *,
    removed: bool = False,
) -> Persistence:
    """An object with its verdict and the findings (by evidence key in `cited`) that it belongs to.

    `removed`: it is gone, and only the log remembers it.
    """
    keys = (row["key"], *origin.events)
    ids = sorted({finding for key in keys for finding in cited.get(key, ())})
    label = origin.label if origin.label in (Label.ATTACKER, Label.USER) else Label.UNKNOWN
    because = origin.because
    if origin.label in (Label.RESPONDER, Label.SYSTEM):
        because += "; neither the attacker nor the user made it"
    return Persistence(
        kind,
        row["key"],
        (row["owner"] or "").lower(),
        description,
        label,
        because[:1].upper() + because[1:] + ".",
        origin.created,
        tuple(row["seen_by"] or ()),
        tuple(ids),
        label is Label.ATTACKER and not removed,
    )


def was_read(source: str, owner: str, ledger: Ledger) -> bool:
    """Whether the whole state of a source was read of this owner: what it does not show does not stand."""
    entries = [entry for entry in ledger.entries() if entry.source == source and entry.subject in (owner, "")]
    return bool(entries) and all(entry.outcome.seen for entry in entries)
