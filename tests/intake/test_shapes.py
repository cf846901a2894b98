"""What each shape makes of its records, damaged ones too."""

import json

import pytest
from evidence import audit, lines, read, real

from o365nb.errors import BadEvidence
from o365nb.intake import Damaged, Record

NEW = "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\n"
OLD = "CreationDate,UserIds,Operations,AuditData\n"


def cell(text):
    return '"' + text.replace('"', '""') + '"'


def new(audit_data, record_id="r-1", when="2026-11-17T08:41:00.0000000Z "):
    return f"{record_id},{when},2,Send,anna@contoso.example,{cell(audit_data)},,\n"


def test_audit_data_wins_over_the_outer_columns():
    content = NEW + new(json.dumps(audit(Operation="MailItemsAccessed")), when="12/11/2026 9:00:00 PM")
    assert read(content) == ("purview-audit-csv", [Record(2, "audit_record", audit(Operation="MailItemsAccessed"))], [])


def test_the_old_header_reads_alike():
    content = OLD + f"2026-11-17T08:41:00.0000000Z,anna@contoso.example,Send,{cell(json.dumps(audit()))}\n"
    assert read(content) == ("purview-audit-csv", [Record(2, "audit_record", audit())], [])


def test_audit_data_over_several_lines_keeps_the_line_numbers():
    shape, records, damaged = read(real("techjollof/TestFormated.csv"))
    assert (shape, damaged) == ("extractor-suite-ual-csv", [])
    lines_of = [number for number, line in enumerate(real("techjollof/TestFormated.csv").decode().splitlines(), 1)
                if line.startswith('"ExchangeAdmin"')]  # fmt: skip
    assert [record.line for record in records] == lines_of


@pytest.mark.parametrize("keep", [3060, 900, 120])
def test_cut_audit_data_is_saved_as_far_as_it_goes_and_reported(keep):
    whole = json.dumps(audit(CreationTime="2026-12-03T07:31:34", Padding="x" * 4000, Number=2))
    content = NEW + new(whole[:keep], when="3/12/2026 7:31:34 AM") + new(json.dumps(audit(number=2)), "r-2")
    _, (saved, after), damaged = read(content)
    assert damaged == [Damaged(2, "AuditData is cut or is not JSON: kept what could be read", saved=True)]
    assert after == Record(3, "audit_record", audit(number=2))
    assert saved.data["@damaged"] == "AuditData is cut or is not JSON"
    assert {**saved.data, "@damaged": ""}.items() >= {
        "CreationTime": "2026-12-03T07:31:34",  # its own, not the outer column's, which could be March
        "Id": "00000000-0000-4000-8000-000000000001",
        "Operation": "Send",
        "UserId": "anna@contoso.example",
    }.items()


def test_a_value_with_an_escape_that_is_none_is_saved_as_it_stands():
    text = r'{"CreationTime":"2026-11-17T08:41:00","Operation":"Send","UserId":"CORP\svc","RecordType":007}'
    _, (saved,), _ = read(NEW + new(text))
    assert (saved.data["UserId"], saved.data["RecordType"]) == (r"CORP\svc", "007")


def test_a_value_that_is_itself_cut_is_not_saved_as_if_it_were_whole():
    _, (saved,), _ = read(NEW + new('{"CreationTime":"2026-11-17T08:41:00","Operation":"MailIt', when=""))
    assert saved.data["Operation"] == "Send"


def test_empty_audit_data_leaves_the_outer_columns():
    _, (saved,), damaged = read(NEW + new("", "11111111-2222-4333-8444-555555555555"))
    assert saved.data == {
        "CreationTime": "2026-11-17T08:41:00+00:00",
        "Id": "11111111-2222-4333-8444-555555555555",
        "Operation": "Send",
        "UserId": "anna@contoso.example",
        "RecordType": "2",
        "@damaged": "AuditData is empty",
    }
    assert damaged == [Damaged(2, "AuditData is empty: kept what could be read", saved=True)]


def test_a_row_with_nothing_usable_is_lost_and_said():
    _, records, damaged = read(NEW + new("{", when="soon"))
    assert (records, damaged) == ([], [Damaged(2, "AuditData is cut or is not JSON: nothing usable is left")])


def test_a_file_cut_where_its_last_cell_seems_to_close_is_still_a_cut_file():
    whole = OLD + f"2026-11-17T08:41:00Z,a@b.example,Send,{cell(json.dumps(audit()))}\n" * 2
    cut = whole[: whole.rindex('""Workload""') + 1]
    with pytest.raises(BadEvidence, match="line 3: the file ends in the middle"):
        read(cut)


@pytest.mark.parametrize("audit_data", [audit(), json.dumps(audit())], ids=["object", "text"])
def test_extractor_suite_json_with_audit_data_as_object_or_text(audit_data):
    outer = {
        "RecordType": "ExchangeItem",
        "CreationDate": "/Date(1763368860000)/",
        "UserIds": "x",
        "Operations": "Send",
        "AuditData": audit_data,
    }
    expected = ("extractor-suite-ual-json", [Record(1, "audit_record", audit())], [])
    assert read(json.dumps([outer])) == expected
    assert read(json.dumps(outer)) == expected
    assert read("   \r\n" + json.dumps([outer], indent=4).replace("/", r"\/").replace("\n", "\r\n")) == expected


def test_bare_audit_data_per_line():
    assert read(lines(audit(), audit(number=2))) == (
        "extractor-suite-ual-json",
        [Record(1, "audit_record", audit()), Record(2, "audit_record", audit(number=2))],
        [],
    )


