"""AuditData → events."""

from datetime import datetime

import pytest
from evidence import audit, normalise, normalise_one, properties, read, real

KIND = "audit_record"


def one(*columns, **given):
    return normalise_one(KIND, audit(**given), *columns)


def test_a_whole_record():
    record = audit(
        Operation="MailItemsAccessed",
        UserId="Anna@Contoso.example",
        ClientIPAddress="203.0.113.10",
        ClientIP=None,
        ClientInfoString="Client=OWA;Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:128.0) Firefox/128.0;;",
        MailboxOwnerUPN="Anna@contoso.example",
        AppAccessContext={"AADSessionId": "s-1", "UniqueTokenId": "t-1", "CorrelationId": "c-1"},
        OperationProperties=[{"Name": "MailAccessType", "Value": "Bind"}, {"Name": "IsThrottled", "Value": "False"}],
        Folders=[
            {"Path": "\\Inbox", "FolderItems": [{"InternetMessageId": "<b@x>"}, {"InternetMessageId": "<a@x>"}]},
            {"Path": "\\Sent Items", "FolderItems": [{"InternetMessageId": "<a@x>"}]},
        ],
    )
    (row,) = normalise(KIND, record)
    assert row == {
        "raw_file": "raw/f.gz",
        "raw_line": 1,
        "seq": 0,
        "damaged": False,
        "event_id": "00000000-0000-4000-8000-000000000001",
        "time": datetime(2026, 11, 17, 8, 41),  # noqa: DTZ001 - the tables hold UTC without a zone
        "source": "ual",
        "workload": "Exchange",
        "operation": "MailItemsAccessed",
        "operation_raw": "MailItemsAccessed",
        "actor": "anna@contoso.example",
        "actor_kind": "user",
        "client_ip": "203.0.113.10",
        "user_agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:128.0) Firefox/128.0",
        "os": "macOS",
        "browser": "Firefox",
        "session_id": "s-1",
        "token_id": "t-1",
        "correlation_id": "c-1",
        "result": "success",
        "client_app": "Client=OWA;Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:128.0) Firefox/128.0;;",
        "mailbox_owner": "anna@contoso.example",
        "message_ids": ["<a@x>", "<b@x>"],
        "folders": ["\\Inbox", "\\Sent Items"],
        "properties": [
            {"name": "OperationProperties.MailAccessType", "value": "Bind"},
            {"name": "OperationProperties.IsThrottled", "value": "False"},
        ],
    }


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("Consent to application.", "Consent to application"),
        ("Update application – Certificates ", "Update application - Certificates"),
        ("Update  user. ", "Update user"),
        ("Set-Mailbox", "Set-Mailbox"),
        ("Add member to role.", "Add member to role"),
    ],
)  # fmt: skip
def test_operations_are_written_one_way_and_kept_as_they_were(written, clean):
    assert one("operation", "operation_raw", Operation=written) == (clean, written)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("203.0.113.10", "203.0.113.10"),
        ("203.0.113.10:5678", "203.0.113.10"),
        ("[203.0.113.10]", "203.0.113.10"),
        ("[2001:DB8::1]:36185", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:203.0.113.10", "203.0.113.10"),
        ("[::ffff:203.0.113.10]:443", "203.0.113.10"),
        (" 203.0.113.10 ", "203.0.113.10"),
        ("<null>", None),
        ("", None),
        (None, None),
        ("::1", None),
        ("127.0.0.1", None),
        ("mail.contoso.example", None),
        ("NOTANIPV4 (10.9000.0.1)", None),
        ("10.9000.0.1", None),
        ("1.2.3.4'; --", None),
    ],
)
def test_addresses_without_port_brackets_and_nonsense(written, address):
    assert one("client_ip", ClientIP=written) == address


@pytest.mark.parametrize("field", ["ClientIP", "ClientIPAddress", "ActorIpAddress", "Client_IPAddress"])
def test_the_address_is_found_under_each_of_its_names(field):
    assert one("client_ip", **{"ClientIP": "<null>", field: "203.0.113.77:99"}) == "203.0.113.77"


