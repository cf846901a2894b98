"""Endpoint groups and cmdlets are found by looking: a new module is all that a new group needs."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import TypeVar

from o365nb.practice import web

Kind = TypeVar("Kind")


def kinds(prefix: str, base: type[Kind]) -> list[type[Kind]]:
    """Every subclass of `base` that a module of this package whose name begins with `prefix` defines."""
    return [
        kind
        for module in pkgutil.iter_modules(web.__path__)
        if module.name.startswith(prefix)
        for kind in vars(importlib.import_module(f"{web.__name__}.{module.name}")).values()
        if inspect.isclass(kind) and issubclass(kind, base)
        if kind.__module__ == f"{web.__name__}.{module.name}"
    ]
