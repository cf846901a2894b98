"""The real msal, unmodified, against the practice tenant's identity provider."""

import datetime as dt
import re
import socket
import threading
import uuid

import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from practice.conftest import EXCHANGE, GRAPH

from o365nb.errors import BadInput
from o365nb.practice import PracticeTenant


def public_app(client):
    return msal.PublicClientApplication(
        client.tenant.client_id,
        authority=f"{client.base}/{client.tenant.tenant_id}",
        instance_discovery=False,
        http_client=client.session,
    )


def certificate():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "o365nb practice")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), made.public_bytes(serialization.Encoding.PEM).decode()


def test_a_secret_gives_a_token_for_each_resource(aitm):
    app = aitm.app()
    graph, exchange = (app.acquire_token_for_client([scope]) for scope in (GRAPH, EXCHANGE))
    assert aitm.graph("/v1.0/organization", token=graph["access_token"]).status_code == 200
    assert aitm.graph("/v1.0/organization", token=exchange["access_token"]).status_code == 401
    assert graph["expires_in"] == 3599


def test_a_wrong_secret_is_refused_with_microsofts_code(aitm):
    refused = aitm.app(secret="not the secret").acquire_token_for_client([GRAPH])
    assert refused["error"] == "invalid_client"
    assert refused["error_codes"] == [7000215]
    assert "AADSTS7000215" in refused["error_description"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"client_id": str(uuid.UUID(int=1))}, 700016),
        ({"scopes": ["https://vault.azure.net/.default"]}, 500011),
    ],
)
def test_an_unknown_app_or_resource_is_refused(aitm, change, code):
    scopes = change.pop("scopes", [GRAPH])
    assert aitm.app(**change).acquire_token_for_client(scopes)["error_codes"] == [code]


def test_an_unknown_tenant_has_no_configuration(aitm):
    answer = aitm.session.get(f"{aitm.base}/elsewhere.example/v2.0/.well-known/openid-configuration")
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [90002])


def test_a_certificate_signs_in_once_it_is_registered(client):
    private, public = certificate()
    credential = {"private_key": private, "public_certificate": public}
    refused = client.app(secret=credential).acquire_token_for_client([GRAPH])
    assert refused["error_codes"] == [700027]
    client.tenant.register_certificate(public)
    token = client.app(secret=credential).acquire_token_for_client([GRAPH])["access_token"]
    assert client.graph("/v1.0/organization", token=token).status_code == 200


def test_another_key_behind_a_registered_certificate_is_refused(client):
    (_, public), (other_private, _) = certificate(), certificate()
    client.tenant.register_certificate(public)
    credential = {"private_key": other_private, "public_certificate": public}
    assert client.app(secret=credential).acquire_token_for_client([GRAPH])["error_codes"] == [700027]


def test_a_device_code_waits_for_a_person_and_then_stays_signed_in(client):
    app = public_app(client)
    flow = app.initiate_device_flow(["https://graph.microsoft.com/.default"])
    with pytest.raises(BadInput, match="No sign-in waits"):
        client.tenant.approve_device_code("WRONGCODE")
    threading.Timer(0.3, client.tenant.approve_device_code, (flow["user_code"],)).start()
    signed_in = app.acquire_token_by_device_flow(flow)
    assert client.graph("/v1.0/organization", token=signed_in["access_token"]).status_code == 200
    (account,) = app.get_accounts()
    assert account["username"] == "carol@contoso.example"
    silent = app.acquire_token_silent(["https://outlook.office365.com/.default"], account)
    assert client.graph("/v1.0/organization", token=silent["access_token"]).status_code == 401


def test_the_device_code_page_approves_and_escapes(client):
    flow = public_app(client).initiate_device_flow([GRAPH])
    page = f"{client.base}/{client.tenant.tenant_id}/oauth2/deviceauth"
    wrong = client.session.post(page, data={"code": "<script>alert(1)</script>"})
    assert "<script>" not in wrong.text
    assert "You have signed in" in client.session.post(page, data={"code": flow["user_code"].lower()}).text


def test_an_authorisation_code_works_once_and_goes_to_this_machine_only(client):
    address = f"{client.base}/{client.tenant.tenant_id}/oauth2/v2.0/authorize"
    asked = {"client_id": client.tenant.client_id, "redirect_uri": "https://evil.example/take", "state": "s"}
    assert client.session.get(address, params=asked, allow_redirects=False).status_code == 400
    app = public_app(client)
    flow = app.initiate_auth_code_flow([GRAPH], redirect_uri="http://localhost:1", response_mode="form_post")
    page = client.session.get(flow["auth_uri"]).text
    assert 'action="http://localhost:1"' in page
    answer = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    signed_in = app.acquire_token_by_auth_code_flow(flow, answer)
    assert signed_in["id_token_claims"]["preferred_username"] == "carol@contoso.example"
    assert app.acquire_token_by_auth_code_flow(flow, answer)["error"] == "invalid_grant"


def test_an_authorisation_code_may_come_in_the_address_too(client):
    asked = {"client_id": client.tenant.client_id, "redirect_uri": "http://localhost:1/x", "state": "a b"}
    address = f"{client.base}/{client.tenant.tenant_id}/oauth2/v2.0/authorize"
    answer = client.session.get(address, params=asked, allow_redirects=False)
    assert answer.status_code == 302
    assert re.match(r"http://localhost:1/x\?code=[\w-]+&state=a\+b&", answer.headers["Location"])


@pytest.mark.parametrize("token", ["", "made-up"])
def test_graph_refuses_without_a_valid_token_and_does_nothing(client, token):
    answer = client.session.patch(
        f"{client.base}/v1.0/users/anna@contoso.example",
        json={"accountEnabled": False},
        headers={"Authorization": f"Bearer {token}"} if token else {},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    user = client.graph("/v1.0/users/anna@contoso.example", select="accountEnabled").json()
    assert user["accountEnabled"] is True


def test_a_forgotten_token_is_refused_by_both_services(client):
    client.tenant.forget_tokens()
    assert client.graph("/v1.0/organization").status_code == 401
    assert client.exchange("Get-AcceptedDomain").status_code == 401


def test_the_secret_is_new_at_every_start_and_never_on_disk(tmp_path):
    secrets = []
    for _ in range(2):
        with PracticeTenant(story="aitm", state=tmp_path) as tenant:
            secrets.append(tenant.client_secret)
            kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
            assert tenant.client_secret.encode() not in kept
    assert secrets[0] != secrets[1]


def test_a_port_in_use_is_said_in_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=f"Port {port} cannot be used"), PracticeTenant("aitm", tmp_path, port=port):
            pass
