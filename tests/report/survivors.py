"""The originals of a case, and a search for them in handed-over files, in every form in which a text can hide there."""

import base64
import binascii
import html
import re
import zipfile
from urllib.parse import unquote

import duckdb

_BASE64 = re.compile(r"[A-Za-z0-9+/]{12,}={0,2}")


def survivors(folder, originals):
    """For each file that still holds some: its name and which. The folder's own name counts as a file."""
    found = {}
    addresses = {one.lower() for one in originals if "@" in one}
    others = {one.lower() for one in originals} - addresses
    for path in [folder, *sorted(folder.rglob("*"))]:
        forms = {path.name.lower()}
        if path.is_file():
            forms |= {form for text in _texts(path) for form in _forms(text)}
        left = {one for form in forms for one in others if one in form}
        near = " ".join({token for form in forms for token in re.findall(r"\S{1,80}@[\w.-]+", form)})
        left |= {one for one in addresses if one in near}
        if left:
            found[path.name] = left
    return found


def _texts(path):
    """The texts of a file: its own, or those of everything in a workbook."""
    if path.suffix != ".xlsx":
        return [path.read_bytes().decode("utf-8")]
    with zipfile.ZipFile(path) as book:
        return [book.read(name).decode("utf-8") for name in book.namelist()]


def _forms(text):
    """The text as it is, without our own plotly, unescaped in each way, tags taken out, decoded; in lower case."""
    text = re.sub(r"<script>/\*\*\n\* plotly\.js.*?</script>", "", text, flags=re.DOTALL)
    text = "\n".join(dict.fromkeys(text.splitlines()))  # a notebook says its style many times
    plain = html.unescape(html.unescape(text))
    decoded = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), plain)
    for form in (text, plain, decoded, decoded.replace("\\\\", "\\").replace('\\"', '"'), unquote(decoded)):
        low = form.lower()
        yield low
        yield low.replace("[.]", ".").replace("[@]", "@").replace("hxxp", "http")
        yield re.sub(r"\s+", " ", re.sub(r"<[^<>]*>", "", low))  # a name cut in two by a line break of the figure
        yield re.sub(r"\s+", " ", re.sub(r"<[^<>]*>", " ", low))
    yield "\n".join(_decoded(found) for found in set(_BASE64.findall(decoded))).lower()


def _decoded(text):
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


def column(case, table, expression, where="TRUE"):
    """The values of an expression over one table of the case, but for empty ones."""
    path = case.tables / f"{table}.parquet"
    rows = duckdb.sql(f"SELECT DISTINCT {expression} AS value FROM '{path}' WHERE {where}").fetchall()
    return {row[0] for row in rows if row[0]}


def people(case):
    """Every mail address of the case's events, messages and directory."""
    named = column(case, "events", "lower(unnest([actor, target, mailbox_owner]))")
    named |= column(case, "messages", "lower(unnest(recipients))") | column(case, "users", "unnest(addresses)")
    return {one for one in named if re.fullmatch(r"[^\s|<>]+@[^\s|<>]+\.[a-z]+", one)}


def written(case):
    """Subjects and names of files, as their authors wrote them."""
    texts = column(case, "events", "message_subject") | column(case, "messages", "subject")
    texts |= column(case, "events", "target", "workload IN ('SharePoint', 'OneDrive')")
    return {re.sub(r"^(Re|Fw): ", "", text) for text in texts if len(text) > 5}
