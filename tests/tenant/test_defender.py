import pytest

from o365nb.errors import UntrustedLink
from o365nb.tenant.defender import Defender


@pytest.fixture
def defender(http, endpoint):
    return Defender(http, endpoint)


def test_it_asks_under_api_and_follows_pages(defender, scripted):
    link = f"{scripted.origin}/api/machines?$skip=1"
    scripted.answers = [(200, {}, {"value": [{"id": "a"}], "@odata.nextLink": link}), (200, {}, {"value": []})]
    assert [page.records for page in defender.pages("/machines", {"$filter": "aadDeviceId eq d-1"})] == [
        [{"id": "a"}],
        [],
    ]
    assert [asked[1] for asked in scripted.asked] == [
        "/api/machines?$filter=aadDeviceId%20eq%20d-1",
        "/api/machines?$skip=1",
    ]


def test_a_link_to_a_foreign_host_is_refused_before_a_token_is_sent(defender, scripted):
    scripted.answers = [(200, {}, {"value": [], "@odata.nextLink": "https://evil.example/api/machines"})]
    with pytest.raises(UntrustedLink, match=r"evil\.example"):
        list(defender.pages("/machines"))
    assert len(scripted.asked) == 1
