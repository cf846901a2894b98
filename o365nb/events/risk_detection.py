"""Graph's riskDetection and servicePrincipalRiskDetection → events (source `risk_detection`)."""

from __future__ import annotations

from o365nb.events.macros import structure

KIND = "risk_detection"

_SCALARS = (
    *("riskLevel", "riskState", "riskDetail", "detectionTimingType", "activity", "source", "requestId"),
    *("detectedDateTime", "lastUpdatedDateTime", "additionalInfo", "keyIds", "userId", "servicePrincipalId"),
)
_TEXTS = (
    *("id", "activityDateTime", "riskEventType", "ipAddress", "correlationId", "appId", "userPrincipalName"),
    *("servicePrincipalDisplayName",),
)
FIELDS = structure((*_TEXTS, *_SCALARS), ("location",))
#: Within additionalInfo, a text of JSON: the user agent of the sign-in.
_AGENT = "said([x->>'$.Value' for x in extra if lower(x->>'$.Key') = 'useragent'][1])"

SELECT = f"""
WITH parts AS (
    SELECT *, opened(r.location) AS place,
        CASE WHEN json_valid(r.additionalInfo) AND json_type(CAST(r.additionalInfo AS JSON)) = 'ARRAY'
            THEN CAST(CAST(r.additionalInfo AS JSON) AS JSON[]) ELSE [] END AS extra,
        said(r.userPrincipalName) AS person,
        coalesce(said(r.servicePrincipalDisplayName), said(r.servicePrincipalId)) AS app
    FROM records
), told AS (
    SELECT *, {_AGENT} AS agent FROM parts
)
SELECT file, raw_line, seq, FALSE AS damaged,
    CASE WHEN length(trim(r.id)) >= 20 THEN lower(trim(r.id)) ELSE sha256(CAST(record AS VARCHAR)) END AS event_id,
    coalesce(utc_time(r.activityDateTime), utc_time(r.detectedDateTime)) AS time,
    'risk_detection' AS source,
    'AzureActiveDirectory' AS workload,
    coalesce(said(r.riskEventType), 'unknown') AS operation,
    r.riskEventType AS operation_raw,
    lower(coalesce(person, app, said(r.userId))) AS actor,
    CASE
        WHEN person IS NULL AND app IS NOT NULL THEN 'service_principal'
        WHEN contains(lower(person), '#ext#') THEN 'guest'
        WHEN person IS NOT NULL OR said(r.userId) IS NOT NULL THEN 'user'
        ELSE 'unknown' END AS actor_kind,
    spelled(r.ipAddress) AS client_ip,
    said(place->>'$.countryOrRegion') AS country,
    said(place->>'$.city') AS city,
    agent AS user_agent,
    said(r.appId) AS app_id,
    app AS app_name,
    said(r.correlationId) AS correlation_id,
    'unknown' AS result,  -- a finding about a sign-in, whether or not that sign-in succeeded
    kept([{", ".join(f"{{'name': '{name}', 'value': flags(r.{name})}}" for name in _SCALARS)}]) AS properties
FROM told
"""
