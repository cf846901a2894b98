"""Judges a request and its answer by what Microsoft publishes: names first, because validators let unknown ones by."""

import csv
import functools
import json
import re
from urllib.parse import unquote

from jsonschema import Draft202012Validator
from practice.contract import DATA, _name, cmdlets, graph

OFFICIAL = {"OrganizationConfig", "AcceptedDomain", "Mailbox", "MailboxFolderPermission", "DistributionGroupMember",
            "DynamicDistributionGroupMember"}  # fmt: skip
SAMPLE = 12  # records of a page that are looked at whole, from its beginning and its end


def problems(asked):
    """Everything about a request that Microsoft's description does not know."""
    where = f"{asked.method} /{asked.area}{asked.path}" if asked.graph else f"{asked.method} {asked.path}"
    found = {"graph": _graph, "exchange": _exchange}.get(asked.service, _other)(asked)
    return [f"{asked.cmdlet or where}: {problem}" for problem in found]


def _graph(asked):
    contract = graph(asked.area)
    template = template_of(contract, asked.path)
    operation = contract.paths.get(template, {}).get(asked.method.lower())
    if operation is None:
        return ["not in the published description"]
    known = {item["name"] for item in operation.get("parameters", [])} | {"$skiptoken"}
    known |= _more(asked, template, "query")
    found = [f"unknown query parameter {name}" for name in asked.query if name not in known]
    item = _item(contract, operation) if template in contract.paths else None
    if item:
        cast = re.search(r"/(microsoft\.graph\.\w+)$", unquote(asked.path))
        names = _properties(contract, cast[1] if cast and cast[1] in contract.schemas else item)
        asked_for = [name for name in asked.query.get("$select", "").split(",") if name]
        asked_for += _filtered(asked.query.get("$filter", "")) + _expanded(asked.query.get("$expand", ""))
        asked_for += [part.split()[0] for part in asked.query.get("$orderby", "").split(",") if part]
        found += [f"unknown property {name}" for name in asked_for if name.partition("/")[0] not in names]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if asked.body and not content:
        return [*found, "takes no body"]
    if asked.body:
        sent = {key: value for key, value in asked.body.items() if key not in _more(asked, template, "body")}
        found += [f"unknown key {key}" for key in contract.strange(sent, content["schema"], "body")]
        missing = content["schema"].get("required", [])
        found += [f"missing key {key}" for key in missing if key not in asked.body]
    elif operation.get("requestBody", {}).get("required"):
        found.append("needs a body")
    return found


@functools.cache
def documented():
    """What Microsoft's reference pages say and its machine-readable description does not, by method and call."""
    with (DATA / "documented.csv").open(encoding="utf-8", newline="") as file:
        return {(row["method"], row["call"]): row for row in csv.DictReader(file)}


def _more(asked, call, column):
    return set(documented().get((asked.method, call), {}).get(column, "").split())


def template_of(contract, path):
    """The published path of a request, the one with the fewest placeholders; None for none."""
    plain = re.sub(r"\(appId='[^']*'\)", "/key", unquote(path)) if "(" in path else path
    for form in (plain, re.sub(r"/microsoft\.graph\.\w+$", "", plain)):
        fitting = [known for known, pattern in _patterns(id(contract), contract) if pattern.fullmatch(form)]
        if fitting:
            return min(fitting, key=lambda known: known.count("{"))
    return None


@functools.cache
def _patterns(_, contract):
    return [
        (known, re.compile("[^/]+".join(map(re.escape, re.split(r"\{[^}]+\}", known))))) for known in contract.paths
    ]


