"""The country that an address was given out to, from the registries' own published files, where `iptocc` is installed.

That package (MIT or Apache-2.0) carries the delegation files of AFRINIC, APNIC, ARIN, LACNIC and RIPE NCC, IPv4 and
IPv6. It tells where the holder is registered, which is where the address is used for about 95 of 100: the last resort.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from typing import Any

from o365nb.events.addresses import Known
from o365nb.events.mmdb import Place

_PACKAGE = "iptocc"


@dataclass(frozen=True, slots=True)
class Registry:
    """Answers with the country of registration and nothing else."""

    title: str
    country_code: Callable[[str], str | None]

    def find(self, address: Known) -> Place:
        told = self.country_code(str(address.asked))
        return Place(country=told if told and re.fullmatch("[A-Z]{2}", told) else None)


@cache
def registry() -> Registry | None:
    """The registries' data as it is installed; None where the package is not."""
    try:
        package: Any = importlib.import_module(_PACKAGE)
        about = metadata.distribution(_PACKAGE)
    except (ImportError, metadata.PackageNotFoundError):
        return None
    date = _built(about)
    return Registry(f"registration of the address ({_PACKAGE} {about.version}{date})", package.country_code)


def _built(about: metadata.Distribution) -> str:
    """The day on which the package was made, and with it the data inside; its bill of materials says it."""
    for item in about.files or ():
        if item.name.endswith(".cyclonedx.json"):
            made = json.loads(item.read_text("utf-8")).get("metadata", {}).get("timestamp", "")
            return f", {made[:10]}" if made else ""
    return ""
