"""Identity sources: accounts that are gone, roles through groups, applications, risk, federation, what is refused."""

from dataclasses import replace

import pytest

from o365nb import collectors, intake
from o365nb.engine import Engine
from o365nb.errors import UnknownSubject
from o365nb.model import Outcome, utc
from o365nb.practice import PracticeTenant
from o365nb.practice.app_registry import federated, password
from o365nb.practice.policies import federation
from o365nb.progress import Progress

ANNA = "anna@contoso.example"
EVERY_TIME = 100
ATTACK = utc("2026-11-17T09:00:00Z")
HOSTILE = "=cmd|' /C calc'!A0<script>"


@pytest.fixture
def practice(tmp_path):
    """A tenant that each test may change."""
    with PracticeTenant(story="aitm", state=tmp_path / "state") as running:
        yield running


@pytest.fixture
def objects(practice):
    return practice.state.objects


@pytest.fixture
def rows(case):
    """`rows("SELECT …")` over the tables of everything collected."""

    def ask(query):
        intake.build_tables(case, Progress())
        with Engine(case) as engine:
            return [tuple(row.values()) for row in engine.rows(query)]

    return ask


def delete(objects, person):
    """As Entra does: the id, without dashes, comes in front of the name."""
    user = objects["users"].pop(person.id)
    user |= {
        "userPrincipalName": person.id.replace("-", "") + user["userPrincipalName"],
        "deletedDateTime": "2026-11-18T10:00:00Z",
    }
    objects["deleted_users"].append(user)


# -- accounts that are gone -----------------------------------------------------------------------------------------


def test_a_deleted_account_is_found_and_its_object_and_sign_ins_are_read(objects, tenant, anna, collect, rows):
    delete(objects, anna)
    assert collectors.find_person(tenant, ANNA) == anna
    assert [collect(source).outcome for source in ("users", "sign_in")] == [Outcome.COMPLETE] * 2
    assert rows("SELECT owner, mail, deleted::VARCHAR FROM users") == [(ANNA, ANNA, "2026-11-18 10:00:00")]


def test_a_renamed_account_is_found_by_its_old_address_and_keeps_the_name_of_the_logs(objects, tenant, anna):
    user = objects["users"][anna.id]
    user |= {"userPrincipalName": "a.cremer@contoso.example", "mail": "a.cremer@contoso.example"}
    user["proxyAddresses"] = ["SMTP:a.cremer@contoso.example", f"smtp:{ANNA}"]
    assert collectors.find_person(tenant, ANNA) == replace(anna, addresses=(ANNA, "a.cremer@contoso.example"))


@pytest.mark.parametrize("name", ["nobody@contoso.example", "o'brien@contoso.example", "contoso.example"])
def test_a_name_that_never_was_stays_unknown(objects, tenant, anna, name):
    delete(objects, anna)
    with pytest.raises(UnknownSubject):
        collectors.find_person(tenant, name)


def test_the_account_names_its_manager(collect, rows):
    collect("users")
    assert rows("SELECT manager FROM users") == [("frank@contoso.example",)]


def test_a_guest_says_who_invited_it(scripted, scripted_tenant, collect, evidence):
    guest = {"id": "g-1", "userPrincipalName": "x#EXT#@contoso.example", "userType": "Guest"}
    host = {"@odata.type": "#microsoft.graph.user", "id": "h-1", "userPrincipalName": "ivan@contoso.example"}
    scripted.by_path |= {"/invitedBy": (200, {}, host), "/v1.0/users/": (200, {}, guest)}
    assert collect("users", tenant=scripted_tenant).received == 2
    assert [page["userPrincipalName"] for _, page in evidence("users")] == [
        "x#EXT#@contoso.example", "ivan@contoso.example",
    ]  # fmt: skip


# -- licences, rights -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "path", "answer", "product"),
    [
        ("sign_in_activity", "/v1.0/users", (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
                                             "Neither tenant is B2C or tenant doesn't have premium license"), "ID P1"),
        ("risk_detection", "/v1.0/identityProtection", (403, "Forbidden",
                                                        "Your tenant is not licensed for this feature."), "ID P2"),
        ("risky_users", "/v1.0/identityProtection", (403, "Forbidden",
                                                     "Your tenant is not licensed for this feature."), "ID P2"),
        ("pim", "/v1.0/roleManagement", (400, "AadPremiumLicenseRequired",
                                         "The tenant needs to have Microsoft Entra ID P2 license."),
         "ID P2 or ID Governance"),
    ],
)  # fmt: skip
def test_what_a_free_tenant_lacks_is_named_and_costs_nothing_else(practice, collect, source, path, answer, product):
    status, code, message = answer
    practice.inject(path, status, EVERY_TIME, code=code, message=message)
    entry = collect(source)
    assert (entry.outcome, entry.received) == (Outcome.NOT_LICENSED, 0)
    assert f"The tenant lacks Microsoft Entra {product}." in entry.reason
    practice._site.faults.clear()
    assert collect("users").outcome is Outcome.COMPLETE


