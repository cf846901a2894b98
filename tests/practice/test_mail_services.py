"""Exchange's further cmdlets, the message endpoints and the activity feed, as the practice tenant serves them."""

import pytest
from practice.contract import graph

ANNA, MARTHA, VIOLA = "anna@contoso.example", "martha@contoso.example", "viola@contoso.example"
MANAGEMENT = "https://manage.office.com/.default"


def values(client, cmdlet, **parameters):
    answer = client.exchange(cmdlet, **parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()["value"]


@pytest.fixture
def feed(client):
    """`feed(path)` asks the activity feed as the kit does."""
    token = client.app().acquire_token_for_client([MANAGEMENT])["access_token"]
    base = f"{client.base}/api/v1.0/{client.tenant.tenant_id}/activity/feed"

    def ask(path, method="GET"):
        url = path if path.startswith("https://") else f"{base}/{path}"
        return client.session.request(method, url, headers={"Authorization": f"Bearer {token}"})

    return ask


def test_what_guards_the_mail_is_ordinary(reader):
    (addresses,) = values(reader, "Get-HostedConnectionFilterPolicy")
    (content,) = values(reader, "Get-HostedContentFilterPolicy")
    assert (addresses["IPAllowList"], content["AllowedSenders"]) == ([], [])
    assert values(reader, "Get-TransportConfig")[0]["SmtpClientAuthenticationDisabled"] is True
    assert [policy["Enabled"] for policy in values(reader, "Get-DkimSigningConfig")] == [True, True]


@pytest.mark.parametrize(
    ("cmdlet", "parameters", "status", "said"),
    [
        ("Get-TenantAllowBlockListItems", {}, 400, "'ListType'"),
        ("Get-TenantAllowBlockListItems", {"ListType": "Nothing"}, 400, "'ListType'"),
        ("Get-App", {"Mailbox": ""}, 400, "'Mailbox'"),
        ("Get-QuarantineMessage", {"StartReceivedDate": "soon"}, 400, "'StartReceivedDate'"),
        ("Get-MessageTraceV2", {"StartDate": "2026-11-01", "EndDate": "2026-11-17"}, 400, "10 days"),
        ("Search-UnifiedAuditLog", {"StartDate": "2026-11-01"}, 400, "'EndDate'"),
        ("Search-UnifiedAuditLog", {"StartDate": "2026-11-02", "EndDate": "2026-11-01"}, 400, "earlier"),
    ],
)
def test_what_exchange_refuses(aitm, cmdlet, parameters, status, said):
    answer = aitm.exchange(cmdlet, **parameters)
    assert (answer.status_code, said in answer.text) == (status, True)


def test_a_search_session_gives_part_after_part_and_a_next_link_the_rest_of_a_part(aitm):
    asked = {
        "StartDate": "2026-11-10", "EndDate": "2026-11-18", "UserIds": [ANNA], "ResultSize": 300, "SessionId": "s",
        "SessionCommand": "ReturnLargeSet",
    }  # fmt: skip
    first = aitm.exchange("Search-UnifiedAuditLog", size=200, **asked).json()
    rest = aitm.exchange("Search-UnifiedAuditLog", url=first["@odata.nextLink"], size=200, **asked).json()
    following = aitm.exchange("Search-UnifiedAuditLog", size=1000, **asked).json()["value"]
    places = [row["ResultIndex"] for row in [*first["value"], *rest["value"]]]
    assert places == list(range(1, 301))
    assert following[0]["ResultIndex"] == 301
    assert {row["ResultCount"] for row in following} == {first["value"][0]["ResultCount"]}


def test_free_text_is_looked_for_in_whatever_anybody_did(aitm):
    rows = values(
        aitm, "Search-UnifiedAuditLog", StartDate="2026-11-10", EndDate="2026-11-18", FreeText=ANNA, ResultSize=5000
    )
    assert rows
    assert all(ANNA in row["AuditData"].lower() for row in rows)


def test_whoever_wants_more_of_a_trace_asks_up_to_the_last_row(aitm):
    asked = {"SenderAddress": ANNA, "StartDate": "2026-11-10", "EndDate": "2026-11-18"}
    whole = values(aitm, "Get-MessageTraceV2", **asked, ResultSize=5000)
    got, end = [], {}
    while True:
        part = values(aitm, "Get-MessageTraceV2", **{**asked, **end}, ResultSize=40)
        new = [row for row in part if row not in got]
        got += new
        if not new:
            break
        end = {"EndDate": part[-1]["Received"], "StartingRecipientAddress": part[-1]["RecipientAddress"]}
    key = "MessageTraceId", "RecipientAddress"
    assert {tuple(row[name] for name in key) for row in got} == {tuple(row[name] for name in key) for row in whole}
    (first, *_), row = values(aitm, "Get-MessageTraceDetailV2", MessageTraceId=whole[0]["MessageTraceId"],
                              RecipientAddress=whole[0]["RecipientAddress"]), whole[0]  # fmt: skip
    assert (first["Event"], first["MessageId"]) == ("Receive", row["MessageId"])


def test_the_details_of_a_message_are_what_is_published(reader):
    row = reader.values("/v1.0/admin/exchange/tracing/messageTraces", top=5)[0]
    path = f"/v1.0/admin/exchange/tracing/messageTraces/{row['id']}/getDetailsByRecipient"
    answer = reader.graph(f"{path}(recipientAddress='{row['recipientAddress']}')")
    assert answer.status_code == 200
    known = set(graph("v1.0").props("microsoft.graph.exchangeMessageTraceDetail"))
    assert [set(step) - known for step in answer.json()["value"]] == [set()] * 3
    assert reader.graph(f"{path}(recipientAddress='nobody@x.example')").status_code == 404


def test_headers_come_when_they_are_asked_for_and_the_message_whole(aitm):
    contract = graph("v1.0")
    path = f"/v1.0/users/{ANNA}/mailFolders/sentitems/messages"
    answer = aitm.graph(path, select="id,subject,internetMessageHeaders", top=3,
                        filter="sentDateTime ge 2026-11-17T00:00:00Z")  # fmt: skip
    contract.check(aitm.base, answer)
    first = answer.json()["value"][0]
    assert [entry["name"] for entry in first["internetMessageHeaders"]] == [
        "Date", "From", "Message-ID", "X-Originating-IP",
    ]  # fmt: skip
    assert "internetMessageHeaders" not in aitm.graph(path, top=1).json()["value"][0]
    whole = aitm.graph(f"/v1.0/users/{ANNA}/messages/{first['id']}/$value")
    assert whole.content.startswith(b"Date: ")


def test_folders_below_the_archive_are_what_is_published(reader):
    person = reader.tenant.story.subject
    folders = reader.values(f"/v1.0/users/{person}/mailFolders", top=250)
    (above,) = (folder for folder in folders if folder["childFolderCount"])
    answer = reader.graph(f"/v1.0/users/{person}/mailFolders/{above['id']}/childFolders")
    graph("v1.0").check(reader.base, answer)
    assert [folder["displayName"] for folder in answer.json()["value"]] == ["2025"]


def test_nothing_is_in_the_feed_before_a_subscription_is_started(feed):
    assert feed("subscriptions/list").json() == []
    refused = feed("subscriptions/content?contentType=Audit.Exchange")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "AF20022")


