"""Holds a result bundle to the schemas that ship with the package."""

import csv
import json
from importlib.resources import files
from pathlib import Path

import jsonschema


def check_bundle(folder: Path) -> None:
    """Every file of design's bundle is there, and every record in it keeps its schema."""
    for schema in files("o365nb.case").joinpath("schemas").iterdir():
        name = schema.name.removesuffix(".schema.json")
        check = jsonschema.Draft202012Validator(json.loads(schema.read_text("utf-8"))).validate
        if name.endswith(".csv"):
            with (folder / name).open(encoding="utf-8", newline="") as file:
                reader = csv.DictReader(file)
                assert set(check.__self__.schema["required"]) <= set(reader.fieldnames or ()), name
                for row in reader:
                    check(row)
        else:
            check(json.loads((folder / f"{name}.json").read_text("utf-8")))
    for name in ("report.html", "report.ipynb", "iocs.stix.json"):
        assert (folder / name).stat().st_size > 0, name
