"""Anything may come in: every mutated request gets an answer with a known shape, never a failure of ours."""

from __future__ import annotations

import copy
import json
import random

import pytest
from gateway_world import OWN, PATH, SOUND

from chspay_gateway.envelope.example import EXAMPLE

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROUNDS = 300
ODD = (
    *(None, True, False, 0, -1, 1.5, 10**30, -(2**63), "", " ", "-", "无", "null", "x" * 300, "\u0000", "𝛼"),
    *("１２", "NaN", "2026-13-01", "9999-12-31", "0001-01-01", "-0.00", "1e5", "+5", "1/2", "1/99/99", "<b>"),
    *("';--", "\r\nX: y", "%s{value}{0}", [], {}, [[]], [None], {"a": 1}, ["I63.900"] * 300, [{}]),
)


def places(node, path=()):
    """Every place in a JSON document, as a path of keys."""
    yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from places(value, (*path, key))
    elif isinstance(node, list):
        for key, value in enumerate(node):
            yield from places(value, (*path, key))


def mutated(document, dice: random.Random):
    """The document with one to three places replaced, removed or renamed."""
    document = copy.deepcopy(document)
    for _ in range(dice.randint(1, 3)):
        path = dice.choice([found for found in places(document) if found])
        node = document
        for key in path[:-1]:
            node = node[key]
        action = dice.random()
        if action < 0.7 or isinstance(node, list):
            node[path[-1]] = copy.deepcopy(dice.choice(ODD))
        elif action < 0.85:
            del node[path[-1]]
        else:
            node[str(path[-1]).upper() + dice.choice(("", "_", "x"))] = node.pop(path[-1])
        if not isinstance(document, dict) or not document:
            break
    return document


async def test_mutated_lists_are_answered(gw):
    """REST: accepted, or a problem document that is no failure of ours."""
    dice = random.Random(20260101)
    full = SOUND | {"procedures": ["39.5000"], "icu_hours": 3, "identity": {"person_no": "1", "name": "演示"}}
    for number in range(ROUNDS):
        body = mutated(full | {"case_id": f"F{number}"}, dice)
        answer = await gw.ask("POST", "/api/v1/lists", content=json.dumps(body).encode(),
                              headers={"Content-Type": "application/json"})  # fmt: skip
        assert answer.status_code in {201, 403, 409, 422}, (body, answer.text)
        if answer.status_code != 201:
            assert answer.json()["reason"], body


async def test_mutated_groupings_are_answered(gw):
    """A grouping question is answered even when the case is nonsense."""
    dice = random.Random(20260102)
    for _ in range(ROUNDS // 3):
        body = mutated({"place": "990101", "on": "2026-03-08", "case": SOUND}, dice)
        answer = await gw.ask("POST", "/api/v1/group/explain", key=None, json=body)
        assert answer.status_code in {200, 404, 409, 422}, (body, answer.text)


async def test_mutated_messages_are_answered(gw):
    """The envelope: HTTP 200 with infcode 0, or -1 and a reason."""
    dice = random.Random(20260103)
    base = copy.deepcopy(EXAMPLE) | {"fixmedins_code": OWN}
    base["input"]["setlinfo"]["fixmedins_code"] = OWN
    base["input"]["icuinfo"] = [{"scs_cutd_ward_type": "1", "scs_cutd_sum_dura": "1/2/40"}]
    for number in range(ROUNDS):
        body = mutated(base | {"msgid": f"MUT{number}"}, dice)
        answer = await gw.ask("POST", PATH, key=None, content=json.dumps(body).encode())
        found = answer.json()
        assert answer.status_code == 200, (body, answer.text)
        assert found["infcode"] in {"0", "-1"}
        if found["infcode"] == "-1":
            assert found["err_msg"].startswith("DRG-"), body
            assert "INTERNAL" not in found["err_msg"], body
