"""An example of each body and each answer, put together from the examples of their values.

So nobody writes an example twice, and none can be left behind when a value is added. `tests/api/test_structure.py`
holds each of them against its schema.
"""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

# What the values without an example of their own look like; the rest is told in words.
_OF_FORMAT = {"date-time": "2026-11-24T09:00:00Z", "date": "2026-11-24"}
_OF_TYPE: dict[str, Any] = {"boolean": False, "null": None, "object": {}}


def complete(documentation: Json) -> None:
    """Gives each JSON body and answer of an OpenAPI document an example."""
    schemas = documentation["components"]["schemas"]
    for path in documentation["paths"].values():
        for operation in path.values():
            for part in [operation.get("requestBody", {}), *operation["responses"].values()]:
                for kind, content in part.get("content", {}).items():
                    if kind.endswith("json") and "example" not in content:
                        content["example"] = example_of(content["schema"], schemas)


def example_of(schema: Json, schemas: Mapping[str, Json]) -> Any:
    """A value that fits the schema."""
    if examples := schema.get("examples"):
        return examples[0]
    for name in ("default", "const"):
        if schema.get(name) is not None:
            return schema[name]
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if parts := schema.get("allOf") or schema.get("anyOf"):
        return example_of(parts[0], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    return _by_type(schema, schemas)


def _by_type(schema: Json, schemas: Mapping[str, Json]) -> Any:
    if schema.get("type") == "array":
        return [example_of(schema["items"], schemas)]
    if "properties" in schema:
        return {name: example_of(value, schemas) for name, value in schema["properties"].items()}
    return _OF_FORMAT.get(schema.get("format", "")) or _OF_TYPE.get(schema.get("type", "null"))
