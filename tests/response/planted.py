"""A practice tenant in which the attacker left something of every kind, beside what is innocent, and the case of it."""

import copy

from response.making import finding, thing, verdict
from tables import SUBJECT, make_case, state

from o365nb.engine import Engine
from o365nb.model import Indicator, utc
from o365nb.practice import identity, objects
from o365nb.practice.app_registry import REPORTING, WEBSITE, federated, password, right
from o365nb.practice.ids import z
from o365nb.practice.logs.apps import GRAPH, App
from o365nb.practice.people import named_id
from o365nb.response import make_plan

SPY = App("5a5a5a5a-0000-4000-8000-00000000000a", "Mail Reader", "6b6b6b6b-0000-4000-8000-00000000000b")
APP, SITE = named_id(f"app:{REPORTING.id}"), named_id(f"app:{WEBSITE.id}")
MADE = "2026-11-17T10:00:00Z"
ADDRESS = "203.0.113.91"
_CERTIFICATE = {
    "customKeyIdentifier": None, "displayName": "CN=x", "endDateTime": MADE, "key": "AAAA", "startDateTime": MADE,
    "type": "AsymmetricX509Cert", "usage": "Verify",
}  # fmt: skip


def plant(server):
    """Put the attacker's objects into the running tenant; the rows that a collection would give, by table."""
    kept = server.state.objects
    anna = server.state.person(SUBJECT)
    rows = {"users": [_user(SUBJECT, anna.id), _user(kept["users"][identity.GUEST]["userPrincipalName"],
                                                   identity.GUEST, user_type="Guest")]}  # fmt: skip
    spy = objects.principal(SPY.id, SPY.name, SPY.owner, "")
    kept["service_principals"][spy["id"]] = spy
    kept["grants"].append(objects.grant("spy-grant", spy["id"], anna, GRAPH, " Mail.Read offline_access"))
    rows["oauth_grants"] = [
        state("oauth_grant", "spy-grant", grant_id="spy-grant", client_id=spy["id"], app_name=SPY.name,
              app_owner_tenant=SPY.owner, consent_type="Principal")
    ]  # fmt: skip
    rows["applications"] = list(_apps(kept, anna))
    rows["roles"] = list(_roles(kept, anna))
    rows["org_config"] = [
        state("member_of", identity.EMERGENCY_GROUP, name="member_of", value="Emergency access"),
        state("perUserMfaState", "1", name="perUserMfaState", value="enforced"),
    ]
    kept["mfa"][SUBJECT]["state"] = "enforced"
    next(item for item in kept["groups"] if item["record"]["id"] == identity.EMERGENCY_GROUP)["members"].append(anna.id)
    rows["conditional_access"] = list(_access(kept))
    rows["devices"] = list(_devices(kept))
    method = next(item for item in kept["methods"][SUBJECT] if "microsoftAuthenticator" in item["@odata.type"])
    extra = {**method, "id": "0d0d0d0d-1111-4000-8000-00000000000f", "displayName": "Spy phone"}
    kept["methods"][SUBJECT].append(extra)
    rows["auth_methods"] = [state("auth_method", extra["id"], method_id=extra["id"], display_name="Spy phone",
                                  method_type="microsoftAuthenticator")]  # fmt: skip
    server.state.save()
    return rows


def case_of(rows, folder):
    """The case in which every planted object is the attacker's, and the plan for it."""
    case = make_case(folder, **rows)
    case.store("users", "users.json", b"{}", shape="graph-user-json", records=1)
    theirs = {
        "users": ("account", lambda row: row["user_type"] == "Guest"), "oauth_grants": ("oauth_grant", bool),
        "applications": ("application", bool), "roles": ("role", bool), "auth_methods": ("auth_method", bool),
        "org_config": ("group_member", lambda row: row["name"] == "member_of"),
        "conditional_access": ("conditional_access", lambda row: row["created"] == MADE),
        "devices": ("device", lambda row: row["trust_type"] == "Workplace"),
    }  # fmt: skip
    things = [
        thing(kind, row["key"], owner=row["owner"], created=utc(MADE))
        for name, (kind, chosen) in theirs.items()
        for row in rows[name]
        if chosen(row)
    ]
    marks = [Indicator("ip", ADDRESS, None, None, "in 3 events")]
    with Engine(case) as engine:
        return case, make_plan(verdict(), [finding(first=None, last=None)], things, engine, marks)


def everything(server):
    """The whole state, without what every change touches: the times at which an account was off."""
    return {
        name: value for name, value in copy.deepcopy(server.state.objects).items() if name not in ("off", "queries")
    }


def _user(upn, key, **more):
    return state("user", key, owner=upn, user_id=key, addresses=[upn], on_premises_synced=False,
                 **{"user_type": "Member", **more})  # fmt: skip


