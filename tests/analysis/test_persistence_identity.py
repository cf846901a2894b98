"""Roles, applications, federation and conditional access in the inventory."""

from __future__ import annotations

from analysis.test_persistence import kept, verdicts
from analysis.world import STOLEN, at
from tables import SUBJECT, event, state

from o365nb.model import Label

LONG_AGO = "2020-04-07T09:00:00"
CERTIFICATES = "Update application - Certificates and secrets management"
HOSTILE = "=cmd|' /C calc'!A0<script>"


def said(operation, number=1, **properties):
    return event(**{**STOLEN, "source": "directory_audit", "operation": operation, "time": at(minutes=30),
                    "event_id": f"made-{number}", "target": properties.pop("target", "x"),
                    "properties": properties})  # fmt: skip


def role(name, held="active", **given):
    return state(f"role.{held}", name, role=name, state=held, scope="/", **given)


def item(kind, identity, **given):
    return state("application", f"o-1:{kind}:{identity}", **{
        "owner": "", "item": kind, "item_id": identity, "object_id": "o-1", "app_name": "Reporting", **given,
    })  # fmt: skip


def test_a_role_that_the_intruder_gave_is_theirs_and_an_old_one_the_users(tmp_path):
    given = said(
        "Add member to role", target=SUBJECT, **{"ModifiedProperties.Role.DisplayName": "Exchange Administrator"}
    )
    roles = [
        role("Exchange Administrator"), role("Global Reader", start=LONG_AGO), role("User Administrator", "requested"),
        role("X", "scheduled"),
    ]  # fmt: skip
    found = kept(tmp_path, [given], roles=roles)
    assert verdicts(found) == {
        f"role.active:{SUBJECT}:Exchange Administrator": (Label.ATTACKER, True),
        f"role.active:{SUBJECT}:Global Reader": (Label.USER, False),
    }
    assert found[0].description == f"{SUBJECT} holds the role Exchange Administrator"


def test_credentials_that_an_event_made_are_told_and_others_are_not(tmp_path):
    events = [
        said(CERTIFICATES, 1, **{"ModifiedProperties.KeyDescription": '["[KeyIdentifier=k-1,KeyType=Password]"]'}),
        said("Update application", 2, **{"TargetId.Application": "o-1",
                                         "ModifiedProperties.FederatedIdentityCredentials": "repo:evil/x"}),
        said("Add owner to application", 3, **{"TargetId.Application": "o-1", "TargetId.User": SUBJECT}),
    ]  # fmt: skip
    found = kept(tmp_path, events, applications=[
        item("secret", "k-1", name=HOSTILE), item("secret", "k-old", name="server"),
        item("federated_credential", "f-1", value="https://ci.evil.example repo:evil/x"),
        item("owner", "u-1", value=SUBJECT), item("owner", "u-2", value="oskar@contoso.example"),
        item("registration", "", value="contoso.example"),
    ])  # fmt: skip
    assert verdicts(found) == {
        "application::o-1:federated_credential:f-1": (Label.ATTACKER, True),
        "application::o-1:owner:u-1": (Label.ATTACKER, True),
        "application::o-1:secret:k-1": (Label.ATTACKER, True),
    }
    assert [one.description for one in found] == [
        'Trusted issuer of the application "Reporting": https://ci.evil.example repo:evil/x signs in for it',
        f'{SUBJECT} owns the application "Reporting"',
        f'Secret "{HOSTILE}" of the application "Reporting"',
    ]


def test_a_federated_domain_is_always_told(tmp_path):
    def domain(name, value):
        key = f"domain_authentication:{name}"
        return state("org_config", key, owner="", name=key, value=value)

    made = said("Set domain authentication", target="evil.example")
    found = kept(tmp_path, [made], org_config=[
        domain("evil.example", "Federated"), domain("old.example", "Federated"), domain("contoso.example", "Managed"),
    ])  # fmt: skip
    assert verdicts(found) == {
        "org_config::domain_authentication:evil.example": (Label.ATTACKER, True),
        "org_config::domain_authentication:old.example": (Label.UNKNOWN, False),
    }


def test_a_place_that_was_made_trusted_is_told_by_its_name_not_by_a_part_of_it(tmp_path):
    def place(name, **given):
        row = state("conditional_access.location", name, owner="", policy_id=f"id of {name}", name=name, **given)
        return {**row, "kind": "location", "trusted": True}

    made = said("Add named location", target="Branch office")
    found = kept(
        tmp_path, [made], conditional_access=[place("Branch office", ranges=["203.0.113.10/32"]), place("Branch")]
    )
    assert verdicts(found) == {"conditional_access.location::Branch office": (Label.ATTACKER, True)}
    assert found[0].description == 'Trusted place "Branch office" was made or changed: 203.0.113.10/32'
