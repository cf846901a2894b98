"""Exchange's administration in the unified audit log: what an administrator changes for the whole organisation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from o365nb.practice.ids import Json
from o365nb.practice.logs import mailbox


def changed(
    access: mailbox.Access, record_id: str, at: datetime, operation: str, target: str, parameters: Mapping[str, str]
) -> Json:
    """A cmdlet that the Exchange admin center ran for a signed-in administrator (record type 1)."""
    return {
        **mailbox.cmdlet(access, record_id, at, operation, target, parameters),
        "AppPoolName": "MSExchangeAdminApiNetCore",
        "ClientAppId": access.client.id,
    }
