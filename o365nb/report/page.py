"""From an executed notebook to one HTML file that asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbconvert.filters import markdown2html

from o365nb.report.markup import anchor, asset, bare, environment, visible

#: Tags by which a cell is for one reader only.
READERS = frozenset({"customer", "technical"})
PLOTLY = "application/vnd.plotly.v1+json"


class Page(TemplateExporter):
    """The report's exporter: code hidden, views as they show themselves, scripts allowed by their hash only."""

    template_file = "page.html.j2"
    file_extension = ".html"
    output_mimetype = "text/html"

    def _create_environment(self) -> Environment:
        return environment()

    def from_notebook_node(self, nb: Any, resources: dict[str, Any] | None = None, **kw: Any) -> tuple[Any, Any]:
        """Render an executed notebook. `resources["page"]` gives title, version, footer, reader and what runs at the
        head of every printed page.

        A cell tagged `customer` or `technical` is for that reader alone; an empty section is left out.
        """
        given = dict(resources or {})
        given["page"] = {**given["page"], **_content(nb, given["page"]["reader"]), **_armour(given["page"]["running"])}
        html, rest = super().from_notebook_node(nb, given, **kw)
        return html, rest


def _armour(running: str) -> dict[str, Any]:
    scripts = [library(), asset("tables.js"), asset("report.js")]
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )
    css = asset("views.css") + asset("report.css").replace("var(--running)", _quoted(running))
    return {"scripts": [_ours(s) for s in scripts], "policy": _ours(policy), "style": _ours(css)}


def _quoted(text: str) -> str:
    """Text as a string of CSS: whatever could end it, or the style element, as its code point."""
    return (
        '"'
        + "".join(c if c.isascii() and (c.isalnum() or c in " -.@") else f"\\{ord(c):x} " for c in visible(text))
        + '"'
    )


def library() -> str:
    """plotly.js as it ships with plotly; kept out of the page's own script so that its hash is its own."""
    text = files("plotly").joinpath("package_data", "plotly.min.js").read_text("utf-8").replace("\r\n", "\n")
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError("this plotly.js cannot be put inside a page: it closes its own script element")
    return text


def _content(notebook: Any, reader: str) -> dict[str, Any]:
    """The notebook as a front (before the first second-level heading) and numbered sections, for one reader."""
    front: list[dict[str, Any]] = []
    sections: list[dict[str, Any]] = []
    for cell in notebook.cells:
        readers = READERS.intersection(cell.metadata.get("tags", []))
        if readers and reader not in readers:
            continue
        if cell.cell_type == "markdown":
            title, text = _heading(cell.source)
            if title:
                sections.append({"title": title, "id": anchor(title), "blocks": []})
            if text and sections:
                sections[-1]["blocks"].append({"kind": "text", "html": _ours(markdown2html(text)), "figure": ""})
        elif cell.cell_type == "code":
            (sections[-1]["blocks"] if sections else front).extend(_blocks(cell))
    sections = [section for section in sections if section["blocks"]]
    for number, section in enumerate(sections, 1):
        section["number"] = number
    return {"front": front, "sections": sections}


def _heading(source: str) -> tuple[str, str]:
    first, _, rest = source.strip().partition("\n")
    return (first[3:].strip(), rest.strip()) if first.startswith("## ") else ("", source.strip())


def _blocks(cell: Any) -> list[dict[str, Any]]:
    return [_block(output) for output in cell.outputs if output.output_type != "error"]


def _block(output: Any) -> dict[str, Any]:
    if output.output_type == "stream":
        return {"kind": "view", "html": Markup('<pre class="plain">{}</pre>').format(output.text), "figure": ""}
    data = output.data
    html = data.get("text/html")
    if html is None:
        body = Markup('<pre class="plain">{}</pre>').format(data.get("text/plain", ""))
    else:
        body = _ours(bare(str(html)))
    return {"kind": "view", "html": body, "figure": _inert(data[PLOTLY]) if PLOTLY in data else ""}


def _inert(plot: Any) -> Markup:
    """JSON that cannot end the element it stands in."""
    text = json.dumps(plot, ensure_ascii=True, separators=(",", ":"))
    return _ours(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _ours(html: str) -> Markup:
    """HTML that the kit wrote itself, evidence in it escaped by the views; everything else goes through autoescape."""
    return Markup(html)  # noqa: S704 - the one door for it
