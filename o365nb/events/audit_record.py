"""AuditData of the unified audit log → events (source `ual`)."""

from __future__ import annotations

from o365nb.events.macros import INTERRUPTED, quoted_list, structure

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

#: What becomes columns: scalars, and parts with parts of their own.
_TEXTS = (
    *("ActorIpAddress", "AppId", "ApplicationDisplayName", "ApplicationId", "ClientAppId", "ClientAppName"),
    *("ClientIP", "ClientIPAddress", "ClientInfoString", "Client_IPAddress", "CorrelationId", "CreationTime"),
    *("DeviceId", "Id", "InterSystemsId", "InternetMessageId", "IsManagedDevice", "MailboxOwnerUPN", "ObjectId"),
    *("Operation", "ResultStatus", "SessionId", "Subject", "UserAgent", "UserId", "UserType", "Workload"),
    *("@damaged", "@lesser"),
)
_PARTS = (
    *("Actor", "AffectedItems", "AppAccessContext", "DeviceProperties", "ExtendedProperties", "Folder"),
    *("Folders", "Item", "ModifiedProperties", "OperationProperties", "Parameters"),
)
_FIELDS = structure((*_TEXTS, *_SCALARS), (*_PARTS, *_NESTED))

SELECT = f"""
WITH fields AS (
    SELECT *, from_json(record, '{_FIELDS}') AS r FROM records
), parts AS (
    SELECT *,
        opened(r.ExtendedProperties) AS extended, opened(r.DeviceProperties) AS device,
        opened(r.Parameters) AS parameters, opened(r.ModifiedProperties) AS modified,
        opened(r.OperationProperties) AS operations, opened(r.Folders) AS opened_folders,
        opened(r.Item) AS item, opened(r.AffectedItems) AS items,
        opened(r.Folder) AS folder, opened(r.AppAccessContext) AS access,
        opened(r.Actor) AS actors,
        operation_name(r.Operation) AS operation,
        said(r.UserId) AS user_id
    FROM fields
), named AS (
    SELECT *,
        pairs(extended, 'ExtendedProperties') AS extended_pairs,
        pairs(device, 'DeviceProperties') AS device_pairs,
        pairs(operations, 'OperationProperties') AS operation_pairs,
        said(r.ErrorNumber) AS number,
        said(r.LogonError) AS logon_error,
        -- Failed sign-ins name nobody, or a GUID, in UserId; the UPN (type 5) may be among the actors.
        CASE WHEN contains(user_id, '@') OR json_type(actors) IS DISTINCT FROM 'ARRAY' THEN user_id ELSE coalesce(
            [x->>'$.ID' for x in CAST(actors AS JSON[]) if contains(x->>'$.ID', '@') AND (x->>'$.Type') = '5'][1],
            user_id) END AS who
    FROM parts
), told AS (
    SELECT *,
        coalesce(said(r.UserAgent), prop(extended_pairs, 'ExtendedProperties.UserAgent'),
            [said(CAST(x.value AS JSON)->>'$."User-Agent"') for x in extended_pairs
                if x.name = 'ExtendedProperties.additionalDetails' AND json_valid(x.value)][1],
            said(regexp_extract(r.ClientInfoString, '(Mozilla/.*?);*\\s*$', 1))) AS agent,
        lower(coalesce(r.UserType, '')) AS user_type
    FROM named
)
SELECT raw_file, raw_line, seq, coalesce(r."@damaged", r."@lesser") IS NOT NULL AS damaged,
    CASE WHEN is_guid(r.Id) THEN lower(trim(r.Id)) ELSE sha256(CAST(record AS VARCHAR)) END
        AS event_id,
    utc_time(r.CreationTime) AS time,
    'ual' AS source,
    said(r.Workload) AS workload,
    operation,
    r.Operation AS operation_raw,
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
    said(r.ObjectId) AS target,
    coalesce(address(r.ClientIP), address(r.ClientIPAddress),
        address(r.ActorIpAddress), address(r.Client_IPAddress)) AS client_ip,
    agent AS user_agent,
    coalesce(os_family(prop(device_pairs, 'DeviceProperties.OS')), os_family(agent)) AS os,
    coalesce(browser_family(prop(device_pairs, 'DeviceProperties.BrowserType')), browser_family(agent)) AS browser,
    coalesce(prop(device_pairs, 'DeviceProperties.SessionId'), said(access->>'$.AADSessionId'),
        said(r.SessionId)) AS session_id,
    said(access->>'$.UniqueTokenId') AS token_id,
    coalesce(prop(device_pairs, 'DeviceProperties.Id'), said(access->>'$.DeviceId'), said(r.DeviceId))
        AS device_id,
    coalesce(truth(prop(device_pairs, 'DeviceProperties.IsCompliantAndManaged')),
        truth(prop(device_pairs, 'DeviceProperties.IsCompliant')),
        truth(r.IsManagedDevice)) AS device_managed,
    coalesce(said(r.ApplicationId), said(r.ClientAppId), said(access->>'$.ClientAppId'),
        said(r.AppId)) AS app_id,
    coalesce(said(r.ApplicationDisplayName), said(r.ClientAppName)) AS app_name,
    coalesce(said(r.InterSystemsId), said(access->>'$.CorrelationId'), said(r.CorrelationId),
        said(record->>'$.CorrelationID')) AS correlation_id,
    -- ResultStatus lies for sign-ins (UserLoginFailed says Success): there the error code decides.
    CASE
        WHEN operation IN {_SIGN_IN} AND number IN ({quoted_list(INTERRUPTED)}) THEN 'interrupted'
        WHEN operation IN {_SIGN_IN} AND coalesce(number, '0') = '0' AND logon_error LIKE '%Interrupt'
            THEN 'interrupted'
        WHEN operation = 'UserLoginFailed' THEN 'failure'
        WHEN operation = 'UserLoggedIn' AND coalesce(number, '0') = '0' AND logon_error IS NULL THEN 'success'
        WHEN operation = 'UserLoggedIn' THEN 'failure'
        WHEN lower(r.ResultStatus) IN ('true', 'success', 'succeeded', 'successful', 'partiallysucceeded')
            THEN 'success'
        WHEN lower(r.ResultStatus) IN ('false', 'failed', 'failure') THEN 'failure'
        ELSE 'unknown' END AS result,
    number AS error_code,
    said(r.ClientInfoString) AS client_app,
    lower(said(r.MailboxOwnerUPN)) AS mailbox_owner,
    coalesce(said(item->>'$.InternetMessageId'), said(r.InternetMessageId),
        json_extract_string(items, '$[0].InternetMessageId')) AS message_id,
    coalesce(item->>'$.Subject', r.Subject, json_extract_string(items, '$[0].Subject')) AS message_subject,
    texts(coalesce(json_extract_string(opened_folders, '$[*].FolderItems[*].InternetMessageId'), [])
        || coalesce(json_extract_string(items, '$[*].InternetMessageId'), [])
        || [item->>'$.InternetMessageId']) AS message_ids,
    texts(coalesce(json_extract_string(opened_folders, '$[*].Path'), [])
        || coalesce(json_extract_string(items, '$[*].ParentFolder.Path'), [])
        || [folder->>'$.Path', item->>'$.ParentFolder.Path']) AS folders,
    kept(pairs(parameters, 'Parameters') || extended_pairs || changes(modified, 'ModifiedProperties')
        || operation_pairs || device_pairs
        || [{", ".join(f"{{'name': '{name}', 'value': r.{name}}}" for name in _SCALARS)}]
        || [{", ".join(f"{{'name': '{name}', 'value': r.{name}->>'$'}}" for name in _NESTED)}]
        || [{{'name': 'Subjects', 'value': x}} for x in
            coalesce(json_extract_string(items, '$[*].Subject'), []) if array_length(items::JSON[]) > 1]
        || one('Damaged', r."@damaged")) AS properties
FROM told
"""
