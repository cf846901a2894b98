import orjson
import pytest

from o365nb.errors import Denied, NotFound, NotLicensed, RequestFailed, Throttled
from o365nb.tenant.faults import explain, fault

EXCHANGE = {
    "error": {
        "code": "BadRequest",
        "message": "outer",
        "details": [{"code": "Context", "message": "|Microsoft.Exchange|The rule 'x' isn't there."}],
        "innererror": {"internalexception": {"message": "inner"}},
    }
}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"error": {"code": "c", "message": "m"}}, ("c", "m")),
        ({"Error": {"Code": "c", "Message": "m"}}, ("c", "m")),
        (EXCHANGE, ("BadRequest", "|Microsoft.Exchange|The rule 'x' isn't there.")),
        ({"error": {"code": "c", "details": {"message": "one"}}}, ("c", "one")),
        ({"error": {"code": "c", "innererror": {"internalException": {"Message": "deep"}}}}, ("c", "deep")),
        ({"error": {"code": "c", "message": '{"Message":"Intune says no"}'}}, ("c", "Intune says no")),
        ({"error": {"code": "c", "message": "{not json"}}, ("c", "{not json")),
        ({"error": "invalid_grant", "error_description": "why"}, ("invalid_grant", "why")),
        ({"error": None}, ("", "")),
        ([], ("", "")),
    ],
)
def test_code_and_message_of_every_service(body, told):
    assert explain(orjson.dumps(body)) == told


def test_a_page_of_html_gives_its_words():
    assert explain(b"<html><h1>502</h1>Bad <b>gateway</b></html>") == ("", "502 Bad gateway")
    assert explain(b"") == ("", "")


@pytest.mark.parametrize(
    ("status", "path", "message", "kind"),
    [
        (
            403,
            "/v1.0/identityProtection/riskDetections",
            "Your tenant is not licensed for this feature.",
            "Entra ID P2",
        ),
        (403, "/v1.0/identity/conditionalAccess/policies", "Your tenant is not licensed for this feature.", "ID P1"),
        (400, "/v1.0/deviceManagement/managedDevices", "Request not applicable to target tenant.", "Intune"),
        (401, "/v1.0/deviceManagement/managedDevices", "Account is not provisioned.", "Intune"),
        (400, "/v1.0/security/runHuntingQuery", "failed to resolve table or column", "Defender XDR"),
        (
            400,
            "/v1.0/roleManagement/directory/x",
            "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
            "ID Governance",
        ),
        (403, "/v1.0/auditLogs/signIns", "tenant doesn't have premium license", "Entra ID P1"),
    ],
)
def test_a_missing_licence_names_the_product(status, path, message, kind):
    body = orjson.dumps({"error": {"code": "Forbidden", "message": message}})
    error = fault(f"Graph: GET {path}", path, status=status, body=body, request_id="")
    assert type(error) is NotLicensed
    assert kind in str(error)


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (401, "Access token has expired.", Denied),
        (403, "Insufficient privileges", Denied),
        (400, "A parameter cannot be found that matches parameter name 'IncludeHidden'.", Denied),
        (400, "The term 'Get-InboxRule' is not recognized as the name of a cmdlet", Denied),
        (403, "The role assigned to application 1 isn't supported in this scenario.", Denied),
        (400, "The operation couldn't be performed because object 'x' couldn't be found on 'y'.", NotFound),
        (404, "", NotFound),
        (429, "not licensed for this feature", Throttled),
        (503, "", Throttled),
        (500, "tenant doesn't have premium license", RequestFailed),
        (409, "conflict", RequestFailed),
    ],
)
def test_rights_absence_load_and_failure_are_told_apart(status, message, kind):
    body = orjson.dumps({"error": {"code": "c", "message": message}})
    assert type(fault("Exchange: Get-InboxRule", "/adminapi", status=status, body=body, request_id="")) is kind
