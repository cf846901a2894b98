"""Things as they stand (rules, rights, consents, devices, mail flow) in every form in which they are exported."""

from __future__ import annotations

import json
from typing import Any

from exports import DEVICE_COLUMNS, OAUTH_COLUMNS, PERMISSION, RULE_COLUMNS, TRANSPORT_RULE_COLUMNS, table
from intake.samples import ANNA, BOB, EVE, Sample, guid

GRAPH = "https://graph.microsoft.com/v1.0/$metadata#"
_OF_ANNA = f"{GRAPH}users('anna%40contoso.example')"


def rule(number: int, **given: Any) -> dict[str, Any]:
    """A rule as Get-InboxRule gives it."""
    return {"RuleIdentity": number, "Name": ".", "Enabled": True, "Priority": 1, "MailboxOwnerId": ANNA,
            "ForwardTo": [f'"Eve" [SMTP:{EVE}]'], "MoveToFolder": "RSS Feeds", "DeleteMessage": False,
            "StopProcessingRules": True, **given}  # fmt: skip


def stands(number: str, **given: Any) -> dict[str, Any]:
    return {"owner": ANNA, "rule_id": number, "name": ".", "enabled": True, "forward_to": [EVE],
            "move_to_folder": "RSS Feeds", "stop_processing": True, **given}  # fmt: skip


_GRAPH_RULE = {
    "id": "AQAAAJ5dZqA=",
    "displayName": "News",
    "sequence": 2,
    "isEnabled": True,
    "hasError": False,
    "isReadOnly": False,
    "conditions": {"senderContains": ["bank"]},
    "actions": {"forwardTo": [{"emailAddress": {"name": "Eve", "address": EVE}}], "stopProcessingRules": True},
}
_MES_RULE = {
    "UserName": ANNA,
    "RuleName": ".",
    "Enabled": "True",
    "Priority": "1",
    "RuleIdentity": "502",
    "StopProcessingRules": "True",
    "MoveToFolder": "RSS Feeds",
    "ForwardTo": f'"Eve" [SMTP:{EVE}], "Bob" [EX:/o=ExchangeLabs/cn=bob]',
}
RULES = (
    Sample("messageRules.json", json.dumps({"@odata.context": f"{_OF_ANNA}/mailFolders('inbox')/messageRules",
           "value": [_GRAPH_RULE]}), "graph-message-rule-json",
           [stands("AQAAAJ5dZqA=", name="News", move_to_folder=None, has_conditions=True, seen_by=["export", "graph"])],
           table="inbox_rules"),
    Sample("Get-InboxRule.json", json.dumps([rule(501)]), "exchange-inbox-rule-json",
           [stands("501", hidden=True, seen_by=["exchange", "export"])], table="inbox_rules",
           said=("Nothing in it shows that hidden rules were asked for",)),
    Sample("MailboxRules.csv", table(RULE_COLUMNS, _MES_RULE), "exchange-inbox-rule-csv", [stands("502")],
           table="inbox_rules"),
    Sample(
        "Get-InboxRule.csv",
        table("Name,Enabled,Priority,Identity,MoveToFolder,DeleteMessage,ForwardTo,StopProcessingRules,RuleIdentity",
              {"Name": ".", "Enabled": "True", "Priority": "1", "Identity": f"{ANNA}\\503", "RuleIdentity": "503",
               "ForwardTo": f'{{"Eve" [SMTP:{EVE}]}}', "MoveToFolder": "RSS Feeds", "DeleteMessage": "False",
               "StopProcessingRules": "True"}),
        "exchange-inbox-rule-csv",
        [stands("503")],
        table="inbox_rules",
    ),
)  # fmt: skip

_TRANSPORT = {"name": "Copy", "enabled": True, "mode": "Enforce", "priority": 0, "blind_copy_to": [EVE]}
_TRANSPORT_ROW = {"Name": "Copy", "State": "Enabled", "Mode": "Enforce", "Priority": "0", "BlindCopyTo": EVE}
_LOST = {**_TRANSPORT_ROW, "Guid": guid(603), "BlindCopyTo": "System.Collections.ArrayList"}
_CONNECTOR = {"name": "C", "enabled": True, "direction": "inbound", "domains": ["*", "evil.example"],
              "addresses": ["203.0.113.10", "203.0.113.11"], "require_tls": True}  # fmt: skip