def test_a_graph_audit_record_fills_in_what_audit_data_does_not_say():
    thin = {"CreationTime": "2026-11-17T08:41:00", "Operation": "Send"}
    record = {
        "@odata.type": "#microsoft.graph.security.auditLogRecord",
        "id": "00000000-0000-4000-8000-000000000001",
        "createdDateTime": "2026-11-17T09:00:00Z",
        "auditLogRecordType": "ExchangeItem",
        "operation": "Send",
        "service": "Exchange",
        "userPrincipalName": "anna@contoso.example",
        "clientIp": "203.0.113.10",
        "auditData": thin,
    }
    _, records, _ = read(json.dumps({"value": [record]}))
    assert records[0].data == {
        **thin,
        "Id": "00000000-0000-4000-8000-000000000001",
        "UserId": "anna@contoso.example",
        "RecordType": "ExchangeItem",
        "Workload": "Exchange",
        "ClientIP": "203.0.113.10",
    }


def test_a_sentinel_sign_in_becomes_graphs_form():
    _, records, _ = read(real("sentinel-training-lab/sign-in_adelete.csv"))
    data = records[0].data
    wanted = ("id", "createdDateTime", "userPrincipalName", "ipAddress", "status", "location", "deviceDetail",
              "isInteractive", "appId", "authenticationRequirement")  # fmt: skip
    assert {name: data[name] for name in wanted} == {
        "id": "cfb68155-70f5-4e28-b046-0a3a7086c401",
        "createdDateTime": "2021-04-28T14:08:45.221000+00:00",
        "userPrincipalName": "adelev@m365x816222.onmicrosoft.com",
        "ipAddress": "175.45.176.99",
        "status": {"errorCode": 0},
        "location": {
            "countryOrRegion": "IL",
            "geoCoordinates": {"longitude": 34.79964828491211, "latitude": 32.02956008911133},
            "state": "Tel Aviv",
            "city": "Azor",
        },
        "deviceDetail": {"operatingSystem": "Windows 10", "deviceId": "", "browser": "Edge 90.0.818"},
        "isInteractive": True,
        "appId": "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
        "authenticationRequirement": "singleFactorAuthentication",
    }


def test_a_sentinel_sign_in_without_status_takes_its_result_from_result_type():
    content = (
        "CreatedDateTime,UserPrincipalName,AppDisplayName,IPAddress,ResultType,ResultDescription,Category,Location\n"
        "2026-11-17T08:41:00Z,anna@contoso.example,x,203.0.113.10,50126,Wrong,NonInteractiveUserSignInLogs,DE\n"
    )
    _, (record,), _ = read(content)
    assert record.data["status"] == {"errorCode": 50126, "failureReason": "Wrong"}
    assert (record.data["isInteractive"], record.data["location"]) == (False, {"countryOrRegion": "DE"})


def test_a_sentinel_office_activity_becomes_audit_data():
    _, records, _ = read(real("sentinel-training-lab/office_activity.csv"))
    (opened, *_) = [record.data for record in records if record.data["Operation"] == "MailItemsAccessed"]
    wanted = ("CreationTime", "Id", "Workload", "UserId", "ClientIPAddress", "OperationProperties", "MailboxOwnerUPN")
    assert {name: opened[name] for name in wanted} == {
        "CreationTime": "2021-04-28T14:54:37+00:00",
        "Id": "2ad854c0-d9c3-43b5-95d8-826aea0d10ca",
        "Workload": "Exchange",
        "UserId": "AdeleV@M365x816222.OnMicrosoft.com",
        "ClientIPAddress": "2603:10b6:5:345::11",
        "OperationProperties": [{"Value": "Bind", "Name": "MailAccessType"}, {"Value": "False", "Name": "IsThrottled"}],
        "MailboxOwnerUPN": "AdeleV@M365x816222.OnMicrosoft.com",
    }
    assert [len(folder["FolderItems"]) for folder in opened["Folders"]] == [1, 2]


def test_a_few_columns_of_office_activity_are_enough():
    _, records, _ = read(real("msticpy-sentinel/demo_exchange_data.csv.gz"))
    first = next(record for record in records if record.data["Operation"] == "New-Mailbox")
    assert first.data["Workload"] == "Exchange"
    assert first.data["UserId"] == "NT AUTHORITY\\SYSTEM (w3wp)"
    assert first.data["Parameters"][0] == {"Name": "Arbitration", "Value": "True"}


def test_a_sentinel_row_without_a_time_is_lost_and_said():
    content = "TimeGenerated,UserId,ClientIP,Operation,Parameters\nsoon,a@b.example,,Set-Mailbox,[]\n"
    assert read(content)[1:] == ([], [Damaged(2, "the activity has no time or no operation that can be read")])


def test_a_message_trace_of_the_cmdlet_becomes_graphs_form():
    _, (record,), _ = read(real("ocsf-messagetrace/messagetrace_Delivered.json"))
    assert record.data == {
        "id": "1896433f-f63a-43be-ce4f-08dcef84c8d0",
        "senderAddress": "reg.reporting.do.not.reply@example.com",
        "recipientAddress": "user@exampledomain.com",
        "messageId": "198658196.2eb547a3-e65f-465d-9636-e3619c9d7b71.1729263037387.JavaMail"
        ".OMRAP-RF-Email.351f52b1ab9c",
        "receivedDateTime": "2024-10-18T14:54:36.361684+00:00",
        "subject": "Report 2024-10-17 - 90440",
        "size": 53066,
        "fromIP": "208.67.222.222",
        "toIP": None,
        "status": "Delivered",
    }