def test_the_feed_gives_what_the_audit_log_holds(feed, client):
    client.tenant.state.objects["management"] = {"Audit.Exchange": "2026-11-17T00:00:00Z"}
    window = "startTime=2026-11-17T12:00:00&endTime=2026-11-18T12:00:00"
    listed = feed(f"subscriptions/content?contentType=Audit.Exchange&{window}").json()
    records = [record for entry in listed for record in feed(entry["contentUri"]).json()]
    assert {record["Workload"] for record in records} == {"Exchange"}
    known = {record["id"] for record in client.audit_log(serviceFilters=["Exchange"])}
    assert {record["Id"] for record in records} < known


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("contentType=Audit.Nothing", "AF20020"),
        ("contentType=Audit.Exchange&startTime=2026-11-16T00:00:00&endTime=2026-11-18T00:00:00", "AF20030"),
        ("contentType=Audit.Exchange&startTime=2026-11-01T00:00:00&endTime=2026-11-01T12:00:00", "AF20030"),
        ("contentType=Audit.Exchange&startTime=never", "AF20030"),
    ],
)
def test_what_the_feed_refuses(feed, client, asked, code):
    client.tenant.state.objects["management"] = {"Audit.Exchange": "2026-11-17T00:00:00Z"}
    assert feed(f"subscriptions/content?{asked}").json()["error"]["code"] == code


def test_content_older_than_seven_days_has_expired(feed):
    assert feed("audit/2026110100%24Audit.Exchange").json()["error"]["code"] == "AF20051"


def test_a_subscription_begins_and_ends(feed):
    assert feed("subscriptions/start?contentType=Audit.General", "POST").json()["status"] == "enabled"
    assert [entry["contentType"] for entry in feed("subscriptions/list").json()] == ["Audit.General"]
    assert feed("subscriptions/stop?contentType=Audit.General", "POST").status_code == 200
    assert feed("subscriptions/list").json() == []


def test_exchange_tells_which_cmdlets_may_be_run(client):
    token = client.tokens["https://outlook.office365.com/.default"]
    url = f"{client.base}/adminapi/v1.0/{client.tenant.tenant_id}/EXOModuleFile?Version=3.9.2"
    (entry,) = client.session.get(url, headers={"Authorization": f"Bearer {token}"}).json()["value"]
    assert {"Get-InboxRule", "Search-UnifiedAuditLog", "Get-App"} <= set(entry["exportedCmdlets"].split(","))


def test_the_official_api_serves_its_own_few_cmdlets_only(client):
    base = f"{client.base}/adminapi/v2.0/{client.tenant.tenant_id}"
    domains = client.exchange("Get-AcceptedDomain", url=f"{base}/AcceptedDomain")
    assert domains.json()["value"] == values(client, "Get-AcceptedDomain")
    assert client.exchange("Get-InboxRule", url=f"{base}/Mailbox", Mailbox=ANNA).status_code == 400
