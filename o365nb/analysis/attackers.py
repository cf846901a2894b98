"""The attacker's events as tables: most lie among those of the case, the few of other accounts are fetched once."""

from __future__ import annotations

import hashlib

from o365nb.analysis.base import Labels
from o365nb.engine import Engine
from o365nb.model import Label

_COLUMNS = """event_id, time, source, operation, actor, target, mailbox_owner, client_ip, asn, network_kind, user_agent,
    session_id, token_id, device_id, device_managed, client_kind, app_id, mfa, result, message_id, message_subject,
    message_ids, folders"""


def attacker_tables(engine: Engine, labels: Labels) -> tuple[str, str]:
    """The names of two tables: the events labelled the attacker's, and their properties (event_id, name, value)."""
    ids = sorted(key for key, label in labels.items() if label.label is Label.ATTACKER)
    mark = hashlib.sha256("\n".join(ids).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    events, properties = f"attacker_events_{mark}", f"attacker_properties_{mark}"
    engine.case_events()
    engine.case_properties()
    engine.table("analysis_attackers", {"event_id": "VARCHAR"}, [(key,) for key in ids])
    near = {row["event_id"] for row in engine.rows("SELECT event_id FROM case_events WHERE " + _among("attackers"))}
    engine.table("analysis_elsewhere", {"event_id": "VARCHAR"}, [(key,) for key in ids if key not in near])
    of_case, of_others = _among("attackers"), _among("elsewhere")
    found = f"SELECT {_COLUMNS} FROM case_events WHERE {of_case}"
    said = f"SELECT event_id, name, value FROM case_properties WHERE {of_case}"
    if len(near) < len(ids):  # only then is the whole tenant's log worth reading
        found += f" UNION ALL SELECT {_COLUMNS} FROM events WHERE {of_others}"
        apart = f"SELECT event_id, unnest(properties) AS p FROM events WHERE {of_others}"
        said += f" UNION ALL SELECT event_id, p.name AS name, p.value AS value FROM ({apart}) AS apart"
    engine.once(events, found)
    engine.once(properties, said)
    return events, properties


def _among(which: str) -> str:
    return f"event_id IN (SELECT event_id FROM analysis_{which})"
