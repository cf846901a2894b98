"""The registration that reads: a whole investigation sends no change with it, and no change could be sent with it."""

import copy
import re

import pytest
from response import planted_links, planted_mail
from response.conftest import signed_in
from response.differences import differences
from response.planted import case_of, everything, plant

from o365nb import investigate, registration, response
from o365nb.practice import PracticeTenant
from o365nb.progress import Progress
from o365nb.response.plan import actions

#: Microsoft's calls that take a question in a body: they read (reference pages of audit log query and hunting).
_QUESTIONS = {"/security/auditLog/queries", "/security/runHuntingQuery"}
_READS = re.compile(r"(Get|Search|Test)-\w+")


def changing(entry):
    """Whether a request changes something; judged here, not by the word of the practice tenant."""
    asked = entry.asked
    if asked.cmdlet:
        return _READS.fullmatch(asked.cmdlet) is None
    return asked.method != "GET" and asked.path not in _QUESTIONS


def sent(server):
    return [entry for entry in server.journal if entry.asked.service != "login"]


@pytest.fixture
def reader(tmp_path, monkeypatch):
    """A tenant whose application has what `o365nb app show read` asks for, and nothing else."""

    def made(story="aitm", **more):
        server = PracticeTenant(story=story, state=tmp_path / "state", journal=True, **more).start()
        running.append(server)
        server.grant_only(*(one.name for one in registration.read().permissions))
        (tmp_path / "profiles.toml").write_text(
            f'[reader]\ntenant_id = "{server.tenant_id}"\nclient_id = "{server.client_id}"\nmethod = "secret"\n',
            "utf-8",
        )
        monkeypatch.setenv("O365NB_CONFIG", str(tmp_path / "profiles.toml"))
        monkeypatch.setenv("O365NB_CLIENT_SECRET", server.client_secret)
        return server

    running = []
    yield made
    for server in running:
        server.stop()


@pytest.mark.parametrize("story", ["aitm", "token_theft"])
def test_a_whole_investigation_reads_and_sends_no_change(reader, tmp_path, story):
    server = reader(story)
    before = copy.deepcopy(everything(server))
    request = investigate.Request(
        users=(server.story.subject,), case="read", data=tmp_path / "data", reports=tmp_path / "reports"
    )
    case = investigate.from_tenant("reader", request, Progress(), print, (server.base_url, server.ca_file))
    investigate.analyse(case, Progress())
    assert [entry.asked.kind for entry in sent(server) if changing(entry)] == []
    assert len(sent(server)) > 100
    # What Exchange holds by default is laid out when it is first asked for.
    changes = [one for one in differences(before, everything(server)) if not re.fullmatch(r"/exchange/\S+ added", one)]
    assert changes == []
    # Nothing was missed for want of a right: the rights that read are all that reading takes.
    assert [(one.source, one.reason) for one in case.ledger.entries() if one.outcome.value == "denied"] == []


def test_no_right_of_the_reading_registration_writes():
    names = {one.name for one in registration.read().permissions}
    assert [name for name in sorted(names) if "Write" in name or "PrivilegedOperations" in name] == []
    # Exchange has one right for reading and writing: there the role decides (docs/live-tenant.md).
    assert [name for name in sorted(names) if ".Read" not in name] == ["Exchange.ManageAsApp"]


@pytest.mark.parametrize(
    ("planting", "planned"),
    [
        (plant, lambda server, rows, folder: case_of(rows, folder)),
        (planted_mail.plant, lambda server, rows, folder: planted_mail.case_of(rows, folder)),
        (planted_links.plant, lambda server, rows, folder: planted_links.case_of(rows, folder)),
    ],
    ids=["identity", "mail", "links"],
)
def test_with_it_every_step_of_a_full_plan_is_refused_and_nothing_changes(reader, tmp_path, planting, planned):
    server = reader()
    server.set_roles("Global Reader")
    case, plan = planned(server, planting(server), tmp_path / "case")
    before = copy.deepcopy(everything(server))
    chosen = [step for step in plan.steps if step.automatic]
    typed = {step.id: word for step in chosen if (word := actions()[step.action].asks(step))}
    with signed_in(server) as tenant:
        done = response.apply(
            case, tenant, plan, plan.plan_id, [step.id for step in chosen],
            on_password=lambda *_: None, devices_checked=True, typed=typed,
        )  # fmt: skip
    assert {one.outcome.value for one in done} <= {"failed", "refused", "already_held"}
    assert {entry.status for entry in sent(server) if changing(entry)} <= {403}
    assert everything(server) == before
