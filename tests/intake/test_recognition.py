import codecs
import json

import exports
import pytest
from evidence import REALDATA, audit, lines, read, real, signed_in
from intake.collector_samples import COLLECTED
from intake.defender_answers import DEFENDER
from intake.exchange_answers import ANSWERS
from intake.identity_answers import IDENTITY
from intake.mail_answers import MAIL

from o365nb.errors import BadEvidence
from o365nb.intake import Record, recognise, shapes

#: Real files: what they are, and how many records they hold (counted by hand or by their publishers).
REAL = {
    "sentinel-training-lab/office_activity.csv": ("sentinel-office-activity-csv", 266),
    "sentinel-training-lab/office_activity_inbox_rule.csv": ("sentinel-office-activity-csv", 2),
    "sentinel-training-lab/sign-in_adelete.csv": ("sentinel-signin-csv", 56),
    "msticpy-sentinel/SigninLogs_aad_logons.csv": ("sentinel-signin-csv", 86),
    "msticpy-sentinel/demo_exchange_data.csv.gz": ("sentinel-office-activity-csv", 1334),
    "techjollof/TestFormated.csv": ("extractor-suite-ual-csv", 4),
    "det-eng-samples/t1110.003_msolspraywithsuccess_1.csv": ("extractor-suite-ual-csv", 9),
    "det-eng-samples/t1114_Set-Mailbox-ForwardSMTPAddress.csv": ("extractor-suite-ual-csv", 1),
    "det-eng-samples/t1564.008_New inbox rule to delete email.csv": ("extractor-suite-ual-csv", 1),
    "det-eng-samples/t1110.003_msolspray-powershell.json": ("extractor-suite-ual-json", 11),
    "det-eng-samples/t1114.003_rule_mail_forward_same_dest.json": ("extractor-suite-ual-json", 2),
    "det-eng-samples/t1564.008_markasread_delete_all_email.json": ("management-activity-json", 1),
    "splunk-security-content/o365_management_activity.jsonl": ("extractor-suite-ual-json", 18),
    "plaso/microsoft_audit_log.jsonl": ("extractor-suite-ual-json", 4),
    "ms-docs-management-api/office-365-management-activity-api-reference_14.json": ("management-activity-json", 3),
    "zerotrust-models/SignIn-model.json": ("graph-sign-in-json", 0),
    "ocsf-messagetrace/messagetrace_Delivered.json": ("exchange-message-trace-json", 1),
    "otrf-goldensaml/AADAuditEvents.json": ("sentinel-audit-logs-json", 4),
    "otrf-goldensaml/OfficeActivityEvents.json": ("sentinel-office-activity-json", 1),
    "splunk-security-content/azure_monitor_aad.jsonl": ("azure-monitor-json", 16),
    "m365triage-synthetic/InteractiveSignIns_2025-11-22_2025-12-22.csv": ("powershell-sign-in-csv", 30),
    "m365triage-synthetic/14c46140-fbea-4e73-8385-a22688bc16e4.csv": ("purview-audit-csv", 40),
}
GRAPH = "https://graph.microsoft.com/v1.0/$metadata#"
ANNA = "users('anna%40contoso.example')"
#: One small answer or file for every shape, with the kind of its record.
MADE = {
    "purview-audit-csv": (
        ("RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\n"
        'x,11/17/2026 8:41:00 AM,2,Send,anna@contoso.example,"{""CreationTime"":""2026-11-17T08:41:00""}",,\n'),
        "audit_record",
    ),
    "extractor-suite-ual-csv": (
        ("PSComputerName,RunspaceId,PSShowComputerName,RecordType,CreationDate,UserIds,Operations,AuditData,ResultIndex\n"
        'outlook.office365.com,r,False,ExchangeItem,11/17/2026 8:41:00 AM,anna@contoso.example,Send,"{}",1\n'),
        "audit_record",
    ),
    "extractor-suite-ual-json": (json.dumps({"RecordType": 2, "UserIds": "a", "AuditData": audit()}), "audit_record"),
    "management-activity-json": (json.dumps([audit()]), "audit_record"),
    "graph-audit-log-record-json": (
        json.dumps({"value": [{"id": "x", "createdDateTime": "2026-11-17T08:41:00Z", "operation": "Send",
                               "auditData": audit()}]}),
        "audit_record",
    ),
    "graph-sign-in-json": (json.dumps({"value": [signed_in()]}), "sign_in"),
    "graph-directory-audit-json": (
        json.dumps({"value": [{"activityDateTime": "2026-11-17T08:41:00Z", "activityDisplayName": "Update user"}]}),
        "directory_audit",
    ),
    "graph-message-trace-json": (
        json.dumps({"value": [{"senderAddress": "a@b.example", "recipientAddress": "c@d.example",
                               "receivedDateTime": "2026-11-17T08:41:00Z"}]}),
        "message_trace",
    ),
    "exchange-message-trace-json": (
        json.dumps({"SenderAddress": "a@b.example", "RecipientAddress": "c@d.example", "Received": "2026-11-17"}),
        "message_trace",
    ),
    "graph-message-rule-json": (
        json.dumps({"@odata.context": f"{GRAPH}{ANNA}/mailFolders('inbox')/messageRules",
                    "value": [{"id": "AQAAAJ5dZqA=", "displayName": ".", "sequence": 1, "isEnabled": True}]}),
        "message_rule",
    ),
    "sentinel-signin-csv": (
        ("TenantId,CreatedDateTime [UTC],UserPrincipalName,AppDisplayName,IPAddress,ResultType,Status_dynamic\n"
        't,"11/17/2026, 8:41:00.000 AM",anna@contoso.example,OfficeHome,203.0.113.10,0,\n'),
        "sign_in",
    ),
    "sentinel-office-activity-csv": (
        "TimeGenerated,UserId,ClientIP,Operation,Parameters\n2026-11-17T08:41:00Z,anna@contoso.example,,Set-Mailbox,[]\n",
        "audit_record",
    ),
    "graph-user-json": (
        json.dumps({"@odata.context": f"{GRAPH}users/$entity", "id": "1", "userPrincipalName": "anna@contoso.example"}),
        "user",
    ),
    "graph-oauth-grant-json": (
        json.dumps({"value": [{"id": "g", "clientId": "c", "consentType": "Principal", "scope": " Mail.Read"}]}),
        "oauth_grant",
    ),
    "graph-service-principal-json": (
        json.dumps({"id": "c", "appId": "a", "displayName": "App", "servicePrincipalType": "Application"}),
        "service_principal",
    ),
    "graph-auth-method-json": (
        json.dumps({"value": [{"@odata.type": "#microsoft.graph.phoneAuthenticationMethod", "id": "p"}]}),
        "auth_method",
    ),
    "graph-device-json": (
        json.dumps([{"deviceId": "d", "displayName": "PC", "operatingSystem": "Windows"}]), "device"
    ),
    "graph-organization-json": (
        json.dumps({"value": [{"id": "t", "verifiedDomains": [{"name": "contoso.example"}]}]}), "organization"
    ),
    "exchange-inbox-rule-json": (
        json.dumps({"value": [{"RuleIdentity": "1", "Name": ".", "Enabled": True}]}), "inbox_rule"
    ),
    "exchange-mailbox-json": (
        json.dumps({"UserPrincipalName": "anna@contoso.example", "DeliverToMailboxAndForward": False}), "mailbox"
    ),
    "exchange-accepted-domain-json": (
        json.dumps([{"DomainName": "contoso.example", "DomainType": "Authoritative"}]), "accepted_domain"
    ),
    **ANSWERS,
    **IDENTITY,
}  # fmt: skip


