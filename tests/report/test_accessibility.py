"""axe-core on both renderings: light, dark, phone, print."""

import pytest
from axe_playwright_python.sync_playwright import Axe

LOOKS = {
    "light": ({"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}, "screen"),
    "dark": ({"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}, "screen"),
    "phone": ({"viewport": {"width": 360, "height": 740}, "color_scheme": "light"}, "screen"),
    "print": ({"viewport": {"width": 794, "height": 1123}, "color_scheme": "dark"}, "print"),
}


@pytest.mark.parametrize(
    ("name", "look"), [*(("report.html", look) for look in LOOKS), ("report-technical.html", "light")]
)
def test_no_serious_barrier(browser, page, name, look):
    context, media = LOOKS[look]
    opened = browser.new_context(**context, bypass_csp=True)  # axe is put into the page from outside
    try:
        tab = opened.new_page()
        tab.goto(page.with_name(name).as_uri())
        tab.wait_for_selector(".figure svg.main-svg .scatterlayer .point")
        tab.emulate_media(media=media)
        tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        found = Axe().run(tab).response["violations"]
    finally:
        opened.close()
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [node["target"] for node in one["nodes"][:3]]) for one in grave] == []
