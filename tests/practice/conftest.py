"""Running practice tenants and a signed-in client."""

import msal
import pytest
import requests

from o365nb.practice import PracticeTenant, stories

GRAPH = "https://graph.microsoft.com/.default"
EXCHANGE = "https://outlook.office365.com/.default"


class Client:
    """A session with tokens for Graph and Exchange, got by the real msal."""

    def __init__(self, tenant):
        self.tenant, self.base = tenant, tenant.base_url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(tenant.ca_file)
        self.tokens = {
            scope: self.app().acquire_token_for_client([scope])["access_token"] for scope in (GRAPH, EXCHANGE)
        }

    def app(self, secret=None, client_id=None, **more):
        return msal.ConfidentialClientApplication(
            client_id or self.tenant.client_id,
            client_credential=secret or self.tenant.client_secret,
            authority=f"{self.base}/{self.tenant.tenant_id}",
            instance_discovery=False,
            http_client=self.session,
            **more,
        )

    def graph(self, path, method="GET", json=None, token=None, **query):
        system = ("filter", "top", "select", "expand", "skiptoken", "count", "orderby")
        names = {f"${name}" if name in system else name: value for name, value in query.items()}
        return self.session.request(
            method,
            path if path.startswith("https://") else self.base + path,
            params=names,
            json=json,
            headers={"Authorization": f"Bearer {token or self.tokens[GRAPH]}"},
        )

    def values(self, path, **query):
        """All records of a collection, page by page."""
        answer = self.graph(path, **query).json()
        found = list(answer["value"])
        while link := answer.get("@odata.nextLink"):
            answer = self.graph(link).json()
            found += answer["value"]
        return found

    def audit_log(self, **filters):
        """The records of a new audit query."""
        query = self.graph("/v1.0/security/auditLog/queries", "POST", {
            "filterStartDateTime": "2026-10-01T00:00:00Z", "filterEndDateTime": "2026-11-30T00:00:00Z", **filters,
        }).json()  # fmt: skip
        path = f"/v1.0/security/auditLog/queries/{query['id']}"
        for _ in range(2):
            self.graph(path)
        return self.values(f"{path}/records", top=999)

    def exchange(self, cmdlet, url=None, size=1000, **parameters):
        return self.session.post(
            url or f"{self.base}/adminapi/beta/{self.tenant.tenant_id}/InvokeCommand",
            json={"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}},
            headers={
                "Authorization": f"Bearer {self.tokens[EXCHANGE]}",
                "X-CmdletName": cmdlet,
                "Prefer": f"odata.maxpagesize={size}",
            },
        )

    def close(self):
        self.session.close()


@pytest.fixture
def client(tmp_path):
    """A tenant of the first story that a test may change."""
    with PracticeTenant(story="aitm", state=tmp_path / "state") as tenant:
        made = Client(tenant)
        yield made
        made.close()


@pytest.fixture(scope="package", params=list(stories()))
def reader(request, tmp_path_factory):
    """A tenant of every story, to read only."""
    with PracticeTenant(story=request.param, state=tmp_path_factory.mktemp(request.param)) as tenant:
        made = Client(tenant)
        yield made
        made.close()


@pytest.fixture(scope="package")
def aitm(tmp_path_factory):
    """The first story's tenant, to read only."""
    with PracticeTenant(story="aitm", state=tmp_path_factory.mktemp("aitm")) as tenant:
        made = Client(tenant)
        yield made
        made.close()


@pytest.fixture
def open_client():
    """Makes a client for a tenant and closes it at the end."""
    made = []

    def opened(tenant):
        made.append(Client(tenant))
        return made[-1]

    yield opened
    for client in made:
        client.close()
