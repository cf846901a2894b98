"""Hand-made exports, one for every shape whose real files are nowhere published; headers as the portals write them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

#: The 57 columns of the portal's sign-in file: blanks at ends and in the middle, one column twice.
SIGN_IN_COLUMNS = (
    "Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,Cross tenant access type,"
    "Incoming token type,Authentication Protocol,Unique token identifier,Original transfer method,"
    "Client credential type,Token Protection - Sign In Session,Token Protection - Sign In Session StatusCode,"
    "Application,Application ID ,App owner tenant ID,Resource,Resource ID ,Resource tenant ID,"
    "Resource owner tenant ID,Home tenant ID,Home tenant name,IP address,Location,Status,Sign-in error code,"
    "Failure reason,Client app,Device ID,Browser,Operating System,Compliant,Managed,Join Type,"
    "Multifactor authentication result,Multifactor authentication auth method,"
    "Multifactor authentication auth detail,Authentication requirement,Sign-in identifier,Session ID,"
    "IP address (seen by resource),Through Global Secure Access,Global Secure Access IP address,"
    "Autonomous system  number,Flagged for review,Token issuer type,Incoming token type,Token issuer name,Latency,"
    "Conditional Access,Managed Identity type,Associated Resource Id,Federated Token Id,Federated Token Issuer"
)
APP_COLUMNS = (
    "Date (UTC),Request ID,Correlation ID,Service principal ID,Service principal name,Credential key ID,"
    "Credential thumbprint,Application,Application ID ,App owner tenant ID,Resource,Resource ID ,Resource tenant ID,"
    "IP address,Location,Status,Sign-in error code,Failure reason,Conditional Access"
)
_CHANGES = [f"ModifiedProperty{n}{part}" for n in range(1, 6) for part in ("Name", "OldValue", "NewValue")]
AUDIT_COLUMNS = ",".join(
    [
        "Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,UserAgent,ActorType,ActorDisplayName",
        "ActorObjectId,ActorUserPrincipalName,IPAddress,ActorHomeTenantId,ActorHomeTenantName",
        "ActorServicePrincipalId,ActorServicePrincipalName",
        *(
            f"Target{target}{column}"
            for target in (1, 2, 3)
            for column in ("Type", "DisplayName", "ObjectId", "UserPrincipalName", *_CHANGES)
        ),
        *(f"AdditionalDetail{n}{part}" for n in range(1, 9) for part in ("Key", "Value")),
    ]
)
RULE_COLUMNS = (
    "UserName,RuleName,Enabled,Priority,RuleIdentity,StopProcessingRules,CopyToFolder,MoveToFolder,RedirectTo,ForwardTo,"
    "ForwardAsAttachmentTo,ApplyCategory,MarkImportance,MarkAsRead,DeleteMessage,SoftDeleteMessage,From,"
    "SubjectContainsWords,SubjectOrBodyContainsWords,BodyContainsWords,HasAttachment,Description,InError,ErrorType"
)
SUMMARY_COLUMNS = (
    "origin_timestamp_utc,sender_address,recipient_status,message_subject,total_bytes,message_id,network_message_id,"
    "original_client_ip,directionality,connector_id,delivery_priority"
)
EXTENDED_COLUMNS = (
    "origin_timestamp_utc,sender_address,recipient_status,message_subject,total_bytes,message_id,network_message_id,"
    "original_client_ip,directionality,connector_id,delivery_priority,client_ip,client_hostname,server_ip,"
    "server_hostname,source_context,source,event_id,internal_message_id,recipient_address,recipient_count,"
    "related_recipient_address,reference,return_path,message_info,tenant_id,original_server_ip,custom_data"
)
TRACE_COLUMNS = (
    "Organization,MessageId,Received,SenderAddress,RecipientAddress,Subject,Status,ToIP,FromIP,Size,"
    "MessageTraceId,Index"
)
OAUTH_COLUMNS = (
    "PermissionType,AppId,ClientObjectId,AppDisplayName,ResourceObjectId,ResourceDisplayName,Permission,ConsentType,"
    "PrincipalObjectId,PrincipalDisplayName,Homepage,PublisherName,ReplyUrls,ExpiryTime,CreatedDateTime,"
    "AppOwnerOrganizationId,ApplicationStatus,ApplicationVisibility,AssignmentRequired,IsAppProxy,PublisherDisplayName,"
    "VerifiedPublisherId,AddedDateTime,SignInAudience,ApplicationType"
)
DEVICE_COLUMNS = (
    "CreatedDateTime,DeviceId,ObjectId,AccountEnabled,DeviceOwnership,DisplayName,EnrollmentType,IsCompliant,IsManaged,"
    "IsRooted,ManagementType,DeviceCategory,OperatingSystem,OperatingSystemVersion,Manufacturer,Model,"
    "LastSignInDateTime,TrustType,RegisteredOwners,RegisteredUsers,MDMAppId,OnPremisesSyncEnabled,ProfileType"
)
GRAPH_RECORD_COLUMNS = (
    "id,createdDateTime,auditLogRecordType,operation,organizationId,userType,userId,service,objectId,userPrincipalName,"
    "clientIp,administrativeUnits,auditData"
)

DETAIL_COLUMNS = (
    "Date,Request ID,Authentication method,Authentication method detail,Succeeded,Result detail,Requirement"
)
CLOUD_APP_COLUMNS = "Timestamp,ActionType,Application,AccountObjectId,AccountId,IPAddress,RawEventData,ReportId"
URL_CLICK_COLUMNS = (
    "Timestamp,Url,ActionType,AccountUpn,Workload,NetworkMessageId,ThreatTypes,DetectionMethods,IPAddress,"
    "IsClickedThrough,UrlChain,ReportId"
)
HUNTING_SIGN_IN_COLUMNS = (
    "Timestamp,Application,ApplicationId,LogonType,ErrorCode,CorrelationId,SessionId,AccountDisplayName,AccountObjectId,"
    "AccountUpn,IsGuestUser,RequestId,IPAddress,Country,City,UserAgent,OSPlatform,Browser,AadDeviceId,IsManaged"
)
TRANSPORT_RULE_COLUMNS = (
    "Priority,Name,State,Mode,Description,Guid,BlindCopyTo,RedirectMessageTo,SubjectOrBodyContainsWords,WhenChanged"
)

POWERSHELL_COLUMNS = "CreatedDateTime,UserPrincipalName,UserDisplayName,AppDisplayName,IPAddress,City,Country,Status"
MODELS = "Microsoft.Graph.PowerShell.Models."  # what Export-Csv leaves of an object

WHEN = "2026-11-17T08:41:00Z"
ANNA = "anna@contoso.example"
GUID = "00000000-0000-4000-8000-00000000000a"


def table(header: str, *rows: dict[str, Any]) -> str:
    """A CSV file with that header; of two columns with one name the first is filled."""
    columns = header.split(",")
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        left = dict(row)
        writer.writerow([left.pop(column, "") for column in columns])
        assert not left, f"no such columns: {left}"
    return out.getvalue()


def portal_sign_in(**given: Any) -> dict[str, Any]:
    """A sign-in of anna's as the portal writes it."""
    return {
        "Date (UTC)": WHEN,
        "Request ID": GUID,
        "User agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0",
        "User": "Anna Berg",
        "Username": ANNA,
        "User ID": "10000000-0000-4000-8000-000000000001",
        "User type": "Member",
        "Incoming token type": "None",
        "Authentication Protocol": "None",
        "Application": "OfficeHome",
        "Application ID ": "4765445b-32c6-49b0-83e6-1d93765276ca",
        "IP address": "203.0.113.10",
        "Location": "Melbourne, Victoria, AU",
        "Status": "Success",
        "Failure reason": "Other.",
        "Authentication requirement": "Multifactor authentication",
        "Session ID": "s-1",
        **given,
    }


