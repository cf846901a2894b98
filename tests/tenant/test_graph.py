import json

import pytest

from o365nb.errors import BadInput, RequestFailed, UntrustedLink
from o365nb.tenant import literal, segment
from o365nb.tenant.graph import Graph


@pytest.fixture
def graph(http, endpoint):
    return Graph(http, endpoint)


def page(value, link=None):
    return (200, {}, {"value": value, **({"@odata.nextLink": link} if link else {})})


def test_pages_are_followed_verbatim_and_kept_byte_for_byte(graph, scripted):
    raw = b'{ "value" : [ {"a": 1.10} ],  "@odata.nextLink": "%s/v1.0/x?$skiptoken=a%%2Bb" }' % scripted.origin.encode()
    scripted.answers = [(200, {}, raw), page([])]
    found = list(graph.pages("/x", {"$filter": "name eq 'a b'", "$top": "5"}))
    assert [item.body for item in found] == [raw, b'{"value": []}']
    assert [item.records for item in found] == [[{"a": 1.1}], []]
    assert [asked[1] for asked in scripted.asked] == [
        "/v1.0/x?$filter=name%20eq%20'a%20b'&$top=5",
        "/v1.0/x?$skiptoken=a%2Bb",
    ]


def test_an_empty_page_with_a_next_link_is_not_the_end(graph, scripted):
    scripted.answers = [page([], f"{scripted.origin}/beta/x?$skiptoken=1"), page([{"a": 1}])]
    assert [item.records for item in graph.pages("/x", beta=True)] == [[], [{"a": 1}]]


def test_a_next_link_to_a_foreign_host_is_refused_before_a_token_is_sent(graph, scripted, tokens):
    scripted.answers = [page([{"a": 1}], "https://evil.example/v1.0/x")]
    pages = graph.pages("/x")
    assert next(pages).records == [{"a": 1}]
    with pytest.raises(UntrustedLink, match=r"evil\.example"):
        next(pages)
    assert len(tokens) == len(scripted.asked) == 1


def test_pages_in_a_circle_end(graph, scripted):
    scripted.answers = [page([], f"{scripted.origin}/v1.0/x?$skiptoken=1")]
    with pytest.raises(RequestFailed, match="lead in a circle"):
        list(graph.pages("/x"))
    assert len(scripted.asked) == 2


def test_writes_carry_their_body(graph, scripted):
    scripted.answers = [(200, {}, {"id": "7"}), (204, {}, b""), (204, {}, b"")]
    assert graph.post("/x", {"a": 1}).data == {"id": "7"}
    assert graph.patch("/x/7", {"accountEnabled": False}).data == {}
    graph.delete("/x/7")
    assert [(method, path, body) for method, path, _, body in scripted.asked] == [
        ("POST", "/v1.0/x", b'{"a":1}'),
        ("PATCH", "/v1.0/x/7", b'{"accountEnabled":false}'),
        ("DELETE", "/v1.0/x/7", b""),
    ]


def test_an_answer_that_is_no_object_is_an_error(graph, scripted):
    scripted.answers = [(200, {}, json.dumps([1]).encode())]
    with pytest.raises(RequestFailed, match="a list or a value"):
        graph.get("/x")


def test_a_name_stays_one_part_of_the_path_and_one_string_of_a_filter():
    assert segment("a/../b?c#d@x.example") == "a%2F..%2Fb%3Fc%23d@x.example"
    assert literal("O'Brien' or 1 eq 1") == "'O''Brien'' or 1 eq 1'"


@pytest.mark.parametrize("text", ["", "  ", ".", ".."])
def test_an_empty_name_is_refused(text):
    with pytest.raises(BadInput, match="would ask for everything"):
        segment(text)