def test_a_right_missing_for_per_user_mfa_does_not_cost_the_default_method(practice, collect, evidence, rows):
    practice.inject(f"/beta/users/{_id(practice)}/authentication/requirements", 403, EVERY_TIME)
    entry = collect("mfa")
    assert (entry.outcome, entry.received) == (Outcome.DENIED, 1)
    assert entry.reason.startswith("Without per-user MFA: ")
    assert rows("SELECT name, value FROM org_config") == [("userPreferredMethodForSecondaryAuthentication", "push")]


def _id(practice):
    return next(user["id"] for user in practice.state.objects["users"].values() if user["userPrincipalName"] == ANNA)


def test_a_switched_off_account_has_no_line_in_the_report(objects, anna, collect):
    objects["users"][anna.id]["accountEnabled"] = False
    assert collect("mfa_registration").outcome is Outcome.EMPTY


# -- risk -----------------------------------------------------------------------------------------------------------


def test_somebody_who_never_was_at_risk_is_empty_and_no_gap(collect):
    for source in ("risky_users", "risk_detection", "risky_apps"):
        assert (collect(source).outcome, collect(source).reason) == (Outcome.EMPTY, "")


def test_risk_becomes_events_and_facts(objects, anna, collect, rows):
    objects["risk_detections"].append({
        "id": "6a5874caabcd9d825ad39da6e5b1e1a2", "userId": anna.id, "userPrincipalName": ANNA,
        "riskEventType": "anomalousToken", "riskLevel": "high", "riskState": "atRisk", "ipAddress": "203.0.113.10",
        "activityDateTime": "2026-11-17T08:41:00Z", "detectedDateTime": "2026-11-18T02:00:00Z",
    })  # fmt: skip
    risk = {"id": anna.id, "userPrincipalName": ANNA, "riskLevel": "high", "riskState": "atRisk",
            "riskDetail": "none", "riskLastUpdatedDateTime": "2026-11-18T02:00:00Z"}  # fmt: skip
    objects["risky_users"].append(risk)
    objects["risk_history"][anna.id] = [{**risk, "id": "h-1", "userId": anna.id, "initiatedBy": None, "activity": None}]
    assert (collect("risk_detection").received, collect("risky_users").received) == (1, 2)
    assert rows("SELECT operation, actor, time::VARCHAR FROM events") == [
        ("anomalousToken", ANNA, "2026-11-17 08:41:00")
    ]
    assert rows("SELECT name, value FROM org_config WHERE name IN ('riskState', 'risk_history') ORDER BY 1") == [
        ("riskState", "atRisk"), ("risk_history", "2026-11-18T02:00:00: atRisk, high, none"),
    ]  # fmt: skip


# -- roles ----------------------------------------------------------------------------------------------------------


def test_a_role_through_a_group_and_one_that_can_be_taken_up_are_the_persons(tenant, collect, rows):
    nadia = collectors.find_person(tenant, "nadia@contoso.example")
    for source in ("roles", "pim"):
        assert collect(source, person=nadia).outcome is Outcome.COMPLETE
    assert rows("SELECT owner, role, state, principal_id = (SELECT any_value(principal_id) FROM roles"
                " WHERE state = 'eligible') FROM roles ORDER BY state") == [
        (nadia.upn, "Exchange Recipient Administrator", "active", False),
        (nadia.upn, "User Administrator", "eligible", True),
    ]  # fmt: skip


# -- applications ---------------------------------------------------------------------------------------------------


