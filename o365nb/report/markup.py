"""HTML from evidence: every value is escaped, everything invisible is shown, everything long is folded.

Views are Jinja templates (autoescape on); `finalize` makes control and direction-changing characters visible
before a value is escaped, so no template can forget to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from o365nb.report.clock import Clock
from o365nb.safe import shown

if TYPE_CHECKING:
    from pandas import DataFrame

#: Longer texts are folded: the first part is shown, the whole opens on a click.
LONG = 640
#: The most rows a table shows, and the most pieces of evidence a row: a reader gets no further, and a page of thousands
#: no longer opens. The rest is counted, and stands whole in the result files.
MOST_ROWS, MOST_CODES = 1000, 30
#: The most rows of a table on paper; the evidence register prints whole, for its hashes are what paper is kept for.
MOST_PRINTED = 100
#: Stands at the head of a notebook, hidden by the style: who can read it sees a notebook whose style was taken away.
UNTRUSTED = (
    "Shown plainly, because this notebook is not trusted on this machine. In JupyterLab: View, Activate Command"
    " Palette, Trust Notebook. Or run its cells."
)
NOTICE = f'<div class="o365nb"><p class="untrusted">{UNTRUSTED}</p></div>'
_FINDING = re.compile(r"\bF-(\d{3,6})\b")


def visible(text: str) -> str:
    r"""Control, zero-width and direction-changing characters as \uXXXX; line breaks and tabs as blanks."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if char in "\n\t\r" else shown(char) for char in text)


def _finalize(value: Any) -> Any:
    if value is None:
        return ""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The Jinja environment of all views."""
    made = Environment(
        loader=PackageLoader("o365nb.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["count"] = "{:,}".format
    made.filters["slug"] = anchor
    made.filters["cited"] = cited
    made.filters["chance"] = chance
    made.tests["long"] = lambda value: isinstance(value, str) and len(value) > LONG
    made.globals |= {"UNTRUSTED": UNTRUSTED, "LONG": LONG, "MOST_ROWS": MOST_ROWS, "MOST_CODES": MOST_CODES}
    made.globals["MOST_PRINTED"] = MOST_PRINTED
    return made


def anchor(text: str) -> str:
    """Text as a part of an HTML id: letters, digits and dashes only."""
    return "-".join("".join(char if char.isascii() and char.isalnum() else " " for char in text).lower().split()) or "x"


def cited(text: str) -> Markup:
    """Text in which every finding's number leads to the finding."""
    return Markup(_FINDING.sub(r'<a class="ref" href="#f-\1">F-\1</a>', str(escape(visible(text)))))  # noqa: S704 - escaped


def chance(probability: float) -> str:
    """A probability in per cent that never claims certainty."""
    return "over 99%" if probability > 0.99 else "under 1%" if probability < 0.01 else f"{probability:.0%}"


@lru_cache(maxsize=4)
def asset(name: str) -> str:
    """The text of a file that ships with the report (style, script)."""
    return files("o365nb.report").joinpath("templates", name).read_text("utf-8").replace("\r\n", "\n")


def style() -> str:
    """The style element that every view carries in a notebook; the report page holds it once instead."""
    return f"<style>{asset('views.css')}</style>"


def script() -> str:
    """The script element by which a view's tables sort and search in a notebook; the report page holds it once."""
    return f"<script>{asset('tables.js')}</script>"


def dressed(html: str) -> str:
    """A view as a notebook keeps it: with its style, and with the script where there are tables."""
    return style() + html + (script() if "<table" in html else "")


def bare(html: str) -> str:
    """The view alone, out of what `dressed` made."""
    return html.replace(style(), "").replace(script(), "").replace(NOTICE, "")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. `kind`: text, code, time, number, pill, list, codes, findings, strong, brief
    (folded past its first words).
    """

    key: str
    label: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows to show. `fold` hides them behind one line; `empty` is the sentence that stands for no rows.

    Past the first `MOST_ROWS` rows only their number is shown, and `file`, where all of them are; on paper past the
    first `MOST_PRINTED`, but for a table that is `whole`.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    empty: str
    fold: str = ""
    name: str = ""
    file: str = "the result files"
    whole: bool = False


class View:
    """A part of the case that shows itself: HTML in a notebook and in the report, words in a terminal.

    `.frame` gives its rows as a pandas DataFrame, raw as the evidence has them.
    """

    def __init__(
        self, template: str, clock: Clock, rows: Sequence[Mapping[str, Any]] = (), said: str = "", **data: Any
    ) -> None:
        self._template, self._clock, self._data = template, clock, data
        self._said = said or template
        self.rows = [dict(row) for row in rows]

    @property
    def html(self) -> str:
        """The view as HTML, without its style."""
        body = environment().get_template(f"{self._template}.html.j2").render(clock=self._clock, **self._data)
        return f'<div class="o365nb view-{self._template}">\n{body}\n</div>'

    @property
    def frame(self) -> DataFrame:
        """The rows behind the view."""
        import pandas as pd

        return pd.DataFrame(self.rows)

    @property
    def bundle(self) -> dict[str, Any]:
        """The view in every form a notebook knows, by MIME type."""
        return {"text/html": self._repr_html_(), "text/plain": repr(self)}

    def _repr_html_(self) -> str:
        return dressed(self.html)

    def __repr__(self) -> str:
        return visible(self._said)


def sheet(
    clock: Clock,
    rows: Sequence[Mapping[str, Any]],
    said: str,
    *tables: Table,
    lead: Sequence[str] = (),
    warning: str = "",
    tail: Sequence[str] = (),
) -> View:
    """A view of tables: sentences before them, a warning, fine print after. `rows` is what `.frame` gives."""
    return View("tables", clock, rows, said, lead=lead, warning=warning, tables=tables, tail=tail)
