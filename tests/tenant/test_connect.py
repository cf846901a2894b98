import pytest

from o365nb.errors import Denied, SignInFailed
from o365nb.tenant import Profile, connect

TENANT, CLIENT = "11111111-2222-4333-8444-555555555555", "99999999-8888-4777-8666-555555555555"
SECRET = "Very~Secret.Value_1"


@pytest.fixture
def profile(scripted, ca_file):
    scripted.sign_in_works(TENANT)
    scripted.by_path["/organization"] = (200, {}, {"value": [{"id": TENANT}]})
    return Profile.simulator(base_url=scripted.origin, ca_file=ca_file, tenant_id=TENANT, client_id=CLIENT)


def test_connecting_proves_itself_and_brings_the_tenants_own_time(profile, scripted):
    tenant = connect(profile, SECRET)
    assert tenant.now().isoformat() == "2026-11-18T12:00:00+00:00"
    assert [path for _, path, _, _ in scripted.asked][-1] == "/v1.0/organization"
    assert SECRET not in repr(tenant)


def test_waiting_is_done_by_the_clock_that_was_given(profile):
    slept = []
    connect(profile, SECRET, sleep=slept.append).pause(60)
    assert slept == [60]


def test_a_wrong_secret_ends_the_connection(profile, scripted):
    scripted.by_path["/oauth2/v2.0/token"] = (
        401,
        {},
        {"error": "invalid_client", "error_description": "AADSTS7000215: wrong"},
    )
    with pytest.raises(SignInFailed, match="AADSTS7000215"):
        connect(profile, "wrong")


def test_a_missing_right_to_the_organisation_is_no_failed_sign_in(profile, scripted):
    scripted.by_path["/organization"] = (403, {}, {"error": {"code": "Authorization_RequestDenied", "message": "no"}})
    assert connect(profile, SECRET).profile == profile
    scripted.by_path["/organization"] = (401, {}, {"error": {"code": "InvalidAuthenticationToken", "message": "no"}})
    with pytest.raises(Denied):
        connect(profile, SECRET)
