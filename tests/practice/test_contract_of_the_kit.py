"""Every request that the kit sends, and every answer that the practice tenant gives it, by Microsoft's description.

Collectors and actions are found, not listed: a new one is judged as soon as it is there.
"""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from practice.judge import answer_problems, problems
from response import planted_links, planted_mail
from response.making import finding, thing, user, verdict
from response.planted import case_of, plant
from tables import SUBJECT, make_case, rule, state

from o365nb import collectors, doctor, response
from o365nb.engine import Engine
from o365nb.errors import NotFound, NotLicensed, Throttled
from o365nb.model import Window
from o365nb.practice import PracticeTenant
from o365nb.practice.web.asked import Asked
from o365nb.response.plan import actions, make_plan
from o365nb.tenant import Profile, connect

#: An attacked tenant, one full of applications, and one without licences. What a story holds changes which objects
#: are named in requests, not which calls are made.
STORIES = ("aitm", "consent", "free_tenant")


@dataclass
class Run:
    """What one run of every collector sent, and which collectors sent nothing."""

    journal: list
    silent: list


def profile_of(server):
    return Profile.simulator(
        base_url=server.base_url, ca_file=server.ca_file, tenant_id=server.tenant_id, client_id=server.client_id
    )


def collect_everything(server, tenant):
    """Run every collector to its end, and say which asked nothing."""
    person = collectors.find_person(tenant, server.story.subject)
    window = Window(tenant.now() - timedelta(days=30), tenant.now())
    silent = []
    for unit in collectors.all_collectors():
        before = len(server.journal)
        try:
            for _ in unit.fetch(tenant, person, window):
                pass
        except (NotLicensed, NotFound, Throttled):
            pass  # an answer like any other: it is judged below
        if len(server.journal) == before:
            silent.append(unit.source)
    return silent


