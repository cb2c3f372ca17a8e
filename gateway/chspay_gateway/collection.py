"""The interface as a collection of requests to try (Postman's format 2.1), made from the OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_METHODS = ("get", "post", "put", "delete")
_STEP = re.compile(r"{(\w+)}")
Json = dict[str, Any]


def collection_of(document: Mapping[str, Any]) -> Json:
    """Every operation once, in folders by tag; ``{{base_url}}`` and ``{{key}}`` are for the user to set.

    :param document: the completed OpenAPI document.
    """
    folders: dict[str, list[Json]] = {tag["name"]: [] for tag in document.get("tags", [])}
    for path, method, operation in _operations(document):
        folders.setdefault(operation["tags"][0], []).append(_item(document, path, method, operation))
    return {
        "info": {
            "name": document["info"]["title"],
            "version": document["info"]["version"],
            "description": document["info"]["description"],
            "schema": SCHEMA,
        },
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{key}}", "type": "string"}]},
        "variable": [{"key": "base_url", "value": ""}, {"key": "key", "value": ""}],
        "item": [{"name": name, "item": items} for name, items in folders.items() if items],
    }


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _item(document: Mapping[str, Any], path: str, method: str, operation: Json) -> Json:
    parameters = operation.get("parameters", [])
    steps = [_STEP.sub(r":\1", step) for step in path.split("/")[1:]]
    query = [
        _parameter(each) | {"disabled": not each.get("required", False)} for each in _of(parameters, "query")
    ]
    request: Json = {
        "method": method.upper(),
        "description": operation["description"],
        "header": [_parameter(each) | {"value": "{{$guid}}"} for each in _of(parameters, "header")],
        "url": {
            "raw": "{{base_url}}" + path,
            "host": ["{{base_url}}"],
            "path": steps,
            "query": query,
            "variable": [_parameter(each) for each in _of(parameters, "path")],
        },
    }
    if operation.get("security") == []:
        request["auth"] = {"type": "noauth"}
    request |= _body(document, operation)
    return {"name": operation["summary"], "request": request}


def _of(parameters: list[Json], place: str) -> list[Json]:
    return [each for each in parameters if each["in"] == place]


def _parameter(each: Json) -> Json:
    said = each.get("example", each.get("schema", {}).get("default", ""))
    return {"key": each["name"], "value": str(said), "description": each.get("description", "")}


def _body(document: Mapping[str, Any], operation: Json) -> Json:
    """The example of a JSON body, or a file to choose."""
    content = operation.get("requestBody", {}).get("content", {})
    for media, described in content.items():
        if media == "application/json" or media.endswith("+json"):
            raw = json.dumps(_example(document, described), ensure_ascii=False, indent=2)
            return {"body": {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}}
        if media == "multipart/form-data":
            return {"body": {"mode": "formdata", "formdata": []}}
    return {"body": {"mode": "file"}} if content else {}


def _example(document: Mapping[str, Any], described: Json) -> object:
    if "example" in described:
        return described["example"]
    name = described["schema"].get("$ref", "").rpartition("/")[2]
    schema = document["components"]["schemas"].get(name, {})
    return next(iter(schema.get("examples", [])), {})
