"""What events are given that their records do not say: place and operator of an address, program, name of an app.

    enrichment.create(connection, "normalised", by)        # distinct values are looked up, once
    SELECT n.* REPLACE ({enrichment.REPLACE}) FROM normalised AS n LEFT JOIN twins AS t ... {enrichment.JOINS}

`t` is the other record of the same event (its user agent and device fill gaps); the address's row is `p`.
"""

from __future__ import annotations

import duckdb

from o365nb.events import agents, names, networks
from o365nb.events.networks import Enrichment

REPLACE = f"{networks.REPLACE}, {agents.REPLACE}, {names.REPLACE}"
JOINS = f"{networks.JOINS} {agents.JOINS} {names.JOINS}"


def create(connection: duckdb.DuckDBPyConnection, events: str, by: Enrichment | None = None) -> None:
    """Make the temporary tables that JOINS needs, and `addresses`, for the values that the relation `events` holds.

    `by` is what the user brings; without it only the case's own sign-ins and what ships here answer. Raises
    BadEvidence when a database of the user's turns out to be damaged.
    """
    networks.create(connection, events, by)
    agents.create(connection, events)
    names.create(connection)