_DOMAINS, _ADDRESSES = "smtp:*;1, smtp:evil.example;1", "203.0.113.10, 203.0.113.11"
MAIL_FLOW = (
    Sample("Get-TransportRule.json",
           json.dumps([{**_TRANSPORT_ROW, "Guid": guid(601), "BlindCopyTo": [EVE], "SetAuditSeverity": None}]),
           "exchange-transport-rule-json", [_TRANSPORT], table="transport_rules"),
    Sample("TransportRules.csv",
           table(TRANSPORT_RULE_COLUMNS,
                 {**_TRANSPORT_ROW, "Guid": guid(602), "WhenChanged": "17/11/2026 08:41:00",
                  "SubjectOrBodyContainsWords": "invoice, payment"}),
           "exchange-transport-rule-csv",
           [{**_TRANSPORT, "words": ["invoice", "payment"], "changed": "2026-11-17 08:41:00"}],
           table="transport_rules"),
    Sample("TransportRules of types.csv", table(TRANSPORT_RULE_COLUMNS, _LOST), "exchange-transport-rule-csv",
           [{**_TRANSPORT, "blind_copy_to": []}], table="transport_rules", figures=(1, 0, 0, 1),
           said=("only the name of a type stands in BlindCopyTo: what stood there is lost",)),
    Sample("Get-InboundConnector.json",
           json.dumps([{"Name": "C", "Guid": guid(604), "Enabled": True, "ConnectorType": "Partner", "RequireTls": True,
                        "SenderDomains": _DOMAINS.split(", "), "SenderIPAddresses": _ADDRESSES.split(", ")}]),
           "exchange-inbound-connector-json", [_CONNECTOR], table="connectors"),
    Sample("InboundConnectors.csv",
           table("Name,Guid,Enabled,ConnectorType,SenderDomains,SenderIPAddresses,RequireTls",
                 {"Name": "C", "Guid": guid(605), "Enabled": "True", "ConnectorType": "Partner", "RequireTls": "True",
                  "SenderDomains": f"{{{_DOMAINS}}}", "SenderIPAddresses": _ADDRESSES}),
           "exchange-inbound-connector-csv", [_CONNECTOR], table="connectors"),
    Sample("OutboundConnectors.csv",
           table("Name,Guid,Enabled,ConnectorType,RecipientDomains,SmartHosts",
                 {"Name": "O", "Guid": guid(606), "Enabled": "False", "ConnectorType": "Partner",
                  "RecipientDomains": "a.example, b.example", "SmartHosts": "mail.evil.example"}),
           "exchange-outbound-connector-csv",
           [{"name": "O", "direction": "outbound", "enabled": False, "domains": ["a.example", "b.example"],
             "addresses": ["mail.evil.example"]}], table="connectors"),
    Sample("Get-RemoteDomain.json",
           json.dumps([{"Name": "One", "DomainName": "one.example", "Guid": guid(607), "AutoForwardEnabled": True}]),
           "exchange-remote-domain-json", [{"domain": "one.example", "auto_forward": True}], table="remote_domains"),
    Sample("RemoteDomains.csv", f"Name,Guid,DomainName,AutoForwardEnabled\nTwo,{guid(608)},*,True\n",
           "exchange-remote-domain-csv", [{"domain": "*", "auto_forward": True}], table="remote_domains"),
)  # fmt: skip

_RIGHT = {"owner": ANNA, "trustee": BOB, "deny": False}
_DEVICE_ROW = {"DeviceId": "d-2", "ObjectId": "o-2", "DisplayName": "PC", "OperatingSystem": "Windows",
               "TrustType": "AzureAd", "CreatedDateTime": "2026-01-02 03:04:05", "IsManaged": "True",
               "AccountEnabled": "True"}  # fmt: skip
_DEVICE = {"device_id": "d-2", "name": "PC", "os": "Windows", "trust_type": "AzureAd", "managed": True,
           "registered": "2026-01-02 03:04:05"}  # fmt: skip
