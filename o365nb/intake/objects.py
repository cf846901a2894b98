"""One object of Microsoft's, whatever wrote it down: which shape knows it.

Graph's PowerShell modules write Graph's names with a capital (`UserPrincipalName`) and keep what they have no name for
in AdditionalProperties; Exchange's cmdlets have capitals of their own.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from o365nb.intake.forms import JsonShape, filled
from o365nb.intake.kept import KeptJson

_CAPITALS = re.compile(r"^[A-Z]+(?=[A-Z][a-z]|$|[0-9_])|^[A-Z]")
#: By its content it is the same as the rights to a mailbox.
_LIVE_ONLY = "exchange-rights-elsewhere-json"


def graph_form(value: Any) -> Any:
    """An object of Graph's PowerShell modules as Graph itself would write it; what says nothing is left out."""
    if isinstance(value, list):
        return [graph_form(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    more = value.get("AdditionalProperties")
    told = {**(more if isinstance(more, dict) else {}), **value}
    return {
        _CAPITALS.sub(lambda match: match[0].lower(), name): graph_form(entry)
        for name, entry in told.items()
        if name != "AdditionalProperties" and filled(entry)
    }


def graph_shape(data: dict[str, Any]) -> JsonShape | None:
    """The shape of Graph's that knows an object in Graph's own form; the one that asks for most, of several."""
    return _best("graph-", data)


def exchange_shape(data: dict[str, Any]) -> JsonShape | None:
    """The shape of an Exchange cmdlet's, or of Search-UnifiedAuditLog's, that knows an object."""
    return _best("exchange-", data) or _best("extractor-suite-ual-json", data)


def _best(prefix: str, data: dict[str, Any]) -> JsonShape | None:
    fitting = [shape for shape in _known() if shape.name.startswith(prefix) and shape.fits(data)]
    return max(fitting, key=lambda shape: (shape.sure, len(shape.must)), default=None)


@cache
def _known() -> list[JsonShape]:
    from o365nb.intake.recognition import shapes

    return [
        shape
        for shape in shapes()
        if isinstance(shape, JsonShape) and not isinstance(shape, KeptJson) and shape.name != _LIVE_ONLY
    ]
