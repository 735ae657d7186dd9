"""Checking against the published schema of OC4IDS, which is read where it is kept beside the repository.

Source: Open Contracting for Infrastructure Data Standard 0.9.5, ``project-schema.json`` and
``project-package-schema.json`` (Open Contracting Partnership and CoST, Apache-2.0). The schema is JSON Schema draft 4
and uses few of its words; these are checked here, and a word that is not known fails the test.
"""

import csv
import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

OUTSIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "oc4ids"
SCHEMA = OUTSIDE / "schema"
TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
LEAST: Mapping[type, str] = {str: "minLength", list: "minItems", dict: "minProperties"}
TOLD_ELSEWHERE = {
    "title",
    "description",
    "$schema",
    "id",
    "definitions",
    "properties",
    "items",
    "type",
    "$ref",
    "default",
}
CHECKED = {
    "required",
    "minLength",
    "minItems",
    "minProperties",
    "uniqueItems",
    "enum",
    "format",
    "pattern",
    "minimum",
    "codelist",
    "openCodelist",
    "versionId",
}


class Checker:
    """Finds every place where a value breaks the schema."""

    def __init__(self) -> None:
        self.project = json.loads((SCHEMA / "project-schema.json").read_text(encoding="utf-8"))
        self.package = json.loads((SCHEMA / "project-package-schema.json").read_text(encoding="utf-8"))

    def faults(self, package: Any) -> list[str]:
        """Return the faults of a package, each with its path."""
        return list(self._faults(package, self.package, "$"))

    def _faults(self, value: Any, schema: Mapping[str, Any], path: str) -> Iterator[str]:
        if "$ref" in schema:
            name = schema["$ref"]
            found = self.project if name.endswith("project-schema.json") else self._definition(name)
            yield from self._faults(value, found, path)
            return
        unknown = set(schema) - TOLD_ELSEWHERE - CHECKED
        assert not unknown, f"words of the schema nobody checks: {unknown}"
        kinds = schema.get("type")
        if kinds and not self._is(value, [kinds] if isinstance(kinds, str) else kinds):
            yield f"{path}: {kinds} wanted, not {value!r}"
            return
        yield from self._plain_faults(value, schema, path)
        if isinstance(value, dict):
            for name in schema.get("required", ()):
                if name not in value:
                    yield f"{path}: no {name}"
            for name, one in value.items():
                if name in schema.get("properties", {}):
                    yield from self._faults(one, schema["properties"][name], f"{path}.{name}")
        if isinstance(value, list):
            for index, one in enumerate(value):
                yield from self._faults(one, schema.get("items", {}), f"{path}[{index}]")

    def _plain_faults(self, value: Any, schema: Mapping[str, Any], path: str) -> Iterator[str]:
        least = next((name for kind, name in LEAST.items() if isinstance(value, kind)), "")
        if least and len(value) < schema.get(least, 0):
            yield f"{path}: empty"
        if isinstance(value, list) and schema.get("uniqueItems"):
            texts = [json.dumps(one, sort_keys=True) for one in value]
            if len(set(texts)) < len(texts):
                yield f"{path}: repeated"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{path}: {value!r} is not like {schema['pattern']}"
        if "minimum" in schema and value < schema["minimum"]:
            yield f"{path}: {value!r} is too small"
        if "format" in schema and isinstance(value, str):
            yield from self._format_faults(value, schema["format"], path)
        yield from self._code_faults(value, schema, path)

    def _code_faults(self, value: Any, schema: Mapping[str, Any], path: str) -> Iterator[str]:
        if "codelist" in schema and not schema.get("openCodelist"):
            codes = self._codes(schema["codelist"])
            for one in value if isinstance(value, list) else [value]:
                if one not in codes:
                    yield f"{path}: {one!r} is not in {schema['codelist']}"

    def _format_faults(self, value: str, name: str, path: str) -> Iterator[str]:
        if name == "date-time":
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value), f"{path}: {value}"
            assert dt.datetime.fromisoformat(value).tzinfo, path
        elif name == "uri" and not re.fullmatch(r"[a-z]+:[!-~]+", value):
            yield f"{path}: {value!r} is no address"

    def _codes(self, name: str) -> set[str]:
        with (SCHEMA / "codelists" / name).open(encoding="utf-8-sig", newline="") as file:
            return {row["Code"] for row in csv.DictReader(file)}

    def _definition(self, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.project["definitions"][name.removeprefix("#/definitions/")]
        return found

    def _is(self, value: Any, kinds: list[str]) -> bool:
        if isinstance(value, bool):
            return "boolean" in kinds
        return any(isinstance(value, TYPES[kind]) for kind in kinds)
