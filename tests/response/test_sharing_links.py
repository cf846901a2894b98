"""Sharing links: the one that the attacker made goes, by its id alone; every other link stays byte for byte."""

import copy
import re
import threading
from urllib.parse import unquote

import pytest
from response import planted_links
from response.conftest import signed_in
from response.planted_links import HOSTILE, SITE, THEIRS, case_of, plant, records
from tables import SUBJECT

from o365nb import response
from o365nb.errors import BadInput
from o365nb.practice import PracticeTenant, shared_files
from o365nb.tenant import Profile, connect


@pytest.fixture
def server(tmp_path):
    with PracticeTenant(story="aitm", state=tmp_path / "state", journal=True) as running:
        yield running


def links(server, name=HOSTILE):
    return server.state.objects["shared_files"][shared_files.address(SITE, name)]["permissions"]


def the_step(plan):
    (step,) = [step for step in plan.steps if step.action == "remove_sharing_link"]
    return step


def carried_out(server, case, plan):
    with signed_in(server) as tenant:
        (receipt,) = response.apply(case, tenant, plan, plan.plan_id, [the_step(plan).id])
        (check,) = [one for one in response.verify(case, tenant, plan) if one.action == "remove_sharing_link"]
    return receipt, check


def test_the_attackers_link_goes_and_the_users_own_on_the_same_file_stays(server, tmp_path):
    case, plan = case_of(plant(server), tmp_path / "case")
    before = copy.deepcopy(links(server))
    receipt, check = carried_out(server, case, plan)
    assert (receipt.outcome.value, receipt.reversible, check.holds, check.read) == (
        "applied",
        False,
        True,
        "no link of that id is on the file",
    )
    assert links(server) == [one for one in before if one["id"] != THEIRS["id"]]
    assert [unquote(entry.asked.path) for entry in server.journal if entry.asked.method == "DELETE"] == [
        f"/drives/{receipt.before['drive']}/items/{receipt.before['item']}/permissions/{THEIRS['id']}"
    ]


def test_what_stood_is_kept_but_not_the_address_that_opens_the_file(server, tmp_path):
    case, plan = case_of(plant(server), tmp_path / "case")
    receipt, _ = carried_out(server, case, plan)
    kept = {name: receipt.before[name] for name in ("id", "type", "scope", "roles", "hasPassword")}
    assert kept == {"id": THEIRS["id"], "type": "view", "scope": "anonymous", "roles": ["read"], "hasPassword": False}
    written = (case.root / "receipts.jsonl").read_text("utf-8")
    assert THEIRS["link"]["webUrl"] not in written
    assert THEIRS["shareId"] not in written


def test_a_second_run_sends_nothing_and_the_way_back_says_what_cannot_be(server, tmp_path):
    case, plan = case_of(plant(server), tmp_path / "case")
    receipt, _ = carried_out(server, case, plan)
    assert carried_out(server, case, plan)[0].outcome.value == "already_held"
    never = pytest.raises(BadInput, match="cannot be made again with its address; share the file anew")
    with signed_in(server) as tenant, never:
        response.undo(case, tenant, receipt.step_id)
    assert sum(entry.asked.method in ("DELETE", "POST") and entry.asked.graph for entry in server.journal) == 1


def _other_file(server):
    files = server.state.objects["shared_files"]
    files[shared_files.address(SITE, HOSTILE)]["record"]["sharepointIds"]["listItemUniqueId"] = SITE


def _moved(server):
    files = server.state.objects["shared_files"]
    files["elsewhere"] = files.pop(shared_files.address(SITE, HOSTILE))


def _other_form(server):
    for number, one in enumerate(links(server)):
        one["id"] = f"aTowIy5mfG1lbWJlcnNoaXB8{number}"


def _no_right(server):
    server.withdraw("Files.ReadWrite.All")


