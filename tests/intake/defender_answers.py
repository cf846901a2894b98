"""One small answer of every shape of Defender, Intune and hunting: shape → (content, kinds of its records)."""

import json

from evidence import audit

GRAPH = "https://graph.microsoft.com/v1.0/$metadata#"
MDE = "https://api.security.microsoft.com/api/$metadata#"
USER = {"@odata.type": "#microsoft.graph.security.userEvidence", "userAccount": {"userPrincipalName": "Anna@x.example"}}
ALERT = {
    "id": "da1_1", "title": "Suspicious inbox rule", "serviceSource": "microsoftDefenderForCloudApps",
    "severity": "medium", "status": "new", "createdDateTime": "2026-11-17T09:00:00.1234567Z", "incidentId": "7",
    "mitreTechniques": ["T1564.008"], "evidence": [USER],
}  # fmt: skip
INCIDENT = {
    "id": "7", "displayName": "Multi-stage incident", "severity": "high", "status": "active",
    "createdDateTime": "2026-11-17T09:05:00Z", "incidentWebUrl": "https://security.microsoft.com/incidents/7",
    "alerts": [ALERT],
}  # fmt: skip
SIGN_IN = {
    "Timestamp": "2026-11-17T08:41:00Z", "RequestId": "5fa3bb61-0000-4000-8000-000000000100", "ErrorCode": 0,
    "LogonType": '["interactiveUser"]', "AccountUpn": "anna@contoso.example", "IPAddress": "203.0.113.10",
    "Application": "OfficeHome", "Country": "GB", "IsManaged": 1, "EntraIdDeviceId": "d", "ReportId": "r",
}  # fmt: skip
URL_CLICK = {
    "Timestamp": "2026-11-17T09:10:00Z", "Url": "https://evil.example/login", "ActionType": "ClickBlocked",
    "AccountUpn": "Gina@contoso.example", "Workload": "Email", "IsClickedThrough": False,
    "NetworkMessageId": "11111111-0000-4000-8000-000000000001", "IPAddress": "203.0.113.10", "ReportId": "r",
}  # fmt: skip
PROTECTION = {
    "@odata.context": f"{GRAPH}deviceManagement/managedDevices('i-1')/windowsProtectionState/$entity",
    "id": "i-1", "realTimeProtectionEnabled": False, "signatureVersion": "1.1",
}  # fmt: skip


def hunted(*rows):
    """An answer of advanced hunting."""
    return {"schema": [{"name": name, "type": "String"} for name in rows[0]], "results": list(rows)}


DEFENDER = {
    "graph-alert-json": (json.dumps({"value": [ALERT]}), ["alert"]),
    "graph-incident-json": (json.dumps({"value": [INCIDENT]}), ["alert"]),
    "defender-alert-json": (
        json.dumps({"value": [{"id": "da2_1", "title": "Stealer", "machineId": "m", "severity": "High",
                               "alertCreationTime": "2026-11-17T09:00:00Z"}]}),
        ["alert"],
    ),
    "graph-managed-device-json": (
        json.dumps({"value": [{"id": "i-1", "deviceName": "PC", "complianceState": "compliant",
                               "azureADDeviceId": "d"}]}),
        ["managed_device"],
    ),
    "graph-protection-state-json": (json.dumps(PROTECTION), ["protection_state"]),
    "graph-malware-state-json": (
        json.dumps({"value": [{"id": "m", "displayName": "PWS", "threatState": "active", "executionState": "x"}]}),
        ["malware_state"],
    ),
    "graph-app-registration-json": (
        json.dumps({"value": [{"id": "T_1", "deviceTag": "t", "deviceName": "Phone", "managementSdkVersion": "20"}]}),
        ["app_registration"],
    ),
    "defender-machine-json": (
        json.dumps({"value": [{"id": "m", "computerDnsName": "pc", "healthStatus": "Active"}]}), ["machine"],
    ),
    "defender-logon-user-json": (
        json.dumps({"value": [{"accountName": "anna", "accountDomain": "azuread", "logonTypes": "Interactive"}]}),
        ["logon_user"],
    ),
    "defender-machine-action-json": (
        json.dumps({"value": [{"id": "a", "type": "Isolate", "machineId": "m", "requestor": "carol"}]}),
        ["machine_action"],
    ),
    "graph-analyzed-email-json": (
        json.dumps({"value": [{"networkMessageId": "n", "recipientEmailAddress": "a@b.example",
                               "loggedDateTime": "2026-11-17T09:00:00Z"}]}),
        [],
    ),
    "graph-detected-app-json": (
        json.dumps({"value": [{"id": "x", "displayName": "AnyDesk", "version": "9", "deviceCount": 1}]}), [],
    ),
    "hunting-rows-json": (json.dumps(hunted({"Timestamp": "2026-11-17T09:00:00Z", "Url": "x", "ReportId": "1"})), []),
    "hunting-cloud-app-events-json": (
        json.dumps(hunted({"Timestamp": "2026-11-17T08:41:00Z", "ActionType": "Send", "AccountObjectId": "a",
                           "RawEventData": json.dumps(audit()), "ReportId": "1"})),
        ["audit_record"],
    ),
    "hunting-sign-in-events-json": (json.dumps(hunted(SIGN_IN)), ["sign_in"]),
    "hunting-url-click-events-json": (json.dumps(hunted(URL_CLICK)), ["audit_record"]),
}  # fmt: skip
