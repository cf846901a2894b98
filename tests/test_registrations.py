"""The two registrations: exactly what is needed, made and removed in a practice tenant by its administrator."""

import json
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from o365nb import collectors, diagnosis, registrar, registration, response
from o365nb.errors import BadInput
from o365nb.practice import PracticeTenant
from o365nb.tenant import Method, Profile, connect
from o365nb.tenant.clouds import CLOUDS
from o365nb.tenant.permissions import RESOURCES, ROLES, Right, catalogue, permissions, role_names

CONTRACT = Path(__file__).parent / "data" / "contract" / "graph-permissions.json"
GRAPH = RESOURCES["graph"].app_id


# -- the catalogue --------------------------------------------------------------------------------------------------


def test_every_right_that_is_needed_has_its_ids_and_no_other_is_listed():
    needed = [right for unit in collectors.all_collectors() for right in unit.needs]
    needed += [right for action in response.actions().values() for right in action.needs]
    needed += [Right("User.Read.All"), Right("Organization.Read.All")]
    assert set(catalogue()) == {(right.service, right.permission) for right in needed}
    # Defender's ids of these two are published nowhere that we could read: they are added by name.
    unknown = [one.name for one in catalogue().values() if not (one.app_role or one.scope)]
    assert unknown == ["Machine.Isolate", "Machine.Scan"]


def test_graphs_ids_are_those_that_microsoft_publishes():
    published = json.loads(CONTRACT.read_text("utf-8"))["permissions"]
    assert {name: (one.app_role, one.scope) for (service, name), one in catalogue().items() if service == "graph"} == {
        name: (published[name].get("application_id") or "", published[name].get("delegated_id") or "")
        for service, name in catalogue()
        if service == "graph"
    }


def test_every_role_that_is_needed_is_a_role_of_entra():
    units = [*collectors.all_collectors(), *response.actions().values()]
    roles = {right.role for unit in units for right in unit.needs if right.role}
    assert {role for role in roles if not set(role_names(role)) & set(ROLES)} == set()


def test_either_of_two_roles_and_whatever_is_stronger_is_enough():
    assert role_names("Exchange (Recipient) Administrator") == (
        "Exchange Recipient Administrator", "Exchange Administrator", "Global Administrator",
    )  # fmt: skip
    assert role_names("User Administrator") == ("User Administrator",)


def test_a_right_without_ids_is_refused_by_name():
    with pytest.raises(BadInput, match=r"Nothing\.Read\.All of graph is not in permissions\.csv"):
        permissions([Right("Nothing.Read.All")])


# -- what is printed ------------------------------------------------------------------------------------------------


def test_a_registration_for_some_sources_asks_for_their_rights_only():
    asked = registration.read(["inbox_rules", "inbox_rules.hidden"])
    assert [one.name for one in asked.permissions] == [
        "MailboxSettings.Read", "Organization.Read.All", "User.Read.All", "Exchange.ManageAsApp",
    ]  # fmt: skip
    assert asked.manifest() == [
        {"resourceAppId": GRAPH, "resourceAccess": [
            {"id": "40f97065-369a-49f4-947c-6a255697ae91", "type": "Role"},
            {"id": "498476ce-e0fe-48b0-b801-37ba7e2685c6", "type": "Role"},
            {"id": "df021288-bdef-4463-88db-98f22de89214", "type": "Role"},
        ]},
        {"resourceAppId": RESOURCES["exchange"].app_id, "resourceAccess": [
            {"id": "dc50a0fb-09a3-484d-be87-e023b12c6440", "type": "Role"},
        ]},
    ]  # fmt: skip


def test_responding_is_delegated_unless_asked_otherwise():
    (graph,) = registration.respond(["revoke_sessions"]).manifest()
    assert {item["type"] for item in graph["resourceAccess"]} == {"Scope"}
    (graph,) = registration.respond(["revoke_sessions"], delegated=False).manifest()
    assert {item["type"] for item in graph["resourceAccess"]} == {"Role"}


def test_an_unknown_source_is_refused_with_those_that_exist():
    with pytest.raises(BadInput, match=r"'inbox' is no source. Choose from: .*inbox_rules"):
        registration.read(["inbox"])


def test_what_is_printed_says_why_each_right_is_asked_for():
    text = "\n".join(registration.lines(registration.read(), CLOUDS["usgov-high"], "contoso.example", "CLIENT"))
    assert re.search(r"AuditLog\.Read\.All .*directory_audit.*sign_in", text)
    assert "https://login.microsoftonline.us/contoso.example/adminconsent?client_id=CLIENT" in text
    assert "az ad app create --display-name 'o365nb read'" in text
    assert "New-MgApplication -DisplayName 'o365nb read'" in text


# -- in a tenant ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    with PracticeTenant(story="aitm", state=tmp_path_factory.mktemp("state")) as running:
        yield running


