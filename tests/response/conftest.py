"""Plans over real tables, and the practice tenant to apply them to."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from response.making import finding, thing, verdict
from tables import SUBJECT, make_case, rule, state

from o365nb.case import Case
from o365nb.engine import Engine
from o365nb.model import Label, Plan
from o365nb.practice import PracticeTenant
from o365nb.response import make_plan
from o365nb.tenant import Profile, Tenant, connect

RULES = f"/users/{SUBJECT}/mailFolders/inbox/messageRules"
METHODS = f"/users/{SUBJECT}/authentication/methods"


@dataclass
class Ground:
    """The practice tenant of story S01, a case about it, and the plan for it. `handed` is what the operator saw."""

    tenant: Tenant
    case: Case
    plan: Plan
    handed: list

    def id(self, action, number=0):
        return [step.id for step in self.plan.steps if step.action == action][number]

    def hidden_rules(self):
        pages = self.tenant.exchange.run("Get-InboxRule", SUBJECT, Mailbox=SUBJECT, IncludeHidden=True)
        return [rule for page in pages for rule in page.records]

    def state(self):
        """Everything that a response could change, as the tenant shows it."""
        select = "accountEnabled,lastPasswordChangeDateTime,signInSessionsValidFromDateTime,userPrincipalName"
        users = [one for page in self.tenant.graph.pages("/users", {"$select": select}) for one in page.records]
        records = [self.tenant.graph.get(path).records for path in (RULES, METHODS)]
        return users, self.hidden_rules(), *records

    def subject(self):
        return next(one for one in self.state()[0] if one["userPrincipalName"] == SUBJECT)

    def hand(self, upn, password):
        self.handed.append((upn, password))


@pytest.fixture
def server(tmp_path):
    with PracticeTenant(story="aitm", state=tmp_path / "state") as running:
        yield running


@pytest.fixture
def tenant(server):
    with signed_in(server) as opened:
        yield opened


def passing(server):
    """Waiting, in a tenant whose clock can be put forward."""
    return lambda seconds: server.pass_time(timedelta(seconds=seconds))


def signed_in(server, sleep=None):
    """Signed in; what the kit waits is practice time that has passed, unless `sleep` says how to wait."""
    profile = Profile.simulator(
        base_url=server.base_url, ca_file=server.ca_file, tenant_id=server.tenant_id, client_id=server.client_id
    )
    return connect(profile, secret=server.client_secret, sleep=sleep or passing(server))


@pytest.fixture
def case(tmp_path):
    return make_case(tmp_path)


@pytest.fixture
def ground(tenant, tmp_path):
    user = tenant.graph.get(f"/users/{SUBJECT}", {"$select": "id,userPrincipalName"}).data
    visible = {one["displayName"]: one["id"] for one in tenant.graph.get(RULES).records}
    probe = Ground(tenant, None, None, [])
    rules = [_rule(one, visible.get(one["Name"])) for one in probe.hidden_rules()]
    methods = [_method(one) for one in tenant.graph.get(METHODS).records]
    account = state("user", SUBJECT, user_id=user["id"], addresses=[SUBJECT], on_premises_synced=False)
    case = make_case(tmp_path, users=[account], inbox_rules=rules, auth_methods=methods)
    case.store("users", "anna.json", b"{}", shape="graph-user-json", records=1)
    things = [_thing("inbox_rule", row, row["name"] == "..") for row in rules]
    things += [_thing("auth_method", row, row["display_name"] == "iPhone 12") for row in methods]
    with Engine(case) as engine:
        plan = make_plan(verdict(), [finding(first=None, last=None)], things, engine)
    return Ground(tenant, case, plan, [])


def _rule(shown, graph_id):
    return rule(
        rule_id=graph_id or str(shown["RuleIdentity"]),
        name=shown["Name"],
        hidden=graph_id is None,
        seen_by=["exchange", "graph"] if graph_id else ["exchange"],
        deletes=bool(shown.get("DeleteMessage")),
    )


def _method(shown):
    kind = shown["@odata.type"].removeprefix("#microsoft.graph.").removesuffix("AuthenticationMethod")
    return state(
        "auth_method",
        shown["id"],
        method_id=shown["id"],
        method_type=kind,
        display_name=shown.get("displayName"),
        phone_number=shown.get("phoneNumber"),
    )


def _thing(kind, row, attackers):
    return thing(kind, row["key"], Label.ATTACKER if attackers else Label.USER)


@pytest.fixture
def plan(tmp_path):
    """plan(verdict, findings, persistence, **tables) → the plan over real tables."""

    def make(judged, findings=(), persistence=(), **tables):
        case = make_case(tmp_path, subjects=judged.subjects, **tables)
        case.store("users", "users.json", b"{}", shape="graph-user-json", records=1)
        with Engine(case) as engine:
            return make_plan(judged, findings, persistence, engine)

    return make
