"""The activity feed: pages by header, busy answers in a 403, links that lead away."""

from datetime import UTC, datetime

import pytest

from o365nb.errors import Denied, NotFound, RequestFailed, Throttled, UntrustedLink
from o365nb.model import Window
from o365nb.tenant.management import Management

TENANT = "11111111-2222-4333-8444-555555555555"
DAY = Window(datetime(2026, 11, 17, tzinfo=UTC), datetime(2026, 11, 18, tzinfo=UTC))


def error(status, code):
    return status, {}, {"error": {"code": code, "message": "said the service"}}


@pytest.fixture
def feed(http, endpoint):
    return Management(http, endpoint, TENANT)


def test_lists_are_followed_by_the_header_that_names_the_next(feed, scripted):
    following = f"{scripted.origin}/api/v1.0/{TENANT}/activity/feed/subscriptions/content?nextPage=1"
    scripted.answers = [(200, {"NextPageUri": following}, [{"contentId": "a"}]), (200, {}, [{"contentId": "b"}])]
    assert [entry["contentId"] for entry in feed.content("Audit.Exchange", DAY)] == ["a", "b"]
    first, second = (path for _, path, *_ in scripted.asked)
    assert first == (
        f"/api/v1.0/{TENANT}/activity/feed/subscriptions/content?contentType=Audit.Exchange"
        f"&startTime=2026-11-17T00:00:00&endTime=2026-11-18T00:00:00&PublisherIdentifier={TENANT}"
    )
    assert second.endswith("?nextPage=1")


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/x", f"http://localhost/api/v1.0/{TENANT}/x", "", "javascript:alert(1)"],
)
def test_no_token_goes_anywhere_else(feed, scripted, tokens, link):
    scripted.answers = [(200, {"NextPageUri": link or "//evil.example"}, [])]
    with pytest.raises(UntrustedLink):
        list(feed.content("Audit.Exchange", DAY))
    with pytest.raises(UntrustedLink):
        feed.blob(link)
    assert len(tokens) == 1


def test_a_blob_of_another_tenant_is_not_fetched(feed, scripted, tokens):
    with pytest.raises(UntrustedLink):
        feed.blob(f"{scripted.origin}/api/v1.0/99999999-2222-4333-8444-555555555555/activity/feed/audit/1")
    assert tokens == []


def test_busy_in_a_403_is_waited_for(feed, scripted, slept):
    scripted.answers = [
        error(403, "AF429"),
        error(403, "AF429"),
        (200, {}, [{"contentType": "a", "status": "enabled"}]),
    ]
    assert feed.subscriptions() == {"a": True}
    assert len(slept) == 2


def test_busy_for_good_is_throttled_and_not_denied(feed, scripted):
    scripted.answers = [error(403, "AF429")]
    with pytest.raises(Throttled):
        feed.subscriptions()


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("AF20022", NotFound, "No subscription runs for it."),
        ("AF20011", NotFound, "auditing may be switched off"),
        ("AF20030", RequestFailed, "said the service"),
    ],
)
def test_each_refusal_in_its_own_words(feed, scripted, code, kind, said):
    scripted.answers = [error(400, code)]
    with pytest.raises(kind, match=said) as caught:
        list(feed.content("Audit.Exchange", DAY))
    assert caught.value.code == code


def test_a_missing_right_stays_one(feed, scripted):
    scripted.answers = [error(401, "AF10001")]
    with pytest.raises(Denied):
        feed.subscriptions()


def test_an_object_where_a_list_belongs_is_refused(feed, scripted):
    scripted.answers = [(200, {}, {"value": []})]
    with pytest.raises(RequestFailed, match="something else than a list"):
        feed.subscriptions()
