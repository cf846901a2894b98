"""The report in a real browser, with the network watched."""

import pytest


@pytest.fixture
def visit(browser, page):
    """Opens the report with some width and scheme; `.trouble` collects requests, console messages and dialogs."""
    contexts = []

    def open_(width=1280, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        tab = context.new_page()
        tab.trouble = []
        address = page.as_uri()
        tab.on("request", lambda r: None if r.url.split("#")[0] == address else tab.trouble.append(f"request {r.url}"))
        tab.on("console", lambda message: tab.trouble.append(f"console {message.text}"))
        tab.on("pageerror", lambda error: tab.trouble.append(f"error {error}"))
        tab.on("dialog", lambda dialog: (tab.trouble.append("a script of the evidence ran"), dialog.dismiss()))
        tab.goto(address)
        tab.wait_for_selector(".figure svg.main-svg .scatterlayer .point")
        return tab

    yield open_
    for context in contexts:
        context.close()


def eventually(tab, expression):
    """Waits until the expression holds; the policy of the page forbids playwright's own way of waiting."""
    for _ in range(100):
        if tab.evaluate(expression):
            return
        tab.wait_for_timeout(50)
    pytest.fail(f"never true: {expression}")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")])
def test_it_opens_without_a_request_a_violation_or_a_sideways_scroll(visit, width, scheme):
    tab = visit(width, scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    assert tab.locator(".figure svg.main-svg").count() >= 1
    assert tab.trouble == []


def test_unfolded_in_full_it_still_fits_a_phone(visit):
    tab = visit(360)
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert tab.evaluate("document.documentElement.scrollWidth") == 360
    assert tab.trouble == []


def test_the_figure_explains_a_point_and_offers_no_upload(visit):
    tab = visit()
    tab.locator(".figure").scroll_into_view_if_needed()
    tab.locator(".figure .scatterlayer .point").first.hover(force=True)
    said = tab.locator(".figure .hoverlayer .hovertext").first
    said.wait_for()
    assert "because" in said.text_content()
    titles = tab.locator(".modebar-btn").evaluate_all("buttons => buttons.map(b => b.dataset.title)")
    assert not [title for title in titles if "hare" in title or "loud" in title]
    assert tab.trouble == []


def test_zooming_out_shows_the_whole_period(visit):
    tab = visit()
    read = "document.querySelector('.plot').layout.xaxis.range[0]"
    near = tab.evaluate(read)
    tab.locator(".updatemenu-button", has_text="Whole period").click()
    eventually(tab, f"{read} < '2026-10-20'")
    assert near > "2026-11"


def test_tables_sort_and_search_with_the_keyboard(visit):
    tab = visit()
    tab.locator("summary", has_text="640 recipients").click()
    table = tab.locator("table.data.tool", has_text="Who received the attacker's mail")
    head = table.get_by_role("button", name="Address")
    head.focus()
    tab.keyboard.press("Enter")
    first = table.locator("tbody tr").first.locator("td").first
    assert first.text_content() == "anna@contoso.example"
    tab.keyboard.press("Enter")
    assert first.text_content() == "person639@customer39.example"
    assert table.locator("th[aria-sort=descending]").count() == 1
    tab.get_by_label("Search: Who received the attacker's mail").fill("person63@")
    assert table.locator("tbody tr:visible").count() == 1
    assert tab.locator("output", has_text="1 of 640 rows").count() == 1


@pytest.mark.parametrize("width", [1280, 360])
def test_a_long_table_shows_its_rows_a_page_at_a_time(visit, width):
    tab = visit(width)
    tab.locator("summary", has_text="640 recipients").click()
    rows = tab.locator("table.data.tool", has_text="Who received the attacker's mail").locator("tbody tr:visible")
    assert (rows.count(), tab.get_by_text("640 rows, the first 200 shown").count()) == (200, 1)
    more = tab.get_by_role("button", name="Show 200 more")
    more.focus()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Enter")
    assert rows.count() == 600
    tab.get_by_role("button", name="Show 40 more").press("Enter")
    assert (rows.count(), tab.get_by_role("button", name="more").count()) == (640, 0)
    assert tab.evaluate("document.activeElement.type") == "search"
    assert tab.trouble == []


def test_a_number_leads_to_its_finding_even_inside_a_fold(visit):
    tab = visit()
    tab.locator("a.ref[href='#f-004']").first.click()
    assert tab.evaluate("document.querySelector(':target').id") == "f-004"
    tab.evaluate("location.hash = '#evidence-register'")
    assert tab.trouble == []


def test_the_theme_follows_the_system_in_page_and_figure(visit):
    tab = visit(scheme="light")
    ink = "document.querySelector('.plot').layout.font.color"
    eventually(tab, f"{ink} === '#1d2530'")
    tab.emulate_media(color_scheme="dark")
    eventually(tab, f"{ink} === '#e8e5df'")
    assert tab.trouble == []


def test_it_prints(visit):
    tab = visit(scheme="dark")
    paper = tab.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
    assert paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") > 5
    assert tab.trouble == []


def test_on_paper_the_annexes_are_open_and_fold_again(visit):
    tab = visit()
    folded = "document.querySelectorAll('details.fold:not([open])').length"
    before = tab.evaluate(folded)
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert (before > 2, tab.evaluate(folded)) == (True, 0)
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.evaluate(folded) == before


def test_on_paper_long_annexes_end_with_what_is_left_out_and_the_register_stands_whole(visit):
    tab = visit()
    tab.get_by_label("Search: Who received the attacker's mail").evaluate("i => i.closest('details').open = true")
    tab.get_by_label("Search: Who received the attacker's mail").fill("person63@")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    tab.emulate_media(media="print")
    recipients = tab.locator("table.data", has_text="Who received the attacker's mail")
    assert recipients.locator("tbody tr:visible").count() == 100
    assert tab.get_by_text("Printed: 100 of 640 rows. All of them: recipients.csv.").is_visible()
    register = tab.locator("table.register")
    assert register.locator("tbody tr:visible").count() == register.locator("tbody tr").count() > 2
    assert tab.locator("th button:visible").count() == 0  # Chromium repeats no table head that holds one
    assert recipients.locator("th .onpaper:visible").first.text_content() == "Address"


def test_every_printed_page_names_the_case(page):
    assert '@top-left { content: "Incident report \\b7  hostile"' in page.read_text("utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(visit, scheme):
    """WCAG AA: 4.5 to 1, measured on every piece of text that is shown."""
    tab = visit(scheme=scheme)
    assert tab.evaluate(CONTRAST) == []


CONTRAST = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (at) => {
    for (; at; at = at.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(at).backgroundColor);
      if (a > 0.99) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const weak = new Set();
  for (const node of document.querySelectorAll("main *, header *, nav *")) {
    if (node.closest("svg, .plot") || ![...node.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    const [x, y] = [light(parse(getComputedStyle(node).color)), light(ground(node))].sort((a, b) => b - a);
    if ((x + 0.05) / (y + 0.05) < 4.5) weak.add(`${node.tagName}.${node.className}`);
  }
  return [...weak];
}"""
