import base64
import json
import socket

import pytest

from o365nb.errors import (
    BadInput,
    Denied,
    NotFound,
    NotLicensed,
    RequestFailed,
    Throttled,
    Unreachable,
    UntrustedLink,
)
from o365nb.tenant.http import Endpoint, Http, Session, challenge, require_origin, wait

OK = (200, {"request-id": "r-1"}, {"value": [1]})
BUSY = (429, {"Retry-After": "7"}, {"error": {"code": "TooManyRequests", "message": "slow down"}})
BROKEN = (502, {}, b"<html>bad gateway</html>")


def get(http, scripted, endpoint, **more):
    return http.request("GET", f"{scripted.origin}/v1.0/x", endpoint, **more)


def test_an_answer_comes_with_its_request_id_and_the_services_own_time(http, scripted, endpoint):
    scripted.answers = [OK]
    response = get(http, scripted, endpoint)
    assert (response.status, response.json(), response.request_id) == (200, {"value": [1]}, "r-1")
    assert http.last_date.isoformat() == "2026-11-18T12:00:00+00:00"
    sent = scripted.asked[0][2]
    assert sent["Authorization"] == "Bearer token-1"
    assert len(sent["client-request-id"]) == 36


def test_retry_after_is_honoured(http, scripted, endpoint, slept):
    scripted.answers = [BUSY, BUSY, OK]
    assert get(http, scripted, endpoint).status == 200
    assert slept == [7.0, 7.0]


def test_without_retry_after_the_wait_doubles(http, scripted, endpoint, slept):
    scripted.answers = [BROKEN, BROKEN, BROKEN, OK]
    assert get(http, scripted, endpoint).status == 200
    assert [2 * 2**n <= pause <= 3 * 2**n for n, pause in enumerate(slept)] == [True] * 3


def test_a_get_gives_up_after_six_retries(http, scripted, endpoint, slept):
    scripted.answers = [BUSY]
    with pytest.raises(Throttled) as caught:
        get(http, scripted, endpoint)
    assert (len(slept), len(scripted.asked)) == (6, 7)
    assert str(caught.value) == (
        "Graph: GET /v1.0/x was refused (429 TooManyRequests: slow down). The service is busy even after all retries:"
        " wait some minutes and run the same again."
    )


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_is_not_idempotent_is_repeated_when_throttled_but_not_after_a_server_error(
    http, scripted, endpoint, slept, method
):
    scripted.answers = [BUSY, OK]
    assert http.request(method, f"{scripted.origin}/x", endpoint, json={}).status == 200
    scripted.answers = [BROKEN, OK]
    with pytest.raises(RequestFailed, match="502: bad gateway"):
        http.request(method, f"{scripted.origin}/x", endpoint, json={})
    assert (len(scripted.asked), slept) == (3, [7.0])


def test_what_is_declared_idempotent_is_repeated(http, scripted, endpoint):
    scripted.answers = [BROKEN, OK]
    assert http.request("POST", f"{scripted.origin}/x", endpoint, json={}, idempotent=True).status == 200


@pytest.mark.parametrize(
    ("retry_after", "low", "high"),
    [
        ("0", 1, 1),
        ("86400", 300, 300),
        ("12", 12, 12),
        ("Wed, 18 Nov 2026 12:00:30 GMT", 30, 30),
        ("Wed, 18 Nov 2020 12:00:30 GMT", 1, 1),
        ("-5", 2, 3),
        ("soon", 2, 3),
        (None, 2, 3),
    ],
)
def test_the_wait_is_what_the_service_asks_for_within_reason(http, scripted, endpoint, retry_after, low, high):
    scripted.answers = [OK]
    get(http, scripted, endpoint)
    assert low <= wait(0, retry_after, http.last_date) <= high


def test_a_claims_challenge_is_answered_once_with_a_new_token(http, scripted, endpoint, tokens):
    wanted = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}'
    encoded = base64.b64encode(wanted.encode()).decode().rstrip("=")
    header = {"WWW-Authenticate": f'Bearer realm="", error="insufficient_claims", claims="{encoded}"'}
    scripted.answers = [(401, header, {}), OK]
    assert get(http, scripted, endpoint).status == 200
    assert tokens == [None, wanted]
    scripted.answers = [(401, header, {"error": {"code": "InvalidAuthenticationToken", "message": "again"}})]
    with pytest.raises(Denied, match="401 InvalidAuthenticationToken"):
        get(http, scripted, endpoint)
    assert len(scripted.asked) == 4


@pytest.mark.parametrize(
    "header",
    [
        "",
        'Bearer error="invalid_token"',
        'Bearer error="insufficient_claims"',
        'Bearer error="insufficient_claims", claims="%%%"',
        'Bearer error="insufficient_claims", claims="/w=="',
    ],
)
def test_a_401_without_readable_claims_is_no_challenge(header):
    assert challenge({"WWW-Authenticate": header}) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v1.0/users",
        "http://graph.microsoft.com/v1.0/users",
        "https://graph.microsoft.com:8443/v1.0/users",
        "https://graph.microsoft.com@evil.example/",
        "https://graph.microsoft.com.evil.example/",
        "https://user:pass@graph.microsoft.com/",
        "https://evil.example\\@graph.microsoft.com/",
        "https://graph.microsoft.com\t.evil.example/",
        "https://graph.microsoft.com:99999/",
        "https://grаph.microsoft.com/",
        "//graph.microsoft.com/",
        "/v1.0/users",
        "",
    ],
)
def test_no_token_is_even_asked_for_when_a_link_leads_elsewhere(http, url, tokens):
    endpoint = Endpoint("Graph", "https://graph.microsoft.com", lambda claims: tokens.append(claims) or "secret")
    with pytest.raises(UntrustedLink) as caught:
        http.request("GET", url, endpoint)
    assert tokens == []
    assert "No token was sent" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://GRAPH.microsoft.com/v1.0/x?$skiptoken=a%20b", "https://graph.microsoft.com:443/"]
)
def test_the_same_origin_in_other_spelling_is_trusted(url):
    require_origin(url, Endpoint("Graph", "https://graph.microsoft.com", lambda claims: ""))


