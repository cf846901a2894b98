"""The stories, one module each, found by looking."""

from __future__ import annotations

import importlib
import pkgutil

from o365nb.practice.story import Story


def discover() -> list[type[Story]]:
    """Every story class in the modules of this package."""
    found = []
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        found += [
            item
            for item in vars(loaded).values()
            if isinstance(item, type) and issubclass(item, Story) and item is not Story
        ]
    return found
