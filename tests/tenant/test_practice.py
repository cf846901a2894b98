"""Real msal, unmodified, against the practice tenant's sign-in."""

import re
import threading
from datetime import timedelta

import pytest
import requests

from o365nb.errors import SignInFailed
from o365nb.practice import PracticeTenant
from o365nb.tenant import Method, Profile, connect


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    with PracticeTenant(story="aitm", state=tmp_path_factory.mktemp("state")) as running:
        yield running


def profile(practice, method=Method.SECRET, tenant_id="", **more):
    return Profile.simulator(
        base_url=practice.base_url,
        ca_file=practice.ca_file,
        tenant_id=tenant_id or practice.tenant_id,
        client_id=practice.client_id,
        method=method,
        **more,
    )


def reads_both(tenant):
    domains = tenant.graph.get("/organization").records[0]["verifiedDomains"]
    (mailbox,) = (
        record
        for page in tenant.exchange.run("Get-Mailbox", "anna@contoso.example", Identity="anna@contoso.example")
        for record in page.records
    )
    return {domain["name"] for domain in domains} >= {"contoso.example"} and mailbox["PrimarySmtpAddress"].lower()


def test_a_secret_opens_graph_and_exchange(practice):
    assert reads_both(connect(profile(practice), secret=practice.client_secret)) == "anna@contoso.example"


def test_a_token_that_expired_in_the_middle_of_a_run_is_renewed_for_both(tmp_path):
    with PracticeTenant(story="aitm", state=tmp_path, journal=True) as running:
        tenant = connect(profile(running), secret=running.client_secret)
        assert reads_both(tenant)
        running.pass_time(timedelta(hours=2))
        assert reads_both(tenant) == "anna@contoso.example"
        refused = [entry.asked.path for entry in running.journal if entry.status == 401]
    assert len(refused) == 2
    assert ["InvokeCommand" in path for path in refused] == [False, True]


def test_a_certificate_opens_graph_and_exchange(practice, pem, tmp_path):
    path = pem(tmp_path / "app.pem")
    with pytest.raises(SignInFailed, match="AADSTS700027"):
        connect(profile(practice, Method.CERTIFICATE, certificate=path))
    practice.register_certificate(path.read_text()[path.read_text().index("-----BEGIN CERTIFICATE") :])
    assert reads_both(connect(profile(practice, Method.CERTIFICATE, certificate=path))) == "anna@contoso.example"


def test_a_device_code_is_asked_for_once_and_opens_both(practice):
    shown = []

    def person(message):
        shown.append(message)
        code = message.split("enter the code ")[1].split()[0]
        threading.Thread(target=practice.approve_device_code, args=(code,)).start()

    assert reads_both(connect(profile(practice, Method.DEVICE_CODE), prompt=person)) == "anna@contoso.example"
    assert len(shown) == 1


def test_a_person_signs_in_with_the_browser_once_and_opens_both(practice, person):
    def page(asked):
        with requests.Session() as session:
            session.trust_env = False
            shown = session.get(person.address, verify=practice.ca_file, timeout=5).text
        assert f'action="{asked["redirect_uri"][0]}"' in shown
        return dict(re.findall(r'name="(\w+)" value="([^"]*)"', shown))

    person.page = page
    with connect(profile(practice, Method.INTERACTIVE)) as tenant:
        assert reads_both(tenant) == "anna@contoso.example"
    assert person.asked["response_mode"] == ["form_post"]


def test_a_wrong_secret_is_one_clear_line(practice):
    with pytest.raises(SignInFailed) as caught:
        connect(profile(practice), secret="not-the-secret")
    assert str(caught.value) == (
        f"Sign-in to tenant {practice.tenant_id} was refused (AADSTS7000215): the client secret is wrong."
        " Set O365NB_CLIENT_SECRET to the secret's value (not its id)."
    )


def test_an_unknown_tenant_is_one_clear_line(practice):
    with pytest.raises(SignInFailed, match=r"\(AADSTS90002\): the tenant is not found"):
        connect(profile(practice, tenant_id="nobody.example"), secret=practice.client_secret)


def test_the_tenants_own_time_counts(practice):
    now = connect(profile(practice), secret=practice.client_secret).now()
    assert f"{now:%Y-%m-%d}" == "2026-11-18"