@pytest.mark.parametrize("path", REAL)
def test_real_files_are_recognised_and_read_whole(path):
    shape, records, damaged = read((REALDATA / path).read_bytes(), "download (3)")
    assert (shape, len(records), damaged) == (*REAL[path], [])


#: By content it is the same as the rights to a mailbox: only the live door knows what was asked.
LIVE_ONLY = "exchange-rights-elsewhere-json"


@pytest.mark.parametrize("name", [shape.name for shape in shapes() if shape.name != LIVE_ONLY])
def test_every_shape_is_recognised_by_its_content_alone(name):
    several = {**COLLECTED, **exports.MADE, **DEFENDER, **MAIL}
    content, kinds = several[name] if name in several else (MADE[name][0], [MADE[name][1]])
    shape, records, damaged = read(content, "evidence.bin")
    assert (shape, [record.kind for record in records], damaged) == (name, kinds, [])


@pytest.mark.parametrize("path", REAL)
def test_a_real_file_in_another_encoding_reads_the_same(path):
    text = real(path).decode("utf-8-sig")
    expected = read(text)
    for data in (codecs.BOM_UTF8 + text.encode(), codecs.BOM_UTF16_LE + text.encode("utf-16-le")):
        assert read(data) == expected


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (json.dumps({"@odata.context": f"{GRAPH}auditLogs/signIns", "value": []}), "graph-sign-in-json"),
        (json.dumps({"@odata.context": f"{GRAPH}{ANNA}/mailFolders('inbox')/messageRules", "value": []}),
         "graph-message-rule-json"),
        (json.dumps({"@odata.context": f"{GRAPH}{ANNA}/authentication/methods", "value": []}),
         "graph-auth-method-json"),
    ],
)  # fmt: skip
def test_an_answer_without_records_is_recognised_by_what_the_service_calls_it(content, name):
    assert read(content) == (name, [], [])


