"""The collection of requests that people import to try the interface."""

from __future__ import annotations

import json
import re

import pytest
from gateway_world import OWN

pytestmark = pytest.mark.asyncio(loop_scope="module")


def requests(collection):
    for folder in collection["item"]:
        for item in folder["item"]:
            yield folder["name"], item


async def test_every_operation_is_in_it_once(gw):
    """A request that is missing is one that nobody tries."""
    collection = (await gw.ask("GET", "/collection.json", who=None)).json()
    document = gw.app.openapi()
    expected = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    found = [
        (item["request"]["method"], item["request"]["url"]["raw"].removeprefix("{{base_url}}"))
        for _, item in requests(collection)
    ]
    assert len(found) == len(set(found))
    assert set(found) == expected


async def test_a_request_of_it_runs_as_a_tool_would_send_it(gw):
    """Variables filled in, as Postman does: the example must be accepted."""
    collection = (await gw.ask("GET", "/collection.json", who=None)).json()
    item = next(item for _, item in requests(collection) if item["name"] == "给一份病例分组")
    request = item["request"]
    path = re.sub(r"{{base_url}}", "", request["url"]["raw"])
    answer = await gw.ask(request["method"], path, json=json.loads(request["body"]["raw"]))
    assert answer.status_code == 200, answer.text
    listed = next(item for _, item in requests(collection) if item["name"] == "查询结算清单")
    names = [each["key"] for each in listed["request"]["url"]["query"]]
    assert "hospital_code" in names
    assert (await gw.ask("GET", "/api/v1/lists", params={"hospital_code": OWN})).status_code == 200
