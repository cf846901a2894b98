"""What the doctor says of a tenant: every source, what is missing, what that costs, and what to ask for."""

import re
from dataclasses import replace

import pytest

from o365nb import collectors, diagnosis, doctor
from o365nb.diagnosis import State, held
from o365nb.practice import PracticeTenant
from o365nb.tenant import Identity, Profile, connect
from o365nb.tenant.clouds import CLOUDS
from o365nb.tenant.permissions import ROLES, Right


@pytest.fixture
def practice(tmp_path):
    with PracticeTenant(story="traveller", state=tmp_path / "state", journal=True) as running:
        yield running


def examined(practice):
    profile = Profile.simulator(
        base_url=practice.base_url, ca_file=practice.ca_file, tenant_id=practice.tenant_id,
        client_id=practice.client_id,
    )  # fmt: skip
    with connect(profile, secret=practice.client_secret) as tenant:
        facts = diagnosis.learn(tenant)
    return doctor.Diagnosis(
        "practice", facts, tuple(diagnosis.outlook(facts, one) for one in collectors.all_collectors())
    )


def state_of(found, source):
    return next(one for one in found.outlooks if one.source == source)


def test_it_says_who_is_signed_in_and_what_the_tenant_has(practice):
    lines = list(doctor.lines(examined(practice)))
    assert lines[:2] == [
        "signed in   o365nb (0365aaaa-1111-4222-8333-444444444444), secret",
        "tenant      Contoso (11111111-2222-4333-8444-555555555555), cloud global",
    ]
    assert lines[3] == "roles       Exchange Administrator"
    assert lines[4].startswith("licences    Microsoft Entra ID P1, Microsoft Entra ID P2")


def test_a_right_that_is_missing_is_named_with_its_cost_and_the_consent_to_ask_for(practice):
    practice.withdraw("AuditLog.Read.All")
    found = examined(practice)
    lines = list(doctor.lines(found))
    assert state_of(found, "directory_audit").state is State.NO_RIGHT
    assert (
        "no right    directory_audit: AuditLog.Read.All. Added sign-in methods, devices or consents would not be seen."
    ) in lines
    assert [one.name for one in found.missing] == ["AuditLog.Read.All"]
    assert lines[-2].endswith(
        "--api 00000003-0000-0000-c000-000000000000 --api-permissions b0afded3-3588-46d8-8b3d-9842eff778da=Role"
    )
    assert lines[-1].endswith(f"/{practice.tenant_id}/adminconsent?client_id={practice.client_id}")


def test_a_role_that_does_not_reach_is_told_from_what_exchange_lets_it_run(practice):
    practice.set_roles("Global Reader")
    found = examined(practice)
    assert state_of(found, "transport_rules").state is State.WORKS
    assert state_of(found, "inbox_rules.hidden").state is State.NO_ROLE
    said = [line for line in doctor.lines(found) if line.startswith("role  ")]
    assert any(ROLES["Exchange Recipient Administrator"] in line for line in said)


def test_no_scarce_quota_is_spent(practice):
    examined(practice)
    asked = [entry.asked for entry in practice.journal if entry.asked.service != "login"]
    assert len(asked) <= 8
    assert not [one.path for one in asked if re.search(r"auditLog|messageTraces|identityProtection|hunting", one.path)]


def test_trying_reads_a_little_of_every_source_but_of_the_audit_log(practice, tmp_path, monkeypatch):
    config = tmp_path / "profiles.toml"
    config.write_text(f'[practice]\ntenant_id = "{practice.tenant_id}"\nclient_id = "{practice.client_id}"\n')
    monkeypatch.setenv("O365NB_CONFIG", str(config))
    monkeypatch.setenv("O365NB_CLIENT_SECRET", practice.client_secret)
    simulator = (practice.base_url, practice.ca_file)
    found = doctor.tenant("practice", print, simulator, tried=True)
    assert state_of(found, "users").state is State.WORKS
    assert not [entry for entry in practice.journal if "/auditLog/queries" in entry.asked.path]


# -- the judgement, from facts alone ----------------------------------------------------------------------------------

APP = Identity("app", "o365nb", "object", "", None, frozenset())
EVERYTHING = {
    service: frozenset(right.permission for unit in collectors.all_collectors() for right in unit.needs
                       if right.service == service)
    for service in ("graph", "exchange", "management", "defender")
}  # fmt: skip
FACTS = diagnosis.Facts("contoso.example", "Contoso", CLOUDS["global"], "secret", APP, EVERYTHING,
                        frozenset({"Exchange Administrator"}), None)  # fmt: skip


def unit(source):
    return next(one for one in collectors.all_collectors() if one.source == source)


def test_a_licence_that_the_tenant_lacks_is_named_as_a_product():
    found = diagnosis.outlook(replace(FACTS, plans=frozenset({"EXCHANGE_S_STANDARD"})), unit("sign_in"))
    assert (found.state, found.missing) == (State.NO_LICENCE, "Microsoft Entra ID P1")


def test_what_a_cloud_lacks_is_said_and_not_tried():
    class Absent(type(unit("users"))):
        absent_in = ("china",)

    found = diagnosis.outlook(replace(FACTS, cloud=CLOUDS["china"]), Absent())
    assert (found.state, found.missing) == (State.NOT_OFFERED, "Microsoft does not offer it in cloud china")
    told = doctor.lines(doctor.Diagnosis("x", replace(FACTS, cloud=CLOUDS["china"]), (found,)))
    assert "cloud       china has no WindowsDefenderATP" in told


def test_what_could_not_be_learnt_is_not_taken_for_missing():
    facts = replace(FACTS, rights=dict.fromkeys(EVERYTHING), roles=None)
    assert diagnosis.outlook(facts, unit("users")).state is State.UNKNOWN
    assert diagnosis.outlook(replace(FACTS, roles=None), unit("transport_rules")).state is State.UNKNOWN


def test_a_person_cannot_read_the_mailboxes_of_others_by_graph():
    person = replace(APP, person="carol@contoso.example")
    found = diagnosis.outlook(replace(FACTS, who=person), unit("inbox_rules"))
    assert (found.state, found.permissions) == (State.NO_RIGHT, ())
    assert "only their own mailbox" in found.missing


@pytest.mark.parametrize(
    ("granted", "enough"),
    [
        ({"User.Read.All"}, True), ({"User.ReadWrite.All"}, True), ({"Directory.Read.All"}, True),
        ({"User.Read"}, False), (set(), False), ({"Mail.Read"}, False),
    ],
)  # fmt: skip
def test_a_wider_right_includes_the_one_that_is_needed(granted, enough):
    assert held(Right("User.Read.All"), granted, person=False) is enough


def test_a_tenant_that_calls_itself_something_hostile_stays_on_its_line():
    hostile = replace(FACTS, tenant_name="Evil\x1b[2J\nworks       everything")
    line = [doctor.flat(line) for line in doctor.lines(doctor.Diagnosis("x", hostile, ()))][1]
    assert line == "tenant      Evil works       everything (contoso.example), cloud global"