def test_a_list_of_one_method_type_gets_the_type_from_its_context():
    context = f"{GRAPH}{ANNA}/authentication/phoneMethods"
    content = json.dumps({"@odata.context": context, "value": [{"id": "p", "phoneNumber": "+1 5"}]})
    data = {"id": "p", "phoneNumber": "+1 5", "@odata.type": "#microsoft.graph.phoneAuthenticationMethod"}
    expected = [Record(1, "auth_method", {**data, "@owner": "anna@contoso.example"})]
    assert read(content) == ("graph-auth-method-json", expected, [])


def test_the_owner_is_what_the_answer_itself_says():
    _, records, _ = read(MADE["graph-message-rule-json"][0])
    assert records[0].data["@owner"] == "anna@contoso.example"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ["the file is empty"]),
        (" \r\n ", ["the file is empty"]),
        ("Hello there,\nthis is a letter.", ["no known export"]),
        ('{"hello": "there"}', ["no known export: JSON"]),
        ("[]", ["no known export"]),
        ("CreatedDateTime,UserPrincipalName,AppDisplayName,ResultType\n1,2,3,4\n",
         ["nearest to Sentinel SigninLogs (CSV), but lacks IPAddress"]),
        (json.dumps({"hello": "x" * 300_000}), ["no known export: JSON"]),
        ("RecordId,CreationDate,RecordType,Operation,AuditData\n1,2,3,4,5\n",
         ["nearest to Purview audit search (CSV), but lacks UserId"]),
        (json.dumps([{"createdDateTime": "x", "appDisplayName": "y"}]), ["nearest to Entra sign-ins", "ipAddress"]),
    ],
)  # fmt: skip
def test_a_file_nobody_knows_is_refused_with_the_nearest_guess_and_the_reason(content, words):
    with pytest.raises(BadEvidence) as refused:
        recognise("strange.csv", content.encode() if isinstance(content, str) else content)
    for word in ("strange.csv", *words):
        assert word in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_record_of_another_form_inside_a_known_file_is_damaged_not_dropped():
    shape, records, damaged = read(lines(audit(), audit(number=2)) + '{"something": "else"}\n"text"\n')
    assert (shape, len(records), [item.line for item in damaged]) == ("extractor-suite-ual-json", 2, [3, 4])
