"""AuditData of the unified audit log → events (source `ual`).

What depends on one text alone (the system and browser of a user agent, an address, the name of an operation) is added
later, once per text: see `events/enrichment.py`.
"""

from __future__ import annotations

import json

from o365nb.events.macros import INTERRUPTED, Structure, either, said_of, sql_type, structure

KIND = "audit_record"

#: Top-level scalars that detections and people ask for; they go to `properties` under their own names. In groups that
#: come together: a record without any of a group costs nothing.
_SCALARS = (
    ("LogonType", "ExternalAccess", "OperationCount"),
    ("ChatThreadId", "ChatName"),
    ("SourceId", "UrlClickAction", "AppName"),  # a click that Safe Links saw: the trace's id of the mail
    ("FlowConnectorNames", "FlowDetailsUrl", "RecipientUPN"),  # Power Automate: what a flow connects, and for whom
    ("LogonError", "ErrorNumber", "ResultStatusDetail"),
    ("SourceFileName", "SourceRelativeUrl", "SiteUrl", "EventSource", "ItemType", "MachineDomainInfo", "MachineId"),
    ("TargetUserOrGroupName", "TargetUserOrGroupType", "UserSharedWith", "SharingType", "EventData"),
    (
        *("SendAsUserSmtp", "SendOnBehalfOfUserSmtp", "TeamName", "ChannelName", "QueryText", "Query"),
        *("Verdict", "SenderIp", "P1Sender", "P2Sender", "AlertType", "Name", "Severity", "Category", "Comments"),
        *("Data", "Policy", "Consent"),
        *("Event", "EventValue", "Reason", "Audit"),  # HygieneTenantEvents: who was restricted, and why
    ),
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
_PAIRS: Structure = [{"Name": "VARCHAR", "Value": "VARCHAR"}]
_ITEM: Structure = {"InternetMessageId": "VARCHAR", "Subject": "VARCHAR", "ParentFolder": {"Path": "VARCHAR"}}
_ACCESS = ("AADSessionId", "UniqueTokenId", "DeviceId", "ClientAppId", "CorrelationId")
#: Parts that look alike in every record that Microsoft writes.
_ALIKE: dict[str, Structure] = {
    "Actor": [{"ID": "VARCHAR", "Type": "VARCHAR"}],
    "AffectedItems": [_ITEM],
    "AppAccessContext": dict.fromkeys(_ACCESS, "VARCHAR"),
    "DeviceProperties": _PAIRS,
    "ExtendedProperties": _PAIRS,
    "Folder": {"Path": "VARCHAR"},
    "Folders": [{"Path": "VARCHAR", "FolderItems": [{"InternetMessageId": "VARCHAR"}]}],
    "Item": _ITEM,
    "OperationProperties": _PAIRS,
}
#: Parts that are now a list of objects, now of texts, now a text.
_MIXED = ("ModifiedProperties", "Parameters")
#: Every key of AuditData that is read.
FIELDS = structure((*_TEXTS, *(name for group in _SCALARS for name in group)), (*_ALIKE, *_MIXED, *_NESTED))
#: The same as the engine may read them where no part looks otherwise: without a detour by JSON text.
FIELDS_ALIKE = {**FIELDS, **{name: sql_type(structure) for name, structure in _ALIKE.items()}}

_KEPT_WHOLE = said_of(_NESTED, """ "{}"->>'$' """)
#: Who is no person, whatever else the record says.
_SYSTEM = (
    "^(nt authority|nt service|sharepoint)\\\\|^s-1-5-|^app@sharepoint$|^certificate$"
    "|applicationaccount@.*\\.prod\\.outlook\\.com$|^microsoft teams sync$|^dlppolicy"
)

#: What stands in any JSON, brought to the types of `_ALIKE`.
_OPENED = ", ".join(
    (f"listed({name})" if structure is _PAIRS else f"from_json(opened({name}), '{json.dumps(structure)}')")
    + f" AS {name}"
    for name, structure in _ALIKE.items()
)
_SELECT = f"""
, parts AS (
    SELECT *,
        named(ExtendedProperties, 'ExtendedProperties', FALSE) AS extended,
        named(DeviceProperties, 'DeviceProperties', FALSE) AS device,
        named(OperationProperties, 'OperationProperties', FALSE) AS operations,
        id(ErrorNumber) AS number, id(LogonError) AS logon_error,
        lower(coalesce(UserType, '')) AS user_type
    FROM read
), told AS (
    SELECT *,
        -- Failed sign-ins name nobody, or a GUID, in UserId; the UPN (type 5) may be among the actors.
        -- SharePoint writes a claim: `i:0h.f|membership|bob@contoso.com`.
        lower(said(CASE
            WHEN starts_with(UserId, 'i:0') THEN regexp_replace(UserId, '^i:0[^|]*\\|[^|]*\\|(.+@)', '\\1')
            WHEN contains(UserId, '@') OR Actor IS NULL THEN UserId
            ELSE coalesce([x.ID for x in Actor if contains(x.ID, '@') AND x.Type = '5'][1], UserId) END)) AS who,
        -- Of a list each is taken here once: what stands inside a CASE or coalesce copies the list.
        prop(extended, 'ExtendedProperties.UserAgent') AS extended_agent,
        prop(extended, 'ExtendedProperties.additionalDetails') AS details,
        prop(device, 'DeviceProperties.SessionId') AS device_session,
        prop(device, 'DeviceProperties.Id') AS device_number,
        AffectedItems[1].InternetMessageId AS first_message, AffectedItems[1].Subject AS first_subject,
        prop(device, 'DeviceProperties.OS') AS device_os,
        prop(device, 'DeviceProperties.BrowserType') AS device_browser,
        prop(device, 'DeviceProperties.IsCompliantAndManaged') AS device_managed,
        prop(device, 'DeviceProperties.IsCompliant') AS device_compliant
    FROM parts
)
SELECT file, raw_line, seq, coalesce("@damaged", "@lesser") IS NOT NULL AS damaged,
    CASE WHEN plain_guid(Id) THEN Id WHEN is_guid(Id) THEN lower(trim(Id)) ELSE sha256(CAST(record AS VARCHAR)) END
        AS event_id,
    utc_time(CreationTime) AS time,
    'ual' AS source,
    id(Workload) AS workload,
    Operation AS operation_raw,
    who AS actor,
    CASE
        WHEN who IS NULL OR who = 'not available' THEN 'unknown'
        WHEN regexp_matches(who, '{_SYSTEM}') THEN 'system'
        WHEN regexp_matches(who, '^serviceprincipal_|^spo_|^application$') THEN 'service_principal'
        WHEN contains(who, '#ext#') OR user_type IN ('10', 'guest') THEN 'guest'
        WHEN regexp_full_match(user_type, '3|dcadmin|4|system|7|custompolicy|8|systempolicy') THEN 'system'
        WHEN user_type IN ('5', 'application', '6', 'serviceprincipal') THEN 'service_principal'
        WHEN NOT contains(who, '@') THEN 'unknown'
        WHEN user_type IN ('2', 'admin') THEN 'admin'
        ELSE 'user' END AS actor_kind,
    said(ObjectId) AS target,
    coalesce(spelled(ClientIP), spelled(ClientIPAddress), spelled(ActorIpAddress), spelled(Client_IPAddress))
        AS client_ip,
    coalesce(said(UserAgent), extended_agent,
        CASE WHEN contains(details, 'User-Agent') AND json_valid(details)
            THEN said(CAST(details AS JSON)->>'$."User-Agent"') END,
        CASE WHEN contains(ClientInfoString, 'Mozilla/')
            THEN rtrim('Mozilla/' || split_part(ClientInfoString, 'Mozilla/', 2), '; ') END) AS user_agent,
    device_os AS os,
    device_browser AS browser,
    coalesce(device_session, id(AppAccessContext.AADSessionId), id(SessionId)) AS session_id,
    id(AppAccessContext.UniqueTokenId) AS token_id,
    coalesce(device_number, id(AppAccessContext.DeviceId), id(DeviceId)) AS device_id,
    coalesce(truth(device_managed), truth(device_compliant), truth(IsManagedDevice)) AS device_managed,
    coalesce(id(ApplicationId), id(ClientAppId), id(AppAccessContext.ClientAppId), id(AppId)) AS app_id,
    coalesce(id(ApplicationDisplayName), id(ClientAppName)) AS app_name,
    coalesce(id(InterSystemsId), id(AppAccessContext.CorrelationId), id(CorrelationId)) AS correlation_id,
    -- ResultStatus lies for sign-ins (UserLoginFailed says Success): there the error code decides.
    CASE
        WHEN Operation IN {_SIGN_IN} AND regexp_full_match(number, '{either(INTERRUPTED)}') THEN 'interrupted'
        WHEN Operation IN {_SIGN_IN} AND coalesce(number, '0') = '0' AND logon_error LIKE '%Interrupt'
            THEN 'interrupted'
        WHEN Operation = 'UserLoginFailed' THEN 'failure'
        WHEN Operation = 'UserLoggedIn' AND coalesce(number, '0') = '0' AND logon_error IS NULL THEN 'success'
        WHEN Operation = 'UserLoggedIn' THEN 'failure'
        WHEN regexp_full_match(lower(ResultStatus), 'true|success|succeeded|successful|partiallysucceeded')
            THEN 'success'
        WHEN lower(ResultStatus) IN ('false', 'failed', 'failure') THEN 'failure'
        ELSE 'unknown' END AS result,
    number AS error_code,
    id(ClientInfoString) AS client_app,
    lower(id(MailboxOwnerUPN)) AS mailbox_owner,
    coalesce(id(Item.InternetMessageId), id(InternetMessageId), first_message) AS message_id,
    coalesce(Item.Subject, Subject, first_subject) AS message_subject,
    texts(list_concat([y.InternetMessageId for y in flatten([x.FolderItems for x in Folders])],
        [x.InternetMessageId for x in AffectedItems], [Item.InternetMessageId])) AS message_ids,
    texts(list_concat([x.Path for x in Folders], [x.ParentFolder.Path for x in AffectedItems],
        [Folder.Path, Item.ParentFolder.Path])) AS folders,
    coalesce(list_concat(
        -- An empty parameter says something: Set-Mailbox with an empty address is forwarding cleared.
        pairs(Parameters, 'Parameters', TRUE), extended, changes(ModifiedProperties, 'ModifiedProperties'),
        operations, device,
        {", ".join(said_of(group) for group in _SCALARS)},
        {_KEPT_WHOLE},
        [{{'name': 'Subjects', 'value': x.Subject}} for x in AffectedItems
            if x.Subject <> '' AND len(AffectedItems) > 1],
        CASE WHEN "@damaged" IS NOT NULL THEN one('Damaged', "@damaged") END), []) AS properties
FROM told
"""
#: From records with FIELDS.
SELECT = f"WITH read AS (SELECT * REPLACE ({_OPENED}) FROM records) {_SELECT}"
#: From records with FIELDS_ALIKE.
SELECT_ALIKE = f"WITH read AS (SELECT * FROM records) {_SELECT}"
