"""Graph's signIn (beta, or v1.0 with its gaps) → events (sources `sign_in`, `sign_in_noninteractive`, ...)."""

from __future__ import annotations

from o365nb.events.macros import INTERRUPTED, quoted_list

KIND = "sign_in"

_SCALARS = (
    *("resourceDisplayName", "resourceId", "conditionalAccessStatus", "originalTransferMethod"),
    *("authenticationProtocol", "incomingTokenType", "homeTenantId", "resourceTenantId", "crossTenantAccessType"),
    *("riskState", "riskLevelDuringSignIn", "riskDetail", "originalRequestId", "ipAddressFromResourceProvider"),
    *("flaggedForReview", "tokenIssuerType", "servicePrincipalId", "isThroughGlobalSecureAccess", "userId"),
)

SELECT = f"""
WITH parts AS (
    SELECT *, opened(record->'$.status') AS status, opened(record->'$.deviceDetail') AS device,
        opened(record->'$.location') AS place, opened(record->'$.authenticationDetails') AS steps,
        lower(coalesce(record->>'$.signInEventTypes', '')) AS kinds,
        said(record->>'$.userAgent') AS agent
    FROM records
), told AS (
    SELECT *, said(status->>'$.errorCode') AS code,
        coalesce(said(record->>'$.userPrincipalName'), said(record->>'$.servicePrincipalName'),
            said(record->>'$.servicePrincipalId'), said(record->>'$.userId')) AS who
    FROM parts
)
SELECT raw_file, raw_line, seq, FALSE AS damaged,
    CASE WHEN is_guid(record->>'$.id') THEN lower(trim(record->>'$.id')) ELSE sha256(CAST(record AS VARCHAR)) END
        AS event_id,
    utc_time(record->>'$.createdDateTime') AS time,
    CASE
        WHEN contains(kinds, 'noninteractive') THEN 'sign_in_noninteractive'
        WHEN contains(kinds, 'serviceprincipal') OR contains(kinds, 'managedidentity') THEN 'sign_in_service_principal'
        WHEN contains(kinds, 'interactive') THEN 'sign_in'
        WHEN said(record->>'$.servicePrincipalId') IS NOT NULL AND said(record->>'$.userPrincipalName') IS NULL
            THEN 'sign_in_service_principal'
        WHEN truth(record->>'$.isInteractive') = FALSE THEN 'sign_in_noninteractive'
        ELSE 'sign_in' END AS source,
    'AzureActiveDirectory' AS workload,
    'Sign-in activity' AS operation,
    'Sign-in activity' AS operation_raw,
    lower(who) AS actor,
    CASE
        WHEN who IS NULL THEN 'unknown'
        WHEN said(record->>'$.userPrincipalName') IS NULL AND said(record->>'$.userId') IS NULL THEN 'service_principal'
        WHEN lower(record->>'$.userType') = 'guest' OR contains(lower(who), '#ext#') THEN 'guest'
        ELSE 'user' END AS actor_kind,
    said(record->>'$.resourceDisplayName') AS target,
    address(record->>'$.ipAddress') AS client_ip,
    said(place->>'$.countryOrRegion') AS country,
    said(place->>'$.city') AS city,
    TRY_CAST(nullif(record->>'$.autonomousSystemNumber', '0') AS BIGINT) AS asn,
    agent AS user_agent,
    coalesce(os_family(device->>'$.operatingSystem'), os_family(agent)) AS os,
    coalesce(browser_family(device->>'$.browser'), browser_family(agent)) AS browser,
    said(record->>'$.sessionId') AS session_id,
    said(record->>'$.uniqueTokenIdentifier') AS token_id,
    said(device->>'$.deviceId') AS device_id,
    coalesce(truth(device->>'$.isManaged'), truth(device->>'$.isCompliant')) AS device_managed,
    said(record->>'$.appId') AS app_id,
    said(record->>'$.appDisplayName') AS app_name,
    said(record->>'$.correlationId') AS correlation_id,
    CASE
        WHEN code = '0' THEN 'success'
        WHEN code IN ({quoted_list(INTERRUPTED)}) THEN 'interrupted'
        WHEN TRY_CAST(code AS BIGINT) IS NOT NULL THEN 'failure'
        ELSE 'unknown' END AS result,  -- PowerShell leaves only the name of a type in status
    code AS error_code,
    said(record->>'$.clientAppUsed') AS client_app,
    said(record->>'$.authenticationRequirement') AS mfa,
    CASE WHEN record->>'$.authenticationProtocol' = 'deviceCode'
            OR record->>'$.originalTransferMethod' = 'deviceCodeFlow' THEN 'deviceCode'
        ELSE said(record->>'$.incomingTokenType') END AS token_type,
    kept([{", ".join(f"{{'name': '{name}', 'value': record->>'$.{name}'}}" for name in _SCALARS)}]
        || one('failureReason', status->>'$.failureReason')
        || one('additionalDetails', status->>'$.additionalDetails')
        || one('deviceDetail.displayName', device->>'$.displayName')
        || one('deviceDetail.trustType', device->>'$.trustType')
        || one('deviceDetail.operatingSystem', device->>'$.operatingSystem')
        || one('deviceDetail.browser', device->>'$.browser')
        || one('location.state', place->>'$.state')
        || one('geo', (place->>'$.geoCoordinates.latitude') || ',' || (place->>'$.geoCoordinates.longitude'))
        || one('mfaDetail.authMethod', opened(record->'$.mfaDetail')->>'$.authMethod')
        || one('signInEventTypes', record->>'$.signInEventTypes')
        || CASE WHEN json_type(steps) = 'ARRAY' THEN [{{'name': 'authenticationDetails',
            'value': concat_ws(': ', x->>'$.authenticationMethod', x->>'$.authenticationStepResultDetail')}}
            for x in CAST(steps AS JSON[])] ELSE [] END) AS properties
FROM told
"""
