"""Who came from where, without a map."""

import re

import pytest
from report.sample import SUBJECT, aitm, nothing
from tables import make_case, sign_in

from o365nb.case import Bundle
from o365nb.report.dossier import Dossier
from o365nb.report.flows import flows


def dossier_of(tmp_path, events, found):
    case = make_case(tmp_path / "case", events=events)
    case.update(out=str(tmp_path / "out"))
    Bundle(tmp_path / "out").save(found)
    return Dossier(case, tmp_path / "out")


def test_each_way_is_a_line_and_a_row(dossier):
    view = flows(dossier(aitm()))
    assert [(row["label"], row["place"], row["count"]) for row in view.rows] == [
        ("attacker", "Hosting Ltd, NL", 16),
        ("unknown", "Home Broadband, DE", 75),
    ]
    assert view.html.count("<path") == 2
    assert re.search(r"<title>attacker: 16 sign-ins, with [^<]+, from Hosting Ltd, NL</title>", view.html)


def test_a_colour_never_stands_alone(dossier):
    html = flows(dossier(aitm())).html
    assert "◆ attacker" in html
    assert "▲ unknown" in html


def test_no_more_things_on_a_side_than_can_be_read(tmp_path):
    events = [
        sign_in(event_id=f"s{n}", actor=SUBJECT, client_ip=f"192.0.2.{n}", as_org=f"Operator {n}") for n in range(40)
    ]
    view = flows(dossier_of(tmp_path, events, nothing()))
    places = {row["place"] for row in view.rows}
    assert len(places) == 11
    assert "30 more" in places
    assert sum(row["count"] for row in view.rows) == 40


def test_without_addresses_it_says_that_it_cannot_tell(tmp_path):
    view = flows(dossier_of(tmp_path, [], nothing()))
    assert "Cannot tell: no event of the account names an address." in view.html
    assert "<svg" not in view.html


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\u202egpj.exe", "W" * 5000])
def test_a_hostile_name_is_text_and_its_whole_stays_readable(tmp_path, name):
    html = flows(dossier_of(tmp_path, [sign_in(actor=SUBJECT, client_ip="192.0.2.1", as_org=name)], nothing())).html
    assert "<script" not in html
    assert "\u202e" not in html
    assert max(len(label) for label in re.findall(r'<text class="node" [^>]*>([^<]*)<title>', html)) < 60
