"""AuditData of the unified audit log → events (source `ual`)."""

from __future__ import annotations

from o365nb.events.macros import INTERRUPTED, quoted_list

KIND = "audit_record"

#: Top-level scalars that detections and people ask for; they go to `properties` under their own names.
_SCALARS = (
    *("LogonError", "LogonType", "ErrorNumber", "SourceFileName", "SourceRelativeUrl", "SiteUrl", "EventSource"),
    *("ItemType", "TargetUserOrGroupName", "TargetUserOrGroupType", "UserSharedWith", "SharingType", "EventData"),
    *("MachineDomainInfo", "MachineId", "ExternalAccess", "SendAsUserSmtp", "SendOnBehalfOfUserSmtp", "TeamName"),
    *("ChannelName", "QueryText", "Query", "ResultStatusDetail", "OperationCount", "Verdict", "SenderIp", "P1Sender"),
    *("P2Sender", "AlertType", "Name", "Severity", "Category", "Comments", "Data", "Policy", "Consent"),
    *("Event", "EventValue", "Reason", "Audit"),  # HygieneTenantEvents: who was restricted, and why
)
#: Nested parts kept as JSON text: few, and read by people.
_NESTED = ("DestFolder", "Members", "ExtraProperties", "Target", "ConsentAction", "PolicyDetails")

_SIGN_IN = "('UserLoggedIn', 'UserLoginFailed')"

