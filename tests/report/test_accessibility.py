"""axe-core on both renderings, of an attack and of cases without one: light, dark, phone, print."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from report.sample import nothing, sample, traveller

from o365nb.progress import Progress
from o365nb.report import render

LOOKS = {
    "light": ({"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}, "screen"),
    "dark": ({"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}, "screen"),
    "phone": ({"viewport": {"width": 360, "height": 740}, "color_scheme": "light"}, "screen"),
    "print": ({"viewport": {"width": 794, "height": 1123}, "color_scheme": "dark"}, "print"),
}


@pytest.fixture(scope="module", params=["traveller", "nothing"])
def calm(request, tmp_path_factory):
    """The report of a case in which nobody broke in, and of one in which nothing can be told."""
    folder = tmp_path_factory.mktemp(request.param)
    case = sample(folder, traveller() if request.param == "traveller" else nothing(), request.param)
    return render(case, folder / "reports" / request.param, Progress())


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", ["report.html", "report-technical.html"])
def test_no_serious_barrier(browser, page, name, look):
    assert barriers(browser, page.with_name(name), look) == []


@pytest.mark.parametrize("look", LOOKS)
def test_no_serious_barrier_where_nobody_broke_in(browser, calm, look):
    assert barriers(browser, calm, look) == []


def barriers(browser, page, look):
    """What axe finds serious or critical, with everything unfolded."""
    context, media = LOOKS[look]
    opened = browser.new_context(**context, bypass_csp=True)  # axe is put into the page from outside
    try:
        tab = opened.new_page()
        tab.goto(page.as_uri())
        tab.wait_for_selector(".figure svg.main-svg")
        tab.emulate_media(media=media)
        tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        found = Axe().run(tab).response["violations"]
    finally:
        opened.close()
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    return [(one["id"], [node["target"] for node in one["nodes"][:3]]) for one in grave]