@pytest.mark.parametrize(
    ("given", "actor", "kind"),
    [
        ({"UserId": "Bob@Contoso.EXAMPLE"}, "bob@contoso.example", "user"),
        ({"UserId": "bob@contoso.example", "UserType": 2}, "bob@contoso.example", "admin"),
        ({"UserId": "bob@contoso.example", "UserType": "Admin"}, "bob@contoso.example", "admin"),
        ({"UserId": "x_gmail.com#EXT#@contoso.example"}, "x_gmail.com#ext#@contoso.example", "guest"),
        ({"UserId": "NT AUTHORITY\\SYSTEM (w3wp)", "UserType": 3}, "nt authority\\system (w3wp)", "system"),
        ({"UserId": "NT SERVICE\\MSExchange", "UserType": "DcAdmin"}, "nt service\\msexchange", "system"),
        ({"UserId": "S-1-5-18"}, "s-1-5-18", "system"),
        ({"UserId": "app@sharepoint"}, "app@sharepoint", "system"),
        ({"UserId": "SHAREPOINT\\system"}, "sharepoint\\system", "system"),
        ({"UserId": "Certificate", "UserType": 4}, "certificate", "system"),
        ({"UserId": "SpoolsProvisioning-ApplicationAccount@namprd06.prod.outlook.com"},
         "spoolsprovisioning-applicationaccount@namprd06.prod.outlook.com", "system"),
        ({"UserId": "ServicePrincipal_fc8c8125-bc0c-499d-8344-e53c6e3caa81"},
         "serviceprincipal_fc8c8125-bc0c-499d-8344-e53c6e3caa81", "service_principal"),
        ({"UserId": "Not Available", "UserType": 0}, "not available", "unknown"),
        ({"UserId": "10000000-0000-4000-8000-000000000001"}, "10000000-0000-4000-8000-000000000001", "unknown"),
        ({"UserId": "", "UserKey": "x"}, None, "unknown"),
        ({"UserId": "Not Available", "Actor": [{"ID": "g", "Type": 0}, {"ID": "Bob@contoso.example", "Type": 5}]},
         "bob@contoso.example", "user"),
    ],
)  # fmt: skip
def test_who_and_of_what_kind(given, actor, kind):
    assert one("actor", "actor_kind", **given) == (actor, kind)


@pytest.mark.parametrize(
    ("given", "result"),
    [
        ({"Operation": "UserLoggedIn", "ErrorNumber": "0", "ResultStatus": "Success"}, "success"),
        ({"Operation": "UserLoggedIn", "ErrorNumber": "50140", "ResultStatus": "Success"}, "interrupted"),
        ({"Operation": "UserLoginFailed", "ErrorNumber": "50126", "ResultStatus": "Success"}, "failure"),
        ({"Operation": "UserLoginFailed", "ErrorNumber": "50074", "ResultStatus": "Failed"}, "interrupted"),
        ({"Operation": "UserLoginFailed", "ResultStatus": "Success"}, "failure"),
        ({"Operation": "UserLoginFailed", "LogonError": "UserStrongAuthClientAuthNRequiredInterrupt"}, "interrupted"),
        ({"Operation": "UserLoggedIn", "ErrorNumber": 53003}, "failure"),
        ({"ResultStatus": "True"}, "success"),
        ({"ResultStatus": True}, "success"),
        ({"ResultStatus": "PartiallySucceeded"}, "success"),
        ({"ResultStatus": "Failed"}, "failure"),
        ({"ResultStatus": "New"}, "unknown"),
        ({"ResultStatus": None}, "unknown"),
    ],
)
def test_the_result_of_a_sign_in_comes_from_its_code_of_all_else_from_its_status(given, result):
    assert one("result", **given) == result


@pytest.mark.parametrize(
    ("given", "session"),
    [
        ({"DeviceProperties": [{"Name": "SessionId", "Value": "d"}], "SessionId": "x"}, "d"),
        ({"AppAccessContext": {"AADSessionId": "a"}, "SessionId": "x"}, "a"),
        ({"SessionId": "x"}, "x"),
        ({"AppAccessContext": {}}, None),
    ],
)
def test_the_session_is_entras_before_exchanges_own(given, session):
    assert one("session_id", **given) == session


@pytest.mark.parametrize("managed", [("True", True), ("False", False), ("", None)])
def test_what_a_sign_in_says_of_its_device(managed):
    said = {"Id": "dev-1", "OS": "Windows10", "BrowserType": "Edge", "IsCompliantAndManaged": managed[0]}
    device = [{"Name": name, "Value": value} for name, value in said.items()]
    columns = ("device_id", "os", "browser", "device_managed")
    assert one(*columns, Operation="UserLoggedIn", DeviceProperties=device) == ("dev-1", "Windows", "Edge", managed[1])