def _item(contract, operation):
    """The type of what is answered, of one item where it is a collection."""
    schema = operation["responses"].get("2XX", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" not in schema:
        return None
    name = _name(schema)
    value = contract.props(name).get("value", {})
    listed = value.get("items", {}) if name.endswith("CollectionResponse") else None
    return _name(listed) if listed and "$ref" in listed else None if listed == {} else name


def _properties(contract, name):
    """Its own properties and those of the types derived from it."""
    derived = contract.schemas[name].get("x-derivedTypes", []) + [
        part for own in contract.schemas[name].get("allOf", []) for part in own.get("x-derivedTypes", [])
    ]
    return set(contract.props(name)).union(*(contract.props(kind) for kind in derived if kind in contract.schemas))


def _filtered(text):
    """Property paths of a $filter, those of lambdas by their collection."""
    bare = re.sub(r"'(?:[^']|'')*'", "''", text)
    variables = set(re.findall(r"/any\((\w+):", bare))
    paths = re.findall(r"([A-Za-z_][\w/]*)\s+(?:eq|ne|ge|gt|le|lt|in)\b", bare)
    paths += re.findall(r"\b(?:startswith|endswith|contains)\(\s*([\w/]+)", bare, re.IGNORECASE)
    paths += re.findall(r"([\w/]+)/any\(", bare)
    return [path for path in paths if path.partition("/")[0] not in variables]


def _expanded(text):
    return [part.strip() for part in re.sub(r"\([^)]*\)", "", text).split(",") if part]


def _exchange(asked):
    if not asked.cmdlet:
        return _other(asked)
    found = [f"unknown query parameter {name}" for name in asked.query if name not in ("$select", "$skiptoken")]
    if set(asked.body) != {"CmdletInput"} or set(asked.body["CmdletInput"]) - {"CmdletName", "Parameters"}:
        found.append("not the envelope of InvokeCommand")
    if "/v2.0/" in asked.path and asked.path.rsplit("/", 1)[-1] not in OFFICIAL:
        found.append("no such endpoint of the Admin API")
    if asked.cmdlet not in cmdlets():
        return [*found, "no such cmdlet"]
    sets = cmdlets()[asked.cmdlet]["parameterSets"].values()
    for items in sets:
        cloud = {item["name"] for item in items if item["cloud"]}
        needed = {item["name"] for item in items if item["required"]} - _more(asked, asked.cmdlet, "optional")
        if set(asked.parameters) <= cloud and needed <= set(asked.parameters):
            return found
    return [*found, f"no parameter set of the cloud has {sorted(asked.parameters)}"]


@functools.cache
def _others():
    with (DATA / "other-apis.csv").open(encoding="utf-8", newline="") as file:
        return [
            (row["method"], re.compile("[^/]+".join(map(re.escape, re.split(r"\{[^}]+\}", row["path"])))),
             set(row["query"].split()), set(row["body"].split()))
            for row in csv.DictReader(file)
        ]  # fmt: skip


def _other(asked):
    for method, path, query, body in _others():
        if method == asked.method and path.fullmatch(asked.path):
            return [f"unknown query parameter {name}" for name in set(asked.query) - query] + [
                f"unknown key {name}" for name in set(asked.body) - body
            ]
    return ["not in the description"]


def answer_problems(entry):
    """Everything about an answer that is not as published for its call. Long pages are looked at in parts."""
    asked = entry.asked
    where = f"{asked.cmdlet or asked.path} answers {entry.status}"
    if asked.service != "graph":
        return [] if _enveloped(entry) else [f"{where} in no known form"]
    if entry.status >= 300:
        known = {"code", "message", "innerError"} == set(json.loads(entry.body)["error"])
        return [] if known else [f"{where} in no known form"]
    contract = graph(asked.area)
    published = contract.paths[template_of(contract, asked.path)][asked.method.lower()]["responses"]["2XX"]
    content = published.get("content", {})
    if entry.status == 204 or "application/json" not in content:
        return [] if bool(entry.body) == (entry.status != 204) else [f"{where} with a body that does not belong there"]
    data, schema = _sampled(entry.body), content["application/json"]["schema"]
    wrong = [f"{where}: {error.message[:200]}" for error in _validator(asked.area, schema["$ref"]).iter_errors(data)]
    cast = re.search(r"/(microsoft\.graph\.\w+)$", unquote(asked.path))
    if cast and cast[1] in contract.schemas:
        known = contract.props(cast[1])
        return wrong + [f"{where}: unknown {name}" for item in data["value"] for name in item if name not in known]
    return wrong + [f"{where}: unknown {name}" for name in contract.strange(data, schema, "")]


@functools.cache
def _validator(version, reference):
    return Draft202012Validator({"$ref": reference, "components": {"schemas": graph(version).schemas}})


def _sampled(body):
    data = json.loads(body)
    if isinstance(data.get("value"), list) and len(data["value"]) > 2 * SAMPLE:
        data["value"] = data["value"][:SAMPLE] + data["value"][-SAMPLE:]
    return data


def _enveloped(entry):
    """Where Microsoft publishes no schema: the form that its documents show."""
    data = json.loads(entry.body)
    if entry.status >= 300:
        return {"code", "message"} <= set(data["error"])
    if entry.asked.service == "exchange":
        return isinstance(data["value"], list)
    if entry.asked.service == "defender":
        return isinstance(data.get("value"), list) or "id" in data
    return isinstance(data, list)
