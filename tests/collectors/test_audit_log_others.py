"""What others did that names the person: asked for by the name, one way after the other."""

import json

import pytest

from o365nb import collectors
from o365nb.model import Outcome, Window
from o365nb.practice import PracticeTenant
from o365nb.tenant import Profile, connect

MARTHA, ERIN, OSKAR, VIOLA = (f"{name}@contoso.example" for name in ("martha", "erin", "oskar", "viola"))
SOURCE = "ual/others"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with PracticeTenant(story="insider", state=tmp_path_factory.mktemp("state")) as tenant:
        yield tenant


@pytest.fixture
def boss(running, window):
    """Her tenant and herself."""
    profile = Profile.simulator(
        base_url=running.base_url, ca_file=running.ca_file, tenant_id=running.tenant_id, client_id=running.client_id
    )
    with connect(profile, secret=running.client_secret, sleep=lambda _: None) as tenant:
        yield tenant, collectors.find_person(tenant, MARTHA), Window(window.start, tenant.now())
    running._site.faults.clear()


def records(evidence):
    """Every record by its id, whichever way it came."""
    found = {}
    for line, page in evidence(SOURCE):
        if line["shape"] == "graph-audit-log-record-json":
            found |= {record["id"]: record["auditData"] for record in page["value"]}
        elif line["shape"] == "extractor-suite-ual-json":
            found |= {data["Id"]: data for row in page["value"] for data in [json.loads(row["AuditData"])]}
    return found


def test_delegates_and_administrators_are_found_by_the_name_of_the_mailbox(collect, evidence, boss):
    tenant, person, window = boss
    entry = collect(SOURCE, tenant=tenant, person=person, window=window)
    assert (entry.source, entry.subject, entry.outcome) == (SOURCE, MARTHA, Outcome.COMPLETE)
    found = records(evidence)
    operations = {(data["UserId"], data["Operation"]) for data in found.values()}
    assert {(ERIN, "MailItemsAccessed"), (VIOLA, "MailItemsAccessed"), (OSKAR, "Add-MailboxPermission")} <= operations
    assert all(MARTHA in json.dumps(data) for data in found.values())
    assert '"keywordFilter":"martha@contoso.example"' in evidence(SOURCE)[0][0]["query"]


def test_the_search_finds_the_same_by_free_text(collect, evidence, boss, running):
    tenant, person, window = boss
    collect(SOURCE, tenant=tenant, person=person, window=window)
    asked = set(records(evidence))
    running.inject("/v1.0/security/auditLog", 403, 100, code="Forbidden", message="not for this app")
    entry = collect(SOURCE, tenant=tenant, person=person, window=window, anew=True)
    assert entry.reason.startswith("Read by Search-UnifiedAuditLog.")
    lines = [(line, page) for line, page in evidence(SOURCE) if line["shape"] == "extractor-suite-ual-json"]
    assert {json.loads(row["AuditData"])["Id"] for _, page in lines for row in page["value"]} == asked
    assert "-FreeText 'martha@contoso.example'" in lines[0][0]["query"]