def test_a_secret_and_a_trusted_issuer_that_were_added_are_rows_of_their_own(objects, anna, collect, rows):
    app, principal = objects["applications"][0], next(iter(objects["service_principals"].values()))
    app["passwordCredentials"].append(password(HOSTILE, ATTACK, "abc"))
    principal["passwordCredentials"].append(password("on the principal", ATTACK, "xyz"))
    objects["federated_credentials"][app["id"]] = [federated("ci", "https://ci.evil.example", "repo:evil/x")]
    objects["owners"][app["id"]].append(anna.id)
    entry = collect("applications")
    assert (entry.subject, entry.outcome) == ("", Outcome.COMPLETE)
    assert rows(
        f"SELECT side, item, name, value FROM applications WHERE object_id = '{app['id']}' ORDER BY 2, 3, 4"
    ) == [
        ("application", "federated_credential", "ci", "https://ci.evil.example repo:evil/x"),
        ("application", "owner", None, ANNA),
        ("application", "owner", None, "oskar@contoso.example"),
        ("application", "registration", None, "contoso.example"),
        ("application", "secret", HOSTILE, "abc"),
        ("application", "secret", "Reporting server 2026", "k7Q"),
    ]
    assert rows("SELECT app_name, name FROM applications WHERE side = 'service_principal' AND item = 'secret'") == [
        (principal["displayName"], "on the principal")
    ]
    assert rows("SELECT app_name, name, value FROM applications WHERE item = 'app_role' ORDER BY name") == [
        ("Contoso Reporting", "AuditLog.Read.All", "Microsoft Graph"),
        ("Contoso Reporting", "User.Read.All", "Microsoft Graph"),
    ]


def test_reading_applications_twice_leaves_what_the_consents_say_of_their_publishers(tenant, collect, rows):
    jana = collectors.find_person(tenant, "jana@contoso.example")
    collect("oauth_grants", person=jana)
    before = rows("SELECT app_name, publisher, verified_publisher, app_owner_tenant FROM oauth_grants")
    collect("applications")
    assert rows("SELECT app_name, publisher, verified_publisher, app_owner_tenant FROM oauth_grants") == before
    assert before[0][0] == "Tradeline CRM"


def test_sign_ins_of_the_tenants_own_applications_and_of_those_consented_to(tenant, collect, evidence, rows):
    jana = collectors.find_person(tenant, "jana@contoso.example")
    assert collect("sign_in_service_principal", person=jana).outcome is Outcome.COMPLETE
    assert collect("sign_in_managed_identity").outcome is Outcome.COMPLETE
    asked = {line["query"].split("$filter=")[1].split(" eq ")[0] for line, _ in evidence("sign_in_service_principal")}
    assert asked == {"appOwnerTenantId", "servicePrincipalId"}
    assert rows("SELECT source, actor, actor_kind, count(*) > 10 FROM events GROUP BY ALL ORDER BY 1") == [
        ("sign_in_managed_identity", "contoso-backup-vm", "service_principal", True),
        ("sign_in_service_principal", "contoso reporting", "service_principal", True),
    ]


# -- the tenant's rules ---------------------------------------------------------------------------------------------


def test_a_domain_that_was_federated_shows_who_vouches_for_it(objects, collect, rows):
    assert collect("domains").received == 2
    objects["domains"][0]["authenticationType"] = "Federated"
    objects["federation"]["contoso.example"] = [federation("contoso.example", "https://sts.evil.example/", "MIIC")]
    assert collect("domains").received == 3
    found = rows("SELECT name, value FROM org_config WHERE name LIKE '%:contoso.example' ORDER BY name")
    assert dict(found)["domain_authentication:contoso.example"] == "Federated"
    assert dict(found)["federation.issuerUri:contoso.example"] == "https://sts.evil.example/"


def test_policies_and_places_say_whom_they_leave_out(collect, rows):
    collect("conditional_access")
    assert rows("SELECT kind, state, controls, len(exclude_groups), trusted, ranges FROM conditional_access"
                " ORDER BY kind, name") == [
        ("location", None, None, None, True, ["198.51.100.10/32"]),
        ("policy", "enabled", ["compliantDevice"], 1, None, None),
        ("policy", "enabled", ["block"], 1, None, None),
        ("policy", "enabled", ["mfa"], 1, None, None),
    ]  # fmt: skip


def test_one_policy_that_is_refused_leaves_the_others(practice, collect):
    practice.inject("/v1.0/policies/authenticationMethodsPolicy", 403, EVERY_TIME)
    entry = collect("policies")
    assert (entry.outcome, entry.received) == (Outcome.DENIED, 4)
    assert entry.reason.startswith("Without authenticationMethodsPolicy: ")


def test_guests_are_accounts_like_any_other(collect, rows):
    assert collect("guests").subject == ""
    assert rows("SELECT user_type, mail FROM users") == [("Guest", "lena@fabrikam.example")]
