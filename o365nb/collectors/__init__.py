"""The live door: one module per source, found by discovery; `collect_one` stores what comes and keeps the ledger."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall
from o365nb.collectors.collect import collect_one, record_failure
from o365nb.collectors.people import find_person


def all_collectors() -> list[Collector]:
    """Every collector. State comes before logs: what an intruder can still change is read first."""
    found = [
        kind()
        for module in pkgutil.iter_modules(__path__)
        for kind in vars(importlib.import_module(f"{__name__}.{module.name}")).values()
        if inspect.isclass(kind) and issubclass(kind, Collector) and not inspect.isabstract(kind)
        if kind.__module__ == f"{__name__}.{module.name}"
    ]
    return sorted(found, key=lambda collector: (collector.retention is not None, collector.source))


__all__ = [
    "Collector",
    "Person",
    "Raw",
    "Right",
    "Shortfall",
    "all_collectors",
    "collect_one",
    "find_person",
    "record_failure",
]