def portal_audit(**given: Any) -> dict[str, Any]:
    """Anna registering a sign-in method, as the portal writes it."""
    return {
        "Date (UTC)": WHEN,
        "CorrelationId": "c-1",
        "Service": "Authentication Methods",
        "Category": "UserManagement",
        "Activity": "User registered security info",
        "Result": "Success",
        "ResultReason": "User registered Authenticator App",
        "ActorType": "User",
        "ActorUserPrincipalName": ANNA,
        "ActorObjectId": "u-1",
        "IPAddress": "203.0.113.10",
        "Target1Type": "User",
        "Target1DisplayName": "Anna Berg",
        "Target1ObjectId": "u-1",
        "Target1UserPrincipalName": ANNA,
        **given,
    }


def envelope(category: str, properties: dict[str, Any], **given: Any) -> dict[str, Any]:
    """What an event hub receives."""
    return {"time": WHEN, "category": category, "operationName": "x", "properties": properties, **given}


def tables_answer(*records: dict[str, Any]) -> str:
    """What the Log Analytics query service answers."""
    names = list(records[0])
    columns = [{"name": name, "type": "string"} for name in names]
    rows = [[record.get(name) for name in names] for record in records]
    return json.dumps({"tables": [{"name": "PrimaryResult", "columns": columns, "rows": rows}]})


