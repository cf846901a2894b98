"""Detections: one module per topic, one decorated function per detection, found by discovery."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from o365nb.detections.base import REGISTRY, Detection, Hit
from o365nb.detections.run import prepare, run


def all() -> list[Detection]:  # noqa: A001 - `detections.all()` is the phrase that callers read
    """Every detection that ships, by slug."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return sorted(REGISTRY.values(), key=lambda one: one.slug)


def facts() -> dict[str, Detection]:
    """Slug → detection: what judgement and report need to know of each."""
    return {one.slug: one for one in all()}


__all__ = ["Detection", "Hit", "all", "facts", "prepare", "run"]
