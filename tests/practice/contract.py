"""Microsoft's published description of Graph, as a judge of answers."""

import copy
import csv
import functools
import gzip
import json
import re
from pathlib import Path

from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse

DATA = Path(__file__).parent.parent / "data" / "contract"
#: The classic AuditData, and the rows of a hunting query: any property.
OPEN = {"microsoft.graph.security.auditData", "microsoft.graph.security.huntingRowResult"}
#: The body that adds an object to a list of others.
_REFERENCE = {"type": "object", "properties": {"@odata.id": {"type": "string"}}, "required": ["@odata.id"]}


@functools.cache
def graph(version):
    with gzip.open(DATA / f"graph-{version}.subset.json.gz") as file:
        spec = json.load(file)
    if version == "v1.0":
        _add_documented(spec)
    return Contract(spec)


def _add_documented(spec):
    """Calls that Microsoft's reference pages show and the subset leaves out, with the subset's own types."""
    with (DATA / "documented-calls.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            call = {"responses": {"2XX": {"description": "Success", **_content(_listed(spec, row["answer"]))}}}
            if row["method"] == "POST":
                body = _content(row["body"]) or {"content": {"application/json": {"schema": _REFERENCE}}}
                call["requestBody"] = {"required": True, **body}
            spec["paths"].setdefault(row["path"], {})[row["method"].lower()] = call


def _listed(spec, kind):
    """The type of an answer; `kind[]` is a page of them, which the subset may have no type for."""
    if not kind.endswith("[]"):
        return kind
    item = kind.removesuffix("[]")
    items = {"type": "array", "items": {"$ref": f"#/components/schemas/microsoft.graph.{item}"}}
    page = {"type": "object", "properties": {"value": items, "@odata.nextLink": {"type": "string"}}}
    spec["components"]["schemas"].setdefault(f"microsoft.graph.{item}CollectionResponse", page)
    return f"{item}CollectionResponse"


def _content(kind):
    if not kind:
        return {}
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/microsoft.graph.{kind}"}}}}


@functools.cache
def cmdlets():
    files = ("exchange-cmdlets.json", "exchange-cmdlets-more.json")
    return {
        name: known for file in files for name, known in json.loads((DATA / file).read_text("utf-8"))["cmdlets"].items()
    }


class Contract:
    def __init__(self, spec):
        self.schemas = spec["components"]["schemas"]
        self.paths = spec["paths"]
        # The files were validated when they were made; doing it again takes ten seconds.
        self.api = OpenAPI.from_dict(spec, config=Config(spec_validator_cls=None))

    def describes(self, path):
        return self._template(path) is not None

    def _template(self, path):
        """The published path that fits best: fewest placeholders."""
        parts = path.split("/")
        fitting = [
            known
            for known in self.paths
            if len(known.split("/")) == len(parts)
            and all(a == b or re.fullmatch(r"\{[^}]+\}", b) for a, b in zip(parts, known.split("/"), strict=True))
        ]
        return min(fitting, key=lambda known: known.count("{"), default=None)

    def check(self, base_url, response, schema=""):
        """Raise unless the answer is valid and holds nothing that its type does not have."""
        request = copy.copy(response.request)
        request.url = request.url.replace(base_url, "https://graph.microsoft.com")
        path = request.url.split("?")[0].split("/", 4)[4]
        if response.status_code == 204:
            assert request.method.lower() in self.paths[self._template("/" + path)]
            assert not response.content
            return
        if self.describes("/" + path):
            self.api.validate_response(RequestsOpenAPIRequest(request), RequestsOpenAPIResponse(response))
        else:
            assert schema, f"{path} is not in the published description"
        if response.content:
            named = schema or self._answer(request.method.lower(), "/" + path, response.status_code)
            strange = list(self.strange(response.json(), {"$ref": f"#/components/schemas/{named}"}, path))
            assert not strange

    def _answer(self, method, path, status):
        answers = self.paths[self._template(path)][method]["responses"]
        content = answers[f"{status // 100}XX"]["content"]["application/json"]
        return content["schema"]["$ref"].rsplit("/", 1)[1]

    def props(self, name):
        schema, found = self.schemas[name], {}
        for part in schema.get("allOf", [schema]):
            found |= self.props(_name(part)) if "$ref" in part else part.get("properties", {})
        return found

    def strange(self, value, schema, where):
        """Every property that is sent but not published, with its place."""
        if isinstance(value, list):
            for item in value:
                yield from self.strange(item, schema.get("items", {}), where)
            return
        if not isinstance(value, dict):
            return
        for choice in schema.get("anyOf", []):
            if "$ref" in choice:
                schema = choice
        if "$ref" not in schema:
            return
        name = str(value.get("@odata.type") or "").removeprefix("#")
        if name not in self.schemas and name in self.schemas[_name(schema)].get("x-derivedTypes", []):
            return  # a published type whose properties this part of the description leaves out
        name = name if name in self.schemas else _name(schema)
        if name in OPEN or _name(schema) in OPEN:
            return
        known = self.props(name)
        for key, item in value.items():
            if "@odata." in key:
                continue
            if key not in known:
                yield f"{where}/{key}"
            else:
                yield from self.strange(item, known[key], f"{where}/{key}")


def _name(part):
    return part["$ref"].rsplit("/", 1)[1]