SELECT = f"""
WITH parts AS (
    SELECT *,
        opened(record->'$.ExtendedProperties') AS extended, opened(record->'$.DeviceProperties') AS device,
        opened(record->'$.Parameters') AS parameters, opened(record->'$.ModifiedProperties') AS modified,
        opened(record->'$.OperationProperties') AS operations, opened(record->'$.Folders') AS opened_folders,
        opened(record->'$.Item') AS item, opened(record->'$.AffectedItems') AS items,
        opened(record->'$.Folder') AS folder, opened(record->'$.AppAccessContext') AS access,
        opened(record->'$.Actor') AS actors,
        operation_name(record->>'$.Operation') AS operation,
        said(record->>'$.UserId') AS user_id
    FROM records
), named AS (
    SELECT *,
        pairs(extended, 'ExtendedProperties') AS extended_pairs,
        pairs(device, 'DeviceProperties') AS device_pairs,
        pairs(operations, 'OperationProperties') AS operation_pairs,
        said(record->>'$.ErrorNumber') AS number,
        said(record->>'$.LogonError') AS logon_error,
        -- Failed sign-ins name nobody, or a GUID, in UserId; the UPN (type 5) may be among the actors.
        CASE WHEN contains(user_id, '@') OR json_type(actors) IS DISTINCT FROM 'ARRAY' THEN user_id ELSE coalesce(
            [x->>'$.ID' for x in CAST(actors AS JSON[]) if contains(x->>'$.ID', '@') AND (x->>'$.Type') = '5'][1],
            user_id) END AS who
    FROM parts
), told AS (
    SELECT *,
        coalesce(said(record->>'$.UserAgent'), prop(extended_pairs, 'ExtendedProperties.UserAgent'),
            [said(CAST(x.value AS JSON)->>'$."User-Agent"') for x in extended_pairs
                if x.name = 'ExtendedProperties.additionalDetails' AND json_valid(x.value)][1],
            said(regexp_extract(record->>'$.ClientInfoString', '(Mozilla/.*?);*\\s*$', 1))) AS agent,
        lower(coalesce(record->>'$.UserType', '')) AS user_type
    FROM named
)
SELECT raw_file, raw_line, seq, record->>'$."@damaged"' IS NOT NULL AS damaged,
    CASE WHEN is_guid(record->>'$.Id') THEN lower(trim(record->>'$.Id')) ELSE sha256(CAST(record AS VARCHAR)) END
        AS event_id,
    utc_time(record->>'$.CreationTime') AS time,
    'ual' AS source,
    said(record->>'$.Workload') AS workload,
    operation,
    record->>'$.Operation' AS operation_raw,
    lower(who) AS actor,
    CASE
        WHEN who IS NULL OR lower(who) = 'not available' THEN 'unknown'
        WHEN regexp_matches(lower(who), '^(nt authority|nt service|sharepoint)\\\\|^s-1-5-|^app@sharepoint$'
            || '|^certificate$|applicationaccount@.*\\.prod\\.outlook\\.com$|^microsoft teams sync$'
            || '|^dlppolicy') THEN 'system'
        WHEN regexp_matches(lower(who), '^serviceprincipal_|^spo_|^application$') THEN 'service_principal'
        WHEN contains(lower(who), '#ext#') OR user_type IN ('10', 'guest') THEN 'guest'
        WHEN user_type IN ('3', 'dcadmin', '4', 'system', '7', 'custompolicy', '8', 'systempolicy') THEN 'system'
        WHEN user_type IN ('5', 'application', '6', 'serviceprincipal') THEN 'service_principal'
        WHEN NOT contains(who, '@') THEN 'unknown'
        WHEN user_type IN ('2', 'admin') THEN 'admin'
        ELSE 'user' END AS actor_kind,
    said(record->>'$.ObjectId') AS target,
    coalesce(address(record->>'$.ClientIP'), address(record->>'$.ClientIPAddress'),
        address(record->>'$.ActorIpAddress'), address(record->>'$.Client_IPAddress')) AS client_ip,
    agent AS user_agent,
    coalesce(os_family(prop(device_pairs, 'DeviceProperties.OS')), os_family(agent)) AS os,
    coalesce(browser_family(prop(device_pairs, 'DeviceProperties.BrowserType')), browser_family(agent)) AS browser,
    coalesce(prop(device_pairs, 'DeviceProperties.SessionId'), said(access->>'$.AADSessionId'),
        said(record->>'$.SessionId')) AS session_id,
    said(access->>'$.UniqueTokenId') AS token_id,
    coalesce(prop(device_pairs, 'DeviceProperties.Id'), said(access->>'$.DeviceId'), said(record->>'$.DeviceId'))
        AS device_id,
    coalesce(truth(prop(device_pairs, 'DeviceProperties.IsCompliantAndManaged')),
        truth(prop(device_pairs, 'DeviceProperties.IsCompliant')),
        truth(record->>'$.IsManagedDevice')) AS device_managed,
    coalesce(said(record->>'$.ApplicationId'), said(record->>'$.ClientAppId'), said(access->>'$.ClientAppId'),
        said(record->>'$.AppId')) AS app_id,
    coalesce(said(record->>'$.ApplicationDisplayName'), said(record->>'$.ClientAppName')) AS app_name,
    coalesce(said(record->>'$.InterSystemsId'), said(access->>'$.CorrelationId'), said(record->>'$.CorrelationId'),
        said(record->>'$.CorrelationID')) AS correlation_id,
    -- ResultStatus lies for sign-ins (UserLoginFailed says Success): there the error code decides.
    CASE
        WHEN operation IN {_SIGN_IN} AND number IN ({quoted_list(INTERRUPTED)}) THEN 'interrupted'
        WHEN operation IN {_SIGN_IN} AND coalesce(number, '0') = '0' AND logon_error LIKE '%Interrupt'
            THEN 'interrupted'
        WHEN operation = 'UserLoginFailed' THEN 'failure'
        WHEN operation = 'UserLoggedIn' AND coalesce(number, '0') = '0' AND logon_error IS NULL THEN 'success'
        WHEN operation = 'UserLoggedIn' THEN 'failure'
        WHEN lower(record->>'$.ResultStatus') IN ('true', 'success', 'succeeded', 'successful', 'partiallysucceeded')
            THEN 'success'
        WHEN lower(record->>'$.ResultStatus') IN ('false', 'failed', 'failure') THEN 'failure'
        ELSE 'unknown' END AS result,
    number AS error_code,
    said(record->>'$.ClientInfoString') AS client_app,
    lower(said(record->>'$.MailboxOwnerUPN')) AS mailbox_owner,
    coalesce(said(item->>'$.InternetMessageId'), said(record->>'$.InternetMessageId'),
        json_extract_string(items, '$[0].InternetMessageId')) AS message_id,
    coalesce(item->>'$.Subject', record->>'$.Subject', json_extract_string(items, '$[0].Subject')) AS message_subject,
    texts(coalesce(json_extract_string(opened_folders, '$[*].FolderItems[*].InternetMessageId'), [])
        || coalesce(json_extract_string(items, '$[*].InternetMessageId'), [])
        || [item->>'$.InternetMessageId']) AS message_ids,
    texts(coalesce(json_extract_string(opened_folders, '$[*].Path'), [])
        || coalesce(json_extract_string(items, '$[*].ParentFolder.Path'), [])
        || [folder->>'$.Path', item->>'$.ParentFolder.Path']) AS folders,
    kept(pairs(parameters, 'Parameters') || extended_pairs || changes(modified, 'ModifiedProperties')
        || operation_pairs || device_pairs
        || [{", ".join(f"{{'name': '{name}', 'value': record->>'$.{name}'}}" for name in (*_SCALARS, *_NESTED))}]
        || [{{'name': 'Subjects', 'value': x}} for x in
            coalesce(json_extract_string(items, '$[*].Subject'), []) if array_length(items::JSON[]) > 1]
        || one('Damaged', record->>'$."@damaged"')) AS properties
FROM told
"""
