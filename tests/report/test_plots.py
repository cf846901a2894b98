import json
from datetime import timedelta

from report.sample import NASTY, SUBJECT, T0, WINDOW, attributions, owner

from o365nb import plots
from o365nb.model import Label
from o365nb.report.clock import Clock
from o365nb.timeline import Act, acts_of, points_of


def figure(events, extra=()):
    acts = [*acts_of(events, [SUBJECT], {}), *extra]
    return plots.timeline(points_of(acts), WINDOW, Clock("Europe/Berlin"))


def test_text_of_evidence_reaches_plotly_escaped_visible_wrapped_and_cut():
    assert plots.safe_text("<a href='x'>y</a>\u202e &") == "&lt;a href='x'&gt;y&lt;/a&gt;\\u202e &amp;"
    said = plots.safe_text("W" * 10_000)
    assert max(len(line) for line in said.split("<br>")) <= 64
    assert said.replace("<br>", " ").endswith("(10,000 characters)")


def test_no_markup_of_evidence_is_live_in_any_figure_text():
    made = figure(attributions(NASTY))
    texts = [text for trace in made["data"] for text in trace["text"]]
    for tag in ("<script", "<img", "<a "):
        assert not [text for text in texts if tag in text]


def test_each_point_says_what_when_who_and_why():
    point = figure(attributions(""))["data"][0]["text"][0]
    assert point == (
        "<b>Delivered</b><br>16 Nov 2026, 07:41 CET (06:41 UTC)<br>by billing@docs-fabrikarn.example"
        "<br>because the message came from a look-alike of a partner's domain"
    )


def test_a_month_of_events_stays_light():
    assert len(json.dumps(figure([*attributions(""), *owner(20_000)]))) < 500_000


def test_it_opens_on_the_attack_and_can_show_the_whole_period():
    layout = figure(attributions(""))["layout"]
    near, wide = layout["xaxis"]["range"], layout["updatemenus"][0]["buttons"][1]["args"][0]["xaxis.range"]
    assert wide[0] < near[0] < "2026-11-16T06:41" < near[1] < wide[1]


def test_without_an_attacker_it_shows_the_whole_period_and_says_none_recorded():
    layout = figure(owner(10))["layout"]
    assert layout["updatemenus"] == []
    assert [note["text"] for note in layout["annotations"]].count("none recorded") == 2


def test_a_change_made_years_later_does_not_flatten_the_figure():
    late = Act(Label.RESPONDER, "", T0 + timedelta(days=900), "Block sign-in", "", "", "", "r1")
    assert figure(owner(10), [late])["layout"]["xaxis"]["range"][1] < "2026-12"


def test_nothing_in_the_configuration_can_send_the_figure_anywhere():
    assert plots.CONFIG["showSendToCloud"] is False
    assert plots.CONFIG["plotlyServerURL"] == plots.CONFIG["topojsonURL"] == ""