def test_a_redirect_is_never_followed(http, scripted, endpoint):
    scripted.answers = [(302, {"Location": "https://evil.example/"}, {})]
    with pytest.raises(RequestFailed, match="redirect, which is never followed"):
        get(http, scripted, endpoint)
    assert len(scripted.asked) == 1


@pytest.mark.parametrize(
    ("status", "error", "kind", "said"),
    [
        (
            403,
            {"code": "Authorization_RequestDenied", "message": "Insufficient privileges"},
            Denied,
            "A right is missing",
        ),
        (404, {"code": "Request_ResourceNotFound", "message": "Resource 'x' does not exist"}, NotFound, "still exists"),
        (
            403,
            {
                "code": "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
                "message": "Neither tenant is B2C or tenant doesn't have premium license",
            },
            NotLicensed,
            "The tenant lacks Microsoft Entra ID P1.",
        ),
        (400, {"code": "Request_UnsupportedQuery", "message": "no"}, RequestFailed, "400 Request_UnsupportedQuery: no"),
    ],
)
def test_errors_are_told_apart(http, scripted, endpoint, status, error, kind, said):
    scripted.answers = [(status, {"request-id": "r-9"}, {"error": error})]
    with pytest.raises(RequestFailed) as caught:
        get(http, scripted, endpoint)
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.code, caught.value.request_id) == (status, error["code"], "r-9")
    assert said in str(caught.value)


def test_an_error_that_quotes_the_token_is_blanked(http, scripted, endpoint):
    token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln"
    scripted.answers = [(400, {}, {"error": {"code": "x", "message": f"bad Authorization: Bearer {token}\x1b[2J\nz"}})]
    with pytest.raises(RequestFailed) as caught:
        get(http, scripted, endpoint)
    assert token not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_a_closed_port_is_one_clear_line_and_not_waited_for(http, slept):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        origin = f"https://localhost:{free.getsockname()[1]}"
    with pytest.raises(Unreachable) as caught:
        http.request("GET", f"{origin}/v1.0/x", Endpoint("Graph", origin, lambda claims: "secret-token"))
    assert str(caught.value) == (
        f"Graph at {origin}: the connection was refused: nobody listens there. Check the network, proxy and address."
    )
    assert (slept, caught.value.__cause__) == ([], None)


def test_a_connection_lost_on_the_way_is_tried_again_where_that_is_safe(http, scripted, endpoint, slept):
    scripted.answers = [OK, None, None, OK]
    assert get(http, scripted, endpoint).status == 200
    assert get(http, scripted, endpoint).status == 200
    assert len(slept) == 2
    scripted.answers = [None]
    with pytest.raises(Unreachable, match="the connection failed"):
        http.request("POST", f"{scripted.origin}/x", endpoint, json={})


def test_an_unknown_certificate_is_refused(scripted, endpoint, authority, tmp_path):
    import trustme

    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    session = Session(other)
    with pytest.raises(Unreachable, match="its TLS certificate is not trusted here"):
        Http(session).request("GET", f"{scripted.origin}/x", endpoint)
    session.close()
    assert scripted.asked == []


def test_tls_verification_cannot_be_switched_off(scripted, ca_file):
    session = Session(ca_file)
    with pytest.raises(BadInput, match="TLS verification cannot be switched off"):
        session.get(scripted.origin, verify=False)
    session.verify = False
    with pytest.raises(BadInput, match="TLS verification cannot be switched off"):
        session.get(scripted.origin)
    session.close()
    assert scripted.asked == []


def test_an_answer_that_is_no_json_is_an_error(http, scripted, endpoint):
    scripted.answers = [(200, {}, b"<html>login to the hotel wifi</html>")]
    with pytest.raises(RequestFailed, match="not JSON"):
        get(http, scripted, endpoint).json()


def test_a_body_is_sent_as_json(http, scripted, endpoint):
    scripted.answers = [OK]
    http.request("POST", f"{scripted.origin}/x", endpoint, json={"a": "ü"})
    method, path, headers, body = scripted.asked[0]
    assert (method, path, json.loads(body)) == ("POST", "/x", {"a": "ü"})
    assert headers["Content-Type"] == "application/json; charset=utf-8"


def test_half_a_character_in_one_name_does_not_hide_the_others(http, scripted, endpoint):
    scripted.answers = [(200, {}, b'{"value": [{"name": "half \\ud83d"}, {"name": "whole \\ud83d\\ude00"}]}')]
    answer = http.request("GET", f"{scripted.origin}/x", endpoint)
    assert [item["name"] for item in answer.json()["value"]] == ["half ?", "whole \U0001f600"]
    assert b'\\ud83d"}' in answer.body