def _apps(kept, anna):
    def row(item, key, thing, side="application", **more):
        return state("application", f"{thing}:{item}:{key}", owner="", object_id=thing, app_name="Contoso", side=side,
                     item=item, item_id=key, **more)  # fmt: skip

    app, site = (next(item for item in kept["applications"] if item["id"] == key) for key in (APP, SITE))
    secret = password("spy secret", utc(MADE), "spy")
    app["passwordCredentials"].append(secret)
    yield row("secret", secret["keyId"], APP, name="spy secret")
    site["keyCredentials"] += [{**_CERTIFICATE, "keyId": "own-key"}, {**_CERTIFICATE, "keyId": "spy-key"}]
    yield row("certificate", "spy-key", SITE, name="CN=x")
    trust = federated("spy", "https://evil.example", "repo:spy")
    kept["federated_credentials"][SITE].append(trust)
    yield row("federated_credential", trust["id"], SITE, name="spy", value="https://evil.example repo:spy")
    kept["owners"][APP].append(anna.id)
    yield row("owner", anna.id, APP, value=SUBJECT)
    mail = right(REPORTING, GRAPH, "Mail.ReadWrite")
    kept["app_role_assignments"].append(mail)
    yield row("app_role", mail["id"], mail["principalId"], "service_principal", name="Mail.ReadWrite")
    access = {**mail, "id": "spy-access", "principalId": anna.id, "principalType": "User"}
    kept["app_role_assignments"].append(access)
    yield row("app_access", "spy-access", access["resourceId"], "service_principal", name="Mail.ReadWrite")


def _roles(kept, anna):
    def row(kind, key, role, role_id, **more):
        return state(f"role.{kind}", key, role=role, role_id=role_id, state=kind, principal_id=anna.id,
                     **{"scope": "/", **more})  # fmt: skip

    role = identity.ROLE_IDS["User Administrator"]
    held = identity.role_assignment(anna.id, "User Administrator")
    kept["role_assignments"].append(held)
    yield row("active", held["id"], "User Administrator", role)
    base = {"principalId": anna.id, "roleDefinitionId": role, "directoryScopeId": "/", "appScopeId": None,
            "startDateTime": MADE, "endDateTime": None, "memberType": "Direct"}  # fmt: skip
    kept["pim"]["eligibilities"].append({**base, "id": "spy-e", "roleEligibilityScheduleId": "spy-e"})
    yield row("eligible", "spy-e", "User Administrator", role)
    kept["pim"]["assignments"].append(
        {**base, "id": "spy-a", "assignmentType": "Activated", "roleAssignmentScheduleId": "spy-a",
         "roleAssignmentOriginId": "spy-e"}
    )  # fmt: skip
    yield row("activated", "spy-a", "User Administrator", role)
    group = {"principalId": anna.id, "groupId": identity.MAIL_GROUP, "accessId": "member", "startDateTime": MADE,
             "endDateTime": None, "memberType": "direct"}  # fmt: skip
    kept["pim"]["group_eligibilities"].append({**group, "id": "spy-ge", "eligibilityScheduleId": "spy-ge"})
    yield row("eligible", "spy-ge", "member of group Mail operators", identity.MAIL_GROUP, scope="group")
    kept["pim"]["group_assignments"].append(
        {**group, "id": "spy-ga", "assignmentScheduleId": "spy-ga", "assignmentType": "assigned"}
    )
    yield row("active", "spy-ga", "member of group Mail operators", identity.MAIL_GROUP, scope="group")


def _access(kept):
    old = kept["conditional_access"][0]
    policy = {**copy.deepcopy(old), "id": "spy-policy", "displayName": "spy policy", "createdDateTime": MADE}
    kept["conditional_access"].append(policy)
    place = {**copy.deepcopy(kept["named_locations"][0]), "id": "spy-place", "displayName": "spy place"}
    kept["named_locations"].append(place)

    def row(kind, thing, **more):
        row = state(f"conditional_access.{kind}", thing["id"], owner="", policy_id=thing["id"],
                    name=thing["displayName"], created=MADE, **more)  # fmt: skip
        return {**row, "kind": kind}

    yield row("policy", policy, state="enabled", exclude_groups=[identity.EMERGENCY_GROUP])
    yield row("location", place, trusted=True)
    yield {
        **row("policy", old, state="enabled", exclude_groups=[identity.EMERGENCY_GROUP]),
        "created": z(utc("2020-01-01")),
    }


def _devices(kept):
    laptop, phone = kept["devices"][SUBJECT][:2]
    enrolled, machine = kept["intune"]["devices"][SUBJECT][0], kept["defender"]["machines"][SUBJECT][0]
    kept["intune"]["protection"][enrolled["id"]]["signatureUpdateOverdue"] = True
    yield state("device", laptop["deviceId"], device_id=laptop["deviceId"], object_id=laptop["id"], risk="High",
                name=laptop["displayName"], os="Windows", trust_type="AzureAd", intune_id=enrolled["id"],
                machine_id=machine["id"])  # fmt: skip
    yield state("device", phone["deviceId"], device_id=phone["deviceId"], object_id=phone["id"],
                name=phone["displayName"], os="iOS", trust_type="Workplace")  # fmt: skip
    yield state("device", "tablet", device_id="tablet", name="Anna's tablet", os="Android", trust_type="ManagedApp")
