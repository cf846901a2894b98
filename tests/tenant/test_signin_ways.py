"""Certificates in every wrapping, managed identities, threads, and tokens kept between commands."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from msal_extensions import FilePersistence, PersistedTokenCache

from o365nb.errors import BadInput, SignInFailed, Unreachable
from o365nb.practice import PracticeTenant
from o365nb.tenant import Method, Profile, connect, load_profile
from o365nb.tenant.signin import SignIn
from o365nb.tenant.token_cache import location, sign_out

TENANT, CLIENT = "11111111-2222-4333-8444-555555555555", "99999999-8888-4777-8666-555555555555"
SCOPE = "https://graph.microsoft.com/.default"
PHRASE = "correct horse"
CHALLENGE = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'


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


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    with PracticeTenant(story="aitm", state=tmp_path_factory.mktemp("state")) as running:
        yield running


def posted(login):
    return [parse_qs(body.decode()) for method, path, _, body in login.asked if path.endswith("/token")]


def wrapped(pem_file, path, phrase=""):
    """The same key and certificate as a PFX file, or as PEM with its key encrypted."""
    text = pem_file.read_bytes()
    key = serialization.load_pem_private_key(text, None)
    certificate = x509.load_pem_x509_certificate(text)
    lock = serialization.BestAvailableEncryption(phrase.encode()) if phrase else serialization.NoEncryption()
    if path.suffix == ".pfx":
        path.write_bytes(pkcs12.serialize_key_and_certificates(b"o365nb", key, certificate, None, lock))
    else:
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
        path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize("name", ["app.pem", "app.pfx"])
@pytest.mark.parametrize("phrase", ["", PHRASE])
def test_a_certificate_opens_the_tenant_however_it_is_wrapped(practice, pem, tmp_path, monkeypatch, name, phrase):
    plain = pem(tmp_path / "plain.pem")
    practice.register_certificate(plain.read_text()[plain.read_text().index("-----BEGIN CERTIFICATE") :])
    monkeypatch.setenv("O365NB_CERTIFICATE_PASSPHRASE", phrase)
    made = Profile.simulator(
        base_url=practice.base_url, ca_file=practice.ca_file, tenant_id=practice.tenant_id,
        client_id=practice.client_id, method="certificate", certificate=wrapped(plain, tmp_path / name, phrase),
    )  # fmt: skip
    with connect(made) as tenant:
        assert tenant.graph.get("/organization").records


@pytest.mark.parametrize("name", ["app.pem", "app.pfx"])
def test_a_passphrase_that_is_missing_or_wrong_is_one_clear_line(profile, pem, tmp_path, monkeypatch, name):
    locked = wrapped(pem(tmp_path / "plain.pem"), tmp_path / name, PHRASE)
    monkeypatch.setenv("O365NB_CERTIFICATE_PASSPHRASE", "wrong-secret-phrase")
    with pytest.raises(BadInput, match="the passphrase is wrong, or the file is damaged") as caught:
        SignIn(profile(Method.CERTIFICATE, certificate=locked))
    assert "wrong-secret-phrase" not in str(caught.value)
    monkeypatch.setenv("O365NB_CERTIFICATE_PASSPHRASE", "")
    with pytest.raises(BadInput, match="the passphrase of this certificate is missing"):
        SignIn(profile(Method.CERTIFICATE, certificate=locked))


def test_a_pfx_without_its_key_is_one_clear_line(profile, pem, tmp_path):
    certificate = x509.load_pem_x509_certificate(pem(tmp_path / "a.pem").read_bytes())
    path = tmp_path / "half.pfx"
    path.write_bytes(pkcs12.serialize_key_and_certificates(None, None, certificate, None, serialization.NoEncryption()))
    with pytest.raises(BadInput, match="needs both the private key and the certificate"):
        SignIn(profile(Method.CERTIFICATE, certificate=path))


class _Machine(BaseHTTPRequestHandler):
    """App Service's identity endpoint, as a machine in Azure has it."""

    def do_GET(self):
        asked = parse_qs(urlsplit(self.path).query)
        self.server.asked.append((asked, self.headers.get("X-IDENTITY-HEADER")))
        body = json.dumps({
            "access_token": f"machine-token-{len(self.server.asked)}", "expires_on": "4102444800",
            "resource": asked["resource"][0], "token_type": "Bearer",
        }).encode()  # fmt: skip
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):  # noqa: A002 - http.server's own name
        pass


@pytest.fixture
def machine(monkeypatch):
    server = HTTPServer(("127.0.0.1", 0), _Machine)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "the-header")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("client", ["", CLIENT])
def test_a_managed_identity_asks_its_machine_once_and_past_any_proxy(machine, client):
    signin = SignIn(Profile("contoso", TENANT, client, Method.MANAGED_IDENTITY))
    assert [signin.token(SCOPE) for _ in range(3)] == ["machine-token-1"] * 3
    ((asked, header),) = machine.asked
    assert (asked["resource"], header) == (["https://graph.microsoft.com"], "the-header")
    assert asked.get("client_id") == ([client] if client else None)


def test_a_machine_without_an_identity_is_one_clear_line(monkeypatch):
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "x")
    with pytest.raises(Unreachable, match="Only a machine in Azure that has one can use this method"):
        SignIn(Profile("contoso", TENANT, "", Method.MANAGED_IDENTITY)).token(SCOPE)


