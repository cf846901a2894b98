"""Wrong passwords from the addresses that tried the account's: whether the others' accounts were tried too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import orjson

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall
from o365nb.collectors.sign_ins import fetch_sign_ins
from o365nb.model import Outcome, Window
from o365nb.tenant import Tenant, literal

#: Every address costs some requests of a small quota; a spray from more of them shows in the first ones too.
ADDRESSES = 12
_WRONG = "status/errorCode eq 50126"


class PasswordGuesses(Collector):
    """First the account's own failures, then everybody's from the same addresses, the busiest first.

    A spray tries each account now and then: only beside the others' failures is it one.
    """

    source = "password_guesses"
    title = "wrong passwords from the same addresses"
    needs = (Right("AuditLog.Read.All", "Microsoft Entra ID P1"),)
    retention = timedelta(days=30)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        tried: Counter[str] = Counter()
        own = f"userId eq {literal(person.id)} and {_WRONG}"
        for raw in fetch_sign_ins(tenant, person, window, "interactiveUser", own):
            tried.update(str(record.get("ipAddress") or "") for record in orjson.loads(raw.body).get("value", ()))
            yield raw
        busiest = sorted(filter(None, tried), key=lambda address: (-tried[address], address))
        for number, address in enumerate(busiest[:ADDRESSES], 1):
            condition = f"ipAddress eq {literal(address)} and {_WRONG}"
            for raw in fetch_sign_ins(tenant, person, window, "interactiveUser", condition):
                yield replace(raw, name=f"address-{number:02d}-{raw.name}")
        if len(busiest) > ADDRESSES:
            yield Shortfall(
                Outcome.CAPPED,
                f"{len(busiest)} addresses tried the password; the {ADDRESSES} busiest were followed up.",
            )
