"""Real msal against a login that answers what Microsoft's answers in each situation."""

import socket
import subprocess
import sys
from urllib.parse import parse_qs

import pytest

from o365nb.errors import BadInput, SignInFailed, Unreachable
from o365nb.tenant import Method, Profile
from o365nb.tenant.signin import DEVICE_CODE_WARNING, SignIn

TENANT, CLIENT = "11111111-2222-4333-8444-555555555555", "99999999-8888-4777-8666-555555555555"
SECRET = "Very~Secret.Value_1"
SCOPE = "https://graph.microsoft.com/.default"


@pytest.fixture
def login(scripted):
    scripted.sign_in_works(TENANT)
    return scripted


@pytest.fixture
def profile(login, ca_file):
    def make(method=Method.SECRET, **more):
        return Profile.simulator(
            base_url=login.origin, ca_file=ca_file, tenant_id=TENANT, client_id=CLIENT, method=method, **more
        )

    return make


def posted(login):
    return [parse_qs(body.decode()) for method, path, _, body in login.asked if path.endswith("/token")]


def test_a_secret_gives_a_token_which_is_kept_in_memory(profile, login):
    signin = SignIn(profile(), SECRET)
    assert [signin.token(SCOPE), signin.token(SCOPE)] == ["the-token", "the-token"]
    (form,) = posted(login)
    assert (form["client_secret"], form["scope"], form["grant_type"]) == ([SECRET], [SCOPE], ["client_credentials"])
    assert "CP1" in form["claims"][0]


def test_a_claims_challenge_gets_a_new_token(profile, login):
    signin = SignIn(profile(), SECRET)
    signin.token(SCOPE)
    signin.token(SCOPE, '{"access_token":{"nbf":{"essential":true,"value":"1"}}}')
    assert ['"nbf"' in form["claims"][0] for form in posted(login)] == [False, True]


def test_the_secret_comes_from_the_environment(profile, login, monkeypatch):
    monkeypatch.setenv("O365NB_CLIENT_SECRET", SECRET)
    SignIn(profile()).token(SCOPE)
    assert posted(login)[0]["client_secret"] == [SECRET]


def test_without_a_terminal_a_missing_secret_is_one_clear_line(monkeypatch):
    monkeypatch.delenv("O365NB_CLIENT_SECRET", raising=False)
    script = (
        "from o365nb.errors import BadInput\n"
        "from o365nb.tenant import Profile\n"
        "from o365nb.tenant.signin import SignIn\n"
        f"try:\n    SignIn(Profile('contoso', '{TENANT}', '{CLIENT}'))\n"
        "except BadInput as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        "The client secret is missing. Set O365NB_CLIENT_SECRET or run this on a terminal to type it.\n"
    )


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("7000215", "the client secret is wrong"),
        ("7000222", "has expired"),
        ("700016", "is not known in this tenant"),
        ("90002", "the tenant is not found"),
        ("53003", "Conditional Access blocks"),
        ("530036", "Conditional Access blocks device code"),
        ("65001", "nobody has consented"),
    ],
)
def test_a_refusal_says_its_code_and_what_it_means(profile, login, code, meaning):
    said = f"AADSTS{code}: no. Trace ID: 1\r\nTimestamp: x"
    login.by_path["/oauth2/v2.0/token"] = (401, {}, {"error": "invalid_client", "error_description": said})
    with pytest.raises(SignInFailed) as caught:
        SignIn(profile(), SECRET).token(SCOPE)
    said = str(caught.value)
    assert said.startswith(f"Sign-in to tenant {TENANT} was refused (AADSTS{code}): ")
    assert meaning in said
    assert "\n" not in said
    assert SECRET not in said


def test_an_unknown_refusal_is_quoted_without_the_secret(profile, login):
    said = f"AADSTS999999: you sent {SECRET}\x1b[2J\nthere"
    login.by_path["/oauth2/v2.0/token"] = (400, {}, {"error": "x", "error_description": said})
    with pytest.raises(SignInFailed) as caught:
        SignIn(profile(), SECRET).token(SCOPE)
    assert str(caught.value) == (
        f"Sign-in to tenant {TENANT} was refused (AADSTS999999): AADSTS999999: you sent [redacted] there"
    )


def test_an_unknown_tenant_is_refused_at_discovery(profile, login):
    login.by_path["openid-configuration"] = (
        400,
        {},
        {"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant 'x' not found."},
    )
    with pytest.raises(SignInFailed, match=r"\(AADSTS90002\): the tenant is not found"):
        SignIn(profile(), SECRET)


