"""Every notebook in a real JupyterLab and a real browser: it runs, says nothing on the console, and asks nobody."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from tables import SUBJECT

from o365nb.doors import tenant_of
from o365nb.progress import Progress
from o365nb.report.notebook import execute, notebooks
from o365nb.response import receipts_of

NAMES = sorted(path.stem for path in notebooks().glob("*.ipynb"))
#: The notebook in front, of several that may be open.
HERE = ".jp-NotebookPanel:not(.lm-mod-hidden)"
_LEFT = f"""[...document.querySelectorAll('{HERE} .jp-CodeCell')]
    .filter(cell => !/\\[\\d+\\]/.test(cell.querySelector('.jp-InputPrompt').textContent)).length"""
_BROKEN = f"{HERE} .jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']"
_COMMAND = "async ([name, given]) => { await window.jupyterapp.commands.execute(name, given); }"
_KERNEL = """() => {
    const panel = window.jupyterapp.shell.currentWidget;
    return panel.sessionContext?.isReady && panel.sessionContext.session?.kernel?.status === 'idle';
}"""
_INTO_FIRST_CELL = """text => {
    const cell = window.jupyterapp.shell.currentWidget.content.widgets.find(one => one.model.type === 'code');
    cell.model.sharedModel.setSource(cell.model.sharedModel.getSource() + '\\n' + text);
}"""
#: Rows alike are looked at once.
_THIN = f"document.querySelectorAll('{HERE} .o365nb tbody tr:nth-child(n+6)').forEach(row => row.remove())"
_TICKED = (
    "all => [...all.querySelectorAll('label')].filter(one => one.querySelector(':checked')).map(one => one.innerText)"
)
_DONE = f"document.querySelectorAll('{HERE} .o365nb-approval input:checked').length === 0"
#: A password as the kit makes them, and how a token begins.
_SECRET = r"\b(?:[A-HJ-NP-Za-km-z2-9]{5}-){4}[A-HJ-NP-Za-km-z2-9]{5}\b|\beyJ[\w-]{8,}|client_secret=\w+"
_HEIGHTS = f"[...document.querySelectorAll('{HERE} .js-plotly-plot')].map(plot => plot.clientHeight)"
_SIZE = {"width": 1400, "height": 1000}
_RULES = {"resultTypes": ["violations"]}


@pytest.fixture(scope="module")
def tab(browser, lab):
    """JupyterLab in a browser; `.trouble` collects what it says on the console and whom else it asks."""
    context = browser.new_context(viewport=_SIZE)
    page = context.new_page()
    page.trouble = []
    here = urlsplit(lab.address).netloc

    def asked(request):
        to = urlsplit(request.url)
        if to.scheme in ("http", "https", "ws", "wss") and to.netloc != here:
            page.trouble.append(f"request {request.url}")

    page.on("request", asked)
    page.on("console", lambda said: page.trouble.append(f"console {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: page.trouble.append(f"error {error}"))
    page.goto(lab.page("00_start_here.ipynb"))
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    yield page
    context.close()


@pytest.fixture
def opened(tab):
    """Opens a notebook in the running JupyterLab, with its kernel ready; closes it afterwards, without its outputs.

    Controls that were kept would be looked for in vain when it is opened again: their kernel is gone.
    """
    tab.trouble.clear()

    def open_(name):
        tab.evaluate(_COMMAND, ["docmanager:open", {"path": f"{name}.ipynb"}])
        tab.wait_for_function(_KERNEL, timeout=60_000)

    yield open_
    tab.evaluate(_COMMAND, ["kernelmenu:shutdown", {}])
    tab.evaluate(_COMMAND, ["notebook:clear-all-cell-outputs", {}])
    tab.evaluate(_COMMAND, ["docmanager:save", {}])
    tab.evaluate(_COMMAND, ["application:close", {}])


def run(tab):
    """Every cell run, until each has its number or one broke."""
    tab.evaluate(_COMMAND, ["notebook:run-all-cells", {}])
    tab.wait_for_function(f'!({_LEFT}) || document.querySelector("{_BROKEN}")', timeout=60_000)
    said = tab.locator(_BROKEN)
    assert said.count() == 0, said.first.text_content()
    tab.wait_for_timeout(300)  # the last outputs are drawn


def grave(tab, part):
    """What would keep somebody from reading or using that part of the notebook."""
    found = Axe().run(tab, context=f"{HERE} {part}", options=_RULES).response["violations"]
    return [(v["id"], v["nodes"][0]["html"][:300]) for v in found if v["impact"] in ("serious", "critical")]


def stands(case):
    """What the response changes, as the practice tenant shows it now."""
    user = f"/users/{SUBJECT}"
    with tenant_of(case, print) as tenant:
        opened = tenant.graph.get(user, {"$select": "accountEnabled"})
        rules = [
            one
            for page in tenant.exchange.run("Get-InboxRule", SUBJECT, Mailbox=SUBJECT, IncludeHidden=True)
            for one in page.records
        ]
        methods = tenant.graph.get(f"{user}/authentication/methods").records
    return {
        "account open": opened.data["accountEnabled"],
        "rule on": [one["Enabled"] for one in rules if one["Name"] == ".."] != [False],
        "attacker's phone": "iPhone 12" in str(methods),
    }


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_as_it_is_and_what_it_shows_can_be_read_by_everybody(tab, opened, name):
    opened(name)
    run(tab)
    assert tab.locator(f"{HERE} .jp-OutputArea-output .o365nb").count() >= 3
    high = tab.evaluate(_HEIGHTS)
    tab.set_viewport_size({"width": 1000, "height": 900})
    tab.wait_for_timeout(300)
    tab.wait_for_function(f"String({_HEIGHTS}) === '{','.join(map(str, high))}'")  # drawn again, none collapsed
    tab.set_viewport_size(_SIZE)
    tab.evaluate(_THIN)
    assert grave(tab, ".jp-OutputArea-output") == []
    assert tab.trouble == []


def test_an_account_hours_and_a_party_are_chosen_by_hand_and_the_views_follow(tab, opened):
    opened("30_sign_ins")
    run(tab)
    here = tab.locator(HERE)
    rows = here.locator("table.sign-ins tbody tr")
    whole = rows.count()
    here.get_by_label("Whose").select_option("attacker")
    here.get_by_text("9 sign-ins: 9 attacker.").wait_for()
    assert (rows.count(), whole > 9) == (9, True)
    here.get_by_label("Window").select_option("hours of my own")
    here.get_by_label("From, UTC").fill("2026-11-19T00:00")
    here.get_by_text("The window ends").wait_for()
    assert rows.count() == 9
    here.get_by_label("Whose").select_option("everybody")
    here.get_by_label("Window").select_option("the whole window of the case")
    here.get_by_text(f"{whole} sign-ins").first.wait_for()
    assert tab.trouble == []


def test_a_mark_of_a_figure_leads_to_the_rows_behind_it_and_tables_sort_and_search(tab, opened):
    opened("30_sign_ins")
    run(tab)
    here = tab.locator(HERE)
    finder = here.locator(".finder", has=tab.get_by_label("Search: Sign-ins"))
    whole = finder.locator("output").text_content()
    mark = here.locator(".js-plotly-plot .scatterlayer .trace").last.locator(".point").first
    mark.scroll_into_view_if_needed()
    mark.hover(force=True)
    here.locator(".hoverlayer .hovertext").first.wait_for()
    mark.click(force=True)
    finder.get_by_role("button", name="Show all rows").wait_for()
    shown = here.locator("table.sign-ins tbody tr:visible")
    assert 0 < shown.count() < 9
    assert set(shown.locator("td:nth-child(2)").all_text_contents()) == {"attacker"}
    finder.get_by_role("button", name="Show all rows").click()
    assert finder.locator("output").text_content() == whole
    finder.get_by_role("searchbox").fill("axios")
    assert set(shown.locator("td:nth-child(2)").all_text_contents()) == {"attacker"}
    finder.get_by_role("searchbox").fill("")
    here.locator("table.sign-ins").get_by_role("button", name="When").click()
    times = shown.locator("time").evaluate_all("all => all.map(one => one.dateTime)")
    assert times == sorted(times)
    assert tab.trouble == []


def test_a_number_leads_to_its_finding_in_the_same_notebook(tab, opened):
    opened("00_start_here")
    run(tab)
    tab.locator(f"{HERE} .view-verdict a.ref").first.click()
    tab.locator(f"{HERE} tr.led td", has_text="F-001").first.wait_for()
    assert tab.trouble == []


def test_an_error_is_one_box_without_a_traceback(tab, opened):
    opened("20_mail_flow")
    tab.evaluate(_INTO_FIRST_CELL, 'USER = "nobody@contoso.example"')
    tab.evaluate(_COMMAND, ["notebook:run-all-cells", {}])
    box = tab.locator(_BROKEN)
    box.wait_for()
    said = " ".join(box.text_content().split())
    assert said.startswith("✕ BadInput USER = 'nobody@contoso.example' is in none of the evidence. Known: ")
    assert "Traceback" not in said


def test_a_notebook_of_unknown_origin_says_why_it_looks_plain_until_it_is_trusted(tab, opened, lab):
    given = {"CASE": "aitm", "DATA": str(lab.case.root.parent), "REPORTS": str(lab.folder.parents[1])}
    done = execute("50_devices", given, Progress())
    nbformat.write(done, lab.folder / "plain.ipynb")
    opened("plain")
    notice = tab.locator(f"{HERE} .untrusted")
    assert notice.is_visible()
    tab.evaluate("() => { window.jupyterapp.commands.execute('notebook:trust'); }")  # done once the dialog is
    tab.get_by_role("button", name="Confirm Trusting this notebook").click()
    notice.wait_for(state="hidden")


def test_the_form_sends_what_is_ticked_and_confirmed_and_the_file_keeps_no_secret(tab, opened, lab, practice_copy):
    case = practice_copy("aitm")
    opened("70_respond")
    given = case.info.name, str(case.root.parent), str(Path(case.info.out).parent)
    tab.evaluate(_INTO_FIRST_CELL, f"CASE, DATA, REPORTS = {given!r}")
    run(tab)
    form = tab.locator(f"{HERE} .o365nb-approval")
    assert grave(tab, ".o365nb-approval") == []
    assert form.get_by_label("S06 Reset password").is_disabled()
    send = form.get_by_role("button", name="Send")
    form.get_by_label("S13 Remove authentication method").uncheck()
    form.get_by_label("S09 Name the attacker's addresses").check()
    form.get_by_label("S10 Block the attacker's addresses").check()
    form.get_by_text("Type block beside S10 first.").wait_for()
    assert send.is_disabled()
    form.get_by_label("Type block to confirm").fill("block")
    form.get_by_label("Your name").fill("Ann Lee")
    form.get_by_text("Type block beside S10 first.").wait_for(state="hidden")
    ticked = {label.split()[0] for label in form.evaluate(_TICKED)}
    assert receipts_of(case) == []
    send.click()
    form.get_by_text("Changes made, with proof").wait_for()
    tab.wait_for_function(_DONE)
    ended = {
        one.step_id.partition("-")[0]: one.outcome.value for one in receipts_of(case) if one.outcome.value != "intended"
    }
    assert (set(ended), set(ended.values())) == (ticked, {"applied", "already_held"})
    assert {"S04", "S10", "S12"} < ticked
    assert stands(case) == {"account open": False, "rule on": False, "attacker's phone": True}
    assert grave(tab, ".o365nb-approval") == []
    tab.evaluate(_COMMAND, ["docmanager:save", {}])
    kept = (lab.folder / "70_respond.ipynb").read_text("utf-8")
    assert '"output_type": "display_data"' in kept or '"output_type": "execute_result"' in kept
    assert {"Ann Lee" in one.by for one in receipts_of(case)} == {True}
    assert re.findall(_SECRET, kept) == []
    assert tab.trouble == []
