import json
from datetime import UTC, datetime

import pytest

from o365nb.errors import BadInput, NotFound, UntrustedLink
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
