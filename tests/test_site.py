"""The documentation as a site: every link holds, the reference is the code's, and the tutorial prints what it says."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def tool(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


def test_every_link_of_the_site_leads_to_a_page_of_it(site):
    links = [
        (page, link.split("?")[0])
        for page in site.rglob("*.html")
        for link in re.findall(r'(?:href|src)="([^"#]+)[^"]*"', page.read_text("utf-8"))
        if page.name != "404.html" and not re.match(r"[a-z]+:|//", link)
    ]
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []
    assert len(links) > 100


def test_the_pages_load_nothing_from_elsewhere(site):
    loaded = {
        link
        for page in site.rglob("*.html")
        for link in re.findall(
            r'<(?:script|img|link|iframe)[^>]+(?:src|href)="((?:https?:)?//[^"]+)"', page.read_text("utf-8")
        )
    }
    assert loaded == set()


def test_the_reference_names_every_command_source_action_and_table(site):
    from o365nb import collectors
    from o365nb.events.schema import TABLES
    from o365nb.response import actions

    def page(name):
        return (site / "reference" / f"{name}.html").read_text("utf-8")

    assert "o365nb respond apply" in page("commands")
    assert [
        unit.source for unit in collectors.all_collectors() if f"<code>{unit.source}</code>" not in page("collectors")
    ] == []
    assert [name for name in actions() if f"<code>{name}</code>" not in page("actions")] == []
    assert [name for name in TABLES if f"<code>{name}</code>" not in page("tables")] == []


def test_the_page_of_rights_is_what_collectors_and_actions_say():
    rights = tool("rights_page")
    assert rights.PAGE.read_text("utf-8") == rights.page(), "run python tools/rights_page.py"


def test_the_tutorial_prints_what_its_reader_sees(tmp_path):
    tutorial = tool("tutorial")
    assert tutorial.timeless(tutorial.followed(tmp_path)) == tutorial.timeless(tutorial.PAGE.read_text("utf-8"))
