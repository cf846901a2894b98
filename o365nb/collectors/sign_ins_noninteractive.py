"""Non-interactive sign-ins: tokens renewed and used on the account's behalf. A stolen session lives here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall
from o365nb.collectors.sign_ins import fetch_sign_ins
from o365nb.model import Window
from o365nb.tenant import Tenant


class NonInteractiveSignIns(Collector):
    """Many more than interactive ones; one row can stand for several events."""

    source = "sign_in_noninteractive"
    title = "non-interactive sign-ins"
    needs = (Right("AuditLog.Read.All", "Microsoft Entra ID P1"),)
    retention = timedelta(days=30)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        yield from fetch_sign_ins(tenant, person, window, "nonInteractiveUser")
