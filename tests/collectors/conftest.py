"""The practice tenant of story S01, signed in to by real msal over real HTTPS; waits are counted, not slept."""

from datetime import timedelta

import orjson
import pytest
import trustme
from scripted import Scripted

from o365nb import collectors
from o365nb.case import Case, CaseInfo
from o365nb.model import Window
from o365nb.practice import PracticeTenant
from o365nb.tenant import Profile, connect

ANNA = "anna@contoso.example"
TENANT = "11111111-2222-4333-8444-555555555555"


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    with PracticeTenant(story="aitm", state=tmp_path_factory.mktemp("state")) as running:
        yield running


@pytest.fixture
def slept():
    return []


@pytest.fixture
def tenant(practice, slept):
    profile = Profile.simulator(
        base_url=practice.base_url,
        ca_file=practice.ca_file,
        tenant_id=practice.tenant_id,
        client_id=practice.client_id,
    )
    with connect(profile, secret=practice.client_secret, sleep=slept.append) as opened:
        yield opened


@pytest.fixture
def anna(tenant):
    return collectors.find_person(tenant, ANNA)


@pytest.fixture
def window(tenant):
    return Window(tenant.now() - timedelta(days=30), tenant.now())


@pytest.fixture
def case(tmp_path, window):
    return Case.create(tmp_path / "case", CaseInfo("case", (ANNA,), window, "practice", story="aitm"))


@pytest.fixture
def collect(tenant, anna, window, case):
    """`collect("sign_in")`: run the collector of that source; returns its line of the ledger."""
    units = {unit.source: unit for unit in collectors.all_collectors()}

    def run(source, *, window=window, person=anna, tenant=tenant, anew=False):
        return collectors.collect_one(units[source], tenant, person, window, case, anew=anew)

    return run


@pytest.fixture
def scripted(tmp_path):
    """A tenant of which every answer is given by the test."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    server = Scripted(authority)
    server.sign_in_works(TENANT)
    server.by_path["/organization"] = (200, {}, {"value": []})
    yield server
    server.close()


@pytest.fixture
def scripted_tenant(scripted, tmp_path, slept):
    profile = Profile.simulator(
        base_url=scripted.origin, ca_file=tmp_path / "ca.pem", tenant_id=TENANT, client_id=TENANT
    )
    with connect(profile, secret="a-secret", sleep=slept.append) as opened:
        yield opened


@pytest.fixture
def evidence(case):
    """`evidence("sign_in")`: what was stored of that source, as custody lines with their data."""

    def read(source):
        return [
            (line, orjson.loads(case.raw(line["path"]))) for line in case.custody.entries() if line["source"] == source
        ]

    return read
