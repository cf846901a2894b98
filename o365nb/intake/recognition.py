"""Which shape a file has: by its content, never by its name."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from o365nb import intake
from o365nb.errors import BadEvidence
from o365nb.intake import csv_text, json_text
from o365nb.intake.base import Shape
from o365nb.intake.mapped import MappedShape, columns_of
from o365nb.intake.text import decode

HEAD = 256 * 1024
SURE = 0.6
#: A file that has less than this (of 0.5) in common with every shape is near to none.
GUESS = 0.2
_MEND = (
    "Give it as the portal or the tool wrote it; or say what its columns mean: `o365nb columns FILE` (docs/exports.md)"
)


@cache
def shapes() -> list[Shape]:
    """Every shape there is, found by looking through this package; ordered by name."""
    found: dict[str, Shape] = {}
    for module in pkgutil.iter_modules(intake.__path__, f"{intake.__name__}."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(kind, Shape) and not inspect.isabstract(kind) and kind.__dict__.get("name"):
                found[kind.name] = kind()
    return [found[name] for name in sorted(found)]


def shape_named(name: str) -> Shape | None:
    """The shape of that name, or None when this version does not know it."""
    return next((shape for shape in shapes() if shape.name == name), None)


def recognise(path: Path | str, data: bytes, maps: Sequence[MappedShape] = (), name: str = "") -> tuple[Shape, str]:
    """The shape of a file and its text. Raises BadEvidence with the nearest guess and the reason.

    An analyst's column map goes before everything else; `name` is the file's name inside the evidence.
    """
    text = decode(path, data)
    if not text.strip():
        raise BadEvidence(path, "the file is empty", "Export it again; if there was nothing to export, leave it out")
    head = text[:HEAD]
    for mapped in maps:
        if mapped.map.fits(name, columns_of(head)):
            mapped.checked(str(path), head)
            return mapped, text
    scores = [(shape.recognise(head), shape) for shape in shapes()]
    score, best = max(scores, key=lambda pair: pair[0])
    if score >= SURE:
        return best, text
    raise BadEvidence(path, _why(head, score, best), _MEND)


def _why(head: str, score: float, best: Shape) -> str:
    if score < GUESS:
        what = "JSON" if head.lstrip()[:1] in ("{", "[") else "CSV" if len(csv_text.header(head)) > 3 else "text"
        named = sorted(next(iter(json_text.sample(head)), {})) if what == "JSON" else csv_text.header(head)
        has = f" (it has {', '.join(name[:40] for name in named[:6])})" if named and what != "text" else ""
        return f"no known export: {what} with nothing in it that any known export has{has}"
    lacking = best.lacks(head)
    missing = f", but lacks {', '.join(lacking[:6])}" if lacking else ""
    return f"no known export: nearest to {best.title}{missing}"
