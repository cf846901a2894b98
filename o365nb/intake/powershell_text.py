"""What PowerShell leaves of a value it does not write out: `@{Name=x; Value=y}`, or only the name of a type.

ConvertTo-Json does so below its -Depth (2 by default), Export-Csv with every value that is no scalar. The first can be
taken apart again; of the second nothing is left.
"""

from __future__ import annotations

import re
from typing import Any

from o365nb.intake.forms import only_a_type

_MEMBER = re.compile(r"(?:^|; )([A-Za-z_][\w.@-]*)=")


def restored(value: Any) -> Any:
    """`@{Name=x; Value=y}`, alone or in a list, as the object it was; everything else as it stands.

    A value that holds `; word=` itself is taken apart there too: which it was, the text does not say.
    """
    if isinstance(value, list):
        return [_object(entry) for entry in value]
    return _object(value)


def lost(value: Any) -> bool:
    """Whether nothing but the name of a type is left of the value, or of a part of it."""
    if isinstance(value, str):
        return only_a_type(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(isinstance(part, (str, dict)) and lost(part) for part in parts)


def _object(text: Any) -> Any:
    if not isinstance(text, str) or not text.startswith("@{") or not text.endswith("}"):
        return text
    inner = text[2:-1]
    found = list(_MEMBER.finditer(inner))
    if not found or found[0].start():
        return text
    ends = [*(match.start() for match in found[1:]), len(inner)]
    return {match[1]: inner[match.end() : end] for match, end in zip(found, ends, strict=True)}
