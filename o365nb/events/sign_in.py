"""Graph's signIn (beta, or v1.0 with its gaps) → events (sources `sign_in`, `sign_in_noninteractive`, ...)."""

from __future__ import annotations

from o365nb.events.macros import INTERRUPTED, either, structure

KIND = "sign_in"

_SCALARS = (
    *("resourceDisplayName", "resourceId", "conditionalAccessStatus", "originalTransferMethod"),
    *("authenticationProtocol", "incomingTokenType", "homeTenantId", "resourceTenantId", "crossTenantAccessType"),
    *("riskState", "riskLevelDuringSignIn", "riskDetail", "originalRequestId", "ipAddressFromResourceProvider"),
    *("flaggedForReview", "tokenIssuerType", "servicePrincipalId", "isThroughGlobalSecureAccess", "userId"),
)

#: What becomes columns: scalars, and parts with parts of their own.
_TEXTS = (
    *("appDisplayName", "appId", "authenticationRequirement", "autonomousSystemNumber", "clientAppUsed"),
    *("correlationId", "createdDateTime", "id", "ipAddress", "isInteractive", "servicePrincipalName"),
    *("sessionId", "signInEventTypes", "uniqueTokenIdentifier", "userAgent", "userPrincipalName", "userType"),
    "@lesser",
)
_PARTS = ("authenticationDetails", "deviceDetail", "location", "mfaDetail", "status", "@rest")
FIELDS = structure((*_TEXTS, *_SCALARS), _PARTS)

SELECT = f"""
WITH parts AS (
    SELECT *, opened(r.status) AS outcome, opened(r.deviceDetail) AS device,
        opened(r.location) AS place, opened(r.authenticationDetails) AS steps,
        lower(coalesce(r.signInEventTypes, '')) AS kinds,
        said(r.userAgent) AS agent
    FROM records
), told AS (
    SELECT *, said(outcome->>'$.errorCode') AS code,
        coalesce(said(r.userPrincipalName), said(r.servicePrincipalName),
            said(r.servicePrincipalId), said(r.userId)) AS who
    FROM parts
)
SELECT file, raw_line, seq, r."@lesser" IS NOT NULL AS damaged,
    CASE WHEN is_guid(r.id) THEN lower(trim(r.id)) ELSE sha256(CAST(record AS VARCHAR)) END
        AS event_id,
    utc_time(r.createdDateTime) AS time,
    CASE
        WHEN contains(kinds, 'noninteractive') THEN 'sign_in_noninteractive'
        WHEN contains(kinds, 'managedidentity') THEN 'sign_in_managed_identity'
        WHEN contains(kinds, 'serviceprincipal') THEN 'sign_in_service_principal'
        WHEN contains(kinds, 'interactive') THEN 'sign_in'
        WHEN said(r.servicePrincipalId) IS NOT NULL AND said(r.userPrincipalName) IS NULL
            THEN 'sign_in_service_principal'
        WHEN truth(r.isInteractive) = FALSE THEN 'sign_in_noninteractive'
        ELSE 'sign_in' END AS source,
    'AzureActiveDirectory' AS workload,
    'Sign-in activity' AS operation,
    'Sign-in activity' AS operation_raw,
    lower(who) AS actor,
    CASE
        WHEN who IS NULL THEN 'unknown'
        WHEN said(r.userPrincipalName) IS NULL AND said(r.userId) IS NULL THEN 'service_principal'
        WHEN lower(r.userType) = 'guest' OR contains(lower(who), '#ext#') THEN 'guest'
        ELSE 'user' END AS actor_kind,
    said(r.resourceDisplayName) AS target,
    spelled(r.ipAddress) AS client_ip,
    said(place->>'$.countryOrRegion') AS country,
    said(place->>'$.city') AS city,
    TRY_CAST(nullif(r.autonomousSystemNumber, '0') AS BIGINT) AS asn,
    agent AS user_agent,
    said(device->>'$.operatingSystem') AS os,
    said(device->>'$.browser') AS browser,
    said(r.sessionId) AS session_id,
    said(r.uniqueTokenIdentifier) AS token_id,
    said(device->>'$.deviceId') AS device_id,
    coalesce(truth(device->>'$.isManaged'), truth(device->>'$.isCompliant')) AS device_managed,
    said(r.appId) AS app_id,
    said(r.appDisplayName) AS app_name,
    said(r.correlationId) AS correlation_id,
    CASE
        WHEN code = '0' THEN 'success'
        WHEN regexp_full_match(code, '{either(INTERRUPTED)}') THEN 'interrupted'
        -- The portal's own word for it, where its code is none that is known here.
        WHEN outcome->>'$."@outcome"' = 'interrupted' THEN 'interrupted'
        WHEN TRY_CAST(code AS BIGINT) IS NOT NULL OR outcome->>'$."@outcome"' = 'failure' THEN 'failure'
        ELSE 'unknown' END AS result,  -- PowerShell leaves only the name of a type in status
    code AS error_code,
    said(r.clientAppUsed) AS client_app,
    said(r.authenticationRequirement) AS mfa,
    CASE WHEN flags(r.authenticationProtocol) = 'deviceCode'
            OR r.originalTransferMethod = 'deviceCodeFlow' THEN 'deviceCode'
        ELSE said(flags(r.incomingTokenType)) END AS token_type,
    kept([{", ".join(f"{{'name': '{name}', 'value': flags(r.{name})}}" for name in _SCALARS)}]
        || one('failureReason', outcome->>'$.failureReason')
        || one('additionalDetails', outcome->>'$.additionalDetails')
        || one('deviceDetail.displayName', device->>'$.displayName')
        || one('deviceDetail.trustType', device->>'$.trustType')
        || one('deviceDetail.operatingSystem', device->>'$.operatingSystem')
        || one('deviceDetail.browser', device->>'$.browser')
        || one('location.state', place->>'$.state')
        || one('geo', (place->>'$.geoCoordinates.latitude') || ',' || (place->>'$.geoCoordinates.longitude'))
        || one('mfaDetail.authMethod', opened(r.mfaDetail)->>'$.authMethod')
        || one('signInEventTypes', r.signInEventTypes)
        || coalesce(pairs(r."@rest", 'Column', FALSE), [])  -- of a column map: what it does not name
        || CASE WHEN json_type(steps) = 'ARRAY' THEN [{{'name': 'authenticationDetails',
            'value': concat_ws(': ', x->>'$.authenticationMethod', x->>'$.authenticationStepResultDetail')}}
            for x in CAST(steps AS JSON[])] ELSE [] END) AS properties
FROM told
"""
