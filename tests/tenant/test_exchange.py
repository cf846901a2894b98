import json
from datetime import UTC, datetime

import pytest

from o365nb.errors import BadInput, Denied, NotFound, UntrustedLink
from o365nb.tenant import powershell
from o365nb.tenant.exchange import Exchange

TENANT = "11111111-2222-4333-8444-555555555555"
RULE = {"Name": ".", "Enabled": True}


@pytest.fixture
def exchange(http, endpoint):
    return Exchange(http, endpoint, TENANT)


def test_a_cmdlet_is_posted_again_to_every_next_link(exchange, scripted):
    link = f"{scripted.origin}/adminapi/beta/{TENANT}/InvokeCommand?$skiptoken=2"
    scripted.answers = [(200, {}, {"value": [RULE], "@odata.nextLink": link}), (200, {}, {"value": []})]
    pages = list(
        exchange.run("Get-InboxRule", "anna@contoso.example", Mailbox="anna@contoso.example", IncludeHidden=True)
    )
    assert [page.records for page in pages] == [[RULE], []]
    wanted = {
        "CmdletInput": {
            "CmdletName": "Get-InboxRule",
            "Parameters": {"Mailbox": "anna@contoso.example", "IncludeHidden": True},
        }
    }
    assert [(method, path, json.loads(body)) for method, path, _, body in scripted.asked] == [
        ("POST", f"/adminapi/beta/{TENANT}/InvokeCommand", wanted),
        ("POST", f"/adminapi/beta/{TENANT}/InvokeCommand?$skiptoken=2", wanted),
    ]
    headers = scripted.asked[0][2]
    assert headers["X-AnchorMailbox"] == "UPN:anna@contoso.example"
    assert headers["X-CmdletName"] == "Get-InboxRule"
    assert headers["Prefer"] == "odata.maxpagesize=1000"


def test_the_organisation_is_anchored_at_the_system_mailbox(exchange, scripted):
    scripted.answers = [(200, {}, {"value": []})]
    list(exchange.run("Get-AcceptedDomain"))
    assert scripted.asked[0][2]["X-AnchorMailbox"] == (
        f"APP:SystemMailbox{{bb558c35-97f1-4cb9-8ff7-d53741dc928c}}@{TENANT}"
    )


def test_a_next_link_to_a_foreign_host_is_refused(exchange, scripted, tokens):
    scripted.answers = [(200, {}, {"value": [RULE], "@odata.nextLink": "https://evil.example/"})]
    pages = exchange.run("Get-AcceptedDomain")
    next(pages)
    with pytest.raises(UntrustedLink):
        next(pages)
    assert len(tokens) == 1


@pytest.mark.parametrize(
    ("cmdlet", "parameters"),
    [
        ("Get-Mailbox", {}),
        ("Get-Mailbox", {"Identity": ""}),
        ("Get-Mailbox", {"Identity": None}),
        ("Get-Mailbox", {"Identity": "  "}),
        ("Get-Mailbox", {"Identity": "*"}),
        ("Get-Mailbox", {"Identity": ["a@contoso.example"]}),
        ("Get-Mailbox", {"ResultSize": "Unlimited"}),
        ("Remove-InboxRule", {"Identity": "", "Mailbox": "anna@contoso.example"}),
        ("Disable-InboxRule", {"Identity": "7", "Mailbox": ""}),
        ("Set-Mailbox", {"ForwardingSmtpAddress": None}),
        ("Remove-TransportRule", {}),
        ("Get-AcceptedDomain; Remove-Mailbox", {}),
    ],
)
def test_what_could_reach_every_object_is_refused_before_it_is_sent(exchange, scripted, cmdlet, parameters):
    with pytest.raises(BadInput):
        exchange.run(cmdlet, "anna@contoso.example", **parameters)
    assert scripted.asked == []


def test_an_anchor_cannot_break_out_of_its_header(exchange, scripted):
    with pytest.raises(BadInput, match="cannot be the anchor"):
        list(exchange.run("Get-Mailbox", "a@b\r\nX-Evil: 1", Identity="a@b"))
    assert scripted.asked == []


def test_a_read_is_repeated_after_a_server_error_and_a_write_is_not(exchange, scripted, slept):
    scripted.answers = [(500, {}, {"error": {"code": "ADTransient"}}), (200, {}, {"value": []})]
    assert len(list(exchange.run("Get-Mailbox", "a@contoso.example", Identity="a@contoso.example"))) == 1
    scripted.answers = [(500, {}, {"error": {"code": "ADTransient"}})]
    with pytest.raises(Exception, match="ADTransient"):
        list(exchange.run("Set-Mailbox", "a@contoso.example", Identity="a@contoso.example", AuditEnabled=True))
    assert (len(scripted.asked), len(slept)) == (3, 1)


