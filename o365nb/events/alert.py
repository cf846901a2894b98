"""Alerts and incidents of Microsoft Defender → events (sources `alert`, `incident`), one per person concerned.

Nobody's act but the product's: `actor` is the product, `target` the person, `time` when it was raised.
"""

from __future__ import annotations

from o365nb.events.macros import structure

KIND = "alert"

_TOLD = (
    *("severity", "status", "category", "classification", "determination", "incidentId", "description"),
    *("detectionSource", "productName", "firstActivityDateTime", "lastActivityDateTime", "device", "account"),
)
#: What becomes columns: scalars, and a list.
_TEXTS = ("@source", "@person", "@hosts", "id", "title", "createdDateTime", "serviceSource", *_TOLD)
FIELDS = structure(_TEXTS, ("mitreTechniques",))

SELECT = f"""
WITH told AS (
    SELECT *, said(r."@person") AS person, coalesce(said(r.title), 'without a title') AS named,
        coalesce(said(r."@source"), 'alert') AS kind
    FROM records
)
SELECT file, raw_line, seq, FALSE AS damaged,
    CASE WHEN said(r.id) IS NOT NULL THEN kind || ':' || r.id || coalesce('|' || person, '')
        ELSE sha256(CAST(record AS VARCHAR)) END AS event_id,
    utc_time(r.createdDateTime) AS time,
    kind AS source,
    'MicrosoftDefender' AS workload,
    -- The prefix keeps a title that somebody chose from passing for an act of that name.
    'Defender ' || kind || ': ' || operation_name(named) AS operation,
    named AS operation_raw,
    lower(coalesce(said(r.serviceSource), 'microsoft365Defender')) AS actor,
    'system' AS actor_kind,
    lower(person) AS target,
    'unknown' AS result,
    kept([{", ".join(f"{{'name': '{name}', 'value': r.{name}}}" for name in _TOLD)}]
        || one('evidence', r."@hosts")
        || one('mitreTechniques', flags(CAST(r.mitreTechniques AS VARCHAR)))) AS properties
FROM told
"""