POWERSHELL_SIGN_IN = {
    "CreatedDateTime": WHEN,
    "UserPrincipalName": ANNA,
    "AppDisplayName": "OfficeHome",
    "IPAddress": "203.0.113.10",
    "City": "Melbourne",
    "Country": "AU",
    "Status": f"{MODELS}MicrosoftGraphSignInStatus",
}
SENTINEL_SIGN_IN = {
    "TimeGenerated": WHEN,
    "CreatedDateTime": WHEN,
    "UserPrincipalName": ANNA,
    "AppDisplayName": "OfficeHome",
    "IPAddress": "203.0.113.10",
    "ResultType": "0",
    "Status": '{"errorCode":0}',
    "Type": "AADNonInteractiveUserSignInLogs",
}
SENTINEL_AUDIT = {
    "TimeGenerated": WHEN,
    "OperationName": "Update user",
    "Result": "success",
    "LoggedByService": "Core Directory",
    "InitiatedBy": json.dumps({"user": {"userPrincipalName": ANNA, "ipAddress": "203.0.113.10"}}),
    "TargetResources": json.dumps([{"type": "User", "userPrincipalName": ANNA}]),
}
EMAIL_EVENT = {
    "Timestamp": WHEN,
    "NetworkMessageId": GUID,
    "InternetMessageId": "<m-1@contoso.example>",
    "SenderFromAddress": ANNA,
    "RecipientEmailAddress": "x@fabrikam.example",
    "Subject": "Invoice",
    "SenderIPv4": "203.0.113.10",
    "DeliveryAction": "Junked",
    "EmailDirection": "Outbound",
}
TRACE = {"Received": WHEN, "SenderAddress": ANNA, "RecipientAddress": "x@fabrikam.example", "Status": "Delivered"}
SUMMARY = {
    "origin_timestamp_utc": WHEN,
    "sender_address": ANNA,
    "recipient_status": "x@fabrikam.example##Receive, Send",
    "message_subject": "Invoice",
    "message_id": "<m-1@contoso.example>",
    "network_message_id": GUID,
}
STEP = {**SUMMARY, "recipient_status": "", "recipient_address": "x@fabrikam.example", "event_id": "RECEIVE"}
RULE = {"UserName": ANNA, "RuleName": ".", "Enabled": "True", "Priority": "1", "RuleIdentity": "77"}
HUNTING_SIGN_IN = {
    "Timestamp": WHEN,
    "AccountUpn": ANNA,
    "ErrorCode": "0",
    "LogonType": '["interactiveUser"]',
    "IPAddress": "203.0.113.10",
    "RequestId": GUID,
}
URL_CLICK = {
    "Timestamp": WHEN,
    "Url": "https://evil.example/login",
    "ActionType": "ClickBlocked",
    "AccountUpn": ANNA,
    "Workload": "Email",
    "NetworkMessageId": "11111111-0000-4000-8000-000000000001",
    "IPAddress": "203.0.113.10",
    "IsClickedThrough": "0",
    "ReportId": GUID,
}
TRANSPORT_RULE = {"Priority": "0", "Name": "Copy", "State": "Enabled", "Mode": "Enforce", "Guid": GUID}
PERMISSION = {
    "PermissionType": "Delegated",
    "AppId": "a-1",
    "ClientObjectId": "sp-1",
    "AppDisplayName": "eM Client",
    "ResourceObjectId": "r-1",
    "Permission": "Mail.Read",
    "ConsentType": "Principal",
    "PrincipalObjectId": "u-1",
    "PrincipalDisplayName": "Anna Berg",
    "CreatedDateTime": "2026-11-17 09:00:00",
}

