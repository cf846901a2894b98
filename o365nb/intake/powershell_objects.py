"""Objects as PowerShell saves them: Graph's, through ConvertTo-Json, and any, through Export-Clixml.

Sources: Hawk (T0pCyber/hawk, Out-MultipleFileType) writes both; [MS-PSRP] section 2.2.5 tells the XML's elements.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree import ElementTree as ET

from o365nb.errors import BadEvidence
from o365nb.intake import json_text
from o365nb.intake.base import Damaged, Item, Note, Origin, Record, Shape
from o365nb.intake.exchange_state import with_doubt
from o365nb.intake.objects import exchange_shape, graph_form, graph_shape

_CLIXML = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?<Objs\s", re.DOTALL)
_DECLARES = re.compile(r"<!(?!--|\[CDATA\[)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LARGEST = 256 * 1024 * 1024
_DEEPEST = 60
_LISTS = ("LST", "IE", "STK", "QUE")
_NUMBERS = ("I16", "I32", "I64", "U16", "U32", "U64", "By", "SB")


class PowershellGraphJson(Shape):
    """Get-Mg...: objects of Graph with capitals, each of a form that Graph's own answers have too."""

    name = "powershell-graph-json"
    title = "Objects of Graph PowerShell (JSON)"

    def recognise(self, text: str) -> float:
        found = json_text.sample(text)
        capital = [data for data in found if any(name[:1].isupper() for name in data)]
        known = sum(graph_shape(graph_form(data)) is not None for data in capital)
        return 0.85 * known / len(found) if found else 0.0

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        yield from _records(json_text.items(text), origin)


class PowershellClixml(Shape):
    """Export-Clixml: what PowerShell can read back; nothing of it is lost. Read without any declaration (entities)."""

    name = "powershell-clixml"
    title = "Objects that Export-Clixml saved (XML)"

    def recognise(self, text: str) -> float:
        return 1.0 if _CLIXML.match(text) else 0.0

    def read(self, text: str, origin: Origin) -> Iterator[Item]:
        if _DECLARES.search(text):
            raise BadEvidence(origin.path, "the XML declares entities, which no Export-Clixml writes", "Leave it out")
        if len(text) > _LARGEST:
            raise BadEvidence(origin.path, "the XML is too large to be read whole", "Export it as JSON or CSV")
        try:
            # An XML declaration names the encoding of bytes; this is text already.
            root = ET.fromstring(text[text.index("<Objs") :])  # noqa: S314 - see above
        except ET.ParseError as error:
            mend = "Export or copy it again: it is cut or damaged"
            raise BadEvidence(origin.path, f"the XML cannot be read ({error})", mend) from None
        yield from _records(enumerate(_objects(root), 1), origin)


def _records(items: Iterable[tuple[int, Any] | Damaged], origin: Origin) -> Iterator[Item]:
    """The record of each object that a shape knows; what no shape knows is counted."""
    unknown: Counter[str] = Counter()
    rules = False
    for item in with_doubt(_told(items, unknown), origin):
        rules = rules or (isinstance(item, Record) and item.kind == "inbox_rule")
        if rules or not isinstance(item, Note):  # the doubt is about inbox rules only
            yield item
    for names, count in unknown.items():
        yield Note(f"{count} objects of a kind that takes no part in the judgement are kept as they are ({names}).")


def _told(items: Iterable[tuple[int, Any] | Damaged], unknown: Counter[str]) -> Iterator[Item]:
    for item in items:
        if isinstance(item, Damaged):
            yield item
            continue
        line, data = item
        if not isinstance(data, dict):
            yield Damaged(line, "not an object")
        elif shape := exchange_shape(data):
            yield from shape.records(line, data)
        else:
            form = graph_form(data)
            shape = graph_shape(form)
            if shape:
                yield from shape.records(line, form)
            else:
                unknown[", ".join(sorted(map(str, data))[:3])] += 1


def _objects(root: ET.Element) -> Iterator[Any]:
    seen: dict[str, Any] = {}
    for element in root:
        value = _value(element, seen, 0)
        yield from value if isinstance(value, list) else [value]


def _value(element: ET.Element, seen: dict[str, Any], depth: int) -> Any:
    """The value of one element; one nested too deep, or of a kind unknown, is its text."""
    kind, text = element.tag.rpartition("}")[2], _text(element.text or "")
    if kind == "Ref":
        return seen.get(str(element.get("RefId")))
    if kind == "Obj":
        return _object(element, seen, depth) if depth < _DEEPEST else text
    if kind == "Nil":
        return None
    if kind == "B":
        return text.lower() == "true"
    return int(text) if kind in _NUMBERS and re.fullmatch(r"-?\d{1,18}", text) else text


def _object(element: ET.Element, seen: dict[str, Any], depth: int) -> Any:
    data: dict[str, Any] = {}
    shown: Any = None
    for part in element:
        kind = part.tag.rpartition("}")[2]
        if kind in ("Props", "MS"):
            data |= {_text(str(entry.get("N"))): _value(entry, seen, depth + 1) for entry in part}
        elif kind in _LISTS:
            shown = [_value(entry, seen, depth + 1) for entry in part]
        elif kind == "DCT":
            pairs = [{str(child.get("N")): _value(child, seen, depth + 1) for child in entry} for entry in part]
            data |= {str(pair.get("Key")): pair.get("Value") for pair in pairs}
        elif kind == "ToString":
            shown = shown if isinstance(shown, list) else _text(part.text or "")
        elif kind not in ("TN", "TNRef") and shown is None:
            shown = _value(part, seen, depth + 1)
    value = shown if isinstance(shown, list) or not data else data
    seen[str(element.get("RefId"))] = value
    return value


def _text(written: str) -> str:
    """Signs that XML cannot hold are written _x000D_."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), written)