def test_an_error_names_the_cmdlet_and_the_innermost_reason(exchange, scripted):
    details = [{"code": "x", "message": "object 'nobody' couldn't be found on 'DC01'."}]
    scripted.answers = [(400, {}, {"error": {"code": "BadRequest", "message": "outer", "details": details}})]
    with pytest.raises(NotFound, match=r"Get-Mailbox was refused \(400 BadRequest: object 'nobody' couldn't"):
        list(exchange.run("Get-Mailbox", "nobody@contoso.example", Identity="nobody"))


@pytest.mark.parametrize(
    ("parameters", "line"),
    [
        ({"Identity": "anna@contoso.example"}, "-Identity 'anna@contoso.example'"),
        ({"Identity": "it's; Remove-Item x"}, "-Identity 'it''s; Remove-Item x'"),
        ({"Identity": "a\u2019; calc; \u2018"}, "-Identity 'a\u2019\u2019; calc; \u2018\u2018'"),
        ({"Identity": "$(calc) `n"}, "-Identity '$(calc) `n'"),
        ({"Name": "a\nb"}, "-Name ('a' + [char]10 + 'b')"),
        ({"Name": "\x1b[2J"}, "-Name ('' + [char]27 + '[2J')"),
        ({"Name": ""}, "-Name ''"),
        ({"Force": True, "Enabled": False}, "-Force:$true -Enabled:$false"),
        ({"ForwardingAddress": None}, "-ForwardingAddress $null"),
        ({"ResultSize": 5000}, "-ResultSize 5000"),
        ({"AccessRights": ["FullAccess", "o'x"]}, "-AccessRights @('FullAccess', 'o''x')"),
        (
            {"GrantSendOnBehalfTo": {"@odata.type": "#Exchange.GenericHashTable", "remove": "x'y"}},
            "-GrantSendOnBehalfTo @{remove='x''y'}",
        ),
        ({"StartDate": datetime(2026, 11, 1, tzinfo=UTC)}, "-StartDate '2026-11-01T00:00:00Z'"),
    ],
)
def test_the_powershell_line_keeps_every_value_a_value(parameters, line):
    assert powershell("Set-Mailbox", **parameters) == f"Set-Mailbox {line}"


def test_a_hostile_parameter_name_or_cmdlet_is_refused():
    with pytest.raises(BadInput):
        powershell("Set-Mailbox", **{"Identity x; calc": "y"})
    with pytest.raises(BadInput):
        powershell("Set-Mailbox; calc", Identity="y")


REFUSED = (403, {}, {"error": {"code": "Forbidden", "message": "This client is not allowed"}})


def test_what_the_module_s_channel_refuses_is_asked_of_the_official_one(exchange, scripted):
    scripted.by_path |= {"InvokeCommand": REFUSED, "v2.0": (200, {}, {"value": [{"DomainName": "contoso.example"}]})}
    for _ in range(2):
        (page,) = exchange.run("Get-AcceptedDomain")
        assert page.records == [{"DomainName": "contoso.example"}]
    official = f"/adminapi/v2.0/{TENANT}/AcceptedDomain"
    # Once it is known who answers, nobody else is asked.
    assert [path for _, path, *_ in scripted.asked] == [
        f"/adminapi/beta/{TENANT}/InvokeCommand", official, official,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cmdlet", "given"),
    [
        ("Get-InboxRule", {"Mailbox": "anna@contoso.example"}),
        ("Set-Mailbox", {"Identity": "anna@contoso.example", "ForwardingSmtpAddress": None}),
    ],
)
def test_what_the_official_channel_does_not_serve_stays_refused(exchange, scripted, cmdlet, given):
    scripted.by_path["InvokeCommand"] = REFUSED
    with pytest.raises(Denied, match="This client is not allowed"):
        list(exchange.run(cmdlet, **given))
    assert len(scripted.asked) == 1


def test_refused_by_both_it_is_the_first_refusal_that_is_told(exchange, scripted):
    second = (403, {}, {"error": {"code": "Forbidden", "message": "Exchange.ManageAsAppV2 is missing"}})
    scripted.by_path |= {"InvokeCommand": REFUSED, "v2.0": second}
    with pytest.raises(Denied, match="This client is not allowed"):
        list(exchange.run("Get-OrganizationConfig"))


def test_the_cmdlets_that_this_token_may_run_are_listed(exchange, scripted):
    scripted.answers = [(200, {}, {"value": [{"exportedCmdlets": "Get-Mailbox, Get-InboxRule,"}, None]})]
    assert exchange.cmdlets() == {"Get-Mailbox", "Get-InboxRule"}
    method, path, headers, _ = scripted.asked[0]
    assert (method, path) == ("GET", f"/adminapi/v1.0/{TENANT}/EXOModuleFile?Version=3.9.2")
    assert headers["CommandName"] == "*"