@pytest.fixture(scope="module", params=STORIES)
def run(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    with PracticeTenant(story=request.param, state=folder, journal=True) as server:
        with connect(profile_of(server), secret=server.client_secret, sleep=lambda _: None) as tenant:
            silent = collect_everything(server, tenant)
        yield Run(calls(server), silent)


def calls(server):
    """What went to the services."""
    return [entry for entry in server.journal if entry.asked.service != "login"]


def unlike(entries):
    """One entry for each kind of call and status: the first page of its kind, and the last."""
    first = {(entry.asked.kind, entry.status): entry for entry in reversed(entries)}
    last = {(entry.asked.kind, entry.status): entry for entry in entries}
    return list({id(entry): entry for entry in [*first.values(), *last.values()]}.values())


def test_every_request_of_every_collector_is_published(run):
    assert "\n".join(sorted({problem for entry in run.journal for problem in problems(entry.asked)})) == ""
    assert run.silent == []


def test_every_answer_to_the_collectors_is_published(run):
    assert len(run.journal) > 100
    assert "\n".join(sorted({problem for entry in unlike(run.journal) for problem in answer_problems(entry)})) == ""


def test_no_request_was_one_that_the_practice_tenant_does_not_know(run):
    strange = {(entry.asked.kind, entry.status) for entry in run.journal if entry.status in (400, 404, 405)}
    known = [(kind, status) for kind, status in strange if not absent(kind, status)]
    assert known == []


def absent(kind, status):
    """Refusals that the stories mean: never risky, no manager, not licensed."""
    licence = "Schedule" in kind or "/managed" in kind or "/deviceManagement" in kind or "privilegedAccess" in kind
    return (status == 404 and ("risky" in kind or "/manager" in kind)) or (status == 400 and licence)


def test_every_request_and_answer_of_the_response_is_published(tmp_path):
    done, sent = set(), []
    for name, plan_of in {
        "own": lambda server, tenant, folder: planned(tenant, folder),
        "planted": lambda server, tenant, folder: case_of(plant(server), folder),
        "shared": lambda server, tenant, folder: planted_links.case_of(planted_links.plant(server), folder),
        "mail": lambda server, tenant, folder: planted_mail.case_of(planted_mail.plant(server), folder),
    }.items():
        with PracticeTenant(story="aitm", state=tmp_path / name / "state", journal=True) as server:
            with connect(profile_of(server), secret=server.client_secret, sleep=lambda _: None) as tenant:
                before = len(server.journal)
                done |= carried_out(tenant, *plan_of(server, tenant, tmp_path / name / "case"))
            assert len(server.journal) > before
            sent += calls(server)
    assert "\n".join(sorted({problem for entry in sent for problem in problems(entry.asked)})) == ""
    assert "\n".join(sorted({problem for entry in unlike(sent) for problem in answer_problems(entry)})) == ""
    changing = {action.name for action in actions().values() if action.automatic and action.kinds}
    assert changing - done == set()
    assert {entry.asked.method for entry in sent} >= {"GET", "POST", "PATCH", "DELETE"}


def carried_out(tenant, case, plan):
    """The actions that applied every automatic step of the plan, read it back, and undid what can be undone."""
    chosen = [step for step in plan.steps if step.automatic]
    typed = {step.id: word for step in chosen if (word := actions()[step.action].asks(step))}
    given = {"on_password": lambda *_: None, "devices_checked": True, "typed": typed}
    receipts = response.apply(case, tenant, plan, plan.plan_id, [step.id for step in chosen], **given)
    response.verify(case, tenant, plan)
    for receipt in receipts:
        if receipt.reversible and receipt.outcome.value == "applied":
            response.undo(case, tenant, receipt.step_id)
    return {receipt.action for receipt in receipts}


def planned(tenant, folder):
    """A case in which everything of the subject is the attacker's, and the plan that follows."""
    graph = tenant.graph
    rules = graph.get(f"/users/{SUBJECT}/mailFolders/inbox/messageRules").records
    hidden = [
        one for page in tenant.exchange.run("Get-InboxRule", SUBJECT, Mailbox=SUBJECT, IncludeHidden=True)
        for one in page.records if one["Name"] not in {shown["displayName"] for shown in rules}
    ]  # fmt: skip
    grant = graph.get("/oauth2PermissionGrants").records[0]
    device = graph.get(f"/users/{SUBJECT}/registeredDevices").records[0]
    method = next(one for one in graph.get(f"/users/{SUBJECT}/authentication/methods").records
                  if "microsoftAuthenticator" in one["@odata.type"])  # fmt: skip
    mailbox = state("mailbox", SUBJECT, address=SUBJECT)
    account = graph.get(f"/users/{SUBJECT}", {"$select": "id"}).data
    tables = {
        "inbox_rules": [rule(rule_id=one["id"], name=one["displayName"], seen_by=["graph"]) for one in rules[:1]]
        + [rule(rule_id=str(one["RuleIdentity"]), name=one["Name"], hidden=True, seen_by=["exchange"])
           for one in hidden[:1]],
        "oauth_grants": [state("oauth_grant", grant["id"], grant_id=grant["id"], client_id=grant["clientId"])],
        "devices": [state("device", device["deviceId"], device_id=device["deviceId"], object_id=device["id"])],
        "auth_methods": [state("auth_method", method["id"], method_id=method["id"],
                               method_type="microsoftAuthenticator", display_name=method["displayName"])],
        "mailboxes": [mailbox],
    }  # fmt: skip
    case = make_case(folder, users=[user(user_id=account["id"])], **tables)
    kinds = {"inbox_rules": "inbox_rule", "oauth_grants": "oauth_grant", "devices": "device",
             "auth_methods": "auth_method", "mailboxes": "forwarding"}  # fmt: skip
    things = [thing(kinds[name], row["key"]) for name, rows in tables.items() for row in rows]
    with Engine(case) as engine:
        return case, make_plan(verdict(), [finding(first=None, last=None)], things, engine)


def test_every_request_of_the_doctor_is_published(tmp_path, monkeypatch):
    with PracticeTenant(story="aitm", state=tmp_path / "state", journal=True) as server:
        (tmp_path / "profiles.toml").write_text(
            f'[practice]\ntenant_id = "{server.tenant_id}"\nclient_id = "{server.client_id}"\nmethod = "secret"\n',
            "utf-8",
        )
        monkeypatch.setenv("O365NB_CONFIG", str(tmp_path / "profiles.toml"))
        monkeypatch.setenv("O365NB_CLIENT_SECRET", server.client_secret)
        doctor.tenant("practice", lambda _: None, (server.base_url, server.ca_file))
        sent = calls(server)
        assert "\n".join(sorted({problem for entry in sent for problem in problems(entry.asked)})) == ""
        assert "\n".join(sorted({problem for entry in unlike(sent) for problem in answer_problems(entry)})) == ""
    assert sent != []


def graph_call(path, method="GET", query=None, body=None):
    return Asked(method, "v1.0", path, query or {}, body=body or {})


def cmdlet(name, **parameters):
    body = {"CmdletInput": {"CmdletName": name, "Parameters": parameters}}
    return Asked("POST", "adminapi", "/adminapi/beta/t/InvokeCommand", {}, name, parameters, body)


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (graph_call("/users/1", query={"$select": "id,shoeSize"}), "unknown property shoeSize"),
        (graph_call("/users", query={"$filter": "shoeSize eq 44"}), "unknown property shoeSize"),
        (graph_call("/users", query={"$expand": "boss($select=id)"}), "unknown property boss"),
        (graph_call("/users/1", query={"top": "1"}), "unknown query parameter top"),
        (graph_call("/users/1/shoes"), "not in the published description"),
        (graph_call("/organization", "DELETE"), "not in the published description"),
        (graph_call("/users/1", "PATCH", body={"acountEnabled": False}), "unknown key body/acountEnabled"),
        (graph_call("/users/1", "PATCH", body={"passwordProfile": {"pasword": ""}}),
         "unknown key body/passwordProfile/pasword"),
        (graph_call("/users/1/revokeSignInSessions", "POST", body={"now": 1}), "takes no body"),
        (graph_call("/security/runHuntingQuery", "POST", body={"Qery": "x"}), "unknown key body/Qery"),
        (cmdlet("Get-Shoes"), "no such cmdlet"),
        (cmdlet("Get-InboxRule", Mailbox="a", Colour=1), "no parameter set of the cloud has"),
        (cmdlet("Get-Mailbox", Identity="a", Anr="b"), "no parameter set of the cloud has"),
        (cmdlet("Disable-InboxRule", Mailbox="a"), "no parameter set of the cloud has"),
        (Asked("GET", "api", "/api/machines", {"$filer": "x"}), "unknown query parameter $filer"),
        (Asked("POST", "api", "/api/machines/1/isolate", {}, body={"Comment": "", "Type": ""}), "unknown key Type"),
        (Asked("GET", "api", "/api/v1.0/t/activity/feed/subscriptions/all"), "not in the description"),
    ],
)  # fmt: skip
def test_the_judge_sees_what_is_wrong(asked, problem):
    assert problem in "\n".join(problems(asked))


@pytest.mark.parametrize(
    "asked",
    [
        graph_call("/users/1", query={"$select": "id,signInActivity", "$expand": "manager($select=id)"}),
        graph_call(
            "/auditLogs/directoryAudits", query={"$filter": "targetResources/any(t: t/id eq 'a b') and id eq ''"}
        ),
        graph_call("/users/1/registeredDevices/microsoft.graph.device", query={"$select": "deviceId,trustType"}),
        graph_call("/servicePrincipals(appId='1')"),
        cmdlet("Get-InboxRule", Mailbox="a", IncludeHidden=True),
        Asked("GET", "adminapi", "/adminapi/v1.0/t/EXOModuleFile", {"Version": "3.9.2"}),
    ],
)
def test_the_judge_lets_by_what_is_right(asked):
    assert problems(asked) == []
