"""How long the services take to answer: assumptions of latency.csv, for measurements that need a slow tenant."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files

from o365nb.practice.web.asked import Asked


def seconds(asked: Asked) -> float:
    """The usual time to the answer; 0 for the sign-in."""
    text = asked.cmdlet or asked.path
    return next((took for service, what, took in _table() if service == asked.service and what.fullmatch(text)), 0.0)


@cache
def _table() -> tuple[tuple[str, re.Pattern[str], float], ...]:
    text = files("o365nb.practice.web").joinpath("latency.csv").read_text("utf-8")
    return tuple(
        (row["service"], re.compile(row["what"]), float(row["seconds"])) for row in csv.DictReader(text.splitlines())
    )