def test_a_practice_tenant_has_no_managed_identity(profile):
    with pytest.raises(BadInput, match="a practice tenant has none"):
        profile(Method.MANAGED_IDENTITY)


def test_many_threads_get_one_token_by_one_request(profile, login):
    signin = SignIn(profile(), "secret")
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(signin.token, [SCOPE] * 64)) == {"the-token"}
    assert len(posted(login)) == 1


def test_many_threads_refused_together_renew_the_token_once(profile, login):
    signin, threads = SignIn(profile(), "secret"), 8
    together = threading.Barrier(threads)

    def refused_once(_):
        first = signin.token(SCOPE)
        together.wait()
        return first, signin.token(SCOPE, CHALLENGE)

    login.by_path["/oauth2/v2.0/token"] = (200, {}, {"token_type": "Bearer", "access_token": "old", "expires_in": 3599})
    signin.token(SCOPE)
    login.by_path["/oauth2/v2.0/token"] = (200, {}, {"token_type": "Bearer", "access_token": "new", "expires_in": 3599})
    with ThreadPoolExecutor(threads) as pool:
        assert set(pool.map(refused_once, range(threads))) == {("old", "new")}
    assert ['"nbf"' in form["claims"][0] for form in posted(login)] == [False, True]


def test_a_renewed_token_that_is_refused_again_is_renewed_again(profile, login):
    signin = SignIn(profile(), "secret")
    for claims in (None, CHALLENGE, CHALLENGE):
        signin.token(SCOPE, claims)
        # msal answers from its own HTTP cache after an error only; equal successes are asked for anew
    assert len(posted(login)) == 3


def test_nothing_is_kept_unless_the_profile_says_so(tmp_path, monkeypatch, profile):
    monkeypatch.setenv("O365NB_CONFIG", str(tmp_path / "profiles.toml"))
    SignIn(profile(), "secret").token(SCOPE)
    assert list(tmp_path.iterdir()) == []


def test_where_the_platform_cannot_encrypt_tokens_stay_in_memory_and_that_is_said(tmp_path, monkeypatch, login):
    monkeypatch.setenv("O365NB_CONFIG", str(tmp_path / "profiles.toml"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    said = []
    SignIn(Profile("contoso", TENANT, "", Method.MANAGED_IDENTITY, cache=True), prompt=said.append)
    (line,) = said
    assert line.startswith("Tokens are kept in memory only: this machine cannot encrypt them (")
    assert "\n" not in line
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_kept_token_serves_the_next_command(profile, login, tmp_path):
    kept = FilePersistence(str(tmp_path / "tokens.bin"))  # in place of the platform's store, which is encrypted
    for _ in range(2):
        assert SignIn(profile(), "secret", cache=PersistedTokenCache(kept)).token(SCOPE) == "the-token"
    assert len(posted(login)) == 1


def test_signing_out_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("O365NB_CONFIG", str(tmp_path / "profiles.toml"))
    (tmp_path / "profiles.toml").write_text(
        f'[contoso]\ntenant_id = "{TENANT}"\nclient_id = "{CLIENT}"\nmethod = "device_code"\ncache = true\n'
    )
    contoso = load_profile("contoso")
    assert contoso.cache
    assert sign_out(contoso) == "Nothing was kept: contoso."
    place = location(contoso)
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(b"encrypted")
    place.with_name("contoso.bin.lockfile").touch()
    assert sign_out(contoso) == "Signed out of contoso: the kept tokens are gone."
    assert list(place.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [('cache = "yes"\n', "cache must be true or false"), ('method = "managed_identity"\nclient_id = "x"\n', "GUID")],
)
def test_settings_of_the_new_ways_are_checked(tmp_path, monkeypatch, text, said):
    monkeypatch.setenv("O365NB_CONFIG", str(tmp_path / "profiles.toml"))
    client = "" if "client_id" in text else f'client_id = "{CLIENT}"\n'
    (tmp_path / "profiles.toml").write_text(f'[contoso]\ntenant_id = "{TENANT}"\n{client}{text}')
    with pytest.raises(BadInput, match=said):
        load_profile("contoso")


def test_a_machines_own_identity_needs_no_client_id(tmp_path, monkeypatch):
    monkeypatch.setenv("O365NB_CONFIG", str(tmp_path / "profiles.toml"))
    (tmp_path / "profiles.toml").write_text(f'[contoso]\ntenant_id = "{TENANT}"\nmethod = "managed_identity"\n')
    assert load_profile("contoso") == Profile("contoso", TENANT, "", Method.MANAGED_IDENTITY)


def test_a_refused_certificate_never_shows_its_passphrase(profile, login, pem, tmp_path, monkeypatch):
    locked = wrapped(pem(tmp_path / "plain.pem"), tmp_path / "app.pfx", PHRASE)
    monkeypatch.setenv("O365NB_CERTIFICATE_PASSPHRASE", PHRASE)
    said = f"AADSTS999999: {PHRASE}"
    login.by_path["/oauth2/v2.0/token"] = (401, {}, {"error": "invalid_client", "error_description": said})
    with pytest.raises(SignInFailed) as caught:
        SignIn(profile(Method.CERTIFICATE, certificate=locked)).token(SCOPE)
    assert PHRASE not in str(caught.value)