def test_a_login_in_trouble_is_unreachable(profile, login):
    login.by_path["openid-configuration"] = (503, {}, b"")
    with pytest.raises(Unreachable, match="HTTP Error: 503"):
        SignIn(profile(), SECRET)


@pytest.mark.parametrize("path", ["openid-configuration", "/token"])
def test_a_connection_cut_off_at_the_very_first_sign_in_is_made_again(profile, login, path):
    login.lost[path] = 2
    assert SignIn(profile(), SECRET).token(SCOPE) == "the-token"
    assert len([one for one in login.asked if path in one[1]]) == 3


def test_a_login_that_cuts_every_connection_is_unreachable_in_the_end(profile, login):
    login.lost["/token"] = 99
    with pytest.raises(Unreachable, match="nobody answers there"):
        SignIn(profile(), SECRET).token(SCOPE)
    assert len(posted(login)) == 5


def test_a_person_is_not_asked_a_second_time_because_a_connection_was_cut_off(profile, login):
    login.lost["/devicecode"] = 1
    shown = []
    with pytest.raises(Unreachable):
        SignIn(profile(Method.DEVICE_CODE), prompt=shown.append).token(SCOPE)
    assert (shown, len([one for one in login.asked if "/devicecode" in one[1]])) == ([], 1)


def test_a_closed_port_is_one_clear_line(ca_file):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        origin = f"https://localhost:{free.getsockname()[1]}"
    profile = Profile.simulator(base_url=origin, ca_file=ca_file, tenant_id=TENANT, client_id=CLIENT)
    with pytest.raises(Unreachable) as caught:
        SignIn(profile, SECRET)
    assert str(caught.value) == (
        f"Cannot sign in at {origin}: nobody answers there. Check the network, the proxy and the address."
    )


def test_a_certificate_signs_an_assertion(profile, login, pem, tmp_path):
    signin = SignIn(profile(Method.CERTIFICATE, certificate=pem(tmp_path / "app.pem")))
    assert signin.token(SCOPE) == "the-token"
    (form,) = posted(login)
    assert form["client_assertion"][0].count(".") == 2
    assert "client_secret" not in form


def test_a_certificate_that_is_missing_or_half_there_is_one_clear_line(profile, pem, tmp_path):
    with pytest.raises(BadInput, match="no certificate file"):
        SignIn(profile(Method.CERTIFICATE, certificate=tmp_path / "none.pem"))
    with pytest.raises(BadInput, match="both the private key and the certificate"):
        SignIn(profile(Method.CERTIFICATE, certificate=pem(tmp_path / "half.pem", certificate=False)))


def test_a_device_code_is_shown_to_the_person(profile, login):
    login.by_path["devicecode"] = (
        200,
        {},
        {
            "device_code": "secret-device-code",
            "user_code": "ABC123",
            "verification_uri": "https://microsoft.com/devicelogin",
            "message": "Open https://microsoft.com/devicelogin and enter ABC123\x1b[2J",
            "expires_in": 900,
            "interval": 1,
        },
    )
    shown = []
    assert SignIn(profile(Method.DEVICE_CODE), prompt=shown.append).token(SCOPE) == "the-token"
    (said,) = shown
    assert said.splitlines() == ["Open https://microsoft.com/devicelogin and enter ABC123", DEVICE_CODE_WARNING]


def test_a_refused_device_code_says_why(profile, login):
    login.by_path["devicecode"] = (400, {}, {"error": "x", "error_description": "AADSTS530036: blocked"})
    with pytest.raises(SignInFailed, match="Conditional Access blocks device code"):
        SignIn(profile(Method.DEVICE_CODE), prompt=print).token(SCOPE)


def test_neither_repr_nor_trace_of_a_sign_in_holds_the_secret(profile):
    signin = SignIn(profile(), SECRET)
    signin.token(SCOPE)
    for text in (repr(signin), repr(profile())):
        assert SECRET not in text
        assert "the-token" not in text


def test_a_person_signs_in_interactively(profile, login, person):
    person.page = lambda asked: {"code": "the-code", "state": asked["state"][0]}
    assert SignIn(profile(Method.INTERACTIVE)).token(SCOPE) == "the-token"
    assert (person.asked["prompt"], person.asked["client_id"]) == (["select_account"], [CLIENT])
    (form,) = posted(login)
    assert (form["code"], form["grant_type"]) == (["the-code"], ["authorization_code"])
