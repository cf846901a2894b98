import pytest

from o365nb.doors import responding
from o365nb.errors import BadInput
from o365nb.tenant import Method, Profile, load_profile
from o365nb.tenant.clouds import CLOUDS, cloud

TENANT, CLIENT = "11111111-2222-4333-8444-555555555555", "99999999-8888-4777-8666-555555555555"


@pytest.fixture
def profiles(tmp_path, monkeypatch):
    path = tmp_path / "profiles.toml"
    monkeypatch.setenv("O365NB_CONFIG", str(path))
    return path


def test_a_profile_says_tenant_app_cloud_and_method(profiles):
    profiles.write_text(
        f'[contoso]\ntenant_id = "{TENANT}"\nclient_id = "{CLIENT}"\ncloud = "usgov-dod"\nmethod = "device_code"\n'
        f'[fabrikam]\ntenant_id = "fabrikam.example"\nclient_id = "{CLIENT}"\n'
        'method = "certificate"\ncertificate = "keys/app.pem"\n'
    )
    assert load_profile("contoso") == Profile(
        "contoso", TENANT, CLIENT, Method.DEVICE_CODE, CLOUDS["usgov-dod"], None, None
    )
    assert load_profile("fabrikam").certificate == profiles.parent / "keys/app.pem"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "known: none yet"),
        ("", "known: none yet"),
        ("[a]\n[b]\n", "known: a, b). Add a table [contoso] with tenant_id"),
        ("contoso = 1\n", "contoso is not a table"),
        ("[contoso\n", "not TOML"),
        ("[contoso]\n", "client_id is missing"),
        (f'[contoso]\ntenant_id = "x y"\nclient_id = "{CLIENT}"\n', "neither a GUID nor a domain"),
        (f'[contoso]\ntenant_id = "../../evil.example"\nclient_id = "{CLIENT}"\n', "neither a GUID nor a domain"),
        (f'[contoso]\ntenant_id = "{TENANT}"\nclient_id = "app"\n', "is not a GUID"),
        (f'[contoso]\ntenant_id = "{TENANT}"\nclient_id = 7\n', "client_id must be text"),
        (f'[contoso]\ntenant_id = "{TENANT}"\nclient_id = "{CLIENT}"\ncloud = "moon"\n', "Write one of: global"),
        (f'[contoso]\ntenant_id = "{TENANT}"\nclient_id = "{CLIENT}"\nmethod = "ropc"\n', "method 'ropc' is unknown"),
        (f'[contoso]\ntenant_id = "{TENANT}"\nclient_id = "{CLIENT}"\nmethod = "certificate"\n', "PEM or PFX"),
    ],
)
def test_what_cannot_be_used_is_one_clear_line(profiles, text, said):
    if text is not None:
        profiles.write_text(text)
    with pytest.raises(BadInput) as caught:
        load_profile("contoso")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", ["client_secret", "secret", "base_url", "ca_file", "verify"])
def test_no_file_can_hold_a_secret_redirect_a_sign_in_or_bring_a_ca(profiles, key):
    profiles.write_text(f'[contoso]\ntenant_id = "{TENANT}"\nclient_id = "{CLIENT}"\n{key} = "hunter2-value"\n')
    with pytest.raises(BadInput, match=f"'{key}' is not a setting") as caught:
        load_profile("contoso")
    assert "hunter2-value" not in str(caught.value)


@pytest.mark.parametrize("host", ["https://localhost:8443", "https://127.0.0.1:1/", "https://[::1]:5"])
def test_a_practice_tenant_on_this_machine_keeps_the_real_scopes(host, tmp_path):
    profile = Profile.simulator(base_url=host, ca_file=tmp_path / "ca.pem", tenant_id=TENANT, client_id=CLIENT)
    assert profile.simulated
    assert profile.cloud.login == profile.cloud.graph == profile.cloud.exchange == host.rstrip("/")
    assert profile.cloud.graph_scope == "https://graph.microsoft.com/.default"
    assert profile.cloud.exchange_scope == "https://outlook.office365.com/.default"


@pytest.mark.parametrize(
    "host",
    [
        "https://login.evil.example",
        "http://localhost:8443",
        "https://localhost.evil.example",
        "https://localhost@evil.example",
        "https://evil@localhost",
        "https://10.0.0.5",
        "https://[::ffff:8.8.8.8]",
        "localhost",
        "",
    ],
)
def test_a_practice_tenant_elsewhere_is_refused(host, tmp_path):
    with pytest.raises(BadInput, match="runs on this machine"):
        Profile.simulator(base_url=host, ca_file=tmp_path, tenant_id=TENANT, client_id=CLIENT)


def test_a_ca_of_ones_own_cannot_be_put_beside_real_hosts(tmp_path):
    with pytest.raises(BadInput, match="runs on this machine"):
        Profile("x", TENANT, CLIENT, ca_file=tmp_path / "ca.pem")


def test_clouds_name_their_own_resources():
    assert {name: (c.login, c.graph, c.exchange) for name, c in CLOUDS.items()} == {
        "global": (
            "https://login.microsoftonline.com",
            "https://graph.microsoft.com",
            "https://outlook.office365.com",
        ),
        "gcc": (
            "https://login.microsoftonline.com",
            "https://graph.microsoft.com",
            "https://outlook.office365.com",
        ),
        "usgov-high": (
            "https://login.microsoftonline.us",
            "https://graph.microsoft.us",
            "https://outlook.office365.us",
        ),
        "usgov-dod": (
            "https://login.microsoftonline.us",
            "https://dod-graph.microsoft.us",
            "https://outlook-dod.office365.us",
        ),
        "china": (
            "https://login.partner.microsoftonline.cn",
            "https://microsoftgraph.chinacloudapi.cn",
            "https://partner.outlook.cn",
        ),
    }
    assert all(c.graph_scope == f"{c.graph}/.default" for c in CLOUDS.values())
    assert {c.name: c.family for c in CLOUDS.values()} == {
        "global": "global",
        "gcc": "global",
        "usgov-high": "usgov",
        "usgov-dod": "usgov",
        "china": "china",
    }
    with pytest.raises(BadInput, match="'mars' is no cloud"):
        cloud("mars")


def test_the_profile_that_responds_is_another_of_the_same_tenant(profiles):
    both = f'tenant_id = "{TENANT}"\nclient_id = '
    profiles.write_text(f'[a]\nrespond = "b"\n{both}"{CLIENT}"\n[b]\n{both}"{TENANT}"\n[c]\n{both}"{CLIENT}"\n')
    assert [responding(name).client_id for name in ("a", "b", "c")] == [TENANT, TENANT, CLIENT]


@pytest.mark.parametrize("other", [f'tenant_id = "{CLIENT}"\n', f'tenant_id = "{TENANT}"\ncloud = "china"\n'])
def test_a_response_never_goes_to_another_tenant_than_the_evidence_came_from(profiles, other):
    profiles.write_text(
        f'[a]\ntenant_id = "{TENANT}"\nclient_id = "{CLIENT}"\nrespond = "b"\n[b]\nclient_id = "{CLIENT}"\n{other}'
    )
    with pytest.raises(BadInput, match="names 'b' to respond, which is of another tenant"):
        responding("a")
