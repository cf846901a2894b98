import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from report.sample import HOSTILE

from o365nb.progress import Progress
from o365nb.report import render
from o365nb.report.notebook import find
from o365nb.report.render import NOTEBOOK

LIMIT = 6 * 1024 * 1024  # bytes


class Elements(HTMLParser):
    """Every start tag with its attributes, and the text of every script."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.scripts, self.ids, self._script = [], [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._script = dict(attrs) if tag == "script" else None

    def handle_data(self, data):
        if self._script is not None:
            self.scripts.append((self._script, data))

    def handle_endtag(self, tag):
        self._script = None


@pytest.fixture(scope="module")
def html(page):
    return page.read_text("utf-8")


@pytest.fixture(scope="module")
def elements(html):
    return Elements(html)


def test_the_only_scripts_are_ours_and_the_policy_names_their_hashes(elements):
    policy = next(a["content"] for tag, a in elements.tags if a.get("http-equiv") == "Content-Security-Policy")
    live = [text for attributes, text in elements.scripts if attributes.get("type") != "application/json"]
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(t.encode()).digest()).decode()}'" for t in live]
    assert len(live) == 3
    assert policy == (
        f"default-src 'none'; script-src {' '.join(hashes)}; style-src 'unsafe-inline'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def test_the_page_refers_to_nothing_outside_itself(elements, html):
    assert {tag for tag, _ in elements.tags}.isdisjoint({"link", "img", "iframe", "object", "embed", "form", "base"})
    assert {a.get("href", "#")[:1] for _, a in elements.tags} == {"#"}
    assert not [a for _, a in elements.tags if {"src", "srcset", "action", "style"} & set(a)]
    assert not [name for _, a in elements.tags for name in a if name.startswith("on")]
    styles = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert "url(" not in styles[1]
    assert "@import" not in styles[1]


def test_every_reference_leads_somewhere(elements):
    ids = [a["id"] for _, a in elements.tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for _, a in elements.tags if "href" in a} <= set(ids)


def test_hostile_evidence_is_there_as_text_and_nowhere_as_markup(html):
    for name in HOSTILE[:2]:
        assert name not in html
        assert name.replace("<", "&lt;").replace(">", "&gt;") in html
    assert "\u202e" not in html
    assert "49" not in re.findall(r"javascript:alert\(1\) .{0,80}", html)


def test_the_figure_is_data_that_cannot_end_its_element(elements):
    (figure,) = [text for attributes, text in elements.scripts if attributes.get("type") == "application/json"]
    assert "<" not in figure
    assert {trace["name"] for trace in json.loads(figure)["data"]} >= {"Attacker", "Account owner", "Responders"}


def test_the_page_has_the_marks_that_readers_and_machines_steer_by(elements, html):
    names = [tag for tag, _ in elements.tags]
    assert [names.count(tag) for tag in ("h1", "main", "nav", "footer")] == [1, 1, 1, 1]
    assert ("html", {"lang": "en", "class": "report"}) in elements.tags
    assert all(a.get("scope") == "col" for tag, a in elements.tags if tag == "th")
    assert names.count("table") == names.count("caption")
    cells = json.loads(find(NOTEBOOK).read_text("utf-8"))["cells"]
    mine = [cell["source"][0] for cell in cells if "technical" not in cell["metadata"].get("tags", ())]
    assert html.count("<section id=") == sum(line.startswith("## ") for line in mine) == 19


def test_code_is_hidden_and_no_text_of_errors_or_templates_is_left(html):
    assert "open_case" not in html
    assert "{{ " not in html.replace("{{7*7}}", "")


def test_it_is_small_enough_to_send(page):
    assert page.stat().st_size < LIMIT


def test_equal_cases_give_equal_files_and_the_notebook_names_no_machine(hostile_case, page, tmp_path):
    again = render(hostile_case, page.parent, Progress())
    executed = page.with_name("report.ipynb")
    first, notebook = page.read_bytes(), executed.read_text("utf-8")
    render(hostile_case, page.parent, Progress())
    assert (again.read_bytes(), executed.read_text("utf-8")) == (first, notebook)
    assert "papermill" not in notebook
    assert json.loads(notebook)["cells"][2]["metadata"]["tags"] == ["injected-parameters"]
