import hashlib

import pytest

from o365nb.case import Chain
from o365nb.errors import BadCase


@pytest.fixture
def chain(tmp_path):
    made = Chain(tmp_path / "custody.jsonl")
    for number in range(3):
        made.append({"path": f"raw/{number}", "words": "Grüße \u2028 und mehr"})
    return made


def test_each_line_carries_the_hash_of_the_line_before(chain):
    assert chain.verify() == 3
    assert [line["seq"] for line in chain.entries()] == [1, 2, 3]
    assert len({line["prev"] for line in chain.entries()}) == 3


def test_an_empty_chain_holds(tmp_path):
    assert Chain(tmp_path / "none.jsonl").verify() == 0


@pytest.mark.parametrize(
    ("tamper", "where"),
    [
        (lambda lines: [lines[0].replace(b"raw/0", b"raw/X"), *lines[1:]], "line 2"),
        (lambda lines: [lines[0], lines[2]], "line 2"),
        (lambda lines: [lines[1], lines[0], lines[2]], "line 1"),
        (lambda lines: [*lines[:2], b"{not json"], "line 3"),
    ],
    ids=["changed", "removed", "swapped", "damaged"],
)
def test_any_change_is_named_by_its_line(chain, tamper, where):
    lines = chain.path.read_bytes().splitlines()
    chain.path.write_bytes(b"\n".join(tamper(lines)) + b"\n")
    with pytest.raises(BadCase, match=where):
        chain.verify()


def test_a_line_torn_by_a_kill_is_cut_and_the_chain_goes_on(chain):
    with chain.path.open("ab") as file:
        file.write(b'{"seq": 4, "path": "raw/3", "pr')
    assert len(list(chain.entries())) == chain.verify() == 3
    chain.append({"path": "raw/3"})
    assert chain.verify() == 4


def test_a_line_that_lacks_only_its_end_was_not_finished_either(chain):
    whole = chain.path.read_bytes()
    chain.path.write_bytes(whole[:-1])
    assert len(list(chain.entries())) == 2
    chain.append({"path": "raw/2"})
    assert [line["path"] for line in chain.entries()] == ["raw/0", "raw/1", "raw/2"]
    assert chain.verify() == 3


def test_half_a_character_of_evidence_comes_back(chain):
    chain.append({"name": "half \ud800"})
    assert list(chain.entries())[-1]["name"] == "half \ud800"
    assert chain.verify() == 4


def test_a_long_last_line_is_still_found(chain):
    chain.append({"words": "x" * 20_000})
    chain.append({"words": "after"})
    assert chain.verify() == 5


def test_count_and_last_hash_show_what_a_cut_chain_does_not(tmp_path):
    chain = Chain(tmp_path / "c.jsonl")
    for number in range(3):
        chain.append({"number": number})
    whole = chain.proof()
    last = chain.path.read_bytes().splitlines()[-1]
    assert str(whole) == f"3 lines hold, the last with SHA-256 {hashlib.sha256(last).hexdigest()}"
    chain.path.write_bytes(b"".join(chain.path.read_bytes().splitlines(keepends=True)[:-1]))
    assert (chain.proof().lines, chain.proof() == whole) == (2, False)