#: One small file for every such shape, with the kinds of its records.
MADE: dict[str, tuple[str, list[str]]] = {
    "entra-portal-sign-in-csv": (table(SIGN_IN_COLUMNS, portal_sign_in()), ["sign_in"]),
    "entra-portal-app-sign-in-csv": (
        table(APP_COLUMNS, {"Date (UTC)": WHEN, "Service principal ID": "sp-1", "Status": "Success"}),
        ["sign_in"],
    ),
    "entra-portal-audit-csv": (table(AUDIT_COLUMNS, portal_audit()), ["directory_audit"]),
    "azure-monitor-json": (
        json.dumps(
            {"records": [envelope("SignInLogs", {"userPrincipalName": ANNA}), envelope("AuditLogs", {"id": "x"})]}
        ),
        ["sign_in", "directory_audit"],
    ),
    "powershell-sign-in-csv": (
        table(POWERSHELL_COLUMNS, POWERSHELL_SIGN_IN),
        ["sign_in"],
    ),
    "powershell-directory-audit-csv": (
        table(
            "ActivityDateTime,ActivityDisplayName,Category,Id,InitiatedBy,Result",
            {"ActivityDateTime": WHEN, "ActivityDisplayName": "Update user", "InitiatedBy": f"{MODELS}Initiator"},
        ),
        ["directory_audit"],
    ),
    "sentinel-signin-json": (tables_answer(SENTINEL_SIGN_IN), ["sign_in"]),
    "sentinel-office-activity-json": (
        json.dumps([{"TimeGenerated": WHEN, "OfficeWorkload": "Exchange", "Operation": "Send", "UserId": ANNA}]),
        ["audit_record"],
    ),
    "sentinel-audit-logs-json": (json.dumps([SENTINEL_AUDIT]), ["directory_audit"]),
    "sentinel-audit-logs-csv": (table(",".join(SENTINEL_AUDIT), SENTINEL_AUDIT), ["directory_audit"]),
    "sentinel-email-events-json": (json.dumps({"schema": [], "results": [EMAIL_EVENT]}), ["message_trace"]),
    "sentinel-email-events-csv": (table(",".join(EMAIL_EVENT), EMAIL_EVENT), ["message_trace"]),
    "message-trace-csv": (table(TRACE_COLUMNS, TRACE), ["message_trace"]),
    "message-trace-summary-csv": (table(SUMMARY_COLUMNS, SUMMARY), ["message_trace"]),
    "message-trace-extended-csv": (table(EXTENDED_COLUMNS, STEP), ["message_trace"]),
    "exchange-inbox-rule-csv": (table(RULE_COLUMNS, RULE), ["inbox_rule"]),
    "exchange-mailbox-csv": (
        table(
            "UserPrincipalName,PrimarySmtpAddress,ForwardingSmtpAddress,DeliverToMailboxAndForward",
            {"UserPrincipalName": ANNA, "ForwardingSmtpAddress": "smtp:x@evil.example"},
        ),
        ["mailbox"],
    ),
    "oauth-permissions-csv": (table(OAUTH_COLUMNS, PERMISSION), ["oauth_grant", "service_principal"]),
    "user-csv": (f"userPrincipalName,displayName,id,accountEnabled\n{ANNA},Anna,u-1,True\n", ["user"]),
    "device-csv": (
        table(DEVICE_COLUMNS, {"DeviceId": "d-1", "DisplayName": "PC", "OperatingSystem": "Windows"}),
        ["device"],
    ),
    "mfa-methods-csv": (
        f"user,MFAstatus,email,fido2,app,password,phone,softwareoath,hellobusiness\n{ANNA},Enabled,,,True,True,True,,\n",
        ["auth_method", "auth_method"],
    ),
    "graph-audit-log-record-csv": (
        table(GRAPH_RECORD_COLUMNS, {"createdDateTime": WHEN, "operation": "Send", "auditData": "{}"}),
        ["audit_record"],
    ),
    "entra-portal-auth-details-csv": (
        table(DETAIL_COLUMNS, {"Date": WHEN, "Request ID": GUID, "Authentication method": "Password"}),
        [],
    ),
    "audit-data-csv": (
        (
            "CreationTime,Id,Operation,RecordType,UserId,Workload,Parameters\n"
            f"2026-11-17T08:41:00,{GUID},Set-Mailbox,1,{ANNA},Exchange,System.Object[]\n"
        ),
        ["audit_record"],
    ),
    "audit-lower-case-json": (
        json.dumps({"creationtime": "2026-11-17 08:41:00", "operation": "Set-Mailbox", "userid": ANNA}),
        ["audit_record"],
    ),
    "hunting-cloud-app-events-csv": (
        table(CLOUD_APP_COLUMNS, {"Timestamp": WHEN, "ActionType": "Send", "RawEventData": '{"Operation": "Send"}'}),
        ["audit_record"],
    ),
    "hunting-url-click-events-csv": (table(URL_CLICK_COLUMNS, URL_CLICK), ["audit_record"]),
    "hunting-sign-in-events-csv": (table(HUNTING_SIGN_IN_COLUMNS, HUNTING_SIGN_IN), ["sign_in"]),
    "graph-app-sign-in-activity-json": (
        json.dumps({"value": [{"id": "x", "appId": "a-1", "lastSignInActivity": {"lastSignInDateTime": WHEN}}]}),
        [],
    ),
    "device-json": (
        json.dumps([{"DeviceId": "d-1", "DisplayName": "PC", "OperatingSystem": "Windows", "TrustType": "AzureAd"}]),
        ["device"],
    ),
    "mfa-registration-csv": (
        f'Id,UserPrincipalName,IsMfaRegistered,MethodsRegistered\nu-1,{ANNA},True,"mobilePhone, email"\n',
        ["mfa_registration"],
    ),
    "oauth-grant-csv": (
        "Id,ClientId,ConsentType,PrincipalId,ResourceId,Scope\ng-1,sp-1,Principal,u-1,r-1, Mail.Read User.Read\n",
        ["oauth_grant"],
    ),
    "exchange-transport-rule-csv": (table(TRANSPORT_RULE_COLUMNS, TRANSPORT_RULE), ["transport_rule"]),
    "exchange-inbound-connector-csv": (
        "Name,Enabled,ConnectorType,SenderDomains,SenderIPAddresses,RequireTls\nC,True,OnPremises,smtp:*;1,,True\n",
        ["inbound_connector"],
    ),
    "exchange-outbound-connector-csv": (
        "Name,Enabled,ConnectorType,RecipientDomains,SmartHosts\nC,True,Partner,*,mail.evil.example\n",
        ["outbound_connector"],
    ),
    "exchange-remote-domain-csv": (
        "DomainName,AutoForwardEnabled,AutoReplyEnabled,Name\n*,True,True,Default\n",
        ["remote_domain"],
    ),
    "exchange-mailbox-permission-csv": (
        f"Identity,User,AccessRights,IsInherited,Deny\n{ANNA},bob@contoso.example,{{FullAccess}},False,False\n",
        ["mailbox_permission"],
    ),
    "exchange-recipient-permission-csv": (
        f"Identity,Trustee,AccessControlType,AccessRights\n{ANNA},bob@contoso.example,Allow,{{SendAs}}\n",
        ["mailbox_permission"],
    ),
    "exchange-folder-permission-csv": (
        f"FolderName,User,AccessRights,Identity\nInbox,bob@contoso.example,{{Editor}},{ANNA}:\\Inbox\n",
        ["folder_permission"],
    ),
}