def run(practice, *arguments, approve=True, config=None):
    """The command line against the practice tenant; the administrator types the code that it shows."""
    command = [sys.executable, "-m", "o365nb", "--simulator", practice.base_url, "--simulator-ca", practice.ca_file]
    with subprocess.Popen(
        [*map(str, command), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        said = ""
        for line in iter(running.stderr.readline, ""):
            said += line
            if approve and (code := re.search(r"enter the code (\w+)", line)):
                practice.approve_device_code(code[1])
        out = running.stdout.read()
    return running.returncode, out, said


def test_without_yes_nothing_is_made_and_nobody_signs_in(practice, tmp_path):
    key = tmp_path / "read.pem"
    code, out, said = run(practice, "app", "create", "read", "--tenant", "contoso.example", "--key", key)
    assert (code, said) == (0, "")
    assert out.startswith("POST /applications: 'o365nb read', this tenant only, a certificate, no secret\n")
    assert out.endswith("Nothing was made. To make it, as an administrator: the same with --yes\n")
    assert not key.exists()


def test_an_app_that_reads_is_made_used_and_removed(practice, tmp_path):
    key = tmp_path / "keys" / "read.pem"
    made = ("app", "create", "read", "--tenant", practice.tenant_id, "--device-code")
    code, out, said = run(practice, *made, "--key", key, "--yes")
    assert (code, "Attackers use device codes for phishing too" in said) == (0, True)
    app_id = re.search(r'client_id = "([\w-]+)"', out)[1]
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert x509.load_pem_x509_certificate(key.read_bytes()).public_key() == private.public_key()
    for text in (out, said):
        assert "PRIVATE KEY" not in text
    assert "roleDefinitionId" not in out
    assert "New-MgRoleManagementDirectoryRoleAssignment -PrincipalId" in out

    profile = Profile.simulator(
        base_url=practice.base_url, ca_file=practice.ca_file, tenant_id=practice.tenant_id, client_id=app_id,
        method="certificate", certificate=key,
    )  # fmt: skip
    with connect(profile) as tenant:
        facts = diagnosis.learn(tenant)
        rights = {unit.source: diagnosis.outlook(facts, unit).state for unit in collectors.all_collectors()}
    assert (facts.who.app_name, facts.roles) == ("o365nb read", frozenset())
    assert "no right" not in set(rights.values())
    assert rights["inbox_rules.hidden"] == "no role"

    code, out, _ = run(practice, "app", "remove", "read", "--tenant", practice.tenant_id, "--device-code")
    assert (code, out.endswith("Nothing was removed. To remove it: the same with --yes\n")) == (0, True)
    code, out, _ = run(practice, "app", "remove", "read", "--tenant", practice.tenant_id, "--device-code", "--yes")
    assert (code, out.splitlines()[0]) == (0, f"removed   o365nb read ({app_id}); Entra can restore it for 30 days")
    code, _, said = run(practice, "app", "remove", "read", "--tenant", practice.tenant_id, "--device-code")
    assert (code, said.splitlines()[-1]) == (
        2, "o365nb: There is no application o365nb read in this tenant. Nothing to remove.",
    )  # fmt: skip


def administrator(practice):
    def person(message):
        practice.approve_device_code(re.search(r"enter the code (\w+)", message)[1])

    base = Profile.simulator(
        base_url=practice.base_url, ca_file=practice.ca_file, tenant_id=practice.tenant_id,
        client_id=registrar.GRAPH_TOOLS,
    )  # fmt: skip
    return connect(registrar.administrator(base, Method.DEVICE_CODE), prompt=person)


def test_an_app_that_responds_is_for_the_one_who_made_it(practice):
    with administrator(practice) as tenant:
        made = registrar.create(tenant, registration.respond(["block_sign_in"]), None, print)
        grants = tenant.graph.get(f"/servicePrincipals/{made.principal_id}/oauth2PermissionGrants").records
        (app,) = tenant.graph.get("/applications", {"$filter": f"appId eq '{made.app_id}'"}).records
        assert registrar.remove(tenant, registrar.find(tenant, "respond", made.app_id))
        me = tenant.identity().object_id
    assert [(grant["consentType"], grant["principalId"], grant["scope"]) for grant in grants] == [
        ("Principal", me, "Organization.Read.All User.EnableDisableAccount.All User.Read.All")
    ]
    assert (app["isFallbackPublicClient"], app["publicClient"]) == (True, {"redirectUris": ["http://localhost"]})
    assert (app["keyCredentials"], app["passwordCredentials"]) == ([], [])


def test_an_app_of_the_same_name_that_somebody_else_made_is_never_removed(practice):
    with administrator(practice) as tenant:
        app = tenant.graph.post("/applications", {"displayName": "o365nb read"}).data
        with pytest.raises(BadInput, match="was not made by o365nb"):
            registrar.find(tenant, "read", "")
        tenant.graph.delete(f"/applications/{app['id']}")


def test_of_two_apps_of_one_name_the_id_decides(practice):
    with administrator(practice) as tenant:
        wanted = registration.respond(["revoke_sessions"])
        made = [registrar.create(tenant, wanted, None, print) for _ in range(2)]
        with pytest.raises(BadInput, match="Several applications are called so"):
            registrar.find(tenant, "respond", "")
        for one in made:
            assert registrar.remove(tenant, registrar.find(tenant, "respond", one.app_id))


def test_a_key_file_is_never_overwritten_and_its_key_can_be_locked(tmp_path, monkeypatch):
    path = tmp_path / "key.pem"
    monkeypatch.setenv("O365NB_CERTIFICATE_PASSPHRASE", "correct horse")
    registrar.new_certificate(path, "o365nb read", 90)
    assert serialization.load_pem_private_key(path.read_bytes(), b"correct horse")
    with pytest.raises(BadInput, match="a key is never overwritten"):
        registrar.new_certificate(path, "o365nb read", 90)


def test_the_rights_that_end_at_ones_own_mailbox_are_said_with_the_way_round_them():
    said = "\n".join(registration.lines(registration.respond(), CLOUDS["global"], "t", "c"))
    assert "a person reaches only their own mailbox" in said
    assert "--app-only --for soft_delete_mail --for disable_inbox_rule" in said
    alone = "\n".join(registration.lines(registration.respond(delegated=False), CLOUDS["global"], "t", "c"))
    assert "own mailbox" not in alone