@pytest.mark.parametrize(
    "given",
    [
        {"ExtendedProperties": [{"Name": "UserAgent", "Value": "axios/1.7.2"}]},
        {"ExtendedProperties": [{"Name": "additionalDetails", "Value": '{"User-Agent":"axios/1.7.2"}'}]},
        {"ExtendedProperties": '[{"Name": "UserAgent", "Value": "axios/1.7.2"}]'},
        {"UserAgent": "axios/1.7.2"},
    ],
)
def test_the_user_agent_is_found_in_each_of_its_places(given):
    assert one("user_agent", "os", "browser", **given) == ("axios/1.7.2", None, None)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ([{"Name": "Name", "Value": ".."}, {"Name": "Empty"}], {"Parameters.Name": ".."}),
        ('[{"Name":"Name","Value":".."}]', {"Parameters.Name": ".."}),
        ("-Identity bob -Force", {"Parameters": "-Identity bob -Force"}),
        (["one"], {"Parameters": "one"}),
        ([{"Name": "Words", "Value": ["a", "b"]}], {"Parameters.Words": '["a","b"]'}),
        ("", {}),
        ([], {}),
        (None, {}),
        (7, {"Parameters": "7"}),
    ],
)
def test_parameters_in_every_form_seen(parameters, expected):
    assert properties(normalise(KIND, audit(Parameters=parameters))[0]) == expected


def test_modified_properties_with_their_old_values():
    modified = [
        {"Name": "Role", "NewValue": "Admin", "OldValue": "User"},
        {"Name": "X", "NewValue": "y", "OldValue": ""},
    ]
    (row,) = normalise(KIND, audit(ModifiedProperties=modified))
    assert properties(row) == {
        "ModifiedProperties.Role": "Admin", "ModifiedProperties.Role.old": "User", "ModifiedProperties.X": "y",
    }  # fmt: skip


def test_what_a_deletion_names():
    items = [
        {"InternetMessageId": f"<{n}@x>", "Subject": f"s{n}", "ParentFolder": {"Path": "\\Sent Items"}} for n in "ab"
    ]
    columns = ("message_id", "message_subject", "message_ids", "folders")
    given = {"Operation": "HardDelete", "AffectedItems": items, "Folder": {"Path": "\\Deleted Items"}}
    both = ["<a@x>", "<b@x>"]
    assert one(*columns, **given) == ("<a@x>", "sa", both, ["\\Deleted Items", "\\Sent Items"])
    assert [entry["value"] for entry in normalise(KIND, audit(**given))[0]["properties"]] == ["sa", "sb"]


def test_what_a_sending_names():
    item = {"InternetMessageId": "<a@x>", "Subject": "Invoice", "ParentFolder": {"Path": "\\Outbox"}}
    columns = ("message_id", "message_subject", "message_ids", "folders")
    assert one(*columns, Item=item) == ("<a@x>", "Invoice", ["<a@x>"], ["\\Outbox"])


def test_a_guid_is_the_id_in_lower_case_and_anything_else_is_not():
    assert one("event_id", Id="ABCDEF00-0000-4000-8000-00000000000A") == "abcdef00-0000-4000-8000-00000000000a"
    for useless in ("*REDACTED*", "00000000-0000-0000-0000-000000000000", "", None):
        assert len(one("event_id", Id=useless)) == 64


def test_a_damaged_record_says_so():
    assert one("damaged", **{"@damaged": "cut"}) is True
    assert properties(normalise(KIND, audit(**{"@damaged": "cut"}))[0]) == {"Damaged": "cut"}


def events(path):
    return normalise(KIND, *(record.data for record in read(real(path))[1]))


def test_the_training_lab_as_published():
    rows = events("sentinel-training-lab/office_activity.csv")
    adele = [row for row in rows if row["actor"] == "adelev@m365x816222.onmicrosoft.com"]
    assert (len(rows), len(adele), len({row["operation"] for row in rows})) == (266, 151, 43)
    rule = next(row for row in rows if row["operation"] == "New-InboxRule")
    assert (rule["client_ip"], rule["result"], properties(rule)["Parameters.SubjectContainsWords"]) == (
        "175.45.176.99", "success", "legal",
    )  # fmt: skip


def test_a_real_password_spray_is_all_failures_but_what_succeeded():
    rows = events("det-eng-samples/t1110.003_msolspraywithsuccess_1.csv")
    assert [(row["result"], row["error_code"]) for row in rows if row["result"] != "failure"] == [("success", "0")]
    rows = events("det-eng-samples/t1110.003_msolspray-powershell.json")
    assert sorted({(row["operation"], row["result"]) for row in rows}) == [
        ("UserLoggedIn", "success"), ("UserLoginFailed", "failure"),
    ]  # fmt: skip


def test_real_records_of_every_age_have_a_time_and_an_actor():
    for path in ("plaso/microsoft_audit_log.jsonl", "techjollof/TestFormated.csv",
                 "ms-docs-management-api/office-365-management-activity-api-reference_14.json"):  # fmt: skip
        assert all(row["time"] and row["actor"] and row["operation"] for row in events(path))
