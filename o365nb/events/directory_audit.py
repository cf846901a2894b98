"""Graph's directoryAudit → events (source `directory_audit`)."""

from __future__ import annotations

from o365nb.events.macros import structure

KIND = "directory_audit"

_TARGET = "coalesce(said(x->>'$.userPrincipalName'), said(x->>'$.displayName'), said(x->>'$.id'))"

#: What becomes columns: scalars, and parts with parts of their own.
_TEXTS = (
    *("activityDateTime", "activityDisplayName", "category", "correlationId", "id", "loggedByService"),
    *("operationType", "result", "resultReason"),
)
_PARTS = ("additionalDetails", "initiatedBy", "targetResources")
FIELDS = structure(_TEXTS, _PARTS)

SELECT = f"""
WITH parts AS (
    SELECT *, opened(r.initiatedBy) AS initiator, opened(r.targetResources) AS resources,
        opened(r.additionalDetails) AS additional
    FROM records
), told AS (
    SELECT *,
        CASE WHEN json_type(resources) = 'ARRAY' THEN CAST(resources AS JSON[]) ELSE [] END AS targets,
        CASE WHEN json_type(additional) = 'ARRAY' THEN CAST(additional AS JSON[]) ELSE [] END AS details,
        coalesce(said(initiator->>'$.user.userPrincipalName'), said(initiator->>'$.user.displayName'),
            said(initiator->>'$.user.id')) AS person,
        coalesce(said(initiator->>'$.app.displayName'), said(initiator->>'$.app.servicePrincipalName'),
            said(initiator->>'$.app.servicePrincipalId'), said(initiator->>'$.app.appId')) AS app
    FROM parts
), listed AS (
    SELECT *,
        [said(x->>'$.value') for x in details if lower(x->>'$.key') IN ('user-agent', 'useragent')][1] AS agent,
        flatten([CASE WHEN json_type(opened(x->'$.modifiedProperties')) = 'ARRAY'
            THEN CAST(opened(x->'$.modifiedProperties') AS JSON[]) ELSE [] END for x in targets]) AS modified
    FROM told
)
SELECT file, raw_line, seq, FALSE AS damaged,
    -- Directory_<correlation>_<x>_<n> is a real id too; anything short is a placeholder.
    CASE WHEN is_guid(r.id) OR length(r.id) >= 20 THEN trim(r.id)
        ELSE sha256(CAST(record AS VARCHAR)) END AS event_id,
    utc_time(r.activityDateTime) AS time,
    'directory_audit' AS source,
    coalesce(said(r.loggedByService), 'AzureActiveDirectory') AS workload,
    operation_name(r.activityDisplayName) AS operation,
    r.activityDisplayName AS operation_raw,
    lower(coalesce(person, app)) AS actor,
    CASE
        WHEN contains(lower(person), '#ext#') THEN 'guest'
        WHEN contains(person, '@') THEN 'user'
        WHEN person IS NULL AND app IS NOT NULL THEN 'service_principal'
        ELSE 'unknown' END AS actor_kind,
    [{_TARGET} for x in targets if {_TARGET} IS NOT NULL][1] AS target,
    spelled(initiator->>'$.user.ipAddress') AS client_ip,
    agent AS user_agent,
    said(initiator->>'$.app.appId') AS app_id,
    said(initiator->>'$.app.displayName') AS app_name,
    said(r.correlationId) AS correlation_id,
    CASE lower(r.result) WHEN 'success' THEN 'success' WHEN 'failure' THEN 'failure'
        WHEN 'timeout' THEN 'failure' ELSE 'unknown' END AS result,
    kept([{{'name': 'ModifiedProperties.' || (x->>'$.displayName'), 'value': unquoted(x->>'$.newValue')}}
            for x in modified]
        || [{{'name': 'ModifiedProperties.' || (x->>'$.displayName') || '.old', 'value': unquoted(x->>'$.oldValue')}}
            for x in modified]
        || [{{'name': 'AdditionalDetails.' || (x->>'$.key'), 'value': x->>'$.value'}} for x in details]
        || [{{'name': 'Target.' || coalesce(x->>'$.type', x->>'$.Type', 'Other'), 'value': {_TARGET}}} for x in targets]
        || [{{'name': 'TargetId.' || coalesce(x->>'$.type', x->>'$.Type', 'Other'), 'value': x->>'$.id'}}
            for x in targets]
        || one('Category', r.category) || one('OperationType', r.operationType)
        || one('ResultReason', r.resultReason)) AS properties
FROM listed
"""