@pytest.mark.parametrize(
    ("happened", "why"),
    [
        (_other_file, "another file stands at that address now"),
        (_moved, "no file is at that address: moved or renamed, its link goes with it"),
        (_other_form, "the links of that file have ids of another form than the log's"),
        (_no_right, "not to be read with these rights (Files.ReadWrite.All on that site)"),
    ],
    ids=["another file", "moved", "ids of another form", "no right"],
)
def test_where_the_link_is_not_certain_nothing_is_sent_and_a_person_decides(server, tmp_path, happened, why):
    case, plan = case_of(plant(server), tmp_path / "case")
    happened(server)
    receipt, check = carried_out(server, case, plan)
    assert receipt.outcome.value == "refused"
    assert receipt.note.startswith(why)
    assert (check.holds, check.read) == (None, why)
    assert [entry for entry in server.journal if entry.asked.method == "DELETE"] == []


SEEN = records()


@pytest.mark.parametrize(
    "told",
    [
        SEEN[:1],
        [*records(at="2026-11-16T10:00:00Z", key="earlier")[1:], *SEEN],
        [SEEN[0], *records(session="another", key="other")[1:]],
        [SEEN[0], *records(ip="198.51.100.12", key="other")[1:]],
        [SEEN[0], *records(at="2026-11-17T10:31:00Z", key="later")[1:]],
        [SEEN[0], *records("another file.xlsx", key="other")[1:]],
        [SEEN[0], {**SEEN[1], "properties": [{"name": "TargetUserOrGroupName", "value": "SharingLinks.x.y.z"}]}],
        [SEEN[0], {**SEEN[1], "properties": [{"name": "TargetUserOrGroupName", "value": "eve@evil.example"}]}],
    ],
    ids=["nothing names it", "it stood before", "another session", "another address", "another act", "another file",
         "no group of a link", "a person"],
)  # fmt: skip
def test_a_link_that_the_log_does_not_surely_name_is_a_step_by_hand(tmp_path, told):
    _, plan = case_of(HOSTILE, tmp_path / "case", events=told)
    step = the_step(plan)
    assert (step.automatic, step.reversible, step.arguments["link"]) == (False, False, "")
    assert "The log does not name the link" in step.reason


def test_two_links_of_one_act_are_two_steps_and_a_hostile_name_stays_one_line(tmp_path):
    second = shared_files.link("second", kind="edit")
    more = records(link=second, at="2026-11-17T10:03:00Z", key="second")
    _, plan = case_of(HOSTILE, tmp_path / "case", events=[*SEEN, *more[1:]])
    steps = [step for step in plan.steps if step.action == "remove_sharing_link"]
    assert sorted(step.arguments["link"] for step in steps) == sorted([THEIRS["id"], second["id"]])
    quoted = HOSTILE.replace("'", "''")
    path = f"/{planted_links.SITE}/Documents/{quoted}"
    assert [step.command_equivalent.startswith(f"Remove-PnPFileSharingLink -FileUrl '{path}'") for step in steps] == [
        True, True,
    ]  # fmt: skip
    assert all(step.target.isprintable() for step in steps)


@pytest.mark.parametrize(("upn", "seen"), [(SUBJECT, True), ("ivan@contoso.example", None)])
def test_a_person_who_is_not_the_files_owner_is_not_shown_its_links_and_nothing_is_called_gone(
    server, tmp_path, upn, seen
):
    case, plan = case_of(plant(server), tmp_path / "case")
    step, action = the_step(plan), response.actions()["remove_sharing_link"]
    with signed_in_as(server, upn) as tenant:
        state = action.before(tenant, step)
        (receipt,) = response.apply(case, tenant, plan, plan.plan_id, [step.id])
    assert (state["present"], action.holds(step, state, None)) == (seen, False)
    assert receipt.outcome.value == ("applied" if seen else "refused")
    assert len(links(server)) == (2 if seen else 3)
    if not seen:
        assert receipt.note.startswith("not among what ivan@contoso.example is shown of that file. Take it away")
        assert action.holds(step, state, tenant.now()), "who saw it and was obeyed sees that it is gone"


def signed_in_as(server, upn):
    def person(message):
        code = re.search(r"\b[A-Z0-9]{9}\b", message)[0]
        threading.Thread(target=server.approve_device_code, args=(code, upn)).start()

    profile = Profile.simulator(
        base_url=server.base_url, ca_file=server.ca_file, tenant_id=server.tenant_id, client_id=server.client_id,
        method="device_code",
    )  # fmt: skip
    return connect(profile, prompt=person)