_GRANTED = {"client_id": "sp-1", "consent_type": "Principal", "scopes": ["Mail.Read", "User.Read"]}
RIGHTS = (
    Sample("Get-MailboxPermission.json",
           json.dumps([{"Identity": ANNA, "User": BOB, "AccessRights": ["FullAccess"], "IsInherited": False}]),
           "exchange-mailbox-permission-json", [{**_RIGHT, "right": "FullAccess"}], table="mailbox_permissions"),
    Sample("MailboxPermissions.csv",
           f'Identity,User,AccessRights,IsInherited,Deny\n{ANNA},{BOB},"{{ReadPermission, ChangeOwner}}",False,False\n',
           "exchange-mailbox-permission-csv",
           [{**_RIGHT, "right": "ChangeOwner"}, {**_RIGHT, "right": "ReadPermission"}], table="mailbox_permissions",
           figures=(1, 0, 0, 0)),
    Sample("RecipientPermissions.csv", f"Identity,Trustee,AccessControlType,AccessRights\n{ANNA},{BOB},Allow,SendAs\n",
           "exchange-recipient-permission-csv", [{**_RIGHT, "right": "SendAs"}], table="mailbox_permissions"),
    Sample("FolderPermissions.csv", f"FolderName,User,AccessRights,Identity\nInbox,{BOB},{{Editor}},{ANNA}:\\Inbox\n",
           "exchange-folder-permission-csv",
           [{"owner": ANNA, "folder": "Inbox", "trustee": BOB, "rights": ["Editor"]}], table="folder_permissions"),
    Sample("oauth2PermissionGrants.json",
           json.dumps({"value": [{"id": "g-1", "clientId": "sp-1", "consentType": "Principal", "principalId": "u-9",
                                  "resourceId": "r", "scope": " Mail.Read User.Read"}]}),
           "graph-oauth-grant-json", [{**_GRANTED, "grant_id": "g-1"}], table="oauth_grants"),
    Sample("Get-MgOauth2PermissionGrant.csv",
           "Id,ClientId,ConsentType,PrincipalId,ResourceId,Scope\ng-2,sp-1,Principal,u-9,r, Mail.Read User.Read\n",
           "oauth-grant-csv", [{**_GRANTED, "grant_id": "g-2"}], table="oauth_grants"),
    Sample("OAuthPermissions.csv",
           table(OAUTH_COLUMNS, PERMISSION | {"ClientObjectId": "sp-3"},
                 PERMISSION | {"ClientObjectId": "sp-3", "Permission": "User.Read"}),
           "oauth-permissions-csv", [{**_GRANTED, "client_id": "sp-3", "app_name": "eM Client"}], table="oauth_grants",
           figures=(2, 0, 0, 0), said=("2 permissions in it are 1 consents of 1 applications.",)),
    Sample("methods.json",
           json.dumps({"@odata.context": f"{_OF_ANNA}/authentication/methods", "value": [
               {"@odata.type": "#microsoft.graph.phoneAuthenticationMethod", "id": "p-1", "phoneNumber": "+1 5"}]}),
           "graph-auth-method-json", [{"owner": ANNA, "method_type": "phone", "phone_number": "+1 5"}],
           table="auth_methods"),
    Sample("MFA.csv", f"user,MFAstatus,email,fido2,app,password,phone\n{BOB},Enabled,,,True,True,\n", "mfa-methods-csv",
           [{"owner": BOB, "method_type": "microsoftAuthenticator"}], table="auth_methods"),
    Sample("UserRegistrationDetails.csv",
           f'Id,UserPrincipalName,IsMfaRegistered,MethodsRegistered\nu-1,{BOB},True,"mobilePhone, email"\n',
           "mfa-registration-csv",
           [{"owner": BOB, "name": "registration.isMfaRegistered", "value": "True"},
            {"owner": BOB, "name": "registration.methodsRegistered", "value": "mobilePhone, email"}],
           table="org_config", figures=(1, 0, 0, 0)),
    Sample("devices.json",
           json.dumps([{"id": "o-1", "deviceId": "d-1", "displayName": "PC", "operatingSystem": "Windows"}]),
           "graph-device-json", [{"device_id": "d-1", "name": "PC", "os": "Windows"}], table="devices"),
    Sample("Devices.csv", table(DEVICE_COLUMNS, _DEVICE_ROW), "device-csv", [_DEVICE], table="devices",
           said=("Its times do not say in which zone they are: taken as UTC.",)),
    Sample("Devices of a collector.json", json.dumps([{**_DEVICE_ROW, "DeviceId": "d-3", "IsManaged": True}]),
           "device-json", [{**_DEVICE, "device_id": "d-3"}], table="devices"),
)  # fmt: skip
