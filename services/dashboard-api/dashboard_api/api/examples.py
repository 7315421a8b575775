"""Examples for the description of the API, put together from those of the fields."""

import re
from typing import Any

Json = dict[str, Any]

BY_FORMAT = {
    "uuid": "6f1d7f0e-2f35-4f57-9d3d-0a4f7a1f0c11",
    "date": "2026-11-23",
    "date-time": "2026-11-22T20:00:00+01:00",
    "password": "••••",
}
DECLARATION: Json = {
    "district": {"id": "north", "name": "North district", "timezone": "Europe/Amsterdam", "nightly": "20:00"},
    "source": {"kind": "clever", "district_id": "5f0c…", "token": "••••"},
    "target": {
        "name": "North Moodle",
        "base_url": "https://moodle.example",
        "token": "••••",
        "roles": {"student": 5, "teacher": 3},
    },
    "schools": "all",
}
"""A district that is declared."""
BY_PATTERN = ("name", "north", "20:00", "en", "1", "anna@north.example")
"""Texts of which one fits each pattern."""
BY_TYPE: Json = {"string": "", "integer": 0, "number": 0, "boolean": False, "null": None, "array": [], "object": {}}


def example_of(schema: Json, schemas: Json) -> Any:
    """A value that fits the schema; `schemas` are those of the document, which it refers to."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    for key in ("const", "default"):
        if key in schema and (schema[key] != "" or not schema.get("minLength")):  # blank may mean: left out
            return schema[key]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return example_of(schema[key][0], schemas)
    return _of_type(schema, schemas)


def _of_type(schema: Json, schemas: Json) -> Any:
    match schema.get("type"):
        case "object" if "properties" in schema:
            return {name: example_of(one, schemas) for name, one in schema["properties"].items()}
        case "array" if schema.get("items"):
            return [example_of(schema["items"], schemas)]
        case "integer" if "minimum" in schema:
            return schema["minimum"]
        case "string" if "pattern" in schema:
            least = schema.get("minLength", 0)
            return next((text for text in BY_PATTERN if len(text) >= least and re.search(schema["pattern"], text)), "")
        case "string" if schema.get("minLength"):
            return "1" * schema["minLength"]
        case "string" if "format" in schema:
            return BY_FORMAT.get(schema["format"], "")
    return BY_TYPE.get(str(schema.get("type")))
